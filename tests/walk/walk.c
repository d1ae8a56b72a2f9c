/* The walk of walk.h in plain C: nothing but tarray.h and DLPack's structs. */
#include "walk.h"

#include <stdio.h>
#include <string.h>

#include "tarray.h"
#include "tarray_dlpack.h"

/* What the walk holds on its way; leave() lets go of it wherever the walk ends. */
struct walk {
    const char *expected;
    int writable;
    ta_tensor *shared;
    ta_tensor *converted;
    struct DLManagedTensorVersioned *loan;
    walk_say say;
    void *ctx;
};

static const int64_t ORIGIN[TA_MAX_NDIM] = {0};

static int has_element(const struct walk *w) { return ta_numel(w->shared) > 0; }

static ta_provenance provenance_of(const ta_tensor *tensor)
{
    ta_info info = TA_INFO_INIT;
    /* On failure it stays all zero, which is no provenance. */
    (void)!ta_describe(tensor, &info, NULL);
    return info.provenance;
}

static int came_about(const ta_tensor *tensor, int32_t origin, int32_t aliased, int32_t reason)
{
    const ta_provenance p = provenance_of(tensor);
    return p.origin == origin && p.aliased == aliased && p.reason == reason;
}

static ta_dtype target_of(ta_dtype source)
{
    if (source.code == TA_COMPLEX)
        return source.bits == 128 ? ta_complex64() : ta_complex128();
    return ta_dtype_equal(source, ta_float64()) ? ta_float32() : ta_float64();
}

static int say_repr(const struct walk *w, const ta_tensor *tensor)
{
    char text[WALK_REPR_SIZE];
    if (ta_repr(tensor, NULL, text, sizeof text, NULL, NULL) != TA_OK)
        return 0;
    w->say(w->ctx, text);
    return 1;
}

static int look(const struct walk *w)
{
    char line[128], name[32];
    if (has_element(w) && (const char *)ta_data(w->shared) != w->expected)
        return 0;
    if (!came_about(w->shared, TA_ORIGIN_DLPACK, 1, TA_REASON_NONE))
        return 0;
    if (ta_is_read_only(w->shared) != !w->writable)
        return 0;
    ta_dtype_name(ta_dtype_of(w->shared), name, sizeof name);
    sprintf(line, "shared: %s from %s, %s", name, ta_origin_name(provenance_of(w->shared).origin),
            w->writable ? "writable" : "read-only");
    w->say(w->ctx, line);
    return say_repr(w, w->shared);
}

static int is_the_value(const ta_scalar *item)
{
    switch (item->kind) {
    case TA_SCALAR_BOOL:
        return item->value.i == 1;
    case TA_SCALAR_INT:
        return item->value.i == WALK_VALUE;
    case TA_SCALAR_FLOAT:
        return item->value.f == WALK_VALUE;
    case TA_SCALAR_COMPLEX:
        return item->value.c[0] == WALK_VALUE && item->value.c[1] == 0;
    default:
        return 0;
    }
}

/* Overwrites element 0 through the bare pointer, as a kernel would. */
static int write_value(const struct walk *w)
{
    const ta_source source = ta_source_int(WALK_VALUE);
    const ta_dtype kind = ta_dtype_of(w->shared);
    ta_options options = TA_OPTIONS_INIT;
    ta_tensor *value = NULL;
    void *element = ta_mutable_data(w->shared);

    options.dtype = kind;
    if (element == NULL || ta_asarray(&source, &options, &value, NULL) != TA_OK)
        return 0;
    memcpy(element, ta_data(value), ((size_t)kind.bits * kind.lanes + 7) / 8);
    ta_release(value);
    return 1;
}

static int touch(const struct walk *w)
{
    ta_scalar item;
    if (has_element(w) && ta_item(w->shared, ORIGIN, &item, NULL) != TA_OK)
        return 0;
    if (!w->writable) {
        if (ta_mutable_data(w->shared) != NULL)
            return 0;
        w->say(w->ctx, "element 0: read-only");
        return 1;
    }
    if (!has_element(w)) {
        w->say(w->ctx, "element 0: there is none");
        return 1;
    }
    if (!write_value(w) || ta_item(w->shared, ORIGIN, &item, NULL) != TA_OK || !is_the_value(&item))
        return 0;
    w->say(w->ctx, "element 0: written");
    return 1;
}

static ta_status asarray_of_shared(const struct walk *w, int32_t copy, ta_tensor **out,
                                   ta_error *err)
{
    const ta_source source = ta_source_tensor(w->shared);
    ta_options options = TA_OPTIONS_INIT;
    options.dtype = target_of(ta_dtype_of(w->shared));
    options.copy = copy;
    return ta_asarray(&source, &options, out, err);
}

static int convert(struct walk *w)
{
    char line[128], name[32];
    if (asarray_of_shared(w, TA_COPY_IF_NEEDED, &w->converted, NULL) != TA_OK)
        return 0;
    if (!ta_dtype_equal(ta_dtype_of(w->converted), target_of(ta_dtype_of(w->shared))))
        return 0;
    if (has_element(w) && (const char *)ta_data(w->converted) == w->expected)
        return 0;
    if (!came_about(w->converted, TA_ORIGIN_TENSOR, 0, TA_REASON_DTYPE) ||
        ta_is_read_only(w->converted))
        return 0;
    ta_dtype_name(ta_dtype_of(w->converted), name, sizeof name);
    sprintf(line, "converted: %s from %s, copied because %s", name,
            ta_origin_name(provenance_of(w->converted).origin),
            ta_reason_name(provenance_of(w->converted).reason));
    w->say(w->ctx, line);
    return say_repr(w, w->converted);
}

static int refuse(const struct walk *w)
{
    static const char PREFIX[] = "refused: ";
    char line[sizeof PREFIX + TA_MESSAGE_SIZE];
    ta_tensor *untouched = NULL;
    ta_error error = TA_ERROR_INIT;
    if (asarray_of_shared(w, TA_COPY_NEVER, &untouched, &error) != TA_ERR_CANNOT_ALIAS)
        return 0;
    if (untouched != NULL || error.status != TA_ERR_CANNOT_ALIAS)
        return 0;
    strcpy(line, PREFIX);
    strcat(line, error.message);
    w->say(w->ctx, line);
    return 1;
}

static int lend(struct walk *w, struct DLManagedTensorVersioned **converted)
{
    const DLTensor *loan;
    if (ta_to_dlpack(w->shared, NULL, &w->loan, NULL) != TA_OK)
        return 0;
    loan = &w->loan->dl_tensor;
    if (has_element(w) && (const char *)loan->data + loan->byte_offset != w->expected)
        return 0;
    if (((w->loan->flags & DLPACK_FLAG_BITMASK_READ_ONLY) == 0) != w->writable)
        return 0;
    return ta_to_dlpack(w->converted, NULL, converted, NULL) == TA_OK;
}

/* Ends the walk at `step`: 0 if it went through. */
static int leave(struct walk *w, int step)
{
    if (step != 0 && w->loan != NULL)
        w->loan->deleter(w->loan);
    ta_release(w->converted);
    ta_release(w->shared);
    return step;
}

int walk_c(struct DLManagedTensorVersioned *lent, struct DLManagedTensorVersioned **shared,
           struct DLManagedTensorVersioned **converted, walk_say say, void *ctx)
{
    ta_options never = TA_OPTIONS_INIT;
    struct DLManagedTensorVersioned *second = NULL;
    struct walk w;

    never.copy = TA_COPY_NEVER;
    memset(&w, 0, sizeof w);
    w.expected = (const char *)lent->dl_tensor.data + lent->dl_tensor.byte_offset;
    w.writable = (lent->flags & DLPACK_FLAG_BITMASK_READ_ONLY) == 0;
    w.say = say;
    w.ctx = ctx;
    if (ta_from_dlpack(lent, &never, &w.shared, NULL) != TA_OK)
        return leave(&w, 1);
    if (!look(&w))
        return leave(&w, 2);
    if (!touch(&w))
        return leave(&w, 3);
    if (!convert(&w))
        return leave(&w, 4);
    if (!refuse(&w))
        return leave(&w, 5);
    if (!lend(&w, &second))
        return leave(&w, 6);
    say(ctx, "lent: both");
    *shared = w.loan;
    *converted = second;
    return leave(&w, 0);
}
