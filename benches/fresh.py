"""Conversions into memory that the call itself asks for, 256 MiB of it: page faults cost the most."""

import tarray

from arrays import MIB, source, threads, torch
from measure import QUICK, row

PAIRS = [("float32", "float64"), ("float64", "float32"), ("float32", "float16"), ("uint8", "float32"),
         ("float32", "float32")]
SIZE = (64 if QUICK else 256) * MIB
MARKS = [(1.0, ["numpy"]), (2.0, ["torch"])]
LIMIT = ("pages, and stores past the cache. To be given 256 MiB in huge pages takes 23 to 30 ms of the 39 that a bare loop from "
         "float32 to float64 takes into them. What the kernel has just zeroed is in the cache still: with plain "
         "stores this library took 42, 53 and 52 ms where it took 48, 57 and 62 as it is (three pairs of runs, beside other work).")


def contenders(side, to):
    """Who makes a converted copy of a whole side."""
    dtype = getattr(torch, to)
    return {
        "tarray": lambda: tarray.asarray(side.ours, dtype=to, copy=True),
        "torch": lambda: side.torch.to(dtype, copy=True),
        "numpy": lambda: side.numpy.astype(to),
    }


for count in (1, 2):
    threads(count)
    for from_, to in PAIRS:
        side = source(from_, (SIZE // getattr(torch, to).itemsize,))
        name = f"{from_} → {to}, {'one thread' if count == 1 else 'two threads'}"
        row(name, contenders(side, to), MARKS, moved=side.nbytes + SIZE, limit=LIMIT, turns=5)
