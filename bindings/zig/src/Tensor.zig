//! A tensor: facts, and a share in the memory they describe.
//!
//! One `Tensor` is one share: `deinit` gives it up, `share` takes another. Facts never change,
//! so what they point to is valid as long as the share is. Shares may be used by many threads.

const std = @import("std");
const c = @import("tarray_c");

const Device = @import("device.zig").Device;
const Diagnostics = @import("Diagnostics.zig");
const DType = @import("dtype.zig").DType;
const Error = @import("status.zig").Error;
const ExportOptions = @import("options.zig").ExportOptions;
const Node = @import("Node.zig");
const Options = @import("options.zig").Options;
const Provenance = @import("provenance.zig").Provenance;
const ReprOptions = @import("options.zig").ReprOptions;
const Scalar = @import("scalar.zig").Scalar;
const check = @import("status.zig").check;
const dlpack = @import("dlpack.zig");
const strided = @import("strided.zig");

const Tensor = @This();

handle: *c.ta_tensor,

/// Gives the share up; the last one lets the memory go, on this thread.
pub fn deinit(self: Tensor) void {
    c.ta_release(self.handle);
}

/// Another share in the same tensor, with a `deinit` of its own.
pub fn share(self: Tensor) Tensor {
    return .{ .handle = c.ta_retain(self.handle).? };
}

// Facts

/// Everything there is to know, in one call.
pub fn info(self: Tensor) c.ta_info {
    var out = std.mem.zeroes(c.ta_info);
    out.struct_size = @sizeOf(c.ta_info);
    // Of a live handle and a struct of this size, nothing can go wrong.
    check(c.ta_describe(self.handle, &out, null)) catch unreachable;
    return out;
}

pub fn dtype(self: Tensor) DType {
    return .fromRaw(c.ta_dtype_of(self.handle));
}

pub fn device(self: Tensor) Device {
    return .fromRaw(c.ta_device_of(self.handle));
}

/// Extents, in elements: as many as axes.
pub fn shape(self: Tensor) []const i64 {
    return c.ta_shape(self.handle)[0..self.rank()];
}

/// Distance between neighbours on each axis, in elements, of either sign.
pub fn strides(self: Tensor) []const i64 {
    return c.ta_strides(self.handle)[0..self.rank()];
}

/// Number of axes.
pub fn rank(self: Tensor) usize {
    return @intCast(c.ta_ndim(self.handle));
}

/// Number of elements.
pub fn numel(self: Tensor) usize {
    return @intCast(c.ta_numel(self.handle));
}

/// Whether nobody may write through this tensor.
pub fn isReadOnly(self: Tensor) bool {
    return c.ta_is_read_only(self.handle) != 0;
}

/// Whether the elements stand one after another in C order.
pub fn isContiguous(self: Tensor) bool {
    return c.ta_is_contiguous(self.handle) != 0;
}

pub fn requiresGrad(self: Tensor) bool {
    return c.ta_requires_grad(self.handle) != 0;
}

/// Whether no recorded operation made it.
pub fn isLeaf(self: Tensor) bool {
    return c.ta_is_leaf(self.handle) != 0;
}

/// How the tensor came about.
pub fn provenance(self: Tensor) Provenance {
    return .fromRaw(self.info().provenance);
}

// Elements

/// Address of element (0, …, 0) for reading, or the device's handle. May be `null` if there are
/// no elements.
pub fn data(self: Tensor) ?*const anyopaque {
    return c.ta_data(self.handle);
}

/// As `data`, for writing: `null` also if the tensor is read-only.
pub fn mutableData(self: Tensor) ?*anyopaque {
    return c.ta_mutable_data(self.handle);
}

/// Typed access for reading and writing, valid as long as the share is.
pub fn view(
    self: Tensor,
    comptime T: type,
    comptime axes: usize,
) strided.ViewError!strided.View(T, axes) {
    return strided.of([*]T, axes, self.info());
}

/// Typed access for reading, valid as long as the share is.
pub fn constView(
    self: Tensor,
    comptime T: type,
    comptime axes: usize,
) strided.ViewError!strided.ConstView(T, axes) {
    return strided.of([*]const T, axes, self.info());
}

/// One element, as a number; `index` has a position for each axis.
pub fn item(self: Tensor, index: []const i64, diagnostics: ?*Diagnostics) Error!Scalar {
    std.debug.assert(index.len == self.rank());
    var out: c.ta_scalar = undefined;
    try check(c.ta_item(self.handle, index.ptr, &out, Diagnostics.pointer(diagnostics)));
    return Scalar.fromRaw(out) orelse error.Unsupported;
}

/// Writes one number to every element.
pub fn fill(self: Tensor, value: anytype, diagnostics: ?*Diagnostics) Error!void {
    const scalar = Scalar.of(value).raw();
    try check(c.ta_fill(self.handle, &scalar, Diagnostics.pointer(diagnostics)));
}

/// Overwrites the elements with those of `source`, converting and broadcasting.
pub fn copyFrom(self: Tensor, source: Tensor, diagnostics: ?*Diagnostics) Error!void {
    try check(c.ta_copy_into(self.handle, source.handle, Diagnostics.pointer(diagnostics)));
}

// Other tensors

/// A copy in memory of its own.
pub fn copy(self: Tensor, options: Options, diagnostics: ?*Diagnostics) Error!Tensor {
    const request = options.raw();
    var out: ?*c.ta_tensor = null;
    try check(c.ta_copy(self.handle, &request, &out, Diagnostics.pointer(diagnostics)));
    return .{ .handle = out.? };
}

/// A tensor over part of this one's memory: any layout that stays inside it. `steps` are in
/// elements, as many as extents, and `null` is C-contiguous; `offset` counts elements too.
pub fn asStrided(
    self: Tensor,
    extents: []const i64,
    steps: ?[]const i64,
    offset: i64,
    diagnostics: ?*Diagnostics,
) Error!Tensor {
    if (steps) |given| std.debug.assert(given.len == extents.len);
    var out: ?*c.ta_tensor = null;
    try check(c.ta_view(
        self.handle,
        @intCast(extents.len),
        extents.ptr,
        if (steps) |given| given.ptr else null,
        offset,
        &out,
        Diagnostics.pointer(diagnostics),
    ));
    return .{ .handle = out.? };
}

// Operations, recorded where an operand requires a gradient

/// The sum of two tensors, broadcast; of the dtype that holds both.
pub fn add(self: Tensor, other: Tensor, diagnostics: ?*Diagnostics) Error!Tensor {
    return binary(c.ta_add, self, other, diagnostics);
}

/// The difference; as `add`.
pub fn sub(self: Tensor, other: Tensor, diagnostics: ?*Diagnostics) Error!Tensor {
    return binary(c.ta_sub, self, other, diagnostics);
}

/// The product; as `add`.
pub fn mul(self: Tensor, other: Tensor, diagnostics: ?*Diagnostics) Error!Tensor {
    return binary(c.ta_mul, self, other, diagnostics);
}

fn binary(
    comptime operation: anytype,
    a: Tensor,
    b: Tensor,
    diagnostics: ?*Diagnostics,
) Error!Tensor {
    var out: ?*c.ta_tensor = null;
    try check(operation(a.handle, b.handle, &out, Diagnostics.pointer(diagnostics)));
    return .{ .handle = out.? };
}

/// The other sign.
pub fn neg(self: Tensor, diagnostics: ?*Diagnostics) Error!Tensor {
    var out: ?*c.ta_tensor = null;
    try check(c.ta_neg(self.handle, &out, Diagnostics.pointer(diagnostics)));
    return .{ .handle = out.? };
}

pub const SumOptions = struct {
    /// Negative ones count from the back; none: all.
    axes: []const i64 = &.{},
    /// Whether they stay, with extent 1.
    keep: bool = false,
};

/// The sum of all elements, or along some axes.
pub fn sum(self: Tensor, options: SumOptions, diagnostics: ?*Diagnostics) Error!Tensor {
    const err = Diagnostics.pointer(diagnostics);
    const axes = options.axes;
    var out: ?*c.ta_tensor = null;
    try check(c.ta_sum(self.handle, axes.ptr, axes.len, @intFromBool(options.keep), &out, err));
    return .{ .handle = out.? };
}

// Gradients

/// Changes whether a leaf requires a gradient.
pub fn setRequiresGrad(self: Tensor, wanted: bool, diagnostics: ?*Diagnostics) Error!void {
    const err = Diagnostics.pointer(diagnostics);
    try check(c.ta_set_requires_grad(self.handle, @intFromBool(wanted), err));
}

/// A share in the gradient that has arrived at this leaf. A later pass makes another one.
pub fn grad(self: Tensor) ?Tensor {
    return .{ .handle = c.ta_grad(self.handle) orelse return null };
}

/// Replaces the gradient of a leaf; `null` clears it.
pub fn setGrad(self: Tensor, gradient: ?Tensor, diagnostics: ?*Diagnostics) Error!void {
    const handle = if (gradient) |given| given.handle else null;
    try check(c.ta_set_grad(self.handle, handle, Diagnostics.pointer(diagnostics)));
}

/// The operation that made it; `null` for a leaf.
pub fn gradFn(self: Tensor) ?Node {
    return .{ .handle = c.ta_grad_fn(self.handle) orelse return null };
}

/// Another handle over the same memory, without a history.
pub fn detach(self: Tensor, diagnostics: ?*Diagnostics) Error!Tensor {
    var out: ?*c.ta_tensor = null;
    try check(c.ta_detach(self.handle, &out, Diagnostics.pointer(diagnostics)));
    return .{ .handle = out.? };
}

pub const BackwardOptions = struct {
    /// The gradient of the final result with respect to this tensor; `null` is 1, for one real element.
    gradient: ?Tensor = null,
    /// Whether there may be another pass.
    retain_graph: bool = false,
};

/// Computes the gradients with respect to all leaves that this was computed from, and adds them to
/// theirs: all, or on failure none.
pub fn backward(self: Tensor, options: BackwardOptions, diagnostics: ?*Diagnostics) Error!void {
    const err = Diagnostics.pointer(diagnostics);
    const gradient = if (options.gradient) |given| given.handle else null;
    try check(c.ta_backward(self.handle, gradient, @intFromBool(options.retain_graph), err));
}

// Out

/// Lends the memory as DLPack. The loan keeps it alive by itself: `dlpack.release` it once, or
/// hand it to a consumer that will.
pub fn toDlpack(
    self: Tensor,
    options: ExportOptions,
    diagnostics: ?*Diagnostics,
) Error!*dlpack.ManagedTensorVersioned {
    const request = options.raw();
    var out: ?*dlpack.ManagedTensorVersioned = null;
    try check(c.ta_to_dlpack(self.handle, &request, &out, Diagnostics.pointer(diagnostics)));
    return out.?;
}

/// As `toDlpack`, in the struct from before DLPack 1.0. It has no flags, so a read-only tensor
/// is refused: the consumer could not be told.
pub fn toDlpackLegacy(
    self: Tensor,
    options: ExportOptions,
    diagnostics: ?*Diagnostics,
) Error!*dlpack.ManagedTensor {
    const request = options.raw();
    var out: ?*dlpack.ManagedTensor = null;
    try check(c.ta_to_dlpack_legacy(self.handle, &request, &out, Diagnostics.pointer(diagnostics)));
    return out.?;
}

/// The tensor as PyTorch prints one; the caller frees the text.
pub fn repr(
    self: Tensor,
    gpa: std.mem.Allocator,
    options: ReprOptions,
    diagnostics: ?*Diagnostics,
) Error![:0]u8 {
    const style = options.raw();
    const err = Diagnostics.pointer(diagnostics);
    var length: usize = 0;
    try check(c.ta_repr(self.handle, &style, null, 0, &length, err));
    // Elements may change between two calls, and the length with them.
    while (true) {
        const text = try gpa.allocSentinel(u8, length, 0);
        errdefer gpa.free(text);
        try check(c.ta_repr(self.handle, &style, text.ptr, text.len + 1, &length, err));
        if (length == text.len) return text;
        gpa.free(text);
    }
}

/// Prints `tensor([1., 2.])` through `{f}`.
pub fn format(self: Tensor, writer: *std.Io.Writer) std.Io.Writer.Error!void {
    var buffer: [1024]u8 = undefined;
    var length: usize = 0;
    check(c.ta_repr(self.handle, null, &buffer, buffer.len, &length, null)) catch
        return error.WriteFailed;
    if (length < buffer.len) return writer.writeAll(buffer[0..length]);
    const gpa = std.heap.page_allocator;
    const text = self.repr(gpa, .{}, null) catch return error.WriteFailed;
    defer gpa.free(text);
    try writer.writeAll(text);
}
