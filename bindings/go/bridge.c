#include "bridge.h"

#include "_cgo_export.h"

static void release(void *owner)
{
    tarrayRelease((uintptr_t)owner);
}

static ta_status len(void *user_data, size_t *out, ta_error *err)
{
    (void)err;
    return tarrayLen((uintptr_t)user_data, out);
}

static ta_status item(void *user_data, size_t index, ta_source *out, ta_error *err)
{
    (void)err;
    return tarrayItem((uintptr_t)user_data, index, out);
}

static ta_status read(void *user_data, size_t start, size_t count, ta_scalar *out,
                      size_t *written, ta_error *err)
{
    (void)err;
    return tarrayRead((uintptr_t)user_data, start, count, out, written);
}

static const ta_sequence_vtable VTABLE = {sizeof VTABLE, len, item, read};

ta_source bridge_memory(ta_memory memory, uintptr_t data, const int64_t *shape,
                        const int64_t *strides_bytes, uintptr_t owner)
{
    memory.data = (void *)data;
    memory.shape = shape;
    memory.strides_bytes = strides_bytes;
    memory.owner = (void *)owner;
    memory.release = owner ? release : NULL;
    return ta_source_memory(memory);
}

ta_source bridge_buffer(uintptr_t data, size_t size_bytes, uint64_t flags, uintptr_t owner)
{
    ta_buffer buffer = TA_BUFFER_INIT;
    buffer.data = (void *)data;
    buffer.size_bytes = size_bytes;
    buffer.flags = flags;
    buffer.owner = (void *)owner;
    buffer.release = owner ? release : NULL;
    return ta_source_buffer(buffer);
}

ta_source bridge_sequence(uintptr_t list)
{
    return ta_source_sequence(&VTABLE, (void *)list);
}

ta_status bridge_asarray_memory(ta_memory memory, uintptr_t data, const int64_t *shape,
                                const int64_t *strides_bytes, uintptr_t owner,
                                const ta_options *options, ta_tensor **out, ta_error *err)
{
    const ta_source source = bridge_memory(memory, data, shape, strides_bytes, owner);
    return ta_asarray(&source, options, out, err);
}

ta_status bridge_asarray_buffer(uintptr_t data, size_t size_bytes, uint64_t flags, uintptr_t owner,
                                const ta_options *options, ta_tensor **out, ta_error *err)
{
    const ta_source source = bridge_buffer(data, size_bytes, flags, owner);
    return ta_asarray(&source, options, out, err);
}

ta_status bridge_asarray_scalar(ta_scalar scalar, const ta_options *options, ta_tensor **out,
                                ta_error *err)
{
    const ta_source source = ta_source_scalar(scalar);
    return ta_asarray(&source, options, out, err);
}

ta_status bridge_asarray_typed_scalar(const void *data, ta_dtype dtype, const ta_options *options,
                                      ta_tensor **out, ta_error *err)
{
    const ta_source source = ta_source_typed_scalar(data, dtype);
    return ta_asarray(&source, options, out, err);
}

ta_status bridge_asarray_tensor(const ta_tensor *tensor, const ta_options *options,
                                ta_tensor **out, ta_error *err)
{
    const ta_source source = ta_source_tensor(tensor);
    return ta_asarray(&source, options, out, err);
}

ta_status bridge_asarray_sequence(uintptr_t list, const ta_options *options, ta_tensor **out,
                                  ta_error *err)
{
    const ta_source source = bridge_sequence(list);
    return ta_asarray(&source, options, out, err);
}

void bridge_delete(struct DLManagedTensorVersioned *managed)
{
    if (managed->deleter)
        managed->deleter(managed);
}

void bridge_delete_legacy(struct DLManagedTensor *managed)
{
    if (managed->deleter)
        managed->deleter(managed);
}
