//! Everything that prints itself.

const std = @import("std");
const tarray = @import("tarray");
const alive = @import("alive.zig");
const expectFmt = std.testing.expectFmt;

test "a tensor prints as PyTorch prints one" {
    defer alive.expectNone();
    const floats = try tarray.asarray(.{ 1.0, 2.5 }, .{}, null);
    defer floats.deinit();
    const bytes = try tarray.asarray(.{ 1, 2 }, .{ .dtype = .uint8 }, null);
    defer bytes.deinit();

    try expectFmt("tensor([1.0000, 2.5000])", "{f}", .{floats});
    try expectFmt("tensor([1, 2], dtype=tarray.uint8)", "{f}", .{bytes});
}

test "a long text is printed whole, and repr takes options" {
    defer alive.expectNone();
    const gpa = std.testing.allocator;
    const values: [1000]i64 = @splat(123456);
    const tensor = try tarray.asarray(&values, .{}, null);
    defer tensor.deinit();

    const whole = try std.fmt.allocPrint(gpa, "{f}", .{tensor});
    defer gpa.free(whole);
    const short = try tensor.repr(gpa, .{ .threshold = 10, .edgeitems = 1 }, null);
    defer gpa.free(short);

    try std.testing.expectEqual(1000, std.mem.count(u8, whole, "123456"));
    try std.testing.expectEqualStrings("tensor([123456,  ..., 123456])", short);
}

test "dtypes, origins and reasons have the library's names" {
    try expectFmt("bfloat16", "{f}", .{tarray.DType.bfloat16});
    try expectFmt("float8_e4m3fn", "{f}", .{tarray.DType{ .code = .float8_e4m3fn, .bits = 8 }});
    try expectFmt("dlpack", "{f}", .{tarray.Origin.dlpack});
    try expectFmt("dtype", "{f}", .{tarray.Reason.dtype});
    try expectFmt("", "{f}", .{tarray.Reason.none});
}

test "a diagnosis prints its status and message" {
    defer alive.expectNone();
    var why: tarray.Diagnostics = .{};
    const row = [_]f32{1};

    const refused = tarray.asarray(&row, .{ .dtype = .float64, .copy = .never }, &why);
    try std.testing.expectError(error.CannotAlias, refused);

    const text = try std.fmt.allocPrint(std.testing.allocator, "{f}", .{why});
    defer std.testing.allocator.free(text);
    try std.testing.expectStringStartsWith(text, "TA_ERR_CANNOT_ALIAS: ");
    try std.testing.expectStringEndsWith(text, why.message());
}

test "the README shows the example that is built and run, and what it prints" {
    const readme = @embedFile("README.md");
    try expectShown(readme, "```zig\n", @embedFile("example/share.zig"));
    try expectShown(readme, "```text\n", @embedFile("share.txt"));
}

fn expectShown(readme: []const u8, comptime fence: []const u8, comptime text: []const u8) !void {
    try std.testing.expect(std.mem.find(u8, readme, fence ++ text ++ "```\n") != null);
}
