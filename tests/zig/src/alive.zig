//! Nothing outlives a test.

const std = @import("std");
const tarray = @import("tarray");

/// To be deferred first, so that it runs last.
pub fn expectNone() void {
    const count = tarray.liveTensors();
    if (count != 0) std.debug.panic("{d} tensors are still alive", .{count});
    const nodes = tarray.liveNodes();
    if (nodes != 0) std.debug.panic("{d} nodes are still alive", .{nodes});
}
