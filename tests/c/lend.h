/*
 * Foreign DLPack tensors that count their deleter's runs. The struct itself is on the heap and
 * freed by the deleter: whoever looks at it afterwards is seen by valgrind and ASan.
 */
#ifndef LEND_H
#define LEND_H

#include <stdlib.h>
#include <string.h>

#include "tarray.h"
#include "tarray_dlpack.h"

#define DL_DTYPE(code, bits) ((DLDataType){(code), (bits), 1})
#define DL_F32 DL_DTYPE(kDLFloat, 32)

static inline void lent_delete(struct DLManagedTensorVersioned *self)
{
    ++*(int *)self->manager_ctx;
    free(self);
}

static inline void lent_delete_legacy(struct DLManagedTensor *self)
{
    ++*(int *)self->manager_ctx;
    free(self);
}

/* On the CPU, nothing else said. `shape` and `strides` must outlive the tensor. */
static inline DLTensor dl_tensor_of(void *data, DLDataType dtype, int32_t ndim, int64_t *shape,
                                    int64_t *strides)
{
    DLTensor tensor;
    memset(&tensor, 0, sizeof tensor);
    tensor.data = data;
    tensor.device.device_type = kDLCPU;
    tensor.dtype = dtype;
    tensor.ndim = ndim;
    tensor.shape = shape;
    tensor.strides = strides;
    return tensor;
}

static inline struct DLManagedTensorVersioned *lend(DLTensor tensor, uint64_t flags, int *runs)
{
    struct DLManagedTensorVersioned *lent = calloc(1, sizeof *lent);
    *runs = 0;
    lent->version.major = 1;
    lent->version.minor = 3;
    lent->manager_ctx = runs;
    lent->deleter = lent_delete;
    lent->flags = flags;
    lent->dl_tensor = tensor;
    return lent;
}

static inline struct DLManagedTensor *lend_legacy(DLTensor tensor, int *runs)
{
    struct DLManagedTensor *lent = calloc(1, sizeof *lent);
    *runs = 0;
    lent->manager_ctx = runs;
    lent->deleter = lent_delete_legacy;
    lent->dl_tensor = tensor;
    return lent;
}

#endif
