"""The buffer protocol: bytes grouped by dtype, or the buffer's own format."""

import array
import ctypes
import mmap
import sys
import warnings

import numpy as np
import pytest

import tarray


def test_bytes_are_grouped_by_the_default_dtype():
    source = np.array([1.5, 2.5], "f4").tobytes()

    tensor = tarray.asarray(source)

    assert (tensor.dtype, tensor.shape) == (tarray.float32, (2,))
    assert tensor.provenance == ("buffer", True, None)
    assert tensor.read_only


@pytest.mark.parametrize("dtype, shape", [("uint8", (8,)), ("int16", (4,)), ("float64", (1,)), ("complex64", (1,)),
                                          ("float8_e4m3fn", (8,))])
def test_bytes_are_grouped_by_dtype(dtype, shape):
    tensor = tarray.asarray(bytearray(8), dtype=dtype)

    assert (tensor.dtype.name, tensor.shape, tensor.read_only) == (dtype, shape, False)


@pytest.mark.parametrize("empty", [b"", bytearray(), memoryview(b"")], ids=repr)
def test_an_empty_buffer(empty):
    assert tarray.asarray(empty).shape == (0,)
    assert tarray.frombuffer(empty).shape == (0,)
    assert tarray.frombuffer(empty, dtype="float64").shape == (0,)


def test_a_format_that_is_not_followed_is_warned_of():
    numbers = array.array("i", [1, 2, 3])

    with pytest.warns(tarray.BufferFormatWarning, match="\"i\".*float32.*frombuffer"):
        tensor = tarray.asarray(numbers)
    assert tensor.dtype is tarray.float32
    del tensor

    with warnings.catch_warnings():
        warnings.simplefilter("error")
        assert tarray.asarray(numbers, dtype="int32").shape == (3,)
        for plain in [b"abcd", bytearray(4), memoryview(b"abcd"), array.array("b", b"abcd"), mmap.mmap(-1, 4),
                      (ctypes.c_char * 4)(), (ctypes.c_uint8 * 4)()]:
            assert tarray.asarray(plain).shape == (1,)
        references = sys.getrefcount(numbers)
        with pytest.raises(tarray.BufferFormatWarning):
            tarray.asarray(numbers)
        assert sys.getrefcount(numbers) == references
        numbers.append(4)


@pytest.mark.parametrize("make", [tarray.asarray, tarray.frombuffer])
def test_the_buffer_is_locked_as_long_as_an_alias_lives(make):
    source = bytearray(8)
    tensor = make(source, dtype="int8")

    with pytest.raises(BufferError):
        source.append(1)
    other = tarray.asarray(tensor, requires_grad=None)
    del tensor
    with pytest.raises(BufferError):
        source.append(1)
    del other
    source.append(1)


@pytest.mark.parametrize("keywords, error", [
    ({"dtype": "float64", "copy": False}, ValueError), ({"accept": {"numpy"}}, TypeError),
    ({"dtype": "int8", "device": "cuda:77"}, RuntimeError),
    ({"dtype": "int8", "writable": True, "copy": True}, None), ({"dtype": "int8", "copy": True}, None),
], ids=repr)
def test_the_buffer_is_free_after_a_failure_or_a_copy(keywords, error):
    source = bytearray(7)

    if error:
        with pytest.raises(error):
            tarray.asarray(source, **keywords)
    else:
        assert not tarray.asarray(source, **keywords).provenance.aliased

    source.append(1)


def test_a_strided_buffer_is_copied_in_c_order():
    view = memoryview(np.arange(12, dtype="u1").reshape(3, 4).T)
    assert not view.c_contiguous

    tensor = tarray.asarray(view, dtype="uint8")

    assert not tensor.provenance.aliased
    assert bytes(ctypes.string_at(tensor.data_ptr(), 12)) == view.tobytes()
    with pytest.raises(ValueError, match="contiguous"):
        tarray.asarray(view, dtype="uint8", copy=False)
    assert tarray.asarray(memoryview(b"abcdefgh")[::2]).shape == (1,)


def test_size_must_be_a_multiple():
    with pytest.raises(ValueError):
        tarray.asarray(b"abc")


FORMATS = [("?", "bool"), ("b", "int8"), ("B", "uint8"), ("c", "uint8"), ("h", "int16"), ("H", "uint16"), ("i", "int32"),
           ("I", "uint32"), ("l", "int64"), ("L", "uint64"), ("q", "int64"), ("Q", "uint64"), ("n", "int64"),
           ("N", "uint64"), ("f", "float32"), ("d", "float64")]


@pytest.mark.parametrize("code, dtype", FORMATS)
def test_frombuffer_follows_formats_and_shapes(code, dtype):
    width = tarray.dtype(dtype).itemsize
    view = memoryview(bytearray(6 * width)).cast(code, (2, 3))

    tensor = tarray.frombuffer(view)

    assert (tensor.dtype.name, tensor.shape, tensor.strides) == (dtype, (2, 3), (3, 1))
    assert tensor.provenance == ("buffer", True, None)


@pytest.mark.parametrize("dtype", ["e", "f", "d", "F", "D", "?", "b", "H", "l", "L"])
def test_frombuffer_of_memoryviews_of_arrays(dtype):
    source = np.zeros((3, 4, 5), dtype)[::-1, ::2].T

    tensor = tarray.frombuffer(memoryview(source))

    assert tensor.data_ptr() == source.ctypes.data
    assert (tensor.shape, tuple(s * source.itemsize for s in tensor.strides)) == (source.shape, source.strides)
    assert tensor.dtype is tarray.asarray(source).dtype


def exported(format, itemsize):
    """A buffer of two elements with any format: what ctypes structs say of themselves."""
    class Exporter(ctypes.Structure):
        _fields_ = [("x", ctypes.c_uint8 * itemsize)]
    return memoryview((Exporter * 2)())


@pytest.mark.parametrize("source, error", [
    (memoryview(np.zeros(2, ">i4")), ValueError), (memoryview(np.zeros(2, ">f8")), RuntimeError),
    (memoryview(np.zeros(2, "g")), ValueError), (memoryview(np.zeros(2, "i4,f4")), ValueError),
    (memoryview(np.zeros(2, "S3")), ValueError), (exported("", 3), ValueError), ([1, 2], TypeError), ("abc", TypeError),
], ids=repr)
def test_frombuffer_refuses_what_it_cannot_share(source, error):
    with pytest.raises(error):
        tarray.frombuffer(source)


def test_one_byte_elements_have_no_order():
    assert tarray.frombuffer(memoryview(np.zeros(2, ">i1"))).dtype is tarray.int8


@pytest.mark.parametrize("keywords, first, shape", [
    ({}, 0, (8,)), ({"offset": 3}, 3, (5,)), ({"count": 2}, 0, (2,)), ({"count": 2, "offset": 6}, 6, (2,)),
    ({"offset": 8}, None, (0,)), ({"count": 0}, None, (0,)), ({"count": -5}, 0, (8,)),
], ids=repr)
def test_frombuffer_takes_a_part(keywords, first, shape):
    source = bytearray(range(8))
    start = np.frombuffer(source, "u1").ctypes.data

    for dtype in ({}, {"dtype": "uint8"}):
        tensor = tarray.frombuffer(source, **dtype, **keywords)
        assert (tensor.shape, tensor.dtype) == (shape, tarray.uint8)
        assert first is None or tensor.data_ptr() == start + first


@pytest.mark.parametrize("keywords", [
    {"offset": -1}, {"offset": 9}, {"count": 9}, {"count": 3, "offset": 6}, {"dtype": "int16", "count": 5},
    {"dtype": "int16", "offset": 1}, {"dtype": "int16", "count": 2**62}, {"count": 2**63 - 1},
], ids=repr)
def test_frombuffer_refuses_what_lies_outside(keywords):
    source = bytearray(8)

    with pytest.raises(ValueError):
        tarray.frombuffer(source, **keywords)
    source.append(1)


def test_frombuffer_requires_grad_of_floats_only():
    assert tarray.frombuffer(bytearray(8), dtype="float32", requires_grad=True).requires_grad
    with pytest.raises(RuntimeError):
        tarray.frombuffer(bytearray(8), dtype="int8", requires_grad=True)


def test_frombuffer_of_strided_bytes_with_a_dtype_is_refused():
    with pytest.raises(ValueError, match="contiguous"):
        tarray.frombuffer(memoryview(b"abcdefgh")[::2], dtype="int8")
    assert tarray.frombuffer(memoryview(b"abcdefgh")[::2]).strides == (2,)
