-- Strided memory, described by hand: for what is no plain array.

local bit = require "bit"
local ffi = require "ffi"
local C = require "tarray.c"
local dtypes = require "tarray.dtypes"
local errors = require "tarray.errors"
local integers = require "tarray.integers"

local memory = {}

local Memory = {}

local FIELDS = {
    data = true, dtype = true, shape = true, strides_bytes = true, byte_offset = true, read_only = true,
    byte_swapped = true, owner = true,
}

-- A description; `asarray` takes it. Fields:
--   data           an array, a pointer or a string; kept alive as long as a tensor uses it
--   dtype          a name
--   shape          a table of extents, in elements
--   strides_bytes  a table, as many, of either sign; nil: C-contiguous
--   byte_offset    where element (0, …, 0) is behind `data`
--   read_only      nobody may write; strings never may be written
--   byte_swapped   elements are in foreign byte order
--   owner          what else must stay alive
function memory.new(fields)
    if type(fields) ~= "table" then
        errors.refuse("TA_ERR_KIND", "memory is described by a table, not a %s", type(fields))
    end
    for name in pairs(fields) do
        if not FIELDS[name] then
            errors.refuse("TA_ERR_INVALID_ARGUMENT", "memory: there is no field called %s", tostring(name))
        end
    end
    return setmetatable(fields, Memory)
end

function memory.is(value)
    return getmetatable(value) == Memory
end

-- Bytes from element (0, …, 0) to the first byte and behind the last one that elements use.
local function reach(shape, strides, axes, itemsize)
    local low, high, step = 0, itemsize, itemsize
    for axis = axes - 1, 0, -1 do
        local extent = tonumber(shape[axis])
        if extent <= 0 then
            return 0, 0
        end
        local far = (extent - 1) * (strides and tonumber(strides[axis]) or step)
        low, high = low + math.min(far, 0), high + math.max(far, 0)
        step = step * extent
    end
    return low, high
end

-- Bytes behind an address, where Lua knows.
local function size_of(data)
    if type(data) == "string" then
        return #data
    end
    local is_pointer = tostring(ffi.typeof(data)):match "%*>$"
    return not is_pointer and ffi.sizeof(data)
end

local function check_bounds(fields, start, low, high)
    local size = size_of(fields.data)
    if size and high > low and (start + low < 0 or start + high > size) then
        errors.refuse("TA_ERR_OUT_OF_BOUNDS", "elements from byte %d to %d are outside of data, which has %d",
            start + low, start + high, size)
    end
end

-- A number has no address, or is none: ffi.cast would make one of it.
local function check_data(data)
    local kind = type(data)
    if kind == "cdata" and tonumber(data) then
        kind = tostring(ffi.typeof(data)):match "^ctype<(.*)>$"
    elseif kind == "cdata" or kind == "string" then
        return
    end
    errors.refuse("TA_ERR_KIND", "data must be an array, a pointer or a string, not %s", kind)
end

-- Describes it in a `ta_source`; returns what must outlive the call.
function memory.describe(fields, out)
    local dtype, about = dtypes.named(fields.dtype), out.value.memory
    check_data(fields.data)
    local shape, axes = integers.list("shape", fields.shape)
    local strides = fields.strides_bytes and integers.per_axis("strides_bytes", fields.strides_bytes, axes)
    local start = integers.one("byte_offset", fields.byte_offset or 0)
    check_bounds(fields, start, reach(shape, strides, axes, math.ceil(dtype.bits / 8)))
    out.kind = C.TA_SOURCE_MEMORY
    about.data = ffi.cast("void *", ffi.cast("const void *", fields.data))
    about.shape, about.ndim = shape, axes
    about.strides_bytes = strides
    about.dtype = dtype
    about.byte_offset = start
    if fields.read_only or type(fields.data) == "string" then
        about.flags = bit.bor(about.flags, C.TA_MEMORY_READ_ONLY)
    end
    if fields.byte_swapped then
        about.flags = bit.bor(about.flags, C.TA_MEMORY_BYTE_SWAPPED)
    end
    return { shape, strides }
end

return memory
