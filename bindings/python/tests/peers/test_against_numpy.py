"""Random objects and requests through NumPy and `tarray.asarray`: also those that PyTorch has not."""

import itertools

import numpy as np
import tarray
from hypothesis import given
from hypothesis import strategies as st

import drawn
import outcome
import truth
from compare import COPIES, SEEN, Case, Request, quiet
from outcome import TORCH_DTYPES, attempt

_FLAGS = (None, True)


@given(
    recipe=drawn.arrays(),
    dtype=st.sampled_from([None, *TORCH_DTYPES]),
)
def test_arrays_under_every_request(recipe, dtype):
    for request in itertools.starmap(Request, itertools.product([dtype], COPIES, _FLAGS, _FLAGS)):
        array = recipe.make()
        with quiet():
            ours = attempt(
                outcome.of_tarray,
                tarray.asarray,
                array,
                dtype=request.dtype,
                copy=request.copy,
                writable=request.writable,
                contiguous=request.contiguous,
            )
            address = array.__array_interface__["data"][0]
            case = Case(recipe, request, array, address, None, ours)
            wrong = truth.array_faults(array, address, request, ours)
        assert not wrong, f"wrong {', '.join(wrong)}:\n{case}"
        SEEN["right"] += 1


@given(recipe=drawn.arrays(), copy=st.sampled_from(COPIES))
def test_arrays_share_memory_where_numpys_do(recipe, copy):
    array = recipe.make()
    theirs = attempt(outcome.of_numpy, np.asarray, array, copy=copy)
    ours = attempt(outcome.of_tarray, tarray.asarray, array, copy=copy)

    # A tensor has the machine's byte order and whole elements between its elements.
    if array.dtype.isnative and all(stride % 1 == 0 for stride in theirs.strides):
        assert (theirs.dtype, theirs.shape, theirs.bits) == (ours.dtype, ours.shape, ours.bits)
        if copy is not True and not theirs.empty:
            assert (theirs.strides, theirs.address) == (ours.strides, ours.address)
            assert theirs.read_only == ours.read_only
    SEEN["right"] += 1


def _both_define(made, dtype: str) -> bool:
    """Whether NumPy's answer follows from the numbers alone, and tarray takes such numbers."""
    leaves = [*truth.leaves_of(made)]
    if any(isinstance(e, int) and not -(2**63) <= e < 2**64 for e in leaves):
        return False
    # NumPy casts floats to integers like C, whatever their size.
    return dtype != "int64" or not any(isinstance(leaf, float) for leaf in leaves)


@given(
    recipe=drawn.number_sequences(),
    dtype=st.sampled_from(["bool", "int64", "float64", "complex128"]),
)
def test_sequences_of_numbers(recipe, dtype):
    made = recipe.make()
    if not _both_define(made, dtype):
        return
    theirs = attempt(outcome.of_numpy, np.asarray, made, dtype=dtype)
    ours = attempt(outcome.of_tarray, tarray.asarray, made, dtype=dtype)

    assert bool(theirs.error) == bool(ours.error), f"{made!r}: {theirs} {ours}"
    assert (theirs.dtype, theirs.shape) == (ours.dtype, ours.shape)
    if not ours.error:
        assert not outcome.differing(theirs, ours).any(), f"{made!r}: {theirs} {ours}"
    SEEN["right"] += 1
