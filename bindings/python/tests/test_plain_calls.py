"""Calls without options go a short way once a type has been seen: it ends where the long one does."""

import sys

import numpy as np
import pytest
import tarray

SCALARS = [
    np.bool_(True), np.int8(-3), np.uint8(200), np.int16(-300), np.uint16(60000), np.int32(-70000),
    np.uint32(4 * 10**9), np.int64(-2**60), np.uint64(2**63), np.float16(1.5), np.float32(2.5), np.float64(-0.1),
    np.complex64(1 + 2j), np.complex128(-3 + 4j),
]
ARRAY = np.arange(12, dtype=np.float32).reshape(3, 4)
FROZEN = ARRAY.copy()
FROZEN.flags.writeable = False


@pytest.mark.parametrize("scalar", SCALARS, ids=lambda scalar: type(scalar).__name__)
def test_a_scalar_type_seen_before_is_read_right(scalar):
    for value in (scalar, type(scalar)(0), type(scalar)(1), scalar):
        tensor = tarray.asarray(value)

        assert (tensor.item(), tensor.dtype.name, tensor.shape) == (value.item(), value.dtype.name, ())
        assert tensor.provenance.source == "numpy"


class Celsius(np.float64):
    pass


@pytest.mark.parametrize("value", [
    np.longdouble(1), np.datetime64(1, "s"), np.timedelta64(1, "s"), np.str_("a"), np.bytes_(b"a"), np.void(b"abcd"),
], ids=lambda value: type(value).__name__)
def test_other_scalar_types_stay_refused(value):
    for _ in range(3):
        with pytest.raises(TypeError):
            tarray.asarray(value)


def test_a_subclass_is_not_taken_for_its_base():
    for _ in range(3):
        assert tarray.asarray(Celsius(21.5)).item() == 21.5


@pytest.mark.parametrize("array", [
    ARRAY, FROZEN, ARRAY.T, ARRAY[::2, ::-1], ARRAY[:0], ARRAY[1, 2, ...], ARRAY.astype(">f4"), ARRAY.astype("c16"),
    np.zeros(3, [("a", "u1"), ("b", "f4")])["b"], np.broadcast_to(np.float32(1), (2, 2)),
], ids=lambda array: f"{array.dtype}{array.shape}{array.strides}")
def test_an_array_is_what_it_is_the_second_time_too(array):
    references = sys.getrefcount(array)
    first, second = tarray.asarray(array), tarray.asarray(array)

    assert second.tolist() == array.tolist() and second.read_only == first.read_only
    assert (second.shape, second.stride(), second.provenance) == (first.shape, first.stride(), first.provenance)
    del first, second
    assert sys.getrefcount(array) == references


def test_the_default_dtype_is_obeyed():
    tarray.set_default_dtype(tarray.float64)
    try:
        assert tarray.asarray(0.5).dtype is tarray.float64 and tarray.asarray([0.5]).dtype is tarray.float64
    finally:
        tarray.set_default_dtype(tarray.float32)
    assert tarray.asarray(0.5).dtype is tarray.float32


def test_a_tensor_that_requires_grad_is_detached_as_ever():
    tensor = tarray.asarray([1.0], requires_grad=True)

    assert not tarray.asarray(tensor).requires_grad and tarray.asarray(tensor) is not tensor


@pytest.mark.parametrize("values", [
    [0.5] * 127, [0.5] * 128, [0.5] * 129, [1, 2.5, True], [True, False], [1, -2], [2**63, 1], [1.5, 2j], (0.5, 1),
], ids=lambda values: f"{values[:3]}x{len(values)}")
def test_few_numbers_that_are_read_once_are_the_same(values):
    tensor, nested = tarray.asarray(values), tarray.asarray([values, values])

    assert tensor.dtype is nested.dtype and nested.tolist() == [tensor.tolist()] * 2
    assert tensor.tolist() == [value * 1 for value in values]


@pytest.mark.parametrize("values, message", [([1, 2**64], r"\[1\]"), ([-1, 2**63], r"\[0\].*\[1\]"), ([1, [2]], r"\[1\]")])
def test_few_numbers_are_refused_as_many_are(values, message):
    with pytest.raises((OverflowError, ValueError), match=message):
        tarray.asarray(values)
