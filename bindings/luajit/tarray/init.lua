-- tarray for LuaJIT: any array in, one handle, DLPack out.
--
-- Nothing but the C ABI is used underneath; `tarray.C` is that ABI. One idea per file.

local ffi = require "ffi"
local C = require "tarray.c"
local errors = require "tarray.errors"
local histories = require "tarray.histories"
local holds = require "tarray.holds"
local loans = require "tarray.loans"
local memory = require "tarray.memory"
local tensors = require "tarray.tensor"

local tarray = {
    C = C,
    asarray = require "tarray.asarray",
    memory = memory.new,
    no_grad = histories.no_grad,
    is_grad_enabled = histories.is_enabled,
    is_error = errors.is,
    is_tensor = tensors.is,
    adopt = tensors.take,
    finish = loans.finish,
    give = loans.give,
    dlpack_at = loans.at,
    held = holds.count,
}

-- How many tensors are alive in the library: zero when nothing leaks.
function tarray.live_tensors()
    return tonumber(C.ta_live_tensors())
end

-- How many nodes of histories are alive in the library: zero when nothing leaks.
function tarray.live_nodes()
    return tonumber(C.ta_live_nodes())
end

-- The library's version.
function tarray.version()
    return ffi.string(C.ta_version())
end

return tarray
