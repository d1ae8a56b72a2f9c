//! Strided memory of somebody else, as a source.

const std = @import("std");
const c = @import("tarray_c");

const Device = @import("device.zig").Device;
const DType = @import("dtype.zig").DType;
const Owner = @import("Owner.zig");
const Reason = @import("provenance.zig").Reason;

const Memory = @This();

/// Address of element (0, …, 0); any alignment. `null` only if there are no elements. On a
/// device whose memory has handles instead of addresses, the handle.
data: ?*anyopaque,
/// Extents, in elements. Read during the call only.
shape: []const i64,
/// Distance between neighbours on each axis, in bytes, as many as extents; zero, negative and
/// odd ones are fine. `null`: C-contiguous. Read during the call only.
strides_bytes: ?[]const i64 = null,
dtype: DType,
device: Device = .cpu,
read_only: bool = false,
/// Elements are in the other byte order than this machine's.
byte_swapped: bool = false,
/// Elements smaller than a byte stand in a byte each (else packed).
subbyte_padded: bool = false,
/// Why it is no longer the source's own, if the elements were gathered, moved or computed for this
/// call: it is then taken over as the copy that it is. For `asarray`.
made: Reason = .none,
/// `null`: the memory outlives every tensor over it.
owner: ?Owner = null,

pub fn raw(self: Memory) c.ta_memory {
    var made = std.mem.zeroes(c.ta_memory);
    made.data = self.data;
    made.shape = self.shape.ptr;
    if (self.strides_bytes) |strides| {
        std.debug.assert(strides.len == self.shape.len);
        made.strides_bytes = strides.ptr;
    }
    made.dtype = self.dtype.raw();
    made.device = self.device.raw();
    made.ndim = @intCast(self.shape.len);
    if (self.read_only) made.flags |= c.TA_MEMORY_READ_ONLY;
    if (self.byte_swapped) made.flags |= c.TA_MEMORY_BYTE_SWAPPED;
    if (self.subbyte_padded) made.flags |= c.TA_MEMORY_SUBBYTE_PADDED;
    if (self.owner) |owner| {
        made.owner = owner.context;
        made.release = owner.release;
    }
    return made;
}
