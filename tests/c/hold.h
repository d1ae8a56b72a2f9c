/*
 * Foreign memory that counts its releases. Bytes and owner are on the heap and freed by the
 * release, so that valgrind and ASan see a use after it, a second run, or none.
 */
#ifndef HOLD_H
#define HOLD_H

#include <stdlib.h>
#include <string.h>

#include "make.h"

struct held {
    void *bytes;
    int *runs;
};

static inline void held_release(void *owner)
{
    struct held *held = owner;
    ++*held->runs;
    free(held->bytes);
    free(held);
}

/* A copy of `size` bytes and its owner; `*runs` counts from 0. */
static inline struct held *hold_bytes(const void *bytes, size_t size, int *runs)
{
    struct held *held = malloc(sizeof *held);
    *runs = 0;
    held->runs = runs;
    held->bytes = malloc(size ? size : 1);
    if (size)
        memcpy(held->bytes, bytes, size);
    return held;
}

static inline ta_memory hold_memory(const void *bytes, size_t size, ta_dtype dtype, int32_t ndim,
                                    const int64_t *shape, int *runs)
{
    struct held *held = hold_bytes(bytes, size, runs);
    ta_memory memory = memory_of(held->bytes, dtype, ndim, shape);
    memory.owner = held;
    memory.release = held_release;
    return memory;
}

static inline ta_buffer hold_buffer(const void *bytes, size_t size, int *runs)
{
    struct held *held = hold_bytes(bytes, size, runs);
    ta_buffer buffer = buffer_of(held->bytes, size);
    buffer.owner = held;
    buffer.release = held_release;
    return buffer;
}

#endif
