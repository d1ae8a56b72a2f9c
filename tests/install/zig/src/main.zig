//! The round trip of tests/install/roundtrip.c, through the Zig package.

const std = @import("std");
const tarray = @import("tarray");

pub fn main() !void {
    var integers = [2][3]i32{ .{ 1, 2, 3 }, .{ 4, 5, 6 } };
    {
        const shared = try tarray.asarray(&integers, .{ .copy = .never }, null);
        defer shared.deinit();
        try expect(shared.data() == @as(*const anyopaque, &integers));

        const doubles = try tarray.asarray(shared, .{ .dtype = .float64 }, null);
        const loan = try doubles.toDlpack(.{}, null);
        defer loan.deleter.?(loan);
        try expect(loan.dl_tensor.data == doubles.mutableData());
        doubles.deinit();

        const values: [*]const f64 = @ptrCast(@alignCast(loan.dl_tensor.data.?));
        for (0..6) |at| try expect(values[at] == @as(f64, @floatFromInt(at + 1)));
    }
    try expect(tarray.liveTensors() == 0);
    std.debug.print("tarray {s}: round trip\n", .{tarray.version()});
}

fn expect(holds: bool) !void {
    if (!holds) return error.RoundTrip;
}
