/* tarray 0.1.0: any array in, one handle, DLPack out.
 *
 * Generated from the Rust source by `cargo xtask headers`. Do not edit: change the comments in
 * src/abi and src/ffi, or the templates in xtask/templates, and run that command again.
 *
 * SPDX-License-Identifier: MIT OR Apache-2.0
 *
 * How a value flows. A `ta_source` describes what the caller has: another tensor, strided
 * memory, a DLPack tensor, a buffer, a number, a nested sequence. ta_asarray() looks at it,
 * decides whether its memory can be shared or must be copied, and only then takes it. What comes
 * back is a `ta_tensor`, which says of itself whether it shares memory, and if not, why
 * (`ta_info.provenance`). ta_to_dlpack() hands it on.
 *
 * What holds for every function, unless its comment says otherwise:
 *
 * Failure. A failing call changes nothing: no ownership moves, no output is written. A function
 * that can fail returns a `ta_status`; TA_OK is 0. Codes come in blocks: 1 to 99 the caller's
 * fault, 100 to 199 the data cannot be exchanged as asked, 200 to 299 resources, from 900 a bug
 * of the library. New codes may appear: treat any that is not TA_OK as failure. A panic never
 * crosses into the caller; it becomes TA_ERR_INTERNAL.
 *
 * Messages. The last argument of a call that can fail is a `ta_error *` of the caller's own, or
 * NULL. It is written only on failure and never read, so that it needs no cleaning up and cannot
 * be stale. The library keeps no last error anywhere.
 *
 * Ownership. Arguments are borrowed for the duration of the call. What changes hands is named in
 * the comment, and changes hands only when the call returns TA_OK: from then on the library runs
 * the `release` callback or the DLPack deleter, exactly once, on whatever thread drops the last
 * share. A handle is a share: ta_retain() makes another, ta_release() gives one up.
 *
 * NULL. A pointer is not NULL unless its comment allows it; where it is all the same, the call
 * returns TA_ERR_NULL_ARGUMENT, or what the comment says.
 *
 * Threads. Any function may be called from any thread. Functions that take a `const ta_tensor *`
 * may run at the same time on one handle. ta_release() is the last use of the pointer it gets.
 * What a tensor says of itself never changes, but for its gradient; the elements may, and the
 * library does not guard them: who writes elements keeps others from them meanwhile.
 *
 * Units. Extents, strides and offsets are int64_t and count elements; where they count bytes,
 * their name ends in `_bytes`.
 *
 * Structs that grow. A struct whose first field is `struct_size` may get more fields behind its
 * last. The caller sets `struct_size` (each has a TA_…_INIT, or a function that makes it). Zero is
 * the default of every field, so a shorter struct means defaults for what it lacks. A longer one
 * than the library knows is fine as long as the rest of it is zero, else TA_ERR_UNSUPPORTED: the
 * library cannot tell what was asked. Fields called `reserved` are zero.
 */

#ifndef TARRAY_H
#define TARRAY_H

#include <stddef.h>
#include <stdint.h>
#include <string.h>

/** The version of the library that this header belongs to. */
#define TA_VERSION_MAJOR 0
#define TA_VERSION_MINOR 1
#define TA_VERSION_PATCH 0
#define TA_VERSION_STRING "0.1.0"

/* Before a function of the library. Define TA_STATIC on Windows when linking statically. */
#ifndef TA_API
#if defined(_WIN32) && !defined(TA_STATIC)
#define TA_API __declspec(dllimport)
#elif defined(__GNUC__)
#define TA_API __attribute__((visibility("default")))
#else
#define TA_API
#endif
#endif

/* Before a function whose result must not be dropped. Define it empty to be left alone. */
#ifndef TA_NODISCARD
#if (defined(__cplusplus) && __cplusplus >= 201703L) || \
    (defined(__STDC_VERSION__) && __STDC_VERSION__ >= 202311L)
#define TA_NODISCARD [[nodiscard]]
#elif defined(__GNUC__)
#define TA_NODISCARD __attribute__((warn_unused_result))
#else
#define TA_NODISCARD
#endif
#endif

/* Before a function that is defined in this header; no compiler minds if it is not used. */
#ifndef TA_INLINE
#if defined(__GNUC__)
#define TA_INLINE static __inline__ __attribute__((unused))
#elif defined(__cplusplus) || (defined(__STDC_VERSION__) && __STDC_VERSION__ >= 199901L)
#define TA_INLINE static inline
#elif defined(_MSC_VER)
#define TA_INLINE static __inline
#else
#define TA_INLINE static
#endif
#endif

#ifdef __cplusplus
extern "C" {
#endif

/* Declarations. */

/* DLPack's structs: complete in tarray_dlpack.h, or in DLPack's own dlpack.h, which may be
 * included before or after this header. */
struct DLManagedTensor;
struct DLManagedTensorVersioned;

typedef struct ta_error ta_error;
typedef struct ta_dtype ta_dtype;
typedef struct ta_device ta_device;
typedef struct ta_tensor ta_tensor;
typedef struct ta_provenance ta_provenance;
typedef struct ta_info ta_info;
typedef struct ta_memory ta_memory;
typedef struct ta_typed_scalar ta_typed_scalar;
typedef struct ta_buffer ta_buffer;
typedef union ta_scalar_value ta_scalar_value;
typedef struct ta_scalar ta_scalar;
typedef struct ta_sequence_vtable ta_sequence_vtable;
typedef struct ta_sequence ta_sequence;
typedef union ta_source_value ta_source_value;
typedef struct ta_source ta_source;
typedef struct ta_options ta_options;
typedef struct ta_export_options ta_export_options;
typedef struct ta_repr_options ta_repr_options;
typedef struct ta_node ta_node;
typedef struct ta_operation ta_operation;
typedef struct ta_device_info ta_device_info;
typedef struct ta_place ta_place;
typedef struct ta_elements ta_elements;
typedef struct ta_device_api ta_device_api;

/* ======================================================================
 * Versions and limits
 * ====================================================================== */

/**
 * The ABI number of this library: part of its SONAME, and what `ta_abi_version()` returns.
 * While it is 0, a release may change anything, and says so in the changelog.
 */
#define TA_ABI_VERSION 0

/** The most axes a tensor may have; a source with more is refused. */
#define TA_MAX_NDIM 64

/* ======================================================================
 * Status and error
 * ====================================================================== */

/**
 * What a call came to. 0 is success; 1–99 the caller's fault; 100–199 the data cannot be
 * exchanged as asked; 200–299 resources; 900–999 this library's bug. Codes are added, never
 * reused: treat a code that you do not know as failure.
 */
typedef int32_t ta_status;

/** The call did what its description says. */
#define TA_OK 0

/** A pointer argument, or a pointer in a struct, is NULL where it must not be. */
#define TA_ERR_NULL_ARGUMENT 1

/** A value is outside its documented range, or two values contradict each other. */
#define TA_ERR_INVALID_ARGUMENT 2

/** A shape or strides that no memory can have: negative extent, too many axes, overflow. */
#define TA_ERR_LAYOUT 3

/** A dtype that does not exist, or that cannot be used or converted as asked. */
#define TA_ERR_DTYPE 4

/** A view, index or offset reaches outside the memory that it is taken of. */
#define TA_ERR_OUT_OF_BOUNDS 5

/** A number does not fit the requested dtype, or no dtype can hold it. */
#define TA_ERR_OVERFLOW 6

/** A nested sequence whose parts have different shapes, or that changed while it was read. */
#define TA_ERR_RAGGED 7

/** A source of a kind that is not accepted here (a type error in most languages). */
#define TA_ERR_KIND 8

/** A write to a tensor that is read-only, or has elements that share memory. */
#define TA_ERR_NOT_WRITABLE 9

/** A callback of the host failed without a status of its own. */
#define TA_ERR_CALLBACK 10

/**
 * Gradients stand in the way: required of elements that cannot have one, to be written in place,
 * of another shape than their tensor, or of a graph that has been released.
 */
#define TA_ERR_GRAD 11

/** Sharing memory was demanded and is impossible; the message names the reason. */
#define TA_ERR_CANNOT_ALIAS 100

/** A struct, kind, flag or version newer than this library: it cannot tell what was asked. */
#define TA_ERR_UNSUPPORTED 101

/** No backend here can reach, read or move memory of the device. */
#define TA_ERR_DEVICE 102

/** The tensor cannot be lent like this: read-only to a legacy consumer, or it requires grad. */
#define TA_ERR_EXPORT 103

/** Memory could not be had. */
#define TA_ERR_OUT_OF_MEMORY 200

/** A bug of this library, stopped at its border; no ownership has moved. */
#define TA_ERR_INTERNAL 900

/** Bytes of `ta_error.message`, the terminating NUL included. */
#define TA_MESSAGE_SIZE 512

/**
 * Where a failing call puts its reason. The caller owns it, sets `struct_size` (see
 * `TA_ERROR_INIT`) and passes its address as the last argument, or NULL to go without.
 * Written only on failure; never read. May be reused for many calls, by one thread at a time.
 */
struct ta_error {
    /** `sizeof(ta_error)`, set by the caller. A smaller value: nothing is written. */
    size_t struct_size;
    /** The status that the call returned. */
    ta_status status;
    /** Zero. */
    int32_t reserved;
    /** NUL-terminated UTF-8, lower case, no full stop; cut at a character if too long. */
    char message[TA_MESSAGE_SIZE];
};

/** Initialiser of a `ta_error`: all zero but `struct_size`. */
#define TA_ERROR_INIT { sizeof(ta_error), 0, 0, { 0 } }

/* ======================================================================
 * Element types
 * ====================================================================== */

/** What one element is: layout-equal to DLPack's `DLDataType`. All zero means "not given". */
struct ta_dtype {
    /**
     * One of the `TA_INT` … `TA_FLOAT4_E2M1FN` codes (DLPack's numbers), or another:
     * an unknown code of whole bytes is carried, never converted.
     */
    uint8_t code;
    /** Bits of one lane; for complex, of both parts together. */
    uint8_t bits;
    /** Lanes of a vector type; 1 for everything normal. */
    uint16_t lanes;
};

/** Signed integer. */
#define TA_INT 0

/** Unsigned integer. */
#define TA_UINT 1

/** IEEE 754 floating point. */
#define TA_FLOAT 2

/** Something only its producer understands. */
#define TA_OPAQUE_HANDLE 3

/** bfloat16. */
#define TA_BFLOAT 4

/** Complex number; `bits` is the width of both parts together. */
#define TA_COMPLEX 5

/** Truth value, one byte. */
#define TA_BOOL 6

/** 8-bit float, 3 exponent bits. */
#define TA_FLOAT8_E3M4 7

/** 8-bit float, 4 exponent bits, with infinities. */
#define TA_FLOAT8_E4M3 8

/** 8-bit float, 4 exponent bits, bias 11, no infinities, no negative zero. */
#define TA_FLOAT8_E4M3B11FNUZ 9

/** 8-bit float, 4 exponent bits, no infinities. */
#define TA_FLOAT8_E4M3FN 10

/** 8-bit float, 4 exponent bits, no infinities, no negative zero. */
#define TA_FLOAT8_E4M3FNUZ 11

/** 8-bit float, 5 exponent bits, with infinities. */
#define TA_FLOAT8_E5M2 12

/** 8-bit float, 5 exponent bits, no infinities, no negative zero. */
#define TA_FLOAT8_E5M2FNUZ 13

/** 8-bit power of two, unsigned. */
#define TA_FLOAT8_E8M0FNU 14

/** 6-bit float, 2 exponent bits. */
#define TA_FLOAT6_E2M3FN 15

/** 6-bit float, 3 exponent bits. */
#define TA_FLOAT6_E3M2FN 16

/** 4-bit float, 2 exponent bits. */
#define TA_FLOAT4_E2M1FN 17

/* ======================================================================
 * Devices
 * ====================================================================== */

/** Where memory is: layout-equal to DLPack's `DLDevice`. All zero means "not given". */
struct ta_device {
    /** One of the `TA_DEVICE_…` numbers (DLPack's), or another: unknown devices are carried. */
    int32_t device_type;
    /** Which one of that type. In a request, -1 means the current one. For the CPU, 0. */
    int32_t index;
};

/** Ordinary host memory. */
#define TA_DEVICE_CPU 1

/** CUDA device memory. */
#define TA_DEVICE_CUDA 2

/** Pinned host memory of CUDA; the CPU reads it. */
#define TA_DEVICE_CUDA_HOST 3

/** OpenCL buffers (`data` is a handle). */
#define TA_DEVICE_OPENCL 4

/** Vulkan buffers (`data` is a handle). */
#define TA_DEVICE_VULKAN 7

/** Metal buffers (`data` is a handle). */
#define TA_DEVICE_METAL 8

/** Verilog simulator. */
#define TA_DEVICE_VPI 9

/** ROCm device memory. */
#define TA_DEVICE_ROCM 10

/** Pinned host memory of ROCm; the CPU reads it. */
#define TA_DEVICE_ROCM_HOST 11

/** Reserved for devices outside any list. */
#define TA_DEVICE_EXT_DEV 12

/** CUDA managed memory. */
#define TA_DEVICE_CUDA_MANAGED 13

/** oneAPI unified shared memory. */
#define TA_DEVICE_ONE_API 14

/** WebGPU buffers (`data` is a handle). */
#define TA_DEVICE_WEB_GPU 15

/** Qualcomm Hexagon. */
#define TA_DEVICE_HEXAGON 16

/** Microsoft MAIA. */
#define TA_DEVICE_MAIA 17

/** AWS Trainium. */
#define TA_DEVICE_TRN 18

/* ======================================================================
 * What a tensor is
 * ====================================================================== */

/**
 * A tensor: facts, and a share in the memory they describe. Opaque and reference-counted;
 * made by `ta_asarray` and its relatives, given up with `ta_release`.
 */
struct ta_tensor;

/** The memory is shared: no reason. */
#define TA_REASON_NONE 0

/** Copied because the caller asked for a copy. */
#define TA_REASON_REQUESTED 1

/** Copied because the dtype differs. */
#define TA_REASON_DTYPE 2

/** Copied because the device differs. */
#define TA_REASON_DEVICE 3

/** Copied because the bytes are in foreign order. */
#define TA_REASON_BYTE_ORDER 4

/** Copied because a stride is no multiple of the element size. */
#define TA_REASON_STRIDE_ALIGNMENT 5

/** Copied because the memory is read-only and a writable result was asked for. */
#define TA_REASON_READ_ONLY 6

/** Copied because a contiguous result was asked for. */
#define TA_REASON_NOT_CONTIGUOUS 7

/** Made of values: a scalar or a sequence has no memory to share. */
#define TA_REASON_NOT_MEMORY 8

/**
 * Copied by whoever was asked for the memory, not by this library: a DLPack producer that marks
 * what it exports as a copy, an object that computes an array.
 */
#define TA_REASON_PRODUCER 9

/** Not copied at all, but computed: the result of an operation. */
#define TA_REASON_COMPUTED 10

/** How a tensor came about. */
struct ta_provenance {
    /** One of `TA_ORIGIN_…`: what it was made from. */
    int32_t origin;
    /** 1: shares the source's memory. 0: has memory of its own. */
    int32_t aliased;
    /** One of `TA_REASON_…`: why it was copied. */
    int32_t reason;
    /**
     * 1: elements on a device went through memory of the host on their way, as no backend could
     * move or convert them there. Else 0.
     */
    int32_t staged;
};

/** Nobody may write through this tensor. */
#define TA_TENSOR_READ_ONLY 1

/** Elements stand one after another in C order. */
#define TA_TENSOR_CONTIGUOUS 2

/** Every element's address is a multiple of its component's size (for float32, of 4). */
#define TA_TENSOR_ALIGNED 4

/** Requires a gradient. */
#define TA_TENSOR_REQUIRES_GRAD 8

/** Elements smaller than a byte stand in a byte each (else packed). */
#define TA_TENSOR_SUBBYTE_PADDED 16

/** No recorded operation made it: it has no node, and its gradient, if any, is kept by itself. */
#define TA_TENSOR_LEAF 32

/** Everything there is to know about a tensor. Pointers are valid as long as the handle is. */
struct ta_info {
    /** `sizeof(ta_info)`, set by the caller. */
    size_t struct_size;
    /**
     * Address of element (0, …, 0), or the device's handle; write only if the tensor is not
     * read-only. May be NULL if there are no elements.
     */
    void *data;
    /** Where element (0, …, 0) is behind `data`, in bytes: not 0 only on devices with handles. */
    uint64_t byte_offset;
    /** Extents, `ndim` of them, in elements. Not NULL. */
    const int64_t *shape;
    /** Distance between neighbours on each axis, in elements, of either sign. Not NULL. */
    const int64_t *strides;
    /** Number of elements. */
    int64_t numel;
    /** Bytes that the elements need when they stand one after another. */
    uint64_t nbytes;
    /** Combination of `TA_TENSOR_…`. */
    uint64_t flags;
    /** DLPack's flags as they came in with the memory, also those without a name here. */
    uint64_t dlpack_flags;
    /** What the elements are. */
    ta_dtype dtype;
    /** Number of axes. */
    int32_t ndim;
    /** Where the memory is. */
    ta_device device;
    /** How it came about. */
    ta_provenance provenance;
    /** The stream of its device on which the elements are ready; 0: on any. */
    int64_t stream;
};

/** Initialiser of a `ta_info`: all zero but `struct_size`. */
#define TA_INFO_INIT { sizeof(ta_info), NULL, 0, NULL, NULL, 0, 0, 0, 0, { 0, 0, 0 }, 0, { 0, 0 }, { 0, 0, 0, 0 }, 0 }

/* ======================================================================
 * Sources: what can become a tensor
 * ====================================================================== */

/** `value.tensor`: a tensor of this library. Borrowed. */
#define TA_SOURCE_TENSOR 1

/** `value.memory`: strided memory, like a NumPy array. */
#define TA_SOURCE_MEMORY 2

/** `value.typed_scalar`: one value that already has a dtype, like a NumPy scalar. */
#define TA_SOURCE_TYPED_SCALAR 3

/** `value.dlpack`: a DLPack tensor with a version. */
#define TA_SOURCE_DLPACK 4

/** `value.dlpack_legacy`: a DLPack tensor of the struct without a version. */
#define TA_SOURCE_DLPACK_LEGACY 5

/** `value.buffer`: bytes, grouped by the size of the requested dtype. */
#define TA_SOURCE_BUFFER 6

/** `value.scalar`: a number of the host language. */
#define TA_SOURCE_SCALAR 7

/** `value.sequence`: a nested sequence, walked through callbacks. */
#define TA_SOURCE_SEQUENCE 8

/** Provenance: a tensor of this library. What a source came from also decides `ta_options.accept`. */
#define TA_ORIGIN_TENSOR 1

/** Provenance: strided memory that the caller described. */
#define TA_ORIGIN_MEMORY 2

/** Provenance: a NumPy array or NumPy scalar (said by the binding that read it). */
#define TA_ORIGIN_NUMPY 3

/** Provenance: a DLPack tensor. */
#define TA_ORIGIN_DLPACK 4

/** Provenance: `__cuda_array_interface__` (said by the binding that read it). */
#define TA_ORIGIN_CUDA_ARRAY_INTERFACE 5

/** Provenance: a buffer of bytes. */
#define TA_ORIGIN_BUFFER 6

/** Provenance: `__array_interface__` or `__array__` (said by the binding that read it). */
#define TA_ORIGIN_ARRAY_INTERFACE 7

/** Provenance: a scalar, typed or not. */
#define TA_ORIGIN_SCALAR 8

/** Provenance: a sequence. */
#define TA_ORIGIN_SEQUENCE 9

/** In `flags` of a described source: nobody may write to the memory. */
#define TA_MEMORY_READ_ONLY 1

/** In `flags` of a described source: elements are in the other byte order than this machine's. */
#define TA_MEMORY_BYTE_SWAPPED 2

/** In `flags` of `ta_memory`: elements smaller than a byte stand in a byte each (else packed). */
#define TA_MEMORY_SUBBYTE_PADDED 4

/**
 * Strided memory of somebody else. Zero-initialise it; fields left zero have a meaning.
 *
 * Everything from the lowest element to the highest belongs to one object that may be read, and
 * written unless it is read-only, also what lies between elements: views may reach it.
 *
 * When a call that got it returns `TA_OK`, `release(owner)` belongs to the library: it runs
 * exactly once, on any thread, when the last tensor over the memory is gone, or inside the
 * call if the elements were copied. After any other status it is still the caller's.
 */
struct ta_memory {
    /**
     * Address of element (0, …, 0); any alignment. NULL only if there are no elements.
     * On a device whose memory has handles instead of addresses, the handle.
     */
    void *data;
    /** Extents, `ndim` of them, in elements. NULL if `ndim` is 0. Read during the call only. */
    const int64_t *shape;
    /**
     * Distance between neighbours on each axis, in bytes; zero, negative and odd ones are fine.
     * NULL: C-contiguous. Read during the call only.
     */
    const int64_t *strides_bytes;
    /** What the elements are. */
    ta_dtype dtype;
    /** Where the memory is; all zero: the CPU. */
    ta_device device;
    /** Number of axes, 0 to `TA_MAX_NDIM`. */
    int32_t ndim;
    /** Combination of `TA_MEMORY_…`. */
    uint64_t flags;
    /** Where element (0, …, 0) is behind `data`, in bytes. */
    uint64_t byte_offset;
    /** The stream on which the memory was last written, as in `ta_options`; 0 if all is done. */
    int64_t stream;
    /** Zero. */
    uint64_t reserved[2];
    /** Passed to `release`; otherwise never looked at. */
    void *owner;
    /** Lets the memory go. May run on any thread; must not unwind. NULL: the memory outlives every tensor over it. */
    void (*release)(void *owner);
};

/** Initialiser of a `ta_memory`: all zero. */
#define TA_MEMORY_INIT { NULL, NULL, NULL, { 0, 0, 0 }, { 0, 0 }, 0, 0, 0, 0, { 0 }, NULL, NULL }

/** One element that already has a dtype. Its value is copied during the call. */
struct ta_typed_scalar {
    /** Address of the element's bytes; any alignment. */
    const void *data;
    /** What it is. */
    ta_dtype dtype;
    /** Zero. */
    int32_t reserved;
    /** `TA_MEMORY_BYTE_SWAPPED` or 0. */
    uint64_t flags;
};

/** Initialiser of a `ta_typed_scalar`: all zero. */
#define TA_TYPED_SCALAR_INIT { NULL, { 0, 0, 0 }, 0, 0 }

/** A buffer of bytes. `release(owner)` as in `ta_memory`. */
struct ta_buffer {
    /** First byte; any alignment. NULL only if `size_bytes` is 0. */
    void *data;
    /** Number of bytes. */
    size_t size_bytes;
    /** `TA_MEMORY_READ_ONLY` or 0. */
    uint64_t flags;
    /** Zero. */
    uint64_t reserved[2];
    /** Passed to `release`; otherwise never looked at. */
    void *owner;
    /** Lets the bytes go. May run on any thread; must not unwind. NULL: they outlive every tensor over them. */
    void (*release)(void *owner);
};

/** Initialiser of a `ta_buffer`: all zero. */
#define TA_BUFFER_INIT { NULL, 0, 0, { 0 }, NULL, NULL }

/** `value.i`, not zero means true. */
#define TA_SCALAR_BOOL 1

/** `value.i`. */
#define TA_SCALAR_INT 2

/** `value.u`. */
#define TA_SCALAR_UINT 3

/** `value.f`. */
#define TA_SCALAR_FLOAT 4

/** `value.c`: real part, imaginary part. */
#define TA_SCALAR_COMPLEX 5

/** The value of a `ta_scalar`; `kind` says which member. */
union ta_scalar_value {
    /** For `TA_SCALAR_BOOL` and `TA_SCALAR_INT`. */
    int64_t i;
    /** For `TA_SCALAR_UINT`. */
    uint64_t u;
    /** For `TA_SCALAR_FLOAT`. */
    double f;
    /** For `TA_SCALAR_COMPLEX`: real part, imaginary part. */
    double c[2];
};

/** A number as a host language has it, before it gets a dtype. */
struct ta_scalar {
    /** One of `TA_SCALAR_…`. */
    int32_t kind;
    /** Zero. */
    int32_t reserved;
    /** The value. */
    ta_scalar_value value;
};

/**
 * How a nested sequence is read. The same table may serve every sequence of a host.
 *
 * Callbacks get the sequence's `user_data` first, run on the calling thread during the call,
 * return `TA_OK` or a failure (with a message in `err`, if they have one; a status that is not
 * a `TA_ERR_…` becomes `TA_ERR_CALLBACK`), must not unwind or longjmp, and may be called
 * several times for one item: a sequence that answers differently the second time is an error.
 */
struct ta_sequence_vtable {
    /** `sizeof(ta_sequence_vtable)`. */
    size_t struct_size;
    /** Writes the number of items to `*out`. Not NULL. */
    ta_status (*len)(void *user_data, size_t *out, ta_error *err);
    /**
     * Describes item `index` in `*out`, which arrives zeroed but for `struct_size`. What it
     * describes is borrowed: it stays valid until the next call on the same sequence; its
     * `release` is never run and a DLPack tensor is read, not consumed. A host writes no more
     * than `out->struct_size` bytes: the library may be older than its header. Not NULL.
     */
    ta_status (*item)(void *user_data, size_t index, ta_source *out, ta_error *err);
    /**
     * Fast path, may be NULL: writes the values of items `start`, `start + 1`, … to `out`, at
     * most `count`, and their number to `*written`; stops before the first item that is not a
     * plain scalar.
     */
    ta_status (*read)(void *user_data,
                      size_t start,
                      size_t count,
                      ta_scalar *out,
                      size_t *written,
                      ta_error *err);
};

/** Initialiser of a `ta_sequence_vtable`: all zero but `struct_size`. */
#define TA_SEQUENCE_VTABLE_INIT { sizeof(ta_sequence_vtable), NULL, NULL, NULL }

/** One sequence: the callbacks, and what they are told. */
struct ta_sequence {
    /** The callbacks. Not NULL; valid during the call. */
    const ta_sequence_vtable *vtable;
    /** First argument of each callback; never looked at. */
    void *user_data;
};

/** The members of `ta_source`; `kind` says which one. */
union ta_source_value {
    /** For `TA_SOURCE_TENSOR`. */
    const ta_tensor *tensor;
    /** For `TA_SOURCE_MEMORY`. */
    ta_memory memory;
    /** For `TA_SOURCE_TYPED_SCALAR`. */
    ta_typed_scalar typed_scalar;
    /** For `TA_SOURCE_DLPACK`. Consumed when the call returns `TA_OK`, else still the caller's. */
    struct DLManagedTensorVersioned *dlpack;
    /** For `TA_SOURCE_DLPACK_LEGACY`. Consumed when the call returns `TA_OK`, else still the caller's. */
    struct DLManagedTensor *dlpack_legacy;
    /** For `TA_SOURCE_BUFFER`. */
    ta_buffer buffer;
    /** For `TA_SOURCE_SCALAR`. */
    ta_scalar scalar;
    /** For `TA_SOURCE_SEQUENCE`. */
    ta_sequence sequence;
    /** Room for kinds to come, so that they do not change the size. */
    uint64_t reserved[20];
};

/** Anything that becomes a tensor. Zero-initialise it, set `struct_size`, `kind` and the member. */
struct ta_source {
    /** `sizeof(ta_source)`. */
    size_t struct_size;
    /** One of `TA_SOURCE_…`. */
    int32_t kind;
    /** One of `TA_ORIGIN_…`, where a binding knows better what it read; 0: what `kind` says. */
    int32_t origin;
    /** The source itself. */
    ta_source_value value;
    /**
     * One of `TA_REASON_…`, where the memory is no longer the source's own: a binding (or a
     * producer that was asked to) has gathered, moved or computed the elements for this call
     * already, because of this. 0: it is the source's own. Only for kinds with memory that can be
     * shared. The tensor takes such memory over instead of copying it again, its provenance says
     * that it was copied, and TA_COPY_NEVER is refused. For a DLPack tensor that is marked
     * IS_COPIED, 0 means `TA_REASON_PRODUCER`.
     */
    int32_t made;
    /** Zero. */
    int32_t reserved;
};

/* ======================================================================
 * Options
 * ====================================================================== */

/** Share memory if possible, else copy. */
#define TA_COPY_IF_NEEDED 0

/** Always copy. */
#define TA_COPY_ALWAYS 1

/** Share memory, or fail with `TA_ERR_CANNOT_ALIAS`. */
#define TA_COPY_NEVER 2

/** The result requires no gradient. */
#define TA_GRAD_NO 0

/** The result requires a gradient. */
#define TA_GRAD_YES 1

/** As the source; only a tensor can. */
#define TA_GRAD_AS_SOURCE 2

/** The result must be writable: read-only memory is copied, or refused under `TA_COPY_NEVER`. */
#define TA_WANT_WRITABLE 1

/** The result must be C-contiguous: other layouts are copied, or refused under `TA_COPY_NEVER`. */
#define TA_WANT_CONTIGUOUS 2

/**
 * The result is marked read-only, even if the source is writable: for memory that must never
 * change, but came in a struct that cannot say so. Contradicts `TA_WANT_WRITABLE`.
 */
#define TA_MARK_READ_ONLY 4

/** Bits of `ta_options.accept`: tensors. */
#define TA_ACCEPT_TENSOR 2

/** Bits of `ta_options.accept`: strided memory. */
#define TA_ACCEPT_MEMORY 4

/** Bits of `ta_options.accept`: NumPy arrays and scalars. */
#define TA_ACCEPT_NUMPY 8

/** Bits of `ta_options.accept`: DLPack tensors. */
#define TA_ACCEPT_DLPACK 16

/** Bits of `ta_options.accept`: `__cuda_array_interface__`. */
#define TA_ACCEPT_CUDA_ARRAY_INTERFACE 32

/** Bits of `ta_options.accept`: buffers. */
#define TA_ACCEPT_BUFFER 64

/** Bits of `ta_options.accept`: `__array_interface__` and `__array__`. */
#define TA_ACCEPT_ARRAY_INTERFACE 128

/** Bits of `ta_options.accept`: scalars, typed or not. */
#define TA_ACCEPT_SCALAR 256

/** Bits of `ta_options.accept`: sequences. */
#define TA_ACCEPT_SEQUENCE 512

/**
 * What the result of `ta_asarray` and its relatives must be. NULL, or all zero but
 * `struct_size`: like the source, sharing its memory where possible, without a gradient.
 */
struct ta_options {
    /** `sizeof(ta_options)`. */
    size_t struct_size;
    /** Element type of the result. All zero: the source's, or inferred from the values. */
    ta_dtype dtype;
    /**
     * What a real number without a dtype becomes, and a buffer without one. All zero: float32.
     * A complex number becomes the complex dtype with parts of it.
     */
    ta_dtype default_dtype;
    /** Where the result must be. All zero: where the source is; the CPU for values. */
    ta_device device;
    /** One of `TA_COPY_…`. */
    int32_t copy;
    /** One of `TA_GRAD_…`. */
    int32_t requires_grad;
    /** Combination of `TA_WANT_…` and `TA_MARK_READ_ONLY`. */
    uint64_t flags;
    /** Combination of `TA_ACCEPT_…`: the sources that are allowed, at any nesting level. 0: all. */
    uint64_t accept;
    /**
     * The consumer's stream on the result's device, by the numbers of the array API: 0 not given,
     * -1 do not synchronise, 1 and 2 the default streams of CUDA, else the handle. Work that is queued
     * on it after the call sees the elements; the host does not wait. Of a DLPack tensor it is
     * the stream that its producer was given; not given, the default one. It must exist as long as the result or a view of it does.
     */
    int64_t stream;
};

/** Initialiser of a `ta_options`: all zero but `struct_size`. */
#define TA_OPTIONS_INIT { sizeof(ta_options), { 0, 0, 0 }, { 0, 0, 0 }, { 0, 0 }, 0, 0, 0, 0, 0 }

/** Lend it read-only, even if it is writable. */
#define TA_EXPORT_READ_ONLY 1

/**
 * How a tensor is lent as DLPack. NULL, or all zero but `struct_size`: as it is, where it is,
 * in the newest version that this library speaks.
 */
struct ta_export_options {
    /** `sizeof(ta_export_options)`. */
    size_t struct_size;
    /** Newest DLPack that the consumer understands: major. All zero: any. */
    uint32_t max_major;
    /** Newest DLPack that the consumer understands: minor. */
    uint32_t max_minor;
    /** Where the consumer wants the elements. All zero: where they are. */
    ta_device device;
    /** One of `TA_COPY_…`. */
    int32_t copy;
    /** Zero. */
    int32_t reserved;
    /** Combination of `TA_EXPORT_…`. */
    uint64_t flags;
    /**
     * The consumer's stream, as in `ta_options`; not given, the default one or, of memory that the
     * CPU reads, none at all: then the call waits. It must exist until the loan's deleter has run.
     */
    int64_t stream;
};

/** Initialiser of a `ta_export_options`: all zero but `struct_size`. */
#define TA_EXPORT_OPTIONS_INIT { sizeof(ta_export_options), 0, 0, { 0, 0 }, 0, 0, 0, 0 }

/** Decide by the values, as PyTorch does. */
#define TA_SCI_AUTO 0

/** Always `1.0000e+00`. */
#define TA_SCI_ON 1

/** Never. */
#define TA_SCI_OFF 2

/**
 * How a tensor is printed. NULL, or all zero but `struct_size`: PyTorch's defaults. In each
 * number, 0 is the default and -1 is none.
 */
struct ta_repr_options {
    /** `sizeof(ta_repr_options)`. */
    size_t struct_size;
    /** More elements than this are summarised; default 1000. */
    int64_t threshold;
    /** Digits after the point, at most 2000; default 4. */
    int32_t precision;
    /** Elements shown at either end of a summarised axis; default 3. */
    int32_t edgeitems;
    /** Characters per line; default 80. */
    int32_t linewidth;
    /** One of `TA_SCI_…`. */
    int32_t sci_mode;
    /** The dtype that is not printed. All zero: float32. */
    ta_dtype default_dtype;
    /** Zero. */
    int32_t reserved;
};

/** Initialiser of a `ta_repr_options`: all zero but `struct_size`. */
#define TA_REPR_OPTIONS_INIT { sizeof(ta_repr_options), 0, 0, 0, 0, 0, { 0, 0, 0 }, 0 }

/* ======================================================================
 * Histories
 * ====================================================================== */

/**
 * A recorded operation: the `grad_fn` of the tensor that it made. Opaque and reference-counted,
 * given up with `ta_node_release`. Facts of a node never change, except that a backward pass
 * releases what it saved.
 */
struct ta_node;

/** An input that required no gradient, or none at all. */
#define TA_INPUT_NONE 0

/** An input that another recorded operation made. */
#define TA_INPUT_NODE 1

/** An input that is a leaf. */
#define TA_INPUT_LEAF 2

/**
 * An operation that the host has computed by itself, and can differentiate. Zero-initialise it.
 *
 * When `ta_record` returns `TA_OK`, `user_data` belongs to the library: `drop(user_data)` runs
 * exactly once. After any other status it is still the caller's.
 */
struct ta_operation {
    /** `sizeof(ta_operation)`. */
    size_t struct_size;
    /** What its node is called, like `ExpBackward0`; copied. Not NULL. */
    const char *name;
    /**
     * The tensors that it was computed from, `num_inputs` live handles. Borrowed: the node keeps their
     * places in the graph, not the tensors. NULL only if there are none.
     */
    const ta_tensor *const *inputs;
    /** How many; 0 makes a door: gradients leave this library's graph through `backward`. */
    size_t num_inputs;
    /**
     * Writes the gradients of the inputs. Not NULL.
     *
     * `grad_output` is the gradient of the result, borrowed during the call: in the result's shape,
     * dtype and device, with any strides. `needed[i]` is 1 if input `i` takes a gradient, else 0.
     * `grad_inputs` arrives with `num_inputs` times NULL; a handle that is written there is the
     * library's, also when the callback fails; NULL stands for zero. A gradient may have another dtype
     * than its input, and a shape that the input's broadcasts to: it is converted and added up.
     *
     * Returns `TA_OK` or a failure (with a message in `err`, if it has one; a status that is not a
     * `TA_ERR_…` becomes `TA_ERR_CALLBACK`): the backward pass then changes nothing. Runs on the thread
     * that called `ta_backward`, with no lock held and nothing recorded; may call any function of this
     * library, and run on several threads at once; must not unwind or longjmp.
     */
    ta_status (*backward)(void *user_data,
                          const ta_tensor *grad_output,
                          const int32_t *needed,
                          ta_tensor **grad_inputs,
                          size_t num_inputs,
                          ta_error *err);
    /** First argument of the callbacks; otherwise never looked at. */
    void *user_data;
    /**
     * Lets `user_data` go: when a backward pass without `retain_graph` has succeeded (but a door is
     * never used up: other graphs have rules of their own for a second pass), when the node goes, or inside `ta_record` if nothing is recorded. May run on any thread; must not unwind.
     * NULL: nothing to let go.
     */
    void (*drop)(void *user_data);
    /** Zero. */
    uint64_t reserved;
};

/** Initialiser of a `ta_operation`: all zero but `struct_size`. */
#define TA_OPERATION_INIT { sizeof(ta_operation), NULL, NULL, 0, NULL, NULL, NULL, 0 }

/* ======================================================================
 * Devices of a host
 * ====================================================================== */

/** Bytes of `ta_device_info.name`, the terminating NUL included. */
#define TA_DEVICE_NAME_SIZE 128

/** What there is to know about a device. */
struct ta_device_info {
    /** `sizeof(ta_device_info)`, set by the caller. */
    size_t struct_size;
    /** Which device this is about. */
    ta_device device;
    /** What its maker calls it; NUL-terminated UTF-8, empty if nobody knows. */
    char name[TA_DEVICE_NAME_SIZE];
    /** Bytes of memory it has; 0 if nobody knows. */
    uint64_t total_bytes;
    /** Bytes of memory that are free at this moment; 0 if nobody knows. */
    uint64_t free_bytes;
    /** CUDA's compute capability, or what its maker counts like it: major. 0: none. */
    int32_t capability_major;
    /** And minor. */
    int32_t capability_minor;
};

/** Initialiser of a `ta_device_info`: all zero but `struct_size`. */
#define TA_DEVICE_INFO_INIT { sizeof(ta_device_info), { 0, 0 }, { 0 }, 0, 0, 0, 0 }

/** One place in memory, on a device or on the host. */
struct ta_place {
    /**
     * Where it is: a device of the backend's, or one whose memory the CPU reads as it is
     * (`TA_DEVICE_CPU` and pinned host memory).
     */
    ta_device device;
    /** What `allocate` gave, or an address in it where the device has addresses; on the host, an address. */
    void *data;
    /** Bytes behind `data`. */
    uint64_t byte_offset;
};

/** Elements at a place, in strided order. */
struct ta_elements {
    /** Where element (0, …, 0) is. */
    ta_place place;
    /** Distance between neighbours on each axis, in bytes, of either sign or zero. */
    const int64_t *strides_bytes;
    /** What they are. */
    ta_dtype dtype;
    /** Zero. */
    int32_t reserved;
};

/**
 * A device of the host's own: how its memory is had, moved and waited for.
 *
 * Every function gets the `user_data` of `ta_device_register` first, may be called on any thread
 * and by several at once, and must not unwind, longjmp, or call this library. One that returns a
 * status returns `TA_OK` or a failure that changed nothing, with a message in `err` (a status
 * that is no `TA_ERR_…` becomes `TA_ERR_CALLBACK`). The library holds no lock while one runs.
 *
 * A stream is a queue of work that is done in order. Its number is the host's: 1 is the default
 * stream, which each device has, others are what callers put into `ta_options.stream` and the like.
 * Work on a stream may go on after the function that queued it has returned; the library calls
 * `synchronize` before the host reads what was copied, or reuses what is being copied.
 *
 * Zero-initialise the table; fields left zero have a meaning only where they say so.
 */
struct ta_device_api {
    /** `sizeof(ta_device_api)`. */
    size_t struct_size;
    /** Writes how many devices of this type there are to `*out`. */
    ta_status (*count)(void *user_data, int32_t *out, ta_error *err);
    /** Writes the index of the calling thread's current device to `*out`. NULL: always 0. */
    ta_status (*current)(void *user_data, int32_t *out, ta_error *err);
    /**
     * Describes a device in `*out`, which arrives zeroed but for `struct_size` and `device`.
     * NULL: there is nothing to tell.
     */
    ta_status (*describe)(void *user_data,
                          int32_t index,
                          ta_device_info *out,
                          ta_error *err);
    /**
     * Writes a handle of (or, where the device has addresses, the address of) `size_bytes` bytes,
     * more than 0, to `*out`; they may be used by work on `stream` from now on.
     */
    ta_status (*allocate)(void *user_data,
                          int32_t index,
                          size_t size_bytes,
                          int64_t stream,
                          void **out,
                          ta_error *err);
    /**
     * Gives back what `allocate` gave, when the work that is on `stream` now is done. Must not
     * wait for that; cannot fail.
     */
    void (*free)(void *user_data, int32_t index, void *data, size_t size_bytes, int64_t stream);
    /**
     * Queues a copy of `size_bytes` bytes, more than 0, that do not overlap. At least one of the two
     * places is on a device of this type; the stream is the target's device's or, if that is the
     * host, the source's.
     */
    ta_status (*copy)(void *user_data,
                      const ta_place *target,
                      const ta_place *source,
                      size_t size_bytes,
                      int64_t stream,
                      ta_error *err);
    /**
     * Queues a strided copy of elements within one device, converted if the dtypes differ, by the
     * rules of this library (see ta_asarray). `TA_ERR_UNSUPPORTED`: not these dtypes or not so many axes, and
     * the library does it on the host, or writes by one `copy` for each run of bytes. NULL: never.
     */
    ta_status (*convert)(void *user_data,
                         int32_t ndim,
                         const int64_t *shape,
                         const ta_elements *target,
                         const ta_elements *source,
                         int64_t stream,
                         ta_error *err);
    /**
     * Makes work that is queued on the second stream from now on wait for what is on the first
     * stream now, without waiting itself. NULL: each stream is done before any function returns.
     */
    ta_status (*order)(void *user_data,
                       int32_t first_index,
                       int64_t first_stream,
                       int32_t second_index,
                       int64_t second_stream,
                       ta_error *err);
    /**
     * Waits until the work that is on a stream now is done; 0: on any stream of the device. It fails
     * for work that failed, or if the device is lost: then, too, nothing of that work goes on.
     */
    ta_status (*synchronize)(void *user_data,
                             int32_t index,
                             int64_t stream,
                             ta_error *err);
    /**
     * Writes the index of the device whose memory an address is in to `*out`, or -1 if it is in none.
     * NULL: nobody knows.
     */
    ta_status (*device_of)(void *user_data,
                           const void *address,
                           int32_t *out,
                           ta_error *err);
    /** Runs once, when the device is unregistered and the last tensor on it is gone. May be NULL. */
    void (*release)(void *user_data);
};

/** Initialiser of a `ta_device_api`: all zero but `struct_size`. */
#define TA_DEVICE_API_INIT { sizeof(ta_device_api), NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL }

/* ======================================================================
 * The hub
 * ====================================================================== */

/**
 * Makes a tensor of anything: shares the source's memory if that is possible, else copies.
 *
 * The source is looked at first and taken last: on failure it is as it was. When the result
 * has everything that `options` ask for already and `source` is a tensor, the result is that
 * tensor, retained. How the result came about is in its provenance (see ta_describe).
 *
 * \param source   What to read, not NULL. Borrowed during the call, except what its kind
 *                 hands over on TA_OK (`release` callbacks, DLPack tensors).
 * \param options  What the result must be, or NULL for all defaults.
 * \param out      Receives the tensor, not NULL. Written only on TA_OK; ta_release it.
 * \param err      Where to put a message, or NULL to go without.
 *
 * \retval TA_OK                    `*out` is a live handle.
 * \retval TA_ERR_NULL_ARGUMENT     `source`, `out`, or a pointer in the source is NULL.
 * \retval TA_ERR_INVALID_ARGUMENT  A field has a value outside its range.
 * \retval TA_ERR_LAYOUT            Shape or strides that no memory can have.
 * \retval TA_ERR_DTYPE             The dtype does not exist, cannot be inferred, or no
 *                                  conversion to it exists.
 * \retval TA_ERR_GRAD              `options` require a gradient of elements that cannot have one.
 * \retval TA_ERR_OVERFLOW          A number does not fit the dtype; the message has its path.
 * \retval TA_ERR_RAGGED            Parts of a sequence differ in shape; the message has the path.
 * \retval TA_ERR_KIND              `options->accept` does not allow the source.
 * \retval TA_ERR_CALLBACK          A callback failed; a status of its own is passed on instead.
 * \retval TA_ERR_CANNOT_ALIAS      TA_COPY_NEVER, but a copy is needed; the message says why.
 * \retval TA_ERR_UNSUPPORTED       A struct, kind, flag or DLPack version newer than this library.
 * \retval TA_ERR_DEVICE            Memory that no backend here can read or move.
 * \retval TA_ERR_OUT_OF_MEMORY     Memory for the copy or the handle could not be had.
 *
 * Since: ABI 0.
 */
TA_NODISCARD TA_API
ta_status ta_asarray(const ta_source *source,
                     const ta_options *options,
                     ta_tensor **out,
                     ta_error *err);

/**
 * Makes a tensor of a DLPack tensor: ta_asarray of a TA_SOURCE_DLPACK.
 *
 * On TA_OK `managed` has changed hands: its deleter runs once, on whatever thread drops the
 * last share, or inside the call if the elements were copied. On any failure, an unknown major
 * version included, it is still the caller's and untouched. Any 1.x is understood; a NULL
 * deleter, NULL strides (compact) and `byte_offset` are too; flags are kept. A tensor that its
 * producer marks IS_COPIED is nobody else's: it is taken over as the copy that it is, with
 * TA_REASON_PRODUCER, where nothing else must change, and TA_COPY_NEVER is refused. Everything from the
 * lowest element to the highest must belong to one object: views may reach what lies between.
 *
 * \param managed  The tensor to take, not NULL.
 * \param options  What the result must be, or NULL for all defaults.
 * \param out      Receives the tensor, not NULL. Written only on TA_OK; ta_release it.
 * \param err      Where to put a message, or NULL to go without.
 *
 * \retval TA_OK                    `*out` is a live handle and `managed` is taken.
 * \retval TA_ERR_NULL_ARGUMENT     `managed` or `out` is NULL, or its shape, or its data with elements.
 * \retval TA_ERR_INVALID_ARGUMENT  An option or the device is outside its range.
 * \retval TA_ERR_LAYOUT            Negative or too large ndim, extent, strides or offset.
 * \retval TA_ERR_DTYPE             The dtype does not exist, or cannot be converted as asked.
 * \retval TA_ERR_GRAD              `options` require a gradient of elements that cannot have one.
 * \retval TA_ERR_KIND              `options->accept` does not allow DLPack.
 * \retval TA_ERR_CANNOT_ALIAS      TA_COPY_NEVER, but a copy is needed; the message says why.
 * \retval TA_ERR_UNSUPPORTED       The major version is not 1, or a struct or flag is newer than this library.
 * \retval TA_ERR_DEVICE            A copy of memory that no backend here can read or move.
 * \retval TA_ERR_OUT_OF_MEMORY     Memory for the copy or the handle could not be had.
 *
 * Since: ABI 0.
 */
TA_NODISCARD TA_API
ta_status ta_from_dlpack(struct DLManagedTensorVersioned *managed,
                         const ta_options *options,
                         ta_tensor **out,
                         ta_error *err);

/**
 * Makes a tensor of a DLPack tensor of the struct without a version (before DLPack 1.0).
 *
 * Everything as in ta_from_dlpack, except that there is no version to check and no flags:
 * the memory counts as writable.
 *
 * \param managed  The tensor to take, not NULL.
 * \param options  What the result must be, or NULL for all defaults.
 * \param out      Receives the tensor, not NULL. Written only on TA_OK; ta_release it.
 * \param err      Where to put a message, or NULL to go without.
 *
 * \retval TA_OK                 `*out` is a live handle and `managed` is taken.
 * \retval TA_ERR_NULL_ARGUMENT  `managed` or `out` is NULL, or its shape, or its data with elements.
 * \retval TA_ERR_…              Else as ta_from_dlpack, without the major version.
 *
 * Since: ABI 0.
 */
TA_NODISCARD TA_API
ta_status ta_from_dlpack_legacy(struct DLManagedTensor *managed,
                                const ta_options *options,
                                ta_tensor **out,
                                ta_error *err);

/**
 * Lends a tensor to another library as a DLPack tensor.
 *
 * No bytes move unless `options` ask for it: `*out` describes the memory that the tensor
 * shares, with all strides, and keeps it alive until its deleter has run, also past
 * ta_release(tensor). The deleter may run on any thread. READ_ONLY, SUBBYTE_TYPE_PADDED and
 * the unknown flags that came in with the memory go out with it. IS_COPIED promises that nobody
 * else has the memory: only a copy that this call makes says it.
 *
 * \param tensor   Live handle, not NULL. Borrowed.
 * \param options  How to lend it, or NULL for as it is.
 * \param out      Receives the loan, not NULL. Written only on TA_OK; call its deleter once.
 * \param err      Where to put a message, or NULL to go without.
 *
 * \retval TA_OK                    `*out` must reach its deleter exactly once.
 * \retval TA_ERR_NULL_ARGUMENT     `tensor` or `out` is NULL.
 * \retval TA_ERR_INVALID_ARGUMENT  An option is outside its range.
 * \retval TA_ERR_CANNOT_ALIAS      TA_COPY_NEVER, but another device was asked for.
 * \retval TA_ERR_UNSUPPORTED       A struct or flag newer than this library.
 * \retval TA_ERR_DEVICE            A copy that no backend here can make.
 * \retval TA_ERR_EXPORT            The tensor requires grad, or `max_major` is 0 with a minor
 *                                  version (then use ta_to_dlpack_legacy).
 * \retval TA_ERR_OUT_OF_MEMORY     Memory for the loan or the copy could not be had.
 *
 * Since: ABI 0.
 */
TA_NODISCARD TA_API
ta_status ta_to_dlpack(const ta_tensor *tensor,
                       const ta_export_options *options,
                       struct DLManagedTensorVersioned **out,
                       ta_error *err);

/**
 * Lends a tensor to a consumer that only knows the struct without a version.
 *
 * As ta_to_dlpack; but that struct has no flags, so a tensor that is read-only, or whose
 * sub-byte elements are padded, is refused: the consumer could not be told.
 *
 * \param tensor   Live handle, not NULL. Borrowed.
 * \param options  How to lend it, or NULL for as it is. The version in it is not looked at.
 * \param out      Receives the loan, not NULL. Written only on TA_OK; call its deleter once.
 * \param err      Where to put a message, or NULL to go without.
 *
 * \retval TA_OK                    `*out` must reach its deleter exactly once.
 * \retval TA_ERR_NULL_ARGUMENT     `tensor` or `out` is NULL.
 * \retval TA_ERR_INVALID_ARGUMENT  An option is outside its range.
 * \retval TA_ERR_CANNOT_ALIAS      TA_COPY_NEVER, but another device was asked for.
 * \retval TA_ERR_UNSUPPORTED       A struct or flag newer than this library.
 * \retval TA_ERR_DEVICE            A copy that no backend here can make.
 * \retval TA_ERR_EXPORT            The tensor requires grad, is read-only or has padded elements.
 * \retval TA_ERR_OUT_OF_MEMORY     Memory for the loan or the copy could not be had.
 *
 * Since: ABI 0.
 */
TA_NODISCARD TA_API
ta_status ta_to_dlpack_legacy(const ta_tensor *tensor,
                              const ta_export_options *options,
                              struct DLManagedTensor **out,
                              ta_error *err);

/* ======================================================================
 * Relatives of ta_asarray
 * ====================================================================== */

/**
 * Makes a tensor over strided memory; never copies (like `torch.from_numpy`).
 *
 * \param memory  The memory, not NULL. On TA_OK its `release` is the library's to run.
 * \param out     Receives the tensor, not NULL. Written only on TA_OK; ta_release it.
 * \param err     Where to put a message, or NULL to go without.
 *
 * \retval TA_OK                    `*out` is a live handle.
 * \retval TA_ERR_NULL_ARGUMENT     `memory`, `out`, `shape`, or `data` with elements is NULL.
 * \retval TA_ERR_INVALID_ARGUMENT  The device is outside its range.
 * \retval TA_ERR_LAYOUT            Shape or strides that no memory can have.
 * \retval TA_ERR_DTYPE             The dtype does not exist, or cannot be in foreign byte order.
 * \retval TA_ERR_UNSUPPORTED       A flag that this library does not know.
 * \retval TA_ERR_DEVICE            A stream of a device whose streams no backend here knows.
 * \retval TA_ERR_CANNOT_ALIAS      Swapped bytes, or strides that are no multiple of the element.
 * \retval TA_ERR_OUT_OF_MEMORY     Memory for the handle could not be had.
 *
 * Since: ABI 0.
 */
TA_NODISCARD TA_API
ta_status ta_from_array(const ta_memory *memory,
                        ta_tensor **out,
                        ta_error *err);

/**
 * Makes a 1-D tensor over the bytes of a buffer; never copies (like `torch.frombuffer`).
 *
 * \param buffer        The bytes, not NULL. On TA_OK its `release` is the library's to run.
 * \param dtype         What to read them as; must be given.
 * \param count         Elements to read; -1 for all that follow the offset.
 * \param offset_bytes  Bytes to skip; need not be aligned.
 * \param out           Receives the tensor, not NULL. Written only on TA_OK; ta_release it.
 * \param err           Where to put a message, or NULL to go without.
 *
 * \retval TA_OK                    `*out` is a live handle.
 * \retval TA_ERR_NULL_ARGUMENT     `buffer`, `out`, or `data` with bytes is NULL.
 * \retval TA_ERR_INVALID_ARGUMENT  `count` is below -1, or it is -1 and the bytes behind the
 *                                  offset are no multiple of the element.
 * \retval TA_ERR_UNSUPPORTED       A flag that this library does not know.
 * \retval TA_ERR_LAYOUT            More bytes or elements than memory can hold.
 * \retval TA_ERR_OUT_OF_BOUNDS     The offset or the elements lie outside the buffer.
 * \retval TA_ERR_DTYPE             The dtype is not given or does not exist.
 * \retval TA_ERR_OUT_OF_MEMORY     Memory for the handle could not be had.
 *
 * Since: ABI 0.
 */
TA_NODISCARD TA_API
ta_status ta_frombuffer(const ta_buffer *buffer,
                        ta_dtype dtype,
                        int64_t count,
                        size_t offset_bytes,
                        ta_tensor **out,
                        ta_error *err);

/**
 * Copies a tensor into memory of its own: ta_asarray of it with TA_COPY_ALWAYS.
 *
 * The order of axes is kept (a transposed matrix stays transposed), unless TA_WANT_CONTIGUOUS is
 * set or elements are repeated (zero strides): then the copy is C-contiguous.
 *
 * \param tensor   Live handle, not NULL. Borrowed.
 * \param options  What the copy must be, or NULL for all defaults. TA_COPY_NEVER contradicts.
 * \param out      Receives the copy, not NULL. Written only on TA_OK; ta_release it.
 * \param err      Where to put a message, or NULL to go without.
 *
 * \retval TA_OK                    `*out` is a live handle.
 * \retval TA_ERR_NULL_ARGUMENT     `tensor` or `out` is NULL.
 * \retval TA_ERR_INVALID_ARGUMENT  An option is outside its range or contradicts.
 * \retval TA_ERR_DTYPE             The dtype does not exist, or cannot be converted as asked.
 * \retval TA_ERR_GRAD              `options` require a gradient of elements that cannot have one.
 * \retval TA_ERR_KIND              `options->accept` does not allow tensors.
 * \retval TA_ERR_UNSUPPORTED       A struct or flag newer than this library.
 * \retval TA_ERR_DEVICE            Memory that no backend here can read or move.
 * \retval TA_ERR_OUT_OF_MEMORY     Memory for the copy could not be had.
 *
 * Since: ABI 0.
 */
TA_NODISCARD TA_API
ta_status ta_copy(const ta_tensor *tensor,
                  const ta_options *options,
                  ta_tensor **out,
                  ta_error *err);

/* ======================================================================
 * Handles
 * ====================================================================== */

/**
 * Takes another share in a tensor.
 *
 * \param tensor  Live handle, or NULL.
 *
 * \return `tensor`, to be released once more; NULL for NULL.
 *
 * Since: ABI 0.
 */
TA_NODISCARD TA_API
ta_tensor *ta_retain(const ta_tensor *tensor);

/**
 * Gives up a share in a tensor; the last one lets its memory go.
 *
 * Memory that came from elsewhere is let go by running its `release` callback or its DLPack
 * deleter, once, on this thread. Loans made by ta_to_dlpack are shares of their own.
 *
 * \param tensor  A share that the caller owns, not used afterwards; or NULL, which does nothing.
 *
 * Since: ABI 0.
 */
TA_API
void ta_release(ta_tensor *tensor);

/**
 * A `release` callback that is ready made: it sets a number of the host's from 0 to 1.
 *
 * For hosts whose own code cannot run on any thread, or not inside any call: `owner` of the
 * `ta_memory` or `ta_buffer` is the address of an int32_t that is 0. The host keeps that number
 * and the memory until it finds a 1 there, whenever it looks; this write is the last that the
 * library does with either.
 *
 * \param owner  Address of an int32_t, or NULL, which does nothing.
 *
 * Since: ABI 0.
 */
TA_API
void ta_mark_released(void *owner);

/* ======================================================================
 * Facts
 * ====================================================================== */

/**
 * Fills `*out` with everything there is to know about a tensor.
 *
 * \param tensor  Live handle, not NULL. Borrowed.
 * \param out     Receives the facts, not NULL; its `struct_size` is set by the caller. Fields
 *                that this library does not know become zero. Written only on TA_OK.
 * \param err     Where to put a message, or NULL to go without.
 *
 * \retval TA_OK                    `*out` is filled; its pointers live as long as the handle.
 * \retval TA_ERR_NULL_ARGUMENT     `tensor` or `out` is NULL.
 * \retval TA_ERR_INVALID_ARGUMENT  `out->struct_size` is smaller than the first `ta_info`.
 *
 * Since: ABI 0.
 */
TA_NODISCARD TA_API
ta_status ta_describe(const ta_tensor *tensor,
                      ta_info *out,
                      ta_error *err);

/**
 * Where element (0, …, 0) is, for reading.
 *
 * \param tensor  Live handle, or NULL.
 *
 * \return The address, or the handle on devices that have handles; NULL for NULL, and possibly
 *         NULL if there are no elements. Valid as long as the handle is.
 *
 * Since: ABI 0.
 */
TA_NODISCARD TA_API
const void *ta_data(const ta_tensor *tensor);

/**
 * Where element (0, …, 0) is, for writing.
 *
 * \param tensor  Live handle, or NULL.
 *
 * \return As ta_data; NULL also if the tensor is read-only. The library does not order writes:
 *         writers and readers of one memory agree among themselves.
 *
 * Since: ABI 0.
 */
TA_NODISCARD TA_API
void *ta_mutable_data(ta_tensor *tensor);

/**
 * What the elements are.
 *
 * \param tensor  Live handle, or NULL.
 *
 * \return The dtype; all zero for NULL.
 *
 * Since: ABI 0.
 */
TA_NODISCARD TA_API
ta_dtype ta_dtype_of(const ta_tensor *tensor);

/**
 * Where the memory is.
 *
 * \param tensor  Live handle, or NULL.
 *
 * \return The device; all zero for NULL.
 *
 * Since: ABI 0.
 */
TA_NODISCARD TA_API
ta_device ta_device_of(const ta_tensor *tensor);

/**
 * Number of axes.
 *
 * \param tensor  Live handle, or NULL.
 *
 * \return 0 to TA_MAX_NDIM; 0 for NULL.
 *
 * Since: ABI 0.
 */
TA_NODISCARD TA_API
int32_t ta_ndim(const ta_tensor *tensor);

/**
 * Extent of each axis.
 *
 * \param tensor  Live handle, or NULL.
 *
 * \return ta_ndim(tensor) extents, in elements, valid as long as the handle is; NULL for NULL.
 *
 * Since: ABI 0.
 */
TA_NODISCARD TA_API
const int64_t *ta_shape(const ta_tensor *tensor);

/**
 * Distance between neighbours on each axis.
 *
 * \param tensor  Live handle, or NULL.
 *
 * \return ta_ndim(tensor) strides, in elements, of either sign, valid as long as the handle
 *         is; NULL for NULL.
 *
 * Since: ABI 0.
 */
TA_NODISCARD TA_API
const int64_t *ta_strides(const ta_tensor *tensor);

/**
 * Number of elements.
 *
 * \param tensor  Live handle, or NULL.
 *
 * \return The product of the extents (1 without axes); 0 for NULL.
 *
 * Since: ABI 0.
 */
TA_NODISCARD TA_API
int64_t ta_numel(const ta_tensor *tensor);

/**
 * Whether nobody may write through this tensor.
 *
 * \param tensor  Live handle, or NULL.
 *
 * \return 1 or 0; 1 for NULL.
 *
 * Since: ABI 0.
 */
TA_NODISCARD TA_API
int32_t ta_is_read_only(const ta_tensor *tensor);

/**
 * Whether the elements stand one after another in C order. Strides of axes of extent 1 do not
 * matter, and of a tensor without elements none.
 *
 * \param tensor  Live handle, or NULL.
 *
 * \return 1 or 0; 0 for NULL.
 *
 * Since: ABI 0.
 */
TA_NODISCARD TA_API
int32_t ta_is_contiguous(const ta_tensor *tensor);

/**
 * Reads one element as a number of the host language.
 *
 * \param tensor  Live handle, not NULL. Borrowed.
 * \param index   ta_ndim(tensor) positions, each from 0 to its extent - 1. NULL only if there
 *                are no axes.
 * \param out     Receives the value, not NULL. Written only on TA_OK.
 * \param err     Where to put a message, or NULL to go without.
 *
 * \retval TA_OK                 `*out` is the value; unsigned integers up to 2**63-1 come as
 *                               TA_SCALAR_INT.
 * \retval TA_ERR_NULL_ARGUMENT  `tensor`, `out`, or `index` is NULL.
 * \retval TA_ERR_OUT_OF_BOUNDS  A position is outside its axis.
 * \retval TA_ERR_DTYPE          The dtype has no values that a scalar can hold.
 * \retval TA_ERR_DEVICE         No backend here can read the memory.
 *
 * Since: ABI 0.
 */
TA_NODISCARD TA_API
ta_status ta_item(const ta_tensor *tensor,
                  const int64_t *index,
                  ta_scalar *out,
                  ta_error *err);

/**
 * Prints a tensor as PyTorch prints one: `tensor([1., 2.])`.
 *
 * Elements that the CPU cannot read, and those of a dtype without values, are printed as `...`.
 *
 * \param tensor    Live handle, not NULL. Borrowed.
 * \param options   How to print, or NULL for PyTorch's defaults.
 * \param buffer    Receives UTF-8, NUL-terminated, cut at a character if `capacity` is too
 *                  small. NULL only if `capacity` is 0.
 * \param capacity  Bytes of `buffer`.
 * \param length    Receives the length of the whole text in bytes, without the NUL: compare it
 *                  with `capacity`. May be NULL. Written only on TA_OK.
 * \param err       Where to put a message, or NULL to go without.
 *
 * \retval TA_OK                    Printed, perhaps cut.
 * \retval TA_ERR_NULL_ARGUMENT     `tensor` is NULL, or `buffer` with a capacity.
 * \retval TA_ERR_INVALID_ARGUMENT  An option is outside its range.
 * \retval TA_ERR_UNSUPPORTED       A struct newer than this library.
 * \retval TA_ERR_OUT_OF_MEMORY     Memory for the text could not be had.
 *
 * Since: ABI 0.
 */
TA_NODISCARD TA_API
ta_status ta_repr(const ta_tensor *tensor,
                  const ta_repr_options *options,
                  char *buffer,
                  size_t capacity,
                  size_t *length,
                  ta_error *err);

/**
 * The name of a dtype, like `float32`; numbers for one that has no name, like `int4`.
 *
 * \param dtype     Any value.
 * \param buffer    Receives it, NUL-terminated, cut if `capacity` is too small. NULL only if
 *                  `capacity` is 0; a NULL buffer receives nothing.
 * \param capacity  Bytes of `buffer`; 32 are always enough.
 *
 * \return The length of the whole name in bytes, without the NUL.
 *
 * Since: ABI 0.
 */
TA_API
size_t ta_dtype_name(ta_dtype dtype, char *buffer, size_t capacity);

/**
 * The name of a TA_ORIGIN_… number, like `dlpack`.
 *
 * \param origin  Any value.
 *
 * \return A static string; `unknown` for a number without a name.
 *
 * Since: ABI 0.
 */
TA_NODISCARD TA_API
const char *ta_origin_name(int32_t origin);

/**
 * The name of a TA_REASON_… number, like `dtype`.
 *
 * \param reason  Any value.
 *
 * \return A static string; `unknown` for a number without a name, and empty for TA_REASON_NONE.
 *
 * Since: ABI 0.
 */
TA_NODISCARD TA_API
const char *ta_reason_name(int32_t reason);

/* ======================================================================
 * Views and writes
 * ====================================================================== */

/**
 * Makes a tensor over part of another one's memory: any shape, strides and offset that stay
 * inside it (like `torch.as_strided`, but checked).
 *
 * The view may reach exactly the elements between the lowest and the highest that `tensor`
 * itself reaches. It shares the memory, and is read-only if `tensor` is. Of a tensor that requires
 * grad, while operations are recorded on this thread, it has a history: `AsStridedBackward0`.
 *
 * \param tensor   Live handle, not NULL. Borrowed; the view keeps the memory alive by itself.
 * \param ndim     Number of axes of the view, 0 to TA_MAX_NDIM.
 * \param shape    Extents, `ndim` of them, in elements. NULL only if `ndim` is 0.
 * \param strides  Distance between neighbours on each axis, in elements, of either sign. NULL:
 *                 C-contiguous.
 * \param offset   Elements from `tensor`'s element (0, …, 0) to the view's; of either sign.
 * \param out      Receives the view, not NULL. Written only on TA_OK; ta_release it.
 * \param err      Where to put a message, or NULL to go without.
 *
 * \retval TA_OK                    `*out` is a live handle.
 * \retval TA_ERR_NULL_ARGUMENT     `tensor`, `out`, or `shape` is NULL.
 * \retval TA_ERR_LAYOUT            Shape or strides that no memory can have.
 * \retval TA_ERR_OUT_OF_BOUNDS     The view reaches outside the tensor.
 * \retval TA_ERR_DTYPE             Packed sub-byte elements, and the offset is inside a byte.
 * \retval TA_ERR_OUT_OF_MEMORY     Memory for the handle could not be had.
 *
 * Since: ABI 0.
 */
TA_NODISCARD TA_API
ta_status ta_view(const ta_tensor *tensor,
                  int32_t ndim,
                  const int64_t *shape,
                  const int64_t *strides,
                  int64_t offset,
                  ta_tensor **out,
                  ta_error *err);

/**
 * ta_view, with a name for what was done: a binding that offers views of its own (`Tensor.t`, an index)
 * calls their nodes as PyTorch does, `TransposeBackward0` or `SelectBackward0`.
 *
 * \param tensor   Live handle, not NULL. Borrowed; the view keeps the memory alive by itself.
 * \param name     What the view's node is called, if it has one. Copied; not NULL.
 * \param ndim     As in ta_view.
 * \param shape    As in ta_view.
 * \param strides  As in ta_view.
 * \param offset   As in ta_view.
 * \param out      Receives the view, not NULL. Written only on TA_OK; ta_release it.
 * \param err      Where to put a message, or NULL to go without.
 *
 * \retval TA_OK                 `*out` is a live handle.
 * \retval TA_ERR_NULL_ARGUMENT  `tensor`, `name`, `out`, or `shape` is NULL.
 * \retval TA_ERR_…              Else as ta_view.
 *
 * Since: ABI 0.
 */
TA_NODISCARD TA_API
ta_status ta_view_named(const ta_tensor *tensor,
                        const char *name,
                        int32_t ndim,
                        const int64_t *shape,
                        const int64_t *strides,
                        int64_t offset,
                        ta_tensor **out,
                        ta_error *err);

/**
 * Copies the elements of one tensor into another, converting and broadcasting (like
 * `Tensor.copy_`). Memory that the two share is read before it is written.
 *
 * \param target  Live handle, not NULL. Its elements are overwritten.
 * \param source  Live handle, not NULL. Its shape broadcasts to the target's.
 * \param err     Where to put a message, or NULL to go without.
 *
 * \retval TA_OK                    Copied.
 * \retval TA_ERR_NULL_ARGUMENT     `target` or `source` is NULL.
 * \retval TA_ERR_INVALID_ARGUMENT  The shapes do not broadcast.
 * \retval TA_ERR_NOT_WRITABLE      The target is read-only, or several of its elements share one
 *                                  place in memory.
 * \retval TA_ERR_GRAD              The target requires grad. A leaf may be written while no
 *                                  operations are recorded on this thread (ta_set_grad_enabled).
 * \retval TA_ERR_DTYPE             There is no conversion between the two dtypes.
 * \retval TA_ERR_DEVICE            No backend here can read or write the memory, or the device
 *                                  failed: then some elements may have been written.
 * \retval TA_ERR_OUT_OF_MEMORY     The two overlap, and memory to copy through could not be had.
 *
 * Thread safety: the caller keeps others from the target's elements during the call.
 * Since: ABI 0.
 */
TA_NODISCARD TA_API
ta_status ta_copy_into(ta_tensor *target,
                       const ta_tensor *source,
                       ta_error *err);

/**
 * Writes one value to every element (like `Tensor.fill_`).
 *
 * \param target  Live handle, not NULL. Its elements are overwritten.
 * \param value   The value, not NULL.
 * \param err     Where to put a message, or NULL to go without.
 *
 * \retval TA_OK                    Written.
 * \retval TA_ERR_NULL_ARGUMENT     `target` or `value` is NULL.
 * \retval TA_ERR_INVALID_ARGUMENT  `value->kind` is none of TA_SCALAR_….
 * \retval TA_ERR_OVERFLOW          The value does not fit the dtype.
 * \retval TA_ERR_NOT_WRITABLE      The target is read-only, or several of its elements share one
 *                                  place in memory.
 * \retval TA_ERR_GRAD              The target requires grad. A leaf may be written while no
 *                                  operations are recorded on this thread (ta_set_grad_enabled).
 * \retval TA_ERR_DTYPE             The dtype cannot hold such a value.
 * \retval TA_ERR_DEVICE            No backend here can write the memory, or the device failed: then
 *                                  some elements may have been written.
 *
 * Thread safety: the caller keeps others from the target's elements during the call.
 * Since: ABI 0.
 */
TA_NODISCARD TA_API
ta_status ta_fill(ta_tensor *target,
                  const ta_scalar *value,
                  ta_error *err);

/* ======================================================================
 * Gradients
 * ====================================================================== */

/**
 * Whether a tensor requires a gradient.
 *
 * \param tensor  Live handle, or NULL.
 *
 * \return 1 or 0; 0 for NULL.
 *
 * Since: ABI 0.
 */
TA_NODISCARD TA_API
int32_t ta_requires_grad(const ta_tensor *tensor);

/**
 * Changes whether a leaf requires a gradient (like `Tensor.requires_grad_`). What was recorded before
 * stays as it was; a gradient on its way to a leaf that requires none any more is dropped. Handles
 * that share a history (see ta_asarray) share the flag.
 *
 * \param tensor         Live handle, not NULL.
 * \param requires_grad  0 or not.
 * \param err            Where to put a message, or NULL to go without.
 *
 * \retval TA_OK                 Set; for a tensor with a history, it was 1 and stays so.
 * \retval TA_ERR_NULL_ARGUMENT  `tensor` is NULL.
 * \retval TA_ERR_GRAD           Elements that cannot have a gradient, or 0 for a tensor with a
 *                               history: ta_detach it instead.
 *
 * Since: ABI 0.
 */
TA_NODISCARD TA_API
ta_status ta_set_requires_grad(ta_tensor *tensor,
                               int32_t requires_grad,
                               ta_error *err);

/**
 * Whether no recorded operation made a tensor.
 *
 * \param tensor  Live handle, or NULL.
 *
 * \return 1 or 0; 1 for NULL.
 *
 * Since: ABI 0.
 */
TA_NODISCARD TA_API
int32_t ta_is_leaf(const ta_tensor *tensor);

/**
 * Makes another handle over the same memory, without a history: a leaf that requires no gradient
 * (like `Tensor.detach`).
 *
 * \param tensor  Live handle, not NULL. Borrowed.
 * \param out     Receives the handle, not NULL. Written only on TA_OK; ta_release it.
 * \param err     Where to put a message, or NULL to go without.
 *
 * \retval TA_OK                 `*out` is a live handle.
 * \retval TA_ERR_NULL_ARGUMENT  `tensor` or `out` is NULL.
 * \retval TA_ERR_OUT_OF_MEMORY  Memory for the handle could not be had.
 *
 * Since: ABI 0.
 */
TA_NODISCARD TA_API
ta_status ta_detach(const ta_tensor *tensor,
                    ta_tensor **out,
                    ta_error *err);

/**
 * The gradient that has arrived at a leaf.
 *
 * A later backward pass does not change it: the sum is a tensor of its own, and this function then
 * returns that (PyTorch adds in place).
 *
 * \param tensor  Live handle, or NULL.
 *
 * \return A share in it, to be released; NULL if there is none, and for NULL.
 *
 * Since: ABI 0.
 */
TA_NODISCARD TA_API
ta_tensor *ta_grad(const ta_tensor *tensor);

/**
 * Replaces the gradient of a leaf; what was there is released.
 *
 * A gradient lives as long as its leaf has it. Leaves that are each other's gradients, in a ring of any
 * length, keep one another alive until one of them is given another, or none.
 *
 * \param tensor  Live handle, not NULL.
 * \param grad    What it is to be: of the tensor's shape, dtype and device, without a history.
 *                Shared, not copied. NULL clears it.
 * \param err     Where to put a message, or NULL to go without.
 *
 * \retval TA_OK                 Set.
 * \retval TA_ERR_NULL_ARGUMENT  `tensor` is NULL.
 * \retval TA_ERR_GRAD           The tensor is no leaf or its elements cannot have a gradient, or
 *                               `grad` cannot be it; the message says why.
 *
 * Since: ABI 0.
 */
TA_NODISCARD TA_API
ta_status ta_set_grad(ta_tensor *tensor,
                      const ta_tensor *grad,
                      ta_error *err);

/**
 * Computes the gradients of a tensor with respect to all leaves that it was computed from, and adds
 * them to theirs (see ta_grad).
 *
 * Operations are differentiated newest first, on this thread; those of the host by their callbacks. All
 * leaves get their gradients at the end, or none does: a call that fails has changed nothing, and
 * released nothing. Any number of threads may do this at once, also towards the same leaves: no
 * gradient is lost.
 *
 * \param tensor        Live handle, not NULL.
 * \param gradient      The gradient of the final result with respect to `tensor`, in its shape. NULL: 1,
 *                      for a tensor of one real element.
 * \param retain_graph  0: what the operations saved is released, so that there is no second time. Else it
 *                      is kept.
 * \param err           Where to put a message, or NULL to go without.
 *
 * \retval TA_OK                 The leaves have their gradients.
 * \retval TA_ERR_NULL_ARGUMENT  `tensor` is NULL.
 * \retval TA_ERR_GRAD           `tensor` does not require grad; `gradient` is missing or cannot be its
 *                               gradient; the graph has been released; memory that an operation
 *                               needs has been written in place; or a callback wrote what cannot
 *                               be the gradient of its input.
 * \retval TA_ERR_DTYPE          There is no arithmetic on, or conversion between, elements on the way.
 * \retval TA_ERR_DEVICE         A gradient is due on a device that is not there, or the device failed.
 * \retval TA_ERR_CALLBACK       A callback failed; a status of its own is passed on instead.
 * \retval TA_ERR_OUT_OF_MEMORY  Memory for a gradient could not be had.
 *
 * Since: ABI 0.
 */
TA_NODISCARD TA_API
ta_status ta_backward(const ta_tensor *tensor,
                      const ta_tensor *gradient,
                      int32_t retain_graph,
                      ta_error *err);

/**
 * Sets whether operations of this thread are recorded (0 is `torch.no_grad`). At first they are. While
 * they are not, results of operations, copies and views require no grad unless asked to by
 * TA_GRAD_YES, and leaves may be written in place.
 *
 * \param enabled  0 or not.
 *
 * \return What it was, 1 or 0: set it back.
 *
 * Thread safety: a setting of the calling thread, which no other thread sees.
 * Since: ABI 0.
 */
TA_API
int32_t ta_set_grad_enabled(int32_t enabled);

/**
 * Whether operations of this thread are recorded.
 *
 * \return 1 or 0.
 *
 * Since: ABI 0.
 */
TA_NODISCARD TA_API
int32_t ta_grad_enabled(void);

/* ======================================================================
 * Operations
 * ====================================================================== */

/**
 * Adds two tensors (like `torch.add`).
 *
 * Shapes broadcast. The dtype is the one that holds both, where a tensor without axes gives way to one
 * with axes unless its numbers are of a higher kind (`torch.result_type`); integers wrap, truth values
 * are or-ed, floats narrower than 32 bits are computed in float32. The result is C-contiguous memory
 * of its own; if operations are recorded on this thread and an operand requires grad, it has a
 * history.
 *
 * \param a    Live handle, not NULL. Borrowed.
 * \param b    Live handle, not NULL. Borrowed.
 * \param out  Receives the result, not NULL. Written only on TA_OK; ta_release it.
 * \param err  Where to put a message, or NULL to go without.
 *
 * \retval TA_OK                    `*out` is a live handle.
 * \retval TA_ERR_NULL_ARGUMENT     `a`, `b` or `out` is NULL.
 * \retval TA_ERR_INVALID_ARGUMENT  The shapes do not broadcast.
 * \retval TA_ERR_LAYOUT            The result would be too large.
 * \retval TA_ERR_DTYPE             There is no common dtype, or no arithmetic on it.
 * \retval TA_ERR_DEVICE            An operand is on a device: operations are computed on the CPU only.
 * \retval TA_ERR_OUT_OF_MEMORY     Memory for the result could not be had.
 *
 * Thread safety: the caller keeps writers from the operands' elements during the call.
 * Since: ABI 0.
 */
TA_NODISCARD TA_API
ta_status ta_add(const ta_tensor *a,
                 const ta_tensor *b,
                 ta_tensor **out,
                 ta_error *err);

/**
 * Subtracts `b` from `a` (like `torch.sub`). As ta_add; truth values have no difference.
 *
 * \param a    Live handle, not NULL. Borrowed.
 * \param b    Live handle, not NULL. Borrowed.
 * \param out  Receives the result, not NULL. Written only on TA_OK; ta_release it.
 * \param err  Where to put a message, or NULL to go without.
 *
 * \retval TA_OK                 `*out` is a live handle.
 * \retval TA_ERR_NULL_ARGUMENT  `a`, `b` or `out` is NULL.
 * \retval TA_ERR_DTYPE          There is no common dtype, or no arithmetic on it, or an operand is bool.
 * \retval TA_ERR_…              Else as ta_add.
 *
 * Thread safety: the caller keeps writers from the operands' elements during the call.
 * Since: ABI 0.
 */
TA_NODISCARD TA_API
ta_status ta_sub(const ta_tensor *a,
                 const ta_tensor *b,
                 ta_tensor **out,
                 ta_error *err);

/**
 * Multiplies two tensors (like `torch.mul`). As ta_add; truth values are and-ed.
 *
 * A recorded product shares the factors that its gradient needs. If their memory is written through
 * this library before the backward pass, that fails; writes through other handles to the memory, or
 * by other libraries, are not seen.
 *
 * \param a    Live handle, not NULL. Borrowed.
 * \param b    Live handle, not NULL. Borrowed.
 * \param out  Receives the result, not NULL. Written only on TA_OK; ta_release it.
 * \param err  Where to put a message, or NULL to go without.
 *
 * \retval TA_OK                 `*out` is a live handle.
 * \retval TA_ERR_NULL_ARGUMENT  `a`, `b` or `out` is NULL.
 * \retval TA_ERR_…              Else as ta_add.
 *
 * Thread safety: the caller keeps writers from the operands' elements during the call.
 * Since: ABI 0.
 */
TA_NODISCARD TA_API
ta_status ta_mul(const ta_tensor *a,
                 const ta_tensor *b,
                 ta_tensor **out,
                 ta_error *err);

/**
 * Turns the sign of a tensor (like `torch.neg`). As ta_add; truth values have no sign.
 *
 * \param tensor  Live handle, not NULL. Borrowed.
 * \param out     Receives the result, not NULL. Written only on TA_OK; ta_release it.
 * \param err     Where to put a message, or NULL to go without.
 *
 * \retval TA_OK                 `*out` is a live handle.
 * \retval TA_ERR_NULL_ARGUMENT  `tensor` or `out` is NULL.
 * \retval TA_ERR_DTYPE          There is no arithmetic on the elements, or they are bool.
 * \retval TA_ERR_…              Else as ta_add.
 *
 * Thread safety: the caller keeps writers from the tensor's elements during the call.
 * Since: ABI 0.
 */
TA_NODISCARD TA_API
ta_status ta_neg(const ta_tensor *tensor,
                 ta_tensor **out,
                 ta_error *err);

/**
 * Adds up elements along axes (like `torch.sum`): pairwise, floats narrower than 32 bits in float32,
 * integers and truth values to int64. As ta_add else.
 *
 * \param tensor    Live handle, not NULL. Borrowed.
 * \param axes      Axes to add up along; negative ones count from the back. NULL only if there are none.
 * \param num_axes  How many; 0 for all axes of the tensor.
 * \param keep      0: the result has no such axes. Else they stay, with extent 1.
 * \param out       Receives the result, not NULL. Written only on TA_OK; ta_release it.
 * \param err       Where to put a message, or NULL to go without.
 *
 * \retval TA_OK                    `*out` is a live handle.
 * \retval TA_ERR_NULL_ARGUMENT     `tensor` or `out` is NULL, or `axes` with a number of them.
 * \retval TA_ERR_INVALID_ARGUMENT  More axes than TA_MAX_NDIM, or one is listed twice.
 * \retval TA_ERR_OUT_OF_BOUNDS     The tensor has no such axis.
 * \retval TA_ERR_DTYPE             There is no arithmetic on the elements.
 * \retval TA_ERR_…                 Else as ta_add.
 *
 * Thread safety: the caller keeps writers from the tensor's elements during the call.
 * Since: ABI 0.
 */
TA_NODISCARD TA_API
ta_status ta_sum(const ta_tensor *tensor,
                 const int64_t *axes,
                 size_t num_axes,
                 int32_t keep,
                 ta_tensor **out,
                 ta_error *err);

/* ======================================================================
 * Operations of the host
 * ====================================================================== */

/**
 * Makes a tensor of the result of an operation that the host has computed, and records how to
 * differentiate it.
 *
 * The result requires grad if operations are recorded on this thread and an input requires grad, or if
 * there are no inputs: that makes a door through which gradients leave this library's graph. Else it is
 * a plain leaf, and `drop` runs inside the call. It is a handle of its own in any case, without the
 * history that `output` may have.
 *
 * Callbacks that keep the result itself alive make a cycle with it, which lasts until a backward pass
 * without `retain_graph` releases them: ta_live_nodes and ta_live_tensors show it. Keep ta_detach of it
 * instead.
 *
 * \param operation  The operation, not NULL. On TA_OK its `user_data` is the library's.
 * \param output     What it computed, not NULL. Read and taken as by ta_asarray.
 * \param options    What the result must be, or NULL for all defaults; `requires_grad` must be TA_GRAD_NO.
 * \param out        Receives the tensor, not NULL. Written only on TA_OK; ta_release it.
 * \param err        Where to put a message, or NULL to go without.
 *
 * \retval TA_OK                    `*out` is a live handle.
 * \retval TA_ERR_NULL_ARGUMENT     `operation`, its `name` or `backward`, an input, `output` or `out` is
 *                                  NULL.
 * \retval TA_ERR_INVALID_ARGUMENT  `options->requires_grad` is set, or `num_inputs` too large.
 * \retval TA_ERR_GRAD              The result would require grad, but its elements cannot.
 * \retval TA_ERR_UNSUPPORTED       A struct newer than this library.
 * \retval TA_ERR_…                 Else as ta_asarray.
 *
 * Since: ABI 0.
 */
TA_NODISCARD TA_API
ta_status ta_record(const ta_operation *operation,
                    const ta_source *output,
                    const ta_options *options,
                    ta_tensor **out,
                    ta_error *err);

/* ======================================================================
 * Nodes of the graph
 * ====================================================================== */

/**
 * The node of the operation that made a tensor.
 *
 * \param tensor  Live handle, or NULL.
 *
 * \return A share in it, to be given up with ta_node_release; NULL for a leaf, and for NULL.
 *
 * Since: ABI 0.
 */
TA_NODISCARD TA_API
ta_node *ta_grad_fn(const ta_tensor *tensor);

/**
 * The name of the operation that made a tensor, like `MulBackward0`.
 *
 * \param tensor  Live handle, or NULL.
 *
 * \return NUL-terminated, valid as long as the handle is; NULL for a leaf, and for NULL.
 *
 * Since: ABI 0.
 */
TA_NODISCARD TA_API
const char *ta_grad_fn_name(const ta_tensor *tensor);

/**
 * Takes another share in a node.
 *
 * \param node  Live node, or NULL.
 *
 * \return `node`, to be released once more; NULL for NULL.
 *
 * Since: ABI 0.
 */
TA_NODISCARD TA_API
ta_node *ta_node_retain(const ta_node *node);

/**
 * Gives up a share in a node; with the last one, also those of the tensor and of newer nodes, it
 * lets go what it saved, on this thread.
 *
 * \param node  A share that the caller owns, not used afterwards; or NULL, which does nothing.
 *
 * Since: ABI 0.
 */
TA_API
void ta_node_release(ta_node *node);

/**
 * The name of a node, like `MulBackward0`.
 *
 * \param node  Live node, or NULL.
 *
 * \return NUL-terminated, valid as long as the node is; NULL for NULL.
 *
 * Since: ABI 0.
 */
TA_NODISCARD TA_API
const char *ta_node_name(const ta_node *node);

/**
 * How many inputs the operation of a node has.
 *
 * \param node  Live node, or NULL.
 *
 * \return The number; 0 for a door to another graph, and for NULL.
 *
 * Since: ABI 0.
 */
TA_NODISCARD TA_API
size_t ta_node_num_inputs(const ta_node *node);

/**
 * Where an input of a node's operation comes from: the way to walk a graph.
 *
 * \param node   Live node, or NULL.
 * \param index  Which input.
 * \param next   For TA_INPUT_NODE, receives a share in that node, to be given up with
 *               ta_node_release; else NULL. May be NULL.
 *
 * \return One of TA_INPUT_…; TA_INPUT_NONE also for an index that there is not, and for NULL.
 *
 * Since: ABI 0.
 */
TA_API
int32_t ta_node_input(const ta_node *node, size_t index, ta_node **next);

/**
 * The `user_data` of an operation that was recorded with a certain callback: how a host finds its own
 * operations in a graph.
 *
 * \param node      Live node, or NULL.
 * \param backward  The callback.
 *
 * \return What ta_record was given, valid until a backward pass releases it, which any thread may run:
 *         use ta_node_visit where one might. NULL if it has been released, for a node that was not
 *         recorded with this callback, and for NULL.
 *
 * Since: ABI 0.
 */
TA_NODISCARD TA_API
void *ta_node_user_data(const ta_node *node,
                        ta_status (*backward)(void *user_data,
                                              const ta_tensor *grad_output,
                                              const int32_t *needed,
                                              ta_tensor **grad_inputs,
                                              size_t num_inputs,
                                              ta_error *err));

/**
 * Shows a host the `user_data` of an operation that was recorded with a certain callback, and keeps it
 * while the host looks: a backward pass on another thread that releases the operation meanwhile leaves
 * `drop` to this call, which runs it when `visit` has returned.
 *
 * \param node      Live node, or NULL.
 * \param backward  The callback that the operation was recorded with.
 * \param visit     Called once, on this thread, with `context` and the `user_data`, if that is still there.
 *                  It may call anything, and must not unwind. To keep what it sees, it takes a share of
 *                  its own. NULL: nothing is called.
 * \param context   First argument of `visit`; never looked at.
 *
 * \return 1 if the `user_data` is still there, and 0 if it has been released, for a node that was not
 *         recorded with this callback, and for NULL.
 *
 * Since: ABI 0.
 */
TA_API
int32_t ta_node_visit(const ta_node *node,
                      ta_status (*backward)(void *user_data,
                                            const ta_tensor *grad_output,
                                            const int32_t *needed,
                                            ta_tensor **grad_inputs,
                                            size_t num_inputs,
                                            ta_error *err),
                      void (*visit)(void *context, void *user_data),
                      void *context);

/**
 * How many nodes are alive in this copy of the library: zero when nothing leaks.
 *
 * \return The number of nodes that some tensor, newer node or host still holds.
 *
 * Since: ABI 0.
 */
TA_NODISCARD TA_API
size_t ta_live_nodes(void);

/* ======================================================================
 * Devices and streams
 * ====================================================================== */

/**
 * Plugs in the devices of one type: from now on ta_asarray and its relatives reach their memory.
 *
 * A device of this library's own (CUDA) is replaced; the CPU cannot be. Tensors that there are stay
 * with the functions that they were made by, or came in under; what came in of a type that nobody
 * had is served by these.
 *
 * \param device_type  One of TA_DEVICE_…, or a number of the host's own. Devices without a name are
 *                     called by their number, like `device64:0`.
 * \param api          The functions, not NULL. Copied; what they need must stay until `release` has run.
 * \param user_data    First argument of each function; never looked at.
 * \param err          Where to put a message, or NULL to go without.
 *
 * \retval TA_OK                    Registered; `release` is the library's to run.
 * \retval TA_ERR_NULL_ARGUMENT     `api` is NULL, or a function in it that must be there.
 * \retval TA_ERR_INVALID_ARGUMENT  `device_type` is below 1, the CPU's, or registered already.
 * \retval TA_ERR_UNSUPPORTED       A table newer than this library.
 * \retval TA_ERR_OUT_OF_MEMORY     Memory for the entry could not be had.
 *
 * Since: ABI 0.
 */
TA_NODISCARD TA_API
ta_status ta_device_register(int32_t device_type,
                             const ta_device_api *api,
                             void *user_data,
                             ta_error *err);

/**
 * Takes back what ta_device_register did. Tensors on the devices stay as they are, and keep the
 * functions in use: they are read, written, copied and handed to streams by them, also after the type
 * has been registered again. `release` runs when the last of them is gone, or inside the call.
 * The devices themselves are no longer known: neither to ta_synchronize nor as a place for something new.
 *
 * \param device_type  A type that was registered.
 * \param err          Where to put a message, or NULL to go without.
 *
 * \retval TA_OK                    Nothing new is made on these devices but copies of what is there.
 * \retval TA_ERR_INVALID_ARGUMENT  `device_type` is not registered.
 *
 * Since: ABI 0.
 */
TA_NODISCARD TA_API
ta_status ta_device_unregister(int32_t device_type,
                               ta_error *err);

/**
 * Lists the devices that memory can be had on, by type and index. A type whose `count` fails is left
 * out; what it says is the error of whoever asks for a device of it.
 *
 * \param out       Receives at most `capacity` devices; NULL if `capacity` is 0.
 * \param capacity  How many there is room for.
 * \param count     Receives how many there are, not NULL. Written only on TA_OK.
 * \param err       Where to put a message, or NULL to go without.
 *
 * \retval TA_OK                 Written.
 * \retval TA_ERR_NULL_ARGUMENT  `count` is NULL, or `out` with room.
 * \retval TA_ERR_OUT_OF_MEMORY  Memory for the list could not be had.
 *
 * Since: ABI 0.
 */
TA_NODISCARD TA_API
ta_status ta_device_list(ta_device *out,
                         size_t capacity,
                         size_t *count,
                         ta_error *err);

/**
 * Describes a device.
 *
 * \param device  The device; index -1 is the current one of its type.
 * \param out     Filled in, not NULL; `struct_size` is set by the caller. Written only on TA_OK.
 * \param err     Where to put a message, or NULL to go without.
 *
 * \retval TA_OK                    Written.
 * \retval TA_ERR_NULL_ARGUMENT     `out` is NULL.
 * \retval TA_ERR_INVALID_ARGUMENT  The device or `out->struct_size` is outside its range.
 * \retval TA_ERR_DEVICE            There is no such device; the message lists what there is.
 *
 * Since: ABI 0.
 */
TA_NODISCARD TA_API
ta_status ta_device_describe(ta_device device,
                             ta_device_info *out,
                             ta_error *err);

/**
 * Reads a device as people write it: `cpu`, `cuda`, `cuda:1`. Without an index it is the current
 * one, -1; `cpu:0` is `cpu`. `hip`, `mps` and `xpu` are PyTorch's names of `rocm`, `metal` and `oneapi`.
 *
 * \param text  NUL-terminated, not NULL.
 * \param out   Receives the device, not NULL. Written only on TA_OK.
 * \param err   Where to put a message, or NULL to go without.
 *
 * \retval TA_OK                 Written.
 * \retval TA_ERR_NULL_ARGUMENT  `text` or `out` is NULL.
 * \retval TA_ERR_DEVICE         No device is called so.
 *
 * Since: ABI 0.
 */
TA_NODISCARD TA_API
ta_status ta_device_parse(const char *text,
                          ta_device *out,
                          ta_error *err);

/**
 * The name of a device, as ta_device_parse reads it: like `cuda:1`, and `device64:0` for one whose
 * type has no name.
 *
 * \param device    Any value; index -1 is the current one of its type.
 * \param buffer    Receives it, NUL-terminated, cut if `capacity` is too small. NULL only if
 *                  `capacity` is 0; a NULL buffer receives nothing.
 * \param capacity  Bytes of `buffer`; 32 are always enough.
 *
 * \return The length of the whole name in bytes, without the NUL.
 *
 * Since: ABI 0.
 */
TA_API
size_t ta_device_name(ta_device device,
                      char *buffer,
                      size_t capacity);

/**
 * Finds the device whose memory an address is in.
 *
 * \param device_type  The type of device to ask.
 * \param address      Any address; never followed by this library.
 * \param out          Receives the device, not NULL. Written only on TA_OK.
 * \param err          Where to put a message, or NULL to go without.
 *
 * \retval TA_OK                    Written.
 * \retval TA_ERR_NULL_ARGUMENT     `out` is NULL.
 * \retval TA_ERR_INVALID_ARGUMENT  `device_type` is below 1.
 * \retval TA_ERR_DEVICE            It is in the memory of no such device, or there is none.
 *
 * Since: ABI 0.
 */
TA_NODISCARD TA_API
ta_status ta_device_of_address(int32_t device_type,
                               const void *address,
                               ta_device *out,
                               ta_error *err);

/**
 * Waits until the work that is on a stream now is done.
 *
 * \param device  The device; index -1 is the current one of its type.
 * \param stream  The stream, as in `ta_options`; 0 for every stream of the device.
 * \param err     Where to put a message, or NULL to go without.
 *
 * \retval TA_OK                    Done.
 * \retval TA_ERR_INVALID_ARGUMENT  The device or the stream is outside its range.
 * \retval TA_ERR_DEVICE            There is no such device, or its work failed.
 *
 * Since: ABI 0.
 */
TA_NODISCARD TA_API
ta_status ta_synchronize(ta_device device,
                         int64_t stream,
                         ta_error *err);

/* ======================================================================
 * Care
 * ====================================================================== */

/**
 * The version of the library, like `0.1.0`. Never changes its shape: safe to call first.
 *
 * \return A static string.
 *
 * Since: ABI 0.
 */
TA_NODISCARD TA_API
const char *ta_version(void);

/**
 * The ABI number of the library: compare it with TA_ABI_VERSION when loading it at run time.
 * Never changes its shape: safe to call first.
 *
 * \return TA_ABI_VERSION of the header that the library was built with.
 *
 * Since: ABI 0.
 */
TA_NODISCARD TA_API
int32_t ta_abi_version(void);

/**
 * The name of a status, like `TA_ERR_DTYPE`.
 *
 * \param status  Any value.
 *
 * \return A static string; `TA_ERR_UNKNOWN` for a number without a name.
 *
 * Since: ABI 0.
 */
TA_NODISCARD TA_API
const char *ta_status_name(ta_status status);

/**
 * How many tensors are alive in this copy of the library: zero when nothing leaks.
 *
 * \return The number of tensors that some handle or loan still holds.
 *
 * Since: ABI 0.
 */
TA_NODISCARD TA_API
size_t ta_live_tensors(void);

/**
 * Sets how many threads one large copy may use. Never changes results; no thread outlives a call.
 *
 * \param count  At least 1, or 0 for as many as the process has cores.
 *
 * \retval TA_OK                    Set, for this copy of the library.
 * \retval TA_ERR_INVALID_ARGUMENT  `count` is negative.
 *
 * Since: ABI 0.
 */
TA_NODISCARD TA_API
ta_status ta_set_num_threads(int32_t count);

/* End of the declarations. */

/* ======================================================================
 * One-liners
 * ====================================================================== */

/** A dtype of one lane: one of the `TA_INT` … `TA_FLOAT4_E2M1FN` codes, and its bits. */
TA_INLINE ta_dtype ta_dtype_make(uint8_t code, uint8_t bits) {
    ta_dtype dtype;
    dtype.code = code;
    dtype.bits = bits;
    dtype.lanes = 1;
    return dtype;
}

/** Whether two dtypes are the same: 1 or 0. */
TA_INLINE int ta_dtype_equal(ta_dtype a, ta_dtype b) {
    return a.code == b.code && a.bits == b.bits && a.lanes == b.lanes;
}

/* The dtypes that have a name everywhere. */
TA_INLINE ta_dtype ta_bool(void) { return ta_dtype_make(TA_BOOL, 8); }
TA_INLINE ta_dtype ta_int8(void) { return ta_dtype_make(TA_INT, 8); }
TA_INLINE ta_dtype ta_int16(void) { return ta_dtype_make(TA_INT, 16); }
TA_INLINE ta_dtype ta_int32(void) { return ta_dtype_make(TA_INT, 32); }
TA_INLINE ta_dtype ta_int64(void) { return ta_dtype_make(TA_INT, 64); }
TA_INLINE ta_dtype ta_uint8(void) { return ta_dtype_make(TA_UINT, 8); }
TA_INLINE ta_dtype ta_uint16(void) { return ta_dtype_make(TA_UINT, 16); }
TA_INLINE ta_dtype ta_uint32(void) { return ta_dtype_make(TA_UINT, 32); }
TA_INLINE ta_dtype ta_uint64(void) { return ta_dtype_make(TA_UINT, 64); }
TA_INLINE ta_dtype ta_float16(void) { return ta_dtype_make(TA_FLOAT, 16); }
TA_INLINE ta_dtype ta_float32(void) { return ta_dtype_make(TA_FLOAT, 32); }
TA_INLINE ta_dtype ta_float64(void) { return ta_dtype_make(TA_FLOAT, 64); }
TA_INLINE ta_dtype ta_bfloat16(void) { return ta_dtype_make(TA_BFLOAT, 16); }
TA_INLINE ta_dtype ta_complex32(void) { return ta_dtype_make(TA_COMPLEX, 32); }
TA_INLINE ta_dtype ta_complex64(void) { return ta_dtype_make(TA_COMPLEX, 64); }
TA_INLINE ta_dtype ta_complex128(void) { return ta_dtype_make(TA_COMPLEX, 128); }
TA_INLINE ta_dtype ta_float8_e3m4(void) { return ta_dtype_make(TA_FLOAT8_E3M4, 8); }
TA_INLINE ta_dtype ta_float8_e4m3(void) { return ta_dtype_make(TA_FLOAT8_E4M3, 8); }
TA_INLINE ta_dtype ta_float8_e4m3b11fnuz(void) { return ta_dtype_make(TA_FLOAT8_E4M3B11FNUZ, 8); }
TA_INLINE ta_dtype ta_float8_e4m3fn(void) { return ta_dtype_make(TA_FLOAT8_E4M3FN, 8); }
TA_INLINE ta_dtype ta_float8_e4m3fnuz(void) { return ta_dtype_make(TA_FLOAT8_E4M3FNUZ, 8); }
TA_INLINE ta_dtype ta_float8_e5m2(void) { return ta_dtype_make(TA_FLOAT8_E5M2, 8); }
TA_INLINE ta_dtype ta_float8_e5m2fnuz(void) { return ta_dtype_make(TA_FLOAT8_E5M2FNUZ, 8); }
TA_INLINE ta_dtype ta_float8_e8m0fnu(void) { return ta_dtype_make(TA_FLOAT8_E8M0FNU, 8); }
TA_INLINE ta_dtype ta_float6_e2m3fn(void) { return ta_dtype_make(TA_FLOAT6_E2M3FN, 6); }
TA_INLINE ta_dtype ta_float6_e3m2fn(void) { return ta_dtype_make(TA_FLOAT6_E3M2FN, 6); }
TA_INLINE ta_dtype ta_float4_e2m1fn(void) { return ta_dtype_make(TA_FLOAT4_E2M1FN, 4); }

/** A device by its `TA_DEVICE_…` type and index. */
TA_INLINE ta_device ta_device_make(int32_t device_type, int32_t index) {
    ta_device device;
    device.device_type = device_type;
    device.index = index;
    return device;
}

/** The CPU. */
TA_INLINE ta_device ta_device_cpu(void) {
    return ta_device_make(TA_DEVICE_CPU, 0);
}

/** A scalar of `kind`, whose value is still zero. */
TA_INLINE ta_scalar ta_scalar_make(int32_t kind) {
    ta_scalar scalar;
    memset(&scalar, 0, sizeof(scalar));
    scalar.kind = kind;
    return scalar;
}

/** A truth value: false for 0, else true. */
TA_INLINE ta_scalar ta_scalar_bool(int value) {
    ta_scalar scalar = ta_scalar_make(TA_SCALAR_BOOL);
    scalar.value.i = value != 0;
    return scalar;
}

/** A signed integer. */
TA_INLINE ta_scalar ta_scalar_int(int64_t value) {
    ta_scalar scalar = ta_scalar_make(TA_SCALAR_INT);
    scalar.value.i = value;
    return scalar;
}

/** An unsigned integer. */
TA_INLINE ta_scalar ta_scalar_uint(uint64_t value) {
    ta_scalar scalar = ta_scalar_make(TA_SCALAR_UINT);
    scalar.value.u = value;
    return scalar;
}

/** A real number. */
TA_INLINE ta_scalar ta_scalar_float(double value) {
    ta_scalar scalar = ta_scalar_make(TA_SCALAR_FLOAT);
    scalar.value.f = value;
    return scalar;
}

/** A complex number. */
TA_INLINE ta_scalar ta_scalar_complex(double real, double imaginary) {
    ta_scalar scalar = ta_scalar_make(TA_SCALAR_COMPLEX);
    scalar.value.c[0] = real;
    scalar.value.c[1] = imaginary;
    return scalar;
}

/** A source of `kind`, whose member is still zero. */
TA_INLINE ta_source ta_source_make(int32_t kind) {
    ta_source source;
    memset(&source, 0, sizeof(source));
    source.struct_size = sizeof(source);
    source.kind = kind;
    return source;
}

/** A tensor as a source. */
TA_INLINE ta_source ta_source_tensor(const ta_tensor *tensor) {
    ta_source source = ta_source_make(TA_SOURCE_TENSOR);
    source.value.tensor = tensor;
    return source;
}

/** Strided memory as a source. */
TA_INLINE ta_source ta_source_memory(ta_memory memory) {
    ta_source source = ta_source_make(TA_SOURCE_MEMORY);
    source.value.memory = memory;
    return source;
}

/** One element at `data`, of a dtype, in this machine's byte order, as a source. */
TA_INLINE ta_source ta_source_typed_scalar(const void *data, ta_dtype dtype) {
    ta_source source = ta_source_make(TA_SOURCE_TYPED_SCALAR);
    source.value.typed_scalar.data = data;
    source.value.typed_scalar.dtype = dtype;
    return source;
}

/** A DLPack tensor as a source; taken when the call returns TA_OK. */
TA_INLINE ta_source ta_source_dlpack(struct DLManagedTensorVersioned *managed) {
    ta_source source = ta_source_make(TA_SOURCE_DLPACK);
    source.value.dlpack = managed;
    return source;
}

/** A DLPack tensor without a version as a source; taken when the call returns TA_OK. */
TA_INLINE ta_source ta_source_dlpack_legacy(struct DLManagedTensor *managed) {
    ta_source source = ta_source_make(TA_SOURCE_DLPACK_LEGACY);
    source.value.dlpack_legacy = managed;
    return source;
}

/** Bytes as a source. */
TA_INLINE ta_source ta_source_buffer(ta_buffer buffer) {
    ta_source source = ta_source_make(TA_SOURCE_BUFFER);
    source.value.buffer = buffer;
    return source;
}

/** A scalar as a source. */
TA_INLINE ta_source ta_source_scalar(ta_scalar scalar) {
    ta_source source = ta_source_make(TA_SOURCE_SCALAR);
    source.value.scalar = scalar;
    return source;
}

/** A truth value as a source: false for 0, else true. */
TA_INLINE ta_source ta_source_bool(int value) {
    return ta_source_scalar(ta_scalar_bool(value));
}

/** A signed integer as a source. */
TA_INLINE ta_source ta_source_int(int64_t value) {
    return ta_source_scalar(ta_scalar_int(value));
}

/** An unsigned integer as a source. */
TA_INLINE ta_source ta_source_uint(uint64_t value) {
    return ta_source_scalar(ta_scalar_uint(value));
}

/** A real number as a source. */
TA_INLINE ta_source ta_source_float(double value) {
    return ta_source_scalar(ta_scalar_float(value));
}

/** A complex number as a source. */
TA_INLINE ta_source ta_source_complex(double real, double imaginary) {
    return ta_source_scalar(ta_scalar_complex(real, imaginary));
}

/** A sequence as a source: its callbacks, and what they are told. */
TA_INLINE ta_source ta_source_sequence(const ta_sequence_vtable *vtable, void *user_data) {
    ta_source source = ta_source_make(TA_SOURCE_SEQUENCE);
    source.value.sequence.vtable = vtable;
    source.value.sequence.user_data = user_data;
    return source;
}

#ifdef __cplusplus
}
#endif

#endif /* TARRAY_H */
