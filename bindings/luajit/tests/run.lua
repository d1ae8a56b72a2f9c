-- Runs all tests: luajit tests/run.lua, in the binding's folder.

package.path = "./?.lua;./?/init.lua;./tests/?.lua;" .. package.path

local tarray = require "tarray"

local failed = 0
local function test(name, body)
    local fine, what = xpcall(body, function(raised)
        return type(raised) == "string" and debug.traceback(raised, 2) or tostring(raised)
    end)
    print((fine and "ok      " or "FAILED  ") .. name)
    if not fine then
        failed = failed + 1
        print(what)
    end
end

test("the table of cases", function()
    require "cases".run "../../tests/cases/cases.tsv"
end)
for _, name in ipairs { "sources", "elements", "lifetimes", "exchange", "devices", "histories" } do
    for _, case in ipairs(require(name)) do
        test(name .. ": " .. case[1], case[2])
    end
end
test("nothing is alive at the end", function()
    collectgarbage()
    collectgarbage()
    assert(tarray.live_tensors() == 0, tarray.live_tensors())
    assert(tarray.live_nodes() == 0, tarray.live_nodes())
    assert(tarray.held() == 0, tarray.held())
end)
os.exit(failed == 0 and 0 or 1, true)
