-- Histories: operations that are recorded, and gradients back through them.
--
-- No operations of Lua's own: a backward pass may run on any thread, where no Lua may.

local ffi = require "ffi"
local C = require "tarray.c"
local asarray = require "tarray.asarray"
local errors = require "tarray.errors"
local integers = require "tarray.integers"
local tensors = require "tarray.tensor"

local histories = {}

local Tensor = tensors.methods

-- Adopts what a call makes, whose last arguments are where the tensor goes and the error.
local function made(hold, call, ...)
    local out, err = ffi.new "ta_tensor *[1]", errors.room()
    local arguments, count = { ... }, select("#", ...)
    arguments[count + 1], arguments[count + 2] = out, err
    errors.check(call(unpack(arguments, 1, count + 2)), err)
    return tensors.adopt(out[0], hold)
end

-- Whether gradients arrive here: it may change, unlike other facts.
function Tensor:requires_grad()
    return C.ta_requires_grad(self:handle()) ~= 0
end

-- Says of a leaf whether it requires a gradient. Returns the tensor.
function Tensor:set_requires_grad(wanted)
    local err = errors.room()
    errors.check(C.ta_set_requires_grad(self:handle(), wanted and 1 or 0, err), err)
    return self
end

-- Whether no recorded operation made it.
function Tensor:is_leaf()
    return C.ta_is_leaf(self:handle()) ~= 0
end

-- The name of the recorded operation that made it, like "MulBackward0"; nil for a leaf.
function Tensor:grad_fn_name()
    local name = C.ta_grad_fn_name(self:handle())
    return name ~= nil and ffi.string(name) or nil
end

-- The gradient that has arrived, or nil.
function Tensor:grad()
    local handle = C.ta_grad(self:handle())
    return handle ~= nil and tensors.adopt(handle) or nil
end

-- Replaces the gradient; nil clears it.
function Tensor:set_grad(grad)
    local err = errors.room()
    errors.check(C.ta_set_grad(self:handle(), grad and tensors.handle_of("grad", grad), err), err)
end

-- Another tensor over the same memory, without a history.
function Tensor:detach()
    return made(rawget(self, "hold"), C.ta_detach, self:handle())
end

-- Adds the gradients of this tensor to those of the leaves that it was computed from. `gradient` is that
-- of the final result, needed if this has more than one element; `retain_graph` allows another pass.
function Tensor:backward(gradient, retain_graph)
    local err = errors.room()
    local given = gradient and tensors.handle_of("gradient", gradient)
    errors.check(C.ta_backward(self:handle(), given or nil, retain_graph and 1 or 0, err), err)
end

-- A value as a tensor, with the histories of what is in it.
local function operand(value)
    return tensors.is(value) and value or asarray(value, { requires_grad = "as_source" })
end

-- Of two operands, one a tensor, the other too or something that makes one, like a number.
local function binary(call)
    return function(a, b)
        local left, right = operand(a), operand(b)
        local result = made(nil, call, left:handle(), right:handle())
        if left ~= a then
            left:release()
        end
        if right ~= b then
            right:release()
        end
        return result
    end
end

Tensor.add, Tensor.sub, Tensor.mul = binary(C.ta_add), binary(C.ta_sub), binary(C.ta_mul)
Tensor.__add, Tensor.__sub, Tensor.__mul = Tensor.add, Tensor.sub, Tensor.mul

function Tensor:neg()
    return made(nil, C.ta_neg, self:handle())
end
Tensor.__unm = Tensor.neg

-- The sum of all elements, or along one axis or a table of axes, which stay with extent 1 if `keep`.
function Tensor:sum(axes, keep)
    local list, count = integers.list("axes", type(axes) == "table" and axes or { axes })
    return made(nil, C.ta_sum, self:handle(), list, count, keep and 1 or 0)
end

local function restored(before, fine, ...)
    C.ta_set_grad_enabled(before)
    if not fine then
        error(..., 0)
    end
    return ...
end

-- Runs `body` while nothing is recorded, and returns what it does. Do not yield out of it: the
-- setting is the thread's, not the coroutine's.
function histories.no_grad(body, ...)
    return restored(C.ta_set_grad_enabled(0), pcall(body, ...))
end

-- Whether operations are recorded.
function histories.is_enabled()
    return C.ta_grad_enabled() ~= 0
end

return histories
