//! How a tensor came about.

const std = @import("std");
const c = @import("tarray_c");

pub const Provenance = struct {
    origin: Origin,
    /// Whether it shares the source's memory; else it has memory of its own.
    aliased: bool,
    /// Why it was copied.
    reason: Reason,
    /// Whether elements on a device went through memory of the host on their way.
    staged: bool = false,

    pub fn fromRaw(raw: c.ta_provenance) Provenance {
        return .{
            .origin = @fromBackingInt(raw.origin),
            .aliased = raw.aliased != 0,
            .reason = @fromBackingInt(raw.reason),
            .staged = raw.staged != 0,
        };
    }
};

/// What it was made from. Open: numbers without a name may arrive.
pub const Origin = enum(i32) {
    tensor = c.TA_ORIGIN_TENSOR,
    memory = c.TA_ORIGIN_MEMORY,
    numpy = c.TA_ORIGIN_NUMPY,
    dlpack = c.TA_ORIGIN_DLPACK,
    cuda_array_interface = c.TA_ORIGIN_CUDA_ARRAY_INTERFACE,
    buffer = c.TA_ORIGIN_BUFFER,
    array_interface = c.TA_ORIGIN_ARRAY_INTERFACE,
    scalar = c.TA_ORIGIN_SCALAR,
    sequence = c.TA_ORIGIN_SEQUENCE,
    _,

    /// Prints the library's name for it through `{f}`.
    pub fn format(self: Origin, writer: *std.Io.Writer) std.Io.Writer.Error!void {
        try writer.writeAll(std.mem.span(c.ta_origin_name(@backingInt(self))));
    }
};

/// Why it was copied. Open: numbers without a name may arrive.
pub const Reason = enum(i32) {
    /// It was not.
    none = c.TA_REASON_NONE,
    requested = c.TA_REASON_REQUESTED,
    dtype = c.TA_REASON_DTYPE,
    device = c.TA_REASON_DEVICE,
    byte_order = c.TA_REASON_BYTE_ORDER,
    stride_alignment = c.TA_REASON_STRIDE_ALIGNMENT,
    read_only = c.TA_REASON_READ_ONLY,
    not_contiguous = c.TA_REASON_NOT_CONTIGUOUS,
    /// A scalar or a sequence has no memory to share.
    not_memory = c.TA_REASON_NOT_MEMORY,
    /// Whoever was asked for the memory gave a copy of it.
    producer = c.TA_REASON_PRODUCER,
    /// An operation made it.
    computed = c.TA_REASON_COMPUTED,
    _,

    /// Prints the library's name for it through `{f}`; nothing for `none`.
    pub fn format(self: Reason, writer: *std.Io.Writer) std.Io.Writer.Error!void {
        try writer.writeAll(std.mem.span(c.ta_reason_name(@backingInt(self))));
    }
};
