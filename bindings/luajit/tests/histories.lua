-- Operations, and gradients back through them.

local ffi = require "ffi"
local check = require "check"
local tarray = require "tarray"
local asarray = tarray.asarray

local function leaf(values)
    return asarray(values, { requires_grad = true })
end

return {
    { "operations are those of PyTorch, with numbers and tables too", function()
        local x = asarray { { 1, 2 }, { 3, 4 } }
        check.same((x + x * 2 - { 1, 1 }):to_table(), { { 2, 5 }, { 8, 11 } })
        check.same((1 - x):to_table(), { { 0, -1 }, { -2, -3 } })
        check.same((-x):sum(0):to_table(), { -4, -6 })
        check.same(x:sum({ 0, -1 }, true):to_table(), { { 10 } })
        assert(x:sum():item() == 10 and not x:sum():requires_grad())
        assert((asarray { 1LL, 2LL } * 2LL):dtype() == "int64" and (asarray { 1LL } * 0.5):dtype() == "float32")
        check.refused("TA_ERR_INVALID_ARGUMENT", "", x.add, x, asarray { 1, 2, 3 })
        check.refused("TA_ERR_OUT_OF_BOUNDS", "2", x.sum, x, 2)
        check.refused("TA_ERR_INVALID_ARGUMENT", "0.5", x.sum, x, 0.5)
        check.refused("TA_ERR_KIND", "function", x.add, x, print)
    end },
    { "gradients arrive at the leaves", function()
        local array = ffi.new("float[3]", 1, 2, 3)
        local x = leaf(array)
        local y = x * x * 2
        assert(x:is_leaf() and not y:is_leaf() and y:requires_grad())
        assert(y:grad_fn_name() == "MulBackward0" and x:grad_fn_name() == nil and x:grad() == nil)
        y:sum():backward()
        check.same(x:grad():to_table(), { 4, 8, 12 })
        x:set_grad(nil)
        assert(x:grad() == nil)
        x:set_grad(asarray { 1, 1, 1 })
        x:add(x):backward(asarray { 1, 2, 3 })
        check.same(x:grad():to_table(), { 3, 5, 7 })
        x:set_grad(nil);
        ({ x, x } * leaf { 1, 2, 3 }):sum():backward()
        check.same(x:grad():to_table(), { 2, 4, 6 })
    end },
    { "a graph serves one pass, or more if it is retained", function()
        local x = leaf { 1, 2 }
        local y = (x * x):sum()
        y:backward(nil, true)
        y:backward()
        check.same(x:grad():to_table(), { 4, 8 })
        check.refused("TA_ERR_GRAD", "", y.backward, y)
        check.refused("TA_ERR_GRAD", "", x.backward, asarray { 1 })
        check.refused("TA_ERR_KIND", "gradient must be a tensor, not a number", x.backward, x, 1)
        check.same(x:grad():to_table(), { 4, 8 })
    end },
    { "nothing is recorded where nobody wants it", function()
        local x = leaf { 1, 2 }
        local y, enabled = tarray.no_grad(function(a)
            return a * a, tarray.is_grad_enabled()
        end, x)
        assert(not y:requires_grad() and enabled == false and tarray.is_grad_enabled())
        local fine, raised = pcall(tarray.no_grad, error, "lost")
        assert(not fine and raised == "lost" and tarray.is_grad_enabled())
        assert(not (x * x):detach():requires_grad())
        assert(not x:set_requires_grad(false):requires_grad() and x:set_requires_grad(true):requires_grad())
        check.refused("TA_ERR_GRAD", "", x.fill, x, 0)
        tarray.no_grad(x.fill, x, 7)
        assert(x:item(1) == 7)
    end },
    { "a detached tensor keeps the array", function()
        local detached = leaf(ffi.new("float[2]", 1, 2)):detach()
        check.collect()
        assert(tarray.held() == 1)
        check.same(detached:to_table(), { 1, 2 })
    end },
    { "the collector gives graphs up, in any order", function()
        for round = 1, 200 do
            local x = leaf(ffi.new("float[64]"))
            local y = x
            for _ = 1, round % 20 do
                y = y * x + 1
            end
            if round % 3 == 0 then
                y:sum():backward()
                assert(x:grad():numel() == 64)
            end
            if round % 50 == 0 then
                collectgarbage()
            end
        end
        check.collect()
        assert(tarray.live_tensors() == 0 and tarray.live_nodes() == 0 and tarray.held() == 0)
    end },
}
