"""What a call costs when no bytes move to speak of: sources, numbers and lists."""

import numpy as np
import tarray
import torch

from contenders import ARRAY, BYTES, FOREIGN, HALF, TENSOR, calls


def sources():
    calls(
        "asarray(ndarray)", [(0.5, ["numpy"]), (0.15, ["torch"])], {"x": ARRAY},
        tarray="tarray.asarray(x)", numpy="np.from_dlpack(x)", torch="torch.asarray(x)",
        tvm_ffi="tvm_ffi.from_dlpack(x)", nanobind="nanobind.take(x)",
    )
    calls(
        "asarray(torch tensor)", [(1.1, ["tvm_ffi"])], {"x": FOREIGN},
        tarray="tarray.asarray(x)", numpy="np.from_dlpack(x)", tvm_ffi="tvm_ffi.from_dlpack(x)",
        nanobind="nanobind.take(x)",
    )
    calls(
        "asarray(t) is t", [(1.2, ["numpy"])], {"t": TENSOR, "a": ARRAY, "x": FOREIGN},
        tarray="tarray.asarray(t)", numpy="np.asarray(a)", torch="torch.asarray(x)",
    )
    calls(
        "asarray(bytearray, dtype=float32)", [(1.0, ["numpy"])],
        {"x": BYTES, "ours": tarray.float32, "theirs": np.float32, "torchs": torch.float32},
        tarray="tarray.asarray(x, dtype=ours)", numpy="np.frombuffer(x, dtype=theirs)",
        torch="torch.asarray(x, dtype=torchs)",
    )


def values():
    everybody = {"tarray": "tarray.asarray(x)", "numpy": "np.asarray(x)", "torch": "torch.asarray(x)"}
    same = [(1.0, ["numpy"])]
    calls("asarray(0.5)", same, {"x": 0.5}, **everybody)
    calls("asarray(np.float64(0.5))", same, {"x": HALF}, **everybody)
    calls("asarray([1., 2., 3.])", same, {"x": [1.0, 2.0, 3.0]}, **everybody)
    calls("asarray of 2 x 3 floats, nested", same, {"x": [[1.0, 2.0, 3.0]] * 2}, **everybody)
    half = [(0.5, ["numpy"])]
    million = 10**6
    calls("asarray of 1e6 floats", half, {"x": [0.5 * k for k in range(million)]}, **everybody)
    calls("asarray of 1e6 small ints", half, {"x": [k % 1000 for k in range(million)]}, **everybody)
    calls("asarray of 1e6 bools", half, {"x": [k % 3 == 0 for k in range(million)]}, **everybody)
    rows = [[0.5 * k for k in range(1000)] for _ in range(1000)]
    calls("asarray of 1000 x 1000 floats, nested", half, {"x": rows}, **everybody)
    arrays = [np.full(1000, k, np.float32) for k in range(1000)]
    calls("asarray of 1000 arrays of 1000 float32", same, {"x": arrays}, **everybody)


sources()
values()
