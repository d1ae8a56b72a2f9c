-- Who keeps whom alive, and until when.

local ffi = require "ffi"
local check = require "check"
local tarray = require "tarray"
local asarray = tarray.asarray

-- The module loaded anew: code of it that has not run yet, and is compiled for what it meets first.
local function fresh_module()
    local loaded = {}
    for name in pairs(package.loaded) do
        if name:find "^tarray" and name ~= "tarray.c" then
            loaded[name], package.loaded[name] = package.loaded[name], nil
        end
    end
    local fresh = require "tarray"
    for name, module in pairs(loaded) do
        package.loaded[name] = module
    end
    return fresh
end

return {
    { "a tensor keeps its array, and lets it go", function()
        local gone = false
        local function made()
            local array = ffi.gc(ffi.new "float[1000]", function() gone = true end)
            array[999] = 7
            return asarray(array)
        end
        local tensor = made()
        check.collect()
        assert(not gone and tensor:item(999) == 7 and tarray.held() == 1)
        local view = tensor:view({ 1 }, nil, 999)
        tensor:release()
        check.collect()
        assert(not gone and view:item(0) == 7)
        view:release()
        assert(tarray.held() == 0)
        check.collect()
        assert(gone)
    end },
    { "an owner that is not the array is kept, too", function()
        local gone = false
        local memory = ffi.new "float[2]"
        local owner = ffi.gc(ffi.new "char[1]", function() gone = true end)
        local tensor = asarray(tarray.memory {
            data = ffi.cast("float *", memory), dtype = "float32", shape = { 2 }, owner = owner,
        })
        owner = nil
        check.collect()
        assert(not gone)
        tensor:release()
        check.collect()
        assert(gone and memory ~= nil)
    end },
    { "after a copy, and after a failure, nothing is kept", function()
        local array = ffi.new "float[2]"
        local copy = asarray(array, { copy = true })
        assert(tarray.held() == 0)
        copy:release()
        check.refused("TA_ERR_CANNOT_ALIAS", "float64", asarray, array, { copy = false, dtype = "float64" })
        assert(tarray.held() == 0 and tarray.live_tensors() == 0)
    end },
    { "released twice is released once, and then it is an error to use", function()
        local tensor = asarray { 1 }
        tensor:release()
        tensor:release()
        assert(tarray.live_tensors() == 0)
        for _, use in ipairs { "shape", "item", "to_dlpack", "copy", "bytes" } do
            check.refused("TA_ERR_NULL_ARGUMENT", "released", tensor[use], tensor)
        end
        check.refused("TA_ERR_NULL_ARGUMENT", "released", asarray, tensor)
    end },
    { "the collector may run at any time", function()
        -- Much faster, and LuaJIT 2.1.0-beta3 collects and does nothing else, in compiled loops.
        collectgarbage("setpause", 1)
        collectgarbage("setstepmul", 1000)
        local kept = {}
        for round = 1, 300 do
            local array = ffi.new("double[?]", 50 + round % 7)
            array[3] = round
            local tensor = asarray(array)
            local nested = asarray { tensor[3], 0, round }
            local loan = tensor:to_dlpack()
            kept[round % 17] = asarray(loan)
            assert(nested:item(2) == round and tensor:item(3) == round)
            for _, old in pairs(kept) do
                assert(old:item(3) <= round and old:item(3) > round - 17)
            end
        end
        collectgarbage("setpause", 200)
        collectgarbage("setstepmul", 200)
        kept = nil
        check.collect()
        assert(tarray.live_tensors() == 0 and tarray.held() == 0)
    end },
    { "compiled code keeps no tensor that it has read", function()
        assert(#fresh_module().asarray(ffi.new "float[1000]"):to_table() == 1000)
        check.collect()
        assert(tarray.live_tensors() == 0)
    end },
    { "compiled code makes tensors of tables", function()
        local sum = 0
        for round = 1, 3000 do
            local tensor = asarray { { round, 1 }, { 2, 3 } }
            sum = sum + tensor:item(0, 0)
            tensor:release()
        end
        assert(sum == 3000 * 3001 / 2)
    end },
    { "a finaliser may make tensors of tables while others are read", function()
        local runs = 0
        for _ = 1, 200 do
            ffi.gc(ffi.new "char[1]", function()
                runs = runs + 1
                assert(asarray({ { 1, 2 }, { 3, 4 } }):item(1, 0) == 3)
            end)
            local big = {}
            for row = 1, 50 do
                big[row] = { row, row }
            end
            assert(asarray(big):item(49, 1) == 50)
        end
        check.collect()
        assert(runs == 200)
    end },
}
