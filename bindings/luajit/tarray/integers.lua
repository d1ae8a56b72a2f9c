-- Integers that a caller gives as numbers of Lua: checked before they are cut off unseen.

local ffi = require "ffi"
local errors = require "tarray.errors"

local integers = {}

local ROOM = ffi.typeof "int64_t[?]"
local INT64 = tonumber(ffi.typeof "int64_t")
-- The largest below which a number of Lua is the integer that was written.
local EXACT = 2 ^ 53

-- An integer: a number without a fraction, or an int64_t.
function integers.one(name, value)
    local is_number = type(value) == "number" and value % 1 == 0 and value >= -EXACT and value <= EXACT
    if not is_number and not (type(value) == "cdata" and tonumber(ffi.typeof(value)) == INT64) then
        errors.refuse("TA_ERR_INVALID_ARGUMENT", "%s: %s is no integer", name, tostring(value))
    end
    return tonumber(value)
end

-- A table of integers as an array of C, which is one longer, so that it is never empty; and how many.
function integers.list(name, values)
    if type(values) ~= "table" then
        errors.refuse("TA_ERR_INVALID_ARGUMENT", "%s must be a table of integers, not a %s", name, type(values))
    end
    local room = ROOM(#values + 1)
    for axis = 1, #values do
        room[axis - 1] = integers.one(name, values[axis])
    end
    return room, #values
end

-- As `list`, of as many as there are axes.
function integers.per_axis(name, values, axes)
    local room, count = integers.list(name, values)
    if count ~= axes then
        errors.refuse("TA_ERR_INVALID_ARGUMENT", "%d %s for %d axes", count, name, axes)
    end
    return room
end

return integers
