//! Tuples, slices and arrays of anything, to any depth.

const std = @import("std");
const tarray = @import("tarray");
const alive = @import("alive.zig");
const expectEqual = std.testing.expectEqual;
const expectError = std.testing.expectError;

fn expectSequence(
    source: anytype,
    comptime T: type,
    comptime rank: usize,
    shape: [rank]i64,
    values: []const T,
) !void {
    const tensor = try tarray.asarray(source, .{}, null);
    defer tensor.deinit();
    try std.testing.expectEqualSlices(i64, &shape, tensor.shape());
    try std.testing.expectEqualSlices(T, values, (try tensor.constView(T, rank)).slice().?);
    try expectEqual(
        tarray.Provenance{ .origin = .sequence, .aliased = false, .reason = .not_memory },
        tensor.provenance(),
    );
    try expectError(error.CannotAlias, tarray.asarray(source, .{ .copy = .never }, null));
}

test "tuples of numbers take the dtype of them all" {
    defer alive.expectNone();
    try expectSequence(.{ 1, 2, 3 }, i64, 1, .{3}, &.{ 1, 2, 3 });
    try expectSequence(.{ 1, 2.5 }, f32, 1, .{2}, &.{ 1, 2.5 });
    try expectSequence(.{ true, false }, bool, 1, .{2}, &.{ true, false });
    try expectSequence(.{ .{ 1, 2 }, .{ 3, 4 } }, i64, 2, .{ 2, 2 }, &.{ 1, 2, 3, 4 });
    try expectSequence(&.{ .{1.5}, .{2} }, f32, 2, .{ 2, 1 }, &.{ 1.5, 2 });
    try expectSequence(.{ @as(u8, 1), @as(u8, 2) }, u8, 1, .{2}, &.{ 1, 2 });
    try expectSequence(.{}, f32, 1, .{0}, &.{});
}

test "tuples of run-time numbers" {
    defer alive.expectNone();
    var a: f32 = 1;
    _ = &a;
    const b = a + 1;
    try expectSequence(.{ .{ a, b }, .{ b, a } }, f32, 2, .{ 2, 2 }, &.{ 1, 2, 2, 1 });
}

test "arrays by value are values" {
    defer alive.expectNone();
    try expectSequence([_]i32{ 1, 2 }, i32, 1, .{2}, &.{ 1, 2 });
    try expectSequence([2][2]i32{ .{ 1, 2 }, .{ 3, 4 } }, i32, 2, .{ 2, 2 }, &.{ 1, 2, 3, 4 });
}

test "slices of slices stack" {
    defer alive.expectNone();
    const rows: []const []const u16 = &.{ &.{ 1, 2, 3 }, &.{ 4, 5, 6 } };
    const deep: []const []const []const u16 = &.{ rows, rows };
    try expectSequence(rows, u16, 2, .{ 2, 3 }, &.{ 1, 2, 3, 4, 5, 6 });
    try expectSequence(deep, u16, 3, .{ 2, 2, 3 }, &.{ 1, 2, 3, 4, 5, 6, 1, 2, 3, 4, 5, 6 });
}

test "tensors in a list stack, whatever holds them" {
    defer alive.expectNone();
    const row = try tarray.asarray(.{ 1, 2 }, .{}, null);
    defer row.deinit();
    const list: []const tarray.Tensor = &.{ row, row };
    try expectSequence(list, i64, 2, .{ 2, 2 }, &.{ 1, 2, 1, 2 });
    try expectSequence(.{ row, .{ 3, 4 } }, i64, 2, .{ 2, 2 }, &.{ 1, 2, 3, 4 });
}

test "memory in a list is read where it is, strides and all, and never let go" {
    defer alive.expectNone();
    const Lent = @import("lent.zig").Lent;
    var lent: Lent = .{};
    var column = lent.memory();
    column.shape = &.{2};
    column.strides_bytes = &.{12};

    try expectSequence(.{ column, column }, f32, 2, .{ 2, 2 }, &.{ 1, 4, 1, 4 });

    try expectEqual(0, lent.releases);
}

test "a DLPack tensor in a list is read, not taken" {
    defer alive.expectNone();
    const Managed = @import("lent.zig").Managed(tarray.dlpack.ManagedTensorVersioned);
    var lent: Managed = .{};

    try expectSequence(.{lent.lend()}, f32, 3, .{ 1, 2, 3 }, &lent.values);

    try expectEqual(0, lent.releases);
}

test "ragged input is refused by its path" {
    defer alive.expectNone();
    var why: tarray.Diagnostics = .{};
    const rows: []const []const u16 = &.{ &.{ 1, 2, 3 }, &.{4} };

    try expectError(error.Ragged, tarray.asarray(.{ .{ 1, 2 }, .{3} }, .{}, &why));
    try expectEqual(tarray.c.TA_ERR_RAGGED, why.status());
    try std.testing.expect(why.message().len > 0);
    try expectError(error.Ragged, tarray.asarray(rows, .{}, null));
    try expectError(error.Ragged, tarray.asarray(.{ 1, .{2} }, .{}, null));
}

test "a number that does not fit is refused, with the number" {
    defer alive.expectNone();
    var why: tarray.Diagnostics = .{};

    try expectError(error.Overflow, tarray.asarray(.{ 1, 300 }, .{ .dtype = .uint8 }, &why));

    try std.testing.expect(std.mem.find(u8, why.message(), "300") != null);
}

test "accept holds at every level" {
    defer alive.expectNone();
    const row = try tarray.asarray(.{ 1, 2 }, .{}, null);
    defer row.deinit();
    const only: tarray.Options = .{ .accept = .{ .sequence = true, .scalar = true } };

    const numbers = try tarray.asarray(.{ .{1}, .{2} }, only, null);
    defer numbers.deinit();

    try expectError(error.Kind, tarray.asarray(.{row}, only, null));
}
