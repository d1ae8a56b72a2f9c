//! The reason behind an error, in words.
//!
//! Pass `&diagnostics` to a call, or `null` to go without. It is written only when that call
//! fails, and may be used again for many calls.

const std = @import("std");
const c = @import("tarray_c");

const Diagnostics = @This();

raw: c.ta_error = empty: {
    var raw = std.mem.zeroes(c.ta_error);
    raw.struct_size = @sizeOf(c.ta_error);
    break :empty raw;
},

/// The status of the last failure; 0 if there was none.
pub fn status(self: *const Diagnostics) c.ta_status {
    return self.raw.status;
}

/// What was wrong, in lower case and without a full stop; empty if nothing was.
pub fn message(self: *const Diagnostics) []const u8 {
    const bytes: *const [c.TA_MESSAGE_SIZE]u8 = @ptrCast(&self.raw.message);
    return std.mem.sliceTo(bytes, 0);
}

/// Prints `TA_ERR_DTYPE: …` through `{f}`.
pub fn format(self: Diagnostics, writer: *std.Io.Writer) std.Io.Writer.Error!void {
    try writer.print("{s}: {s}", .{ c.ta_status_name(self.status()), self.message() });
}

/// What a C function takes as its last argument.
pub fn pointer(diagnostics: ?*Diagnostics) ?*c.ta_error {
    return if (diagnostics) |d| &d.raw else null;
}
