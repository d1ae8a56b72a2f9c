//! Every taken thing is let go exactly once, and a failing call takes nothing.

const std = @import("std");
const tarray = @import("tarray");
const alive = @import("alive.zig");
const Lent = @import("lent.zig").Lent;
const Managed = @import("lent.zig").Managed;
const expectEqual = std.testing.expectEqual;
const expectError = std.testing.expectError;

test "shared memory is let go with the last share" {
    defer alive.expectNone();
    var lent: Lent = .{};

    const tensor = try tarray.asarray(lent.memory(), .{}, null);
    const second = tensor.share();
    tensor.deinit();
    try expectEqual(0, lent.releases);
    second.deinit();

    try expectEqual(1, lent.releases);
}

test "copied memory is let go inside the call" {
    defer alive.expectNone();
    var lent: Lent = .{};

    const tensor = try tarray.asarray(lent.memory(), .{ .copy = .always }, null);
    defer tensor.deinit();

    try expectEqual(1, lent.releases);
}

test "a failing call leaves memory with its owner" {
    defer alive.expectNone();
    var lent: Lent = .{};
    var negative = lent.memory();
    negative.shape = &.{-1};
    var odd = lent.memory();
    odd.strides_bytes = &.{ 12, 3 };

    const double: tarray.Options = .{ .dtype = .float64, .copy = .never };
    const only_numbers: tarray.Options = .{ .accept = .{ .scalar = true } };

    try expectError(error.CannotAlias, tarray.asarray(lent.memory(), double, null));
    try expectError(error.Kind, tarray.asarray(lent.memory(), only_numbers, null));
    try expectError(error.Layout, tarray.asarray(negative, .{}, null));
    try expectError(error.Layout, tarray.fromArray(negative, null));
    try expectError(error.CannotAlias, tarray.fromArray(odd, null));
    try expectEqual(0, lent.releases);
}

test "a buffer is let go once, and kept by its owner after a failure" {
    defer alive.expectNone();
    var lent: Lent = .{};
    var buffer: tarray.Buffer = .readWrite(std.mem.asBytes(&lent.values));
    buffer.owner = lent.owner();

    try expectError(error.OutOfBounds, tarray.frombuffer(buffer, .float32, .{ .count = 7 }, null));
    try expectError(error.DType, tarray.frombuffer(buffer, .{ .code = .int, .bits = 0 }, .{}, null));
    try expectEqual(0, lent.releases);
    const part = try tarray.frombuffer(buffer, .float32, .{ .count = 2, .offset_bytes = 8 }, null);
    try expectEqual(@intFromPtr(&lent.values[2]), @intFromPtr(part.data()));
    part.deinit();

    try expectEqual(1, lent.releases);
}

test "a DLPack tensor of either version moves only on success" {
    defer alive.expectNone();
    inline for (.{ tarray.dlpack.ManagedTensorVersioned, tarray.dlpack.ManagedTensor }) |T| {
        var lent: Managed(T) = .{};
        const managed = lent.lend();
        const double: tarray.Options = .{ .dtype = .float64, .copy = .never };

        try expectError(error.CannotAlias, tarray.asarray(managed, double, null));
        try expectError(error.CannotAlias, tarray.fromDlpack(managed, double, null));
        try expectEqual(0, lent.releases);

        const tensor = try tarray.asarray(managed, .{}, null);
        try expectEqual(@intFromPtr(&lent.values), @intFromPtr(tensor.data()));
        try expectEqual(0, lent.releases);
        tensor.deinit();
        try expectEqual(1, lent.releases);

        const copied = try tarray.fromDlpack(lent.lend(), .{ .dtype = .float64 }, null);
        defer copied.deinit();
        try expectEqual(2, lent.releases);
    }
}

test "a DLPack tensor of an unknown major version stays the caller's" {
    defer alive.expectNone();
    var lent: Managed(tarray.dlpack.ManagedTensorVersioned) = .{};
    const managed = lent.lend();
    managed.version.major = 2;

    try expectError(error.Unsupported, tarray.fromDlpack(managed, .{}, null));

    try expectEqual(0, lent.releases);
    tarray.dlpack.release(managed);
    try expectEqual(1, lent.releases);
}

test "a loan keeps the memory alive after the tensor" {
    defer alive.expectNone();
    var lent: Lent = .{};

    const tensor = try tarray.asarray(lent.memory(), .{}, null);
    const loan = try tensor.toDlpack(.{}, null);
    const legacy = try tensor.toDlpackLegacy(.{}, null);
    tensor.deinit();
    try expectEqual(@intFromPtr(&lent.values), @intFromPtr(loan.dl_tensor.data));
    try expectEqual(@intFromPtr(&lent.values), @intFromPtr(legacy.dl_tensor.data));
    tarray.dlpack.release(loan);
    try expectEqual(0, lent.releases);
    tarray.dlpack.release(legacy);

    try expectEqual(1, lent.releases);
}

test "an owned slice is freed by its allocator" {
    defer alive.expectNone();
    const gpa = std.testing.allocator;
    const rows = try gpa.alloc([3]f32, 2);
    for (rows) |*row| row.* = .{ 1, 2, 3 };

    const tensor = try tarray.fromOwnedSlice(gpa, rows, null);
    defer tensor.deinit();

    try std.testing.expectEqualSlices(i64, &.{ 2, 3 }, tensor.shape());
    try expectEqual(@intFromPtr(rows.ptr), @intFromPtr(tensor.data()));
}

test "an owned slice stays the caller's after a failure" {
    defer alive.expectNone();
    const Unknown = extern struct {
        byte: u8,
        pub const tarray_dtype: tarray.DType = .{ .code = .complex, .bits = 8 };
    };
    const gpa = std.testing.allocator;
    const unknown = try gpa.alloc(Unknown, 4);
    defer gpa.free(unknown);
    const floats = try gpa.alloc(f32, 4);
    defer gpa.free(floats);
    var failing: std.testing.FailingAllocator = .init(gpa, .{ .fail_index = 0 });

    try expectError(error.DType, tarray.fromOwnedSlice(gpa, unknown, null));
    try expectError(error.OutOfMemory, tarray.fromOwnedSlice(failing.allocator(), floats, null));
}

test "the last share may go on another thread" {
    defer alive.expectNone();
    var lent: Lent = .{};
    const tensor = try tarray.asarray(lent.memory(), .{}, null);

    const thread = try std.Thread.spawn(.{}, tarray.Tensor.deinit, .{tensor});
    thread.join();

    try expectEqual(1, lent.releases);
}
