//! tarray 0.1.0: the C ABI of libtarray, declaration by declaration. What holds for every
//! function (failure, ownership, threads, units) is written at the top of tarray.h.
//!
//! Generated from the Rust source by `cargo xtask headers`. Do not edit: change the comments in
//! src/abi and src/ffi, or xtask/templates/preamble.zig, and run that command again.
//!
//! SPDX-License-Identifier: MIT OR Apache-2.0

/// The version of the library that these declarations belong to.
pub const TA_VERSION_STRING = "0.1.0";

// DLPack's structs (version 1.3) //

/// Which DLPack a struct follows; another major number means another layout.
pub const DLPackVersion = extern struct { major: u32, minor: u32 };

/// Where memory is: one of the numbers of DLPack, or any other.
pub const DLDevice = extern struct { device_type: i32, device_id: i32 };

/// What one element is.
pub const DLDataType = extern struct { code: u8, bits: u8, lanes: u16 };

/// A strided array in somebody's memory.
pub const DLTensor = extern struct {
    /// Start of the memory, or the device's handle.
    data: ?*anyopaque,
    /// Where the memory is.
    device: DLDevice,
    /// Number of axes.
    ndim: i32,
    /// What the elements are.
    dtype: DLDataType,
    /// Extents, in elements.
    shape: [*c]i64,
    /// Distance between neighbours on each axis, in elements. Null from old producers: compact.
    strides: [*c]i64,
    /// Where the first element is behind `data`.
    byte_offset: u64,
};

/// A tensor with its owner, as it was before DLPack 1.0.
pub const DLManagedTensor = extern struct {
    /// The tensor.
    dl_tensor: DLTensor,
    /// The producer's.
    manager_ctx: ?*anyopaque,
    /// Called once by the consumer; frees the struct too. May be null.
    deleter: ?*const fn (self: ?*DLManagedTensor) callconv(.c) void,
};

/// A tensor with its owner, its version and its flags.
pub const DLManagedTensorVersioned = extern struct {
    /// To be looked at before anything behind `flags`.
    version: DLPackVersion,
    /// The producer's.
    manager_ctx: ?*anyopaque,
    /// Called once by the consumer; frees the struct too. May be null.
    deleter: ?*const fn (self: ?*DLManagedTensorVersioned) callconv(.c) void,
    /// Combination of `DLPACK_FLAG_BITMASK_…`.
    flags: u64,
    /// The tensor.
    dl_tensor: DLTensor,
};

/// The consumer must not write.
pub const DLPACK_FLAG_BITMASK_READ_ONLY: u64 = 1;
/// The producer made a copy for this consumer.
pub const DLPACK_FLAG_BITMASK_IS_COPIED: u64 = 2;
/// Elements smaller than a byte stand in a byte each, instead of being packed.
pub const DLPACK_FLAG_BITMASK_IS_SUBBYTE_TYPE_PADDED: u64 = 4;

// Versions and limits //

/// The ABI number of this library: part of its SONAME, and what `ta_abi_version()` returns.
/// While it is 0, a release may change anything, and says so in the changelog.
pub const TA_ABI_VERSION: i32 = 0;

/// The most axes a tensor may have; a source with more is refused.
pub const TA_MAX_NDIM: i32 = 64;

// Status and error //

/// What a call came to. 0 is success; 1–99 the caller's fault; 100–199 the data cannot be
/// exchanged as asked; 200–299 resources; 900–999 this library's bug. Codes are added, never
/// reused: treat a code that you do not know as failure.
pub const ta_status = i32;

/// The call did what its description says.
pub const TA_OK: ta_status = 0;

/// A pointer argument, or a pointer in a struct, is NULL where it must not be.
pub const TA_ERR_NULL_ARGUMENT: ta_status = 1;

/// A value is outside its documented range, or two values contradict each other.
pub const TA_ERR_INVALID_ARGUMENT: ta_status = 2;

/// A shape or strides that no memory can have: negative extent, too many axes, overflow.
pub const TA_ERR_LAYOUT: ta_status = 3;

/// A dtype that does not exist, or that cannot be used or converted as asked.
pub const TA_ERR_DTYPE: ta_status = 4;

/// A view, index or offset reaches outside the memory that it is taken of.
pub const TA_ERR_OUT_OF_BOUNDS: ta_status = 5;

/// A number does not fit the requested dtype, or no dtype can hold it.
pub const TA_ERR_OVERFLOW: ta_status = 6;

/// A nested sequence whose parts have different shapes, or that changed while it was read.
pub const TA_ERR_RAGGED: ta_status = 7;

/// A source of a kind that is not accepted here (a type error in most languages).
pub const TA_ERR_KIND: ta_status = 8;

/// A write to a tensor that is read-only, or has elements that share memory.
pub const TA_ERR_NOT_WRITABLE: ta_status = 9;

/// A callback of the host failed without a status of its own.
pub const TA_ERR_CALLBACK: ta_status = 10;

/// Gradients stand in the way: required of elements that cannot have one, to be written in place,
/// of another shape than their tensor, or of a graph that has been released.
pub const TA_ERR_GRAD: ta_status = 11;

/// Sharing memory was demanded and is impossible; the message names the reason.
pub const TA_ERR_CANNOT_ALIAS: ta_status = 100;

/// A struct, kind, flag or version newer than this library: it cannot tell what was asked.
pub const TA_ERR_UNSUPPORTED: ta_status = 101;

/// No backend here can reach, read or move memory of the device.
pub const TA_ERR_DEVICE: ta_status = 102;

/// The tensor cannot be lent like this: read-only to a legacy consumer, or it requires grad.
pub const TA_ERR_EXPORT: ta_status = 103;

/// Memory could not be had.
pub const TA_ERR_OUT_OF_MEMORY: ta_status = 200;

/// A bug of this library, stopped at its border; no ownership has moved.
pub const TA_ERR_INTERNAL: ta_status = 900;

/// Bytes of `ta_error.message`, the terminating NUL included.
pub const TA_MESSAGE_SIZE: usize = 512;

/// Where a failing call puts its reason. The caller owns it, sets `struct_size` (see
/// `TA_ERROR_INIT`) and passes its address as the last argument, or NULL to go without.
/// Written only on failure; never read. May be reused for many calls, by one thread at a time.
pub const ta_error = extern struct {
    /// `sizeof(ta_error)`, set by the caller. A smaller value: nothing is written.
    struct_size: usize,
    /// The status that the call returned.
    status: ta_status,
    /// Zero.
    reserved: i32,
    /// NUL-terminated UTF-8, lower case, no full stop; cut at a character if too long.
    message: [TA_MESSAGE_SIZE]u8,
};

// Element types //

/// What one element is: layout-equal to DLPack's `DLDataType`. All zero means "not given".
pub const ta_dtype = extern struct {
    /// One of the `TA_INT` … `TA_FLOAT4_E2M1FN` codes (DLPack's numbers), or another:
    /// an unknown code of whole bytes is carried, never converted.
    code: u8,
    /// Bits of one lane; for complex, of both parts together.
    bits: u8,
    /// Lanes of a vector type; 1 for everything normal.
    lanes: u16,
};

/// Signed integer.
pub const TA_INT: u8 = 0;

/// Unsigned integer.
pub const TA_UINT: u8 = 1;

/// IEEE 754 floating point.
pub const TA_FLOAT: u8 = 2;

/// Something only its producer understands.
pub const TA_OPAQUE_HANDLE: u8 = 3;

/// bfloat16.
pub const TA_BFLOAT: u8 = 4;

/// Complex number; `bits` is the width of both parts together.
pub const TA_COMPLEX: u8 = 5;

/// Truth value, one byte.
pub const TA_BOOL: u8 = 6;

/// 8-bit float, 3 exponent bits.
pub const TA_FLOAT8_E3M4: u8 = 7;

/// 8-bit float, 4 exponent bits, with infinities.
pub const TA_FLOAT8_E4M3: u8 = 8;

/// 8-bit float, 4 exponent bits, bias 11, no infinities, no negative zero.
pub const TA_FLOAT8_E4M3B11FNUZ: u8 = 9;

/// 8-bit float, 4 exponent bits, no infinities.
pub const TA_FLOAT8_E4M3FN: u8 = 10;

/// 8-bit float, 4 exponent bits, no infinities, no negative zero.
pub const TA_FLOAT8_E4M3FNUZ: u8 = 11;

/// 8-bit float, 5 exponent bits, with infinities.
pub const TA_FLOAT8_E5M2: u8 = 12;

/// 8-bit float, 5 exponent bits, no infinities, no negative zero.
pub const TA_FLOAT8_E5M2FNUZ: u8 = 13;

/// 8-bit power of two, unsigned.
pub const TA_FLOAT8_E8M0FNU: u8 = 14;

/// 6-bit float, 2 exponent bits.
pub const TA_FLOAT6_E2M3FN: u8 = 15;

/// 6-bit float, 3 exponent bits.
pub const TA_FLOAT6_E3M2FN: u8 = 16;

/// 4-bit float, 2 exponent bits.
pub const TA_FLOAT4_E2M1FN: u8 = 17;

// Devices //

/// Where memory is: layout-equal to DLPack's `DLDevice`. All zero means "not given".
pub const ta_device = extern struct {
    /// One of the `TA_DEVICE_…` numbers (DLPack's), or another: unknown devices are carried.
    device_type: i32,
    /// Which one of that type. In a request, -1 means the current one. For the CPU, 0.
    index: i32,
};

/// Ordinary host memory.
pub const TA_DEVICE_CPU: i32 = 1;

/// CUDA device memory.
pub const TA_DEVICE_CUDA: i32 = 2;

/// Pinned host memory of CUDA; the CPU reads it.
pub const TA_DEVICE_CUDA_HOST: i32 = 3;

/// OpenCL buffers (`data` is a handle).
pub const TA_DEVICE_OPENCL: i32 = 4;

/// Vulkan buffers (`data` is a handle).
pub const TA_DEVICE_VULKAN: i32 = 7;

/// Metal buffers (`data` is a handle).
pub const TA_DEVICE_METAL: i32 = 8;

/// Verilog simulator.
pub const TA_DEVICE_VPI: i32 = 9;

/// ROCm device memory.
pub const TA_DEVICE_ROCM: i32 = 10;

/// Pinned host memory of ROCm; the CPU reads it.
pub const TA_DEVICE_ROCM_HOST: i32 = 11;

/// Reserved for devices outside any list.
pub const TA_DEVICE_EXT_DEV: i32 = 12;

/// CUDA managed memory.
pub const TA_DEVICE_CUDA_MANAGED: i32 = 13;

/// oneAPI unified shared memory.
pub const TA_DEVICE_ONE_API: i32 = 14;

/// WebGPU buffers (`data` is a handle).
pub const TA_DEVICE_WEB_GPU: i32 = 15;

/// Qualcomm Hexagon.
pub const TA_DEVICE_HEXAGON: i32 = 16;

/// Microsoft MAIA.
pub const TA_DEVICE_MAIA: i32 = 17;

/// AWS Trainium.
pub const TA_DEVICE_TRN: i32 = 18;

// What a tensor is //

/// A tensor: facts, and a share in the memory they describe. Opaque and reference-counted;
/// made by `ta_asarray` and its relatives, given up with `ta_release`.
pub const ta_tensor = opaque {};

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
pub const ta_provenance = extern struct {
    /// One of `TA_ORIGIN_…`: what it was made from.
    origin: i32,
    /// 1: shares the source's memory. 0: has memory of its own.
    aliased: i32,
    /// One of `TA_REASON_…`: why it was copied.
    reason: i32,
    /// 1: elements on a device went through memory of the host on their way, as no backend could
    /// move or convert them there. Else 0.
    staged: i32,
};

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
pub const ta_info = extern struct {
    /// `sizeof(ta_info)`, set by the caller.
    struct_size: usize,
    /// Address of element (0, …, 0), or the device's handle; write only if the tensor is not
    /// read-only. May be NULL if there are no elements.
    data: ?*anyopaque,
    /// Where element (0, …, 0) is behind `data`, in bytes: not 0 only on devices with handles.
    byte_offset: u64,
    /// Extents, `ndim` of them, in elements. Not NULL.
    shape: [*c]const i64,
    /// Distance between neighbours on each axis, in elements, of either sign. Not NULL.
    strides: [*c]const i64,
    /// Number of elements.
    numel: i64,
    /// Bytes that the elements need when they stand one after another.
    nbytes: u64,
    /// Combination of `TA_TENSOR_…`.
    flags: u64,
    /// DLPack's flags as they came in with the memory, also those without a name here.
    dlpack_flags: u64,
    /// What the elements are.
    dtype: ta_dtype,
    /// Number of axes.
    ndim: i32,
    /// Where the memory is.
    device: ta_device,
    /// How it came about.
    provenance: ta_provenance,
    /// The stream of its device on which the elements are ready; 0: on any.
    stream: i64,
};

// Sources: what can become a tensor //

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
pub const ta_memory = extern struct {
    /// Address of element (0, …, 0); any alignment. NULL only if there are no elements.
    /// On a device whose memory has handles instead of addresses, the handle.
    data: ?*anyopaque,
    /// Extents, `ndim` of them, in elements. NULL if `ndim` is 0. Read during the call only.
    shape: [*c]const i64,
    /// Distance between neighbours on each axis, in bytes; zero, negative and odd ones are fine.
    /// NULL: C-contiguous. Read during the call only.
    strides_bytes: [*c]const i64,
    /// What the elements are.
    dtype: ta_dtype,
    /// Where the memory is; all zero: the CPU.
    device: ta_device,
    /// Number of axes, 0 to `TA_MAX_NDIM`.
    ndim: i32,
    /// Combination of `TA_MEMORY_…`.
    flags: u64,
    /// Where element (0, …, 0) is behind `data`, in bytes.
    byte_offset: u64,
    /// The stream on which the memory was last written, as in `ta_options`; 0 if all is done.
    stream: i64,
    /// Zero.
    reserved: [2]u64,
    /// Passed to `release`; otherwise never looked at.
    owner: ?*anyopaque,
    /// Lets the memory go. May run on any thread; must not unwind. NULL: the memory outlives every tensor over it.
    release: ?*const fn (owner: ?*anyopaque) callconv(.c) void,
};

/// One element that already has a dtype. Its value is copied during the call.
pub const ta_typed_scalar = extern struct {
    /// Address of the element's bytes; any alignment.
    data: ?*const anyopaque,
    /// What it is.
    dtype: ta_dtype,
    /// Zero.
    reserved: i32,
    /// `TA_MEMORY_BYTE_SWAPPED` or 0.
    flags: u64,
};

/// A buffer of bytes. `release(owner)` as in `ta_memory`.
pub const ta_buffer = extern struct {
    /// First byte; any alignment. NULL only if `size_bytes` is 0.
    data: ?*anyopaque,
    /// Number of bytes.
    size_bytes: usize,
    /// `TA_MEMORY_READ_ONLY` or 0.
    flags: u64,
    /// Zero.
    reserved: [2]u64,
    /// Passed to `release`; otherwise never looked at.
    owner: ?*anyopaque,
    /// Lets the bytes go. May run on any thread; must not unwind. NULL: they outlive every tensor over them.
    release: ?*const fn (owner: ?*anyopaque) callconv(.c) void,
};

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
pub const ta_scalar_value = extern union {
    /// For `TA_SCALAR_BOOL` and `TA_SCALAR_INT`.
    i: i64,
    /// For `TA_SCALAR_UINT`.
    u: u64,
    /// For `TA_SCALAR_FLOAT`.
    f: f64,
    /// For `TA_SCALAR_COMPLEX`: real part, imaginary part.
    c: [2]f64,
};

/// A number as a host language has it, before it gets a dtype.
pub const ta_scalar = extern struct {
    /// One of `TA_SCALAR_…`.
    kind: i32,
    /// Zero.
    reserved: i32,
    /// The value.
    value: ta_scalar_value,
};

/// How a nested sequence is read. The same table may serve every sequence of a host.
///
/// Callbacks get the sequence's `user_data` first, run on the calling thread during the call,
/// return `TA_OK` or a failure (with a message in `err`, if they have one; a status that is not
/// a `TA_ERR_…` becomes `TA_ERR_CALLBACK`), must not unwind or longjmp, and may be called
/// several times for one item: a sequence that answers differently the second time is an error.
pub const ta_sequence_vtable = extern struct {
    /// `sizeof(ta_sequence_vtable)`.
    struct_size: usize,
    /// Writes the number of items to `*out`. Not NULL.
    len: ?*const fn (user_data: ?*anyopaque, out: [*c]usize, err: ?*ta_error) callconv(.c) ta_status,
    /// Describes item `index` in `*out`, which arrives zeroed but for `struct_size`. What it
    /// describes is borrowed: it stays valid until the next call on the same sequence; its
    /// `release` is never run and a DLPack tensor is read, not consumed. A host writes no more
    /// than `out->struct_size` bytes: the library may be older than its header. Not NULL.
    item: ?*const fn (user_data: ?*anyopaque, index: usize, out: ?*ta_source, err: ?*ta_error) callconv(.c) ta_status,
    /// Fast path, may be NULL: writes the values of items `start`, `start + 1`, … to `out`, at
    /// most `count`, and their number to `*written`; stops before the first item that is not a
    /// plain scalar.
    read: ?*const fn (user_data: ?*anyopaque, start: usize, count: usize, out: ?*ta_scalar, written: [*c]usize, err: ?*ta_error) callconv(.c) ta_status,
};

/// One sequence: the callbacks, and what they are told.
pub const ta_sequence = extern struct {
    /// The callbacks. Not NULL; valid during the call.
    vtable: ?*const ta_sequence_vtable,
    /// First argument of each callback; never looked at.
    user_data: ?*anyopaque,
};

/// The members of `ta_source`; `kind` says which one.
pub const ta_source_value = extern union {
    /// For `TA_SOURCE_TENSOR`.
    tensor: ?*const ta_tensor,
    /// For `TA_SOURCE_MEMORY`.
    memory: ta_memory,
    /// For `TA_SOURCE_TYPED_SCALAR`.
    typed_scalar: ta_typed_scalar,
    /// For `TA_SOURCE_DLPACK`. Consumed when the call returns `TA_OK`, else still the caller's.
    dlpack: ?*DLManagedTensorVersioned,
    /// For `TA_SOURCE_DLPACK_LEGACY`. Consumed when the call returns `TA_OK`, else still the caller's.
    dlpack_legacy: ?*DLManagedTensor,
    /// For `TA_SOURCE_BUFFER`.
    buffer: ta_buffer,
    /// For `TA_SOURCE_SCALAR`.
    scalar: ta_scalar,
    /// For `TA_SOURCE_SEQUENCE`.
    sequence: ta_sequence,
    /// Room for kinds to come, so that they do not change the size.
    reserved: [20]u64,
};

/// Anything that becomes a tensor. Zero-initialise it, set `struct_size`, `kind` and the member.
pub const ta_source = extern struct {
    /// `sizeof(ta_source)`.
    struct_size: usize,
    /// One of `TA_SOURCE_…`.
    kind: i32,
    /// One of `TA_ORIGIN_…`, where a binding knows better what it read; 0: what `kind` says.
    origin: i32,
    /// The source itself.
    value: ta_source_value,
    /// One of `TA_REASON_…`, where the memory is no longer the source's own: a binding (or a
    /// producer that was asked to) has gathered, moved or computed the elements for this call
    /// already, because of this. 0: it is the source's own. Only for kinds with memory that can be
    /// shared. The tensor takes such memory over instead of copying it again, its provenance says
    /// that it was copied, and TA_COPY_NEVER is refused. For a DLPack tensor that is marked
    /// IS_COPIED, 0 means `TA_REASON_PRODUCER`.
    made: i32,
    /// Zero.
    reserved: i32,
};

// Options //

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
pub const ta_options = extern struct {
    /// `sizeof(ta_options)`.
    struct_size: usize,
    /// Element type of the result. All zero: the source's, or inferred from the values.
    dtype: ta_dtype,
    /// What a real number without a dtype becomes, and a buffer without one. All zero: float32.
    /// A complex number becomes the complex dtype with parts of it.
    default_dtype: ta_dtype,
    /// Where the result must be. All zero: where the source is; the CPU for values.
    device: ta_device,
    /// One of `TA_COPY_…`.
    copy: i32,
    /// One of `TA_GRAD_…`.
    requires_grad: i32,
    /// Combination of `TA_WANT_…` and `TA_MARK_READ_ONLY`.
    flags: u64,
    /// Combination of `TA_ACCEPT_…`: the sources that are allowed, at any nesting level. 0: all.
    accept: u64,
    /// The consumer's stream on the result's device, by the numbers of the array API: 0 not given,
    /// -1 do not synchronise, 1 and 2 the default streams of CUDA, else the handle. Work that is queued
    /// on it after the call sees the elements; the host does not wait. Of a DLPack tensor it is
    /// the stream that its producer was given; not given, the default one. It must exist as long as the result or a view of it does.
    stream: i64,
};

/// Lend it read-only, even if it is writable.
pub const TA_EXPORT_READ_ONLY: u64 = 1;

/// How a tensor is lent as DLPack. NULL, or all zero but `struct_size`: as it is, where it is,
/// in the newest version that this library speaks.
pub const ta_export_options = extern struct {
    /// `sizeof(ta_export_options)`.
    struct_size: usize,
    /// Newest DLPack that the consumer understands: major. All zero: any.
    max_major: u32,
    /// Newest DLPack that the consumer understands: minor.
    max_minor: u32,
    /// Where the consumer wants the elements. All zero: where they are.
    device: ta_device,
    /// One of `TA_COPY_…`.
    copy: i32,
    /// Zero.
    reserved: i32,
    /// Combination of `TA_EXPORT_…`.
    flags: u64,
    /// The consumer's stream, as in `ta_options`; not given, the default one or, of memory that the
    /// CPU reads, none at all: then the call waits. It must exist until the loan's deleter has run.
    stream: i64,
};

/// Decide by the values, as PyTorch does.
pub const TA_SCI_AUTO: i32 = 0;

/// Always `1.0000e+00`.
pub const TA_SCI_ON: i32 = 1;

/// Never.
pub const TA_SCI_OFF: i32 = 2;

/// How a tensor is printed. NULL, or all zero but `struct_size`: PyTorch's defaults. In each
/// number, 0 is the default and -1 is none.
pub const ta_repr_options = extern struct {
    /// `sizeof(ta_repr_options)`.
    struct_size: usize,
    /// More elements than this are summarised; default 1000.
    threshold: i64,
    /// Digits after the point, at most 2000; default 4.
    precision: i32,
    /// Elements shown at either end of a summarised axis; default 3.
    edgeitems: i32,
    /// Characters per line; default 80.
    linewidth: i32,
    /// One of `TA_SCI_…`.
    sci_mode: i32,
    /// The dtype that is not printed. All zero: float32.
    default_dtype: ta_dtype,
    /// Zero.
    reserved: i32,
};

// Histories //

/// A recorded operation: the `grad_fn` of the tensor that it made. Opaque and reference-counted,
/// given up with `ta_node_release`. Facts of a node never change, except that a backward pass
/// releases what it saved.
pub const ta_node = opaque {};

/// An input that required no gradient, or none at all.
pub const TA_INPUT_NONE: i32 = 0;

/// An input that another recorded operation made.
pub const TA_INPUT_NODE: i32 = 1;

/// An input that is a leaf.
pub const TA_INPUT_LEAF: i32 = 2;

/// An operation that the host has computed by itself, and can differentiate. Zero-initialise it.
///
/// When `ta_record` returns `TA_OK`, `user_data` belongs to the library: `drop(user_data)` runs
/// exactly once. After any other status it is still the caller's.
pub const ta_operation = extern struct {
    /// `sizeof(ta_operation)`.
    struct_size: usize,
    /// What its node is called, like `ExpBackward0`; copied. Not NULL.
    name: [*c]const u8,
    /// The tensors that it was computed from, `num_inputs` live handles. Borrowed: the node keeps their
    /// places in the graph, not the tensors. NULL only if there are none.
    inputs: ?*const ?*const ta_tensor,
    /// How many; 0 makes a door: gradients leave this library's graph through `backward`.
    num_inputs: usize,
    /// Writes the gradients of the inputs. Not NULL.
    ///
    /// `grad_output` is the gradient of the result, borrowed during the call: in the result's shape,
    /// dtype and device, with any strides. `needed[i]` is 1 if input `i` takes a gradient, else 0.
    /// `grad_inputs` arrives with `num_inputs` times NULL; a handle that is written there is the
    /// library's, also when the callback fails; NULL stands for zero. A gradient may have another dtype
    /// than its input, and a shape that the input's broadcasts to: it is converted and added up.
    ///
    /// Returns `TA_OK` or a failure (with a message in `err`, if it has one; a status that is not a
    /// `TA_ERR_…` becomes `TA_ERR_CALLBACK`): the backward pass then changes nothing. Runs on the thread
    /// that called `ta_backward`, with no lock held and nothing recorded; may call any function of this
    /// library, and run on several threads at once; must not unwind or longjmp.
    backward: ?*const fn (user_data: ?*anyopaque, grad_output: ?*const ta_tensor, needed: [*c]const i32, grad_inputs: ?*?*ta_tensor, num_inputs: usize, err: ?*ta_error) callconv(.c) ta_status,
    /// First argument of the callbacks; otherwise never looked at.
    user_data: ?*anyopaque,
    /// Lets `user_data` go: when a backward pass without `retain_graph` has succeeded (but a door is
    /// never used up: other graphs have rules of their own for a second pass), when the node goes, or inside `ta_record` if nothing is recorded. May run on any thread; must not unwind.
    /// NULL: nothing to let go.
    drop: ?*const fn (user_data: ?*anyopaque) callconv(.c) void,
    /// Zero.
    reserved: u64,
};

// Devices of a host //

/// Bytes of `ta_device_info.name`, the terminating NUL included.
pub const TA_DEVICE_NAME_SIZE: usize = 128;

/// What there is to know about a device.
pub const ta_device_info = extern struct {
    /// `sizeof(ta_device_info)`, set by the caller.
    struct_size: usize,
    /// Which device this is about.
    device: ta_device,
    /// What its maker calls it; NUL-terminated UTF-8, empty if nobody knows.
    name: [TA_DEVICE_NAME_SIZE]u8,
    /// Bytes of memory it has; 0 if nobody knows.
    total_bytes: u64,
    /// Bytes of memory that are free at this moment; 0 if nobody knows.
    free_bytes: u64,
    /// CUDA's compute capability, or what its maker counts like it: major. 0: none.
    capability_major: i32,
    /// And minor.
    capability_minor: i32,
};

/// One place in memory, on a device or on the host.
pub const ta_place = extern struct {
    /// Where it is: a device of the backend's, or one whose memory the CPU reads as it is
    /// (`TA_DEVICE_CPU` and pinned host memory).
    device: ta_device,
    /// What `allocate` gave, or an address in it where the device has addresses; on the host, an address.
    data: ?*anyopaque,
    /// Bytes behind `data`.
    byte_offset: u64,
};

/// Elements at a place, in strided order.
pub const ta_elements = extern struct {
    /// Where element (0, …, 0) is.
    place: ta_place,
    /// Distance between neighbours on each axis, in bytes, of either sign or zero.
    strides_bytes: [*c]const i64,
    /// What they are.
    dtype: ta_dtype,
    /// Zero.
    reserved: i32,
};

/// A device of the host's own: how its memory is had, moved and waited for.
///
/// Every function gets the `user_data` of `ta_device_register` first, may be called on any thread
/// and by several at once, and must not unwind, longjmp, or call this library. One that returns a
/// status returns `TA_OK` or a failure that changed nothing, with a message in `err` (a status
/// that is no `TA_ERR_…` becomes `TA_ERR_CALLBACK`). The library holds no lock while one runs.
///
/// A stream is a queue of work that is done in order. Its number is the host's: 1 is the default
/// stream, which each device has, others are what callers put into `ta_options.stream` and the like.
/// Work on a stream may go on after the function that queued it has returned; the library calls
/// `synchronize` before the host reads what was copied, or reuses what is being copied.
///
/// Zero-initialise the table; fields left zero have a meaning only where they say so.
pub const ta_device_api = extern struct {
    /// `sizeof(ta_device_api)`.
    struct_size: usize,
    /// Writes how many devices of this type there are to `*out`.
    count: ?*const fn (user_data: ?*anyopaque, out: [*c]i32, err: ?*ta_error) callconv(.c) ta_status,
    /// Writes the index of the calling thread's current device to `*out`. NULL: always 0.
    current: ?*const fn (user_data: ?*anyopaque, out: [*c]i32, err: ?*ta_error) callconv(.c) ta_status,
    /// Describes a device in `*out`, which arrives zeroed but for `struct_size` and `device`.
    /// NULL: there is nothing to tell.
    describe: ?*const fn (user_data: ?*anyopaque, index: i32, out: ?*ta_device_info, err: ?*ta_error) callconv(.c) ta_status,
    /// Writes a handle of (or, where the device has addresses, the address of) `size_bytes` bytes,
    /// more than 0, to `*out`; they may be used by work on `stream` from now on.
    allocate: ?*const fn (user_data: ?*anyopaque, index: i32, size_bytes: usize, stream: i64, out: ?*?*anyopaque, err: ?*ta_error) callconv(.c) ta_status,
    /// Gives back what `allocate` gave, when the work that is on `stream` now is done. Must not
    /// wait for that; cannot fail.
    free: ?*const fn (user_data: ?*anyopaque, index: i32, data: ?*anyopaque, size_bytes: usize, stream: i64) callconv(.c) void,
    /// Queues a copy of `size_bytes` bytes, more than 0, that do not overlap. At least one of the two
    /// places is on a device of this type; the stream is the target's device's or, if that is the
    /// host, the source's.
    copy: ?*const fn (user_data: ?*anyopaque, target: ?*const ta_place, source: ?*const ta_place, size_bytes: usize, stream: i64, err: ?*ta_error) callconv(.c) ta_status,
    /// Queues a strided copy of elements within one device, converted if the dtypes differ, by the
    /// rules of this library (see ta_asarray). `TA_ERR_UNSUPPORTED`: not these dtypes or not so many axes, and
    /// the library does it on the host, or writes by one `copy` for each run of bytes. NULL: never.
    convert: ?*const fn (user_data: ?*anyopaque, ndim: i32, shape: [*c]const i64, target: ?*const ta_elements, source: ?*const ta_elements, stream: i64, err: ?*ta_error) callconv(.c) ta_status,
    /// Makes work that is queued on the second stream from now on wait for what is on the first
    /// stream now, without waiting itself. NULL: each stream is done before any function returns.
    order: ?*const fn (user_data: ?*anyopaque, first_index: i32, first_stream: i64, second_index: i32, second_stream: i64, err: ?*ta_error) callconv(.c) ta_status,
    /// Waits until the work that is on a stream now is done; 0: on any stream of the device. It fails
    /// for work that failed, or if the device is lost: then, too, nothing of that work goes on.
    synchronize: ?*const fn (user_data: ?*anyopaque, index: i32, stream: i64, err: ?*ta_error) callconv(.c) ta_status,
    /// Writes the index of the device whose memory an address is in to `*out`, or -1 if it is in none.
    /// NULL: nobody knows.
    device_of: ?*const fn (user_data: ?*anyopaque, address: ?*const anyopaque, out: [*c]i32, err: ?*ta_error) callconv(.c) ta_status,
    /// Runs once, when the device is unregistered and the last tensor on it is gone. May be NULL.
    release: ?*const fn (user_data: ?*anyopaque) callconv(.c) void,
};

// The hub //

/// Makes a tensor of anything: shares the source's memory if that is possible, else copies.
///
/// The source is looked at first and taken last: on failure it is as it was. When the result
/// has everything that `options` ask for already and `source` is a tensor, the result is that
/// tensor, retained. How the result came about is in its provenance (see ta_describe).
///
/// \param source   What to read, not NULL. Borrowed during the call, except what its kind
///                 hands over on TA_OK (`release` callbacks, DLPack tensors).
/// \param options  What the result must be, or NULL for all defaults.
/// \param out      Receives the tensor, not NULL. Written only on TA_OK; ta_release it.
/// \param err      Where to put a message, or NULL to go without.
///
/// \retval TA_OK                    `*out` is a live handle.
/// \retval TA_ERR_NULL_ARGUMENT     `source`, `out`, or a pointer in the source is NULL.
/// \retval TA_ERR_INVALID_ARGUMENT  A field has a value outside its range.
/// \retval TA_ERR_LAYOUT            Shape or strides that no memory can have.
/// \retval TA_ERR_DTYPE             The dtype does not exist, cannot be inferred, or no
///                                  conversion to it exists.
/// \retval TA_ERR_GRAD              `options` require a gradient of elements that cannot have one.
/// \retval TA_ERR_OVERFLOW          A number does not fit the dtype; the message has its path.
/// \retval TA_ERR_RAGGED            Parts of a sequence differ in shape; the message has the path.
/// \retval TA_ERR_KIND              `options->accept` does not allow the source.
/// \retval TA_ERR_CALLBACK          A callback failed; a status of its own is passed on instead.
/// \retval TA_ERR_CANNOT_ALIAS      TA_COPY_NEVER, but a copy is needed; the message says why.
/// \retval TA_ERR_UNSUPPORTED       A struct, kind, flag or DLPack version newer than this library.
/// \retval TA_ERR_DEVICE            Memory that no backend here can read or move.
/// \retval TA_ERR_OUT_OF_MEMORY     Memory for the copy or the handle could not be had.
///
/// Since: ABI 0.
pub extern fn ta_asarray(
    source: ?*const ta_source,
    options: ?*const ta_options,
    out: ?*?*ta_tensor,
    err: ?*ta_error,
) ta_status;

/// Makes a tensor of a DLPack tensor: ta_asarray of a TA_SOURCE_DLPACK.
///
/// On TA_OK `managed` has changed hands: its deleter runs once, on whatever thread drops the
/// last share, or inside the call if the elements were copied. On any failure, an unknown major
/// version included, it is still the caller's and untouched. Any 1.x is understood; a NULL
/// deleter, NULL strides (compact) and `byte_offset` are too; flags are kept. A tensor that its
/// producer marks IS_COPIED is nobody else's: it is taken over as the copy that it is, with
/// TA_REASON_PRODUCER, where nothing else must change, and TA_COPY_NEVER is refused. Everything from the
/// lowest element to the highest must belong to one object: views may reach what lies between.
///
/// \param managed  The tensor to take, not NULL.
/// \param options  What the result must be, or NULL for all defaults.
/// \param out      Receives the tensor, not NULL. Written only on TA_OK; ta_release it.
/// \param err      Where to put a message, or NULL to go without.
///
/// \retval TA_OK                    `*out` is a live handle and `managed` is taken.
/// \retval TA_ERR_NULL_ARGUMENT     `managed` or `out` is NULL, or its shape, or its data with elements.
/// \retval TA_ERR_INVALID_ARGUMENT  An option or the device is outside its range.
/// \retval TA_ERR_LAYOUT            Negative or too large ndim, extent, strides or offset.
/// \retval TA_ERR_DTYPE             The dtype does not exist, or cannot be converted as asked.
/// \retval TA_ERR_GRAD              `options` require a gradient of elements that cannot have one.
/// \retval TA_ERR_KIND              `options->accept` does not allow DLPack.
/// \retval TA_ERR_CANNOT_ALIAS      TA_COPY_NEVER, but a copy is needed; the message says why.
/// \retval TA_ERR_UNSUPPORTED       The major version is not 1, or a struct or flag is newer than this library.
/// \retval TA_ERR_DEVICE            A copy of memory that no backend here can read or move.
/// \retval TA_ERR_OUT_OF_MEMORY     Memory for the copy or the handle could not be had.
///
/// Since: ABI 0.
pub extern fn ta_from_dlpack(
    managed: ?*DLManagedTensorVersioned,
    options: ?*const ta_options,
    out: ?*?*ta_tensor,
    err: ?*ta_error,
) ta_status;

/// Makes a tensor of a DLPack tensor of the struct without a version (before DLPack 1.0).
///
/// Everything as in ta_from_dlpack, except that there is no version to check and no flags:
/// the memory counts as writable.
///
/// \param managed  The tensor to take, not NULL.
/// \param options  What the result must be, or NULL for all defaults.
/// \param out      Receives the tensor, not NULL. Written only on TA_OK; ta_release it.
/// \param err      Where to put a message, or NULL to go without.
///
/// \retval TA_OK                 `*out` is a live handle and `managed` is taken.
/// \retval TA_ERR_NULL_ARGUMENT  `managed` or `out` is NULL, or its shape, or its data with elements.
/// \retval TA_ERR_…              Else as ta_from_dlpack, without the major version.
///
/// Since: ABI 0.
pub extern fn ta_from_dlpack_legacy(
    managed: ?*DLManagedTensor,
    options: ?*const ta_options,
    out: ?*?*ta_tensor,
    err: ?*ta_error,
) ta_status;

/// Lends a tensor to another library as a DLPack tensor.
///
/// No bytes move unless `options` ask for it: `*out` describes the memory that the tensor
/// shares, with all strides, and keeps it alive until its deleter has run, also past
/// ta_release(tensor). The deleter may run on any thread. READ_ONLY, SUBBYTE_TYPE_PADDED and
/// the unknown flags that came in with the memory go out with it. IS_COPIED promises that nobody
/// else has the memory: only a copy that this call makes says it.
///
/// \param tensor   Live handle, not NULL. Borrowed.
/// \param options  How to lend it, or NULL for as it is.
/// \param out      Receives the loan, not NULL. Written only on TA_OK; call its deleter once.
/// \param err      Where to put a message, or NULL to go without.
///
/// \retval TA_OK                    `*out` must reach its deleter exactly once.
/// \retval TA_ERR_NULL_ARGUMENT     `tensor` or `out` is NULL.
/// \retval TA_ERR_INVALID_ARGUMENT  An option is outside its range.
/// \retval TA_ERR_CANNOT_ALIAS      TA_COPY_NEVER, but another device was asked for.
/// \retval TA_ERR_UNSUPPORTED       A struct or flag newer than this library.
/// \retval TA_ERR_DEVICE            A copy that no backend here can make.
/// \retval TA_ERR_EXPORT            The tensor requires grad, or `max_major` is 0 with a minor
///                                  version (then use ta_to_dlpack_legacy).
/// \retval TA_ERR_OUT_OF_MEMORY     Memory for the loan or the copy could not be had.
///
/// Since: ABI 0.
pub extern fn ta_to_dlpack(
    tensor: ?*const ta_tensor,
    options: ?*const ta_export_options,
    out: ?*?*DLManagedTensorVersioned,
    err: ?*ta_error,
) ta_status;

/// Lends a tensor to a consumer that only knows the struct without a version.
///
/// As ta_to_dlpack; but that struct has no flags, so a tensor that is read-only, or whose
/// sub-byte elements are padded, is refused: the consumer could not be told.
///
/// \param tensor   Live handle, not NULL. Borrowed.
/// \param options  How to lend it, or NULL for as it is. The version in it is not looked at.
/// \param out      Receives the loan, not NULL. Written only on TA_OK; call its deleter once.
/// \param err      Where to put a message, or NULL to go without.
///
/// \retval TA_OK                    `*out` must reach its deleter exactly once.
/// \retval TA_ERR_NULL_ARGUMENT     `tensor` or `out` is NULL.
/// \retval TA_ERR_INVALID_ARGUMENT  An option is outside its range.
/// \retval TA_ERR_CANNOT_ALIAS      TA_COPY_NEVER, but another device was asked for.
/// \retval TA_ERR_UNSUPPORTED       A struct or flag newer than this library.
/// \retval TA_ERR_DEVICE            A copy that no backend here can make.
/// \retval TA_ERR_EXPORT            The tensor requires grad, is read-only or has padded elements.
/// \retval TA_ERR_OUT_OF_MEMORY     Memory for the loan or the copy could not be had.
///
/// Since: ABI 0.
pub extern fn ta_to_dlpack_legacy(
    tensor: ?*const ta_tensor,
    options: ?*const ta_export_options,
    out: ?*?*DLManagedTensor,
    err: ?*ta_error,
) ta_status;

// Relatives of ta_asarray //

/// Makes a tensor over strided memory; never copies (like `torch.from_numpy`).
///
/// \param memory  The memory, not NULL. On TA_OK its `release` is the library's to run.
/// \param out     Receives the tensor, not NULL. Written only on TA_OK; ta_release it.
/// \param err     Where to put a message, or NULL to go without.
///
/// \retval TA_OK                    `*out` is a live handle.
/// \retval TA_ERR_NULL_ARGUMENT     `memory`, `out`, `shape`, or `data` with elements is NULL.
/// \retval TA_ERR_INVALID_ARGUMENT  The device is outside its range.
/// \retval TA_ERR_LAYOUT            Shape or strides that no memory can have.
/// \retval TA_ERR_DTYPE             The dtype does not exist, or cannot be in foreign byte order.
/// \retval TA_ERR_UNSUPPORTED       A flag that this library does not know.
/// \retval TA_ERR_DEVICE            A stream of a device whose streams no backend here knows.
/// \retval TA_ERR_CANNOT_ALIAS      Swapped bytes, or strides that are no multiple of the element.
/// \retval TA_ERR_OUT_OF_MEMORY     Memory for the handle could not be had.
///
/// Since: ABI 0.
pub extern fn ta_from_array(
    memory: ?*const ta_memory,
    out: ?*?*ta_tensor,
    err: ?*ta_error,
) ta_status;

/// Makes a 1-D tensor over the bytes of a buffer; never copies (like `torch.frombuffer`).
///
/// \param buffer        The bytes, not NULL. On TA_OK its `release` is the library's to run.
/// \param dtype         What to read them as; must be given.
/// \param count         Elements to read; -1 for all that follow the offset.
/// \param offset_bytes  Bytes to skip; need not be aligned.
/// \param out           Receives the tensor, not NULL. Written only on TA_OK; ta_release it.
/// \param err           Where to put a message, or NULL to go without.
///
/// \retval TA_OK                    `*out` is a live handle.
/// \retval TA_ERR_NULL_ARGUMENT     `buffer`, `out`, or `data` with bytes is NULL.
/// \retval TA_ERR_INVALID_ARGUMENT  `count` is below -1, or it is -1 and the bytes behind the
///                                  offset are no multiple of the element.
/// \retval TA_ERR_UNSUPPORTED       A flag that this library does not know.
/// \retval TA_ERR_LAYOUT            More bytes or elements than memory can hold.
/// \retval TA_ERR_OUT_OF_BOUNDS     The offset or the elements lie outside the buffer.
/// \retval TA_ERR_DTYPE             The dtype is not given or does not exist.
/// \retval TA_ERR_OUT_OF_MEMORY     Memory for the handle could not be had.
///
/// Since: ABI 0.
pub extern fn ta_frombuffer(
    buffer: ?*const ta_buffer,
    dtype: ta_dtype,
    count: i64,
    offset_bytes: usize,
    out: ?*?*ta_tensor,
    err: ?*ta_error,
) ta_status;

/// Copies a tensor into memory of its own: ta_asarray of it with TA_COPY_ALWAYS.
///
/// The order of axes is kept (a transposed matrix stays transposed), unless TA_WANT_CONTIGUOUS is
/// set or elements are repeated (zero strides): then the copy is C-contiguous.
///
/// \param tensor   Live handle, not NULL. Borrowed.
/// \param options  What the copy must be, or NULL for all defaults. TA_COPY_NEVER contradicts.
/// \param out      Receives the copy, not NULL. Written only on TA_OK; ta_release it.
/// \param err      Where to put a message, or NULL to go without.
///
/// \retval TA_OK                    `*out` is a live handle.
/// \retval TA_ERR_NULL_ARGUMENT     `tensor` or `out` is NULL.
/// \retval TA_ERR_INVALID_ARGUMENT  An option is outside its range or contradicts.
/// \retval TA_ERR_DTYPE             The dtype does not exist, or cannot be converted as asked.
/// \retval TA_ERR_GRAD              `options` require a gradient of elements that cannot have one.
/// \retval TA_ERR_KIND              `options->accept` does not allow tensors.
/// \retval TA_ERR_UNSUPPORTED       A struct or flag newer than this library.
/// \retval TA_ERR_DEVICE            Memory that no backend here can read or move.
/// \retval TA_ERR_OUT_OF_MEMORY     Memory for the copy could not be had.
///
/// Since: ABI 0.
pub extern fn ta_copy(
    tensor: ?*const ta_tensor,
    options: ?*const ta_options,
    out: ?*?*ta_tensor,
    err: ?*ta_error,
) ta_status;

// Handles //

/// Takes another share in a tensor.
///
/// \param tensor  Live handle, or NULL.
///
/// \return `tensor`, to be released once more; NULL for NULL.
///
/// Since: ABI 0.
pub extern fn ta_retain(
    tensor: ?*const ta_tensor,
) ?*ta_tensor;

/// Gives up a share in a tensor; the last one lets its memory go.
///
/// Memory that came from elsewhere is let go by running its `release` callback or its DLPack
/// deleter, once, on this thread. Loans made by ta_to_dlpack are shares of their own.
///
/// \param tensor  A share that the caller owns, not used afterwards; or NULL, which does nothing.
///
/// Since: ABI 0.
pub extern fn ta_release(
    tensor: ?*ta_tensor,
) void;

/// A `release` callback that is ready made: it sets a number of the host's from 0 to 1.
///
/// For hosts whose own code cannot run on any thread, or not inside any call: `owner` of the
/// `ta_memory` or `ta_buffer` is the address of an int32_t that is 0. The host keeps that number
/// and the memory until it finds a 1 there, whenever it looks; this write is the last that the
/// library does with either.
///
/// \param owner  Address of an int32_t, or NULL, which does nothing.
///
/// Since: ABI 0.
pub extern fn ta_mark_released(
    owner: ?*anyopaque,
) void;

// Facts //

/// Fills `*out` with everything there is to know about a tensor.
///
/// \param tensor  Live handle, not NULL. Borrowed.
/// \param out     Receives the facts, not NULL; its `struct_size` is set by the caller. Fields
///                that this library does not know become zero. Written only on TA_OK.
/// \param err     Where to put a message, or NULL to go without.
///
/// \retval TA_OK                    `*out` is filled; its pointers live as long as the handle.
/// \retval TA_ERR_NULL_ARGUMENT     `tensor` or `out` is NULL.
/// \retval TA_ERR_INVALID_ARGUMENT  `out->struct_size` is smaller than the first `ta_info`.
///
/// Since: ABI 0.
pub extern fn ta_describe(
    tensor: ?*const ta_tensor,
    out: ?*ta_info,
    err: ?*ta_error,
) ta_status;

/// Where element (0, …, 0) is, for reading.
///
/// \param tensor  Live handle, or NULL.
///
/// \return The address, or the handle on devices that have handles; NULL for NULL, and possibly
///         NULL if there are no elements. Valid as long as the handle is.
///
/// Since: ABI 0.
pub extern fn ta_data(
    tensor: ?*const ta_tensor,
) ?*const anyopaque;

/// Where element (0, …, 0) is, for writing.
///
/// \param tensor  Live handle, or NULL.
///
/// \return As ta_data; NULL also if the tensor is read-only. The library does not order writes:
///         writers and readers of one memory agree among themselves.
///
/// Since: ABI 0.
pub extern fn ta_mutable_data(
    tensor: ?*ta_tensor,
) ?*anyopaque;

/// What the elements are.
///
/// \param tensor  Live handle, or NULL.
///
/// \return The dtype; all zero for NULL.
///
/// Since: ABI 0.
pub extern fn ta_dtype_of(
    tensor: ?*const ta_tensor,
) ta_dtype;

/// Where the memory is.
///
/// \param tensor  Live handle, or NULL.
///
/// \return The device; all zero for NULL.
///
/// Since: ABI 0.
pub extern fn ta_device_of(
    tensor: ?*const ta_tensor,
) ta_device;

/// Number of axes.
///
/// \param tensor  Live handle, or NULL.
///
/// \return 0 to TA_MAX_NDIM; 0 for NULL.
///
/// Since: ABI 0.
pub extern fn ta_ndim(
    tensor: ?*const ta_tensor,
) i32;

/// Extent of each axis.
///
/// \param tensor  Live handle, or NULL.
///
/// \return ta_ndim(tensor) extents, in elements, valid as long as the handle is; NULL for NULL.
///
/// Since: ABI 0.
pub extern fn ta_shape(
    tensor: ?*const ta_tensor,
) [*c]const i64;

/// Distance between neighbours on each axis.
///
/// \param tensor  Live handle, or NULL.
///
/// \return ta_ndim(tensor) strides, in elements, of either sign, valid as long as the handle
///         is; NULL for NULL.
///
/// Since: ABI 0.
pub extern fn ta_strides(
    tensor: ?*const ta_tensor,
) [*c]const i64;

/// Number of elements.
///
/// \param tensor  Live handle, or NULL.
///
/// \return The product of the extents (1 without axes); 0 for NULL.
///
/// Since: ABI 0.
pub extern fn ta_numel(
    tensor: ?*const ta_tensor,
) i64;

/// Whether nobody may write through this tensor.
///
/// \param tensor  Live handle, or NULL.
///
/// \return 1 or 0; 1 for NULL.
///
/// Since: ABI 0.
pub extern fn ta_is_read_only(
    tensor: ?*const ta_tensor,
) i32;

/// Whether the elements stand one after another in C order. Strides of axes of extent 1 do not
/// matter, and of a tensor without elements none.
///
/// \param tensor  Live handle, or NULL.
///
/// \return 1 or 0; 0 for NULL.
///
/// Since: ABI 0.
pub extern fn ta_is_contiguous(
    tensor: ?*const ta_tensor,
) i32;

/// Reads one element as a number of the host language.
///
/// \param tensor  Live handle, not NULL. Borrowed.
/// \param index   ta_ndim(tensor) positions, each from 0 to its extent - 1. NULL only if there
///                are no axes.
/// \param out     Receives the value, not NULL. Written only on TA_OK.
/// \param err     Where to put a message, or NULL to go without.
///
/// \retval TA_OK                 `*out` is the value; unsigned integers up to 2**63-1 come as
///                               TA_SCALAR_INT.
/// \retval TA_ERR_NULL_ARGUMENT  `tensor`, `out`, or `index` is NULL.
/// \retval TA_ERR_OUT_OF_BOUNDS  A position is outside its axis.
/// \retval TA_ERR_DTYPE          The dtype has no values that a scalar can hold.
/// \retval TA_ERR_DEVICE         No backend here can read the memory.
///
/// Since: ABI 0.
pub extern fn ta_item(
    tensor: ?*const ta_tensor,
    index: [*c]const i64,
    out: ?*ta_scalar,
    err: ?*ta_error,
) ta_status;

/// Prints a tensor as PyTorch prints one: `tensor([1., 2.])`.
///
/// Elements that the CPU cannot read, and those of a dtype without values, are printed as `...`.
///
/// \param tensor    Live handle, not NULL. Borrowed.
/// \param options   How to print, or NULL for PyTorch's defaults.
/// \param buffer    Receives UTF-8, NUL-terminated, cut at a character if `capacity` is too
///                  small. NULL only if `capacity` is 0.
/// \param capacity  Bytes of `buffer`.
/// \param length    Receives the length of the whole text in bytes, without the NUL: compare it
///                  with `capacity`. May be NULL. Written only on TA_OK.
/// \param err       Where to put a message, or NULL to go without.
///
/// \retval TA_OK                    Printed, perhaps cut.
/// \retval TA_ERR_NULL_ARGUMENT     `tensor` is NULL, or `buffer` with a capacity.
/// \retval TA_ERR_INVALID_ARGUMENT  An option is outside its range.
/// \retval TA_ERR_UNSUPPORTED       A struct newer than this library.
/// \retval TA_ERR_OUT_OF_MEMORY     Memory for the text could not be had.
///
/// Since: ABI 0.
pub extern fn ta_repr(
    tensor: ?*const ta_tensor,
    options: ?*const ta_repr_options,
    buffer: [*c]u8,
    capacity: usize,
    length: [*c]usize,
    err: ?*ta_error,
) ta_status;

/// The name of a dtype, like `float32`; numbers for one that has no name, like `int4`.
///
/// \param dtype     Any value.
/// \param buffer    Receives it, NUL-terminated, cut if `capacity` is too small. NULL only if
///                  `capacity` is 0; a NULL buffer receives nothing.
/// \param capacity  Bytes of `buffer`; 32 are always enough.
///
/// \return The length of the whole name in bytes, without the NUL.
///
/// Since: ABI 0.
pub extern fn ta_dtype_name(
    dtype: ta_dtype,
    buffer: [*c]u8,
    capacity: usize,
) usize;

/// The name of a TA_ORIGIN_… number, like `dlpack`.
///
/// \param origin  Any value.
///
/// \return A static string; `unknown` for a number without a name.
///
/// Since: ABI 0.
pub extern fn ta_origin_name(
    origin: i32,
) [*:0]const u8;

/// The name of a TA_REASON_… number, like `dtype`.
///
/// \param reason  Any value.
///
/// \return A static string; `unknown` for a number without a name, and empty for TA_REASON_NONE.
///
/// Since: ABI 0.
pub extern fn ta_reason_name(
    reason: i32,
) [*:0]const u8;

// Views and writes //

/// Makes a tensor over part of another one's memory: any shape, strides and offset that stay
/// inside it (like `torch.as_strided`, but checked).
///
/// The view may reach exactly the elements between the lowest and the highest that `tensor`
/// itself reaches. It shares the memory, and is read-only if `tensor` is. Of a tensor that requires
/// grad, while operations are recorded on this thread, it has a history: `AsStridedBackward0`.
///
/// \param tensor   Live handle, not NULL. Borrowed; the view keeps the memory alive by itself.
/// \param ndim     Number of axes of the view, 0 to TA_MAX_NDIM.
/// \param shape    Extents, `ndim` of them, in elements. NULL only if `ndim` is 0.
/// \param strides  Distance between neighbours on each axis, in elements, of either sign. NULL:
///                 C-contiguous.
/// \param offset   Elements from `tensor`'s element (0, …, 0) to the view's; of either sign.
/// \param out      Receives the view, not NULL. Written only on TA_OK; ta_release it.
/// \param err      Where to put a message, or NULL to go without.
///
/// \retval TA_OK                    `*out` is a live handle.
/// \retval TA_ERR_NULL_ARGUMENT     `tensor`, `out`, or `shape` is NULL.
/// \retval TA_ERR_LAYOUT            Shape or strides that no memory can have.
/// \retval TA_ERR_OUT_OF_BOUNDS     The view reaches outside the tensor.
/// \retval TA_ERR_DTYPE             Packed sub-byte elements, and the offset is inside a byte.
/// \retval TA_ERR_OUT_OF_MEMORY     Memory for the handle could not be had.
///
/// Since: ABI 0.
pub extern fn ta_view(
    tensor: ?*const ta_tensor,
    ndim: i32,
    shape: [*c]const i64,
    strides: [*c]const i64,
    offset: i64,
    out: ?*?*ta_tensor,
    err: ?*ta_error,
) ta_status;

/// ta_view, with a name for what was done: a binding that offers views of its own (`Tensor.t`, an index)
/// calls their nodes as PyTorch does, `TransposeBackward0` or `SelectBackward0`.
///
/// \param tensor   Live handle, not NULL. Borrowed; the view keeps the memory alive by itself.
/// \param name     What the view's node is called, if it has one. Copied; not NULL.
/// \param ndim     As in ta_view.
/// \param shape    As in ta_view.
/// \param strides  As in ta_view.
/// \param offset   As in ta_view.
/// \param out      Receives the view, not NULL. Written only on TA_OK; ta_release it.
/// \param err      Where to put a message, or NULL to go without.
///
/// \retval TA_OK                 `*out` is a live handle.
/// \retval TA_ERR_NULL_ARGUMENT  `tensor`, `name`, `out`, or `shape` is NULL.
/// \retval TA_ERR_…              Else as ta_view.
///
/// Since: ABI 0.
pub extern fn ta_view_named(
    tensor: ?*const ta_tensor,
    name: [*c]const u8,
    ndim: i32,
    shape: [*c]const i64,
    strides: [*c]const i64,
    offset: i64,
    out: ?*?*ta_tensor,
    err: ?*ta_error,
) ta_status;

/// Copies the elements of one tensor into another, converting and broadcasting (like
/// `Tensor.copy_`). Memory that the two share is read before it is written.
///
/// \param target  Live handle, not NULL. Its elements are overwritten.
/// \param source  Live handle, not NULL. Its shape broadcasts to the target's.
/// \param err     Where to put a message, or NULL to go without.
///
/// \retval TA_OK                    Copied.
/// \retval TA_ERR_NULL_ARGUMENT     `target` or `source` is NULL.
/// \retval TA_ERR_INVALID_ARGUMENT  The shapes do not broadcast.
/// \retval TA_ERR_NOT_WRITABLE      The target is read-only, or several of its elements share one
///                                  place in memory.
/// \retval TA_ERR_GRAD              The target requires grad. A leaf may be written while no
///                                  operations are recorded on this thread (ta_set_grad_enabled).
/// \retval TA_ERR_DTYPE             There is no conversion between the two dtypes.
/// \retval TA_ERR_DEVICE            No backend here can read or write the memory, or the device
///                                  failed: then some elements may have been written.
/// \retval TA_ERR_OUT_OF_MEMORY     The two overlap, and memory to copy through could not be had.
///
/// Thread safety: the caller keeps others from the target's elements during the call.
/// Since: ABI 0.
pub extern fn ta_copy_into(
    target: ?*ta_tensor,
    source: ?*const ta_tensor,
    err: ?*ta_error,
) ta_status;

/// Writes one value to every element (like `Tensor.fill_`).
///
/// \param target  Live handle, not NULL. Its elements are overwritten.
/// \param value   The value, not NULL.
/// \param err     Where to put a message, or NULL to go without.
///
/// \retval TA_OK                    Written.
/// \retval TA_ERR_NULL_ARGUMENT     `target` or `value` is NULL.
/// \retval TA_ERR_INVALID_ARGUMENT  `value->kind` is none of TA_SCALAR_….
/// \retval TA_ERR_OVERFLOW          The value does not fit the dtype.
/// \retval TA_ERR_NOT_WRITABLE      The target is read-only, or several of its elements share one
///                                  place in memory.
/// \retval TA_ERR_GRAD              The target requires grad. A leaf may be written while no
///                                  operations are recorded on this thread (ta_set_grad_enabled).
/// \retval TA_ERR_DTYPE             The dtype cannot hold such a value.
/// \retval TA_ERR_DEVICE            No backend here can write the memory, or the device failed: then
///                                  some elements may have been written.
///
/// Thread safety: the caller keeps others from the target's elements during the call.
/// Since: ABI 0.
pub extern fn ta_fill(
    target: ?*ta_tensor,
    value: ?*const ta_scalar,
    err: ?*ta_error,
) ta_status;

// Gradients //

/// Whether a tensor requires a gradient.
///
/// \param tensor  Live handle, or NULL.
///
/// \return 1 or 0; 0 for NULL.
///
/// Since: ABI 0.
pub extern fn ta_requires_grad(
    tensor: ?*const ta_tensor,
) i32;

/// Changes whether a leaf requires a gradient (like `Tensor.requires_grad_`). What was recorded before
/// stays as it was; a gradient on its way to a leaf that requires none any more is dropped. Handles
/// that share a history (see ta_asarray) share the flag.
///
/// \param tensor         Live handle, not NULL.
/// \param requires_grad  0 or not.
/// \param err            Where to put a message, or NULL to go without.
///
/// \retval TA_OK                 Set; for a tensor with a history, it was 1 and stays so.
/// \retval TA_ERR_NULL_ARGUMENT  `tensor` is NULL.
/// \retval TA_ERR_GRAD           Elements that cannot have a gradient, or 0 for a tensor with a
///                               history: ta_detach it instead.
///
/// Since: ABI 0.
pub extern fn ta_set_requires_grad(
    tensor: ?*ta_tensor,
    requires_grad: i32,
    err: ?*ta_error,
) ta_status;

/// Whether no recorded operation made a tensor.
///
/// \param tensor  Live handle, or NULL.
///
/// \return 1 or 0; 1 for NULL.
///
/// Since: ABI 0.
pub extern fn ta_is_leaf(
    tensor: ?*const ta_tensor,
) i32;

/// Makes another handle over the same memory, without a history: a leaf that requires no gradient
/// (like `Tensor.detach`).
///
/// \param tensor  Live handle, not NULL. Borrowed.
/// \param out     Receives the handle, not NULL. Written only on TA_OK; ta_release it.
/// \param err     Where to put a message, or NULL to go without.
///
/// \retval TA_OK                 `*out` is a live handle.
/// \retval TA_ERR_NULL_ARGUMENT  `tensor` or `out` is NULL.
/// \retval TA_ERR_OUT_OF_MEMORY  Memory for the handle could not be had.
///
/// Since: ABI 0.
pub extern fn ta_detach(
    tensor: ?*const ta_tensor,
    out: ?*?*ta_tensor,
    err: ?*ta_error,
) ta_status;

/// The gradient that has arrived at a leaf.
///
/// A later backward pass does not change it: the sum is a tensor of its own, and this function then
/// returns that (PyTorch adds in place).
///
/// \param tensor  Live handle, or NULL.
///
/// \return A share in it, to be released; NULL if there is none, and for NULL.
///
/// Since: ABI 0.
pub extern fn ta_grad(
    tensor: ?*const ta_tensor,
) ?*ta_tensor;

/// Replaces the gradient of a leaf; what was there is released.
///
/// A gradient lives as long as its leaf has it. Leaves that are each other's gradients, in a ring of any
/// length, keep one another alive until one of them is given another, or none.
///
/// \param tensor  Live handle, not NULL.
/// \param grad    What it is to be: of the tensor's shape, dtype and device, without a history.
///                Shared, not copied. NULL clears it.
/// \param err     Where to put a message, or NULL to go without.
///
/// \retval TA_OK                 Set.
/// \retval TA_ERR_NULL_ARGUMENT  `tensor` is NULL.
/// \retval TA_ERR_GRAD           The tensor is no leaf or its elements cannot have a gradient, or
///                               `grad` cannot be it; the message says why.
///
/// Since: ABI 0.
pub extern fn ta_set_grad(
    tensor: ?*ta_tensor,
    grad: ?*const ta_tensor,
    err: ?*ta_error,
) ta_status;

/// Computes the gradients of a tensor with respect to all leaves that it was computed from, and adds
/// them to theirs (see ta_grad).
///
/// Operations are differentiated newest first, on this thread; those of the host by their callbacks. All
/// leaves get their gradients at the end, or none does: a call that fails has changed nothing, and
/// released nothing. Any number of threads may do this at once, also towards the same leaves: no
/// gradient is lost.
///
/// \param tensor        Live handle, not NULL.
/// \param gradient      The gradient of the final result with respect to `tensor`, in its shape. NULL: 1,
///                      for a tensor of one real element.
/// \param retain_graph  0: what the operations saved is released, so that there is no second time. Else it
///                      is kept.
/// \param err           Where to put a message, or NULL to go without.
///
/// \retval TA_OK                 The leaves have their gradients.
/// \retval TA_ERR_NULL_ARGUMENT  `tensor` is NULL.
/// \retval TA_ERR_GRAD           `tensor` does not require grad; `gradient` is missing or cannot be its
///                               gradient; the graph has been released; memory that an operation
///                               needs has been written in place; or a callback wrote what cannot
///                               be the gradient of its input.
/// \retval TA_ERR_DTYPE          There is no arithmetic on, or conversion between, elements on the way.
/// \retval TA_ERR_DEVICE         A gradient is due on a device that is not there, or the device failed.
/// \retval TA_ERR_CALLBACK       A callback failed; a status of its own is passed on instead.
/// \retval TA_ERR_OUT_OF_MEMORY  Memory for a gradient could not be had.
///
/// Since: ABI 0.
pub extern fn ta_backward(
    tensor: ?*const ta_tensor,
    gradient: ?*const ta_tensor,
    retain_graph: i32,
    err: ?*ta_error,
) ta_status;

/// Sets whether operations of this thread are recorded (0 is `torch.no_grad`). At first they are. While
/// they are not, results of operations, copies and views require no grad unless asked to by
/// TA_GRAD_YES, and leaves may be written in place.
///
/// \param enabled  0 or not.
///
/// \return What it was, 1 or 0: set it back.
///
/// Thread safety: a setting of the calling thread, which no other thread sees.
/// Since: ABI 0.
pub extern fn ta_set_grad_enabled(
    enabled: i32,
) i32;

/// Whether operations of this thread are recorded.
///
/// \return 1 or 0.
///
/// Since: ABI 0.
pub extern fn ta_grad_enabled() i32;

// Operations //

/// Adds two tensors (like `torch.add`).
///
/// Shapes broadcast. The dtype is the one that holds both, where a tensor without axes gives way to one
/// with axes unless its numbers are of a higher kind (`torch.result_type`); integers wrap, truth values
/// are or-ed, floats narrower than 32 bits are computed in float32. The result is C-contiguous memory
/// of its own; if operations are recorded on this thread and an operand requires grad, it has a
/// history.
///
/// \param a    Live handle, not NULL. Borrowed.
/// \param b    Live handle, not NULL. Borrowed.
/// \param out  Receives the result, not NULL. Written only on TA_OK; ta_release it.
/// \param err  Where to put a message, or NULL to go without.
///
/// \retval TA_OK                    `*out` is a live handle.
/// \retval TA_ERR_NULL_ARGUMENT     `a`, `b` or `out` is NULL.
/// \retval TA_ERR_INVALID_ARGUMENT  The shapes do not broadcast.
/// \retval TA_ERR_LAYOUT            The result would be too large.
/// \retval TA_ERR_DTYPE             There is no common dtype, or no arithmetic on it.
/// \retval TA_ERR_DEVICE            An operand is on a device: operations are computed on the CPU only.
/// \retval TA_ERR_OUT_OF_MEMORY     Memory for the result could not be had.
///
/// Thread safety: the caller keeps writers from the operands' elements during the call.
/// Since: ABI 0.
pub extern fn ta_add(
    a: ?*const ta_tensor,
    b: ?*const ta_tensor,
    out: ?*?*ta_tensor,
    err: ?*ta_error,
) ta_status;

/// Subtracts `b` from `a` (like `torch.sub`). As ta_add; truth values have no difference.
///
/// \param a    Live handle, not NULL. Borrowed.
/// \param b    Live handle, not NULL. Borrowed.
/// \param out  Receives the result, not NULL. Written only on TA_OK; ta_release it.
/// \param err  Where to put a message, or NULL to go without.
///
/// \retval TA_OK                 `*out` is a live handle.
/// \retval TA_ERR_NULL_ARGUMENT  `a`, `b` or `out` is NULL.
/// \retval TA_ERR_DTYPE          There is no common dtype, or no arithmetic on it, or an operand is bool.
/// \retval TA_ERR_…              Else as ta_add.
///
/// Thread safety: the caller keeps writers from the operands' elements during the call.
/// Since: ABI 0.
pub extern fn ta_sub(
    a: ?*const ta_tensor,
    b: ?*const ta_tensor,
    out: ?*?*ta_tensor,
    err: ?*ta_error,
) ta_status;

/// Multiplies two tensors (like `torch.mul`). As ta_add; truth values are and-ed.
///
/// A recorded product shares the factors that its gradient needs. If their memory is written through
/// this library before the backward pass, that fails; writes through other handles to the memory, or
/// by other libraries, are not seen.
///
/// \param a    Live handle, not NULL. Borrowed.
/// \param b    Live handle, not NULL. Borrowed.
/// \param out  Receives the result, not NULL. Written only on TA_OK; ta_release it.
/// \param err  Where to put a message, or NULL to go without.
///
/// \retval TA_OK                 `*out` is a live handle.
/// \retval TA_ERR_NULL_ARGUMENT  `a`, `b` or `out` is NULL.
/// \retval TA_ERR_…              Else as ta_add.
///
/// Thread safety: the caller keeps writers from the operands' elements during the call.
/// Since: ABI 0.
pub extern fn ta_mul(
    a: ?*const ta_tensor,
    b: ?*const ta_tensor,
    out: ?*?*ta_tensor,
    err: ?*ta_error,
) ta_status;

/// Turns the sign of a tensor (like `torch.neg`). As ta_add; truth values have no sign.
///
/// \param tensor  Live handle, not NULL. Borrowed.
/// \param out     Receives the result, not NULL. Written only on TA_OK; ta_release it.
/// \param err     Where to put a message, or NULL to go without.
///
/// \retval TA_OK                 `*out` is a live handle.
/// \retval TA_ERR_NULL_ARGUMENT  `tensor` or `out` is NULL.
/// \retval TA_ERR_DTYPE          There is no arithmetic on the elements, or they are bool.
/// \retval TA_ERR_…              Else as ta_add.
///
/// Thread safety: the caller keeps writers from the tensor's elements during the call.
/// Since: ABI 0.
pub extern fn ta_neg(
    tensor: ?*const ta_tensor,
    out: ?*?*ta_tensor,
    err: ?*ta_error,
) ta_status;

/// Adds up elements along axes (like `torch.sum`): pairwise, floats narrower than 32 bits in float32,
/// integers and truth values to int64. As ta_add else.
///
/// \param tensor    Live handle, not NULL. Borrowed.
/// \param axes      Axes to add up along; negative ones count from the back. NULL only if there are none.
/// \param num_axes  How many; 0 for all axes of the tensor.
/// \param keep      0: the result has no such axes. Else they stay, with extent 1.
/// \param out       Receives the result, not NULL. Written only on TA_OK; ta_release it.
/// \param err       Where to put a message, or NULL to go without.
///
/// \retval TA_OK                    `*out` is a live handle.
/// \retval TA_ERR_NULL_ARGUMENT     `tensor` or `out` is NULL, or `axes` with a number of them.
/// \retval TA_ERR_INVALID_ARGUMENT  More axes than TA_MAX_NDIM, or one is listed twice.
/// \retval TA_ERR_OUT_OF_BOUNDS     The tensor has no such axis.
/// \retval TA_ERR_DTYPE             There is no arithmetic on the elements.
/// \retval TA_ERR_…                 Else as ta_add.
///
/// Thread safety: the caller keeps writers from the tensor's elements during the call.
/// Since: ABI 0.
pub extern fn ta_sum(
    tensor: ?*const ta_tensor,
    axes: [*c]const i64,
    num_axes: usize,
    keep: i32,
    out: ?*?*ta_tensor,
    err: ?*ta_error,
) ta_status;

// Operations of the host //

/// Makes a tensor of the result of an operation that the host has computed, and records how to
/// differentiate it.
///
/// The result requires grad if operations are recorded on this thread and an input requires grad, or if
/// there are no inputs: that makes a door through which gradients leave this library's graph. Else it is
/// a plain leaf, and `drop` runs inside the call. It is a handle of its own in any case, without the
/// history that `output` may have.
///
/// Callbacks that keep the result itself alive make a cycle with it, which lasts until a backward pass
/// without `retain_graph` releases them: ta_live_nodes and ta_live_tensors show it. Keep ta_detach of it
/// instead.
///
/// \param operation  The operation, not NULL. On TA_OK its `user_data` is the library's.
/// \param output     What it computed, not NULL. Read and taken as by ta_asarray.
/// \param options    What the result must be, or NULL for all defaults; `requires_grad` must be TA_GRAD_NO.
/// \param out        Receives the tensor, not NULL. Written only on TA_OK; ta_release it.
/// \param err        Where to put a message, or NULL to go without.
///
/// \retval TA_OK                    `*out` is a live handle.
/// \retval TA_ERR_NULL_ARGUMENT     `operation`, its `name` or `backward`, an input, `output` or `out` is
///                                  NULL.
/// \retval TA_ERR_INVALID_ARGUMENT  `options->requires_grad` is set, or `num_inputs` too large.
/// \retval TA_ERR_GRAD              The result would require grad, but its elements cannot.
/// \retval TA_ERR_UNSUPPORTED       A struct newer than this library.
/// \retval TA_ERR_…                 Else as ta_asarray.
///
/// Since: ABI 0.
pub extern fn ta_record(
    operation: ?*const ta_operation,
    output: ?*const ta_source,
    options: ?*const ta_options,
    out: ?*?*ta_tensor,
    err: ?*ta_error,
) ta_status;

// Nodes of the graph //

/// The node of the operation that made a tensor.
///
/// \param tensor  Live handle, or NULL.
///
/// \return A share in it, to be given up with ta_node_release; NULL for a leaf, and for NULL.
///
/// Since: ABI 0.
pub extern fn ta_grad_fn(
    tensor: ?*const ta_tensor,
) ?*ta_node;

/// The name of the operation that made a tensor, like `MulBackward0`.
///
/// \param tensor  Live handle, or NULL.
///
/// \return NUL-terminated, valid as long as the handle is; NULL for a leaf, and for NULL.
///
/// Since: ABI 0.
pub extern fn ta_grad_fn_name(
    tensor: ?*const ta_tensor,
) [*:0]const u8;

/// Takes another share in a node.
///
/// \param node  Live node, or NULL.
///
/// \return `node`, to be released once more; NULL for NULL.
///
/// Since: ABI 0.
pub extern fn ta_node_retain(
    node: ?*const ta_node,
) ?*ta_node;

/// Gives up a share in a node; with the last one, also those of the tensor and of newer nodes, it
/// lets go what it saved, on this thread.
///
/// \param node  A share that the caller owns, not used afterwards; or NULL, which does nothing.
///
/// Since: ABI 0.
pub extern fn ta_node_release(
    node: ?*ta_node,
) void;

/// The name of a node, like `MulBackward0`.
///
/// \param node  Live node, or NULL.
///
/// \return NUL-terminated, valid as long as the node is; NULL for NULL.
///
/// Since: ABI 0.
pub extern fn ta_node_name(
    node: ?*const ta_node,
) [*:0]const u8;

/// How many inputs the operation of a node has.
///
/// \param node  Live node, or NULL.
///
/// \return The number; 0 for a door to another graph, and for NULL.
///
/// Since: ABI 0.
pub extern fn ta_node_num_inputs(
    node: ?*const ta_node,
) usize;

/// Where an input of a node's operation comes from: the way to walk a graph.
///
/// \param node   Live node, or NULL.
/// \param index  Which input.
/// \param next   For TA_INPUT_NODE, receives a share in that node, to be given up with
///               ta_node_release; else NULL. May be NULL.
///
/// \return One of TA_INPUT_…; TA_INPUT_NONE also for an index that there is not, and for NULL.
///
/// Since: ABI 0.
pub extern fn ta_node_input(
    node: ?*const ta_node,
    index: usize,
    next: ?*?*ta_node,
) i32;

/// The `user_data` of an operation that was recorded with a certain callback: how a host finds its own
/// operations in a graph.
///
/// \param node      Live node, or NULL.
/// \param backward  The callback.
///
/// \return What ta_record was given, valid until a backward pass releases it, which any thread may run:
///         use ta_node_visit where one might. NULL if it has been released, for a node that was not
///         recorded with this callback, and for NULL.
///
/// Since: ABI 0.
pub extern fn ta_node_user_data(
    node: ?*const ta_node,
    backward: ?*const fn (user_data: ?*anyopaque, grad_output: ?*const ta_tensor, needed: [*c]const i32, grad_inputs: ?*?*ta_tensor, num_inputs: usize, err: ?*ta_error) callconv(.c) ta_status,
) ?*anyopaque;

/// Shows a host the `user_data` of an operation that was recorded with a certain callback, and keeps it
/// while the host looks: a backward pass on another thread that releases the operation meanwhile leaves
/// `drop` to this call, which runs it when `visit` has returned.
///
/// \param node      Live node, or NULL.
/// \param backward  The callback that the operation was recorded with.
/// \param visit     Called once, on this thread, with `context` and the `user_data`, if that is still there.
///                  It may call anything, and must not unwind. To keep what it sees, it takes a share of
///                  its own. NULL: nothing is called.
/// \param context   First argument of `visit`; never looked at.
///
/// \return 1 if the `user_data` is still there, and 0 if it has been released, for a node that was not
///         recorded with this callback, and for NULL.
///
/// Since: ABI 0.
pub extern fn ta_node_visit(
    node: ?*const ta_node,
    backward: ?*const fn (user_data: ?*anyopaque, grad_output: ?*const ta_tensor, needed: [*c]const i32, grad_inputs: ?*?*ta_tensor, num_inputs: usize, err: ?*ta_error) callconv(.c) ta_status,
    visit: ?*const fn (context: ?*anyopaque, user_data: ?*anyopaque) callconv(.c) void,
    context: ?*anyopaque,
) i32;

/// How many nodes are alive in this copy of the library: zero when nothing leaks.
///
/// \return The number of nodes that some tensor, newer node or host still holds.
///
/// Since: ABI 0.
pub extern fn ta_live_nodes() usize;

// Devices and streams //

/// Plugs in the devices of one type: from now on ta_asarray and its relatives reach their memory.
///
/// A device of this library's own (CUDA) is replaced; the CPU cannot be. Tensors that there are stay
/// with the functions that they were made by, or came in under; what came in of a type that nobody
/// had is served by these.
///
/// \param device_type  One of TA_DEVICE_…, or a number of the host's own. Devices without a name are
///                     called by their number, like `device64:0`.
/// \param api          The functions, not NULL. Copied; what they need must stay until `release` has run.
/// \param user_data    First argument of each function; never looked at.
/// \param err          Where to put a message, or NULL to go without.
///
/// \retval TA_OK                    Registered; `release` is the library's to run.
/// \retval TA_ERR_NULL_ARGUMENT     `api` is NULL, or a function in it that must be there.
/// \retval TA_ERR_INVALID_ARGUMENT  `device_type` is below 1, the CPU's, or registered already.
/// \retval TA_ERR_UNSUPPORTED       A table newer than this library.
/// \retval TA_ERR_OUT_OF_MEMORY     Memory for the entry could not be had.
///
/// Since: ABI 0.
pub extern fn ta_device_register(
    device_type: i32,
    api: ?*const ta_device_api,
    user_data: ?*anyopaque,
    err: ?*ta_error,
) ta_status;

/// Takes back what ta_device_register did. Tensors on the devices stay as they are, and keep the
/// functions in use: they are read, written, copied and handed to streams by them, also after the type
/// has been registered again. `release` runs when the last of them is gone, or inside the call.
/// The devices themselves are no longer known: neither to ta_synchronize nor as a place for something new.
///
/// \param device_type  A type that was registered.
/// \param err          Where to put a message, or NULL to go without.
///
/// \retval TA_OK                    Nothing new is made on these devices but copies of what is there.
/// \retval TA_ERR_INVALID_ARGUMENT  `device_type` is not registered.
///
/// Since: ABI 0.
pub extern fn ta_device_unregister(
    device_type: i32,
    err: ?*ta_error,
) ta_status;

/// Lists the devices that memory can be had on, by type and index. A type whose `count` fails is left
/// out; what it says is the error of whoever asks for a device of it.
///
/// \param out       Receives at most `capacity` devices; NULL if `capacity` is 0.
/// \param capacity  How many there is room for.
/// \param count     Receives how many there are, not NULL. Written only on TA_OK.
/// \param err       Where to put a message, or NULL to go without.
///
/// \retval TA_OK                 Written.
/// \retval TA_ERR_NULL_ARGUMENT  `count` is NULL, or `out` with room.
/// \retval TA_ERR_OUT_OF_MEMORY  Memory for the list could not be had.
///
/// Since: ABI 0.
pub extern fn ta_device_list(
    out: ?*ta_device,
    capacity: usize,
    count: [*c]usize,
    err: ?*ta_error,
) ta_status;

/// Describes a device.
///
/// \param device  The device; index -1 is the current one of its type.
/// \param out     Filled in, not NULL; `struct_size` is set by the caller. Written only on TA_OK.
/// \param err     Where to put a message, or NULL to go without.
///
/// \retval TA_OK                    Written.
/// \retval TA_ERR_NULL_ARGUMENT     `out` is NULL.
/// \retval TA_ERR_INVALID_ARGUMENT  The device or `out->struct_size` is outside its range.
/// \retval TA_ERR_DEVICE            There is no such device; the message lists what there is.
///
/// Since: ABI 0.
pub extern fn ta_device_describe(
    device: ta_device,
    out: ?*ta_device_info,
    err: ?*ta_error,
) ta_status;

/// Reads a device as people write it: `cpu`, `cuda`, `cuda:1`. Without an index it is the current
/// one, -1; `cpu:0` is `cpu`. `hip`, `mps` and `xpu` are PyTorch's names of `rocm`, `metal` and `oneapi`.
///
/// \param text  NUL-terminated, not NULL.
/// \param out   Receives the device, not NULL. Written only on TA_OK.
/// \param err   Where to put a message, or NULL to go without.
///
/// \retval TA_OK                 Written.
/// \retval TA_ERR_NULL_ARGUMENT  `text` or `out` is NULL.
/// \retval TA_ERR_DEVICE         No device is called so.
///
/// Since: ABI 0.
pub extern fn ta_device_parse(
    text: [*c]const u8,
    out: ?*ta_device,
    err: ?*ta_error,
) ta_status;

/// The name of a device, as ta_device_parse reads it: like `cuda:1`, and `device64:0` for one whose
/// type has no name.
///
/// \param device    Any value; index -1 is the current one of its type.
/// \param buffer    Receives it, NUL-terminated, cut if `capacity` is too small. NULL only if
///                  `capacity` is 0; a NULL buffer receives nothing.
/// \param capacity  Bytes of `buffer`; 32 are always enough.
///
/// \return The length of the whole name in bytes, without the NUL.
///
/// Since: ABI 0.
pub extern fn ta_device_name(
    device: ta_device,
    buffer: [*c]u8,
    capacity: usize,
) usize;

/// Finds the device whose memory an address is in.
///
/// \param device_type  The type of device to ask.
/// \param address      Any address; never followed by this library.
/// \param out          Receives the device, not NULL. Written only on TA_OK.
/// \param err          Where to put a message, or NULL to go without.
///
/// \retval TA_OK                    Written.
/// \retval TA_ERR_NULL_ARGUMENT     `out` is NULL.
/// \retval TA_ERR_INVALID_ARGUMENT  `device_type` is below 1.
/// \retval TA_ERR_DEVICE            It is in the memory of no such device, or there is none.
///
/// Since: ABI 0.
pub extern fn ta_device_of_address(
    device_type: i32,
    address: ?*const anyopaque,
    out: ?*ta_device,
    err: ?*ta_error,
) ta_status;

/// Waits until the work that is on a stream now is done.
///
/// \param device  The device; index -1 is the current one of its type.
/// \param stream  The stream, as in `ta_options`; 0 for every stream of the device.
/// \param err     Where to put a message, or NULL to go without.
///
/// \retval TA_OK                    Done.
/// \retval TA_ERR_INVALID_ARGUMENT  The device or the stream is outside its range.
/// \retval TA_ERR_DEVICE            There is no such device, or its work failed.
///
/// Since: ABI 0.
pub extern fn ta_synchronize(
    device: ta_device,
    stream: i64,
    err: ?*ta_error,
) ta_status;

// Care //

/// The version of the library, like `0.1.0`. Never changes its shape: safe to call first.
///
/// \return A static string.
///
/// Since: ABI 0.
pub extern fn ta_version() [*:0]const u8;

/// The ABI number of the library: compare it with TA_ABI_VERSION when loading it at run time.
/// Never changes its shape: safe to call first.
///
/// \return TA_ABI_VERSION of the header that the library was built with.
///
/// Since: ABI 0.
pub extern fn ta_abi_version() i32;

/// The name of a status, like `TA_ERR_DTYPE`.
///
/// \param status  Any value.
///
/// \return A static string; `TA_ERR_UNKNOWN` for a number without a name.
///
/// Since: ABI 0.
pub extern fn ta_status_name(
    status: ta_status,
) [*:0]const u8;

/// How many tensors are alive in this copy of the library: zero when nothing leaks.
///
/// \return The number of tensors that some handle or loan still holds.
///
/// Since: ABI 0.
pub extern fn ta_live_tensors() usize;

/// Sets how many threads one large copy may use. Never changes results; no thread outlives a call.
///
/// \param count  At least 1, or 0 for as many as the process has cores.
///
/// \retval TA_OK                    Set, for this copy of the library.
/// \retval TA_ERR_INVALID_ARGUMENT  `count` is negative.
///
/// Since: ABI 0.
pub extern fn ta_set_num_threads(
    count: i32,
) ta_status;
