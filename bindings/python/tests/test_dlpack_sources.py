"""Objects that speak DLPack: what is asked of them, and what happens when they refuse."""

import ctypes

import numpy as np
import pytest

import tarray
from crafted import COPIED, Header, Lent, name_of, with_table


class Speaker:
    """Exports `lent`, and remembers with which keywords it was asked."""

    def __init__(self, lent, device=(1, 0), error=None):
        self.lent, self.device, self.error, self.asked = lent, device, error, []

    def __dlpack_device__(self):
        return self.device

    def __dlpack__(self, **keywords):
        self.asked.append(keywords)
        if self.error:
            raise self.error
        return self.lent.capsule()


class Old(Speaker):
    def __dlpack__(self):
        return self.lent.capsule()


class NoCopyKeyword(Speaker):
    def __dlpack__(self, *, stream=None, max_version=None):
        self.asked.append({"max_version": max_version})
        return self.lent.capsule()


@pytest.mark.parametrize("keywords, asked", [
    ({}, {"max_version": (1, 3)}), ({"copy": True}, {"max_version": (1, 3)}),
    ({"copy": False}, {"max_version": (1, 3), "copy": False}), ({"device": "cpu"}, {"max_version": (1, 3)}),
], ids=repr)
def test_no_more_is_asked_than_is_needed(keywords, asked):
    speaker = Speaker(Lent())

    tensor = tarray.asarray(speaker, **keywords)

    assert speaker.asked == [asked]
    assert tensor.provenance.aliased == (keywords.get("copy") is not True)


def test_a_producer_is_asked_to_move_what_is_wanted_elsewhere():
    speaker = Speaker(Lent(), device=(2, 0))

    tensor = tarray.asarray(speaker, device="cpu")

    assert speaker.asked == [{"max_version": (1, 3), "dl_device": (1, 0)}]
    assert tensor.provenance == ("dlpack", False, "device")


def test_device_memory_is_carried_with_its_stream():
    speaker = Speaker(Lent(device=(2, 1)), device=(2, 1))

    tensor = tarray.asarray(speaker)

    assert speaker.asked == [{"max_version": (1, 3), "stream": 1}]
    assert tensor.device == tarray.device("cuda:1")


@pytest.mark.parametrize("producer", [Old, NoCopyKeyword])
@pytest.mark.parametrize("versioned", [True, False])
def test_producers_without_keywords(producer, versioned):
    speaker = producer(Lent(versioned=versioned))

    tensor = tarray.asarray(speaker, copy=False)

    assert tensor.data_ptr() == speaker.lent.address
    assert speaker.asked in ([], [{"max_version": (1, 3)}])


def test_a_copy_is_no_alias():
    speaker = Speaker(Lent(flags=COPIED))

    with pytest.raises(ValueError, match="gave a copy"):
        tarray.asarray(speaker, copy=False)
    assert tarray.asarray(speaker).shape == (2, 3)


def test_what_is_no_capsule_is_refused():
    class Wrong:
        def __dlpack__(self, **_):
            return 5

    with pytest.raises(TypeError, match="gave int"):
        tarray.asarray(Wrong())


@pytest.mark.parametrize("error", [BufferError("dtype"), TypeError("dtype")], ids=repr)
def test_an_export_refused_over_a_dtype_leaves_other_ways(error):
    class Both(Speaker):
        def __array__(self):
            return np.zeros(4)

    assert tarray.asarray(Both(Lent(), error=error)).shape == (4,)
    with pytest.raises((TypeError, BufferError)) as raised:
        tarray.asarray(Speaker(Lent(), error=error))
    assert raised.value.__cause__ is error
    with pytest.raises(ValueError) as raised:
        tarray.asarray(Speaker(Lent(), error=error), copy=False)
    assert raised.value.__cause__ is error


@pytest.mark.parametrize("module", ["jaxlib._jax", "tensorflow.python.framework.ops"])
def test_some_libraries_refuse_dtypes_at_runtime(module):
    class Both(Speaker):
        def __array__(self):
            return np.zeros(4)

    Both.__module__ = module
    assert tarray.asarray(Both(Lent(), error=RuntimeError("dtype"))).shape == (4,)


def test_each_item_of_a_sequence_has_a_cause_of_its_own():
    class Both(Speaker):
        def __array__(self):
            return np.zeros(2)

    mine, other = BufferError("mine"), BufferError("other")
    with pytest.raises(ValueError, match=r"item \[1\]") as raised:
        tarray.asarray([Both(Lent(), error=other), [1, 2, 3]])
    assert raised.value.__cause__ is None
    with pytest.raises(BufferError) as raised:
        tarray.asarray([Both(Lent(), error=other), Speaker(Lent(), error=mine)])
    assert raised.value.__cause__ is mine


@pytest.mark.parametrize("flags", [0, COPIED])
@pytest.mark.parametrize("copy", [None, False])
def test_another_major_version_is_not_looked_into(flags, copy):
    lent = Lent(major=2, minor=0, flags=flags)
    capsule = lent.capsule()
    speaker = Speaker(lent)
    lent.capsule = lambda: capsule

    with pytest.raises(BufferError, match="not understood"):
        tarray.asarray(speaker, copy=copy)

    assert name_of(capsule) == "dltensor_versioned"
    assert lent.deleted == 0


def test_a_copy_from_a_table_is_no_alias():
    exported = Lent(flags=COPIED)
    thing = with_table(lambda given: exported)()

    with pytest.raises(ValueError, match="gave a copy"):
        tarray.asarray(thing, copy=False)
    assert exported.deleted == 1
    assert tarray.asarray(thing).shape == (2, 3)


def test_from_dlpack_knows_no_other_way():
    error = BufferError("mine")

    with pytest.raises(BufferError) as raised:
        tarray.from_dlpack(Speaker(Lent(), error=error))
    assert raised.value is error
    with pytest.raises(ValueError) as raised:
        tarray.from_dlpack(Speaker(Lent(), error=error), copy=False)
    assert raised.value.__cause__ is error


@pytest.mark.parametrize("device, requires_grad, error", [
    ((2, 0), False, BufferError("device")), ((1, 0), True, BufferError("grad")), ((1, 0), False, KeyError("mine")),
    ((1, 0), False, RuntimeError("out of memory")),
], ids=repr)
def test_other_refusals_are_final(device, requires_grad, error):
    class Both(Speaker):
        def __array__(self):
            raise AssertionError("not asked")

    both = Both(Lent(), device=device, error=error)
    both.requires_grad = requires_grad

    with pytest.raises(type(error)) as raised:
        tarray.asarray(both)
    assert raised.value is error


def test_a_class_does_not_speak_for_its_instances():
    with pytest.raises(TypeError, match="can't make a tensor of type"):
        tarray.asarray(Speaker)


def test_the_exchange_table_comes_first():
    lent = Lent()
    thing = with_table(lambda given: lent)()

    tensor = tarray.asarray(thing, copy=False)

    assert tensor.data_ptr() == lent.address
    del tensor
    assert lent.deleted == 1


def test_an_older_table_is_found_behind_a_newer_one():
    lent = Lent()
    old = with_table(lambda given: lent)
    header = ctypes.cast(ctypes.pointer(old.kept[1]), ctypes.POINTER(Header))
    new = with_table(lambda given: Lent(dtype=(99, 3, 9)), major=2, previous=header)

    assert tarray.asarray(new()).data_ptr() == lent.address


def test_only_an_unknown_table_leaves_the_method():
    lent = Lent()
    unknown = with_table(lambda given: Lent(dtype=(99, 3, 9)), major=2)
    unknown.__dlpack__ = lambda self, **_: lent.capsule()

    assert tarray.asarray(unknown()).data_ptr() == lent.address


@pytest.mark.parametrize("keywords, lent", [
    ({"dtype": "int8", "copy": False}, {}), ({}, {"shape": (-1,)}), ({}, {"major": 2}), ({"device": "cuda:77"}, {}),
], ids=repr)
def test_a_failing_call_lets_an_exported_tensor_go(keywords, lent):
    exported = Lent(**lent)

    with pytest.raises((ValueError, BufferError)):
        tarray.asarray(with_table(lambda given: exported)(), **keywords)

    assert exported.deleted == 1


def test_device_memory_of_a_table_goes_by_the_method_which_waits():
    unsynchronised, waited = Lent(device=(2, 0)), Lent(device=(2, 0))
    thing = with_table(lambda given: unsynchronised)
    thing.__dlpack__ = lambda self, **_: waited.capsule()
    thing.__dlpack_device__ = lambda self: (2, 0)

    assert tarray.asarray(thing()).data_ptr() == waited.address
    assert unsynchronised.deleted == 1


def test_jax_arrays_never_change():
    jax = pytest.importorskip("jax")
    array = jax.numpy.arange(6.0).reshape(2, 3)

    tensor = tarray.asarray(array)
    assert (tensor.data_ptr(), tensor.shape) == (array.unsafe_buffer_pointer(), (2, 3))
    assert tensor.provenance == ("dlpack", True, None)
    assert tensor.read_only
    copy = tarray.asarray(array, dtype="float64")
    assert not copy.read_only
    assert tarray.asarray(array, writable=True).provenance == ("dlpack", False, "read-only")
    with pytest.raises(ValueError, match="read-only"):
        tarray.asarray(array, writable=True, copy=False)
    for dtype in ["bfloat16", "float8_e4m3fn", "bool", "int8", "complex64"]:
        assert tarray.asarray(jax.numpy.zeros(3, dtype)).dtype is tarray.dtype(dtype)
    # Neither DLPack nor the buffer protocol of JAX has it, but its `__array__` does.
    assert tarray.asarray(jax.numpy.ones(3, "int4")).dtype is tarray.dtype("int4")


def test_tvm_tensors():
    tvm_ffi = pytest.importorskip("tvm_ffi")
    array = np.arange(6, dtype="f4")

    tensor = tarray.asarray(tvm_ffi.from_dlpack(array), copy=False)

    assert tensor.data_ptr() == array.ctypes.data


def test_arrow_arrays():
    pa = pytest.importorskip("pyarrow")
    array = pa.array([1, 2, 3])

    tensor = tarray.asarray(array, copy=False)
    assert tensor.data_ptr() == array.buffers()[1].address
    assert tensor.read_only
    # Bits and missing values are nothing that DLPack has.
    assert tarray.asarray(pa.array([True, False])).dtype is tarray.bool
    with pytest.raises(TypeError) as raised:
        tarray.asarray(pa.array(["a"]))
    assert isinstance(raised.value.__cause__, pa.ArrowTypeError)
    numbers = pa.Tensor.from_numpy(np.arange(6.0).reshape(2, 3))
    assert tarray.asarray(numbers).shape == (2, 3)


def test_cuda_array_interface_is_checked():
    class Cuda:
        def __init__(self, **other):
            self.__cuda_array_interface__ = {"shape": (2,), "typestr": "<f4", "data": (4096, False), "version": 3} | other

    for keywords, error, message in [
        ({}, RuntimeError, "0x1000"), ({"shape": 5}, TypeError, "shape"), ({"data": 5}, TypeError, "data"),
        ({"typestr": "<U4"}, TypeError, "typestr"), ({"strides": (1, 2)}, ValueError, "strides"),
        ({"mask": 1}, TypeError, "mask"), ({"data": (1, 1)}, TypeError, "data"), ({"stream": 0}, ValueError, "stream"),
    ]:
        with pytest.raises(error, match=message):
            tarray.asarray(Cuda(**keywords))
    with pytest.raises(TypeError, match="cuda_array_interface"):
        tarray.asarray(Cuda(), accept={"numpy"})
