"""The 8-bit floats of PyTorch, both ways, one thread; and integers of the same widths, which need no arithmetic."""

from arrays import DTYPES, MIB, copies, memcpy, source, target, threads
from measure import row

# Dtypes and the integers of their width.
WIDE = {"float32": "int32", "float16": "int16", "bfloat16": "int16"}
ELEMENTS = 16 * MIB

LIMIT = ("the memory, where the mark is beyond the column \"integers\": this library's own loop over integers of the same "
         "widths, which reads and writes as many bytes and computes nothing.")
ROUNDING = (" Below that column it is rounding: over 256 Ki elements, which stay in the cache, the same loop makes 31 GB/s "
            "from float32 and 17.5 from bfloat16.")


def integers(from_, to):
    """The same bytes, read and written without arithmetic."""
    return copies(source(from_, (ELEMENTS,)), target(to, (ELEMENTS,)))["tarray"]


threads(1)
for dtype in (dtype for dtype in DTYPES if dtype.startswith("float8")):
    for wide, integer in WIDE.items():
        for from_, to, bare, factor in [(wide, dtype, (integer, "uint8"), 2.0), (dtype, wide, ("uint8", integer), 10.0)]:
            sides = source(from_, (ELEMENTS,)), target(to, (ELEMENTS,))
            moved = sum(side.nbytes for side in sides)
            contenders = copies(*sides) | {"integers": integers(*bare), "memcpy": memcpy(moved)}
            limit = LIMIT if from_ == dtype else LIMIT + ROUNDING
            row(f"{from_} → {to}", contenders, [(factor, ["torch"])], moved=moved, limit=limit)
