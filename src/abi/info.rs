//! What a tensor says of itself.

use std::ffi::c_void;

use crate::abi::{ta_device, ta_dtype};

/// A tensor: facts, and a share in the memory they describe. Opaque and reference-counted;
/// made by `ta_asarray` and its relatives, given up with `ta_release`.
pub struct ta_tensor {
    _opaque: [u8; 0],
}

/// The memory is shared: no reason.
pub const TA_REASON_NONE: i32 = 0;
/// Copied because the caller asked for a copy.
pub const TA_REASON_REQUESTED: i32 = 1;
/// Copied because the dtype differs.
pub const TA_REASON_DTYPE: i32 = 2;
/// Copied because the device differs.
pub const TA_REASON_DEVICE: i32 = 3;
/// Copied because the bytes are in foreign order.
pub const TA_REASON_BYTE_ORDER: i32 = 4;
/// Copied because a stride is no multiple of the element size.
pub const TA_REASON_STRIDE_ALIGNMENT: i32 = 5;
/// Copied because the memory is read-only and a writable result was asked for.
pub const TA_REASON_READ_ONLY: i32 = 6;
/// Copied because a contiguous result was asked for.
pub const TA_REASON_NOT_CONTIGUOUS: i32 = 7;
/// Made of values: a scalar or a sequence has no memory to share.
pub const TA_REASON_NOT_MEMORY: i32 = 8;
/// Copied by whoever was asked for the memory, not by this library: a DLPack producer that marks
/// what it exports as a copy, an object that computes an array.
pub const TA_REASON_PRODUCER: i32 = 9;
/// Not copied at all, but computed: the result of an operation.
pub const TA_REASON_COMPUTED: i32 = 10;

/// How a tensor came about.
#[repr(C)]
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ta_provenance {
    /// One of `TA_ORIGIN_…`: what it was made from.
    pub origin: i32,
    /// 1: shares the source's memory. 0: has memory of its own.
    pub aliased: i32,
    /// One of `TA_REASON_…`: why it was copied.
    pub reason: i32,
    /// 1: elements on a device went through memory of the host on their way, as no backend could
    /// move or convert them there. Else 0.
    pub staged: i32,
}

/// Nobody may write through this tensor.
pub const TA_TENSOR_READ_ONLY: u64 = 1;
/// Elements stand one after another in C order.
pub const TA_TENSOR_CONTIGUOUS: u64 = 2;
/// Every element's address is a multiple of its component's size (for float32, of 4).
pub const TA_TENSOR_ALIGNED: u64 = 4;
/// Requires a gradient.
pub const TA_TENSOR_REQUIRES_GRAD: u64 = 8;
/// Elements smaller than a byte stand in a byte each (else packed).
pub const TA_TENSOR_SUBBYTE_PADDED: u64 = 16;

/// No recorded operation made it: it has no node, and its gradient, if any, is kept by itself.
pub const TA_TENSOR_LEAF: u64 = 32;

/// Everything there is to know about a tensor. Pointers are valid as long as the handle is.
#[repr(C)]
#[derive(Clone, Copy)]
pub struct ta_info {
    /// `sizeof(ta_info)`, set by the caller.
    pub struct_size: usize,
    /// Address of element (0, …, 0), or the device's handle; write only if the tensor is not
    /// read-only. May be NULL if there are no elements.
    pub data: *mut c_void,
    /// Where element (0, …, 0) is behind `data`, in bytes: not 0 only on devices with handles.
    pub byte_offset: u64,
    /// Extents, `ndim` of them, in elements. Not NULL.
    pub shape: *const i64,
    /// Distance between neighbours on each axis, in elements, of either sign. Not NULL.
    pub strides: *const i64,
    /// Number of elements.
    pub numel: i64,
    /// Bytes that the elements need when they stand one after another.
    pub nbytes: u64,
    /// Combination of `TA_TENSOR_…`.
    pub flags: u64,
    /// DLPack's flags as they came in with the memory, also those without a name here.
    pub dlpack_flags: u64,
    /// What the elements are.
    pub dtype: ta_dtype,
    /// Number of axes.
    pub ndim: i32,
    /// Where the memory is.
    pub device: ta_device,
    /// How it came about.
    pub provenance: ta_provenance,
    /// The stream of its device on which the elements are ready; 0: on any.
    pub stream: i64,
}
