-- DLPack in and out.

local ffi = require "ffi"
local check = require "check"
local tarray = require "tarray"
local asarray = tarray.asarray

return {
    { "a loan says what the tensor is, and keeps it alive", function()
        local array = ffi.new("float[2][3]", { { 1, 2, 3 }, { 4, 5, 6 } })
        local tensor = asarray(array)
        local loan = tensor:to_dlpack()
        tensor:release()
        assert(loan.version.major == 1 and loan.dl_tensor.ndim == 2 and loan.dl_tensor.shape[1] == 3)
        assert(ffi.cast("float *", loan.dl_tensor.data) == ffi.cast("float *", array))
        assert(tarray.live_tensors() == 1 and tarray.held() == 1)
        tarray.finish(loan)
        assert(tarray.live_tensors() == 0 and tarray.held() == 0)
    end },
    { "a loan that nobody took is finished by the collector", function()
        asarray({ 1 }):to_dlpack()
        check.collect()
        assert(tarray.live_tensors() == 0)
    end },
    { "a loan that a call took is not finished twice", function()
        local loan = asarray({ 1, 2 }):to_dlpack()
        local back = asarray(loan, { copy = false })
        loan = nil
        check.collect()
        check.same(back:to_table(), { 1, 2 })
        back:release()
        assert(tarray.live_tensors() == 0)
    end },
    { "a loan that a call refused is still the caller's", function()
        local loan = asarray({ 1, 2 }):to_dlpack()
        check.refused("TA_ERR_CANNOT_ALIAS", "int32", asarray, loan, { copy = false, dtype = "int32" })
        check.same(asarray(loan):to_table(), { 1, 2 })
    end },
    { "a loan that is over says so, and is not finished twice", function()
        local function made()
            return asarray({ 1 }):to_dlpack()
        end
        for _, over in ipairs { tarray.finish, tarray.give, asarray } do
            local loan = made()
            local kept = over(loan)
            tarray.finish(loan)
            check.refused("TA_ERR_NULL_ARGUMENT", "taken, given away or finished", asarray, loan)
            check.refused("TA_ERR_NULL_ARGUMENT", "taken, given away or finished", tarray.give, loan)
            if over == tarray.give then
                tarray.finish(tarray.dlpack_at(kept))
            end
        end
        check.refused("TA_ERR_KIND", "number", tarray.finish, 7)
        check.collect()
        assert(tarray.live_tensors() == 0)
    end },
    { "a table may have loans in it, which stay the caller's", function()
        local loan = asarray({ 1, 2 }):to_dlpack()
        check.same(asarray({ loan, loan }):to_table(), { { 1, 2 }, { 1, 2 } })
        tarray.finish(loan)
        check.collect()
        assert(tarray.live_tensors() == 0)
    end },
    { "a loan passes as an address", function()
        for _, legacy in ipairs { false, true } do
            local address = tarray.give(asarray({ 3 }):to_dlpack { legacy = legacy })
            assert(type(address) == "number")
            local back = asarray(tarray.dlpack_at(address, legacy))
            assert(back:item(0) == 3)
            back:release()
        end
        check.collect()
        assert(tarray.live_tensors() == 0)
    end },
    { "what is no address is refused", function()
        for _, wrong in ipairs { 1.5, 0 / 0, -1, ffi.new("double", 1.5), "7", {}, true } do
            check.refused("TA_ERR_KIND", tostring(wrong), tarray.dlpack_at, wrong)
        end
        check.refused("TA_ERR_KIND", "nil", tarray.dlpack_at)
        check.refused("TA_ERR_NULL_ARGUMENT", "", asarray, tarray.dlpack_at(0))
        local address = tarray.give(asarray({ 3 }):to_dlpack())
        check.refused("TA_ERR_CANNOT_ALIAS", "int8", asarray, tarray.dlpack_at(address), { copy = false, dtype = "int8" })
        local back = asarray(tarray.dlpack_at(ffi.cast("uintptr_t", address)))
        check.same(back:to_table(), { 3 })
        for _, wrong in ipairs { 5, 5LL, ffi.cast("void *", 5), ffi.cast("ta_tensor *", 0), back } do
            check.refused("TA_ERR_KIND", "ta_tensor *", tarray.adopt, wrong)
        end
        local again = tarray.adopt(tarray.C.ta_retain(back:handle()))
        back:release()
        check.same(again:to_table(), { 3 })
        again:release()
        check.collect()
        assert(tarray.live_tensors() == 0)
    end },
    { "what goes out is copied or marked read-only when asked", function()
        local tensor = asarray { 1 }
        local marked, copied = tensor:to_dlpack { read_only = true }, tensor:to_dlpack { copy = true }
        assert(asarray(marked):is_read_only())
        assert(copied.dl_tensor.data ~= tensor:info().data)
        check.refused("TA_ERR_EXPORT", "read-only", tensor.to_dlpack, asarray(tensor, { read_only = true }), { legacy = true })
        for says, wrong in pairs {
            readonly = { readonly = true }, always = { copy = "always" }, device = { device = "nonsense:7" },
            stream = { stream = 5 }, ["number"] = { max_version = 1 }, ["-1"] = { max_version = { -1, 0 } },
            ["4294967296"] = { max_version = { 1, 2 ^ 32 } }, ["1 numbers"] = { max_version = { 1 } }, ["7"] = 7,
        } do
            check.refused("TA_ERR_INVALID_ARGUMENT", says, tensor.to_dlpack, tensor, wrong)
        end
        assert(asarray(tensor:to_dlpack { max_version = { 1, 0 } }):item(0) == 1)
        check.refused("TA_ERR_EXPORT", "grad", tensor.to_dlpack, asarray({ 1 }, { requires_grad = true }))
    end },
}
