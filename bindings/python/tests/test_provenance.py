"""Memory that is a copy before the library sees it: never copied twice, never called shared."""

import array
import ctypes

import numpy as np
import pytest

import tarray
from crafted import COPIED, READ_ONLY, Lent, with_table


class Speaker:
    """Exports `lent` by its method; `move` is where it goes if it is asked to move."""

    def __init__(self, lent, device=(1, 0)):
        self.lent, self.device = lent, device

    def __dlpack_device__(self):
        return self.device

    def __dlpack__(self, **_):
        return self.lent.capsule()


def speaker_with_table(lent):
    return with_table(lambda given: lent)()


SPEAKERS = pytest.mark.parametrize("speak", [Speaker, speaker_with_table, lambda lent: lent.capsule()],
                                   ids=["method", "table", "capsule"])


@SPEAKERS
def test_a_producers_copy_is_taken_over_as_one(speak):
    lent = Lent(flags=COPIED)

    tensor = tarray.asarray(speak(lent))

    assert tensor.provenance == ("dlpack", False, "producer")
    assert tensor.data_ptr() == lent.address
    del tensor
    assert lent.deleted == 1


@SPEAKERS
def test_a_producers_copy_is_not_copied_again_on_request(speak):
    lent = Lent(flags=COPIED)

    tensor = tarray.asarray(speak(lent), copy=True)

    assert tensor.provenance == ("dlpack", False, "requested")
    assert tensor.data_ptr() == lent.address


def test_a_requested_copy_is_writable_and_in_order():
    for lent in (Lent(flags=COPIED | READ_ONLY), Lent(flags=COPIED)):
        lent.managed.tensor.strides = (ctypes.c_int64 * 2)(1, 2)

        tensor = tarray.asarray(lent.capsule(), copy=True)

        assert (tensor.read_only, tensor.data_ptr() == lent.address) == (False, False)
        assert lent.deleted == 1


@pytest.mark.parametrize("keywords, reason", [
    ({"dtype": "float64"}, "producer"), ({"contiguous": True}, "producer"), ({"copy": True, "dtype": "int8"}, "requested"),
], ids=repr)
def test_what_a_copy_lacks_is_made_of_it(keywords, reason):
    lent = Lent(flags=COPIED)
    lent.managed.tensor.strides = (ctypes.c_int64 * 2)(1, 2)

    tensor = tarray.asarray(lent.capsule(), **keywords)

    assert tensor.provenance == ("dlpack", False, reason)
    assert tensor.tolist() == np.arange(6).reshape(3, 2).T.tolist()
    assert lent.deleted == 1


@SPEAKERS
def test_a_producers_copy_cannot_be_shared(speak):
    lent = Lent(flags=COPIED)
    source = speak(lent)

    with pytest.raises(ValueError, match="its producer gave a copy"):
        tarray.asarray(source, copy=False)


@pytest.mark.parametrize("device, flags, provenance", [
    ((2, 0), 0, ("dlpack", False, "device")),
    ((2, 0), COPIED, ("dlpack", False, "device")),
    ((3, 0), COPIED, ("dlpack", False, "device")),
    # Pinned memory can be shared with the CPU, and DLPack has a mark for what is not.
    ((3, 0), 0, ("dlpack", True, None)),
])
def test_what_a_producer_moved_is_not_copied_again(device, flags, provenance):
    lent = Lent(flags=flags)

    tensor = tarray.asarray(Speaker(lent, device), device="cpu")

    assert tensor.provenance == provenance
    assert tensor.data_ptr() == lent.address
    again = tarray.asarray(Speaker(lent, device), device="cpu", copy=True)
    assert (again.data_ptr() == lent.address) == (not provenance[1])


def test_a_strided_buffer_is_gathered_once():
    source = memoryview(array.array("h", range(1000)))[::2]

    tensor = tarray.asarray(source, dtype="int16")

    assert tensor.provenance == ("buffer", False, "not contiguous")
    assert tensor.tolist() == list(range(0, 1000, 2))
    assert (tensor.read_only, tensor.data_ptr() % 64) == (False, 0)
    assert tarray.asarray(source, dtype="int16", copy=True).provenance == ("buffer", False, "requested")
    with pytest.raises(ValueError, match="C-contiguous"):
        tarray.asarray(source, dtype="int16", copy=False)
    assert tarray.asarray(memoryview(b"")[::2], dtype="int8").shape == (0,)


class Computed:
    """Makes its array when asked for it."""

    def __array__(self, dtype=None, copy=None):
        return np.arange(4.0)


class Stored:
    """Has its array."""

    def __init__(self, array):
        self.array = array

    def __array__(self, dtype=None, copy=None):
        return self.array


def test_an_array_that_an_object_computes_is_a_copy():
    assert tarray.asarray(Computed()).provenance == ("array_interface", False, "producer")
    assert tarray.asarray(Computed(), copy=True).provenance == ("array_interface", False, "requested")
    with pytest.raises(ValueError, match="its producer gave a copy"):
        tarray.asarray(Computed(), copy=False)


@pytest.mark.parametrize("source", [np.arange(4.0), np.arange(8.0)[::2]], ids=["owner", "view"])
def test_an_array_that_an_object_has_is_shared(source):
    tensor = tarray.asarray(Stored(source))

    assert tensor.provenance == ("array_interface", True, None)
    assert tensor.data_ptr() == source.ctypes.data


def test_a_fresh_view_of_an_array_is_shared():
    class Viewing(Stored):
        def __array__(self, dtype=None, copy=None):
            return self.array[1:]

    source = np.arange(4.0)
    assert tarray.asarray(Viewing(source)).provenance == ("array_interface", True, None)
