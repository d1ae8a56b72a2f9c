"""tensor, from_numpy, from_dlpack (frombuffer: see test_buffers)."""

import numpy as np
import pytest

import tarray
from crafted import Lent, name_of


@pytest.mark.parametrize("data", [np.zeros((2, 3)), tarray.asarray([[1, 2]]), [1.5, 2], 3, bytearray(8)], ids=repr)
def test_tensor_always_copies(data):
    tensor = tarray.tensor(data)

    assert not tensor.provenance.aliased
    assert not tensor.requires_grad
    assert tensor is not data


def test_tensor_takes_the_keywords():
    tensor = tarray.tensor([1, 2], dtype="float64", device="cpu", requires_grad=True)

    assert (tensor.dtype, tensor.requires_grad) == (tarray.float64, True)
    for keywords in [{"copy": False}, {"writable": True}]:
        with pytest.raises(TypeError, match="unexpected keyword"):
            tarray.tensor([1], **keywords)


def test_from_numpy_always_aliases():
    array = np.arange(6)[::-2]

    assert tarray.from_numpy(array).data_ptr() == array.ctypes.data
    for other in ([1, 2], np.float32(1), tarray.asarray([1]), 5):
        with pytest.raises(TypeError, match="NumPy array"):
            tarray.from_numpy(other)
    for refused in (array.astype(">i8"), np.zeros(3, "i1,i4")["f1"]):
        with pytest.raises(ValueError):
            tarray.from_numpy(refused)


def test_from_dlpack_takes_capsules_and_objects():
    array = np.arange(6)
    read_only = np.arange(6)
    read_only.flags.writeable = False

    assert tarray.from_dlpack(array).data_ptr() == array.ctypes.data
    assert tarray.from_dlpack(array.__dlpack__()).data_ptr() == array.ctypes.data
    assert tarray.from_dlpack(array, copy=True).data_ptr() != array.ctypes.data
    assert tarray.from_dlpack(array, device="cpu", copy=False).provenance == ("dlpack", True, None)
    assert tarray.from_dlpack(read_only).read_only
    with pytest.raises(BufferError):
        tarray.from_dlpack(np.zeros(2, ">i4"))
    for other in ([1], b"abc", 5, None):
        with pytest.raises(TypeError, match="from_dlpack"):
            tarray.from_dlpack(other)


def test_from_dlpack_leaves_a_capsule_as_it_was_when_it_fails():
    lent = Lent()
    capsule = lent.capsule()

    with pytest.raises(ValueError):
        tarray.from_dlpack(capsule, device="cuda:77", copy=False)

    assert (name_of(capsule), lent.deleted) == ("dltensor_versioned", 0)
