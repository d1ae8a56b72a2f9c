//! Takes an array as it is, works on the same memory, converts it, and hands it on as DLPack.

const std = @import("std");
const tarray = @import("tarray");

pub fn main(init: std.process.Init) !void {
    var buffer: [1024]u8 = undefined;
    var stdout: std.Io.File.Writer = .init(.stdout(), init.io, &buffer);
    try share(&stdout.interface);
    try stdout.interface.flush();
}

fn share(out: *std.Io.Writer) !void {
    var why: tarray.Diagnostics = .{};
    var matrix = [2][3]f32{ .{ 1, 2, 3 }, .{ 4, 5, 6 } };

    // Shared: the tensor is a second name for the memory of `matrix`.
    const shared = try tarray.asarray(&matrix, .{}, &why);
    defer shared.deinit();
    const view = try shared.view(f32, 2);
    view.set(.{ 0, 1 }, 20);
    try out.print("{f}\nmatrix[0][1] is {d}\n", .{ shared, matrix[0][1] });

    // Converted: another dtype needs memory of its own, and the tensor says so.
    const wide = try tarray.asarray(shared, .{ .dtype = .float64 }, &why);
    defer wide.deinit();
    try out.print("{f}, copied because of its {f}\n", .{ wide.dtype(), wide.provenance().reason });

    // Refused: sharing was demanded. Nothing has changed, and `why` has the reason.
    if (tarray.asarray(shared, .{ .dtype = .float64, .copy = .never }, &why)) |unexpected| {
        unexpected.deinit();
        return error.NotRefused;
    } else |err| try out.print("{t}: {s}\n", .{ err, why.message() });

    // Lent: any consumer of DLPack can take it. Here nobody does, so the loan ends at once.
    const loan = try shared.toDlpack(.{}, &why);
    tarray.dlpack.release(loan);
}
