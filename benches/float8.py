"""The 8-bit floats of PyTorch, both ways, one thread."""

from arrays import DTYPES, MIB, copies, memcpy, source, target, threads
from measure import row

WIDE = ["float32", "float16", "bfloat16"]
ELEMENTS = 16 * MIB

LIMIT = "PyTorch has a fast loop for this one: ten times its speed would be beyond the memory's."

threads(1)
for dtype in (dtype for dtype in DTYPES if dtype.startswith("float8")):
    for wide in WIDE:
        for from_, to, factor in [(wide, dtype, 2.0), (dtype, wide, 10.0)]:
            sides = source(from_, (ELEMENTS,)), target(to, (ELEMENTS,))
            moved = sum(side.nbytes for side in sides)
            contenders = copies(*sides) | {"memcpy": memcpy(moved)}
            limit = LIMIT if from_ == dtype else None
            row(f"{from_} → {to}", contenders, [(factor, ["torch"])], moved=moved, limit=limit)
