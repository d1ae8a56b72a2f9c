"""`__array_interface__`, `__array_struct__`, `__array__`: arrays that are not NumPy's."""

import ctypes
import gc
import sys

import numpy as np
import pytest

import tarray
from crafted import api


class Dict:
    def __init__(self, array, **other):
        self.array = array
        self.__array_interface__ = {**array.__array_interface__, **other}


class Struct:
    def __init__(self, array):
        self.array = array

    @property
    def __array_struct__(self):
        return self.array.__array_struct__


class Method:
    def __init__(self, array):
        self.array = array

    def __array__(self, dtype=None, copy=None):
        return self.array


ARRAYS = [np.arange(6.0).reshape(2, 3), np.arange(6, dtype="i2")[::-2], np.array(5), np.zeros((0, 3), "c8"),
          np.broadcast_to(np.float32(1), (2, 3))]


@pytest.mark.parametrize("wrap", [Dict, Struct, Method])
@pytest.mark.parametrize("array", ARRAYS, ids=lambda array: f"{array.shape}{array.dtype}")
def test_memory_is_shared(wrap, array):
    thing = wrap(array)
    before = sys.getrefcount(thing)

    tensor = tarray.asarray(thing, copy=False)

    assert tensor.provenance == ("array_interface", True, None)
    assert (tensor.shape, tensor.read_only) == (array.shape, not array.flags.writeable)
    assert tensor.dtype is tarray.dtype(array.dtype)
    if array.size:
        assert tensor.data_ptr() == array.ctypes.data
        assert tuple(s * array.itemsize for s in tensor.strides) == array.strides
    del tensor
    gc.collect()
    assert sys.getrefcount(thing) == before


@pytest.mark.parametrize("wrap", [Dict, Struct, Method])
def test_foreign_byte_order_is_copied(wrap):
    thing = wrap(np.arange(3, dtype=">i4"))

    assert tarray.asarray(thing).provenance == ("array_interface", False, "byte order")
    with pytest.raises(ValueError, match="byte order"):
        tarray.asarray(thing, copy=False)


def test_data_may_be_a_buffer():
    class Image:
        __array_interface__ = {"shape": (2, 2), "typestr": "|u1", "data": b"abcdef", "version": 3, "offset": 1}

    tensor = tarray.asarray(Image())

    assert (tensor.shape, tensor.read_only, tensor.provenance.aliased) == ((2, 2), True, True)


@pytest.mark.parametrize("other, error", [
    ({"shape": 5}, TypeError), ({"shape": None}, TypeError), ({"typestr": "f4"}, TypeError), ({"typestr": "<M8"}, TypeError),
    ({"typestr": 5}, TypeError), ({"mask": np.zeros(6)}, TypeError), ({"strides": (1, 2, 3)}, ValueError),
    ({"data": 5}, TypeError), ({"data": (1, 2, 3)}, TypeError), ({"data": None}, TypeError), ({"shape": (-1, 3)}, ValueError),
    ({"data": b"abc"}, ValueError), ({"data": bytes(48), "offset": 1}, ValueError), ({"shape": (2, 2**62)}, ValueError),
    ({"data": bytes(48), "strides": (-24, 8)}, ValueError),
], ids=repr)
def test_what_the_dict_says_is_checked(other, error):
    thing = Dict(np.zeros((2, 3)), **other)
    before = sys.getrefcount(thing)

    with pytest.raises(error):
        tarray.asarray(thing)

    gc.collect()
    assert sys.getrefcount(thing) == before


def test_the_struct_is_checked():
    class Wrong:
        __array_struct__ = 5

    with pytest.raises(TypeError, match="__array_struct__"):
        tarray.asarray(Wrong())
    with pytest.raises(TypeError, match="kind"):
        tarray.asarray(Struct(np.zeros(3, "S3")))


@pytest.mark.parametrize("ndim, error", [(65, "65 axes"), (2**31 - 1, "2147483647 axes"), (-1, "__array_struct__")])
def test_more_axes_than_there_can_be_are_not_read(ndim, error):
    class Interface(ctypes.Structure):
        _fields_ = [("two", ctypes.c_int), ("nd", ctypes.c_int), ("kind", ctypes.c_char), ("itemsize", ctypes.c_int),
                    ("flags", ctypes.c_int), ("shape", ctypes.c_void_p), ("strides", ctypes.c_void_p), ("data", ctypes.c_void_p)]

    class Liar:
        numbers = (ctypes.c_ssize_t * 2)(1, 1)
        place = ctypes.addressof(numbers)
        told = Interface(2, ndim, b"f", 4, 0x700, place, place, place)
        __array_struct__ = api.PyCapsule_New(ctypes.addressof(told), None, None)

    with pytest.raises((TypeError, ValueError), match=error):
        tarray.asarray(Liar())


def test_what_is_no_array_is_refused():
    with pytest.raises(TypeError, match="gave list"):
        tarray.asarray(Method([1, 2]))


def test_without_the_keyword_there_is_no_telling():
    class Old:
        def __array__(self):
            return np.zeros(3)

    assert tarray.asarray(Old()).shape == (3,)
    with pytest.raises(ValueError, match="copy=False"):
        tarray.asarray(Old(), copy=False)


def test_a_list_of_them_stacks():
    array = np.arange(3.0)

    assert tarray.asarray([Dict(array), Struct(array), Method(array)]).shape == (3, 3)


def test_accept():
    for wrap in (Dict, Struct, Method):
        with pytest.raises(TypeError, match="array_interface"):
            tarray.asarray(wrap(np.zeros(3)), accept={"numpy"})
        tarray.asarray(wrap(np.zeros(3)), accept={"array_interface"})


@pytest.mark.parametrize("copy", [None, True, False])
def test_a_masked_array_from_a_method_is_refused(copy):
    with pytest.raises(TypeError, match="mask"):
        tarray.asarray(Method(np.ma.array([1, 2], mask=[0, 1])), copy=copy)


@pytest.mark.parametrize("other", [
    {"data": (-1, False)}, {"data": (2**64, False)}, {"data": b"12345678", "offset": -4},
    {"data": b"12345678", "offset": 2**64}, {"shape": (2**63,)}, {"strides": (-2**63 - 1,)},
], ids=repr)
def test_numbers_out_of_range_are_refused(other):
    with pytest.raises(ValueError, match="out of range"):
        tarray.asarray(Dict(np.zeros(2, "f4"), **other))
