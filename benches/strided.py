"""Copies that change the order of elements, into dense memory: there already, and fresh."""

import numpy as np
import tarray
import torch

from arrays import Side, copies, memcpy, source, target, threads
from measure import QUICK, row

SIDE = 1024 if QUICK else 4096


def dense(dtype, *shape):
    return source(dtype, shape).torch


# What is copied, and what part of memcpy's speed it has to reach, if that is promised.
LAYOUTS = {
    "float32 transposed": (dense("float32", SIDE, SIDE).T, 0.6),
    "uint8 transposed": (dense("uint8", SIDE, SIDE).T, None),
    "float64 transposed": (dense("float64", SIDE, SIDE).T, None),
    "float32 slice, transposed": (dense("float32", SIDE, SIDE)[3:-93, 5:-91].T, None),
    "float32 [::2]": (dense("float32", 2 * SIDE * SIDE)[::2], None),
    "float32 [:, ::2]": (dense("float32", SIDE, 2 * SIDE)[:, ::2], None),
    "float32 NHWC → NCHW": (dense("float32", SIDE // 256, 512, 512, 3).permute(0, 3, 1, 2), None),
    "uint8 NHWC → NCHW": (dense("uint8", SIDE // 64, 512, 512, 3).permute(0, 3, 1, 2), None),
    "float32 NCHW → NHWC": (dense("float32", SIDE // 256, 3, 512, 512).permute(0, 2, 3, 1), None),
    "uint8 NCHW → NHWC": (dense("uint8", SIDE // 64, 3, 512, 512).permute(0, 2, 3, 1), None),
    "float32 NHWC → HWCN": (dense("float32", SIDE // 128, 256, 256, 3).permute(1, 2, 3, 0), None),
    "float32 5-D reversed": (dense("float32", SIDE // 170, 28, 26, 30, 32).permute(4, 3, 2, 1, 0), None),
    "float32 broadcast column": (dense("float32", SIDE, 1).expand(SIDE, SIDE), None),
}

# What holds back the rows that are near their marks.
EVERY_OTHER = ("the way through a block of 1 KiB: a bare loop that stores past the cache from the registers it gathers in "
               "makes 20 to 21 GB/s where this makes 13 to 17; one that stores in the cache 13 to 14, and reading alone 22.")
LIMITS = {
    "float32 [::2]": EVERY_OTHER,
    "float32 [:, ::2]": EVERY_OTHER,
    "float32 NHWC → NCHW": "the memory: stored in the cache or past it, the same copy is within 4 % as fast, and it makes "
                           "94 GB/s with planes of 64 KiB, which stay there.",
    "float32 broadcast column": "the memory: bare loops that store one register along rows of 16 KiB make 43 to 57 GB/s, "
                                "from minute to minute, be they of 16 or 64 bytes, in the cache or past it.",
    "float32 [::-1]": "the memory: wider vectors made it half as long again as fast in the cache (62 to 93 GB/s), and 3 to "
                      "10 % here.",
}

threads(1)
for name, (view, of_memcpy) in LAYOUTS.items():
    from_, dtype = Side(view), str(view.dtype).removeprefix("torch.")
    to = target(dtype, tuple(view.shape))
    moved = 2 * to.nbytes
    marks = [(1.0, ["torch", "numpy"])] + ([(of_memcpy, ["memcpy"])] if of_memcpy else [])
    row(name, copies(from_, to) | {"memcpy": memcpy(moved)}, marks, moved=moved, limit=LIMITS.get(name))

    fresh = {
        "tarray": lambda: tarray.asarray(from_.ours, contiguous=True, copy=True),
        "torch": lambda: from_.torch.clone(memory_format=torch.contiguous_format),
        "numpy": lambda: from_.numpy.copy(),
    }
    row(f"{name}, fresh", fresh, [(2.0, ["torch"])], moved=moved, turns=5)

# Conversion and change of order in one pass.
view = dense("uint8", SIDE, SIDE).T
to = target("float32", (SIDE, SIDE))
row("uint8 transposed → float32", copies(Side(view), to), [(1.0, ["torch", "numpy"])], moved=5 * SIDE * SIDE)

# What torch has no tensors for. Results of 64 MiB: blocks of half that size NumPy gets from the heap again, so that
# they are not fresh.
count = SIDE * SIDE
FOREIGN = {
    "float32 [::-1]": np.arange(count, dtype="f4")[::-1],
    "uint8 [::-1, ::-1]": np.ones((SIDE, SIDE), "u1")[::-1, ::-1],
    "float32 byte-swapped, fresh": np.arange(count, dtype="f4").astype(">f4"),
    "int16 byte-swapped, fresh": np.ones(2 * count, ">i2"),
    "float64 byte-swapped → float32, fresh": np.arange(count, dtype="f8").astype(">f8"),
}
for name, array in FOREIGN.items():
    result = np.dtype("f4" if "→" in name else array.dtype.newbyteorder("="))
    if "fresh" in name:
        contenders = {
            "tarray": lambda: tarray.asarray(array, dtype=result),
            "numpy": lambda: array.astype(result),
        }
    else:
        ours, there = tarray.asarray(array), np.ones(array.shape, result)
        copied = tarray.asarray(there)
        contenders = {"tarray": lambda: copied.copy_(ours), "numpy": lambda: np.copyto(there, array)}
    moved = array.nbytes + array.size * result.itemsize
    row(name, contenders, [(1.0, ["numpy"])], moved=moved, turns=5, limit=LIMITS.get(name))
