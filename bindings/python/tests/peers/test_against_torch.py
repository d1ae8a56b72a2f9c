"""Random objects and requests through `torch.asarray` and `tarray.asarray`."""

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

import drawn
from compare import check, quiet, requests
from outcome import TORCH_DTYPES

# No dtype, and some of those that both know.
dtypes = st.lists(st.sampled_from(TORCH_DTYPES), min_size=3, max_size=5, unique=True).map(
    lambda some: [None, *some]
)


def address_of_array(array: np.ndarray) -> int:
    return array.__array_interface__["data"][0]


def address_of_buffer(buffer) -> int | None:
    """Where a contiguous buffer begins; None for others, which nobody can share."""
    view = memoryview(buffer)
    if not view.c_contiguous or not view.nbytes:
        return None
    return np.frombuffer(view.cast("B"), np.uint8).__array_interface__["data"][0]


def compare(recipe, wanted, memory_of=lambda made: None):
    memory_of = getattr(recipe, "address", memory_of)
    with quiet():
        for request in requests(wanted):
            check(recipe, request, memory_of)


@given(recipe=drawn.arrays(), wanted=dtypes)
def test_arrays(recipe, wanted):
    compare(recipe, wanted, address_of_array)


@given(recipe=drawn.numpy_scalars(), wanted=dtypes)
def test_numpy_scalars(recipe, wanted):
    compare(recipe, wanted)


@given(recipe=drawn.numbers.map(drawn.Plain), wanted=dtypes)
def test_numbers(recipe, wanted):
    compare(recipe, wanted)


@given(recipe=drawn.number_sequences(), wanted=dtypes)
def test_sequences_of_numbers(recipe, wanted):
    compare(recipe, wanted)


@given(recipe=drawn.array_sequences(), wanted=dtypes)
def test_sequences_of_arrays(recipe, wanted):
    compare(recipe, wanted)


@given(recipe=drawn.buffers(), wanted=dtypes)
def test_buffers(recipe, wanted):
    compare(recipe, wanted, address_of_buffer)


@given(recipe=drawn.lent(), wanted=dtypes)
def test_dlpack_objects(recipe, wanted):
    compare(recipe, wanted)


@given(recipe=drawn.capsules(), wanted=dtypes)
def test_capsules(recipe, wanted):
    compare(recipe, wanted)


@given(recipe=drawn.offered(), wanted=dtypes)
def test_array_interfaces(recipe, wanted):
    compare(recipe, wanted)


@given(recipe=drawn.tensors(), wanted=dtypes)
def test_tensors(recipe, wanted):
    compare(recipe, wanted)
