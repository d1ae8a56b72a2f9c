-- LuaJIT's own arrays: what their C type says of them.

local ffi = require "ffi"
local dtypes = require "tarray.dtypes"

local arrays = {}

-- By the type's number. Its printed form is all that LuaJIT tells of it.
local known = {}

local function read(printed)
    local element, extents = printed:match "^ctype<([^%[%(]-)%s*(%[[%d%?%]%[]*%])>$"
    local plain = element and element:gsub("^const ", "")
    local dtype = plain and dtypes.of_printed(plain)
    if not dtype then
        return false
    end
    local shape = {}
    for extent in extents:gmatch "%[([%d%?]+)%]" do
        shape[#shape + 1] = tonumber(extent) or 0
    end
    return { dtype = dtypes.named(dtype), itemsize = ffi.sizeof(plain), shape = shape, read_only = plain ~= element }
end

-- What is known of an array: dtype, itemsize, shape, read_only; false for another cdata.
function arrays.facts(cdata)
    local ctype = ffi.typeof(cdata)
    local number = tonumber(ctype)
    local facts = known[number]
    if facts == nil then
        facts = read(tostring(ctype))
        known[number] = facts
    end
    return facts
end

-- Extents of an array in `room`; returns how many. The first of `float[?]` follows from its size.
function arrays.write_shape(cdata, facts, room)
    local inner = facts.itemsize
    for axis = 2, #facts.shape do
        room[axis - 1] = facts.shape[axis]
        inner = inner * facts.shape[axis]
    end
    room[0] = inner > 0 and ffi.sizeof(cdata) / inner or facts.shape[1]
    return #facts.shape
end

return arrays
