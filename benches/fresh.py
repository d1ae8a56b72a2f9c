"""Conversions into memory that the call itself asks for, 256 MiB of it: page faults cost the most."""

import tarray

from arrays import MIB, source, threads, torch
from measure import QUICK, row

PAIRS = [("float32", "float64"), ("float64", "float32"), ("float32", "float16"), ("uint8", "float32"),
         ("float32", "float32")]
SIZE = (64 if QUICK else 256) * MIB
MARKS = [(1.0, ["numpy"]), (2.0, ["torch"])]
LIMIT = ("pages. To be given 256 MiB of huge ones takes 23 to 30 ms of the 39 that a bare loop from float32 to float64 takes "
         "into them, and NumPy asks for the same. The rest is a loop over memory that the system's zeroing has left in the cache, with "
         "plain stores: two pairs of runs gave 1.07 and 1.08 of NumPy's speed from float32 to float64, 1.01 and 1.08 from uint8, 0.96 and "
         "1.02 from float64, which reads more than it writes.")


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
