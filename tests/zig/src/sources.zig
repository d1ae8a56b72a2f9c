//! Every kind of Zig value that becomes a tensor: shared or copied, dtype, shape, provenance.

const std = @import("std");
const tarray = @import("tarray");
const alive = @import("alive.zig");
const Complex = std.math.Complex;
const expect = std.testing.expect;
const expectEqual = std.testing.expectEqual;
const expectError = std.testing.expectError;

fn expectShared(
    tensor: tarray.Tensor,
    address: *const anyopaque,
    shape: []const i64,
    dtype: tarray.DType,
) !void {
    try expectEqual(@intFromPtr(address), @intFromPtr(tensor.data()));
    try std.testing.expectEqualSlices(i64, shape, tensor.shape());
    try expectEqual(dtype, tensor.dtype());
    try expectEqual(tarray.Device.cpu, tensor.device());
    try expect(tensor.provenance().aliased);
    try expectEqual(.none, tensor.provenance().reason);
}

fn expectValue(source: anytype, dtype: tarray.DType, value: tarray.Scalar) !void {
    const tensor = try tarray.asarray(source, .{}, null);
    defer tensor.deinit();
    try expectEqual(dtype, tensor.dtype());
    try expectEqual(0, tensor.rank());
    try expectEqual(1, tensor.numel());
    try expectEqual(value, try tensor.item(&.{}, null));
    try expectEqual(
        tarray.Provenance{ .origin = .scalar, .aliased = false, .reason = .not_memory },
        tensor.provenance(),
    );
    try expectError(error.CannotAlias, tarray.asarray(source, .{ .copy = .never }, null));
}

test "slices share, and const decides whether one may write" {
    defer alive.expectNone();
    var values = [_]i16{ 1, 2, 3 };

    const writable = try tarray.asarray(@as([]i16, &values), .{ .copy = .never }, null);
    defer writable.deinit();
    const constant = try tarray.asarray(@as([]const i16, &values), .{ .copy = .never }, null);
    defer constant.deinit();

    try expectShared(writable, &values, &.{3}, .int16);
    try expectShared(constant, &values, &.{3}, .int16);
    try expect(!writable.isReadOnly());
    try expect(constant.isReadOnly());
    try expectEqual(.memory, writable.provenance().origin);
}

test "pointers to arrays share, of any rank" {
    defer alive.expectNone();
    var cube: [2][3][4]u8 = @splat(@splat(@splat(7)));

    const whole = try tarray.asarray(&cube, .{ .copy = .never }, null);
    defer whole.deinit();
    const rows = try tarray.asarray(@as([]const [4]u8, &cube[1]), .{ .copy = .never }, null);
    defer rows.deinit();

    try expectShared(whole, &cube, &.{ 2, 3, 4 }, .uint8);
    try std.testing.expectEqualSlices(i64, &.{ 12, 4, 1 }, whole.strides());
    try expectShared(rows, &cube[1], &.{ 3, 4 }, .uint8);
}

test "a sentinel between rows is stepped over" {
    defer alive.expectNone();
    const words = [2][3:0]u8{ "abc".*, "def".* };

    const tensor = try tarray.asarray(&words, .{ .copy = .never }, null);
    defer tensor.deinit();

    try expectShared(tensor, &words, &.{ 2, 3 }, .uint8);
    try expectEqual('d', (try tensor.constView(u8, 2)).at(.{ 1, 0 }));
}

test "a pointer to one element shares it without axes" {
    defer alive.expectNone();
    var value: f64 = 2.5;

    const tensor = try tarray.asarray(&value, .{ .copy = .never }, null);
    defer tensor.deinit();

    try expectShared(tensor, &value, &.{}, .float64);
    (try tensor.view(f64, 0)).set(.{}, 4);
    try expectEqual(4, value);
}

test "every element type has its dtype" {
    defer alive.expectNone();
    const cases = [_]struct { type, tarray.DType }{
        .{ bool, .bool },
        .{ u8, .uint8 },
        .{ u16, .uint16 },
        .{ u32, .uint32 },
        .{ u64, .uint64 },
        .{ usize, .uint64 },
        .{ i8, .int8 },
        .{ i16, .int16 },
        .{ i32, .int32 },
        .{ i64, .int64 },
        .{ f16, .float16 },
        .{ f32, .float32 },
        .{ f64, .float64 },
        .{ Complex(f16), .complex32 },
        .{ Complex(f32), .complex64 },
        .{ Complex(f64), .complex128 },
        .{ tarray.BFloat16, .bfloat16 },
    };
    inline for (cases) |case| {
        const T, const dtype = case;
        const values = std.mem.zeroes([2]T);
        const tensor = try tarray.asarray(&values, .{ .copy = .never }, null);
        defer tensor.deinit();
        try expectShared(tensor, &values, &.{2}, dtype);
    }
}

test "numbers without a type become what a host language's numbers become" {
    defer alive.expectNone();
    try expectValue(true, .bool, .{ .bool = true });
    try expectValue(-3, .int64, .{ .int = -3 });
    try expectValue(std.math.maxInt(u64), .uint64, .{ .uint = std.math.maxInt(u64) });
    try expectValue(0.5, .float32, .{ .float = 0.5 });
}

test "numbers with a type keep it" {
    defer alive.expectNone();
    try expectValue(@as(i8, -3), .int8, .{ .int = -3 });
    try expectValue(@as(u32, 9), .uint32, .{ .int = 9 });
    try expectValue(@as(f16, 0.5), .float16, .{ .float = 0.5 });
    try expectValue(@as(f64, 0.1), .float64, .{ .float = 0.1 });
    try expectValue(Complex(f32).init(1, -2), .complex64, .{ .complex = .init(1, -2) });
}

test "a tensor with nothing to change is shared, not wrapped" {
    defer alive.expectNone();
    const tensor = try tarray.asarray(.{ 1, 2 }, .{}, null);
    defer tensor.deinit();

    const same = try tarray.asarray(tensor, .{}, null);
    defer same.deinit();
    const by_pointer = try tarray.asarray(&tensor, .{}, null);
    defer by_pointer.deinit();

    try expectEqual(tensor.handle, same.handle);
    try expectEqual(tensor.handle, by_pointer.handle);
    try expectEqual(1, tarray.liveTensors());
}

test "a buffer is read as what is asked for, or as the default dtype" {
    defer alive.expectNone();
    var bytes: [8]u8 align(4) = @splat(0);

    const floats = try tarray.asarray(tarray.Buffer.readWrite(&bytes), .{ .copy = .never }, null);
    defer floats.deinit();
    const shorts = try tarray.asarray(tarray.Buffer.readOnly(&bytes), .{ .dtype = .int16 }, null);
    defer shorts.deinit();

    try expectShared(floats, &bytes, &.{2}, .float32);
    try expect(!floats.isReadOnly());
    try expectShared(shorts, &bytes, &.{4}, .int16);
    try expect(shorts.isReadOnly());
    try expectEqual(.buffer, shorts.provenance().origin);
}

test "a described source is passed on as it is" {
    defer alive.expectNone();
    var source = std.mem.zeroes(tarray.c.ta_source);
    source.struct_size = @sizeOf(tarray.c.ta_source);
    source.kind = tarray.c.TA_SOURCE_SCALAR;
    source.value = .{ .scalar = (tarray.Scalar{ .int = 7 }).raw() };

    const tensor = try tarray.asarray(source, .{ .dtype = .uint8 }, null);
    defer tensor.deinit();

    try expectEqual(tarray.Scalar{ .int = 7 }, try tensor.item(&.{}, null));
}

test "memory of another byte order is swapped, never misread" {
    defer alive.expectNone();
    var swapped = [_]u16{ @byteSwap(@as(u16, 1)), @byteSwap(@as(u16, 258)) };
    const memory: tarray.Memory = .{
        .data = &swapped,
        .shape = &.{2},
        .dtype = .uint16,
        .byte_swapped = true,
    };

    const tensor = try tarray.asarray(memory, .{}, null);
    defer tensor.deinit();

    try expectEqual(.byte_order, tensor.provenance().reason);
    try std.testing.expectEqualSlices(u16, &.{ 1, 258 }, (try tensor.constView(u16, 1)).slice().?);
    try expectError(error.CannotAlias, tarray.asarray(memory, .{ .copy = .never }, null));
}

test "memory that was made for the call is taken over as the copy that it is" {
    defer alive.expectNone();
    var gathered = [_]f32{ 1, 2, 3 };
    const memory: tarray.Memory = .{
        .data = &gathered,
        .shape = &.{3},
        .dtype = .float32,
        .made = .not_contiguous,
    };

    const tensor = try tarray.asarray(memory, .{}, null);
    defer tensor.deinit();

    try expectEqual(
        tarray.Provenance{ .origin = .memory, .aliased = false, .reason = .not_contiguous },
        tensor.provenance(),
    );
    try expectEqual(@as(?*const anyopaque, &gathered), tensor.data());
    try expectError(error.CannotAlias, tarray.asarray(memory, .{ .copy = .never }, null));
}

test "a type of one element may declare its own dtype" {
    defer alive.expectNone();
    const E4M3 = packed struct(u8) {
        bits: u8,
        pub const tarray_dtype: tarray.DType = .{ .code = .float8_e4m3fn, .bits = 8 };
    };
    const values = [_]E4M3{ .{ .bits = 0x38 }, .{ .bits = 0xc0 } };

    const tensor = try tarray.asarray(&values, .{ .copy = .never }, null);
    defer tensor.deinit();

    try expectShared(tensor, &values, &.{2}, tarray.dtypeOf(E4M3));
    try expectEqual(values[1], (try tensor.constView(E4M3, 1)).at(.{1}));
    try expectEqual(tarray.Scalar{ .float = 1 }, try tensor.item(&.{0}, null));
    try expectEqual(tarray.Scalar{ .float = -2 }, try tensor.item(&.{1}, null));
}

test "bfloat16 is the upper half of an f32" {
    defer alive.expectNone();
    const tensor = try tarray.asarray(.{ -1.5, 3 }, .{ .dtype = .bfloat16 }, null);
    defer tensor.deinit();

    const view = try tensor.constView(tarray.BFloat16, 1);

    try expectEqual(-1.5, view.at(.{0}).toFloat());
    try expectEqual(3, view.at(.{1}).toFloat());
}

test "the default dtype is one call's" {
    defer alive.expectNone();
    const double = try tarray.asarray(.{0.5}, .{ .default_dtype = .float64 }, null);
    defer double.deinit();
    const single = try tarray.asarray(.{0.5}, .{}, null);
    defer single.deinit();

    try expectEqual(tarray.DType.float64, double.dtype());
    try expectEqual(tarray.DType.float32, single.dtype());
}
