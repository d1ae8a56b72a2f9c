"""Nothing leaks: ten thousand repetitions of every kind of source, failing calls included."""

import array
import gc
import pickle
import sys

import numpy as np
import pytest

import tarray
from crafted import Lent, with_table

TIMES = 10_000
NUMBERS = np.arange(6, dtype="f4").reshape(2, 3)
NUMBERS_OURS = tarray.asarray(NUMBERS)
PICKLED = pickle.dumps(NUMBERS_OURS, 5, buffer_callback=lambda buffer: None)
BYTES = NUMBERS.tobytes()


class Dict:
    __array_interface__ = NUMBERS.__array_interface__


class Struct:
    __array_struct__ = property(lambda self: NUMBERS.__array_struct__)


class Method:
    def __array__(self, copy=None):
        return NUMBERS


class Speaker:
    def __dlpack_device__(self):
        return 1, 0

    def __dlpack__(self, **keywords):
        return NUMBERS.__dlpack__(**keywords)


class Refusing(Speaker):
    def __dlpack__(self, **keywords):
        raise BufferError("no")


class Legacy(Speaker):
    def __dlpack__(self):
        return NUMBERS.__dlpack__()


LENT = Lent()
SOURCES = {
    "tensor": NUMBERS_OURS, "array": NUMBERS, "numpy scalar": np.float32(1), "dlpack": Speaker(),
    "legacy dlpack": Legacy(), "refusing": Refusing(), "table": with_table(lambda given: LENT)(), "bytes": bytes(24),
    "buffer": array.array("b", bytes(24)), "strided buffer": memoryview(bytes(48))[::2], "dict": Dict(),
    "struct": Struct(), "method": Method(), "scalar": 1.5, "sequence": [[1.0, 2.0], (3.0, 4.0)],
    "list of things": [Speaker(), NUMBERS, Dict(), tarray.asarray(NUMBERS)],
}
CALLS = {
    "plain": {}, "copy": {"copy": True}, "convert": {"dtype": "float64"}, "refused alias": {"copy": False, "dtype": "complex128"},
    "not accepted": {"accept": {"cuda_array_interface"}}, "no device": {"device": "cuda:77"},
    "no gradient": {"dtype": "int32", "requires_grad": True},
}


def attempt(call):
    try:
        call()
    except (ValueError, TypeError, RuntimeError, BufferError):
        pass


def assert_flat(call, *objects):
    for _ in range(200):
        attempt(call)
    gc.collect()
    tensors, references = tarray.live_tensors(), [sys.getrefcount(thing) for thing in objects]
    blocks = sys.getallocatedblocks()

    for _ in range(TIMES):
        attempt(call)

    gc.collect()
    assert tarray.live_tensors() == tensors
    assert [sys.getrefcount(thing) for thing in objects] == references
    assert sys.getallocatedblocks() - blocks < 100


@pytest.mark.parametrize("keywords", CALLS.values(), ids=CALLS.keys())
@pytest.mark.parametrize("source", SOURCES.values(), ids=SOURCES.keys())
def test_asarray(source, keywords):
    assert_flat(lambda: tarray.asarray(source, **keywords), source, NUMBERS, type(source))


def test_capsules():
    assert_flat(lambda: tarray.asarray(NUMBERS.__dlpack__(max_version=(1, 3))), NUMBERS)
    assert_flat(lambda: tarray.asarray(NUMBERS.__dlpack__(), dtype="int8"), NUMBERS)
    assert_flat(lambda: tarray.asarray(NUMBERS.__dlpack__(), dtype="int8", copy=False), NUMBERS)
    capsule = NUMBERS.__dlpack__()
    assert_flat(lambda: tarray.asarray(capsule, dtype="int8", copy=False), NUMBERS, capsule)
    tarray.asarray(capsule)
    assert_flat(lambda: tarray.asarray(capsule), NUMBERS, capsule)


@pytest.mark.parametrize("call", [
    lambda: tarray.tensor(NUMBERS), lambda: tarray.from_numpy(NUMBERS), lambda: tarray.from_numpy([1]),
    lambda: tarray.frombuffer(memoryview(NUMBERS)), lambda: tarray.frombuffer(NUMBERS, dtype="int8", count=99),
    lambda: tarray.frombuffer(NUMBERS, dtype="int8", offset=3), lambda: tarray.from_dlpack(NUMBERS),
    lambda: tarray.from_dlpack(NUMBERS, copy=True), lambda: tarray.from_dlpack(NUMBERS, device="cuda:77", copy=False),
    lambda: tarray.from_dlpack(Refusing()),
])
def test_relatives(call):
    assert_flat(call, NUMBERS)


@pytest.mark.parametrize("call", [
    lambda: pickle.loads(pickle.dumps(NUMBERS_OURS, 4)), lambda: pickle.loads(pickle.dumps(NUMBERS_OURS.T, 5)),
    lambda: pickle.dumps(NUMBERS_OURS, 5, buffer_callback=lambda buffer: None),
    lambda: pickle.loads(PICKLED, buffers=[BYTES]), lambda: pickle.loads(PICKLED, buffers=[BYTES[1:]]),
])
def test_pickles(call):
    assert_flat(call, NUMBERS_OURS, BYTES)


def test_immutable_arrays():
    jax = pytest.importorskip("jax")
    immutable = jax.numpy.arange(3.0)
    assert_flat(lambda: tarray.asarray(immutable), immutable)
    assert_flat(lambda: tarray.asarray(immutable, dtype="int8"), immutable)
    assert_flat(lambda: tarray.asarray(immutable, dtype="int8", copy=False), immutable)


def test_every_deleter_runs_once():
    LENT.deleted = 0
    table = SOURCES["table"]

    for _ in range(TIMES):
        tarray.asarray(table)
        attempt(lambda: tarray.asarray(table, dtype="int8", copy=False))

    assert LENT.deleted == 2 * TIMES
