//! Statuses of the C ABI as a Zig error set, one error for each.

const c = @import("tarray_c");

/// Why a call failed, by the names of `TA_ERR_…`. A failing call has changed nothing.
pub const Error = error{
    NullArgument,
    InvalidArgument,
    Layout,
    DType,
    OutOfBounds,
    Overflow,
    Ragged,
    Kind,
    NotWritable,
    Callback,
    Grad,
    CannotAlias,
    Unsupported,
    Device,
    Export,
    OutOfMemory,
    Internal,
    /// A status that is newer than this wrapper.
    UnknownStatus,
};

/// The status that an error stands for.
pub fn statusOf(err: Error) c.ta_status {
    return switch (err) {
        error.NullArgument => c.TA_ERR_NULL_ARGUMENT,
        error.InvalidArgument => c.TA_ERR_INVALID_ARGUMENT,
        error.Layout => c.TA_ERR_LAYOUT,
        error.DType => c.TA_ERR_DTYPE,
        error.OutOfBounds => c.TA_ERR_OUT_OF_BOUNDS,
        error.Overflow => c.TA_ERR_OVERFLOW,
        error.Ragged => c.TA_ERR_RAGGED,
        error.Kind => c.TA_ERR_KIND,
        error.NotWritable => c.TA_ERR_NOT_WRITABLE,
        error.Callback, error.UnknownStatus => c.TA_ERR_CALLBACK,
        error.Grad => c.TA_ERR_GRAD,
        error.CannotAlias => c.TA_ERR_CANNOT_ALIAS,
        error.Unsupported => c.TA_ERR_UNSUPPORTED,
        error.Device => c.TA_ERR_DEVICE,
        error.Export => c.TA_ERR_EXPORT,
        error.OutOfMemory => c.TA_ERR_OUT_OF_MEMORY,
        error.Internal => c.TA_ERR_INTERNAL,
    };
}

/// Success, or the error that stands for `status`.
pub fn check(status: c.ta_status) Error!void {
    return switch (status) {
        c.TA_OK => {},
        c.TA_ERR_NULL_ARGUMENT => error.NullArgument,
        c.TA_ERR_INVALID_ARGUMENT => error.InvalidArgument,
        c.TA_ERR_LAYOUT => error.Layout,
        c.TA_ERR_DTYPE => error.DType,
        c.TA_ERR_OUT_OF_BOUNDS => error.OutOfBounds,
        c.TA_ERR_OVERFLOW => error.Overflow,
        c.TA_ERR_RAGGED => error.Ragged,
        c.TA_ERR_KIND => error.Kind,
        c.TA_ERR_NOT_WRITABLE => error.NotWritable,
        c.TA_ERR_CALLBACK => error.Callback,
        c.TA_ERR_GRAD => error.Grad,
        c.TA_ERR_CANNOT_ALIAS => error.CannotAlias,
        c.TA_ERR_UNSUPPORTED => error.Unsupported,
        c.TA_ERR_DEVICE => error.Device,
        c.TA_ERR_EXPORT => error.Export,
        c.TA_ERR_OUT_OF_MEMORY => error.OutOfMemory,
        c.TA_ERR_INTERNAL => error.Internal,
        else => error.UnknownStatus,
    };
}
