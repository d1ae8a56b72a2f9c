/* An honest sequence: an array of sources, nested through sources that are lists themselves. */
#ifndef LIST_H
#define LIST_H

#include <stddef.h>

#include "tarray.h"

struct list {
    size_t len;
    const ta_source *items;
};

static inline ta_status list_len(void *user_data, size_t *out, ta_error *err)
{
    (void)err;
    *out = ((const struct list *)user_data)->len;
    return TA_OK;
}

static inline ta_status list_item(void *user_data, size_t index, ta_source *out, ta_error *err)
{
    (void)err;
    *out = ((const struct list *)user_data)->items[index];
    return TA_OK;
}

/* The bulk path: plain scalars up to the first item that is none. */
static inline ta_status list_read(void *user_data, size_t start, size_t count, ta_scalar *out,
                                  size_t *written, ta_error *err)
{
    const struct list *list = user_data;
    (void)err;
    for (*written = 0; *written < count && start + *written < list->len; ++*written) {
        const ta_source *item = &list->items[start + *written];
        if (item->kind != TA_SOURCE_SCALAR)
            break;
        out[*written] = item->value.scalar;
    }
    return TA_OK;
}

static const ta_sequence_vtable LIST = {sizeof(ta_sequence_vtable), list_len, list_item, NULL};
static const ta_sequence_vtable LIST_WITH_READ = {sizeof(ta_sequence_vtable), list_len, list_item,
                                                  list_read};

static inline ta_source from_list(const ta_sequence_vtable *vtable, struct list *list)
{
    return ta_source_sequence(vtable, list);
}

#endif
