"""Lists whose last items say what all of them are."""

import numpy as np
import pytest
import tarray

# More than the library reads at once.
MANY = 200

LATE = {
    "a real behind integers": ([1] * MANY + [0.5], "float32"),
    "an integer behind truths": ([True] * MANY + [2], "int64"),
    "a real behind truths": ([False] * MANY + [0.5], "float32"),
    "a large integer behind small ones": ([1] * MANY + [2**63], "uint64"),
    "a complex number behind reals": ([0.5] * MANY + [1j], "complex64"),
    "a negative number behind integers": ([1] * MANY + [-1], "int64"),
    "a real in the last row": ([[1] * MANY, [1] * (MANY - 1) + [0.5]], "float32"),
    "a NumPy scalar behind reals": ([0.5] * MANY + [np.float64(0.25)], "float64"),
    "a wider array behind a narrow one": ([np.zeros(3, np.int8), np.ones(3, np.float64)], "float64"),
    "an array behind a list": ([[1, 2, 3], np.full(3, 0.5)], "float64"),
    "a list behind an array": ([np.ones(3, np.int8), [1, 2, 300]], "int64"),
    "a transposed array behind another": ([np.zeros((2, 3)), np.arange(6.0).reshape(3, 2).T], "float64"),
    "a swapped array behind another": ([np.zeros(3), np.arange(3, dtype=">f8")], "float64"),
}


@pytest.mark.parametrize("items, dtype", LATE.values(), ids=LATE)
def test_the_last_item_counts_too(items, dtype):
    made = tarray.asarray(items)

    assert made.dtype == getattr(tarray, dtype)
    assert made.tolist() == np.array(items, dtype=object).tolist()


def test_what_does_not_fit_is_named_by_its_path():
    with pytest.raises(OverflowError, match=r"\[200\].*300"):
        tarray.asarray([1] * MANY + [300], dtype=tarray.uint8)


def test_what_is_ragged_is_told_before_what_does_not_fit():
    with pytest.raises(ValueError, match="ragged"):
        tarray.asarray([300] * MANY + [[1]], dtype=tarray.uint8)


def test_a_tensor_with_a_history_behind_arrays_is_part_of_the_graph():
    leaf = tarray.asarray([1.0, 2.0], requires_grad=True)

    made = tarray.asarray([np.zeros(2, np.float32), leaf * leaf], requires_grad=None)
    made.sum().backward()

    assert made.tolist() == [[0.0, 0.0], [1.0, 4.0]]
    assert leaf.grad.tolist() == [2.0, 4.0]
