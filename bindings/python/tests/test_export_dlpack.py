"""`__dlpack__` by the array API standard: what is lent, what is refused, and who gives it back."""

import ctypes
import gc
import weakref

import ml_dtypes
import numpy as np
import pytest

import tarray

NUMPY_DTYPES = ["bool", "int8", "int16", "int32", "int64", "uint8", "uint16", "uint32", "uint64",
                "float16", "float32", "float64", "complex64", "complex128"]

pythonapi = ctypes.pythonapi
pythonapi.PyCapsule_GetName.restype = ctypes.c_char_p
pythonapi.PyCapsule_GetName.argtypes = [ctypes.py_object]
pythonapi.PyCapsule_GetPointer.restype = ctypes.c_void_p
pythonapi.PyCapsule_GetPointer.argtypes = [ctypes.py_object, ctypes.c_char_p]
pythonapi.PyCapsule_SetName.argtypes = [ctypes.py_object, ctypes.c_char_p]


class DLTensor(ctypes.Structure):
    _fields_ = [("data", ctypes.c_void_p), ("device", ctypes.c_int32 * 2), ("ndim", ctypes.c_int32),
                ("code", ctypes.c_uint8), ("bits", ctypes.c_uint8), ("lanes", ctypes.c_uint16),
                ("shape", ctypes.POINTER(ctypes.c_int64)), ("strides", ctypes.POINTER(ctypes.c_int64)),
                ("byte_offset", ctypes.c_uint64)]


class Versioned(ctypes.Structure):
    _fields_ = [("version", ctypes.c_uint32 * 2), ("context", ctypes.c_void_p),
                ("deleter", ctypes.CFUNCTYPE(None, ctypes.c_void_p)), ("flags", ctypes.c_uint64),
                ("tensor", DLTensor)]


class Legacy(ctypes.Structure):
    _fields_ = [("tensor", DLTensor), ("context", ctypes.c_void_p),
                ("deleter", ctypes.CFUNCTYPE(None, ctypes.c_void_p))]


def name(capsule):
    return pythonapi.PyCapsule_GetName(capsule)


def inside(struct, capsule, fresh_name):
    """What a capsule holds; it keeps the capsule, whose end would be its own."""
    managed = struct.from_address(pythonapi.PyCapsule_GetPointer(capsule, fresh_name))
    managed.capsule = capsule
    return managed


def versioned(capsule):
    return inside(Versioned, capsule, b"dltensor_versioned")


def legacy(capsule):
    return inside(Legacy, capsule, b"dltensor")


def of(array):
    return tarray.asarray(array)


def read_only(array):
    array.flags.writeable = False
    return tarray.asarray(array)


@pytest.mark.parametrize("max_version, expected", [
    (None, b"dltensor"), ((0, 8), b"dltensor"), ((0, 0), b"dltensor"), ((1, 0), b"dltensor_versioned"),
    ((1, 3), b"dltensor_versioned"), ((2, 0), b"dltensor_versioned"), ((2**40, 0), b"dltensor_versioned"),
])
def test_the_struct_is_the_newest_that_the_consumer_knows(max_version, expected):
    capsule = of(np.arange(3)).__dlpack__(max_version=max_version)

    assert name(capsule) == expected


def test_what_is_lent_is_the_tensor_as_it_is():
    array = np.arange(24, dtype=np.int16).reshape(2, 3, 4)[:, ::-1, 1:3]
    tensor = of(array)

    lent = versioned(tensor.__dlpack__(max_version=(1, 0)))
    old = legacy(tensor.__dlpack__())

    assert tuple(lent.version) == (1, 3) and lent.flags == 0
    for dl in (lent.tensor, old.tensor):
        assert dl.data == array.ctypes.data and dl.byte_offset == 0
        assert (dl.code, dl.bits, dl.lanes) == (0, 16, 1)
        assert tuple(dl.device) == (1, 0)
        assert tuple(dl.shape[:3]) == array.shape
        assert tuple(stride * 2 for stride in dl.strides[:3]) == array.strides


def test_read_only_goes_out_and_is_refused_to_who_cannot_be_told():
    tensor = read_only(np.arange(3))

    assert versioned(tensor.__dlpack__(max_version=(1, 0))).flags == 1
    assert not np.from_dlpack(tensor).flags.writeable
    for keywords in ({}, {"max_version": (0, 8)}):
        with pytest.raises(BufferError, match="read-only"):
            tensor.__dlpack__(**keywords)


def test_a_copy_is_the_consumers_own():
    tensor = read_only(np.arange(3))

    copied = versioned(tensor.__dlpack__(max_version=(1, 0), copy=True))
    assert copied.flags == 2 and copied.tensor.data != tensor.data_ptr()
    assert legacy(tensor.__dlpack__(copy=True)).tensor.data != tensor.data_ptr()
    assert versioned(tensor.__dlpack__(max_version=(1, 0), copy=False)).tensor.data == tensor.data_ptr()


@pytest.mark.parametrize("keywords, error", [
    ({"dl_device": (2, 77)}, BufferError), ({"dl_device": (2, 77), "copy": False}, BufferError),
    ({"dl_device": (99, 0)}, BufferError), ({"dl_device": (-1, 0)}, BufferError),
    ({"dl_device": "cpu"}, TypeError), ({"dl_device": 1}, TypeError), ({"dl_device": (1,)}, TypeError),
    ({"max_version": 1}, TypeError), ({"max_version": [1, 0]}, TypeError), ({"max_version": ("1", 0)}, TypeError),
    ({"stream": 1}, BufferError), ({"stream": 0}, ValueError), ({"stream": -2}, ValueError),
    ({"stream": True}, TypeError), ({"stream": "1"}, TypeError),
    ({"copy": 1}, TypeError), ({"other": 1}, TypeError),
], ids=repr)
def test_refusals(keywords, error):
    tensor, live = of(np.arange(3)), tarray.live_tensors()

    with pytest.raises(error):
        tensor.__dlpack__(**keywords)
    with pytest.raises(error):
        tensor.__dlpack__(**{"max_version": (1, 0)} | keywords)

    assert tarray.live_tensors() == live


@pytest.mark.parametrize("keywords", [
    {"stream": None}, {"stream": -1}, {"dl_device": (1, 0)}, {"dl_device": (1, None)}, {"dl_device": (1, 7)},
], ids=repr)
def test_what_means_the_cpu_is_taken(keywords):
    tensor = of(np.arange(3))

    assert versioned(tensor.__dlpack__(max_version=(1, 0), **keywords)).tensor.data == tensor.data_ptr()


def test_arguments_have_names():
    with pytest.raises(TypeError):
        of(np.arange(3)).__dlpack__(None)


def test_a_tensor_that_requires_grad_is_refused_everywhere():
    tensor = tarray.asarray(np.ones(3), requires_grad=True)

    for export in (tensor.__dlpack__, lambda: tensor.__dlpack__(max_version=(1, 0)), tensor.numpy,
                   lambda: memoryview(tensor), lambda: tensor.__array__(),
                   lambda: tensor.__array_interface__, lambda: tensor.__dlpack__(copy=True)):
        with pytest.raises(BufferError, match="grad"):
            export()
        with pytest.raises(RuntimeError, match="detach"):
            export()
    assert tensor.detach().numpy().ctypes.data == tensor.data_ptr()
    assert tensor.numpy(force=True).ctypes.data == tensor.data_ptr()


def test_the_device_is_told_by_numbers():
    assert of(np.arange(3)).__dlpack_device__() == (1, 0)


@pytest.mark.parametrize("keywords", [{}, {"max_version": (1, 0)}, {"copy": True}], ids=repr)
def test_a_capsule_that_nobody_takes_gives_the_tensor_back(keywords):
    live = tarray.live_tensors()
    tensor = of(np.arange(3))

    capsule = tensor.__dlpack__(**keywords)
    del tensor
    assert tarray.live_tensors() > live
    del capsule

    assert tarray.live_tensors() == live


@pytest.mark.parametrize("max_version, used, read", [
    (None, b"used_dltensor", legacy), ((1, 0), b"used_dltensor_versioned", versioned)])
def test_a_capsule_that_was_taken_leaves_the_tensor_alone(max_version, used, read):
    live = tarray.live_tensors()
    capsule = of(np.arange(3)).__dlpack__(max_version=max_version)
    managed = read(capsule)

    pythonapi.PyCapsule_SetName(capsule, used)
    del capsule, managed.capsule
    assert tarray.live_tensors() == live + 1
    managed.deleter(ctypes.addressof(managed))

    assert tarray.live_tensors() == live


class Owner(np.ndarray):
    """An array whose end runs Python code that fails and recovers."""

    def __del__(self):
        try:
            {}["nothing"]
        except KeyError:
            pass


def test_an_exception_on_its_way_survives_a_capsules_end():
    def failing():
        kept = [of(np.arange(3).view(Owner)).__dlpack__()]
        raise LookupError("mine") if kept else None

    with pytest.raises(LookupError, match="mine"):
        failing()


@pytest.mark.parametrize("keywords", [{}, {"copy": None}, {"copy": False}, {"device": "cpu"}], ids=repr)
@pytest.mark.parametrize("dtype", NUMPY_DTYPES)
def test_numpy_takes_every_dtype_that_both_have(dtype, keywords):
    array = np.arange(6).astype(dtype).reshape(2, 3)
    tensor = of(array)

    back = np.from_dlpack(tensor, **keywords)

    assert back.dtype == array.dtype and back.ctypes.data == array.ctypes.data
    assert back.strides == array.strides and np.array_equal(back, array)


def test_jax_takes_a_tensor():
    jax = pytest.importorskip("jax")
    tensor = of(np.arange(64, dtype=np.float32)).clone()

    back = jax.dlpack.from_dlpack(tensor)

    assert back.unsafe_buffer_pointer() == tensor.data_ptr()
    assert np.array_equal(np.asarray(back), tensor.numpy())
    assert of(ml_dtypes.bfloat16(1)).dtype is tarray.bfloat16
    assert str(jax.dlpack.from_dlpack(of(np.ones(64, ml_dtypes.bfloat16))).dtype) == "bfloat16"


@pytest.mark.parametrize("dtype", [name for name in NUMPY_DTYPES if name not in ("bool", "complex64", "complex128")])
def test_pyarrow_takes_a_tensor(dtype):
    pyarrow = pytest.importorskip("pyarrow")
    tensor = of(np.arange(6).astype(dtype).reshape(2, 3))

    back = pyarrow.Tensor.from_dlpack(tensor)

    assert back.to_numpy().ctypes.data == tensor.data_ptr()
    assert back.shape == (2, 3)
    assert pyarrow.py_buffer(tensor).address == tensor.data_ptr()


@pytest.mark.parametrize("dtype", NUMPY_DTYPES)
def test_torch_takes_a_tensor(dtype):
    torch = pytest.importorskip("torch")
    tensor = of(np.arange(6).astype(dtype).reshape(2, 3))

    back = torch.from_dlpack(tensor)

    assert back.data_ptr() == tensor.data_ptr() and tuple(back.shape) == (2, 3)
    assert str(back.dtype) == f"torch.{dtype}"


def test_nothing_leaks():
    tensor = read_only(np.arange(3))
    gc.collect()
    live = tarray.live_tensors()

    for _ in range(10_000):
        tensor.__dlpack__(max_version=(1, 0))
        tensor.__dlpack__(max_version=(1, 0), copy=True)
        np.from_dlpack(tensor)
        try:
            tensor.__dlpack__()
        except BufferError:
            pass

    assert tarray.live_tensors() == live


@pytest.mark.parametrize("given", [
    lambda number: {"max_version": (number, 0)},
    lambda number: {"dl_device": (number, 0)},
    lambda number: {"stream": number},
])
def test_what_an_argument_raises_is_let_go_in_the_call(given):
    class Told(Exception):
        pass

    class Held:
        def __init__(self):
            held.append(weakref.ref(self))

    class Number:
        def __index__(self):
            # No name for it here: its traceback would keep that, and so itself.
            raise Told(Held())

    held, tensor = [], tarray.asarray(np.ones(3))

    with pytest.raises(TypeError, match="must be"):
        tensor.__dlpack__(**given(Number()))

    assert [it() for it in held] == [None]
