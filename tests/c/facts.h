/* What the tests ask of a tensor. */
#ifndef FACTS_H
#define FACTS_H

#include "check.h"

static inline ta_info info_of(const ta_tensor *tensor)
{
    ta_info info = TA_INFO_INIT;
    EXPECT(TA_OK, ta_describe(tensor, &info, &error));
    return info;
}

static inline int came_about(const ta_tensor *tensor, int32_t origin, int32_t aliased,
                             int32_t reason)
{
    const ta_provenance it = info_of(tensor).provenance;
    return it.origin == origin && it.aliased == aliased && it.reason == reason && it.staged == 0;
}

static inline int aliases(const ta_tensor *tensor, int32_t origin)
{
    return came_about(tensor, origin, 1, TA_REASON_NONE);
}

static inline int copied(const ta_tensor *tensor, int32_t origin, int32_t reason)
{
    return came_about(tensor, origin, 0, reason);
}

static inline int has_shape(const ta_tensor *tensor, int32_t ndim, const int64_t *shape)
{
    return ta_ndim(tensor) == ndim &&
           (ndim == 0 || memcmp(ta_shape(tensor), shape, (size_t)ndim * sizeof *shape) == 0);
}

static inline int has_strides(const ta_tensor *tensor, int32_t ndim, const int64_t *strides)
{
    return ta_ndim(tensor) == ndim &&
           (ndim == 0 || memcmp(ta_strides(tensor), strides, (size_t)ndim * sizeof *strides) == 0);
}

/* The element at `flat`, counted in C order, as a real number. */
static inline double element(const ta_tensor *tensor, int64_t flat)
{
    int64_t index[TA_MAX_NDIM] = {0};
    ta_scalar item = ta_scalar_float(0);
    int32_t axis;
    for (axis = ta_ndim(tensor); axis-- > 0; flat /= ta_shape(tensor)[axis])
        index[axis] = flat % ta_shape(tensor)[axis];
    EXPECT(TA_OK, ta_item(tensor, index, &item, &error));
    switch (item.kind) {
    case TA_SCALAR_FLOAT:
        return item.value.f;
    case TA_SCALAR_COMPLEX:
        return item.value.c[0];
    case TA_SCALAR_UINT:
        return (double)item.value.u;
    default:
        return (double)item.value.i;
    }
}

static inline int holds(const ta_tensor *tensor, const double *values)
{
    int64_t flat;
    for (flat = 0; flat < ta_numel(tensor); flat++)
        if (!CHECK(element(tensor, flat) == values[flat]))
            return 0;
    return 1;
}

#endif
