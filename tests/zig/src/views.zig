//! Typed access: const-correct, checked, through any strides.

const std = @import("std");
const tarray = @import("tarray");
const alive = @import("alive.zig");
const Lent = @import("lent.zig").Lent;
const expect = std.testing.expect;
const expectEqual = std.testing.expectEqual;
const expectError = std.testing.expectError;

test "a view reads and writes the memory itself" {
    defer alive.expectNone();
    var matrix = [2][3]f32{ .{ 1, 2, 3 }, .{ 4, 5, 6 } };
    const tensor = try tarray.asarray(&matrix, .{}, null);
    defer tensor.deinit();

    const view = try tensor.view(f32, 2);
    view.set(.{ 1, 2 }, 60);

    try expectEqual(60, matrix[1][2]);
    try expectEqual(60, view.toConst().at(.{ 1, 2 }));
    try expectEqual(&matrix[0][1], view.ptr(.{ 0, 1 }));
    try expectEqual(6, view.slice().?.len);
}

test "read-only memory gives only a const view, and no writes" {
    defer alive.expectNone();
    const matrix = [2][3]f32{ .{ 1, 2, 3 }, .{ 4, 5, 6 } };
    const tensor = try tarray.asarray(&matrix, .{}, null);
    defer tensor.deinit();

    const view = try tensor.constView(f32, 2);

    try expectEqual(*const f32, @TypeOf(view.ptr(.{ 0, 0 })));
    try expectEqual(4, view.at(.{ 1, 0 }));
    try expectError(error.ReadOnly, tensor.view(f32, 2));
    try expectEqual(null, tensor.mutableData());
    try expectError(error.NotWritable, tensor.fill(0, null));
    try expectError(error.NotWritable, tensor.copyFrom(tensor, null));
}

test "a writable result of read-only memory is a copy" {
    defer alive.expectNone();
    const row = [_]f32{ 1, 2 };

    const tensor = try tarray.asarray(&row, .{ .writable = true }, null);
    defer tensor.deinit();

    try expectEqual(.read_only, tensor.provenance().reason);
    (try tensor.view(f32, 1)).set(.{0}, 9);
    try expectEqual(1, row[0]);
    try expectError(
        error.CannotAlias,
        tarray.asarray(&row, .{ .writable = true, .copy = .never }, null),
    );
}

test "the type and rank must be the tensor's" {
    defer alive.expectNone();
    const tensor = try tarray.asarray(.{ .{ 1, 2 }, .{ 3, 4 } }, .{}, null);
    defer tensor.deinit();

    try expectError(error.DType, tensor.constView(u64, 2));
    try expectError(error.DType, tensor.constView(f64, 2));
    try expectError(error.Rank, tensor.constView(i64, 1));
}

test "negative strides alias and read backwards" {
    defer alive.expectNone();
    var lent: Lent = .{};
    var backwards = lent.memory();
    backwards.data = &lent.values[5];
    backwards.strides_bytes = &.{ -12, -4 };

    const tensor = try tarray.asarray(backwards, .{ .copy = .never }, null);
    defer tensor.deinit();
    const view = try tensor.view(f32, 2);

    try std.testing.expectEqualSlices(i64, &.{ -3, -1 }, tensor.strides());
    try expectEqual(6, view.at(.{ 0, 0 }));
    try expectEqual(2, view.at(.{ 1, 1 }));
    view.set(.{ 1, 2 }, 10);
    try expectEqual(10, lent.values[0]);
    try expectEqual(null, view.slice());
    try expect(!tensor.isContiguous());
}

test "strides between elements are a copy, or refused" {
    defer alive.expectNone();
    var bytes: [8]u8 = .{ 1, 0, 0xff, 2, 0, 0xff, 3, 0 };
    const odd: tarray.Memory = .{
        .data = &bytes,
        .shape = &.{3},
        .strides_bytes = &.{3},
        .dtype = .uint16,
    };

    const tensor = try tarray.asarray(odd, .{}, null);
    defer tensor.deinit();

    try expectEqual(.stride_alignment, tensor.provenance().reason);
    try std.testing.expectEqualSlices(u16, &.{ 1, 2, 3 }, (try tensor.constView(u16, 1)).slice().?);
    try expectError(error.CannotAlias, tarray.asarray(odd, .{ .copy = .never }, null));
}

test "an unaligned address aliases, but gives no typed view" {
    defer alive.expectNone();
    var bytes: [9]u8 align(8) = .{ 0xff, 1, 0, 0, 0, 2, 0, 0, 0 };
    const tensor = try tarray.asarray(tarray.Memory{
        .data = &bytes[1],
        .shape = &.{2},
        .dtype = .uint32,
    }, .{ .copy = .never }, null);
    defer tensor.deinit();

    try expectError(error.Unaligned, tensor.constView(u32, 1));
    try expectEqual(tarray.Scalar{ .int = 2 }, try tensor.item(&.{1}, null));
    const aligned = try tensor.copy(.{}, null);
    defer aligned.deinit();
    try std.testing.expectEqualSlices(u32, &.{ 1, 2 }, (try aligned.constView(u32, 1)).slice().?);
}

test "zero strides show one element many times, and are not filled" {
    defer alive.expectNone();
    var value: i32 = 5;
    const tensor = try tarray.asarray(tarray.Memory{
        .data = &value,
        .shape = &.{ 2, 2 },
        .strides_bytes = &.{ 0, 0 },
        .dtype = .int32,
    }, .{ .copy = .never }, null);
    defer tensor.deinit();

    try expectEqual(5, (try tensor.constView(i32, 2)).at(.{ 1, 1 }));
    try expectError(error.NotWritable, tensor.fill(1, null));
}

test "a tensor without elements has a view of none" {
    defer alive.expectNone();
    const tensor = try tarray.asarray(tarray.Memory{
        .data = null,
        .shape = &.{ 3, 0 },
        .dtype = .float32,
    }, .{}, null);
    defer tensor.deinit();

    const view = try tensor.view(f32, 2);

    try expect(view.isEmpty());
    try expectEqual(0, view.slice().?.len);
}

test "strided tensors share their parent's memory, inside its bounds" {
    defer alive.expectNone();
    var lent: Lent = .{};
    const tensor = try tarray.asarray(lent.memory(), .{}, null);

    const transposed = try tensor.asStrided(&.{ 3, 2 }, &.{ 1, 3 }, 0, null);
    const last = try tensor.asStrided(&.{2}, null, 4, null);
    try expectError(error.OutOfBounds, tensor.asStrided(&.{3}, null, 4, null));
    tensor.deinit();
    try expectEqual(0, lent.releases);
    try expectEqual(4, (try transposed.constView(f32, 2)).at(.{ 0, 1 }));
    try std.testing.expectEqualSlices(f32, &.{ 5, 6 }, (try last.constView(f32, 1)).slice().?);
    transposed.deinit();
    last.deinit();

    try expectEqual(1, lent.releases);
}

test "contiguous was asked for, so a transposed tensor is copied" {
    defer alive.expectNone();
    var lent: Lent = .{};
    var transposed = lent.memory();
    transposed.shape = &.{ 3, 2 };
    transposed.strides_bytes = &.{ 4, 12 };

    const tensor = try tarray.asarray(transposed, .{ .contiguous = true }, null);
    defer tensor.deinit();

    try expectEqual(.not_contiguous, tensor.provenance().reason);
    try std.testing.expectEqualSlices(
        f32,
        &.{ 1, 4, 2, 5, 3, 6 },
        (try tensor.constView(f32, 2)).slice().?,
    );
}

test "fill and copyFrom convert and broadcast" {
    defer alive.expectNone();
    var matrix: [2][3]f64 = @splat(@splat(0));
    const target = try tarray.asarray(&matrix, .{}, null);
    defer target.deinit();
    const row = try tarray.asarray(.{ 1, 2, 3 }, .{}, null);
    defer row.deinit();
    const pair = try tarray.asarray(.{ 1, 2 }, .{}, null);
    defer pair.deinit();

    try target.fill(@as(u8, 7), null);
    try expectEqual(7, matrix[1][1]);
    try target.copyFrom(row, null);

    try expectEqual([2][3]f64{ .{ 1, 2, 3 }, .{ 1, 2, 3 } }, matrix);
    try expectError(error.InvalidArgument, target.copyFrom(pair, null));
}
