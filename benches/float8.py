"""The 8-bit floats of PyTorch, both ways, one thread; and integers of the same widths, which need no arithmetic."""

from arrays import DTYPES, MIB, copies, memcpy, source, target, threads
from measure import row

# Dtypes and the integers of their width.
WIDE = {"float32": "int32", "float16": "int16", "bfloat16": "int16"}
ELEMENTS = 16 * MIB

LIMIT = ("the memory, where the mark is beyond the column \"integers\": this library's own loop over integers of the same "
         "widths, which reads and writes as many bytes and computes nothing.")
BELOW = (" Below that column it is what each KiB costs beside the memory: the loop, which over 256 Ki elements in the cache "
         "makes {} GB/s, and some 15 ns of going from block to block. A bare program that calls such a loop block by block makes "
         "26 to 30 GB/s on float32, about what it makes of integers.")
ENCODED = BELOW.format("37 from float32 and 27 from bfloat16 (e8m0: 62 and 70)")
DECODED = BELOW.format("53 (e8m0 to float32: 84)")


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
            limit = LIMIT + (DECODED if from_ == dtype else ENCODED)
            row(f"{from_} → {to}", contenders, [(factor, ["torch"])], moved=moved, limit=limit)
