//! Gradients flow through operations of the library and of the host.

const std = @import("std");
const tarray = @import("tarray");
const alive = @import("alive.zig");
const expect = std.testing.expect;
const expectEqual = std.testing.expectEqual;
const expectEqualStrings = std.testing.expectEqualStrings;
const expectError = std.testing.expectError;

const Tensor = tarray.Tensor;

fn leaf(values: anytype) !Tensor {
    return tarray.asarray(values, .{ .dtype = .float64, .requires_grad = .yes }, null);
}

fn expectGrad(tensor: Tensor, want: []const f64) !void {
    const grad = tensor.grad() orelse return error.NoGradient;
    defer grad.deinit();
    try expectEqual(want.len, grad.numel());
    for (want, 0..) |value, index| {
        const item = try grad.item(&.{@intCast(index)}, null);
        try expectEqual(value, item.float);
    }
}

test "operators have histories" {
    defer alive.expectNone();
    const x = try leaf(.{ 1, 2 });
    defer x.deinit();
    const y = try leaf(.{ 3, 4 });
    defer y.deinit();
    const product = try x.mul(y, null);
    defer product.deinit();
    const negative = try x.neg(null);
    defer negative.deinit();
    const difference = try product.sub(negative, null);
    defer difference.deinit();
    const total = try difference.add(y, null);
    defer total.deinit();
    const loss = try total.sum(.{}, null);
    defer loss.deinit();
    try expect(loss.requiresGrad() and !loss.isLeaf() and x.isLeaf());
    try expectEqual(null, x.grad());

    try loss.backward(.{}, null);

    try expectGrad(x, &.{ 4, 5 });
    try expectGrad(y, &.{ 2, 3 });
    try expectError(error.Grad, loss.backward(.{}, null));
    const rows = try total.sum(.{ .axes = &.{-1}, .keep = true }, null);
    defer rows.deinit();
    try expectEqual(1, rows.rank());
}

/// x * x, computed by the host. Its data lives on the heap until the library lets it go.
const Square = struct {
    x: Tensor,
    drops: *usize,

    fn of(x: Tensor, drops: *usize) !Tensor {
        const detached = try x.detach(null);
        defer detached.deinit();
        const squared = try detached.mul(detached, null);
        defer squared.deinit();
        const self = try std.testing.allocator.create(Square);
        self.* = .{ .x = x.share(), .drops = drops };
        errdefer self.deinit();
        return tarray.record("SquareBackward0", .{x}, squared, self, null);
    }

    pub fn backward(
        self: *Square,
        gradient: Tensor,
        gradients: tarray.Gradients,
        diagnostics: *tarray.Diagnostics,
    ) tarray.Error!void {
        const twice = try self.x.add(self.x, diagnostics);
        defer twice.deinit();
        gradients.set(0, try gradient.mul(twice, diagnostics));
    }

    pub fn deinit(self: *Square) void {
        self.drops.* += 1;
        self.x.deinit();
        std.testing.allocator.destroy(self);
    }
};

test "an operation of the host is differentiated, and let go once" {
    defer alive.expectNone();
    var drops: usize = 0;
    const x = try leaf(.{ 1, 2, 3 });
    defer x.deinit();
    {
        const squared = try Square.of(x, &drops);
        defer squared.deinit();
        const fourth = try Square.of(squared, &drops);
        defer fourth.deinit();
        const ones = try tarray.asarray(.{ 1, 1, 1 }, .{ .dtype = .float64 }, null);
        defer ones.deinit();

        try fourth.backward(.{ .gradient = ones, .retain_graph = true }, null);
        try expectGrad(x, &.{ 4, 32, 108 });
        try expectEqual(0, drops);
        try fourth.backward(.{ .gradient = ones }, null);
        try expectGrad(x, &.{ 8, 64, 216 });
        try expectEqual(2, drops);
    }
    const before = tarray.setGradEnabled(false);
    const plain = try Square.of(x, &drops);
    _ = tarray.setGradEnabled(before);
    defer plain.deinit();
    try expect(before and tarray.gradEnabled() and plain.isLeaf() and !plain.requiresGrad());
    try expectEqual(3, drops);
}

/// Fails with what the library says of a wrong dtype.
const Failing = struct {
    drops: usize = 0,

    pub fn backward(
        _: *Failing,
        gradient: Tensor,
        gradients: tarray.Gradients,
        diagnostics: *tarray.Diagnostics,
    ) tarray.Error!void {
        gradients.set(0, gradient.share());
        gradients.set(7, gradient.share());
        const truth = try tarray.asarray(.{true}, .{}, diagnostics);
        defer truth.deinit();
        const unreachable_result = try truth.neg(diagnostics);
        unreachable_result.deinit();
    }

    pub fn deinit(self: *Failing) void {
        self.drops += 1;
    }
};

test "a failure of the host is that of the pass, in its own words" {
    defer alive.expectNone();
    var failing: Failing = .{};
    var why: tarray.Diagnostics = .{};
    {
        const x = try leaf(2.5);
        defer x.deinit();
        const integers = try tarray.asarray(.{1}, .{}, null);
        defer integers.deinit();
        try expectError(
            error.Grad,
            tarray.record("FailingBackward0", .{x}, integers, &failing, null),
        );
        try expectEqual(0, failing.drops);
        const y = try tarray.record("FailingBackward0", .{x}, x, &failing, null);
        defer y.deinit();

        try expectError(error.DType, y.backward(.{}, &why));
        try expectEqualStrings(
            "FailingBackward0: negation is not defined for tensors of dtype bool",
            why.message(),
        );
        try expectEqual(null, x.grad());
    }
    try expectEqual(1, failing.drops);
}

test "the graph can be walked" {
    defer alive.expectNone();
    const x = try leaf(.{ 1, 2 });
    defer x.deinit();
    const negative = try x.neg(null);
    defer negative.deinit();
    const sum = try negative.add(x, null);
    defer sum.deinit();
    const node = sum.gradFn().?;
    defer node.deinit();

    try expectEqualStrings("AddBackward0", node.name());
    try expectEqual(2, node.inputCount());
    const next = node.input(0).node;
    defer next.deinit();
    try expectEqualStrings("NegBackward0", next.name());
    try expect(node.input(1) == .leaf and node.input(2) == .none);
    try expectEqual(null, x.gradFn());
    const again = node.share();
    again.deinit();
}

test "flags and gradients can be set" {
    defer alive.expectNone();
    const x = try tarray.asarray(.{ 1, 2 }, .{ .dtype = .float32 }, null);
    defer x.deinit();
    try x.setRequiresGrad(true, null);
    try expect(x.requiresGrad());
    const negative = try x.neg(null);
    defer negative.deinit();
    try expectError(error.Grad, negative.setRequiresGrad(false, null));
    const detached = try negative.detach(null);
    defer detached.deinit();
    try x.setGrad(detached, null);
    try expectGrad(x, &.{ -1, -2 });
    try x.setGrad(null, null);
    try expectEqual(null, x.grad());
    try expectError(error.Grad, x.setGrad(negative, null));
}
