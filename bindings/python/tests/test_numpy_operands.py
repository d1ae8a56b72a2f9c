"""NumPy's scalars and arrays beside tensors: in the operators, on either side, and in NumPy's functions."""

import itertools
import operator

import numpy as np
import pytest

import tarray
from at_rest import nothing_is_left  # noqa: F401

OPERATORS = [operator.add, operator.sub, operator.mul]


def leaf(*values, **options):
    return tarray.asarray(list(values), dtype="float32", requires_grad=True, **options)


NUMBERS = [np.float64(2), np.float32(2), np.float16(2), np.int64(2), np.uint8(2), np.complex128(2j)]
TRUTHS = [(operator.add, np.True_), (operator.mul, np.True_)]


@pytest.mark.parametrize("apply, number", [*itertools.product(OPERATORS, NUMBERS), *TRUTHS], ids=repr)
def test_a_scalar_is_a_number_on_either_side(apply, number):
    for dtype in ["int32", "float16", "float32", "complex64"]:
        tensor = tarray.asarray([1, 3], dtype=dtype)
        for got, want in [(apply(tensor, number), apply(tensor, number.item())),
                          (apply(number, tensor), apply(number.item(), tensor))]:
            assert (got.dtype, got.tolist()) == (want.dtype, want.tolist())


@pytest.mark.parametrize("truth", [
    True, np.False_, tarray.asarray(True), tarray.asarray([True, False]), np.array([True, False]),
], ids=repr)
@pytest.mark.parametrize("dtype", ["bool", "uint16", "int64", "float16", "complex64", "float8_e5m2"])
@pytest.mark.parametrize("subtract", [
    operator.sub, lambda tensor, truth: truth - tensor, operator.isub, tarray.sub, np.subtract,
    lambda tensor, truth: np.subtract(truth, tensor),
], ids=["tensor - truth", "truth - tensor", "tensor -= truth", "sub", "np.subtract", "np.subtract, turned round"])
def test_no_truth_values_are_subtracted(subtract, dtype, truth):
    for tensor in [tarray.asarray([1, 0], dtype=dtype), tarray.asarray(1, dtype=dtype)]:
        before = tensor.tolist()
        with pytest.raises(RuntimeError, match="subtraction is not defined for tensors of dtype bool"):
            subtract(tensor, truth)
        assert tensor.tolist() == before


def test_scalars_of_ml_dtypes_are_numbers():
    ml_dtypes = pytest.importorskip("ml_dtypes")

    assert (ml_dtypes.bfloat16(2) * leaf(1.5)).tolist() == (leaf(1.5) * ml_dtypes.bfloat16(2)).tolist() == [3.0]


@pytest.mark.parametrize("array", [np.array(2.0), np.array([1.0, 2.0]), np.array([[1], [2]]), np.array([1.0, 2.0], ">f4")],
                         ids=["no axes", "a vector", "broadcast", "foreign byte order"])
@pytest.mark.parametrize("apply", OPERATORS)
def test_an_array_is_the_tensor_that_it_makes_on_either_side(apply, array):
    tensor = leaf(3.0, 4.0)
    other = tarray.asarray(array)

    for got, want in [(apply(tensor, array), apply(tensor, other)), (apply(array, tensor), apply(other, tensor))]:
        assert (got.dtype, got.tolist(), got.requires_grad) == (want.dtype, want.tolist(), True)


def test_gradients_go_back_beside_them():
    tensor = leaf(1.0, 2.0)

    (np.float64(3) * tensor * np.array([1.0, 10.0], "f4") - np.float32(1)).sum().backward()

    assert tensor.grad.tolist() == [3.0, 30.0]


def test_named_functions_take_them():
    assert tarray.add(np.float64(1), leaf(1.0)).tolist() == [2.0]
    assert tarray.mul(leaf(1.0, 2.0), np.array([3.0, 4.0])).tolist() == [3.0, 8.0]
    with pytest.raises(TypeError, match="ndarray and float"):
        tarray.add(np.ones(2), 1.0)


def test_operators_in_place():
    tensor, array = tarray.asarray([1.0, 2.0]), np.array([1.0, 2.0])

    tensor += np.array([1.0, 1.0], "f4")
    tensor *= np.float64(2)
    same = array
    same += tensor

    assert tensor.tolist() == [4.0, 6.0] and array.tolist() == [5.0, 8.0]


def test_a_failure_leaves_the_array_alone():
    array = np.array([1.0, 2.0])

    with pytest.raises(BufferError, match="requires grad"):
        array += leaf(1.0, 2.0)
    with pytest.raises(ValueError, match="broadcast"):
        leaf(1.0, 2.0) * np.ones(3)
    with pytest.raises(TypeError, match="text"):
        leaf(1.0) + np.array(["a"])

    assert array.tolist() == [1.0, 2.0]


@pytest.mark.parametrize("function, operation", [
    (np.add, operator.add), (np.subtract, operator.sub), (np.multiply, operator.mul),
])
def test_numpys_functions_of_the_same_meaning_are_ours(function, operation):
    tensor = leaf(1.0, 2.0)

    result = function(tensor, 3)

    assert result.requires_grad and result.tolist() == operation(tensor, 3).tolist()
    assert np.negative(tensor).grad_fn.name() == "NegBackward0"


def test_for_other_functions_tensors_are_arrays():
    tensor, array = tarray.asarray([1.0, 4.0], dtype="float32"), np.array([1.0, 2.0], "f4")
    out = np.zeros(2, "f4")

    assert np.sqrt(tensor).tolist() == [1.0, 2.0] and type(np.sqrt(tensor)) is np.ndarray
    assert (array / tensor).tolist() == [1.0, 0.5] and (array == tensor).tolist() == [True, False]
    assert np.add.reduce(tensor) == 5 and np.add.outer(tensor, [1]).shape == (2, 1)
    assert np.add(tensor, [1, 2]).tolist() == [2.0, 6.0]
    assert np.add(tensor, 1, out=out) is out and out.tolist() == [2.0, 5.0]
    assert np.multiply(tensor, 2, dtype="f8").dtype == np.float64
    with pytest.raises(TypeError, match="NotImplemented"):
        np.add(array, 1, out=tensor)
    with pytest.raises(BufferError, match="requires grad"):
        np.sin(leaf(1.0))


def test_what_has_no_number_is_refused_on_either_side():
    for apply in [lambda: leaf(1.0) + np.datetime64(1, "s"), lambda: np.datetime64(1, "s") + leaf(1.0)]:
        with pytest.raises(TypeError):
            apply()


class Lengths(np.ndarray):
    """Arrays with a unit, which their class takes care of."""

    def __array_ufunc__(self, ufunc, method, *inputs, out=None):
        return getattr(ufunc, method)(*map(np.asarray, inputs)).view(Lengths)


@pytest.mark.parametrize("apply", [*OPERATORS, operator.iadd, np.add, np.subtract, np.multiply, np.hypot])
def test_arrays_whose_class_has_functions_of_its_own_are_for_it(apply):
    lengths = np.array([1.0, 2.0]).view(Lengths)
    tensor = tarray.asarray([3.0, 4.0])

    for left, right in [(tensor, lengths), (lengths, tensor)]:
        result = apply(left, right)
        want = apply(np.array(left), np.array(right))
        assert type(result) is Lengths and result.tolist() == want.tolist()
    assert tensor.tolist() == [3.0, 4.0]


def test_arrays_of_other_classes_are_arrays(tmp_path):
    mapped = np.memmap(tmp_path / "numbers", dtype="f4", mode="w+", shape=2)

    assert (leaf(1.0, 2.0) + mapped).grad_fn.name() == (mapped + leaf(1.0, 2.0)).grad_fn.name() == "AddBackward0"


@pytest.mark.parametrize("apply", [*OPERATORS, operator.truediv, np.add, np.subtract, np.multiply, np.hypot])
def test_masks_stay(apply):
    tensor, masked = tarray.asarray([3.0, 4.0]), np.ma.masked_array([1.0, 2.0], mask=[True, False])

    for left, right in [(tensor, masked), (masked, tensor)]:
        result = apply(left, right)
        want = apply(np.array(left, subok=True), np.array(right, subok=True))
        assert type(result) is np.ma.MaskedArray and result.tolist() == want.tolist() == [None, want[1]]
    assert tensor.tolist() == [3.0, 4.0]


def test_a_masked_array_takes_a_tensor_in_place():
    masked = np.ma.masked_array([1.0, 2.0], mask=[True, False])
    same = masked

    same += tarray.asarray([3.0, 4.0])

    assert same is masked and masked.tolist() == [None, 6.0]


def test_what_requires_grad_is_no_masked_array():
    masked = np.ma.masked_array([1.0, 2.0], mask=[True, False])

    for apply in [lambda: leaf(1.0, 2.0) * masked, lambda: masked * leaf(1.0, 2.0), lambda: np.add(leaf(1.0, 2.0), masked)]:
        with pytest.raises(BufferError, match="requires grad"):
            apply()


def test_a_tensor_says_where():
    out, where = np.zeros(2), tarray.asarray([True, False])

    assert np.add(np.ones(2), 1, out=out, where=where) is out and out.tolist() == [2.0, 0.0]
    assert np.add(tarray.asarray([1, 2]), 1, out=out, where=where).tolist() == [2.0, 0.0]
    assert np.add.reduce(np.ones(2), where=where) == 1


def test_numpy_writes_into_no_tensor():
    memory = bytes(8)
    tensor = tarray.frombuffer(memory, dtype="float32")

    for target in [tensor, leaf(0.0), tarray.asarray([0.0])]:
        with pytest.raises(TypeError, match="NotImplemented"):
            np.add.at(target, [0], 1)
    np.add.at(out := np.zeros(2), tarray.asarray([0]), tarray.asarray([5.0]))

    assert memory == bytes(8) and out.tolist() == [5.0, 0.0]
