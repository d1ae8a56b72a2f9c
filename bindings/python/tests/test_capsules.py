"""DLPack capsules: claimed by renaming, given back when a call fails, used once."""

import ctypes
import gc
import sys
import weakref
from concurrent.futures import ThreadPoolExecutor

import numpy as np
import pytest

import tarray
from crafted import F4, READ_ONLY, Lent, api, name_of


@pytest.mark.parametrize("versioned", [True, False])
def test_a_capsule_is_taken_once(versioned):
    lent = Lent(versioned=versioned)
    capsule = lent.capsule()

    tensor = tarray.asarray(capsule)

    assert name_of(capsule) == ("used_dltensor_versioned" if versioned else "used_dltensor")
    assert (tensor.data_ptr(), tensor.shape, tensor.dtype) == (lent.address, (2, 3), tarray.float32)
    assert tensor.provenance == ("dlpack", True, None)
    with pytest.raises(ValueError, match="used already") as raised:
        tarray.asarray(capsule)
    assert isinstance(raised.value, RuntimeError)
    assert lent.deleted == 0
    del tensor
    assert lent.deleted == 1


@pytest.mark.parametrize("versioned", [True, False])
def test_a_copied_tensor_is_let_go_at_once(versioned):
    lent = Lent(versioned=versioned)
    capsule = lent.capsule()

    tensor = tarray.asarray(capsule, copy=True)

    assert lent.deleted == 1
    assert tensor.provenance == ("dlpack", False, "requested")
    assert name_of(capsule).startswith("used")


@pytest.mark.parametrize("versioned", [True, False])
@pytest.mark.parametrize("shape, dtype, keywords, error", [
    ((2, 3), F4, {"dtype": "int8", "copy": False}, ValueError), ((2, 3), F4, {"device": "cuda:77"}, RuntimeError),
    ((2, -3), F4, {}, ValueError), ((2, 3), (6, 1, 1), {}, TypeError), ((2, 3), F4, {"accept": {"numpy"}}, TypeError),
    ((2**40, 2**40), F4, {}, ValueError),
], ids=repr)
def test_a_failing_call_leaves_a_capsule_as_it_was(versioned, shape, dtype, keywords, error):
    lent = Lent(versioned=versioned, shape=shape, dtype=dtype)
    capsule = lent.capsule()
    fresh = api.PyCapsule_GetName(capsule)

    with pytest.raises(error):
        tarray.asarray(capsule, **keywords)

    assert api.PyCapsule_GetName(capsule) == fresh
    assert lent.deleted == 0


def test_an_unknown_major_version_is_a_buffer_error_and_stays_the_callers():
    lent = Lent(major=2)
    capsule = lent.capsule()

    with pytest.raises(BufferError, match="2.3"):
        tarray.asarray(capsule)

    assert (name_of(capsule), lent.deleted) == ("dltensor_versioned", 0)


def test_other_capsules_are_refused_by_name():
    other = api.PyCapsule_New(ctypes.addressof(ctypes.c_int()), b"other", None)
    unnamed = api.PyCapsule_New(ctypes.addressof(ctypes.c_int()), None, None)

    with pytest.raises(TypeError, match='"other"'):
        tarray.asarray(other)
    with pytest.raises(TypeError, match="without a name"):
        tarray.asarray(unnamed)


def test_read_only_is_kept():
    assert tarray.asarray(Lent(flags=READ_ONLY).capsule()).read_only
    assert not tarray.asarray(Lent(flags=0).capsule()).read_only
    writable = tarray.asarray(Lent(flags=READ_ONLY).capsule(), writable=True)
    assert writable.provenance == ("dlpack", False, "read-only")


def test_capsules_in_a_list_are_read_and_not_used():
    first, second = Lent(shape=(3,)), Lent(shape=(3,), versioned=False)
    capsules = [first.capsule(), second.capsule()]

    assert tarray.asarray(capsules).shape == (2, 3)

    assert [name_of(capsule) for capsule in capsules] == ["dltensor_versioned", "dltensor"]
    assert (first.deleted, second.deleted) == (0, 0)


@pytest.mark.parametrize("versioned", [True, False])
@pytest.mark.parametrize("options", [
    {}, {"copy": True}, {"dtype": "float64"}, {"contiguous": True}, {"writable": True}, {"device": "cpu"},
], ids=repr)
@pytest.mark.parametrize("ndim", [-1, 65, 2**31 - 1])
def test_more_axes_than_there_can_be_are_not_read(ndim, options, versioned):
    lent = Lent(versioned=versioned)
    lent.managed.tensor.ndim = ndim
    capsule = lent.capsule()

    with pytest.raises(ValueError, match="ndim"):
        tarray.asarray(capsule, **options)

    assert (name_of(capsule), lent.deleted) == (lent.name.decode(), 0)


def test_a_real_capsule_survives_a_failing_call():
    array = np.arange(3)
    gone = weakref.finalize(array, lambda: None)
    capsule = array.__dlpack__(max_version=(1, 0))
    with pytest.raises(ValueError):
        tarray.asarray(capsule, dtype="int8", copy=False)
    tensor = tarray.asarray(capsule)
    del array, capsule
    gc.collect()
    assert gone.alive
    del tensor
    assert not gone.alive


def test_an_unused_capsule_lets_go_after_a_failing_call():
    array = np.arange(3)
    before = sys.getrefcount(array)
    capsule = array.__dlpack__(max_version=(1, 0))
    with pytest.raises(ValueError):
        tarray.asarray(capsule, dtype="int8", copy=False)
    del capsule
    assert sys.getrefcount(array) == before


def test_one_of_two_threads_gets_a_capsule():
    def take(capsule):
        try:
            return tarray.asarray(capsule)
        except ValueError:
            return None

    with ThreadPoolExecutor(2) as pool:
        for _ in range(500):
            lent = Lent()
            capsule = lent.capsule()
            taken = [tensor for tensor in pool.map(take, [capsule, capsule]) if tensor is not None]
            assert len(taken) == 1
            taken.clear()
            assert lent.deleted == 1
