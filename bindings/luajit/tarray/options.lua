-- What a caller asks for: a table of options as a `ta_options`, or as a `ta_export_options`.

local bit = require "bit"
local ffi = require "ffi"
local C = require "tarray.c"
local dtypes = require "tarray.dtypes"
local errors = require "tarray.errors"
local integers = require "tarray.integers"

local options = {}

local GRAD = { [false] = C.TA_GRAD_NO, [true] = C.TA_GRAD_YES, as_source = C.TA_GRAD_AS_SOURCE }
local COPY = { [false] = C.TA_COPY_NEVER, [true] = C.TA_COPY_ALWAYS }

local function one_of(choices, name, value)
    if choices[value] == nil then
        errors.refuse("TA_ERR_INVALID_ARGUMENT", "%s = %s is not among what it can be", name, tostring(value))
    end
    return choices[value]
end

-- "cpu", "cuda" (the current one), "cuda:1" and whatever else the library knows.
local function device(name)
    local out, err = ffi.new "ta_device[1]", errors.room()
    errors.check(C.ta_device_parse(tostring(name), out, err), err)
    return out[0]
end

local function flag(which)
    return function(out, value)
        if value then
            out.flags = bit.bor(out.flags, which)
        end
    end
end

local function copy(out, value)
    out.copy = one_of(COPY, "copy", value)
end

local function accept(out, kinds)
    if type(kinds) ~= "table" or #kinds == 0 then
        errors.refuse("TA_ERR_INVALID_ARGUMENT", "accept must be a table of kinds, not %s", type(kinds) == "table" and "{}" or tostring(kinds))
    end
    for _, kind in ipairs(kinds) do
        local which = rawget(C, "TA_ACCEPT_" .. tostring(kind):upper())
        if not which then
            errors.refuse("TA_ERR_INVALID_ARGUMENT", "accept: there is no source called %s", tostring(kind))
        end
        out.accept = bit.bor(out.accept, which)
    end
end

local function max_version(out, version)
    local numbers, count = integers.list("max_version", version)
    if count ~= 2 then
        errors.refuse("TA_ERR_INVALID_ARGUMENT", "max_version: %d numbers, not a major and a minor one", count)
    end
    for at = 0, 1 do
        if numbers[at] < 0 or numbers[at] >= 2 ^ 32 then
            errors.refuse("TA_ERR_INVALID_ARGUMENT", "max_version: %s is no part of a version", tostring(version[at + 1]))
        end
    end
    out.max_major, out.max_minor = numbers[0], numbers[1]
end

local SETTERS = {
    dtype = function(out, value) out.dtype = dtypes.named(value) end,
    default_dtype = function(out, value) out.default_dtype = dtypes.named(value) end,
    device = function(out, value) out.device = device(value) end,
    copy = copy,
    requires_grad = function(out, value) out.requires_grad = one_of(GRAD, "requires_grad", value) end,
    writable = flag(C.TA_WANT_WRITABLE),
    contiguous = flag(C.TA_WANT_CONTIGUOUS),
    read_only = flag(C.TA_MARK_READ_ONLY),
    accept = accept,
}

local EXPORT_SETTERS = {
    copy = copy,
    read_only = flag(C.TA_EXPORT_READ_ONLY),
    max_version = max_version,
    -- Which function is called, not what it is told.
    legacy = function() end,
}

-- A struct of that type, filled in as a table asks; nil for nil.
local function reader(ctype, setters)
    local size = ffi.sizeof(ctype)
    return function(request)
        if request == nil then
            return nil
        elseif type(request) ~= "table" then
            errors.refuse("TA_ERR_INVALID_ARGUMENT", "options must be a table, not %s", tostring(request))
        end
        local out = ctype()
        out.struct_size = size
        for name, value in pairs(request) do
            local set = setters[name]
            if not set then
                errors.refuse("TA_ERR_INVALID_ARGUMENT", "there is no option called %s", tostring(name))
            end
            set(out, value)
        end
        return out
    end
end

-- For a table like `{dtype = "float64", copy = false}`.
options.of = reader(ffi.typeof "ta_options", SETTERS)
-- For a table like `{read_only = true, max_version = {1, 0}}`.
options.of_export = reader(ffi.typeof "ta_export_options", EXPORT_SETTERS)

return options
