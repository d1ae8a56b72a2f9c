-- Lua values that must stay alive as long as a tensor uses their memory.
--
-- The last share in it may be dropped on any thread, and in the middle of compiled code: no
-- place to run Lua. So the library raises a flag instead of calling back (ta_mark_released), and
-- what was let go is found when somebody looks: at the release of a tensor, and now and then.

local ffi = require "ffi"
local C = require "tarray.c"

local holds = {}

local FLAG = ffi.typeof "int32_t[1]"

local held, count, sweep_at = {}, 0, 64

-- Keeps `value` from now on, if `source` describes memory, and tells the library how to let it go:
-- the hold, or nil.
function holds.lend(value, source)
    local about = source.kind == C.TA_SOURCE_MEMORY and source.value.memory
        or source.kind == C.TA_SOURCE_BUFFER and source.value.buffer
    if not about then
        return nil
    end
    if count >= sweep_at then
        holds.sweep()
        sweep_at = math.max(64, 2 * count)
    end
    local hold = { released = FLAG(), value = value }
    held[hold], count = true, count + 1
    about.owner, about.release = hold.released, C.ta_mark_released
    return hold
end

-- Forgets a hold that the library did not take, or that it has let go.
function holds.drop(hold)
    if held[hold] then
        held[hold], hold.value = nil, nil
        count = count - 1
    end
end

-- Forgets the hold if the library has let go.
function holds.look(hold)
    if hold.released[0] ~= 0 then
        holds.drop(hold)
    end
end

-- Looks at all of them.
function holds.sweep()
    for hold in pairs(held) do
        holds.look(hold)
    end
end

-- How many values are kept.
function holds.count()
    holds.sweep()
    return count
end

return holds
