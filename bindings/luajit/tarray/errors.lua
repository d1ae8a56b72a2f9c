-- Failures: what a status is in Lua.

local ffi = require "ffi"
local C = require "tarray.c"

local errors = {}

-- What calls fail with: `code` is the status, `status` its name, `message` the reason.
local Error = {}
Error.__index = Error

function Error:__tostring()
    return self.status .. ": " .. self.message
end

local function raise(code, message)
    error(setmetatable({ code = code, status = ffi.string(C.ta_status_name(code)), message = message }, Error), 0)
end

-- Raises an error of this binding's own.
function errors.refuse(status, message, ...)
    raise(C[status], message:format(...))
end

-- Writes what a callback raised to a `ta_error`; returns the status.
function errors.report(raised, err)
    local ours = getmetatable(raised) == Error
    local code = ours and raised.code or C.TA_ERR_CALLBACK
    local message = (ours and raised.message or tostring(raised)):sub(1, C.TA_MESSAGE_SIZE - 1)
    err.status = code
    ffi.copy(err.message, message)
    return code
end

-- Whether a value that pcall returned is one of these errors.
function errors.is(value)
    return getmetatable(value) == Error
end

local shared = ffi.new "ta_error"
shared.struct_size = ffi.sizeof(shared)

-- The `ta_error` of every call: nothing runs between a call and `check`, not even a finaliser.
function errors.room()
    return shared
end

-- Raises what a call says.
function errors.check(code, err)
    if code ~= C.TA_OK then
        raise(code, ffi.string(err.message))
    end
end

return errors
