//! Operations that a host computes, recorded with how to differentiate them.

const c = @import("tarray_c");

const Diagnostics = @import("Diagnostics.zig");
const Error = @import("status.zig").Error;
const Tensor = @import("Tensor.zig");
const check = @import("status.zig").check;
const statusOf = @import("status.zig").statusOf;

/// Whether operations of this thread are recorded.
pub fn gradEnabled() bool {
    return c.ta_grad_enabled() != 0;
}

/// Sets whether operations of this thread are recorded; returns what it was, to be set back.
pub fn setGradEnabled(enabled: bool) bool {
    return c.ta_set_grad_enabled(@intFromBool(enabled)) != 0;
}

/// The gradients of an operation's inputs, to be set by who differentiates it.
pub const Gradients = struct {
    needed: []const i32,
    handles: [*]?*c.ta_tensor,

    /// How many inputs there are.
    pub fn count(self: Gradients) usize {
        return self.needed.len;
    }

    /// Whether an input takes a gradient.
    pub fn isNeeded(self: Gradients, input: usize) bool {
        return input < self.needed.len and self.needed[input] != 0;
    }

    /// Sets the gradient of an input and takes the share in it; what is never set is zero. One that
    /// is not needed is dropped.
    pub fn set(self: Gradients, input: usize, gradient: Tensor) void {
        if (!self.isNeeded(input)) return gradient.deinit();
        c.ta_release(self.handles[input]);
        self.handles[input] = gradient.handle;
    }
};

/// Records an operation from `inputs`, a tuple of tensors, to `output`, which the caller has computed.
///
/// `operation` is a pointer to something with
///
/// - `fn backward(self, gradient: Tensor, gradients: Gradients, diagnostics: *Diagnostics) Error!void`,
///   which sets the gradients of the inputs, on the thread that runs the backward pass, perhaps on
///   several at once;
/// - `fn deinit(self) void`, which runs once, on any thread, when a backward pass releases it, when
///   the history goes, or inside this call if nothing is recorded.
///
/// It is the library's when the call succeeds, else still the caller's. It must not keep the result
/// itself: that would keep both alive until a backward pass.
pub fn record(
    name: [:0]const u8,
    inputs: anytype,
    output: Tensor,
    operation: anytype,
    diagnostics: ?*Diagnostics,
) Error!Tensor {
    const callbacks = Callbacks(@TypeOf(operation));
    var handles: [inputs.len]?*const c.ta_tensor = undefined;
    inline for (&handles, inputs) |*handle, input| handle.* = input.handle;
    const raw: c.ta_operation = .{
        .struct_size = @sizeOf(c.ta_operation),
        .name = name.ptr,
        .inputs = @ptrCast(&handles),
        .num_inputs = handles.len,
        .backward = callbacks.backward,
        .user_data = operation,
        .drop = callbacks.drop,
        .reserved = 0,
    };
    const source: c.ta_source = .{
        .struct_size = @sizeOf(c.ta_source),
        .kind = c.TA_SOURCE_TENSOR,
        .origin = 0,
        .value = .{ .tensor = output.handle },
        .made = 0,
        .reserved = 0,
    };
    var out: ?*c.ta_tensor = null;
    try check(c.ta_record(&raw, &source, null, &out, Diagnostics.pointer(diagnostics)));
    return .{ .handle = out.? };
}

fn Callbacks(comptime Operation: type) type {
    return struct {
        fn backward(
            user_data: ?*anyopaque,
            grad_output: ?*const c.ta_tensor,
            needed: [*c]const i32,
            grad_inputs: ?*?*c.ta_tensor,
            num_inputs: usize,
            err: ?*c.ta_error,
        ) callconv(.c) c.ta_status {
            // Borrowed during the call; facts and elements are only read.
            const gradient: Tensor = .{ .handle = @constCast(grad_output.?) };
            var why: Diagnostics = .{};
            of(user_data).backward(gradient, .{
                .needed = needed[0..num_inputs],
                .handles = @ptrCast(grad_inputs.?),
            }, &why) catch |failure| {
                if (err) |said| said.message = why.raw.message;
                return statusOf(failure);
            };
            return c.TA_OK;
        }

        fn drop(user_data: ?*anyopaque) callconv(.c) void {
            of(user_data).deinit();
        }

        fn of(user_data: ?*anyopaque) Operation {
            return @ptrCast(@alignCast(user_data.?));
        }
    };
}
