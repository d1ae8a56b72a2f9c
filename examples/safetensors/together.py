"""LuaJIT and Python in one process: Lua opens the file, Python takes its tensor, on the same memory.

python together.py LIBRARY FILE, with lupa; LUA_PATH finds tarray and show.lua.
"""

import ctypes
import gc
import sys

import lupa.luajit21
import numpy

import tarray

capsule_of = ctypes.pythonapi.PyCapsule_New
capsule_of.argtypes = [ctypes.c_void_p, ctypes.c_char_p, ctypes.c_void_p]
capsule_of.restype = ctypes.py_object

lua = lupa.luajit21.LuaRuntime()
lend = lua.execute("""
    local ffi, tarray = require "ffi", require "tarray"
    local safetensors = require "show"
    return function(library, path, name)
        local tensor = safetensors.open(library, path).tensor(name)
        local address = tonumber(ffi.cast("intptr_t", tensor:info().data))
        return address, tarray.give(tensor:to_dlpack())
    end
""")
library, path = sys.argv[1:]

address, loan = lend(library, path, "bias")
tensor = tarray.asarray(capsule_of(loan, b"dltensor_versioned", None), copy=False)
# Lua's tensor and file are gone; the mapping is not.
lua.execute("collectgarbage() collectgarbage()")
array = tensor.numpy()
assert tensor.data_ptr() == address == array.ctypes.data, "another place"
assert tensor.read_only and not array.flags.writeable, "writable"
assert array.tolist() == [0.5, -1.25, 3.0], array

# Python keeps it longer than Lua lives.
del lua, lend, tensor
gc.collect()
assert numpy.array_equal(array, numpy.array([0.5, -1.25, 3.0], "float32"))
del array
assert tarray.live_tensors() == 0, tarray.live_tensors()
print("LuaJIT and Python share the memory of the file")
