-- What the tests assert with.

local tarray = require "tarray"

local check = {}

-- That a call raises a tarray error of that status, whose message has `says`.
function check.refused(status, says, call, ...)
    local fine, raised = pcall(call, ...)
    assert(not fine, "succeeded")
    assert(tarray.is_error(raised), tostring(raised))
    assert(raised.status == status and raised.message:find(says, 1, true), tostring(raised))
end

function check.same(have, want)
    if type(want) ~= "table" then
        assert(have == want, tostring(have) .. " instead of " .. tostring(want))
        return
    end
    assert(#have == #want, #have .. " items instead of " .. #want)
    for key, value in pairs(want) do
        check.same(have[key], value)
    end
end

-- Until all finalisers have run.
function check.collect()
    for _ = 1, 3 do
        collectgarbage()
    end
end
-- Compiled, it would leave slots of its frame as they were, with what the caller's loops had there: alive.
jit.off(check.collect)

return check
