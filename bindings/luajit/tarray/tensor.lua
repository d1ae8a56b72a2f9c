-- A tensor: facts, and a share in the memory they describe.
--
-- The collector gives the share up, or `release()` at once. Positions count from 0, as in
-- LuaJIT's own arrays and in the library's messages.

local bit = require "bit"
local ffi = require "ffi"
local C = require "tarray.c"
local dtypes = require "tarray.dtypes"
local elements = require "tarray.elements"
local errors = require "tarray.errors"
local holds = require "tarray.holds"
local integers = require "tarray.integers"
local loans = require "tarray.loans"
local options = require "tarray.options"
local sources = require "tarray.sources"

local tensors = {}

local POSITIONS = ffi.typeof "int64_t[?]"

-- What tensors can do: other files add to it.
local Tensor = {}
tensors.methods = Tensor

-- Takes over a share; `hold` is what keeps the memory of a Lua value alive.
function tensors.adopt(handle, hold)
    return setmetatable({ share = ffi.gc(handle, C.ta_release), hold = hold }, Tensor)
end

-- Takes over a `ta_tensor *` that somebody made through the C ABI.
function tensors.take(handle)
    if not (type(handle) == "cdata" and ffi.istype("ta_tensor *", handle)) or handle == nil then
        errors.refuse("TA_ERR_KIND", "a tensor is adopted by its ta_tensor *, not by %s", tostring(handle))
    end
    return tensors.adopt(handle)
end

function tensors.is(value)
    return getmetatable(value) == Tensor
end

local function handle_of(self)
    local share = rawget(self, "share")
    if not share then
        errors.refuse("TA_ERR_NULL_ARGUMENT", "the tensor was released")
    end
    return share
end

function sources.handle_of(value)
    return tensors.is(value) and handle_of(value)
end

-- The handle of what must be a tensor.
function tensors.handle_of(name, value)
    if not tensors.is(value) then
        errors.refuse("TA_ERR_KIND", "%s must be a tensor, not a %s", name, type(value))
    end
    return handle_of(value)
end

-- Everything there is to know, as a `ta_info`; it never changes.
function Tensor:info()
    local info = rawget(self, "facts")
    if not info then
        local err = errors.room()
        info = ffi.new "ta_info"
        info.struct_size = ffi.sizeof(info)
        errors.check(C.ta_describe(handle_of(self), info, err), err)
        rawset(self, "facts", info)
    end
    handle_of(self)
    return info
end

-- Gives the share up now. Twice does nothing.
function Tensor:release()
    local share, hold = rawget(self, "share"), rawget(self, "hold")
    if share then
        rawset(self, "share", nil)
        C.ta_release(ffi.gc(share, nil))
        if hold then
            holds.look(hold)
        end
    end
end

-- The handle, for calls of the C ABI; stays this object's.
function Tensor:handle()
    return handle_of(self)
end

local function has(flag)
    return function(self)
        return bit.band(self:info().flags, flag) ~= 0
    end
end

Tensor.is_read_only = has(C.TA_TENSOR_READ_ONLY)
Tensor.is_contiguous = has(C.TA_TENSOR_CONTIGUOUS)

local function numbers(pointer, count)
    local out = {}
    for axis = 1, count do
        out[axis] = tonumber(pointer[axis - 1])
    end
    return out
end

function Tensor:dtype()
    return dtypes.name(self:info().dtype)
end

function Tensor:ndim()
    return self:info().ndim
end

function Tensor:numel()
    return tonumber(self:info().numel)
end

-- Extents, in elements.
function Tensor:shape()
    return numbers(self:info().shape, self:ndim())
end

-- Distance between neighbours on each axis, in elements.
function Tensor:strides()
    return numbers(self:info().strides, self:ndim())
end

-- {origin = "memory", aliased = true, staged = false} or {origin = …, aliased = false, reason = "dtype", staged = …}: whether
-- a copy went through the host although neither side is there.
function Tensor:provenance()
    local it = self:info().provenance
    local reason = ffi.string(C.ta_reason_name(it.reason))
    return {
        origin = ffi.string(C.ta_origin_name(it.origin)),
        aliased = it.aliased ~= 0,
        reason = reason ~= "" and reason or nil,
        staged = it.staged ~= 0,
    }
end

local function pointer_type(self)
    local ctype = dtypes.ctype(self:dtype())
    if not ctype or self:info().device.device_type ~= C.TA_DEVICE_CPU then
        errors.refuse("TA_ERR_DTYPE", "LuaJIT has no elements of %s on that device", self:dtype())
    end
    return ffi.typeof((self:is_read_only() and "const " or "") .. ctype .. " *")
end

-- The address of element (0, …, 0) as a pointer to elements, to const ones if the tensor is
-- read-only. It is good as long as the tensor is: keep that alive.
function Tensor:pointer()
    local ctype = rawget(self, "ctype") or pointer_type(self)
    rawset(self, "ctype", ctype)
    return ffi.cast(ctype, self:info().data)
end

local function index_of(self, ...)
    local count = select("#", ...)
    if count ~= self:ndim() then
        errors.refuse("TA_ERR_INVALID_ARGUMENT", "%d positions for %d axes", count, self:ndim())
    end
    local index = POSITIONS(count + 1)
    for axis = 1, count do
        index[axis - 1] = integers.one("index", (select(axis, ...)))
    end
    return index
end

-- One element: a position for each axis.
function Tensor:item(...)
    return elements.at(handle_of(self), self:info().dtype, index_of(self, ...))
end

-- All elements in nested tables.
function Tensor:to_table()
    return elements.nested(handle_of(self), self:info())
end

-- The bytes of the elements in C order.
function Tensor:bytes()
    local dense = self:copy { contiguous = true, device = "cpu" }
    local info = dense:info()
    local text = ffi.string(info.data, tonumber(info.nbytes))
    dense:release()
    return text
end

local function view(self, ndim, shape, strides, offset)
    local out, err = ffi.new "ta_tensor *[1]", errors.room()
    errors.check(C.ta_view(handle_of(self), ndim, shape, strides, offset, out, err), err)
    return tensors.adopt(out[0], rawget(self, "hold"))
end

-- A tensor over part of this one's memory; strides and offset in elements.
function Tensor:view(shape, strides, offset)
    local extents, axes = integers.list("shape", shape)
    local steps = strides and integers.per_axis("strides", strides, axes) or nil
    return view(self, axes, extents, steps, integers.one("offset", offset or 0))
end

-- A copy in memory of its own.
function Tensor:copy(request)
    local out, err = ffi.new "ta_tensor *[1]", errors.room()
    errors.check(C.ta_copy(handle_of(self), options.of(request), out, err), err)
    return tensors.adopt(out[0])
end

-- Writes one number to every element.
function Tensor:fill(value)
    local scalar, err = ffi.new "ta_scalar", errors.room()
    if not sources.write_scalar(value, scalar) then
        errors.refuse("TA_ERR_KIND", "a tensor is not filled with a %s", type(value))
    end
    errors.check(C.ta_fill(handle_of(self), scalar, err), err)
end

-- Overwrites the elements with those of another tensor, converting and broadcasting.
function Tensor:copy_from(source)
    local err = errors.room()
    errors.check(C.ta_copy_into(handle_of(self), tensors.handle_of("source", source), err), err)
end

-- Lends the memory as DLPack: see tarray.loans for what comes back. `request` may have `legacy`,
-- `copy`, `read_only`, `max_version = {1, 0}`.
function Tensor:to_dlpack(request)
    return loans.of(handle_of(self), request)
end

-- t[i]: an element of a vector, a row of anything else. From 0; negative positions are errors.
function Tensor:__index(key)
    if type(key) ~= "number" then
        return Tensor[key]
    end
    local info = self:info()
    if info.ndim == 0 or key < 0 or key >= info.shape[0] or key % 1 ~= 0 then
        errors.refuse("TA_ERR_OUT_OF_BOUNDS", "position %s is outside of shape [%s]", tostring(key),
            table.concat(self:shape(), ", "))
    elseif info.ndim == 1 then
        return self:item(key)
    end
    return view(self, info.ndim - 1, info.shape + 1, info.strides + 1, info.strides[0] * key)
end

function Tensor:__newindex(key)
    errors.refuse("TA_ERR_INVALID_ARGUMENT", "%s cannot be assigned: write through pointer() or fill()", tostring(key))
end

-- As PyTorch prints one.
function Tensor:__tostring()
    local length, err = ffi.new "size_t[1]", errors.room()
    errors.check(C.ta_repr(handle_of(self), nil, nil, 0, length, err), err)
    local room = ffi.new("char[?]", length[0] + 1)
    errors.check(C.ta_repr(handle_of(self), nil, room, length[0] + 1, length, err), err)
    return ffi.string(room)
end

return tensors
