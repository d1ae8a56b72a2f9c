-- Elements, views and writes.

local ffi = require "ffi"
local check = require "check"
local tarray = require "tarray"
local asarray = tarray.asarray

return {
    { "positions count from 0, and outside is an error", function()
        local matrix = asarray { { 1, 2, 3 }, { 4, 5, 6 } }
        assert(matrix:item(1, 2) == 6 and matrix[1][2] == 6)
        check.same(matrix[0]:to_table(), { 1, 2, 3 })
        check.refused("TA_ERR_OUT_OF_BOUNDS", "2", matrix.item, matrix, 2, 0)
        check.refused("TA_ERR_INVALID_ARGUMENT", "1 positions for 2 axes", matrix.item, matrix, 1)
        check.refused("TA_ERR_INVALID_ARGUMENT", "0.5", matrix.item, matrix, 0.5, 0)
        for _, outside in ipairs { 2, -1, 0.5 } do
            check.refused("TA_ERR_OUT_OF_BOUNDS", tostring(outside), function() return matrix[outside] end)
        end
        check.refused("TA_ERR_OUT_OF_BOUNDS", "0", function() return asarray(1)[0] end)
        check.refused("TA_ERR_INVALID_ARGUMENT", "0", function() matrix[0] = 1 end)
    end },
    { "an element is a number where that is exact", function()
        assert(asarray(7LL, { dtype = "int32" }):item() == 7 and type(asarray(7LL, { dtype = "int32" }):item()) == "number")
        assert(asarray(9007199254740993LL):item() == 9007199254740993LL)
        assert(asarray(18446744073709551615ULL):item() == 18446744073709551615ULL)
        assert(asarray(5LL, { dtype = "uint64" }):item() == 5ULL)
        assert(asarray(0.5, { dtype = "bfloat16" }):item() == 0.5)
        assert(asarray(true):item() == true and asarray(ffi.new("complex", 1, 2)):item().im == 2)
    end },
    { "a pointer is typed, and const if the tensor is read-only", function()
        local tensor = asarray(ffi.new("float[3]", 1, 2, 3))
        local pointer = tensor:pointer()
        pointer[1] = 9
        check.same(tensor:to_table(), { 1, 9, 3 })
        local fixed = asarray(tensor, { read_only = true }):pointer()
        assert(fixed[1] == 9 and not pcall(function() fixed[1] = 0 end))
        check.refused("TA_ERR_DTYPE", "bfloat16", function() asarray(1, { dtype = "bfloat16" }):pointer() end)
    end },
    { "views, copies and writes", function()
        local tensor = asarray(ffi.new("double[6]", 1, 2, 3, 4, 5, 6))
        local view = tensor:view({ 3, 2 }, { 1, 3 })
        check.same(view:to_table(), { { 1, 4 }, { 2, 5 }, { 3, 6 } })
        check.refused("TA_ERR_OUT_OF_BOUNDS", "", tensor.view, tensor, { 7 })
        check.refused("TA_ERR_INVALID_ARGUMENT", "1.5", tensor.view, tensor, { 1.5 })
        check.refused("TA_ERR_KIND", "source must be a tensor, not a table", tensor.copy_from, tensor, { 1 })
        local copy = view:copy { dtype = "int32", contiguous = true }
        view:fill(0)
        check.same(tensor:to_table(), { 0, 0, 0, 0, 0, 0 })
        tensor:view({ 3, 2 }):copy_from(copy)
        check.same(tensor:to_table(), { 1, 4, 2, 5, 3, 6 })
        check.refused("TA_ERR_KIND", "string", tensor.fill, tensor, "x")
        check.refused("TA_ERR_NOT_WRITABLE", "read-only", tensor.fill, asarray("\1", { dtype = "uint8" }), 0)
    end },
    { "more elements than a table can have are refused", function()
        local one = asarray(true)
        for _, shape in ipairs { { 2LL ^ 62 }, { 2LL ^ 31, 2LL ^ 31 }, { 2LL ^ 40, 0 } } do
            local many = one:view(shape, #shape == 1 and { 0 } or { 0, 0 })
            check.refused("TA_ERR_OUT_OF_MEMORY", "134217728 items", many.to_table, many)
        end
        check.same(one:view({ 0, 2LL ^ 40 }):to_table(), {})
    end },
    { "provenance says it all", function()
        local how = asarray({ 1 }):provenance()
        assert(how.origin == "sequence" and how.reason == "not memory" and how.aliased == false and how.staged == false)
    end },
    { "a tensor prints as PyTorch prints one", function()
        assert(tostring(asarray { { 1, 2 } }) == "tensor([[1., 2.]])")
    end },
}
