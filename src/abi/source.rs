//! What a caller can hand to `ta_asarray`: one tagged struct, a member per kind.

use std::ffi::c_void;

use crate::abi::{
    DLManagedTensor, DLManagedTensorVersioned, ta_device, ta_dtype, ta_error, ta_status, ta_tensor,
};

/// `value.tensor`: a tensor of this library. Borrowed.
pub const TA_SOURCE_TENSOR: i32 = 1;
/// `value.memory`: strided memory, like a NumPy array.
pub const TA_SOURCE_MEMORY: i32 = 2;
/// `value.typed_scalar`: one value that already has a dtype, like a NumPy scalar.
pub const TA_SOURCE_TYPED_SCALAR: i32 = 3;
/// `value.dlpack`: a DLPack tensor with a version.
pub const TA_SOURCE_DLPACK: i32 = 4;
/// `value.dlpack_legacy`: a DLPack tensor of the struct without a version.
pub const TA_SOURCE_DLPACK_LEGACY: i32 = 5;
/// `value.buffer`: bytes, grouped by the size of the requested dtype.
pub const TA_SOURCE_BUFFER: i32 = 6;
/// `value.scalar`: a number of the host language.
pub const TA_SOURCE_SCALAR: i32 = 7;
/// `value.sequence`: a nested sequence, walked through callbacks.
pub const TA_SOURCE_SEQUENCE: i32 = 8;

/// Provenance: a tensor of this library. What a source came from also decides `ta_options.accept`.
pub const TA_ORIGIN_TENSOR: i32 = 1;
/// Provenance: strided memory that the caller described.
pub const TA_ORIGIN_MEMORY: i32 = 2;
/// Provenance: a NumPy array or NumPy scalar (said by the binding that read it).
pub const TA_ORIGIN_NUMPY: i32 = 3;
/// Provenance: a DLPack tensor.
pub const TA_ORIGIN_DLPACK: i32 = 4;
/// Provenance: `__cuda_array_interface__` (said by the binding that read it).
pub const TA_ORIGIN_CUDA_ARRAY_INTERFACE: i32 = 5;
/// Provenance: a buffer of bytes.
pub const TA_ORIGIN_BUFFER: i32 = 6;
/// Provenance: `__array_interface__` or `__array__` (said by the binding that read it).
pub const TA_ORIGIN_ARRAY_INTERFACE: i32 = 7;
/// Provenance: a scalar, typed or not.
pub const TA_ORIGIN_SCALAR: i32 = 8;
/// Provenance: a sequence.
pub const TA_ORIGIN_SEQUENCE: i32 = 9;

/// In `flags` of a described source: nobody may write to the memory.
pub const TA_MEMORY_READ_ONLY: u64 = 1;
/// In `flags` of a described source: elements are in the other byte order than this machine's.
pub const TA_MEMORY_BYTE_SWAPPED: u64 = 2;
/// In `flags` of `ta_memory`: elements smaller than a byte stand in a byte each (else packed).
pub const TA_MEMORY_SUBBYTE_PADDED: u64 = 4;

/// Strided memory of somebody else. Zero-initialise it; fields left zero have a meaning.
///
/// Everything from the lowest element to the highest belongs to one object that may be read, and
/// written unless it is read-only, also what lies between elements: views may reach it.
///
/// When a call that got it returns `TA_OK`, `release(owner)` belongs to the library: it runs
/// exactly once, on any thread, when the last tensor over the memory is gone, or inside the
/// call if the elements were copied. After any other status it is still the caller's.
#[repr(C)]
#[derive(Clone, Copy)]
pub struct ta_memory {
    /// Address of element (0, …, 0); any alignment. NULL only if there are no elements.
    /// On a device whose memory has handles instead of addresses, the handle.
    pub data: *mut c_void,
    /// Extents, `ndim` of them, in elements. NULL if `ndim` is 0. Read during the call only.
    pub shape: *const i64,
    /// Distance between neighbours on each axis, in bytes; zero, negative and odd ones are fine.
    /// NULL: C-contiguous. Read during the call only.
    pub strides_bytes: *const i64,
    /// What the elements are.
    pub dtype: ta_dtype,
    /// Where the memory is; all zero: the CPU.
    pub device: ta_device,
    /// Number of axes, 0 to `TA_MAX_NDIM`.
    pub ndim: i32,
    /// Combination of `TA_MEMORY_…`.
    pub flags: u64,
    /// Where element (0, …, 0) is behind `data`, in bytes.
    pub byte_offset: u64,
    /// The stream on which the memory was last written, as in `ta_options`; 0 if all is done.
    pub stream: i64,
    /// Zero.
    pub reserved: [u64; 2],
    /// Passed to `release`; otherwise never looked at.
    pub owner: *mut c_void,
    /// Lets the memory go. May run on any thread; must not unwind. NULL: the memory outlives every tensor over it.
    pub release: Option<unsafe extern "C" fn(owner: *mut c_void)>,
}

/// One element that already has a dtype. Its value is copied during the call.
#[repr(C)]
#[derive(Clone, Copy)]
pub struct ta_typed_scalar {
    /// Address of the element's bytes; any alignment.
    pub data: *const c_void,
    /// What it is.
    pub dtype: ta_dtype,
    /// Zero.
    pub reserved: i32,
    /// `TA_MEMORY_BYTE_SWAPPED` or 0.
    pub flags: u64,
}

/// A buffer of bytes. `release(owner)` as in `ta_memory`.
#[repr(C)]
#[derive(Clone, Copy)]
pub struct ta_buffer {
    /// First byte; any alignment. NULL only if `size_bytes` is 0.
    pub data: *mut c_void,
    /// Number of bytes.
    pub size_bytes: usize,
    /// `TA_MEMORY_READ_ONLY` or 0.
    pub flags: u64,
    /// Zero.
    pub reserved: [u64; 2],
    /// Passed to `release`; otherwise never looked at.
    pub owner: *mut c_void,
    /// Lets the bytes go. May run on any thread; must not unwind. NULL: they outlive every tensor over them.
    pub release: Option<unsafe extern "C" fn(owner: *mut c_void)>,
}

/// `value.i`, not zero means true.
pub const TA_SCALAR_BOOL: i32 = 1;
/// `value.i`.
pub const TA_SCALAR_INT: i32 = 2;
/// `value.u`.
pub const TA_SCALAR_UINT: i32 = 3;
/// `value.f`.
pub const TA_SCALAR_FLOAT: i32 = 4;
/// `value.c`: real part, imaginary part.
pub const TA_SCALAR_COMPLEX: i32 = 5;

/// The value of a `ta_scalar`; `kind` says which member.
#[repr(C)]
#[derive(Clone, Copy)]
pub union ta_scalar_value {
    /// For `TA_SCALAR_BOOL` and `TA_SCALAR_INT`.
    pub i: i64,
    /// For `TA_SCALAR_UINT`.
    pub u: u64,
    /// For `TA_SCALAR_FLOAT`.
    pub f: f64,
    /// For `TA_SCALAR_COMPLEX`: real part, imaginary part.
    pub c: [f64; 2],
}

/// A number as a host language has it, before it gets a dtype.
#[repr(C)]
#[derive(Clone, Copy)]
pub struct ta_scalar {
    /// One of `TA_SCALAR_…`.
    pub kind: i32,
    /// Zero.
    pub reserved: i32,
    /// The value.
    pub value: ta_scalar_value,
}

/// How a nested sequence is read. The same table may serve every sequence of a host.
///
/// Callbacks get the sequence's `user_data` first, run on the calling thread during the call,
/// return `TA_OK` or a failure (with a message in `err`, if they have one; a status that is not
/// a `TA_ERR_…` becomes `TA_ERR_CALLBACK`), must not unwind or longjmp, and may be called
/// several times for one item: a sequence that answers differently the second time is an error.
#[repr(C)]
#[derive(Clone, Copy)]
pub struct ta_sequence_vtable {
    /// `sizeof(ta_sequence_vtable)`.
    pub struct_size: usize,
    /// Writes the number of items to `*out`. Not NULL.
    pub len: Option<
        unsafe extern "C" fn(
            user_data: *mut c_void,
            out: *mut usize,
            err: *mut ta_error,
        ) -> ta_status,
    >,
    /// Describes item `index` in `*out`, which arrives zeroed but for `struct_size`. What it
    /// describes is borrowed: it stays valid until the next call on the same sequence; its
    /// `release` is never run and a DLPack tensor is read, not consumed. A host writes no more
    /// than `out->struct_size` bytes: the library may be older than its header. Not NULL.
    pub item: Option<
        unsafe extern "C" fn(
            user_data: *mut c_void,
            index: usize,
            out: *mut ta_source,
            err: *mut ta_error,
        ) -> ta_status,
    >,
    /// Fast path, may be NULL: writes the values of items `start`, `start + 1`, … to `out`, at
    /// most `count`, and their number to `*written`; stops before the first item that is not a
    /// plain scalar.
    pub read: Option<
        unsafe extern "C" fn(
            user_data: *mut c_void,
            start: usize,
            count: usize,
            out: *mut ta_scalar,
            written: *mut usize,
            err: *mut ta_error,
        ) -> ta_status,
    >,
}

/// One sequence: the callbacks, and what they are told.
#[repr(C)]
#[derive(Clone, Copy)]
pub struct ta_sequence {
    /// The callbacks. Not NULL; valid during the call.
    pub vtable: *const ta_sequence_vtable,
    /// First argument of each callback; never looked at.
    pub user_data: *mut c_void,
}

/// The members of `ta_source`; `kind` says which one.
#[repr(C)]
#[derive(Clone, Copy)]
pub union ta_source_value {
    /// For `TA_SOURCE_TENSOR`.
    pub tensor: *const ta_tensor,
    /// For `TA_SOURCE_MEMORY`.
    pub memory: ta_memory,
    /// For `TA_SOURCE_TYPED_SCALAR`.
    pub typed_scalar: ta_typed_scalar,
    /// For `TA_SOURCE_DLPACK`. Consumed when the call returns `TA_OK`, else still the caller's.
    pub dlpack: *mut DLManagedTensorVersioned,
    /// For `TA_SOURCE_DLPACK_LEGACY`. Consumed when the call returns `TA_OK`, else still the caller's.
    pub dlpack_legacy: *mut DLManagedTensor,
    /// For `TA_SOURCE_BUFFER`.
    pub buffer: ta_buffer,
    /// For `TA_SOURCE_SCALAR`.
    pub scalar: ta_scalar,
    /// For `TA_SOURCE_SEQUENCE`.
    pub sequence: ta_sequence,
    /// Room for kinds to come, so that they do not change the size.
    pub reserved: [u64; 20],
}

/// Anything that becomes a tensor. Zero-initialise it, set `struct_size`, `kind` and the member.
#[repr(C)]
#[derive(Clone, Copy)]
pub struct ta_source {
    /// `sizeof(ta_source)`.
    pub struct_size: usize,
    /// One of `TA_SOURCE_…`.
    pub kind: i32,
    /// One of `TA_ORIGIN_…`, where a binding knows better what it read; 0: what `kind` says.
    pub origin: i32,
    /// The source itself.
    pub value: ta_source_value,
    /// One of `TA_REASON_…`, where the memory is no longer the source's own: a binding (or a
    /// producer that was asked to) has gathered, moved or computed the elements for this call
    /// already, because of this. 0: it is the source's own. Only for kinds with memory that can be
    /// shared. The tensor takes such memory over instead of copying it again, its provenance says
    /// that it was copied, and TA_COPY_NEVER is refused. For a DLPack tensor that is marked
    /// IS_COPIED, 0 means `TA_REASON_PRODUCER`.
    pub made: i32,
    /// Zero.
    pub reserved: i32,
}
