-- Elements as Lua values: numbers where these are exact, else LuaJIT's own 64-bit integers.

local ffi = require "ffi"
local C = require "tarray.c"
local errors = require "tarray.errors"

local elements = {}

local COMPLEX, SCALAR = ffi.typeof "complex", ffi.typeof "ta_scalar"

-- Whether integers of a dtype can be too large for a number of Lua.
local function is_wide(dtype)
    return dtype.bits == 64 and (dtype.code == C.TA_INT or dtype.code == C.TA_UINT)
end

local function value_of(scalar, dtype)
    if scalar.kind == C.TA_SCALAR_FLOAT then
        return scalar.value.f
    elseif scalar.kind == C.TA_SCALAR_BOOL then
        return scalar.value.i ~= 0
    elseif scalar.kind == C.TA_SCALAR_COMPLEX then
        return COMPLEX(scalar.value.c[0], scalar.value.c[1])
    elseif not is_wide(dtype) then
        return tonumber(scalar.value.i)
    end
    return dtype.code == C.TA_UINT and scalar.value.u or scalar.value.i
end

-- The element at `index`, an int64_t array with a position per axis.
function elements.at(handle, dtype, index)
    local scalar, err = SCALAR(), errors.room()
    errors.check(C.ta_item(handle, index, scalar, err), err)
    return value_of(scalar, dtype)
end

-- As many items as a table of LuaJIT's can have. More tables and elements than that it has no memory for, but would try.
local MOST = 2 ^ 27

local function check_size(info)
    local many = 1
    for axis = 0, info.ndim - 1 do
        many = many * tonumber(info.shape[axis])
        if many > MOST then
            errors.refuse("TA_ERR_OUT_OF_MEMORY", "a table of the tensor would have more than %d items", MOST)
        end
    end
end

-- No closure: compiled code would keep it, and the tensor with it, for good.
local function level(handle, info, index, axis)
    if axis == info.ndim then
        return elements.at(handle, info.dtype, index)
    end
    local items = {}
    for position = 0, tonumber(info.shape[axis]) - 1 do
        index[axis] = position
        items[position + 1] = level(handle, info, index, axis + 1)
    end
    return items
end

-- All elements as nested tables; a 0-d tensor is its element.
function elements.nested(handle, info)
    check_size(info)
    return level(handle, info, ffi.new("int64_t[?]", info.ndim + 1), 0)
end

return elements
