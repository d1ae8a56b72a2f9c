//! Devices: their names, and one of the host's own.

const std = @import("std");
const tarray = @import("tarray");
const alive = @import("alive.zig");
const expect = std.testing.expect;
const expectEqual = std.testing.expectEqual;
const expectEqualStrings = std.testing.expectEqualStrings;
const expectError = std.testing.expectError;

const Device = tarray.Device;
const shelf_type: Device.Type = @fromBackingInt(70);

fn shelf(index: i32) Device {
    return .{ .device_type = shelf_type, .index = index };
}

/// Memory of the heap, which only this device admits to. Everything is done when a call returns.
const Shelf = struct {
    blocks: usize = 0,
    converted: usize = 0,
    ends: usize = 0,
    waited: i64 = -1,
    is_stuck: bool = false,

    const allocator = std.testing.allocator;
    const Block = []align(16) u8;

    pub fn count(_: *Shelf) tarray.Error!i32 {
        return 2;
    }

    pub fn current(_: *Shelf) tarray.Error!i32 {
        return 1;
    }

    pub fn describe(_: *Shelf, info: *tarray.c.ta_device_info) tarray.Error!void {
        @memcpy(info.name[0..5], "shelf");
        info.total_bytes = 4096;
        info.capability_major = 7;
    }

    pub fn allocate(self: *Shelf, _: i32, bytes: usize, _: i64) tarray.Error!?*anyopaque {
        if (bytes > 4096) return null;
        const block: Block = try allocator.alignedAlloc(u8, .@"16", bytes);
        self.blocks += 1;
        return block.ptr;
    }

    pub fn free(self: *Shelf, _: i32, data: *anyopaque, bytes: usize, _: i64) void {
        const first: [*]align(16) u8 = @ptrCast(@alignCast(data));
        self.blocks -= 1;
        allocator.free(first[0..bytes]);
    }

    pub fn copy(
        self: *Shelf,
        target: *const tarray.Place,
        source: *const tarray.Place,
        bytes: usize,
        _: i64,
    ) tarray.Error!void {
        if (self.is_stuck) return error.Device;
        @memcpy(at(target)[0..bytes], at(source)[0..bytes]);
    }

    pub fn convert(
        self: *Shelf,
        shape: []const i64,
        target: *const tarray.Elements,
        source: *const tarray.Elements,
        _: i64,
    ) tarray.Error!bool {
        const from: tarray.DType = .fromRaw(source.dtype);
        if (shape.len != 1 or !from.eql(.float32) or !tarray.DType.fromRaw(target.dtype).eql(.float64))
            return false;
        self.converted += 1;
        for (0..@intCast(shape[0])) |index| {
            const read = @as(i64, @intCast(index)) * source.strides_bytes[0];
            const written = @as(i64, @intCast(index)) * target.strides_bytes[0];
            const value: *align(1) const f32 = @ptrCast(at(&source.place) + @as(usize, @intCast(read)));
            const wide: *align(1) f64 = @ptrCast(at(&target.place) + @as(usize, @intCast(written)));
            wide.* = value.*;
        }
        return true;
    }

    pub fn synchronize(self: *Shelf, _: i32, stream: i64) tarray.Error!void {
        self.waited = stream;
    }

    pub fn deinit(self: *Shelf) void {
        self.ends += 1;
    }

    fn at(place: *const tarray.Place) [*]u8 {
        return @as([*]u8, @ptrCast(place.data.?)) + place.byte_offset;
    }
};

test "devices have names, both ways" {
    var diagnostics: tarray.Diagnostics = .{};
    try expectEqual(Device.cuda(1), try Device.parse("cuda:1", null));
    try expectEqual(Device.cuda(-1), try Device.parse("cuda", null));
    try expectEqual(Device.cpu, try Device.parse("cpu:0", null));
    try expectError(error.Device, Device.parse("gpu", &diagnostics));
    try expect(std.mem.indexOf(u8, diagnostics.message(), "gpu") != null);
    var text: [32]u8 = undefined;
    try expectEqualStrings("device70:1", try std.fmt.bufPrint(&text, "{f}", .{shelf(1)}));
    try expectEqualStrings("cpu", try std.fmt.bufPrint(&text, "{f}", .{Device.cpu}));

    const devices = try Device.list(std.testing.allocator, null);
    defer std.testing.allocator.free(devices);
    try expectEqual(Device.cpu, devices[0]);
    const cpu = try Device.cpu.describe(null);
    try expect(cpu.totalBytes() > 0 and cpu.freeBytes() <= cpu.totalBytes() and cpu.name().len > 0);
    try Device.cpu.synchronize(0, null);
    try expectError(error.InvalidArgument, Device.cpu.synchronize(-2, null));
}

test "a device of the host's own is used by its name, and let go with its last tensor" {
    defer alive.expectNone();
    var host: Shelf = .{};
    try expectError(error.InvalidArgument, tarray.registerDevice(.cpu, &host, null));
    try tarray.registerDevice(shelf_type, &host, null);

    const devices = try Device.list(std.testing.allocator, null);
    defer std.testing.allocator.free(devices);
    try expectEqual(shelf(1), devices[devices.len - 1]);
    const info = try shelf(-1).describe(null);
    try expectEqual(shelf(1), info.device());
    try expectEqualStrings("shelf", info.name());
    try expectEqual([2]i32{ 7, 0 }, info.capability());
    try expectError(error.Device, shelf(2).describe(null));

    const there = try tarray.asarray([_]f32{ 1, 2, 3 }, .{ .device = try .parse("device70:0", null) }, null);
    try expectEqual(shelf(0), there.device());
    const wide = try tarray.asarray(there, .{ .dtype = .float64 }, null);
    try expectEqual(1, host.converted);
    try expect(!wide.provenance().staged);
    const narrow = try tarray.asarray(there, .{ .dtype = .int16 }, null);
    try expect(narrow.provenance().staged);
    narrow.deinit();
    const back = try tarray.asarray(wide, .{ .device = .cpu }, null);
    defer back.deinit();
    try expectEqual(3, (try back.item(&.{2}, null)).float);
    try expectError(error.Device, there.view(f32, 1));
    try shelf(0).synchronize(5, null);
    try expectEqual(5, host.waited);

    try tarray.unregisterDevice(shelf_type, null);
    try expectError(error.InvalidArgument, tarray.unregisterDevice(shelf_type, null));
    there.deinit();
    try expectEqual(0, host.ends);
    wide.deinit();
    try expectEqual(1, host.ends);
    try expectEqual(0, host.blocks);
}

test "a failure of the host's device arrives, and nothing is left of the call" {
    defer alive.expectNone();
    var host: Shelf = .{ .is_stuck = true };
    try tarray.registerDevice(shelf_type, &host, null);
    const row = [_]f32{ 1, 2 };
    try expectError(error.Device, tarray.asarray(&row, .{ .device = shelf(0) }, null));
    const many: [2000]f32 = @splat(0);
    try expectError(error.OutOfMemory, tarray.asarray(&many, .{ .device = shelf(0) }, null));
    try expectEqual(0, host.blocks);
    try tarray.unregisterDevice(shelf_type, null);
    try expectEqual(1, host.ends);
}

/// What every backend must have, and nothing else.
const Bare = struct {
    pub fn count(_: *const Bare) tarray.Error!i32 {
        return 1;
    }
    pub fn allocate(_: *const Bare, _: i32, _: usize, _: i64) tarray.Error!?*anyopaque {
        return null;
    }
    pub fn free(_: *const Bare, _: i32, _: *anyopaque, _: usize, _: i64) void {}
    pub fn copy(_: *const Bare, _: *const tarray.Place, _: *const tarray.Place, _: usize, _: i64) tarray.Error!void {}
    pub fn synchronize(_: *const Bare, _: i32, _: i64) tarray.Error!void {}
};

test "what a backend leaves out has an answer" {
    var bare: Bare = .{};
    try tarray.registerDevice(shelf_type, &bare, null);
    const info = try shelf(-1).describe(null);
    try expectEqual(shelf(0), info.device());
    try expectEqualStrings("", info.name());
    try tarray.unregisterDevice(shelf_type, null);
}
