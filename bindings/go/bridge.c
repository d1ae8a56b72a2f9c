#include "bridge.h"

#include "_cgo_export.h"

#include <stdlib.h>
#include <string.h>

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

static _Thread_local uintptr_t current_pass;

ta_status bridge_backward(const ta_tensor *tensor, const ta_tensor *gradient, int32_t retain_graph,
                          uintptr_t pass, ta_error *err)
{
    const uintptr_t outer = current_pass;
    ta_status status;
    current_pass = pass;
    status = ta_backward(tensor, gradient, retain_graph, err);
    current_pass = outer;
    return status;
}

static ta_status backward(void *user_data, const ta_tensor *grad_output, const int32_t *needed,
                          ta_tensor **grad_inputs, size_t num_inputs, ta_error *err)
{
    return tarrayBackward((uintptr_t)user_data, current_pass, (ta_tensor *)grad_output,
                          (int32_t *)needed, grad_inputs, num_inputs, err);
}

static void drop(void *user_data)
{
    tarrayDrop((uintptr_t)user_data);
}

ta_status bridge_record(const char *name, const ta_tensor *const *inputs, size_t num_inputs,
                        uintptr_t operation, const ta_tensor *output, ta_tensor **out, ta_error *err)
{
    const ta_source source = ta_source_tensor(output);
    ta_operation recorded = TA_OPERATION_INIT;
    recorded.name = name;
    recorded.inputs = inputs;
    recorded.num_inputs = num_inputs;
    recorded.backward = backward;
    recorded.user_data = (void *)operation;
    recorded.drop = drop;
    return ta_record(&recorded, &source, NULL, out, err);
}

ta_status bridge_fail(ta_error *err, ta_status status, const char *message, size_t length)
{
    if (err) {
        const size_t room = sizeof err->message - 1;
        const size_t size = length < room ? length : room;
        err->status = status;
        memcpy(err->message, message, size);
        err->message[size] = '\0';
    }
    return status;
}

int bridge_has_room(size_t size_bytes)
{
    /* volatile, or compilers leave out an allocation that nobody uses. */
    void *volatile room = malloc(size_bytes);
    const int has_room = room != NULL || size_bytes == 0;
    free(room);
    return has_room;
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
