//! Elements that stand in memory as nested arrays: `f32`, `[3]f32`, `[2][3]f32`, …

const dtype = @import("dtype.zig");

/// Whether a `T` is an element, or an array of such.
pub fn isBlock(comptime T: type) bool {
    if (dtype.isElement(T)) return true;
    return switch (@typeInfo(T)) {
        .array => |array| isBlock(array.child),
        else => false,
    };
}

/// The layout of a `T`, which `isBlock`.
pub fn Block(comptime T: type) type {
    if (dtype.isElement(T)) return struct {
        pub const Element = T;
        pub const rank = 0;
        pub const shape: [0]i64 = .{};
        pub const strides_bytes: [0]i64 = .{};
    };
    const array = @typeInfo(T).array;
    const Row = Block(array.child);
    return struct {
        pub const Element = Row.Element;
        pub const rank = 1 + Row.rank;
        pub const shape: [rank]i64 = .{array.len} ++ Row.shape;
        // Not the product of the inner extents: a sentinel makes an array longer than it says.
        pub const strides_bytes: [rank]i64 = .{@sizeOf(array.child)} ++ Row.strides_bytes;
    };
}
