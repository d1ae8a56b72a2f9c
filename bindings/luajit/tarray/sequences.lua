-- Nested tables, read by the library through callbacks.
--
-- A callback must not raise through C: what goes wrong is told to the library, which knows at which
-- item. It must not run below compiled code either, so the function that makes such a call is never
-- compiled. There are three callbacks for all tables, made once: LuaJIT has few.

local ffi = require "ffi"
local C = require "tarray.c"
local errors = require "tarray.errors"

local sequences = {}

local NUMBER = ffi.typeof "intptr_t"

-- The tables on the way to the one that is being read, from the outermost of the first call. The
-- library walks depth first, and what an item describes need not live longer than until the
-- next one of its table: a level has one place.
local levels = {}
-- Describes a value in a `ta_source`; set by the module that knows all kinds.
local describe

-- Writes the scalar that a number is to a `ta_scalar`; false if the value is no number.
local scalar

function sequences.connect(describe_value, write_scalar)
    describe, scalar = describe_value, write_scalar
end

-- The last argument of a callback is where its error goes.
local function guarded(body)
    return function(...)
        local fine, result = pcall(body, ...)
        return fine and result or errors.report(result, (select(select("#", ...), ...)))
    end
end

local function level_of(user_data)
    return tonumber(ffi.cast(NUMBER, user_data))
end

local function len(user_data, out)
    out[0] = #levels[level_of(user_data)]
    return C.TA_OK
end

local function item(user_data, index, out)
    local level = level_of(user_data)
    -- What the level below described until now is no longer needed.
    describe(rawget(levels[level], tonumber(index) + 1), out, level)
    return C.TA_OK
end

local function read(user_data, start, count, out, written)
    local values = levels[level_of(user_data)]
    start = tonumber(start)
    local done, most = 0, math.min(tonumber(count), #values - start)
    while done < most and scalar(rawget(values, start + done + 1), out[done]) do
        done = done + 1
    end
    written[0] = done
    return C.TA_OK
end

local vtable = ffi.new "ta_sequence_vtable"
vtable.struct_size = ffi.sizeof(vtable)
vtable.len = guarded(len)
vtable.item = guarded(item)
vtable.read = guarded(read)

-- Describes a table as a sequence inside the one at `level`.
function sequences.describe(values, out, level)
    levels[level + 1] = values
    out.kind = C.TA_SOURCE_SEQUENCE
    out.value.sequence.vtable = vtable
    out.value.sequence.user_data = ffi.cast("void *", level + 1)
end

-- Runs `body(level, ...)`, which describes tables and calls the library, and forgets the tables. A
-- finaliser may do so in the middle of another call: its levels come behind those in use.
function sequences.during(body, ...)
    local base = #levels
    local fine, result = pcall(body, base, ...)
    for level = #levels, base + 1, -1 do
        levels[level] = nil
    end
    if not fine then
        error(result, 0)
    end
    return result
end

return sequences
