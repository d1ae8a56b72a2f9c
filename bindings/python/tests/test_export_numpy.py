"""The buffer protocol, NumPy's protocols, and `numpy()`: the same memory, seen by others."""

import array
import ctypes
import gc
import itertools
import subprocess
import sys

import ml_dtypes
import numpy as np
import pytest

import tarray
from test_export_dlpack import NUMPY_DTYPES, of, read_only
from test_export_exchange import allocate, take

EXTENSION_DTYPES = ["bfloat16", "float8_e3m4", "float8_e4m3", "float8_e4m3b11fnuz", "float8_e4m3fn",
                    "float8_e4m3fnuz", "float8_e5m2", "float8_e5m2fnuz", "float8_e8m0fnu",
                    "int4", "uint4", "int2", "uint2", "float4_e2m1fn", "float6_e2m3fn", "float6_e3m2fn"]
BASE = np.arange(24).reshape(2, 3, 4)
LAYOUTS = {
    "plain": lambda a: a, "reversed": lambda a: a[::-1, :, ::-2], "transposed": lambda a: a.T,
    "broadcast": lambda a: np.broadcast_to(a[0, 0], (3, 4)), "no axes": lambda a: a[0, 0, :1].reshape(()),
    "empty": lambda a: a[:, :0], "unaligned": lambda a: unaligned(a),
}


def unaligned(source):
    place = np.zeros(source.nbytes + 1, "u1")[1:].view(source.dtype).reshape(source.shape)
    place[...] = source
    return place


def same(back, source):
    assert back.dtype == source.dtype and back.shape == source.shape
    assert back.flags.writeable == source.flags.writeable
    assert np.array_equal(back, source)
    if source.size:
        assert back.ctypes.data == source.ctypes.data and back.strides == source.strides


@pytest.mark.parametrize("layout", LAYOUTS)
@pytest.mark.parametrize("dtype", NUMPY_DTYPES)
def test_numpy_and_back_is_the_same_memory(dtype, layout):
    source = LAYOUTS[layout](BASE.astype(dtype))
    tensor = of(source)

    for back in (tensor.numpy(), np.asarray(tensor), np.asarray(memoryview(tensor)), tensor.__array__()):
        same(back, source)
    assert tensor.numpy().dtype.char == source.dtype.char


@pytest.mark.parametrize("layout", LAYOUTS)
@pytest.mark.parametrize("dtype", EXTENSION_DTYPES)
def test_ml_dtypes_and_back_is_the_same_memory(dtype, layout):
    source = LAYOUTS[layout](BASE.astype("int8").view(getattr(ml_dtypes, dtype))
                             if getattr(ml_dtypes, dtype)(0).itemsize == 1 else BASE.astype(ml_dtypes.bfloat16))
    tensor = of(source)

    for back in (tensor.numpy(), np.asarray(tensor), tensor.__array__()):
        assert back.dtype == source.dtype and back.shape == source.shape
        assert back.flags.writeable == source.flags.writeable
        assert back.tobytes() == source.tobytes()
        if source.size:
            assert (back.ctypes.data, back.strides) == (source.ctypes.data, source.strides)
    with pytest.raises(BufferError, match=dtype):
        memoryview(tensor)
    assert not hasattr(tensor, "__array_interface__")


def test_elements_that_share_a_byte_are_refused():
    _, lent, _ = allocate((4,), code=0, bits=4)
    tensor = take(lent.contents)

    for use in (tensor.numpy, tensor.__array__, lambda: np.asarray(tensor)):
        with pytest.raises(TypeError, match="int4.*share a byte"):
            use()
    with pytest.raises(BufferError, match="int4"):
        memoryview(tensor)
    assert tensor.__dlpack__() is not None


def test_half_complex_numbers_go_where_they_are_known():
    tensor = tarray.asarray([1 + 2j], dtype="complex32")

    assert tensor.numpy().dtype == ml_dtypes.complex32 and tensor.numpy().tolist() == [1 + 2j]


@pytest.mark.parametrize("make", [of, lambda array: read_only(array.copy())])
def test_the_array_interface_describes_the_memory(make):
    tensor = make(np.arange(6, dtype=np.int16).reshape(2, 3))

    interface = tensor.__array_interface__

    assert interface == {"version": 3, "typestr": "<i2" if sys.byteorder == "little" else ">i2", "shape": (2, 3),
                         "strides": (6, 2), "data": (tensor.data_ptr(), tensor.read_only)}

    class Only:
        __array_interface__ = interface

    assert np.asarray(Only()).ctypes.data == tensor.data_ptr()


@pytest.mark.parametrize("dtype, copy, aliases", [
    (None, None, True), (None, False, True), (None, True, False), ("int64", None, True), ("int64", False, True),
    ("int64", True, False), ("float32", None, False), ("float32", True, False),
])
def test_array_copies_when_asked(dtype, copy, aliases):
    tensor = of(np.arange(3))

    back = tensor.__array__(dtype, copy)

    assert (back.ctypes.data == tensor.data_ptr()) == aliases
    assert back.dtype == (dtype or "int64") and back.tolist() == [0, 1, 2]


def test_array_refuses_what_needs_a_copy():
    with pytest.raises(ValueError, match="copy"):
        of(np.arange(3)).__array__("float32", copy=False)
    with pytest.raises(ValueError):
        np.array(of(np.arange(3)), dtype="float32", copy=False)


def test_read_only_stays_read_only():
    tensor = read_only(np.arange(3))

    assert memoryview(tensor).readonly and not tensor.numpy().flags.writeable
    for writer in (lambda: tensor.numpy().__setitem__(0, 1), lambda: memoryview(tensor).__setitem__(0, 1),
                   lambda: __import__("io").BytesIO(bytes(99)).readinto(tensor)):
        with pytest.raises((ValueError, TypeError, BufferError)):
            writer()


def test_writes_are_seen_on_both_sides():
    tensor = of(np.zeros(3))

    tensor.numpy()[0] = 1
    memoryview(tensor)[1] = 2.0

    assert tensor.tolist() == [1, 2, 0]


@pytest.mark.parametrize("dtype", NUMPY_DTYPES)
def test_a_memoryview_is_as_numpy_has_it(dtype):
    source = np.arange(6).astype(dtype).reshape(2, 3)[:, ::-1]
    view, expected = memoryview(of(source)), memoryview(source)

    for fact in ("format", "itemsize", "shape", "strides", "ndim", "nbytes", "readonly", "c_contiguous",
                 "f_contiguous", "contiguous", "suboffsets"):
        assert getattr(view, fact) == getattr(expected, fact), fact
    if view.format in "?bhilqBHILQfd":
        assert view.tolist() == source.tolist()


@pytest.mark.parametrize("source", [
    np.arange(3), BASE[:1].T, BASE[:, ::2], np.asfortranarray(np.arange(6).reshape(2, 3)), np.array(5),
    np.zeros((0, 3)), np.arange(6).reshape(1, 6)[:, :],
], ids=lambda array: f"{array.shape}{array.strides}")
def test_a_layout_is_lent_to_who_understands_it(source):
    tensor = of(source)

    for contiguity, shown in itertools.product((SIMPLE, ND, STRIDES, C_ORDER, F_ORDER, ANY_ORDER), (0, WRITABLE, FORMAT)):
        assert lends(tensor, contiguity | shown) == lends(source, contiguity | shown), hex(contiguity | shown)


SIMPLE, WRITABLE, FORMAT, ND, STRIDES, C_ORDER, F_ORDER, ANY_ORDER = 0, 0x1, 0x4, 0x8, 0x18, 0x38, 0x58, 0x98


def lends(exporter, flags):
    view = ctypes.create_string_buffer(256)
    try:
        ctypes.pythonapi.PyObject_GetBuffer(ctypes.py_object(exporter), view, flags)
    except (BufferError, ValueError):
        return False
    ctypes.pythonapi.PyBuffer_Release(view)
    return True


def test_a_buffer_keeps_the_memory():
    live = tarray.live_tensors()
    view = memoryview(of(np.arange(1000)).clone())
    gc.collect()

    assert view.tolist() == list(range(1000))
    del view
    assert tarray.live_tensors() == live


@pytest.mark.parametrize("consume", [bytes, lambda t: b"".join([t]), lambda t: array.array("l", bytes(t)).tobytes()])
def test_bytes_are_the_elements(consume):
    assert consume(of(np.arange(3))) == np.arange(3).tobytes()


@pytest.mark.parametrize("source", [
    np.array(5), np.array([5]), np.array([[7]], "u1"), np.array([1.5]), np.zeros((0, 3)), BASE.T, BASE[:, ::-2],
    np.array([True, False]), np.array([1, 2], ml_dtypes.bfloat16), np.array([1, 2, 3], ml_dtypes.float8_e5m2)[::-1],
], ids=repr)
def test_bytes_of_any_tensor_are_its_elements_in_c_order(source):
    assert bytes(of(source)) == source.tobytes()
    assert bytes(read_only(source)) == source.tobytes()


@pytest.mark.parametrize("dtype", [*NUMPY_DTYPES, *EXTENSION_DTYPES])
def test_numpy_takes_our_dtypes_for_its_own(dtype):
    expected = np.dtype(getattr(ml_dtypes, dtype, None) or dtype)
    ours = tarray.dtype(expected)

    assert ours.__numpy_dtype__ == expected
    assert np.empty(2, ours).dtype == expected


def test_dtypes_that_numpy_has_not_are_named():
    _, lent, _ = allocate((4,), code=0, bits=24)

    with pytest.raises(TypeError, match="int24"):
        np.dtype(take(lent.contents).dtype)


def test_bytes_are_refused_where_a_buffer_is():
    with pytest.raises(BufferError, match="requires grad"):
        bytes(tarray.asarray([1.0], requires_grad=True))


def test_a_bytearray_asks_for_a_number_first():
    tensor = tarray.asarray([2])

    assert bytearray(tensor) == bytes(2) and bytearray(memoryview(tensor)) == bytes(tensor)


def test_numpy_is_imported_only_when_asked_for():
    code = ("import sys, tarray; t = tarray.asarray([1.0, 2.0]); memoryview(t); t[0]; t.tolist(); t[0].item(); "
            "t.__array_interface__; bytes(t); t[0] = 3; t.copy_([1, 2]); print('numpy' in sys.modules); t.numpy(); "
            "print('numpy' in sys.modules)")

    told = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout

    assert told.split() == ["False", "True"]


def test_nothing_leaks():
    tensor, other = of(np.arange(3)), of(np.zeros(3, ml_dtypes.bfloat16))
    live = tarray.live_tensors()
    references = sys.getrefcount(tensor), sys.getrefcount(other)

    for _ in range(10_000):
        memoryview(tensor)
        tensor.__array_interface__
        tensor.numpy()
        other.numpy()
        for failing in (lambda: memoryview(other), lambda: tensor.__array__("f4", copy=False)):
            try:
                failing()
            except (BufferError, ValueError):
                pass

    assert (sys.getrefcount(tensor), sys.getrefcount(other)) == references
    assert tarray.live_tensors() == live
