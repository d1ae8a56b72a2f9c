//! What goes out as DLPack says what came in.

const std = @import("std");
const tarray = @import("tarray");
const alive = @import("alive.zig");
const expect = std.testing.expect;
const expectEqual = std.testing.expectEqual;
const expectError = std.testing.expectError;

test "a loan describes the memory as it is" {
    defer alive.expectNone();
    var matrix = [2][3]f32{ .{ 1, 2, 3 }, .{ 4, 5, 6 } };
    const tensor = try tarray.asarray(&matrix, .{}, null);
    defer tensor.deinit();

    const loan = try tensor.toDlpack(.{}, null);
    defer tarray.dlpack.release(loan);

    try expectEqual(1, loan.version.major);
    try expectEqual(0, loan.flags);
    try expectEqual(2, loan.dl_tensor.ndim);
    try expectEqual([2]i64{ 2, 3 }, loan.dl_tensor.shape[0..2].*);
    try expectEqual([2]i64{ 3, 1 }, loan.dl_tensor.strides[0..2].*);
    const first = @intFromPtr(loan.dl_tensor.data) + loan.dl_tensor.byte_offset;
    try expectEqual(@intFromPtr(&matrix), first);
}

test "read-only is said, and refused to who could not be told" {
    defer alive.expectNone();
    const row = [_]f32{ 1, 2 };
    const tensor = try tarray.asarray(&row, .{}, null);
    defer tensor.deinit();

    const loan = try tensor.toDlpack(.{}, null);
    try expect(loan.flags & tarray.dlpack.read_only != 0);
    try expectError(error.Export, tensor.toDlpackLegacy(.{}, null));

    const back = try tarray.fromDlpack(loan, .{}, null);
    defer back.deinit();
    try expect(back.isReadOnly());
    try expectEqual(@intFromPtr(&row), @intFromPtr(back.data()));
}

test "a loan is copied or marked read-only when asked" {
    defer alive.expectNone();
    var row = [_]f32{ 1, 2 };
    const tensor = try tarray.asarray(&row, .{}, null);
    defer tensor.deinit();

    const copied = try tensor.toDlpack(.{ .copy = .always }, null);
    defer tarray.dlpack.release(copied);
    const marked = try tensor.toDlpack(.{ .read_only = true }, null);
    defer tarray.dlpack.release(marked);

    try expect(copied.flags & tarray.dlpack.is_copied != 0);
    try expect(copied.dl_tensor.data != tensor.data());
    try expectEqual(tarray.dlpack.read_only, marked.flags);
}

test "a consumer of DLPack before 1.0 is sent to the other function" {
    defer alive.expectNone();
    const tensor = try tarray.asarray(.{1}, .{}, null);
    defer tensor.deinit();
    const old: tarray.ExportOptions = .{ .max_version = .{ .major = 0, .minor = 8, .patch = 0 } };

    try expectError(error.Export, tensor.toDlpack(old, null));
}

test "a tensor that requires a gradient is not lent" {
    defer alive.expectNone();
    const leaf = try tarray.asarray(.{0.5}, .{ .requires_grad = .yes }, null);
    defer leaf.deinit();

    try expect(leaf.requiresGrad());
    try expectError(error.Export, leaf.toDlpack(.{}, null));
    try expectError(error.Grad, leaf.fill(0, null));
}
