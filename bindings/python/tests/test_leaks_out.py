"""Nothing leaks on the way out either: ten thousand repetitions of every method, failing calls included."""

import copy
import ctypes
import gc
import sys

import numpy as np
import pytest

import tarray

TIMES = 10_000
ARRAY = np.arange(6.0).reshape(2, 3)
T = tarray.asarray(ARRAY)
ONE = tarray.asarray([2.5])
WHOLE = tarray.asarray([3])
READ_ONLY = tarray.asarray(bytes(24), dtype="float32")
GRADED = tarray.asarray([1.0], requires_grad=True)
BRAIN = tarray.asarray([1.0, 2.0], dtype="bfloat16")
library = ctypes.CDLL(tarray.get_library())
library.ta_release.argtypes = [ctypes.c_void_p]
library.ta_release.restype = None

CALLS = {
    "facts": lambda: [getattr(T, name) for name in (
        "dtype", "device", "shape", "ndim", "strides", "itemsize", "nbytes", "read_only", "provenance",
        "requires_grad", "is_leaf", "__array_interface__", "__dlpack_c_exchange_api__")],
    "fact methods": lambda: (T.numel(), T.stride(), T.stride(0), T.data_ptr(), T.is_contiguous(), T.__dlpack_device__()),
    "no such axis": lambda: T.stride(5),
    "repr": lambda: (repr(T), str(BRAIN), f"{ONE[0]:.2f}"),
    "no such format": lambda: f"{T:.2f}",
    "numpy": lambda: (T.numpy(), BRAIN.numpy(), np.asarray(T), np.array(T, dtype="f4")),
    "numpy of a gradient": lambda: GRADED.numpy(),
    "numpy by force": lambda: GRADED.numpy(force=True),
    "array without a copy": lambda: T.__array__("f4", copy=False),
    "item": lambda: (ONE.item(), bool(ONE), int(ONE), float(ONE), complex(ONE), WHOLE.__index__()),
    "item of many": lambda: T.item(),
    "truth of many": lambda: bool(T),
    "index of a float": lambda: ONE.__index__(),
    "tolist": lambda: (T.tolist(), BRAIN.tolist()),
    "clone": lambda: (T.clone(), copy.copy(T), copy.deepcopy(T), T.contiguous(), T.T.contiguous(), T.detach(), GRADED.detach()),
    "to": lambda: (T.to("float32"), T.to("cpu"), T.to(ONE), T.to(T, copy=True)),
    "to nowhere": lambda: T.to("cuda:77"),
    "to nothing": lambda: T.to("no such dtype"),
    "views": lambda: (T.reshape(3, 2), T.reshape((-1,)), T.transpose(0, 1), T.permute(1, 0), T.T, T.mT),
    "no such shape": lambda: T.reshape(4, 2),
    "no such permutation": lambda: T.permute(0, 0),
    "indexing": lambda: (T[0], T[0, 1], T[..., None], T[:, ::2], T[-1:]),
    "no such index": lambda: T[7],
    "no index": lambda: T["x"],
    "iteration": lambda: (len(T), list(T)),
    "no search": lambda: 1.0 in T,
    "writes": lambda: (T.__setitem__(0, 1.5), T.__setitem__((1, slice(None)), [1, 2, 3]), T.fill_(2), T.copy_(ARRAY)),
    "writes to read-only": lambda: READ_ONLY.fill_(0),
    "writes that do not fit": lambda: tarray.asarray([1], dtype="uint8").fill_(300),
    "writes that do not broadcast": lambda: T.copy_([1, 2]),
    "deletion": lambda: T.__delitem__(0),
    "buffer": lambda: memoryview(T).tobytes(),
    "buffer of a gradient": lambda: memoryview(GRADED),
    "buffer of read-only": lambda: np.frombuffer(memoryview(READ_ONLY)),
    "capsules": lambda: (T.__dlpack__(), T.__dlpack__(max_version=(1, 3)), T.__dlpack__(copy=True)),
    "capsules taken": lambda: (np.from_dlpack(T), tarray.from_dlpack(T), tarray.asarray(T.__dlpack__())),
    "capsule of read-only": lambda: READ_ONLY.__dlpack__(),
    "capsule of a gradient": lambda: GRADED.__dlpack__(),
    "capsule elsewhere": lambda: T.__dlpack__(max_version=(1, 3), dl_device=(2, 77)),
    "handles": lambda: (library.ta_release(T._ta_handle()), tarray.Tensor._from_ta_handle(T._ta_handle())),
    "no handle": lambda: tarray.Tensor._from_ta_handle(0),
    "dtype": lambda: (tarray.dtype("int8"), tarray.dtype("int5"), tarray.dtype(np.float32), tarray.dtype(float)),
    "no dtype": lambda: tarray.dtype("no such dtype"),
    "device": lambda: (tarray.device("cuda:1"), tarray.device((1, 0)), repr(tarray.device("cpu"))),
    "no device": lambda: tarray.device("no such device"),
    "settings": lambda: (tarray.get_default_dtype(), tarray.get_printoptions(), tarray.set_printoptions(precision=4)),
    "no setting": lambda: (tarray.set_printoptions(profile="no such profile")),
    "no default dtype": lambda: tarray.set_default_dtype("int8"),
    "no such argument": lambda: T.to(nothing=1),
    "no construction": lambda: tarray.Tensor(),
}
FAILS = {name for name in CALLS if name.startswith(("no ", "writes t", "deletion")) or name in (
    "numpy of a gradient", "array without a copy", "item of many", "truth of many", "index of a float", "to nowhere",
    "to nothing", "buffer of a gradient", "capsule of read-only", "capsule of a gradient", "capsule elsewhere")}
REFUSALS = (ValueError, TypeError, RuntimeError, BufferError, IndexError)


def attempt(call, fails):
    try:
        call()
    except REFUSALS:
        assert fails
    else:
        assert not fails


@pytest.mark.parametrize("name", CALLS)
def test_ten_thousand_times(name):
    call, fails = CALLS[name], name in FAILS
    things = [T, ONE, READ_ONLY, GRADED, BRAIN, ARRAY, tarray.float32, tarray.Tensor, tarray.Provenance]
    for _ in range(200):
        attempt(call, fails)
    gc.collect()
    tensors, references = tarray.live_tensors(), [sys.getrefcount(thing) for thing in things]
    blocks = sys.getallocatedblocks()

    for _ in range(TIMES):
        attempt(call, fails)

    gc.collect()
    assert tarray.live_tensors() == tensors
    assert [sys.getrefcount(thing) for thing in things] == references
    assert sys.getallocatedblocks() - blocks < 100
