"""Pickles: what comes back is what went in, shares the memory of buffers given, and is refused where it lies."""

import copy
import io
import pickle
import sys

import numpy as np
import pytest

import tarray
from at_rest import nothing_is_left  # noqa: F401
from crafted import Lent
from tarray._pickle import restored

PROTOCOLS = range(pickle.HIGHEST_PROTOCOL + 1)
DTYPES = sorted({value for value in vars(tarray).values() if isinstance(value, tarray.dtype)}, key=repr)


def through(tensor, protocol=pickle.HIGHEST_PROTOCOL):
    return pickle.loads(pickle.dumps(tensor, protocol))


def apart(tensor):
    """A pickle and its buffers, which are not in it."""
    buffers = []
    return pickle.dumps(tensor, protocol=5, buffer_callback=buffers.append), buffers


def facts(tensor):
    return tensor.dtype, tensor.shape, tensor.device, tensor.requires_grad, tensor.read_only


def bits(tensor):
    """The elements in C order, as bytes, of any dtype."""
    return memoryview(tarray._tarray._bytes(tensor.detach())[0]).tobytes()


def read_only(array):
    array.flags.writeable = False
    return array


SOURCES = {
    "a vector": np.arange(5, dtype="f4"),
    "no axes": np.array(2.5),
    "one byte": np.array([7], "u1"),
    "one byte without axes": np.array(True),
    "no elements": np.ones((0, 3)),
    "no elements on either side": np.ones((3, 0, 2)),
    "Fortran's order": np.arange(6).reshape(2, 3).T,
    "axes in another order": np.arange(24.0).reshape(2, 3, 4).transpose(1, 2, 0),
    "every other element": np.arange(24).reshape(4, 6)[::2, ::3],
    "backwards": np.arange(5)[::-1],
    "broadcast": np.broadcast_to(np.arange(3), (2, 3)),
    "axes of one element": np.arange(4).reshape(1, 4, 1).T,
    "foreign byte order": np.arange(3, dtype=">i4"),
    "unaligned": np.frombuffer(bytearray(9), "u1", offset=1).view("i8"),
    "read-only": read_only(np.arange(3)),
    "read-only and strided": read_only(np.arange(6)[::2]),
}


@pytest.mark.parametrize("protocol", PROTOCOLS)
@pytest.mark.parametrize("source", SOURCES.values(), ids=SOURCES.keys())
def test_every_layout_comes_back(source, protocol):
    tensor = tarray.asarray(source)

    back = through(tensor, protocol)

    assert facts(back) == facts(tensor)
    assert back.tolist() == tensor.tolist()


@pytest.mark.parametrize("protocol", [0, 4, 5])
@pytest.mark.parametrize("dtype", DTYPES, ids=lambda dtype: dtype.name)
def test_every_dtype_comes_back(dtype, protocol):
    data = bytearray(range(2, 50))
    if dtype is tarray.bool:
        data = bytearray([0, 1] * 24)
    tensor = tarray.frombuffer(data, dtype=dtype)

    back = through(tensor, protocol)

    assert facts(back) == facts(tensor) and bits(back) == data


@pytest.mark.parametrize("dtype", [(0, 32, 4), (77, 16, 1), (17, 4, 2)], ids=["vectors", "unknown", "two in a byte"])
def test_dtypes_without_a_name_come_back(dtype):
    tensor = tarray.asarray(Lent(dtype=dtype, shape=(1,)).capsule())

    back = through(tensor)

    assert facts(back) == facts(tensor) and bits(back) == bits(tensor)


@pytest.mark.parametrize("name", ["float4_e2m1fn", "float6_e3m2fn"])
def test_elements_of_less_than_a_byte_come_back(name):
    ml_dtypes = pytest.importorskip("ml_dtypes")
    array = np.array([[1.0, -2.0, 3.0], [0.5, 0.0, 4.0]], getattr(ml_dtypes, name))

    back = through(tarray.asarray(array.T))

    assert (back.numpy() == array.T).all()


@pytest.mark.parametrize("order", [(0, 1, 2), (2, 0, 1), (1, 2, 0), (2, 1, 0)])
def test_a_dense_order_of_axes_is_kept_as_numpy_and_torch_keep_it(order):
    tensor = tarray.asarray(np.arange(24.0).reshape(2, 3, 4)).permute(order)

    back = through(tensor)

    assert back.strides == tensor.strides


def test_what_is_not_dense_becomes_so():
    tensor = tarray.asarray(np.arange(24).reshape(4, 6))[:, ::2]

    assert through(tensor).is_contiguous()
    assert len(apart(tensor)[1][0].raw()) == tensor.nbytes


@pytest.mark.parametrize("view", [lambda t: t, lambda t: t.T], ids=["C order", "another order"])
def test_buffers_apart_are_not_copied_on_either_side(view):
    tensor = view(tarray.asarray(np.arange(6, dtype="f4").reshape(2, 3)))

    pickled, buffers = apart(tensor)
    back = pickle.loads(pickled, buffers=buffers)

    assert len(pickled) < 250 and len(buffers) == 1
    assert back.data_ptr() == tensor.data_ptr() and back.strides == tensor.strides and back.provenance.aliased
    back[0, 0] = 9
    assert tensor[0, 0].item() == 9


def test_what_is_loaded_says_where_its_memory_is_from():
    pickled, _ = apart(tarray.asarray([1.0, 2.0]))
    memory = bytearray(8)

    back = pickle.loads(pickled, buffers=[memory])

    assert back.provenance == ("buffer", True, None)
    with pytest.raises(BufferError):
        memory.append(0)
    del back
    memory.append(0)


@pytest.mark.parametrize("dtype", ["float32", "bfloat16", "complex128"])
@pytest.mark.parametrize("writable", [True, False])
def test_what_is_read_only_stays_so(dtype, writable):
    tensor = tarray.frombuffer((bytearray if writable else bytes)(32), dtype=dtype)

    pickled, (buffer,) = apart(tensor)

    assert buffer.raw().readonly is not writable
    assert pickle.loads(pickled, buffers=[buffer]).read_only is not writable
    # Whoever carries the buffers may give others.
    assert pickle.loads(pickled, buffers=[bytes(32)]).read_only
    assert pickle.loads(pickled, buffers=[bytearray(32)]).read_only is not writable


def test_a_buffer_keeps_the_tensor():
    owner = bytearray(4)
    _, (buffer,) = apart(tarray.asarray(owner, dtype="uint8"))

    with pytest.raises(BufferError):
        owner.append(0)
    buffer.release()
    owner.append(0)


@pytest.mark.parametrize("protocol", PROTOCOLS)
def test_a_leaf_that_requires_grad_comes_back_as_one_without_its_grad(protocol):
    tensor = tarray.asarray([1.0, 2.0], requires_grad=True)
    (tensor * tensor).sum().backward()

    back = through(tensor, protocol)

    assert back.requires_grad and back.is_leaf and back.grad is None and back.tolist() == [1.0, 2.0]


def test_a_history_is_not_pickled():
    tensor = tarray.asarray([1.0, 2.0], requires_grad=True) * 2

    back = through(tensor)

    assert back.requires_grad and back.is_leaf


def test_nothing_is_recorded_on_the_way():
    tensor = tarray.asarray([[1.0], [2.0]], requires_grad=True) * 2
    before = tarray.live_nodes()

    pickled = pickle.dumps(tensor.T, 5)
    back = pickle.loads(pickled)

    assert tarray.live_nodes() == before and back.grad_fn is None


def test_one_tensor_twice_is_one_tensor_again():
    tensor = tarray.asarray([1.0])

    first, second = through([tensor, tensor])

    assert first is second


@pytest.mark.parametrize("copied", [copy.copy, copy.deepcopy])
def test_copies_do_not_go_through_pickles(copied):
    tensor = tarray.asarray([[1.0, 2.0]], requires_grad=True)
    (tensor * 3).sum().backward()

    first, second = copied({"a": tensor, "b": [tensor]}.copy()).values()

    assert first is second[0]
    alone = copied(tensor)
    assert alone.requires_grad and (alone.data_ptr() == tensor.data_ptr()) is (copied is copy.copy)
    assert alone.grad is None if copied is copy.copy else alone.grad.tolist() == [[3.0, 3.0]]


def test_a_tensor_that_cannot_be_read_is_refused_and_let_go():
    lent = Lent(device=(2, 77))
    tensor = tarray.asarray(lent.capsule())

    with pytest.raises(RuntimeError, match="77"):
        pickle.dumps(tensor)

    assert lent.deleted == 0
    del tensor
    assert lent.deleted == 1


def test_pickles_of_foreign_byte_order_are_read():
    other = "big" if sys.byteorder == "little" else "little"
    swapped = np.arange(3.0).astype(np.dtype("f8").newbyteorder()).tobytes()
    numbers = np.array([1 + 2j], np.dtype("c8").newbyteorder()).tobytes()

    tensor = restored(swapped, tarray.float64, (3,), [0], False, other, "cpu", False)

    assert tensor.tolist() == [0.0, 1.0, 2.0] and tensor.provenance == ("buffer", False, "byte order")
    assert restored(numbers, tarray.complex64, (1,), [0], False, other, "cpu", False).tolist() == [1 + 2j]


@pytest.mark.parametrize("dtype, data, shape", [
    (tarray.float4_e2m1fn, bytes([0x21, 0x43]), (4,)), (tarray.float6_e2m3fn, bytes([1, 2, 3]), (4,)),
    (tarray.int8, bytes([1, 2]), (2,)),
])
def test_what_has_no_byte_order_is_read_as_it_is(dtype, data, shape):
    assert [bits(restored(data, dtype, shape, [0], False, order, "cpu", False)) for order in ("little", "big")] == [data] * 2


class Long(list):
    def __len__(self):
        return 1 << 40


HOSTILE = {
    "too few bytes": ({"data": bytes(23)}, ValueError, r"23 bytes .* float32 of shape \[2, 3\]"),
    "too many bytes": ({"data": bytes(25)}, ValueError, "25 bytes"),
    "no bytes": ({"data": b""}, ValueError, "0 bytes"),
    "strided bytes": ({"data": memoryview(bytes(48))[::2]}, ValueError, "contiguous"),
    "no buffer": ({"data": "text"}, TypeError, "bytes-like"),
    "another dtype": ({"dtype": tarray.float64}, ValueError, "float64"),
    "no dtype": ({"dtype": "float32"}, TypeError, "dtype"),
    "a larger shape": ({"shape": (2, 4)}, ValueError, r"\[2, 4\]"),
    "a negative extent": ({"shape": (-2, -3)}, ValueError, r"\[-2, -3\]"),
    "an open extent": ({"shape": (2, -1)}, ValueError, r"\[2, -1\]"),
    "a product that wraps": ({"shape": (2**33, 2**33)}, ValueError, "8589934592"),
    "an extent too large for C": ({"shape": (2**70, 1)}, ValueError, "no tensor has the shape"),
    "too many axes": ({"data": bytes(4), "shape": (1,) * 100, "order": [*range(100)]}, ValueError, "more than 64 axes"),
    "an axis twice": ({"order": [0, 0]}, ValueError, r"\[0, 0\]"),
    "axes that are none": ({"order": ["a", 0]}, ValueError, "'a', 0"),
    "a length that lies": ({"shape": Long([2, 3, 4])}, ValueError, r"\[2, 3, 4\]"),
    "an axis too many": ({"order": [0, 1, 2]}, ValueError, "2 axes"),
    "no device": ({"device": "nowhere"}, ValueError, "nowhere"),
    "a device that is not there": ({"device": "cuda:77"}, ValueError, "cuda:77"),
    "integers that require grad": ({"dtype": tarray.int32, "requires_grad": True}, ValueError, "floating point"),
    "less than a byte each": ({"data": bytes(2), "dtype": tarray.float4_e2m1fn}, ValueError, "2 bytes .* float4"),
}
HONEST = {"data": bytes(24), "dtype": tarray.float32, "shape": (2, 3), "order": [0, 1], "is_padded": False,
          "byteorder": sys.byteorder, "device": "cpu", "requires_grad": False}


class Hostile:
    def __init__(self, arguments):
        self.arguments = arguments

    def __reduce__(self):
        return restored, self.arguments


@pytest.mark.parametrize("lie, error, words", HOSTILE.values(), ids=HOSTILE.keys())
def test_a_pickle_that_lies_is_refused(lie, error, words):
    told = HONEST | lie
    if isinstance(told["data"], memoryview):
        load = lambda: restored(**told)  # noqa: E731
    else:
        pickled = pickle.dumps(Hostile(tuple(told.values())))
        load = lambda: pickle.loads(pickled)  # noqa: E731

    with pytest.raises(error, match=words):
        load()
    assert restored(**HONEST).shape == (2, 3)


def test_a_pickle_cut_short_is_refused():
    pickled = pickle.dumps(tarray.asarray([1.0, 2.0]), 5)

    for end in range(len(pickled)):
        with pytest.raises((EOFError, pickle.UnpicklingError)):
            pickle.loads(pickled[:end])


def test_a_pickle_without_its_buffers_is_refused():
    pickled, _ = apart(tarray.asarray([1.0, 2.0]))

    with pytest.raises(pickle.UnpicklingError):
        pickle.loads(pickled)
    with pytest.raises(ValueError, match="4 bytes"):
        pickle.loads(pickled, buffers=[bytes(4)])


@pytest.mark.parametrize("protocol", PROTOCOLS)
def test_pickles_in_pure_python_too(protocol):
    file = io.BytesIO()
    pickle._Pickler(file, protocol).dump(tarray.asarray([1.0, 2.0]))
    file.seek(0)

    assert pickle._Unpickler(file).load().tolist() == [1.0, 2.0]


def test_the_size_of_a_tensor_counts_its_elements():
    empty, full = tarray.asarray(np.ones(0)), tarray.asarray(np.ones(1000))

    assert sys.getsizeof(full) - sys.getsizeof(empty) == 8000
