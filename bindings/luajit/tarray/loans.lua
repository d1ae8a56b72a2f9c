-- DLPack tensors that Lua holds: each has one owner, which runs the deleter.
--
-- A loan is that until it is taken, given away or finished, and says so when it is used afterwards. A
-- plain pointer can be passed to `asarray`, too, and is whoever's that made it.

local ffi = require "ffi"
local C = require "tarray.c"
local errors = require "tarray.errors"
local options = require "tarray.options"

local loans = {}

local VERSIONED, LEGACY = ffi.typeof "DLManagedTensorVersioned *", ffi.typeof "DLManagedTensor *"
local VERSIONED_ROOM, LEGACY_ROOM = ffi.typeof "DLManagedTensorVersioned *[1]", ffi.typeof "DLManagedTensor *[1]"

local Loan = {}

-- The fields are those of the struct.
function Loan:__index(field)
    return loans.pointer(self)[field]
end

local function finish(managed)
    if managed.deleter ~= nil then
        managed.deleter(managed)
    end
end

-- Whether a value is a DLPack tensor, by pointer or as a loan.
function loans.is(value)
    return getmetatable(value) == Loan or type(value) == "cdata" and (ffi.istype(VERSIONED, value) or ffi.istype(LEGACY, value))
end

-- Where it is; and whether it is the struct without a version.
function loans.pointer(value)
    local pointer = value
    if getmetatable(value) == Loan then
        pointer = rawget(value, "managed")
    end
    if not pointer then
        errors.refuse("TA_ERR_NULL_ARGUMENT", "the loan was taken, given away or finished")
    end
    return pointer, ffi.istype(LEGACY, pointer)
end

-- Notes that it is somebody else's: the collector does not finish it.
function loans.disarm(value)
    if getmetatable(value) == Loan then
        ffi.gc(rawget(value, "managed"), nil)
        rawset(value, "managed", nil)
    end
end

local function check(loan)
    if getmetatable(loan) ~= Loan then
        errors.refuse("TA_ERR_KIND", "this is for loans, not for a %s", type(loan))
    end
end

-- Ends a loan now, or does nothing if it is over.
function loans.finish(loan)
    check(loan)
    local managed = rawget(loan, "managed")
    if managed then
        loans.disarm(loan)
        finish(managed)
    end
end

-- Hands a loan to somebody else, who will run its deleter; returns its address as a number.
function loans.give(loan)
    check(loan)
    local address = tonumber(ffi.cast("intptr_t", (loans.pointer(loan))))
    loans.disarm(loan)
    return address
end

-- What can be cast to a pointer: one, or a number that an address can be.
local function checked(address)
    local number = type(address) ~= "string" and tonumber(address)
    local is_pointer = type(address) == "cdata" and not number
    if not is_pointer and not (number and number >= 0 and number % 1 == 0) then
        errors.refuse("TA_ERR_KIND", "a DLPack tensor is the address of one, not %s", tostring(address))
    end
    return address
end

-- The DLPack tensor at an address, which nobody finishes unless told to: pass it to `asarray`.
function loans.at(address, legacy)
    return setmetatable({ managed = ffi.cast(legacy and LEGACY or VERSIONED, checked(address)) }, Loan)
end

-- Lends a tensor.
function loans.of(handle, request)
    local wanted, legacy = options.of_export(request), request and request.legacy
    local out, err = legacy and LEGACY_ROOM() or VERSIONED_ROOM(), errors.room()
    local lend = legacy and C.ta_to_dlpack_legacy or C.ta_to_dlpack
    errors.check(lend(handle, wanted, out, err), err)
    return setmetatable({ managed = ffi.gc(out[0], finish) }, Loan)
end

return loans
