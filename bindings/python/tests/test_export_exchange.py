"""`__dlpack_c_exchange_api__`, through ctypes and through consumers that use it."""

import ctypes
import gc
import sys

import numpy as np
import pytest

import tarray
from test_export_dlpack import DLTensor, Versioned, of, read_only

ALLOCATE = ctypes.CFUNCTYPE(
    ctypes.c_int, ctypes.POINTER(DLTensor), ctypes.POINTER(ctypes.POINTER(Versioned)), ctypes.c_void_p,
    ctypes.CFUNCTYPE(None, ctypes.c_void_p, ctypes.c_char_p, ctypes.c_char_p))
SET_ERROR = ALLOCATE._argtypes_[3]
FROM_OBJECT = ctypes.PYFUNCTYPE(ctypes.c_int, ctypes.py_object, ctypes.POINTER(ctypes.POINTER(Versioned)))
TO_OBJECT = ctypes.PYFUNCTYPE(ctypes.c_int, ctypes.c_void_p, ctypes.POINTER(ctypes.c_void_p))
DESCRIBE = ctypes.PYFUNCTYPE(ctypes.c_int, ctypes.py_object, ctypes.POINTER(DLTensor))
STREAM = ctypes.PYFUNCTYPE(ctypes.c_int, ctypes.c_int32, ctypes.c_int32, ctypes.POINTER(ctypes.c_void_p))


class Table(ctypes.Structure):
    _fields_ = [("version", ctypes.c_uint32 * 2), ("prev_api", ctypes.c_void_p), ("allocate", ALLOCATE),
                ("from_object", FROM_OBJECT), ("to_object", TO_OBJECT), ("describe", DESCRIBE),
                ("current_work_stream", STREAM)]


get_pointer = ctypes.pythonapi.PyCapsule_GetPointer
get_pointer.restype, get_pointer.argtypes = ctypes.c_void_p, [ctypes.py_object, ctypes.c_char_p]
TABLE = Table.from_address(get_pointer(tarray.Tensor.__dlpack_c_exchange_api__, b"dlpack_exchange_api"))


def lend(tensor):
    out = ctypes.POINTER(Versioned)()
    assert TABLE.from_object(tensor, ctypes.byref(out)) == 0
    return out.contents


def end(managed):
    managed.deleter(ctypes.addressof(managed))


def take(managed):
    out = ctypes.c_void_p()
    assert TABLE.to_object(ctypes.addressof(managed), ctypes.byref(out)) == 0
    tensor = ctypes.cast(out, ctypes.py_object).value
    ctypes.pythonapi.Py_DecRef(ctypes.py_object(tensor))
    return tensor


@pytest.fixture(autouse=True)
def _counts_begin_at_rest():
    """What earlier tests left in cycles goes first, not in the middle of a count."""
    gc.collect()


def test_the_table_is_of_dlpack_1_3_and_complete():
    assert tuple(TABLE.version) == (1, 3) and TABLE.prev_api is None
    assert all(getattr(TABLE, field) for field, _ in Table._fields_[2:])


def test_a_tensor_goes_out_and_comes_back():
    live = tarray.live_tensors()
    tensor = of(np.arange(6).reshape(2, 3).T)
    references = sys.getrefcount(tensor)

    back = take(lend(tensor))

    assert sys.getrefcount(tensor) == references and sys.getrefcount(back) == 2
    assert (back.data_ptr(), back.shape, back.strides) == (tensor.data_ptr(), (3, 2), (1, 3))
    del tensor, back
    assert tarray.live_tensors() == live


def test_read_only_is_said_where_it_can_be():
    tensor = read_only(np.arange(3))
    managed = lend(tensor)

    assert managed.flags == 1
    assert take(managed).read_only
    with pytest.raises(BufferError, match="read-only"):
        TABLE.describe(tensor, ctypes.byref(DLTensor()))


def test_a_description_lends_nothing():
    array = np.arange(6, dtype=np.float32).reshape(2, 3)[:, ::-1]
    tensor, out = of(array), DLTensor()
    live = tarray.live_tensors()

    assert TABLE.describe(tensor, ctypes.byref(out)) == 0

    assert tarray.live_tensors() == live
    assert (out.data, tuple(out.device), out.ndim, out.byte_offset) == (array.ctypes.data, (1, 0), 2, 0)
    assert (out.code, out.bits, out.lanes) == (2, 32, 1)
    assert (out.shape[:2], out.strides[:2]) == ([2, 3], [3, -1])


def test_refusals_are_exceptions():
    out = ctypes.POINTER(Versioned)()
    with_grad = tarray.asarray([1.0], requires_grad=True)

    with pytest.raises(BufferError, match="grad"):
        TABLE.from_object(with_grad, ctypes.byref(out))
    with pytest.raises(BufferError, match="grad"):
        TABLE.describe(with_grad, ctypes.byref(DLTensor()))
    with pytest.raises(TypeError, match="list"):
        TABLE.from_object([1], ctypes.byref(out))
    assert not out


def test_a_failing_import_leaves_the_tensor_to_the_caller():
    live = tarray.live_tensors()
    managed = lend(of(np.arange(3)).clone()[:])
    managed.version[0] = 7

    with pytest.raises(BufferError, match="7.3"):
        TABLE.to_object(ctypes.addressof(managed), ctypes.byref(ctypes.c_void_p()))

    managed.version[0] = 1
    assert tarray.live_tensors() > live
    end(managed)
    assert tarray.live_tensors() == live


def allocate(shape, code=2, bits=32, device=(1, 0)):
    said, extents = [], (ctypes.c_int64 * len(shape))(*shape)
    prototype = DLTensor(None, device, len(shape), code, bits, 1, extents, None, 0)
    out = ctypes.POINTER(Versioned)()
    note = SET_ERROR(lambda context, kind, message: said.append((context, kind, message)))
    status = TABLE.allocate(ctypes.byref(prototype), ctypes.byref(out), 5, note)
    return status, out, said


@pytest.mark.parametrize("shape", [(), (0,), (3,), (2, 3, 4)], ids=str)
@pytest.mark.parametrize("code, bits", [(2, 32), (0, 64), (6, 8), (4, 16), (17, 4)])
def test_the_allocator_makes_tensors_of_our_own(shape, code, bits):
    live = tarray.live_tensors()

    status, out, said = allocate(shape, code, bits)

    assert (status, said) == (0, [])
    tensor = take(out.contents)
    assert tensor.shape == shape and tensor.is_contiguous() and not tensor.read_only
    assert tensor.data_ptr() % 64 == 0
    if bits >= 8:
        assert not any(np.ravel(tensor.tolist()))
        tensor.fill_(1)
    del tensor
    assert tarray.live_tensors() == live


@pytest.mark.parametrize("arguments, kind", [
    (dict(shape=(2**40, 2**20)), b"MemoryError"), (dict(shape=(2**62, 2**62)), b"BufferError"),
    (dict(shape=(-1,)), b"BufferError"), (dict(shape=(1,), device=(2, 77)), b"BufferError"),
    (dict(shape=(1,), code=2, bits=0), b"BufferError"),
], ids=repr)
def test_the_allocator_says_why_not(arguments, kind):
    live = tarray.live_tensors()

    status, out, said = allocate(**arguments)

    assert status == -1 and not out
    assert [(context, said_kind) for context, said_kind, _ in said] == [(5, kind)]
    assert tarray.live_tensors() == live


@pytest.mark.parametrize("device", [(1, 0), (2, 1)])
def test_work_is_on_the_default_stream(device):
    out = ctypes.c_void_p(1)

    assert TABLE.current_work_stream(*device, ctypes.byref(out)) == 0

    assert out.value is None


def test_tvm_ffi_takes_tensors_and_gives_them_back():
    tvm_ffi = pytest.importorskip("tvm_ffi")
    live = tarray.live_tensors()
    tensor = of(np.arange(6, dtype=np.float32).reshape(2, 3)).clone()

    theirs = tvm_ffi.from_dlpack(tensor)
    assert theirs.shape == (2, 3) and theirs.__dlpack_device__()[0] == 1
    echoed = tvm_ffi.get_global_func("testing.echo")(tensor)

    assert type(echoed) is tarray.Tensor
    assert echoed.data_ptr() == tensor.data_ptr() and echoed.tolist() == tensor.tolist()
    assert np.from_dlpack(theirs).ctypes.data == tensor.data_ptr()
    del theirs, echoed, tensor
    assert tarray.live_tensors() == live


def test_nothing_leaks():
    tensor, with_grad = of(np.arange(3)), tarray.asarray([1.0], requires_grad=True)
    references, live = sys.getrefcount(tensor), tarray.live_tensors()

    for _ in range(10_000):
        take(lend(tensor))
        end(lend(tensor))
        take(allocate((3,))[1].contents)
        try:
            TABLE.from_object(with_grad, ctypes.byref(ctypes.POINTER(Versioned)()))
        except BufferError:
            pass

    assert (sys.getrefcount(tensor), tarray.live_tensors()) == (references, live)
