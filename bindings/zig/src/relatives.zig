//! The relatives of `asarray` that never copy.

const std = @import("std");
const c = @import("tarray_c");

const Buffer = @import("Buffer.zig");
const Diagnostics = @import("Diagnostics.zig");
const DType = @import("dtype.zig").DType;
const Error = @import("status.zig").Error;
const Memory = @import("Memory.zig");
const Scratch = @import("source.zig").Scratch;
const Tensor = @import("Tensor.zig");
const check = @import("status.zig").check;
const describe = @import("source.zig").describe;

/// Makes a tensor over strided memory.
pub fn fromArray(memory: Memory, diagnostics: ?*Diagnostics) Error!Tensor {
    return take(memory.raw(), diagnostics);
}

fn take(memory: c.ta_memory, diagnostics: ?*Diagnostics) Error!Tensor {
    var out: ?*c.ta_tensor = null;
    try check(c.ta_from_array(&memory, &out, Diagnostics.pointer(diagnostics)));
    return .{ .handle = out.? };
}

/// Which part of a buffer is read.
pub const Part = struct {
    /// Elements to read; `null`: all that follow the offset.
    count: ?u63 = null,
    /// Bytes to skip; need not be aligned.
    offset_bytes: usize = 0,
};

/// Makes a 1-D tensor over the bytes of a buffer.
pub fn frombuffer(
    buffer: Buffer,
    dtype: DType,
    part: Part,
    diagnostics: ?*Diagnostics,
) Error!Tensor {
    const raw = buffer.raw();
    const count: i64 = part.count orelse -1;
    const err = Diagnostics.pointer(diagnostics);
    var out: ?*c.ta_tensor = null;
    try check(c.ta_frombuffer(&raw, dtype.raw(), count, part.offset_bytes, &out, err));
    return .{ .handle = out.? };
}

/// Makes a tensor that owns `slice`, which was allocated with `gpa`: its elements, or arrays of
/// them. If the call fails, the slice is still the caller's. `gpa` may be used on any thread.
pub fn fromOwnedSlice(
    gpa: std.mem.Allocator,
    slice: anytype,
    diagnostics: ?*Diagnostics,
) Error!Tensor {
    const Held = HeldSlice(@TypeOf(slice));
    const held = try gpa.create(Held);
    errdefer gpa.destroy(held);
    held.* = .{ .gpa = gpa, .slice = slice };
    var shape: Scratch(@TypeOf(slice)) = undefined;
    var memory = describe(@TypeOf(slice), &slice, &shape).value.memory;
    memory.owner = held;
    memory.release = Held.release;
    return take(memory, diagnostics);
}

fn HeldSlice(comptime Slice: type) type {
    return struct {
        gpa: std.mem.Allocator,
        slice: Slice,

        fn release(context: ?*anyopaque) callconv(.c) void {
            const self: *@This() = @ptrCast(@alignCast(context.?));
            const gpa = self.gpa;
            gpa.free(self.slice);
            gpa.destroy(self);
        }
    };
}
