//! The hub: any array in, one handle.

const c = @import("tarray_c");

const Diagnostics = @import("Diagnostics.zig");
const Error = @import("status.zig").Error;
const Options = @import("options.zig").Options;
const Scratch = @import("source.zig").Scratch;
const Tensor = @import("Tensor.zig");
const check = @import("status.zig").check;
const describe = @import("source.zig").describe;
const dlpack = @import("dlpack.zig");
const number = @import("source.zig").number;

/// Makes a tensor of anything: shares the source's memory if that is possible, else copies.
///
/// What has an address is shared, and must outlive every tensor over it:
///
/// - a slice or a pointer to an array of elements, of any rank; read-only if it points to const
/// - a pointer to one element: 0-d
/// - a `Memory` or `Buffer`, with an owner or without
/// - a `Tensor`, or a pointer to one
/// - a DLPack tensor of either version, by pointer: taken if the call succeeds, else still the
///   caller's
///
/// Values are copied: a number, an array by value, and as a sequence to any depth a tuple, or a
/// slice or array of anything else on this list. A `c.ta_source` is passed on as it is.
pub fn asarray(source: anytype, options: Options, diagnostics: ?*Diagnostics) Error!Tensor {
    const T = @TypeOf(source);
    if (T == comptime_int or T == comptime_float)
        return take(number(source), options, diagnostics);
    var scratch: Scratch(T) = undefined;
    return take(describe(T, &source, &scratch), options, diagnostics);
}

fn take(source: c.ta_source, options: Options, diagnostics: ?*Diagnostics) Error!Tensor {
    const request = options.raw();
    var out: ?*c.ta_tensor = null;
    try check(c.ta_asarray(&source, &request, &out, Diagnostics.pointer(diagnostics)));
    return .{ .handle = out.? };
}

/// Makes a tensor of a DLPack tensor of either version: taken if the call succeeds, else still
/// the caller's and untouched.
pub fn fromDlpack(managed: anytype, options: Options, diagnostics: ?*Diagnostics) Error!Tensor {
    const request = options.raw();
    const err = Diagnostics.pointer(diagnostics);
    var out: ?*c.ta_tensor = null;
    try check(switch (@TypeOf(managed)) {
        *dlpack.ManagedTensorVersioned => c.ta_from_dlpack(managed, &request, &out, err),
        *dlpack.ManagedTensor => c.ta_from_dlpack_legacy(managed, &request, &out, err),
        else => |T| @compileError("not a managed tensor of DLPack: " ++ @typeName(T)),
    });
    return .{ .handle = out.? };
}
