//! Typed, const-correct access to a tensor's elements, with a rank known to the compiler.

const std = @import("std");
const c = @import("tarray_c");

const Device = @import("device.zig").Device;
const dtypeOf = @import("dtype.zig").dtypeOf;

/// Why a tensor cannot be seen as asked.
pub const ViewError = error{
    /// Only a `ConstView` can be had.
    ReadOnly,
    /// An address is no multiple of the type's alignment: copy the tensor, or go by bytes.
    Unaligned,
    DType,
    Rank,
    /// This processor cannot read the memory through its address.
    Device,
};

/// Elements that may be read and written.
pub fn View(comptime T: type, comptime rank: usize) type {
    return Strided([*]T, rank);
}

/// Elements that may be read.
pub fn ConstView(comptime T: type, comptime rank: usize) type {
    return Strided([*]const T, rank);
}

fn Strided(comptime Pointer: type, comptime rank: usize) type {
    const T = std.meta.Child(Pointer);
    const is_const = @typeInfo(Pointer).pointer.attrs.@"const";
    return struct {
        /// Element (0, …, 0).
        data: Pointer,
        shape: [rank]usize,
        /// Distance between neighbours on each axis, in elements, of either sign.
        strides: [rank]isize,

        const Self = @This();

        /// The element at `index`, as in `at(.{ 1, 2 })`.
        pub fn at(self: Self, index: [rank]usize) T {
            return self.ptr(index).*;
        }

        /// Overwrites the element at `index`.
        pub fn set(self: Self, index: [rank]usize, value: T) void {
            self.ptr(index).* = value;
        }

        /// Where the element at `index` is.
        pub fn ptr(self: Self, index: [rank]usize) if (is_const) *const T else *T {
            var offset: isize = 0;
            for (index, self.shape, self.strides) |position, extent, stride| {
                std.debug.assert(position < extent);
                offset += @as(isize, @intCast(position)) * stride;
            }
            return if (offset < 0) &(self.data - @abs(offset))[0] else &self.data[@intCast(offset)];
        }

        /// All elements in C order, if they stand one after another; else `null`.
        pub fn slice(self: Self) ?(if (is_const) []const T else []T) {
            var count: usize = 1;
            for (0..rank) |back| {
                const axis = rank - 1 - back;
                const steps = self.shape[axis] > 1 and self.strides[axis] != count;
                if (steps and !self.isEmpty()) return null;
                count *= self.shape[axis];
            }
            return self.data[0..count];
        }

        /// Whether there are no elements.
        pub fn isEmpty(self: Self) bool {
            return std.mem.findScalar(usize, &self.shape, 0) != null;
        }

        /// The same elements, to be read only.
        pub fn toConst(self: Self) ConstView(T, rank) {
            return .{ .data = self.data, .shape = self.shape, .strides = self.strides };
        }
    };
}

/// Sees what `info` describes through `Pointer`, if that is right.
pub fn of(
    comptime Pointer: type,
    comptime rank: usize,
    info: c.ta_info,
) ViewError!Strided(Pointer, rank) {
    const T = std.meta.Child(Pointer);
    const writes = !@typeInfo(Pointer).pointer.attrs.@"const";
    if (!dtypeOf(T).eql(.fromRaw(info.dtype))) return error.DType;
    if (info.ndim != rank) return error.Rank;
    if (!Device.fromRaw(info.device).isHostReadable()) return error.Device;
    if (writes and info.flags & c.TA_TENSOR_READ_ONLY != 0) return error.ReadOnly;
    var seen: Strided(Pointer, rank) = .{
        .data = try elements(Pointer, info),
        .shape = undefined,
        .strides = undefined,
    };
    for (&seen.shape, &seen.strides, 0..) |*extent, *stride, axis| {
        extent.* = @intCast(info.shape[axis]);
        stride.* = @intCast(info.strides[axis]);
    }
    return seen;
}

fn elements(comptime Pointer: type, info: c.ta_info) error{Unaligned}!Pointer {
    const alignment = @alignOf(std.meta.Child(Pointer));
    // Without elements there may be no address, and none is looked at.
    if (info.numel == 0) return @ptrFromInt(alignment);
    if (!std.mem.isAligned(@intFromPtr(info.data), alignment)) return error.Unaligned;
    return @ptrCast(@alignCast(info.data.?));
}
