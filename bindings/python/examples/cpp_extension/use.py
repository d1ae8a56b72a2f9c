"""Tensors to C++ and back: `sh build.sh && python use.py`."""

import rows
import tarray

matrix = tarray.asarray([[1.0, 2.0, 3.0], [4.0, 5.0, 6.0]], dtype=tarray.float64)
print(rows.sums(matrix))
print(rows.sums(matrix.T))
print(rows.sums(matrix).provenance)
try:
    rows.sums(matrix.to(tarray.float32))
except ValueError as error:
    print("ValueError:", error)
