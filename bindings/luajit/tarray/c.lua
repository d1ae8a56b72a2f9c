-- The C ABI: the generated declarations, the constants in them, the library.

local ffi = require "ffi"

local here = debug.getinfo(1, "S").source:match("^@(.*[/\\])") or "./"

-- The declarations stand beside this file when installed, and in include/ in a checkout.
local function declarations()
    for _, path in ipairs { here .. "tarray.cdef", here .. "../../../include/tarray.cdef" } do
        local file = io.open(path)
        if file then
            local text = file:read "*a"
            file:close()
            return text
        end
    end
    error("tarray: no tarray.cdef beside " .. here .. "c.lua")
end

-- LuaJIT's parser knows no #define: what they say becomes a table.
local function constants_of(text)
    local constants = {}
    local rest = text:gsub("#define%s+([%w_]+)%s+([%w_]+)\n", function(name, value)
        constants[name] = assert(tonumber(value), name)
        return ""
    end)
    rest = rest:gsub("%[([%a_][%w_]*)%]", function(name)
        return ("[%d]"):format(constants[name])
    end)
    return rest, constants
end

local text, constants = constants_of(declarations())
-- Another module may have declared DLPack's structs already; they are the same everywhere.
if pcall(ffi.typeof, "DLManagedTensorVersioned") then
    text = text:sub(assert(text:find("\nstruct DLManagedTensor;", 1, true)))
end
ffi.cdef(text)

local path = os.getenv "TARRAY_LIBRARY" or ("libtarray.so." .. constants.TA_ABI_VERSION)
local library = ffi.load(path)
local abi = library.ta_abi_version()
if abi ~= constants.TA_ABI_VERSION then
    error(("tarray: %s has ABI %d, this module is for %d"):format(path, abi, constants.TA_ABI_VERSION))
end

-- Constants first; functions are looked up in the library.
return setmetatable(constants, { __index = library })
