//! Who lets memory go that a tensor shares.
//!
//! When the call that got it succeeds, `release(context)` belongs to the library: it runs
//! exactly once, on any thread, when the last tensor over the memory is gone, or inside the call
//! if the elements were copied. When the call fails, it is still the caller's.

context: ?*anyopaque,
release: *const fn (context: ?*anyopaque) callconv(.c) void,
