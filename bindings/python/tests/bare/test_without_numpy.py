"""What needs no NumPy, run where there is none too: every kind of source but NumPy's own."""

import array
import copy
import mmap
import pickle
import sys

import pytest

import tarray


@pytest.fixture(autouse=True)
def numpy_stays_out(monkeypatch):
    """An attempt to import NumPy fails, also where it is installed."""
    for name in [name for name in sys.modules if name.split(".")[0] == "numpy"]:
        monkeypatch.delitem(sys.modules, name)
    monkeypatch.setitem(sys.modules, "numpy", None)


class Speaker:
    """Something that speaks DLPack and nothing else."""

    def __init__(self, tensor):
        self.tensor = tensor

    def __dlpack__(self, **asked):
        return self.tensor.__dlpack__(**asked)

    def __dlpack_device__(self):
        return self.tensor.__dlpack_device__()


class Interface:
    def __init__(self, buffer):
        self.buffer = buffer
        address = tarray.asarray(buffer, dtype="uint8").data_ptr()
        self.__array_interface__ = {"version": 3, "shape": (2,), "typestr": "<f4", "data": (address, False)}


def test_a_tensor():
    a = tarray.tensor([1, 2, 3])

    assert tarray.asarray(a) is a
    assert tarray.asarray(a, copy=True).data_ptr() != a.data_ptr()


@pytest.mark.parametrize("version", [None, (1, 3)])
def test_a_capsule(version):
    a = tarray.tensor([1.0, 2.0])

    b = tarray.asarray(a.__dlpack__(max_version=version))

    assert b.data_ptr() == a.data_ptr() and b.provenance.source == "dlpack"


def test_an_object_that_speaks_dlpack():
    a = tarray.tensor([[1.0, 2.0]])

    assert tarray.asarray(Speaker(a)).data_ptr() == a.data_ptr()
    assert tarray.from_dlpack(Speaker(a)).shape == (1, 2)


@pytest.mark.parametrize("make", [bytes, bytearray, lambda size: memoryview(bytearray(size)), lambda size: mmap.mmap(-1, size),
                                  lambda size: array.array("B", bytes(size))])
def test_a_buffer(make):
    t = tarray.asarray(make(8))

    assert t.dtype is tarray.float32 and t.shape == (2,) and t.provenance.source == "buffer" and t.provenance.aliased


def test_a_buffer_is_shared_and_locked():
    buffer = bytearray(8)
    t = tarray.asarray(buffer, dtype=tarray.int32)

    t[1] = 1

    assert buffer == b"\0\0\0\0\1\0\0\0"
    with pytest.raises(BufferError):
        buffer.append(0)
    del t
    buffer.append(0)


def test_a_buffer_that_states_a_format_is_still_read_as_bytes():
    with pytest.warns(tarray.BufferFormatWarning):
        t = tarray.asarray(array.array("d", [1.0, 2.0]))

    assert t.dtype is tarray.float32 and t.numel() == 4
    assert tarray.frombuffer(array.array("d", [1.0, 2.0])).tolist() == [1.0, 2.0]


def test_an_array_interface():
    buffer = bytearray(8)

    t = tarray.asarray(Interface(buffer))
    t.fill_(1)

    assert t.dtype is tarray.float32 and buffer == b"\0\0\x80\x3f" * 2


@pytest.mark.parametrize("scalar, dtype", [(True, "bool"), (1, "int64"), (1.5, "float32"), (1j, "complex64"), (2**63, "uint64")])
def test_a_scalar(scalar, dtype):
    t = tarray.asarray(scalar)

    assert t.dtype.name == dtype and t.shape == () and t.item() == scalar
    with pytest.raises(ValueError):
        tarray.asarray(scalar, copy=False)


def test_a_sequence():
    t = tarray.asarray([(1, 2.5), range(2), tarray.tensor([5, 6]), array.array("d", [7.0, 8.0])][:3])

    assert t.tolist() == [[1.0, 2.5], [0.0, 1.0], [5.0, 6.0]]
    with pytest.raises(ValueError):
        tarray.asarray([[1, 2], [3]])
    with pytest.raises(ValueError, match="can't alias arbitrary sequence into a tensor."):
        tarray.asarray([1], copy=False)


@pytest.mark.parametrize("nothing", [None, "text", {1: 2}, {1}, object(), (n for n in [1])])
def test_no_source_at_all(nothing):
    with pytest.raises(TypeError):
        tarray.asarray(nothing)


def test_out_again():
    t = tarray.tensor([[1, 2], [3, 4]])

    assert memoryview(t).tolist() == [[1, 2], [3, 4]] and t.tolist() == [[1, 2], [3, 4]]
    assert repr(t) == "tensor([[1, 2],\n        [3, 4]])"
    assert t.T[0, 1].item() == 3 and t.to("float64").dtype is tarray.float64
    assert copy.deepcopy(t).data_ptr() != t.data_ptr()
    assert pickle.loads(pickle.dumps(t.dtype)) is tarray.int64
    assert pickle.loads(pickle.dumps(t, 5)).tolist() == t.tolist()


def test_numpy_is_asked_for_only_by_name():
    with pytest.raises(ImportError):
        tarray.tensor([1]).numpy()
    with pytest.raises(TypeError):
        tarray.from_numpy([1])
