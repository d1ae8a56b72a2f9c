-- What calls cost: rows for `cargo xtask bench runtimes`, a line of JSON each.

package.path = "./?.lua;./?/init.lua;" .. package.path

local ffi = require "ffi"
local tarray = require "tarray"
local asarray = tarray.asarray

local IS_QUICK = arg[1] == "--quick"
local TURN_SECONDS, TURNS = IS_QUICK and 0.001 or 0.01, IS_QUICK and 3 or 9

-- A loop for each call, so that none is compiled for another; results escape, so that none is dropped.
local LOOP = "local call, kept = ... return function(count) for _ = 1, count do kept = call() end return kept end"

local function seconds(loop, count)
    local begin = os.clock()
    loop(count)
    return (os.clock() - begin) / count
end

local function measured(calls)
    local loops, times = {}, {}
    for name, call in pairs(calls) do
        local loop, count = loadstring(LOOP)(call), 1
        while seconds(loop, count) * count < TURN_SECONDS do
            count = count * 2
        end
        loops[name], times[name] = { loop = loop, count = count }, {}
    end
    for turn = 1, TURNS do
        for name, it in pairs(loops) do
            times[name][turn] = seconds(it.loop, it.count)
        end
    end
    return times
end

local function row(name, calls)
    local figures = {}
    for who, times in pairs(measured(calls)) do
        table.sort(times)
        figures[#figures + 1] = ("%q: [%.4e, %.4e]"):format(who, times[1], times[(TURNS + 1) / 2])
    end
    print(('{"row": "LuaJIT 2.1: %s", "seconds": {%s}}'):format(name, table.concat(figures, ", ")))
end

local array = ffi.new "float[3][4]"
local list = { { 1, 2, 3 }, { 4, 5, 6 } }
local tensor = asarray(array)
local ROW, LIST, SIZE = ffi.typeof "float[3][4]", ffi.typeof "float[2][3]", ffi.sizeof(array)

row("a bare call", { tarray = tarray.C.ta_grad_enabled })
row("asarray of its array of 3 × 4, and release", {
    tarray = function() asarray(array):release() end,
    ["its own"] = function()
        local copy = ROW()
        ffi.copy(copy, array, SIZE)
        return copy
    end,
})
row("asarray of a number, and release", { tarray = function() asarray(0.5):release() end })
row("asarray of a list of 2 × 3, and release", {
    tarray = function() asarray(list):release() end,
    ["its own"] = function() return LIST(list) end,
})
row("an element", {
    tarray = function() return tensor:item(1, 2) end,
    ["its own"] = function() return array[1][2] end,
})
row("DLPack out and in, and release", { tarray = function() asarray(tensor:to_dlpack()):release() end })
