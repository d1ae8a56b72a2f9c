"""What is refused, and with which exception: arguments that are almost right."""

import copy
import ctypes
import os
import pickle

import numpy as np
import pytest

import tarray

name_of = ctypes.pythonapi.PyCapsule_GetName
name_of.argtypes, name_of.restype = [ctypes.py_object], ctypes.c_char_p


@pytest.mark.parametrize("write", [
    lambda tensor, value: tensor.fill_(value),
    lambda tensor, value: tensor.copy_(value),
    lambda tensor, value: tensor.__setitem__(slice(None), value),
])
def test_a_bare_capsule_is_no_source_of_a_write(write):
    tensor = tarray.asarray([1.0, 2.0])
    for array in (np.array(3.0), np.arange(2.0), np.arange(3.0)):
        capsule = array.__dlpack__()
        with pytest.raises(TypeError, match="from_dlpack"):
            write(tensor, capsule)
        assert name_of(capsule) == b"dltensor"
        assert tarray.from_dlpack(capsule).tolist() == array.tolist()
    assert tensor.tolist() == [1, 2]


class Counted:
    """Speaks DLPack, and counts how often it is asked."""

    def __init__(self, array):
        self.array, self.asked = array, 0

    def __dlpack_device__(self):
        return self.array.__dlpack_device__()

    def __dlpack__(self, **keywords):
        self.asked += 1
        return self.array.__dlpack__(**keywords)


def test_fill_converts_its_value_once():
    value = Counted(np.array(3.0))
    assert tarray.asarray([1.0, 2.0]).fill_(value).tolist() == [3, 3]
    assert value.asked == 1


@pytest.mark.parametrize("target", [
    lambda: tarray.asarray(b"12345678", dtype="float32"),
    lambda: tarray.asarray([1.0, 2.0], requires_grad=True),
])
def test_a_target_that_cannot_be_written_is_refused_before_the_source_is_asked(target):
    tensor, source = target(), Counted(np.array(3.0))
    for write in (lambda: tensor.fill_(source), lambda: tensor.copy_(source),
                  lambda: tensor.__setitem__(0, source)):
        with pytest.raises(tarray.RequestError, match="target (is read-only|requires grad)"):
            write()
    assert source.asked == 0


@pytest.mark.parametrize("handle, error", [
    (True, TypeError), (False, TypeError), (1.0, TypeError), ("8", TypeError), (None, TypeError),
    (0, ValueError), (-8, ValueError), (1, ValueError), (4097, ValueError), (2**64, ValueError),
])
def test_what_is_no_handle_is_refused(handle, error):
    with pytest.raises(error):
        tarray.Tensor._from_ta_handle(handle)


@pytest.mark.parametrize("name", ["float4_e2m1fn_x2", "int4", "uint3", "int64", "bfloat16"])
def test_every_dtype_is_copied_and_pickled_as_itself(name):
    dtype = tarray.dtype(name)
    assert copy.copy(dtype) is dtype and copy.deepcopy(dtype) is dtype
    for protocol in range(pickle.HIGHEST_PROTOCOL + 1):
        assert pickle.loads(pickle.dumps(dtype, protocol)) is dtype


def test_numpy_s_interface_is_absent_from_a_tensor_that_requires_grad():
    tensor = tarray.asarray([1.0], requires_grad=True)
    assert not hasattr(tensor, "__array_interface__")
    with pytest.raises(AttributeError, match="detach") as raised:
        tensor.__array_interface__
    assert isinstance(raised.value, tarray.ExchangeError)
    with pytest.raises(tarray.ExchangeError):
        np.asarray(tensor)


@pytest.mark.parametrize("given", [
    ("cuda:0", 1), ("cuda:0", 0), ("cuda:1", 1), ("cpu:0", 0), ((2, 0), 1), (tarray.device("cuda:0"), 1),
])
def test_a_device_has_one_index(given):
    with pytest.raises(ValueError, match="already has an index"):
        tarray.device(*given)


def test_a_device_without_an_index_is_given_one():
    assert tarray.device("cuda", 0) == tarray.device(tarray.device("cuda"), 0) == tarray.device("cuda:0")
    assert tarray.device("cpu", 0) == tarray.device("cpu:0") == tarray.device("cpu")


@pytest.mark.parametrize("name", ["cuda:+1", "cuda:-1", "cuda:", "cuda:01", "cuda: 1", "cuda:1_0", "cuda:\u0661"])
def test_a_device_s_index_is_plain_digits(name):
    with pytest.raises(tarray.RequestError):
        tarray.device(name)


@pytest.mark.parametrize("name", ["int+8", "int08", "uint+8", "int", "int ", "int-8", "int0", "int65", "uint\u0668"])
def test_a_dtype_s_width_is_plain_digits(name):
    with pytest.raises(TypeError):
        tarray.dtype(name)


def test_a_keyword_that_is_no_unicode_is_unexpected():
    for function in (tarray.frombuffer, tarray.asarray([1]).fill_):
        with pytest.raises(TypeError, match="unexpected keyword"):
            function(b"1", **{"\udc80": 1})


@pytest.mark.parametrize("huge", [2**63, -(2**63) - 1, 2**100, -(2**100)])
def test_huge_integers_are_no_extents_and_no_axes(huge):
    for tensor in (tarray.asarray([[1, 2]]), tarray.asarray([[]])):
        for reshape in (lambda: tensor.reshape(huge), lambda: tensor.reshape((0, huge))):
            with pytest.raises(ValueError):
                reshape()
        for call in (lambda: tensor.transpose(huge, 0), lambda: tensor.transpose(0, huge),
                     lambda: tensor.permute(0, huge), lambda: tensor.permute([huge, 1]),
                     lambda: tensor.stride(huge)):
            with pytest.raises(IndexError):
                call()
    with pytest.raises(TypeError):
        tensor.transpose(0.0, 1)


def test_other_files_beside_the_library_do_no_harm(monkeypatch):
    library = tarray.get_library()
    listed = os.listdir
    monkeypatch.setattr(os, "listdir", lambda folder: ["__init__.py", ".nfs01", *listed(folder), "z.so"])
    assert tarray.get_library() == library


@pytest.mark.parametrize("source, accept", [(2**70, set()), ([2**70], {"sequence"}), (1.5, {"sequence"})], ids=repr)
def test_what_is_not_accepted_is_not_read(source, accept):
    with pytest.raises(TypeError, match="accept"):
        tarray.asarray(source, accept=accept)
