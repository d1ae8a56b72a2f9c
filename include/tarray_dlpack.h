/* DLPack 1.3 for those who have no dlpack.h: the same names, numbers and layouts, written for
 * tarray, valid from C89 and C++98 on.
 *
 * It defines the guard of DLPack's own header, so that the two can be included in either order
 * and the first one counts. tarray.h needs neither: it only names the two managed structs.
 *
 * SPDX-License-Identifier: MIT OR Apache-2.0
 */

#ifndef DLPACK_DLPACK_H_
#define DLPACK_DLPACK_H_

#include <stddef.h>
#include <stdint.h>

#define DLPACK_MAJOR_VERSION 1
#define DLPACK_MINOR_VERSION 3

#ifdef __cplusplus
#define DLPACK_EXTERN_C extern "C"
extern "C" {
#else
#define DLPACK_EXTERN_C
#endif

#ifdef _WIN32
#ifdef DLPACK_EXPORTS
#define DLPACK_DLL __declspec(dllexport)
#else
#define DLPACK_DLL __declspec(dllimport)
#endif
#else
#define DLPACK_DLL
#endif

/* An enumeration of DLPack is 32 bits wide in every language that can say so. */
#if defined(__cplusplus) && __cplusplus >= 201103L
#define TA_DLPACK_ENUM typedef enum : int32_t
#else
#define TA_DLPACK_ENUM typedef enum
#endif

/** Which DLPack a struct follows. Another major number means another layout behind `flags`. */
typedef struct {
    /** Moves when a layout changes. */
    uint32_t major;
    /** Moves when something is added. */
    uint32_t minor;
} DLPackVersion;

/** Kinds of devices. Numbers that are not listed here do arrive. */
TA_DLPACK_ENUM {
    /** Ordinary host memory. */
    kDLCPU = 1,
    /** CUDA device memory. */
    kDLCUDA = 2,
    /** Pinned host memory of CUDA. */
    kDLCUDAHost = 3,
    /** OpenCL buffers; `data` is a handle. */
    kDLOpenCL = 4,
    /** Vulkan buffers; `data` is a handle. */
    kDLVulkan = 7,
    /** Metal buffers; `data` is a handle. */
    kDLMetal = 8,
    /** Verilog simulator. */
    kDLVPI = 9,
    /** ROCm device memory. */
    kDLROCM = 10,
    /** Pinned host memory of ROCm. */
    kDLROCMHost = 11,
    /** Reserved for devices outside any list. */
    kDLExtDev = 12,
    /** CUDA managed memory. */
    kDLCUDAManaged = 13,
    /** oneAPI unified shared memory. */
    kDLOneAPI = 14,
    /** WebGPU buffers; `data` is a handle. */
    kDLWebGPU = 15,
    /** Qualcomm Hexagon. */
    kDLHexagon = 16,
    /** Microsoft MAIA. */
    kDLMAIA = 17,
    /** AWS Trainium. */
    kDLTrn = 18
} DLDeviceType;

/** Where memory is. */
typedef struct {
    /** What kind of device. */
    DLDeviceType device_type;
    /** Which one of that kind; 0 for host memory. */
    int32_t device_id;
} DLDevice;

/** Kinds of elements; `DLDataType.code` is one of these, or another. */
typedef enum {
    /** Signed integer. */
    kDLInt = 0U,
    /** Unsigned integer. */
    kDLUInt = 1U,
    /** IEEE 754 floating point. */
    kDLFloat = 2U,
    /** Something only its producer understands. */
    kDLOpaqueHandle = 3U,
    /** bfloat16. */
    kDLBfloat = 4U,
    /** Complex number; `bits` is the width of both parts together. */
    kDLComplex = 5U,
    /** Truth value, one byte. */
    kDLBool = 6U,
    /** 8-bit floats. */
    kDLFloat8_e3m4 = 7U,
    kDLFloat8_e4m3 = 8U,
    kDLFloat8_e4m3b11fnuz = 9U,
    kDLFloat8_e4m3fn = 10U,
    kDLFloat8_e4m3fnuz = 11U,
    kDLFloat8_e5m2 = 12U,
    kDLFloat8_e5m2fnuz = 13U,
    kDLFloat8_e8m0fnu = 14U,
    /** 6-bit floats. */
    kDLFloat6_e2m3fn = 15U,
    kDLFloat6_e3m2fn = 16U,
    /** 4-bit float. */
    kDLFloat4_e2m1fn = 17U
} DLDataTypeCode;

/** What one element is. */
typedef struct {
    /** A DLDataTypeCode; one byte here, so that any number may arrive. */
    uint8_t code;
    /** Bits of one lane. */
    uint8_t bits;
    /** Lanes of a vector type; 1 for everything normal. */
    uint16_t lanes;
} DLDataType;

/** A strided array in somebody's memory. The struct by itself keeps nothing alive. */
typedef struct {
    /** Start of the memory, or the device's handle. Element 0 is `byte_offset` behind it. */
    void *data;
    /** Where the memory is. */
    DLDevice device;
    /** Number of axes. */
    int32_t ndim;
    /** What the elements are. */
    DLDataType dtype;
    /** Extents, in elements. May be NULL if there are no axes. */
    int64_t *shape;
    /** Distance between neighbours on each axis, in elements. NULL before DLPack 1.2: compact. */
    int64_t *strides;
    /** Bytes from `data` to element 0. */
    uint64_t byte_offset;
} DLTensor;

/** A tensor with its owner, without a version: as it was before DLPack 1.0. */
typedef struct DLManagedTensor {
    /** The tensor. */
    DLTensor dl_tensor;
    /** The producer's. */
    void *manager_ctx;
    /** Called once by the consumer, on any thread; frees the struct too. May be NULL. */
    void (*deleter)(struct DLManagedTensor *self);
} DLManagedTensor;

/* Flags of a DLManagedTensorVersioned. Plain numbers: they can stand in an `#if`, and `~` of
 * them widens to 64 bits as it should. */

/** The consumer must not write. */
#define DLPACK_FLAG_BITMASK_READ_ONLY 1
/** The producer made a copy for this consumer. */
#define DLPACK_FLAG_BITMASK_IS_COPIED 2
/** Elements smaller than a byte stand in a byte each, instead of being packed. */
#define DLPACK_FLAG_BITMASK_IS_SUBBYTE_TYPE_PADDED 4

/** A tensor with its owner, its version and its flags. */
typedef struct DLManagedTensorVersioned {
    /** To be looked at first. If major is unknown, only what stands before `dl_tensor` is. */
    DLPackVersion version;
    /** The producer's. */
    void *manager_ctx;
    /** Called once by the consumer, on any thread; frees the struct too. May be NULL. */
    void (*deleter)(struct DLManagedTensorVersioned *self);
    /** Combination of `DLPACK_FLAG_BITMASK_…`, and bits of newer versions. */
    uint64_t flags;
    /** The tensor. */
    DLTensor dl_tensor;
} DLManagedTensorVersioned;

/* The exchange table of a Python type, since 1.3: found as the capsule `dlpack_exchange_api` in
 * `__dlpack_c_exchange_api__` of the type. Functions return 0, or -1 with a Python error set,
 * and none of them synchronises a stream. Objects are `PyObject *`. */

/** Makes a new tensor like `prototype`; reports failure through `SetError`. */
typedef int (*DLPackManagedTensorAllocator)(DLTensor *prototype, DLManagedTensorVersioned **out,
                                            void *error_ctx,
                                            void (*SetError)(void *error_ctx, const char *kind,
                                                             const char *message));
/** Makes a managed tensor of an object. */
typedef int (*DLPackManagedTensorFromPyObjectNoSync)(void *py_object,
                                                     DLManagedTensorVersioned **out);
/** Makes an object of a managed tensor, which it takes. */
typedef int (*DLPackManagedTensorToPyObjectNoSync)(DLManagedTensorVersioned *tensor,
                                                   void **out_py_object);
/** Describes an object's tensor, which the object keeps alive. */
typedef int (*DLPackDLTensorFromPyObjectNoSync)(void *py_object, DLTensor *out);
/** The stream that work on a device is put on now. */
typedef int (*DLPackCurrentWorkStream)(DLDeviceType device_type, int32_t device_id,
                                       void **out_current_stream);

/** What every version of the table begins with. */
typedef struct DLPackExchangeAPIHeader {
    /** Which table this is. */
    DLPackVersion version;
    /** An older table of the same type, or NULL. */
    struct DLPackExchangeAPIHeader *prev_api;
} DLPackExchangeAPIHeader;

/** The table. Lives as long as the process. */
typedef struct DLPackExchangeAPI {
    /** To be looked at first. */
    DLPackExchangeAPIHeader header;
    /** Not NULL. */
    DLPackManagedTensorAllocator managed_tensor_allocator;
    /** Not NULL. */
    DLPackManagedTensorFromPyObjectNoSync managed_tensor_from_py_object_no_sync;
    /** Not NULL. */
    DLPackManagedTensorToPyObjectNoSync managed_tensor_to_py_object_no_sync;
    /** May be NULL. */
    DLPackDLTensorFromPyObjectNoSync dltensor_from_py_object_no_sync;
    /** Not NULL. */
    DLPackCurrentWorkStream current_work_stream;
} DLPackExchangeAPI;

#undef TA_DLPACK_ENUM

/* The layouts of 64-bit machines, checked by every compiler that reads this: an array of -1
 * elements is an error. */
#define TA_DLPACK_SIZE(type, bytes) \
    typedef char ta_size_of_##type[sizeof(void *) != 8 || sizeof(type) == (bytes) ? 1 : -1]
TA_DLPACK_SIZE(DLPackVersion, 8);
TA_DLPACK_SIZE(DLDevice, 8);
TA_DLPACK_SIZE(DLDataType, 4);
TA_DLPACK_SIZE(DLTensor, 48);
TA_DLPACK_SIZE(DLManagedTensor, 64);
TA_DLPACK_SIZE(DLManagedTensorVersioned, 80);
TA_DLPACK_SIZE(DLPackExchangeAPIHeader, 16);
TA_DLPACK_SIZE(DLPackExchangeAPI, 56);
#undef TA_DLPACK_SIZE

#ifdef __cplusplus
}
#endif

#endif /* DLPACK_DLPACK_H_ */
