//! Bytes of somebody else, as a source: grouped by the size of the requested dtype.

const std = @import("std");
const c = @import("tarray_c");

const Owner = @import("Owner.zig");

const Buffer = @This();

bytes: []const u8,
/// Whether the bytes may be written to: true promises that they are no constant.
writable: bool,
/// `null`: the bytes outlive every tensor over them.
owner: ?Owner = null,

/// Bytes that nobody may write to.
pub fn readOnly(bytes: []const u8) Buffer {
    return .{ .bytes = bytes, .writable = false };
}

/// Bytes that tensors may write to.
pub fn readWrite(bytes: []u8) Buffer {
    return .{ .bytes = bytes, .writable = true };
}

pub fn raw(self: Buffer) c.ta_buffer {
    var made = std.mem.zeroes(c.ta_buffer);
    made.data = @constCast(self.bytes.ptr);
    made.size_bytes = self.bytes.len;
    if (!self.writable) made.flags |= c.TA_MEMORY_READ_ONLY;
    if (self.owner) |owner| {
        made.owner = owner.context;
        made.release = owner.release;
    }
    return made;
}
