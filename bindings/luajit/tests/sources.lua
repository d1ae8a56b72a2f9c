-- What of Lua becomes a tensor, and what does not: beyond the table of cases.

local ffi = require "ffi"
local check = require "check"
local tarray = require "tarray"
local asarray = tarray.asarray

return {
    { "a number is real, an integer is written as one", function()
        assert(asarray(3):dtype() == "float32" and asarray(3LL):dtype() == "int64")
        assert(asarray { 1, 2 }:dtype() == "float32" and asarray { 1LL, 2 }:dtype() == "float32")
        assert(asarray(2i):dtype() == "complex64" and asarray(true):dtype() == "bool")
    end },
    { "an array of a size of its own is shared", function()
        local array = ffi.new("float[?]", 3, { 1, 2, 3 })
        local tensor = asarray(array)
        check.same(tensor:shape(), { 3 })
        array[1] = 20
        check.same(tensor:to_table(), { 1, 20, 3 })
        check.same(asarray(ffi.new("int32_t[?][2]", 3)):shape(), { 3, 2 })
    end },
    { "const elements are read-only", function()
        assert(asarray(ffi.new("const double[2]", 1, 2)):is_read_only())
    end },
    { "a string is shared, read-only", function()
        local text = ("\1\2\3\4"):rep(2)
        local tensor = asarray(text, { dtype = "uint8" })
        assert(tensor:provenance().aliased and tensor:is_read_only())
        check.same(tensor:to_table(), { 1, 2, 3, 4, 1, 2, 3, 4 })
        check.refused("TA_ERR_CANNOT_ALIAS", "read-only", asarray, text, { writable = true, copy = false })
    end },
    { "what stands where a tensor cannot be made of it is named with its path", function()
        check.refused("TA_ERR_KIND", "function", asarray, print)
        check.refused("TA_ERR_KIND", "nil", asarray, nil)
        check.refused("TA_ERR_KIND", "item [1][0]: no tensor is made of a function", asarray, { { 1 }, { print } })
        check.refused("TA_ERR_KIND", "1, 2", asarray, { a = 1 })
        check.refused("TA_ERR_KIND", "struct", asarray, ffi.new "struct { int x; }")
        check.refused("TA_ERR_KIND", "float *", asarray, ffi.cast("float *", 0))
    end },
    { "part of an array is not taken for one: nothing would keep the whole alive", function()
        local whole = ffi.new "float[2][3]"
        check.refused("TA_ERR_KIND", "&", asarray, whole[0])
    end },
    { "a table that contains itself is refused", function()
        local loop = {}
        loop[1] = loop
        check.refused("TA_ERR_LAYOUT", "dimensions", asarray, loop)
    end },
    { "tensors, arrays and memory in tables stack", function()
        local row = asarray { 1, 2 }
        local column = tarray.memory {
            data = ffi.new("float[4]", 5, 6, 7, 8), dtype = "float32", shape = { 2 }, strides_bytes = { 8 },
        }
        check.same(asarray({ row, ffi.new("float[2]", 3, 4), column }):to_table(), { { 1, 2 }, { 3, 4 }, { 5, 7 } })
    end },
    { "described memory stays inside its array", function()
        local data = ffi.new "float[4]"
        local function of(shape, strides, offset)
            return asarray(tarray.memory {
                data = data, dtype = "float32", shape = shape, strides_bytes = strides, byte_offset = offset,
            })
        end
        check.same(of({ 2, 2 }, { 4, 8 }):shape(), { 2, 2 })
        check.same(of({ 4 }, { -4 }, 12):strides(), { -1 })
        for _, wrong in ipairs { { { 5 } }, { { 4 }, { -4 } }, { { 4 }, nil, 1 }, { { 2, 2 }, { 8, 8 } } } do
            check.refused("TA_ERR_OUT_OF_BOUNDS", "which has 16", of, wrong[1], wrong[2], wrong[3])
        end
        check.same(of({ 0, 9 }):shape(), { 0, 9 })
        check.same(of({ 2LL, 2 }):shape(), { 2, 2 })
    end },
    { "what is no integer describes nothing", function()
        local function of(shape, strides, offset)
            return asarray(tarray.memory {
                data = ffi.new "float[4]", dtype = "float32", shape = shape, strides_bytes = strides, byte_offset = offset,
            })
        end
        for _, wrong in ipairs {
            { "1.5", { 1.5 } }, { "nan", { 0 / 0 } }, { "nan", { 4 }, { 0 / 0 } }, { "inf", { 1 / 0 } }, { "x", { "x" } },
            { "0.5", { 1 }, nil, 0.5 }, { "table", 3 }, { "2 strides_bytes for 1 axes", { 1 }, { 4, 4 } },
        } do
            check.refused("TA_ERR_INVALID_ARGUMENT", wrong[1], of, wrong[2], wrong[3], wrong[4])
        end
        check.refused("TA_ERR_LAYOUT", "-1", of, { -1 })
        check.refused("TA_ERR_KIND", "number", tarray.memory, 7)
        for _, wrong in ipairs { 5LL, 5ULL, ffi.new("double", 2), ffi.new("complex", 1, 2), ffi.new("bool", true), 5, {} } do
            local says = type(wrong) == "cdata" and tostring(ffi.typeof(wrong)):sub(7, -2) or type(wrong)
            check.refused("TA_ERR_KIND", says, asarray, tarray.memory { data = wrong, dtype = "uint8", shape = { 1 } })
        end
        check.refused("TA_ERR_INVALID_ARGUMENT", "readonly", tarray.memory, { data = "x", readonly = true })
    end },
    { "a wrong request names the option and the value", function()
        for _, wrong in ipairs {
            { "TA_ERR_INVALID_ARGUMENT", "colour", { colour = 1 } },
            { "TA_ERR_INVALID_ARGUMENT", "maybe", { copy = "maybe" } },
            { "TA_ERR_DTYPE", "float33", { dtype = "float33" } },
            { "TA_ERR_DEVICE", "moon", { device = "moon" } },
            { "TA_ERR_INVALID_ARGUMENT", "memory", { accept = "memory" } },
            { "TA_ERR_INVALID_ARGUMENT", "numbers", { accept = { "numbers" } } },
            { "TA_ERR_INVALID_ARGUMENT", "{}", { accept = {} } },
        } do
            check.refused(wrong[1], wrong[2], asarray, 1, wrong[3])
        end
        check.refused("TA_ERR_INVALID_ARGUMENT", "7", asarray, 1, 7)
    end },
}
