-- What a Lua value says it is, as a `ta_source`.
--
-- A number of Lua is a real number: it says nothing of integers. Those are `3LL`, which LuaJIT
-- has for them; `2i` is complex.

local ffi = require "ffi"
local C = require "tarray.c"
local arrays = require "tarray.arrays"
local dtypes = require "tarray.dtypes"
local errors = require "tarray.errors"
local loans = require "tarray.loans"
local memory = require "tarray.memory"
local sequences = require "tarray.sequences"

local sources = {}

-- By their numbers: ffi.istype takes an array of two doubles for a complex number.
local INT64, UINT64 = tonumber(ffi.typeof "int64_t"), tonumber(ffi.typeof "uint64_t")
local COMPLEX = tonumber(ffi.typeof "complex")
local SOURCE, EXTENTS, ADDRESS = ffi.typeof "ta_source", ffi.typeof "int64_t[?]", ffi.typeof "void *"
local CONST_ADDRESS = ffi.typeof "const void *"

-- Writes a number to a `ta_scalar`; false if `value` is none.
local function write_scalar(value, out)
    local kind = type(value)
    if kind == "number" then
        out.kind, out.value.f = C.TA_SCALAR_FLOAT, value
        return true
    elseif kind == "boolean" then
        out.kind, out.value.i = C.TA_SCALAR_BOOL, value and 1 or 0
        return true
    elseif kind ~= "cdata" then
        return false
    end
    local ctype = tonumber(ffi.typeof(value))
    if ctype == INT64 then
        out.kind, out.value.i = C.TA_SCALAR_INT, value
    elseif ctype == UINT64 then
        out.kind, out.value.u = C.TA_SCALAR_UINT, value
    elseif ctype == COMPLEX then
        out.kind, out.value.c[0], out.value.c[1] = C.TA_SCALAR_COMPLEX, value.re, value.im
    else
        return false
    end
    return true
end

local function describe_array(array, facts, out)
    local about = out.value.memory
    local shape = EXTENTS(#facts.shape)
    out.kind = C.TA_SOURCE_MEMORY
    about.data = ffi.cast(ADDRESS, ffi.cast(CONST_ADDRESS, array))
    about.ndim = arrays.write_shape(array, facts, shape)
    about.shape = shape
    about.dtype = facts.dtype
    about.flags = facts.read_only and C.TA_MEMORY_READ_ONLY or 0
    return shape
end

-- A cdata of one element, like `ffi.new("float", 0.5)`.
local function describe_element(value, dtype, out)
    local room = ffi.new(ffi.typeof("$[1]", ffi.typeof(value)), value)
    out.kind = C.TA_SOURCE_TYPED_SCALAR
    out.value.typed_scalar.data = room
    out.value.typed_scalar.dtype = dtypes.named(dtype)
    return room
end

local function describe_cdata(value, out)
    local facts = arrays.facts(value)
    if facts then
        return describe_array(value, facts, out)
    end
    local printed = tostring(ffi.typeof(value))
    local dtype = dtypes.of_printed(printed:match "^ctype<(.*)>$")
    if not dtype then
        errors.refuse("TA_ERR_KIND", "no tensor is made of a cdata of type %s", printed:match "^ctype<(.*)>$")
    end
    return describe_element(value, dtype, out)
end

local function describe_loan(value, out)
    local managed, is_legacy = loans.pointer(value)
    if is_legacy then
        out.kind, out.value.dlpack_legacy = C.TA_SOURCE_DLPACK_LEGACY, managed
    else
        out.kind, out.value.dlpack = C.TA_SOURCE_DLPACK, managed
    end
end

local function describe_string(text, out)
    local about = out.value.buffer
    out.kind = C.TA_SOURCE_BUFFER
    about.data = ffi.cast("void *", ffi.cast("const char *", text))
    about.size_bytes = #text
    about.flags = C.TA_MEMORY_READ_ONLY
end

local function describe_table(values, out, level)
    if memory.is(values) then
        return memory.describe(values, out)
    elseif next(values) ~= nil and #values == 0 then
        errors.refuse("TA_ERR_KIND", "no tensor is made of a table without items 1, 2, …")
    end
    return sequences.describe(values, out, level)
end

-- Describes `value`, which is inside the sequence at `level`, or that itself. Returns what must
-- stay alive until the call is over.
function sources.describe(value, out, level)
    if write_scalar(value, out.value.scalar) then
        out.kind = C.TA_SOURCE_SCALAR
        return
    end
    local handle = sources.handle_of(value)
    local kind = type(value)
    if handle then
        out.kind, out.value.tensor = C.TA_SOURCE_TENSOR, handle
    elseif loans.is(value) then
        return describe_loan(value, out)
    elseif kind == "cdata" then
        return describe_cdata(value, out)
    elseif kind == "string" then
        return describe_string(value, out)
    elseif kind == "table" then
        return describe_table(value, out, level)
    else
        errors.refuse("TA_ERR_KIND", "no tensor is made of a %s", kind)
    end
end

-- A fresh, empty source.
function sources.room()
    local source = SOURCE()
    source.struct_size = ffi.sizeof(source)
    return source
end

sequences.connect(sources.describe, write_scalar)
sources.write_scalar = write_scalar

return sources
