-- Tensors on another device: one of the tests' own, whose memory is the host's, at addresses that nobody can read.

local ffi = require "ffi"
local C = require "tarray.c"
local tarray = require "tarray"
local same = require("check").same

local TYPE, FAR = 60, 2 ^ 60
local FAR_AWAY = ffi.cast("uintptr_t", FAR)

ffi.cdef "void *malloc(size_t size); void free(void *block);"

local function near(address)
    return ffi.cast("uint8_t *", ffi.cast("uintptr_t", address) - FAR_AWAY)
end

local function host(place)
    local data = place.device.device_type == TYPE and near(place.data) or ffi.cast("uint8_t *", place.data)
    return data + place.byte_offset
end

-- For ever, as C code knows where the callbacks are.
local api = ffi.new "ta_device_api"
api.struct_size = ffi.sizeof(api)
api.count = function(_, out)
    out[0] = 1
    return C.TA_OK
end
api.allocate = function(_, _, size, _, out)
    out[0] = ffi.cast("void *", ffi.cast("uintptr_t", ffi.C.malloc(size)) + FAR_AWAY)
    return C.TA_OK
end
api.free = function(_, _, data)
    ffi.C.free(near(data))
end
api.copy = function(_, target, source, size)
    ffi.copy(host(target), host(source), size)
    return C.TA_OK
end
api.synchronize = function()
    return C.TA_OK
end

local function elements_come_to_the_host_to_be_read()
    assert(C.ta_device_register(TYPE, api, nil, nil) == C.TA_OK)
    local tensor = tarray.asarray({ { 1.5, 2.5 }, { 3.5, 4.5 } }, { device = "device60:0" })
    local column = tensor:view({ 2 }, { 2 })
    same(column:bytes(), ffi.string(ffi.new("float[2]", 1.5, 3.5), 8))
    same(tensor:item(1, 1), 4.5)
    column:release()
    tensor:release()
    assert(C.ta_device_unregister(TYPE, nil) == C.TA_OK)
end

return {
    { "elements of another device come to the host to be read", function()
        -- Compiled code must not call what calls back.
        jit.off()
        jit.flush()
        local fine, what = pcall(elements_come_to_the_host_to_be_read)
        jit.on()
        assert(fine, what)
    end },
}
