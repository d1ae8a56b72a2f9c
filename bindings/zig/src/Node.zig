//! A recorded operation: what made a tensor that has a history.
//!
//! One `Node` is one share: `deinit` gives it up.

const std = @import("std");
const c = @import("tarray_c");

const Node = @This();

handle: *c.ta_node,

/// Where an input comes from.
pub const Input = union(enum) {
    /// It required no gradient.
    none,
    /// A leaf.
    leaf,
    /// Another operation: a share, to be given up.
    node: Node,
};

/// Gives the share up.
pub fn deinit(self: Node) void {
    c.ta_node_release(self.handle);
}

/// Another share in the same node, with a `deinit` of its own.
pub fn share(self: Node) Node {
    return .{ .handle = c.ta_node_retain(self.handle).? };
}

/// Its name, like `MulBackward0`, valid as long as the share is.
pub fn name(self: Node) [:0]const u8 {
    return std.mem.span(c.ta_node_name(self.handle));
}

/// How many inputs the operation has.
pub fn inputCount(self: Node) usize {
    return c.ta_node_num_inputs(self.handle);
}

/// Where an input comes from; `none` also if there is no such input.
pub fn input(self: Node, index: usize) Input {
    var next: ?*c.ta_node = null;
    return switch (c.ta_node_input(self.handle, index, &next)) {
        c.TA_INPUT_NODE => .{ .node = .{ .handle = next.? } },
        c.TA_INPUT_LEAF => .leaf,
        else => .none,
    };
}
