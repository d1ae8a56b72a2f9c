"""What a call costs when no bytes move to speak of: sources in, exports out, numbers and lists.

Every call stands in a loop of its own, compiled, so that nothing but the call is measured.
"""

import importlib
import pathlib
import subprocess
import sys
import sysconfig
import tempfile

import nanobind
import numpy as np
import tarray
import torch
import tvm_ffi

from measure import row, statement


def built():
    """The module of `nanobind_calls.cpp`, compiled for this interpreter."""
    package = pathlib.Path(nanobind.include_dir()).parent
    includes = [package / "include", package / "ext/robin_map/include", sysconfig.get_path("include")]
    sources = [pathlib.Path(__file__).with_name("nanobind_calls.cpp"), package / "src/nb_combined.cpp"]
    with tempfile.TemporaryDirectory() as folder:
        command = ["g++", "-std=c++17", "-O2", "-DNDEBUG", "-fno-strict-aliasing", "-fvisibility=hidden"]
        command += ["-shared", "-fPIC", "-o", f"{folder}/nanobind_calls.so", *sources]
        subprocess.run(command + [f"-I{include}" for include in includes], check=True)
        sys.path.insert(0, folder)
        module = importlib.import_module("nanobind_calls")
        sys.path.remove(folder)
    return module


NANOBIND = built()

ARRAY = np.zeros((3, 4), np.float32)
FOREIGN = torch.zeros(3, 4)
TENSOR = tarray.asarray(ARRAY)
OTHERS = tvm_ffi.from_dlpack(ARRAY)
BYTES = bytearray(48)
HALF = np.float64(0.5)
NAMES = {"np": np, "torch": torch, "tvm_ffi": tvm_ffi, "tarray": tarray, "nanobind": NANOBIND}


def calls(name, marks, values=None, *, limit=None, **texts):
    """A row of statements, by contender."""
    names = NAMES | (values or {})
    contenders = {who: statement(text, names) for who, text in texts.items()}
    row(name, contenders, marks, limit=limit)


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


# Of a row that a `from_dlpack` has with each producer.
CONSUMERS = (
    "what is ours of it is the call of `__dlpack__`, which has a row of its own, and `__dlpack_device__` for "
    "torch; the rest is the consumer's, and moves by some hundredths from run to run, with any producer."
)


def exports():
    producers = {"ours": TENSOR, "theirs": OTHERS, "array": ARRAY, "foreign": FOREIGN, "made": NANOBIND.make()}

    def each(name, marks, text):
        names = {"of a tvm_ffi": "theirs", "of a numpy": "array", "of a torch": "foreign", "of a nanobind": "made"}
        others = {who: text.format(producer) for who, producer in names.items()}
        calls(name, marks, producers, limit=CONSUMERS, tarray=text.format("ours"), **others)

    each("t.__dlpack__(max_version=(1, 0))", [], "{}.__dlpack__(max_version=(1, 0))")
    fastest = [(1.0, [f"of a {producer}" for producer in ("numpy", "torch", "tvm_ffi")])]
    for consumer in ("np", "torch", "tvm_ffi"):
        each(f"{consumer}.from_dlpack(t)", fastest, consumer + ".from_dlpack({})")


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
exports()
values()
