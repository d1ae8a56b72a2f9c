-- asarray: a value becomes a source, and that a tensor.

local ffi = require "ffi"
local C = require "tarray.c"
local errors = require "tarray.errors"
local holds = require "tarray.holds"
local loans = require "tarray.loans"
local memory = require "tarray.memory"
local options = require "tarray.options"
local sequences = require "tarray.sequences"
local sources = require "tarray.sources"
local tensors = require "tarray.tensor"

local HANDLE = ffi.typeof "ta_tensor *[1]"

-- A source of a table: read by callbacks, which compiled code must not cause.
local function read(level, value, request)
    local source, out, err = sources.room(), HANDLE(), errors.room()
    local kept = sources.describe(value, source, level)
    errors.check(C.ta_asarray(source, request, out, err), err)
    -- `kept` is used here so that it is alive during the call.
    return out[0], kept
end
jit.off(read)

-- A source of anything else. Returns the handle, and the hold on memory that it uses.
local function take(value, request)
    local source, out, err = sources.room(), HANDLE(), errors.room()
    local kept = sources.describe(value, source, 0)
    local hold = holds.lend(value, source)
    local status = C.ta_asarray(source, request, out, err)
    if hold and (status ~= C.TA_OK or hold.released[0] ~= 0) then
        holds.drop(hold)
        hold = nil
    end
    errors.check(status, err)
    return out[0], hold, kept
end

local function is_sequence(value)
    return type(value) == "table" and not (tensors.is(value) or memory.is(value) or loans.is(value))
end

-- Makes a tensor of anything: shares the memory if that is possible, else copies.
--
--   a tensor                            itself, or what the options make of it
--   an array: ffi.new("float[2][3]")    shared; read-only if its elements are const
--   tarray.memory{…}                    shared: any layout of memory
--   a string                            shared, read-only; bytes, grouped by `dtype`
--   a loan, or a DLPack tensor's pointer  shared; taken if the call succeeds
--   a number, 3LL, 2i, a boolean        0-d
--   ffi.new("float", 0.5)               0-d, of that dtype
--   a table of any of these, nested     stacked
--
-- `request` may have dtype, default_dtype, device, copy (true, false), requires_grad (true,
-- "as_source"), writable, contiguous, read_only, accept (a table of origins).
local function asarray(value, request)
    local wanted = options.of(request)
    if is_sequence(value) then
        return tensors.adopt(sequences.during(read, value, wanted))
    end
    local handle, hold = take(value, wanted)
    if loans.is(value) then
        loans.disarm(value)
    end
    return tensors.adopt(handle, tensors.is(value) and value.hold or hold)
end

return asarray
