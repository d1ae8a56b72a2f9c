/*
 * DLPack tensors that no honest producer makes. Each row is refused with its status and is still
 * the caller's then, not a bit changed and its deleter not run; or it is taken, and let go once.
 */
#include "check.h"
#include "facts.h"
#include "lend.h"
#include "make.h"

#include <limits.h>
#include <stdint.h>

/* What data points at; rows that are taken reach no further. */
static float storage[16];

struct row {
    const char *name;
    ta_status want;
    int32_t ndim;
    const int64_t *shape;
    const int64_t *strides;
    DLDataType dtype;
    uint64_t byte_offset;
    int32_t device_type, device_id;
    int no_data;
};

#define EXTENTS(...) ((const int64_t[]){__VA_ARGS__})
#define BIG (INT64_C(1) << 62)

/* A row in which all is well but a layout, where data is, an element type, or a device. */
#define F32 {kDLFloat, 32, 1}
#define LAYOUT(name, want, ndim, shape, strides) \
    {name, want, ndim, shape, strides, F32, 0, kDLCPU, 0, 0}
#define BYTES(name, want, ndim, shape, strides) \
    {name, want, ndim, shape, strides, {kDLUInt, 8, 1}, 0, kDLCPU, 0, 0}
#define PLACE(name, want, ndim, shape, no_data, offset) \
    {name, want, ndim, shape, NULL, F32, offset, kDLCPU, 0, no_data}
#define TYPE(name, want, code, bits, lanes) \
    {name, want, 1, EXTENTS(2), NULL, {code, bits, lanes}, 0, kDLCPU, 0, 0}
#define DEVICE(name, want, type, index) \
    {name, want, 1, EXTENTS(2), NULL, F32, 8, type, index, 0}

static const int64_t SIXTY_FIVE_ONES[65] = {1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1,
                                            1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1,
                                            1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1,
                                            1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1};

static const struct row ROWS[] = {
    LAYOUT("ndim -1", TA_ERR_LAYOUT, -1, EXTENTS(1), NULL),
    LAYOUT("ndim INT_MIN", TA_ERR_LAYOUT, INT_MIN, EXTENTS(1), NULL),
    LAYOUT("ndim 64", TA_OK, 64, SIXTY_FIVE_ONES, NULL),
    LAYOUT("ndim 65", TA_ERR_LAYOUT, 65, SIXTY_FIVE_ONES, NULL),
    LAYOUT("ndim INT_MAX", TA_ERR_LAYOUT, INT_MAX, EXTENTS(1), NULL),
    LAYOUT("ndim 0, NULL shape and strides", TA_OK, 0, NULL, NULL),

    LAYOUT("NULL shape", TA_ERR_NULL_ARGUMENT, 2, NULL, NULL),
    LAYOUT("NULL shape with strides", TA_ERR_NULL_ARGUMENT, 1, NULL, EXTENTS(1)),
    LAYOUT("extent -1", TA_ERR_LAYOUT, 1, EXTENTS(-1), NULL),
    LAYOUT("extent INT64_MIN", TA_ERR_LAYOUT, 2, EXTENTS(2, INT64_MIN), NULL),
    LAYOUT("extents 0 and -1", TA_ERR_LAYOUT, 2, EXTENTS(0, -1), NULL),
    LAYOUT("two negative extents", TA_ERR_LAYOUT, 2, EXTENTS(-2, -3), NULL),
    LAYOUT("product of extents overflows", TA_ERR_LAYOUT, 2, EXTENTS(BIG, 4), NULL),
    LAYOUT("product of extents wraps to 0", TA_ERR_LAYOUT, 2, EXTENTS(BIG, 4), EXTENTS(0, 0)),
    LAYOUT("bytes overflow", TA_ERR_LAYOUT, 1, EXTENTS(BIG), NULL),
    LAYOUT("bytes overflow in one place", TA_ERR_LAYOUT, 1, EXTENTS(BIG), EXTENTS(0)),
    LAYOUT("INT64_MAX elements", TA_ERR_LAYOUT, 1, EXTENTS(INT64_MAX), NULL),
    LAYOUT("empty, whatever its other extents", TA_OK, 3, EXTENTS(0, BIG, BIG), NULL),

    LAYOUT("NULL strides", TA_OK, 2, EXTENTS(2, 3), NULL),
    LAYOUT("zero strides", TA_OK, 2, EXTENTS(1000, 1000), EXTENTS(0, 0)),
    BYTES("one byte, very often", TA_OK, 1, EXTENTS(BIG), EXTENTS(0)),
    LAYOUT("stride past the address space", TA_ERR_LAYOUT, 1, EXTENTS(2), EXTENTS(BIG)),
    LAYOUT("stride INT64_MAX", TA_ERR_LAYOUT, 1, EXTENTS(3), EXTENTS(INT64_MAX)),
    LAYOUT("stride INT64_MIN", TA_ERR_LAYOUT, 1, EXTENTS(2), EXTENTS(INT64_MIN)),
    BYTES("strides overflow together", TA_ERR_LAYOUT, 2, EXTENTS(2, 2), EXTENTS(BIG, BIG)),
    LAYOUT("stride below address 0", TA_ERR_LAYOUT, 1, EXTENTS(2), EXTENTS(-(BIG / 4))),
    LAYOUT("wild strides on axes of one", TA_OK, 2, EXTENTS(1, 1), EXTENTS(INT64_MIN, INT64_MAX)),
    LAYOUT("wild strides, no elements", TA_OK, 2, EXTENTS(0, 3), EXTENTS(INT64_MIN, INT64_MAX)),

    PLACE("NULL data with elements", TA_ERR_NULL_ARGUMENT, 1, EXTENTS(2), 1, 0),
    PLACE("NULL data of a scalar", TA_ERR_NULL_ARGUMENT, 0, NULL, 1, 0),
    PLACE("NULL data with an offset", TA_ERR_NULL_ARGUMENT, 1, EXTENTS(2), 1, 64),
    PLACE("NULL data without elements", TA_OK, 2, EXTENTS(3, 0), 1, 0),
    PLACE("data without elements", TA_OK, 2, EXTENTS(0, 3), 0, 0),
    PLACE("offset of an element", TA_OK, 1, EXTENTS(2), 0, 4),
    PLACE("odd offset", TA_OK, 1, EXTENTS(2), 0, 3),
    PLACE("offset UINT64_MAX", TA_ERR_LAYOUT, 1, EXTENTS(2), 0, UINT64_MAX),

    TYPE("0 bits", TA_ERR_DTYPE, kDLFloat, 0, 1),
    TYPE("0 lanes", TA_ERR_DTYPE, kDLFloat, 32, 0),
    TYPE("all zero dtype", TA_ERR_DTYPE, 0, 0, 0),
    TYPE("bool of 1 bit", TA_ERR_DTYPE, kDLBool, 1, 1),
    TYPE("bool of 32 bits", TA_ERR_DTYPE, kDLBool, 32, 1),
    TYPE("float8 of 16 bits", TA_ERR_DTYPE, kDLFloat8_e4m3fn, 16, 1),
    TYPE("float6 of 8 bits", TA_ERR_DTYPE, kDLFloat6_e2m3fn, 8, 1),
    TYPE("float4 of 8 bits", TA_ERR_DTYPE, kDLFloat4_e2m1fn, 8, 1),
    TYPE("bfloat of 32 bits", TA_ERR_DTYPE, kDLBfloat, 32, 1),
    TYPE("float of 12 bits", TA_ERR_DTYPE, kDLFloat, 12, 1),
    TYPE("unknown code of 12 bits", TA_ERR_DTYPE, 200, 12, 1),
    TYPE("unknown code of 32 bits", TA_OK, 200, 32, 1),
    TYPE("float32 of 4 lanes", TA_OK, kDLFloat, 32, 4),
    TYPE("packed int4", TA_OK, kDLInt, 4, 1),
    TYPE("packed float4 of 2 lanes", TA_OK, kDLFloat4_e2m1fn, 4, 2),

    DEVICE("device 0", TA_ERR_INVALID_ARGUMENT, 0, 0),
    DEVICE("device -1", TA_ERR_INVALID_ARGUMENT, -1, 0),
    DEVICE("device INT_MIN", TA_ERR_INVALID_ARGUMENT, INT_MIN, 0),
    DEVICE("device cuda:-2", TA_ERR_INVALID_ARGUMENT, kDLCUDA, -2),
    DEVICE("device cpu:-1", TA_OK, kDLCPU, -1),
    DEVICE("device cpu:7", TA_OK, kDLCPU, 7),
    DEVICE("device cuda:3", TA_OK, kDLCUDA, 3),
    DEVICE("device of nobody", TA_OK, 1234, 5),
};

enum { N_ROWS = sizeof ROWS / sizeof *ROWS };

static DLTensor tensor_of(const struct row *row)
{
    DLTensor tensor = dl_tensor_of(row->no_data ? NULL : storage, row->dtype, row->ndim,
                                   (int64_t *)row->shape, (int64_t *)row->strides);
    tensor.byte_offset = row->byte_offset;
    tensor.device.device_type = (DLDeviceType)row->device_type;
    tensor.device.device_id = row->device_id;
    return tensor;
}

/* What became of a tensor that was handed over: taken and let go by now, or back with us. */
static void settle(ta_status want, ta_tensor *handle, const int *runs, const char *row)
{
    CHECK_ROW(*runs == 0, row);
    CHECK_ROW((handle != NULL) == (want == TA_OK), row);
    ta_release(handle);
    CHECK_ROW(*runs == (want == TA_OK), row);
}

static void is_as_described(const struct row *row, const ta_tensor *handle)
{
    const ta_info info = info_of(handle);
    const char *element_0 = row->no_data ? NULL : (const char *)storage + row->byte_offset;
    if (info.numel != 0 && row->device_type != 1234)
        CHECK_ROW((const char *)info.data == element_0 && info.byte_offset == 0, row->name);
    if (row->device_type == 1234)
        CHECK_ROW(info.data == (void *)storage && info.byte_offset == row->byte_offset, row->name);
    CHECK_ROW(info.ndim == row->ndim && info.dtype.code == row->dtype.code &&
                  info.dtype.bits == row->dtype.bits && info.dtype.lanes == row->dtype.lanes,
              row->name);
    CHECK_ROW(info.device.device_type == row->device_type, row->name);
    CHECK_ROW(info.provenance.origin == TA_ORIGIN_DLPACK && info.provenance.aliased == 1,
              row->name);
    CHECK_ROW(info.shape != NULL && info.strides != NULL, row->name);
}

static void each_row_in_both_structs(const struct row *row)
{
    int runs;
    struct DLManagedTensorVersioned *lent = lend(tensor_of(row), 0, &runs), before = *lent;
    struct DLManagedTensor *legacy, legacy_before;
    ta_tensor *handle = NULL;

    EXPECT_ROW(row->want, ta_from_dlpack(lent, NULL, &handle, &error), row->name);
    if (handle != NULL)
        is_as_described(row, handle);
    if (handle == NULL)
        CHECK_ROW(memcmp(lent, &before, sizeof before) == 0, row->name);
    settle(row->want, handle, &runs, row->name);
    if (handle == NULL)
        lent->deleter(lent);
    CHECK_ROW(runs == 1, row->name);

    legacy = lend_legacy(tensor_of(row), &runs);
    legacy_before = *legacy;
    handle = NULL;
    EXPECT_ROW(row->want, ta_from_dlpack_legacy(legacy, NULL, &handle, &error), row->name);
    if (handle == NULL)
        CHECK_ROW(memcmp(legacy, &legacy_before, sizeof legacy_before) == 0, row->name);
    settle(row->want, handle, &runs, row->name);
    if (handle == NULL)
        legacy->deleter(legacy);
    CHECK_ROW(runs == 1, row->name);
}

/* A copy of more memory than there is fails, also where ASan would rather end the program. */
const char *__asan_default_options(void);
const char *__asan_default_options(void) { return "allocator_may_return_null=1"; }

/* What a copy of a row that can be shared comes to. */
static ta_status copying(const struct row *row)
{
    if (row->device_type != kDLCPU)
        return TA_ERR_DEVICE;
    return row->ndim == 1 && row->shape[0] == BIG ? TA_ERR_OUT_OF_MEMORY : TA_OK;
}

/* The same rows as sources of the hub, asked for a copy: what is refused is refused as well. */
static void each_row_as_a_source(const struct row *row)
{
    const ta_options always = want_copy(TA_COPY_ALWAYS);
    int runs;
    struct DLManagedTensorVersioned *lent = lend(tensor_of(row), 0, &runs);
    const ta_source source = ta_source_dlpack(lent);
    const ta_status want = row->want == TA_OK ? copying(row) : row->want;
    ta_tensor *handle = NULL;

    EXPECT_ROW(want, ta_asarray(&source, &always, &handle, &error), row->name);
    CHECK_ROW((handle != NULL) == (want == TA_OK) && runs == (want == TA_OK), row->name);
    ta_release(handle);
    if (runs == 0)
        lent->deleter(lent);
    CHECK_ROW(runs == 1, row->name);
}

static void the_version_decides_before_anything_is_read(void)
{
    static const struct {
        uint32_t major, minor;
        ta_status want;
    } rows[] = {{1, 0, TA_OK},
                {1, 3, TA_OK},
                {1, 99, TA_OK},
                {1, UINT32_MAX, TA_OK},
                {0, 0, TA_ERR_UNSUPPORTED},
                {0, 8, TA_ERR_UNSUPPORTED},
                {2, 0, TA_ERR_UNSUPPORTED},
                {99, 3, TA_ERR_UNSUPPORTED},
                {UINT32_MAX, 0, TA_ERR_UNSUPPORTED}};
    size_t k;
    for (k = 0; k < sizeof rows / sizeof *rows; k++) {
        int runs;
        int64_t shape[] = {2};
        struct DLManagedTensorVersioned *lent =
            lend(dl_tensor_of(storage, DL_F32, 1, shape, NULL), 0, &runs);
        struct DLManagedTensorVersioned before;
        ta_tensor *handle = NULL;
        char row[32];
        snprintf(row, sizeof row, "DLPack %u.%u", (unsigned)rows[k].major, (unsigned)rows[k].minor);
        lent->version.major = rows[k].major;
        lent->version.minor = rows[k].minor;
        if (rows[k].want != TA_OK)
            memset(&lent->dl_tensor, 0xff, sizeof lent->dl_tensor);
        before = *lent;

        EXPECT_ROW(rows[k].want, ta_from_dlpack(lent, NULL, &handle, &error), row);
        if (handle == NULL)
            CHECK_ROW(memcmp(lent, &before, sizeof before) == 0, row);
        settle(rows[k].want, handle, &runs, row);
        if (runs == 0)
            lent->deleter(lent);
        CHECK_ROW(runs == 1, row);
    }
}

static void a_null_deleter_is_fine(void)
{
    int runs;
    int64_t shape[] = {2};
    const DLTensor tensor = dl_tensor_of(storage, DL_F32, 1, shape, NULL);
    struct DLManagedTensorVersioned *lent = lend(tensor, 0, &runs);
    struct DLManagedTensor *legacy = lend_legacy(tensor, &runs);
    ta_tensor *handle = NULL;
    lent->deleter = NULL;
    legacy->deleter = NULL;

    EXPECT(TA_OK, ta_from_dlpack(lent, NULL, &handle, &error));
    ta_release(handle);
    EXPECT(TA_OK, ta_from_dlpack_legacy(legacy, NULL, &handle, &error));
    ta_release(handle);
    CHECK(runs == 0);
    free(lent);
    free(legacy);
}

static void flags_are_kept_as_they_come(void)
{
    static const uint64_t flags[] = {0,
                                     DLPACK_FLAG_BITMASK_READ_ONLY,
                                     DLPACK_FLAG_BITMASK_IS_COPIED,
                                     UINT64_C(1) << 40,
                                     UINT64_C(1) << 63,
                                     UINT64_MAX};
    size_t k;
    for (k = 0; k < sizeof flags / sizeof *flags; k++) {
        int runs;
        int64_t shape[] = {2};
        struct DLManagedTensorVersioned *lent =
            lend(dl_tensor_of(storage, DL_F32, 1, shape, NULL), flags[k], &runs);
        const int read_only = (flags[k] & DLPACK_FLAG_BITMASK_READ_ONLY) != 0;
        ta_tensor *handle = NULL;

        EXPECT(TA_OK, ta_from_dlpack(lent, NULL, &handle, &error));
        CHECK(info_of(handle).dlpack_flags == flags[k]);
        CHECK(ta_is_read_only(handle) == read_only);
        CHECK(ta_mutable_data(handle) == (read_only ? NULL : (void *)storage));
        ta_release(handle);
        CHECK(runs == 1);
    }
}

/* Nobody writes through memory that was refused, or reads what was only described. */
static void memory_that_is_not_there_is_never_read(void)
{
    static char nowhere[1];
    int64_t shape[] = {1 << 20};
    int runs;
    struct DLManagedTensorVersioned *lent;
    ta_tensor *handle = NULL;
    DLTensor tensor = dl_tensor_of(nowhere, DL_F32, 1, shape, NULL);
    tensor.device.device_type = kDLCUDA;
    lent = lend(tensor, 0, &runs);

    EXPECT(TA_OK, ta_from_dlpack(lent, NULL, &handle, &error));
    CHECK(ta_data(handle) == nowhere);
    ta_release(handle);
    CHECK(runs == 1);
}

int main(void)
{
    size_t k;
    for (k = 0; k < N_ROWS; k++) {
        each_row_in_both_structs(&ROWS[k]);
        each_row_as_a_source(&ROWS[k]);
    }
    the_version_decides_before_anything_is_read();
    a_null_deleter_is_fine();
    flags_are_kept_as_they_come();
    memory_that_is_not_there_is_never_read();
    return check_end("dlpack_hostile");
}
