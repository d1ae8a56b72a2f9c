//! What a host needs to look after the library.

const std = @import("std");
const c = @import("tarray_c");

const Error = @import("status.zig").Error;
const check = @import("status.zig").check;

/// The version of the library, like `0.1.0`.
pub fn version() [:0]const u8 {
    return std.mem.span(c.ta_version());
}

/// The ABI number of the library, to be compared with `abi_version`, that of this wrapper.
pub fn abiVersion() i32 {
    return c.ta_abi_version();
}

/// How many tensors are alive in this copy of the library: zero when nothing leaks.
pub fn liveTensors() usize {
    return c.ta_live_tensors();
}

/// How many recorded operations are alive in this copy of the library: zero when nothing leaks.
pub fn liveNodes() usize {
    return c.ta_live_nodes();
}

/// Sets how many threads one large copy may use; 0: as many as the process has cores.
pub fn setNumThreads(count: u31) Error!void {
    try check(c.ta_set_num_threads(count));
}
