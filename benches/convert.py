"""Conversions of dense memory that is there already: the common pairs, from the cache to main memory."""

from arrays import MIB, copies, memcpy, source, target, threads, torch
from measure import QUICK, row

COMMON = [
    ("float32", "float64"), ("float64", "float32"), ("float32", "float16"), ("float16", "float32"),
    ("float32", "bfloat16"), ("bfloat16", "float32"), ("int64", "float32"), ("float32", "int64"),
    ("int32", "float32"), ("float32", "int32"), ("uint8", "float32"), ("bool", "float32"),
    ("uint8", "float16"), ("float32", "float32"),
]

# Bytes of the larger side, threads.
PLACES = [("64 KiB", MIB // 16, 1), ("4 MiB", 4 * MIB, 1), ("64 MiB", 64 * MIB, 1), ("64 MiB, two threads", 64 * MIB, 2)]
if not QUICK:
    PLACES.append(("256 MiB, two threads", 256 * MIB, 2))

# What holds back the rows of a size.
LIMITS = {
    "64 KiB": "the call rather than the loop: with 16 elements the distance to the peer is about as many nanoseconds as with "
              "these (float16 to float32: 120, and 139 with 16384). Float32 to int32 is slower in its loop besides.",
    "4 MiB": "not found yet. From C, the loop from int32 to float32 with sides of 2 MiB makes 90 to 94 GB/s, as the best peer "
             "does with these. Equal dtypes go through libc's memcpy.",
    "64 MiB": "the memory, which others used too: int32 to float32 has made from 15 to 30 GB/s within minutes, and the medians "
              "tell how restless it was. But uint8 to float16 is its loop: it makes 30 GB/s in the cache.",
}

for place, size, count in PLACES:
    threads(count)
    for from_, to in COMMON:
        widest = max(getattr(torch, dtype).itemsize for dtype in (from_, to))
        sides = source(from_, (size // widest,)), target(to, (size // widest,))
        moved = sum(side.nbytes for side in sides)
        contenders = copies(*sides) | {"memcpy": memcpy(moved)}
        marks = [(0.95, ["torch", "numpy"])]
        if size >= 64 * MIB and from_ != to:
            marks.append((1.2, ["memcpy"]))
        limit = LIMITS.get(place, LIMITS["64 MiB"])
        row(f"{from_} → {to}, {place}", contenders, marks, moved=moved, limit=limit)
