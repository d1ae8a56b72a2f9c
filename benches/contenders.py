"""Who calls and is called in the tables of calls.

Every call stands in a loop of its own, compiled, so that nothing but the call is measured.
"""

import importlib
import pathlib
import subprocess
import sys
import sysconfig

import nanobind
import numpy as np
import tarray
import torch
import tvm_ffi

from measure import row, statement


def built():
    """The module of `nanobind_calls.cpp`, compiled for this interpreter: once, for all tables."""
    package = pathlib.Path(nanobind.include_dir()).parent
    includes = [package / "include", package / "ext/robin_map/include", sysconfig.get_path("include")]
    sources = [pathlib.Path(__file__).with_name("nanobind_calls.cpp"), package / "src/nb_combined.cpp"]
    module = pathlib.Path(sys.prefix, "nanobind_calls.so")
    if not module.exists() or module.stat().st_mtime < max(source.stat().st_mtime for source in sources):
        command = ["g++", "-std=c++17", "-O2", "-DNDEBUG", "-fno-strict-aliasing", "-fvisibility=hidden"]
        command += ["-shared", "-fPIC", "-o", module, *sources]
        subprocess.run(command + [f"-I{include}" for include in includes], check=True)
    sys.path.insert(0, sys.prefix)
    try:
        return importlib.import_module("nanobind_calls")
    finally:
        sys.path.remove(sys.prefix)


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
