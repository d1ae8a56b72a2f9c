//! What a caller asks for. The default of every field is the library's.

const std = @import("std");
const c = @import("tarray_c");

const Device = @import("device.zig").Device;
const DType = @import("dtype.zig").DType;

pub const Copy = enum(i32) {
    /// Share memory if possible, else copy.
    if_needed = c.TA_COPY_IF_NEEDED,
    always = c.TA_COPY_ALWAYS,
    /// Share memory, or fail with `error.CannotAlias`.
    never = c.TA_COPY_NEVER,
};

pub const Grad = enum(i32) {
    no = c.TA_GRAD_NO,
    yes = c.TA_GRAD_YES,
    as_source = c.TA_GRAD_AS_SOURCE,
};

/// The sources that are allowed, at any nesting level; none set: all.
pub const Accept = packed struct(u64) {
    reserved_low: u1 = 0,
    tensor: bool = false,
    memory: bool = false,
    numpy: bool = false,
    dlpack: bool = false,
    cuda_array_interface: bool = false,
    buffer: bool = false,
    array_interface: bool = false,
    scalar: bool = false,
    sequence: bool = false,
    reserved_high: u54 = 0,

    comptime {
        for (.{
            .{ Accept{ .tensor = true }, c.TA_ACCEPT_TENSOR },
            .{ Accept{ .memory = true }, c.TA_ACCEPT_MEMORY },
            .{ Accept{ .numpy = true }, c.TA_ACCEPT_NUMPY },
            .{ Accept{ .dlpack = true }, c.TA_ACCEPT_DLPACK },
            .{ Accept{ .cuda_array_interface = true }, c.TA_ACCEPT_CUDA_ARRAY_INTERFACE },
            .{ Accept{ .buffer = true }, c.TA_ACCEPT_BUFFER },
            .{ Accept{ .array_interface = true }, c.TA_ACCEPT_ARRAY_INTERFACE },
            .{ Accept{ .scalar = true }, c.TA_ACCEPT_SCALAR },
            .{ Accept{ .sequence = true }, c.TA_ACCEPT_SEQUENCE },
        }) |pair| std.debug.assert(@as(u64, @bitCast(pair[0])) == pair[1]);
    }
};

/// What the result of `asarray` and its relatives must be.
pub const Options = struct {
    /// `null`: the source's, or inferred from the values.
    dtype: ?DType = null,
    /// What a real number without a dtype becomes, and a buffer without one. `null`: float32.
    default_dtype: ?DType = null,
    /// `null`: where the source is; the CPU for values.
    device: ?Device = null,
    copy: Copy = .if_needed,
    requires_grad: Grad = .no,
    /// The result must be writable: read-only memory is copied, or refused under `.never`.
    writable: bool = false,
    /// The result must be C-contiguous: other layouts are copied, or refused under `.never`.
    contiguous: bool = false,
    accept: Accept = .{},
    /// The consumer's stream, by the numbers of the array API; 0: not given.
    stream: i64 = 0,

    pub fn raw(self: Options) c.ta_options {
        var made = sized(c.ta_options);
        if (self.dtype) |dtype| made.dtype = dtype.raw();
        if (self.default_dtype) |dtype| made.default_dtype = dtype.raw();
        if (self.device) |device| made.device = device.raw();
        made.copy = @backingInt(self.copy);
        made.requires_grad = @backingInt(self.requires_grad);
        if (self.writable) made.flags |= c.TA_WANT_WRITABLE;
        if (self.contiguous) made.flags |= c.TA_WANT_CONTIGUOUS;
        made.accept = @bitCast(self.accept);
        made.stream = self.stream;
        return made;
    }
};

/// How a tensor is lent as DLPack.
pub const ExportOptions = struct {
    /// Newest DLPack that the consumer understands; `null`: any.
    max_version: ?std.SemanticVersion = null,
    /// Where the consumer wants the elements; `null`: where they are.
    device: ?Device = null,
    copy: Copy = .if_needed,
    /// Lend it read-only, even if it is writable.
    read_only: bool = false,
    /// The consumer's stream, by the numbers of the array API; 0: not given.
    stream: i64 = 0,

    pub fn raw(self: ExportOptions) c.ta_export_options {
        var made = sized(c.ta_export_options);
        if (self.max_version) |version| {
            made.max_major = @intCast(version.major);
            made.max_minor = @intCast(version.minor);
        }
        if (self.device) |device| made.device = device.raw();
        made.copy = @backingInt(self.copy);
        if (self.read_only) made.flags |= c.TA_EXPORT_READ_ONLY;
        made.stream = self.stream;
        return made;
    }
};

/// How a tensor is printed. In each number, `null` is PyTorch's default and -1 is none.
pub const ReprOptions = struct {
    /// More elements than this are summarised.
    threshold: ?i64 = null,
    /// Digits after the point.
    precision: ?i32 = null,
    /// Elements shown at either end of a summarised axis.
    edgeitems: ?i32 = null,
    /// Characters per line.
    linewidth: ?i32 = null,
    sci_mode: SciMode = .auto,
    /// The dtype that is not printed; `null`: float32.
    default_dtype: ?DType = null,

    pub const SciMode = enum(i32) {
        auto = c.TA_SCI_AUTO,
        on = c.TA_SCI_ON,
        off = c.TA_SCI_OFF,
    };

    pub fn raw(self: ReprOptions) c.ta_repr_options {
        var made = sized(c.ta_repr_options);
        made.threshold = self.threshold orelse 0;
        made.precision = self.precision orelse 0;
        made.edgeitems = self.edgeitems orelse 0;
        made.linewidth = self.linewidth orelse 0;
        made.sci_mode = @backingInt(self.sci_mode);
        if (self.default_dtype) |dtype| made.default_dtype = dtype.raw();
        return made;
    }
};

/// All zero, which is the default of everything, but for the size.
fn sized(comptime T: type) T {
    var made = std.mem.zeroes(T);
    made.struct_size = @sizeOf(T);
    return made;
}
