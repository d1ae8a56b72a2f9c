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
    "64 KiB": "where the sides happen to lie. If the last twelve bits of the target's address are 64 to 256 above the source's, loads "
              "wait for stores: float32 to int32 takes 1650 to 1680 ns there, 1500 elsewhere, and NumPy 1640 to 1670 and 1580.",
    "4 MiB": "whose turn is next to memcpy's, which has memory of its own: float32 to float32 makes 91 GB/s there and 95.6 elsewhere in the "
             "same run, torch 96.1.",
    "64 MiB": "the memory, which others use too: of nine turns of float32 to float64 in one run, the best made 37 GB/s, a quarter 24 or "
              "less.",
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
