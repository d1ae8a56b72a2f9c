/* Short ways to say what a call is asked for, on top of tarray.h's own, and to ask. */
#ifndef MAKE_H
#define MAKE_H

#include "check.h"
#include "tarray.h"

static inline ta_options defaults(void)
{
    const ta_options options = TA_OPTIONS_INIT;
    return options;
}

static inline ta_options want_dtype(ta_dtype dtype)
{
    ta_options options = TA_OPTIONS_INIT;
    options.dtype = dtype;
    return options;
}

static inline ta_options want_copy(int32_t copy)
{
    ta_options options = TA_OPTIONS_INIT;
    options.copy = copy;
    return options;
}

static inline ta_options want_flags(uint64_t flags)
{
    ta_options options = TA_OPTIONS_INIT;
    options.flags = flags;
    return options;
}

/* C-contiguous memory on the CPU that nobody lets go. */
static inline ta_memory memory_of(const void *data, ta_dtype dtype, int32_t ndim,
                                  const int64_t *shape)
{
    ta_memory memory = TA_MEMORY_INIT;
    memory.data = (void *)data;
    memory.dtype = dtype;
    memory.ndim = ndim;
    memory.shape = shape;
    return memory;
}

/* Bytes that nobody lets go. */
static inline ta_buffer buffer_of(const void *data, size_t size_bytes)
{
    ta_buffer buffer = TA_BUFFER_INIT;
    buffer.data = (void *)data;
    buffer.size_bytes = size_bytes;
    return buffer;
}

static inline ta_tensor *made(ta_source source, ta_options options)
{
    ta_tensor *tensor = NULL;
    EXPECT(TA_OK, ta_asarray(&source, &options, &tensor, &error));
    return tensor;
}

static inline ta_tensor *derived(const ta_tensor *tensor, ta_options options)
{
    return made(ta_source_tensor(tensor), options);
}

#endif
