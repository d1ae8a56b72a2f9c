-- DLPack tensors that Lua holds: a pointer whose deleter the collector runs, unless somebody
-- takes it first.

local bit = require "bit"
local ffi = require "ffi"
local C = require "tarray.c"
local errors = require "tarray.errors"

local loans = {}

local VERSIONED, LEGACY = ffi.typeof "DLManagedTensorVersioned *", ffi.typeof "DLManagedTensor *"
local VERSIONED_ROOM, LEGACY_ROOM = ffi.typeof "DLManagedTensorVersioned *[1]", ffi.typeof "DLManagedTensor *[1]"
local EXPORT_OPTIONS = ffi.typeof "ta_export_options"
local COPY = { [false] = C.TA_COPY_NEVER, [true] = C.TA_COPY_ALWAYS }

local function finish(managed)
    if managed.deleter ~= nil then
        managed.deleter(managed)
    end
end

-- Whether a cdata is a DLPack tensor; the second value: of the struct without a version.
function loans.is(cdata)
    local legacy = ffi.istype(LEGACY, cdata)
    return legacy or ffi.istype(VERSIONED, cdata), legacy
end

-- Ends a loan now, or does nothing if it has been given away.
function loans.finish(loan)
    finish(ffi.gc(loan, nil))
end

-- Hands a loan to somebody else, who will run its deleter; returns its address as a number.
function loans.give(loan)
    return tonumber(ffi.cast("intptr_t", ffi.gc(loan, nil)))
end

-- The DLPack tensor at an address; nobody's yet: pass it to `asarray`.
function loans.at(address, legacy)
    return ffi.cast(legacy and LEGACY or VERSIONED, address)
end

local function request_of(request)
    local out = EXPORT_OPTIONS()
    out.struct_size = ffi.sizeof(out)
    out.copy = COPY[request.copy] or C.TA_COPY_IF_NEEDED
    out.flags = request.read_only and bit.bor(out.flags, C.TA_EXPORT_READ_ONLY) or out.flags
    if request.max_version then
        out.max_major, out.max_minor = request.max_version[1], request.max_version[2]
    end
    return out
end

-- Lends a tensor.
function loans.of(handle, request)
    local out, err = request.legacy and LEGACY_ROOM() or VERSIONED_ROOM(), errors.room()
    local lend = request.legacy and C.ta_to_dlpack_legacy or C.ta_to_dlpack
    errors.check(lend(handle, request_of(request), out, err), err)
    return ffi.gc(out[0], finish)
end

return loans
