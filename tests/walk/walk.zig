//! The walk of walk.h in Zig, over the package in bindings/zig.
//!
//! One command builds it (stripped, since debug information triples the time it takes), with PREFIX the dist folder and OUT where the library goes:
//!
//!     zig build-lib -dynamic -Osafe -fstrip -lc \
//!         --dep tarray -Mroot=tests/walk/walk.zig \
//!         --dep tarray_c -Mtarray=PREFIX/zig/src/tarray.zig \
//!         -Mtarray_c=PREFIX/include/tarray.zig \
//!         -LPREFIX/lib -ltarray -rpath PREFIX/lib -femit-bin=OUT/libwalk_zig.so

const std = @import("std");
const tarray = @import("tarray");

const Managed = tarray.dlpack.ManagedTensorVersioned;
const Say = *const fn (ctx: ?*anyopaque, line: [*:0]const u8) callconv(.c) void;

/// What step 3 writes: WALK_VALUE.
const value = 4;
/// Bytes of a line, the terminating NUL included: WALK_REPR_SIZE.
const line_size = 4096;

export fn walk_zig(
    lent: *Managed,
    shared: **Managed,
    converted: **Managed,
    say: Say,
    ctx: ?*anyopaque,
) c_int {
    const expected = @intFromPtr(lent.dl_tensor.data) + lent.dl_tensor.byte_offset;
    const writable = lent.flags & tarray.dlpack.read_only == 0;
    const tensor = tarray.fromDlpack(lent, .{ .copy = .never }, null) catch return 1;
    defer tensor.deinit();
    const walk: Walk = .{
        .shared = tensor,
        .expected = expected,
        .writable = writable,
        .say = say,
        .ctx = ctx,
    };
    walk.look() catch return 2;
    walk.touch() catch return 3;
    const other = walk.convert() catch return 4;
    defer other.deinit();
    walk.refuse() catch return 5;
    const loans = walk.lend(other) catch return 6;
    shared.*, converted.* = loans;
    return 0;
}

const Walk = struct {
    shared: tarray.Tensor,
    /// Where element 0 must be, if it exists.
    expected: usize,
    writable: bool,
    say: Say,
    ctx: ?*anyopaque,

    fn look(self: Walk) !void {
        if (self.hasElement()) try expect(@intFromPtr(self.shared.data()) == self.expected);
        try expectProvenance(self.shared, .{ .origin = .dlpack, .aliased = true, .reason = .none });
        try expect(self.shared.isReadOnly() == !self.writable);
        try self.tell("shared: {f} from {f}, {s}", .{
            self.shared.dtype(),
            self.shared.provenance().origin,
            if (self.writable) "writable" else "read-only",
        });
        try self.tellRepr(self.shared);
    }

    fn touch(self: Walk) !void {
        if (self.hasElement()) _ = try self.firstItem();
        if (!self.writable) {
            try expect(self.shared.mutableData() == null);
            try self.tell("element 0: read-only", .{});
        } else if (!self.hasElement()) {
            try self.tell("element 0: there is none", .{});
        } else {
            try self.writeValue();
            try expect(isTheValue(try self.firstItem()));
            try self.tell("element 0: written", .{});
        }
    }

    /// Overwrites element 0 through the bare pointer, as a kernel would.
    fn writeValue(self: Walk) !void {
        const dtype = self.shared.dtype();
        const number = try tarray.asarray(value, .{ .dtype = dtype }, null);
        defer number.deinit();
        const from: [*]const u8 = @ptrCast(number.data().?);
        const to: [*]u8 = @ptrCast(self.shared.mutableData() orelse return error.Unexpected);
        @memcpy(to[0..dtype.size()], from);
    }

    fn convert(self: Walk) !tarray.Tensor {
        const other = try tarray.asarray(self.shared, .{ .dtype = self.target() }, null);
        errdefer other.deinit();
        try expect(other.dtype().eql(self.target()));
        if (self.hasElement()) try expect(@intFromPtr(other.data()) != self.expected);
        try expectProvenance(other, .{ .origin = .tensor, .aliased = false, .reason = .dtype });
        try expect(!other.isReadOnly());
        const provenance = other.provenance();
        try self.tell("converted: {f} from {f}, copied because {f}", .{
            other.dtype(), provenance.origin, provenance.reason,
        });
        try self.tellRepr(other);
        return other;
    }

    fn refuse(self: Walk) !void {
        var why: tarray.Diagnostics = .{};
        const never: tarray.Options = .{ .dtype = self.target(), .copy = .never };
        if (tarray.asarray(self.shared, never, &why)) |unexpected| {
            unexpected.deinit();
            return error.Unexpected;
        } else |err| try expect(err == error.CannotAlias);
        try expect(why.status() == tarray.c.TA_ERR_CANNOT_ALIAS);
        try self.tell("refused: {s}", .{why.message()});
    }

    fn lend(self: Walk, other: tarray.Tensor) !struct { *Managed, *Managed } {
        const first = try self.shared.toDlpack(.{}, null);
        errdefer tarray.dlpack.release(first);
        const tensor = first.dl_tensor;
        const element = @intFromPtr(tensor.data) + tensor.byte_offset;
        if (self.hasElement()) try expect(element == self.expected);
        try expect((first.flags & tarray.dlpack.read_only == 0) == self.writable);
        const second = try other.toDlpack(.{}, null);
        errdefer tarray.dlpack.release(second);
        try self.tell("lent: both", .{});
        return .{ first, second };
    }

    fn hasElement(self: Walk) bool {
        return self.shared.numel() > 0;
    }

    fn firstItem(self: Walk) !tarray.Scalar {
        const origin: [tarray.c.TA_MAX_NDIM]i64 = @splat(0);
        return self.shared.item(origin[0..self.shared.rank()], null);
    }

    /// The dtype that step 4 converts to.
    fn target(self: Walk) tarray.DType {
        const source = self.shared.dtype();
        if (source.eql(.complex128)) return .complex64;
        if (source.code == .complex) return .complex128;
        return if (source.eql(.float64)) .float32 else .float64;
    }

    fn tell(self: Walk, comptime format: []const u8, arguments: anytype) !void {
        var line: [line_size]u8 = undefined;
        self.say(self.ctx, try std.fmt.bufPrintSentinel(&line, format, arguments, 0));
    }

    fn tellRepr(self: Walk, tensor: tarray.Tensor) !void {
        const gpa = std.heap.c_allocator;
        const text = try tensor.repr(gpa, .{}, null);
        defer gpa.free(text);
        try self.tell("{s}", .{text[0..@min(text.len, line_size - 1)]});
    }
};

fn isTheValue(item: tarray.Scalar) bool {
    return switch (item) {
        .bool => |seen| seen,
        .int => |seen| seen == value,
        .uint => |seen| seen == value,
        .float => |seen| seen == value,
        .complex => |seen| seen.re == value and seen.im == 0,
    };
}

fn expectProvenance(tensor: tarray.Tensor, provenance: tarray.Provenance) !void {
    try expect(std.meta.eql(tensor.provenance(), provenance));
}

fn expect(ok: bool) error{Unexpected}!void {
    if (!ok) return error.Unexpected;
}
