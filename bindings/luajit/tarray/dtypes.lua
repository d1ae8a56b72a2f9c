-- Element types: by name, and what they are in Lua.

local ffi = require "ffi"
local C = require "tarray.c"
local errors = require "tarray.errors"

local dtypes = {}

-- name → {code, bits, C type}; those without a C type have no elements in LuaJIT.
local NAMED = {
    bool = { C.TA_BOOL, 8, "bool" },
    int8 = { C.TA_INT, 8, "int8_t" }, int16 = { C.TA_INT, 16, "int16_t" },
    int32 = { C.TA_INT, 32, "int32_t" }, int64 = { C.TA_INT, 64, "int64_t" },
    uint8 = { C.TA_UINT, 8, "uint8_t" }, uint16 = { C.TA_UINT, 16, "uint16_t" },
    uint32 = { C.TA_UINT, 32, "uint32_t" }, uint64 = { C.TA_UINT, 64, "uint64_t" },
    float16 = { C.TA_FLOAT, 16 }, float32 = { C.TA_FLOAT, 32, "float" }, float64 = { C.TA_FLOAT, 64, "double" },
    bfloat16 = { C.TA_BFLOAT, 16 },
    complex32 = { C.TA_COMPLEX, 32 },
    complex64 = { C.TA_COMPLEX, 64, "complex float" }, complex128 = { C.TA_COMPLEX, 128, "complex" },
    float8_e3m4 = { C.TA_FLOAT8_E3M4, 8 }, float8_e4m3 = { C.TA_FLOAT8_E4M3, 8 },
    float8_e4m3b11fnuz = { C.TA_FLOAT8_E4M3B11FNUZ, 8 }, float8_e4m3fn = { C.TA_FLOAT8_E4M3FN, 8 },
    float8_e4m3fnuz = { C.TA_FLOAT8_E4M3FNUZ, 8 }, float8_e5m2 = { C.TA_FLOAT8_E5M2, 8 },
    float8_e5m2fnuz = { C.TA_FLOAT8_E5M2FNUZ, 8 }, float8_e8m0fnu = { C.TA_FLOAT8_E8M0FNU, 8 },
    float6_e2m3fn = { C.TA_FLOAT6_E2M3FN, 6 }, float6_e3m2fn = { C.TA_FLOAT6_E3M2FN, 6 },
    float4_e2m1fn = { C.TA_FLOAT4_E2M1FN, 4 },
}

-- Other spellings of the C types, as LuaJIT prints them.
local PRINTED = {
    char = ffi.new("char", -1) < 0 and "int8" or "uint8", ["signed char"] = "int8", ["unsigned char"] = "uint8", short = "int16", ["unsigned short"] = "uint16",
    int = "int32", ["unsigned int"] = "uint32",
}
for name, entry in pairs(NAMED) do
    if entry[3] then
        PRINTED[entry[3]] = name
    end
end

-- The dtype of that name.
function dtypes.named(name)
    local entry = NAMED[name]
    if not entry then
        errors.refuse("TA_ERR_DTYPE", "there is no dtype called %s", tostring(name))
    end
    return ffi.new("ta_dtype", entry[1], entry[2], 1)
end

-- The name of a dtype.
function dtypes.name(dtype)
    local room = ffi.new "char[32]"
    C.ta_dtype_name(dtype, room, 32)
    return ffi.string(room)
end

-- The C type that an element of that name is, or nil.
function dtypes.ctype(name)
    local entry = NAMED[name]
    return entry and entry[3]
end

-- The name of the dtype of a C type as LuaJIT prints it, or nil.
function dtypes.of_printed(printed)
    return PRINTED[printed]
end

return dtypes
