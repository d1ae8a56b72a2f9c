-- What a call costs: nanoseconds, one line each.

package.path = "./?.lua;./?/init.lua;" .. package.path

local ffi = require "ffi"
local tarray = require "tarray"

local array = ffi.new("float[2][3]", { { 1, 2, 3 }, { 4, 5, 6 } })
local list = { { 1, 2, 3 }, { 4, 5, 6 } }
local tensor = tarray.asarray(array)

local CALLS = {
    { "asarray of an array, and release", function() tarray.asarray(array):release() end },
    { "asarray of a tensor, and release", function() tarray.asarray(tensor):release() end },
    { "asarray of a table of six, and release", function() tarray.asarray(list):release() end },
    { "DLPack out and back, and release", function() tarray.asarray(tensor:to_dlpack()):release() end },
    { "item", function() return tensor:item(1, 2) end },
    { "element by pointer", function() return tensor:pointer()[5] end },
}

local ROUNDS = tonumber(arg[1]) or 200000

for _, entry in ipairs(CALLS) do
    local best = math.huge
    for _ = 1, 3 do
        local begin = os.clock()
        for _ = 1, ROUNDS do
            entry[2]()
        end
        best = math.min(best, os.clock() - begin)
    end
    print(("%-40s %6.0f ns"):format(entry[1], best / ROUNDS * 1e9))
end
