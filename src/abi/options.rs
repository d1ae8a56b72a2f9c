//! What a caller asks for: sized structs in which zero is always the default.

use crate::abi::{ta_device, ta_dtype};

/// Share memory if possible, else copy.
pub const TA_COPY_IF_NEEDED: i32 = 0;
/// Always copy.
pub const TA_COPY_ALWAYS: i32 = 1;
/// Share memory, or fail with `TA_ERR_CANNOT_ALIAS`.
pub const TA_COPY_NEVER: i32 = 2;

/// The result requires no gradient.
pub const TA_GRAD_NO: i32 = 0;
/// The result requires a gradient.
pub const TA_GRAD_YES: i32 = 1;
/// As the source; only a tensor can.
pub const TA_GRAD_AS_SOURCE: i32 = 2;

/// The result must be writable: read-only memory is copied, or refused under `TA_COPY_NEVER`.
pub const TA_WANT_WRITABLE: u64 = 1;
/// The result must be C-contiguous: other layouts are copied, or refused under `TA_COPY_NEVER`.
pub const TA_WANT_CONTIGUOUS: u64 = 2;
/// The result is marked read-only, even if the source is writable: for memory that must never
/// change, but came in a struct that cannot say so. Contradicts `TA_WANT_WRITABLE`.
pub const TA_MARK_READ_ONLY: u64 = 4;

/// Bits of `ta_options.accept`: tensors.
pub const TA_ACCEPT_TENSOR: u64 = 2;
/// Bits of `ta_options.accept`: strided memory.
pub const TA_ACCEPT_MEMORY: u64 = 4;
/// Bits of `ta_options.accept`: NumPy arrays and scalars.
pub const TA_ACCEPT_NUMPY: u64 = 8;
/// Bits of `ta_options.accept`: DLPack tensors.
pub const TA_ACCEPT_DLPACK: u64 = 16;
/// Bits of `ta_options.accept`: `__cuda_array_interface__`.
pub const TA_ACCEPT_CUDA_ARRAY_INTERFACE: u64 = 32;
/// Bits of `ta_options.accept`: buffers.
pub const TA_ACCEPT_BUFFER: u64 = 64;
/// Bits of `ta_options.accept`: `__array_interface__` and `__array__`.
pub const TA_ACCEPT_ARRAY_INTERFACE: u64 = 128;
/// Bits of `ta_options.accept`: scalars, typed or not.
pub const TA_ACCEPT_SCALAR: u64 = 256;
/// Bits of `ta_options.accept`: sequences.
pub const TA_ACCEPT_SEQUENCE: u64 = 512;

/// What the result of `ta_asarray` and its relatives must be. NULL, or all zero but
/// `struct_size`: like the source, sharing its memory where possible, without a gradient.
#[repr(C)]
#[derive(Clone, Copy)]
pub struct ta_options {
    /// `sizeof(ta_options)`.
    pub struct_size: usize,
    /// Element type of the result. All zero: the source's, or inferred from the values.
    pub dtype: ta_dtype,
    /// What a real number without a dtype becomes, and a buffer without one. All zero: float32.
    /// A complex number becomes the complex dtype with parts of it.
    pub default_dtype: ta_dtype,
    /// Where the result must be. All zero: where the source is; the CPU for values.
    pub device: ta_device,
    /// One of `TA_COPY_…`.
    pub copy: i32,
    /// One of `TA_GRAD_…`.
    pub requires_grad: i32,
    /// Combination of `TA_WANT_…` and `TA_MARK_READ_ONLY`.
    pub flags: u64,
    /// Combination of `TA_ACCEPT_…`: the sources that are allowed, at any nesting level. 0: all.
    pub accept: u64,
    /// The consumer's stream on the result's device, by the numbers of the array API: 0 not given,
    /// -1 do not synchronise, 1 and 2 the default streams of CUDA, else the handle. Work that is queued
    /// on it after the call sees the elements; the host does not wait. Of a DLPack tensor it is
    /// the stream that its producer was given; not given, the default one. It must exist as long as the result or a view of it does.
    pub stream: i64,
}

/// Lend it read-only, even if it is writable.
pub const TA_EXPORT_READ_ONLY: u64 = 1;

/// How a tensor is lent as DLPack. NULL, or all zero but `struct_size`: as it is, where it is,
/// in the newest version that this library speaks.
#[repr(C)]
#[derive(Clone, Copy)]
pub struct ta_export_options {
    /// `sizeof(ta_export_options)`.
    pub struct_size: usize,
    /// Newest DLPack that the consumer understands: major. All zero: any.
    pub max_major: u32,
    /// Newest DLPack that the consumer understands: minor.
    pub max_minor: u32,
    /// Where the consumer wants the elements. All zero: where they are.
    pub device: ta_device,
    /// One of `TA_COPY_…`.
    pub copy: i32,
    /// Zero.
    pub reserved: i32,
    /// Combination of `TA_EXPORT_…`.
    pub flags: u64,
    /// The consumer's stream, as in `ta_options`; not given, the default one or, of memory that the
    /// CPU reads, none at all: then the call waits. It must exist until the loan's deleter has run.
    pub stream: i64,
}

/// Decide by the values, as PyTorch does.
pub const TA_SCI_AUTO: i32 = 0;
/// Always `1.0000e+00`.
pub const TA_SCI_ON: i32 = 1;
/// Never.
pub const TA_SCI_OFF: i32 = 2;

/// How a tensor is printed. NULL, or all zero but `struct_size`: PyTorch's defaults. In each
/// number, 0 is the default and -1 is none.
#[repr(C)]
#[derive(Clone, Copy)]
pub struct ta_repr_options {
    /// `sizeof(ta_repr_options)`.
    pub struct_size: usize,
    /// More elements than this are summarised; default 1000.
    pub threshold: i64,
    /// Digits after the point, at most 2000; default 4.
    pub precision: i32,
    /// Elements shown at either end of a summarised axis; default 3.
    pub edgeitems: i32,
    /// Characters per line; default 80.
    pub linewidth: i32,
    /// One of `TA_SCI_…`.
    pub sci_mode: i32,
    /// The dtype that is not printed. All zero: float32.
    pub default_dtype: ta_dtype,
    /// Zero.
    pub reserved: i32,
}
