"""Devices, on a machine that may have none but the CPU; tests/cuda and tests/c/devices.c show the rest."""

import pickle

import numpy as np
import pytest

import plugged_in
import tarray
from crafted import Lent


def test_the_cpu_is_always_there():
    assert tarray.devices()[0] == tarray.device("cpu")
    assert all(isinstance(device, tarray.device) for device in tarray.devices())


@pytest.mark.parametrize(("text", "pair"), [
    ("cpu", (1, 0)), ("cpu:3", (1, 0)), ("cuda", (2, -1)), ("cuda:1", (2, 1)), ("hip:2", (10, 2)), ("mps", (8, -1)),
    ("xpu:0", (14, 0)), ("device64:1", (64, 1)), ("cuda_managed:0", (13, 0)),
])
def test_names_are_the_librarys(text, pair):
    assert tarray.device(text) == tarray.device(pair)
    assert tarray.device(str(tarray.device(pair))) == tarray.device(pair)


@pytest.mark.parametrize("text", ["", "gpu", "CPU", "cuda:", "cuda:-1", "cuda:01", "device:1", "device0:0", "cpu\0", "cuda:1:1"])
def test_other_names_are_refused(text):
    with pytest.raises(RuntimeError, match="no device is called"):
        tarray.device(text)


def test_a_device_that_is_not_there_is_refused_with_what_there_is():
    with pytest.raises(RuntimeError, match="there is: cpu"):
        tarray.asarray([1, 2], device="device64:0")
    with pytest.raises(RuntimeError, match="there is: cpu"):
        tarray.asarray(np.ones(2)).to("cuda:77")


def test_a_device_tells_of_itself():
    told = tarray.device("cpu").properties()
    assert told["name"] and told["total_memory"] >= told["free_memory"] > 0 and told["capability"] == (0, 0)
    with pytest.raises(RuntimeError, match="there is: cpu"):
        tarray.device("device64:0").properties()


@pytest.mark.parametrize(("device", "stream", "error"), [
    ((2, 0), 0, "stream 0 is ambiguous"), ((2, 0), -2, "no stream -2"), ((10, 0), 1, "ROCm has no stream 1"),
    ((10, 0), 2, "ROCm has no stream 2"),
])
def test_numbers_that_are_no_stream_of_the_device_are_refused(device, stream, error):
    tensor = tarray.from_dlpack(Lent(device=device).capsule())
    with pytest.raises(ValueError, match=error):
        tensor.__dlpack__(stream=stream)
    tensor.__dlpack__(stream=-1)


def test_what_went_through_the_host_says_so():
    with plugged_in.device() as device:
        there = tarray.asarray([1.5, 2.5], dtype="float32", device=device)
        wide = tarray.asarray(there, dtype="float64")
        told = [there.provenance, wide.provenance]
        back = tarray.asarray(wide, device="cpu")
        assert str(wide.device) == device and back.tolist() == [1.5, 2.5]
        del there, wide

    assert [tuple(it) for it in told] == [("sequence", False, "not memory"), ("tensor", False, "dtype")]
    assert [it.staged for it in told] == [False, True] and not back.provenance.staged
    assert [it.staged for it in pickle.loads(pickle.dumps(told))] == [False, True]


def test_pickles_find_their_device():
    with plugged_in.device() as device:
        pickled = pickle.dumps(tarray.asarray([[1.0, 2.0], [3.0, 4.0]], device=device).T)
        back = pickle.loads(pickled)
        assert str(back.device) == device and back.tolist() == [[1.0, 3.0], [2.0, 4.0]]
        del back

    with pytest.raises(RuntimeError, match="there is: cpu"):
        pickle.loads(pickled)


def test_memory_of_the_cpu_has_no_cuda_array_interface():
    tensor = tarray.asarray([1.0, 2.0])
    assert not hasattr(tensor, "__cuda_array_interface__")


def test_memory_on_a_device_is_told_with_its_stream():
    lent = Lent(device=(2, 0))

    class Speaker:
        def __dlpack_device__(self):
            return (2, 0)

        def __dlpack__(self, *, stream=None, **_):
            self.stream = stream
            return lent.capsule()

    speaker = Speaker()
    told = tarray.asarray(speaker).T.__cuda_array_interface__
    assert speaker.stream == 1
    assert told == {
        "version": 3, "typestr": "<f4", "shape": (3, 2), "strides": (4, 12), "data": (lent.address, False), "stream": 1,
    }
