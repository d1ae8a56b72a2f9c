/* Views within bounds, writes that are allowed, single elements and printing. */
#include "check.h"
#include "facts.h"
#include "lend.h"
#include "make.h"

#include <stdint.h>

static const int64_t SIX[] = {6}, THREE[] = {3}, TWO[] = {2}, ONE[] = {1};
static const int64_t TWO_BY_THREE[] = {2, 3};

static ta_tensor *over(const void *data, ta_dtype dtype, int32_t ndim, const int64_t *shape,
                       uint64_t flags)
{
    ta_memory memory = memory_of(data, dtype, ndim, shape);
    ta_tensor *tensor = NULL;
    memory.flags = flags;
    EXPECT(TA_OK, ta_from_array(&memory, &tensor, &error));
    return tensor;
}

static ta_tensor *view(const ta_tensor *of, int32_t ndim, const int64_t *shape,
                       const int64_t *strides, int64_t offset)
{
    ta_tensor *made = NULL;
    EXPECT(TA_OK, ta_view(of, ndim, shape, strides, offset, &made, &error));
    return made;
}

static void views_stay_inside(void)
{
    static const int64_t plus_two[] = {2}, minus_one[] = {-1}, minus_two[] = {-2}, zero[] = {0};
    static const int64_t huge[] = {INT64_MAX}, negative[] = {-1}, columns[] = {1, 2};
    static const struct {
        const char *name;
        ta_status want;
        int32_t ndim;
        const int64_t *shape, *strides;
        int64_t offset;
        double values[6];
    } rows[] = {
        {"all", TA_OK, 1, SIX, NULL, 0, {1, 2, 3, 4, 5, 6}},
        {"reshaped", TA_OK, 2, TWO_BY_THREE, NULL, 0, {1, 2, 3, 4, 5, 6}},
        {"transposed", TA_OK, 2, TWO_BY_THREE, columns, 0, {1, 3, 5, 2, 4, 6}},
        {"every second", TA_OK, 1, THREE, plus_two, 1, {2, 4, 6}},
        {"backwards", TA_OK, 1, SIX, minus_one, 5, {6, 5, 4, 3, 2, 1}},
        {"every second backwards", TA_OK, 1, THREE, minus_two, 4, {5, 3, 1}},
        {"repeated", TA_OK, 1, SIX, zero, 3, {4, 4, 4, 4, 4, 4}},
        {"one element", TA_OK, 0, NULL, NULL, 5, {6}},
        {"wild stride of an axis of one", TA_OK, 1, ONE, huge, 2, {3}},
        {"one too far", TA_ERR_OUT_OF_BOUNDS, 1, SIX, NULL, 1, {0}},
        {"one too early", TA_ERR_OUT_OF_BOUNDS, 1, ONE, NULL, -1, {0}},
        {"strides too far", TA_ERR_OUT_OF_BOUNDS, 1, THREE, plus_two, 2, {0}},
        {"strides too early", TA_ERR_OUT_OF_BOUNDS, 1, SIX, minus_one, 4, {0}},
        {"behind the end", TA_ERR_OUT_OF_BOUNDS, 0, NULL, NULL, 6, {0}},
        {"offset INT64_MAX", TA_ERR_OUT_OF_BOUNDS, 0, NULL, NULL, INT64_MAX, {0}},
        {"offset INT64_MIN", TA_ERR_OUT_OF_BOUNDS, 0, NULL, NULL, INT64_MIN, {0}},
        {"stride overflows", TA_ERR_LAYOUT, 1, THREE, huge, 0, {0}},
        {"negative extent", TA_ERR_LAYOUT, 1, negative, NULL, 0, {0}},
        {"ndim -1", TA_ERR_LAYOUT, -1, ONE, NULL, 0, {0}},
        {"ndim 65", TA_ERR_LAYOUT, 65, ONE, NULL, 0, {0}},
    };
    const float data[] = {1, 2, 3, 4, 5, 6};
    ta_tensor *parent = over(data, ta_float32(), 1, SIX, 0);
    size_t k;
    for (k = 0; k < sizeof rows / sizeof *rows; k++) {
        ta_tensor *made = NULL;
        EXPECT_ROW(rows[k].want,
                   ta_view(parent, rows[k].ndim, rows[k].shape, rows[k].strides, rows[k].offset,
                           &made, &error),
                   rows[k].name);
        CHECK_ROW((made != NULL) == (rows[k].want == TA_OK), rows[k].name);
        if (made != NULL) {
            CHECK_ROW(holds(made, rows[k].values), rows[k].name);
            CHECK_ROW(ta_data(made) == data + rows[k].offset, rows[k].name);
            CHECK_ROW(aliases(made, TA_ORIGIN_TENSOR), rows[k].name);
        }
        ta_release(made);
    }
    ta_release(parent);
}

/* A view of a view reaches no further than that view, and lives on by itself. */
static void views_of_views_stay_inside_theirs(void)
{
    static const double values[] = {4};
    const float data[] = {1, 2, 3, 4, 5, 6};
    ta_tensor *parent = over(data, ta_float32(), 1, SIX, TA_MEMORY_READ_ONLY);
    ta_tensor *middle = view(parent, 1, THREE, NULL, 1), *last, *out = NULL;

    EXPECT(TA_ERR_OUT_OF_BOUNDS, ta_view(middle, 1, THREE, NULL, 1, &out, &error));
    EXPECT(TA_ERR_OUT_OF_BOUNDS, ta_view(middle, 1, THREE, NULL, -1, &out, &error));
    CHECK(out == NULL);
    last = view(middle, 1, ONE, NULL, 2);
    CHECK(ta_is_read_only(middle) && ta_is_read_only(last) && ta_mutable_data(last) == NULL);
    ta_release(parent);
    ta_release(middle);
    CHECK(holds(last, values));
    ta_release(last);
}

static void copy_into_converts_and_broadcasts(void)
{
    static const double rows[] = {7, 8, 9, 7, 8, 9}, ones[] = {1, 1, 1, 1, 1, 1};
    const int16_t three[] = {7, 8, 9};
    const uint8_t truth[] = {1};
    double data[6] = {0};
    ta_tensor *target = over(data, ta_float64(), 2, TWO_BY_THREE, 0);
    ta_tensor *row = over(three, ta_int16(), 1, THREE, TA_MEMORY_READ_ONLY);
    ta_tensor *scalar = over(truth, ta_bool(), 0, NULL, 0);
    ta_tensor *pair = over(three, ta_int16(), 1, TWO, 0);

    EXPECT(TA_OK, ta_copy_into(target, row, &error));
    CHECK(memcmp(data, rows, sizeof data) == 0);
    EXPECT(TA_OK, ta_copy_into(target, scalar, &error));
    CHECK(memcmp(data, ones, sizeof data) == 0);
    EXPECT(TA_ERR_INVALID_ARGUMENT, ta_copy_into(target, pair, &error));
    EXPECT(TA_ERR_INVALID_ARGUMENT, ta_copy_into(pair, target, &error));
    CHECK(memcmp(data, ones, sizeof data) == 0 && three[0] == 7);
    ta_release(target);
    ta_release(row);
    ta_release(scalar);
    ta_release(pair);
}

static void copy_into_reads_before_it_writes(void)
{
    static const int64_t five[] = {5}, minus_one[] = {-1};
    static const float up[] = {1, 1, 2, 3, 4, 5}, down[] = {2, 3, 4, 5, 6, 6},
                       around[] = {6, 5, 4, 3, 2, 1};
    const struct {
        const int64_t *shape, *strides;
        int64_t target, source;
        const float *after;
    } rows[] = {{five, NULL, 1, 0, up}, {five, NULL, 0, 1, down}, {SIX, minus_one, 0, 5, around}};
    size_t k;
    for (k = 0; k < 3; k++) {
        float data[] = {1, 2, 3, 4, 5, 6};
        ta_tensor *whole = over(data, ta_float32(), 1, SIX, 0);
        ta_tensor *target = view(whole, 1, rows[k].shape, NULL, rows[k].target);
        ta_tensor *source = view(whole, 1, rows[k].shape, rows[k].strides, rows[k].source);
        EXPECT(TA_OK, ta_copy_into(target, source, &error));
        CHECK(memcmp(data, rows[k].after, sizeof data) == 0);
        ta_release(target);
        ta_release(source);
        ta_release(whole);
    }
}

static void fill_writes_the_elements_and_no_others(void)
{
    static const int64_t plus_two[] = {2};
    static const uint8_t filled[] = {1, 9, 3, 9, 5, 9};
    uint8_t data[] = {1, 2, 3, 4, 5, 6};
    const ta_scalar nine = ta_scalar_int(9), large = ta_scalar_int(300),
                    negative = ta_scalar_int(-1);
    const ta_scalar complex = ta_scalar_complex(1, 1), garbage = ta_scalar_make(55);
    ta_tensor *whole = over(data, ta_uint8(), 1, SIX, 0);
    ta_tensor *odd = view(whole, 1, THREE, plus_two, 1);

    EXPECT(TA_OK, ta_fill(odd, &nine, &error));
    CHECK(memcmp(data, filled, sizeof data) == 0);
    EXPECT(TA_ERR_OVERFLOW, ta_fill(whole, &large, &error));
    EXPECT(TA_ERR_OVERFLOW, ta_fill(whole, &negative, &error));
    EXPECT(TA_ERR_DTYPE, ta_fill(whole, &complex, &error));
    EXPECT(TA_ERR_INVALID_ARGUMENT, ta_fill(whole, &garbage, &error));
    CHECK(memcmp(data, filled, sizeof data) == 0);
    ta_release(odd);
    ta_release(whole);
}

static void what_is_not_writable_is_not_written(void)
{
    static const int64_t zero[] = {0};
    float data[] = {1, 2, 3, 4, 5, 6};
    const ta_scalar nine = ta_scalar_int(9);
    ta_tensor *read_only = over(data, ta_float32(), 1, SIX, TA_MEMORY_READ_ONLY);
    ta_tensor *whole = over(data, ta_float32(), 1, SIX, 0);
    ta_tensor *repeated = view(whole, 1, SIX, zero, 0);

    EXPECT(TA_ERR_NOT_WRITABLE, ta_fill(read_only, &nine, &error));
    EXPECT(TA_ERR_NOT_WRITABLE, ta_copy_into(read_only, whole, &error));
    EXPECT(TA_ERR_NOT_WRITABLE, ta_fill(repeated, &nine, &error));
    EXPECT(TA_ERR_NOT_WRITABLE, ta_copy_into(repeated, whole, &error));
    CHECK(data[0] == 1 && data[5] == 6);
    EXPECT(TA_OK, ta_copy_into(whole, repeated, &error));
    CHECK(data[5] == 1);
    ta_release(read_only);
    ta_release(repeated);
    ta_release(whole);
}

static void items_come_as_the_host_has_numbers(void)
{
    const uint64_t naturals[] = {5, UINT64_MAX};
    const uint8_t truths[] = {0, 2};
    const double pairs[] = {1.5, -2.5};
    const int64_t first[] = {0}, second[] = {1}, third[] = {2}, before[] = {-1};
    ta_tensor *u = over(naturals, ta_uint64(), 1, TWO, 0), *b = over(truths, ta_bool(), 1, TWO, 0);
    ta_tensor *c = over(pairs, ta_complex128(), 0, NULL, 0);
    ta_tensor *opaque = over(naturals, ta_dtype_make(200, 64), 1, TWO, 0);
    ta_scalar item = ta_scalar_float(0);

    EXPECT(TA_OK, ta_item(u, first, &item, &error));
    CHECK(item.kind == TA_SCALAR_INT && item.value.i == 5);
    EXPECT(TA_OK, ta_item(u, second, &item, &error));
    CHECK(item.kind == TA_SCALAR_UINT && item.value.u == UINT64_MAX);
    EXPECT(TA_OK, ta_item(b, second, &item, &error));
    CHECK(item.kind == TA_SCALAR_BOOL && item.value.i == 1);
    EXPECT(TA_OK, ta_item(c, NULL, &item, &error));
    CHECK(item.kind == TA_SCALAR_COMPLEX && item.value.c[0] == 1.5 && item.value.c[1] == -2.5);
    item = ta_scalar_int(77);
    EXPECT(TA_ERR_OUT_OF_BOUNDS, ta_item(u, third, &item, &error));
    EXPECT(TA_ERR_OUT_OF_BOUNDS, ta_item(u, before, &item, &error));
    EXPECT(TA_ERR_DTYPE, ta_item(opaque, first, &item, &error));
    CHECK(item.kind == TA_SCALAR_INT && item.value.i == 77);
    ta_release(u);
    ta_release(b);
    ta_release(c);
    ta_release(opaque);
}

static void memory_elsewhere_is_not_touched(void)
{
    int64_t shape[] = {4};
    char handle[1];
    int runs;
    const ta_scalar nine = ta_scalar_int(9);
    const int64_t first[] = {0};
    DLTensor dl = dl_tensor_of(handle, DL_F32, 1, shape, NULL);
    char text[64];
    ta_scalar item;
    ta_tensor *tensor = NULL, *out = NULL;
    dl.device.device_type = (DLDeviceType)64;
    EXPECT(TA_OK, ta_from_dlpack(lend(dl, 0, &runs), NULL, &tensor, &error));

    EXPECT(TA_ERR_DEVICE, ta_item(tensor, first, &item, &error));
    EXPECT(TA_ERR_DEVICE, ta_fill(tensor, &nine, &error));
    EXPECT(TA_ERR_DEVICE, ta_copy_into(tensor, tensor, &error));
    EXPECT(TA_ERR_DEVICE, ta_copy(tensor, NULL, &out, &error));
    EXPECT(TA_OK, ta_repr(tensor, NULL, text, sizeof text, NULL, &error));
    CHECK(strncmp(text, "tensor(...", 10) == 0 && strstr(text, "device64:0") != NULL);
    CHECK(out == NULL);
    ta_release(tensor);
    CHECK(runs == 1);
}

static void printing_is_cut_where_the_buffer_ends(void)
{
    static const char whole[] = "tensor([1., 2., 3., 4., 5., 6.])";
    const float data[] = {1, 2, 3, 4, 5, 6};
    ta_tensor *tensor = over(data, ta_float32(), 1, SIX, 0);
    size_t capacity;
    for (capacity = 0; capacity <= sizeof whole + 1; capacity++) {
        char text[sizeof whole + 2];
        const size_t fits = capacity < sizeof whole ? capacity : sizeof whole;
        size_t length = 0;
        memset(text, '#', sizeof text);
        EXPECT(TA_OK, ta_repr(tensor, NULL, text, capacity, &length, &error));
        CHECK(length == strlen(whole));
        CHECK(fits == 0 || (strlen(text) == fits - 1 && memcmp(text, whole, fits - 1) == 0));
        CHECK(text[capacity] == '#');
    }
    ta_release(tensor);
}

static void printing_follows_its_options(void)
{
    const float data[] = {1, 2, 3, 4, 5, 6}, halves[] = {0.5f, 1.25f};
    ta_tensor *tensor = over(data, ta_float32(), 1, SIX, 0),
              *fractions = over(halves, ta_float32(), 1, TWO, 0);
    ta_repr_options options = TA_REPR_OPTIONS_INIT;
    char text[128];

    options.threshold = 5;
    options.edgeitems = 1;
    EXPECT(TA_OK, ta_repr(tensor, &options, text, sizeof text, NULL, &error));
    CHECK(strcmp(text, "tensor([1.,  ..., 6.])") == 0);
    options = (ta_repr_options)TA_REPR_OPTIONS_INIT;
    options.precision = 2;
    EXPECT(TA_OK, ta_repr(fractions, &options, text, sizeof text, NULL, &error));
    CHECK(strcmp(text, "tensor([0.50, 1.25])") == 0);
    options = (ta_repr_options)TA_REPR_OPTIONS_INIT;
    options.sci_mode = TA_SCI_ON;
    EXPECT(TA_OK, ta_repr(fractions, &options, text, sizeof text, NULL, &error));
    CHECK(strcmp(text, "tensor([5.0000e-01, 1.2500e+00])") == 0);
    options = (ta_repr_options)TA_REPR_OPTIONS_INIT;
    options.default_dtype = ta_float64();
    EXPECT(TA_OK, ta_repr(fractions, &options, text, sizeof text, NULL, &error));
    CHECK(strstr(text, "float32") != NULL);
    options = (ta_repr_options)TA_REPR_OPTIONS_INIT;
    options.sci_mode = 9;
    EXPECT(TA_ERR_INVALID_ARGUMENT, ta_repr(tensor, &options, text, sizeof text, NULL, &error));
    options = (ta_repr_options)TA_REPR_OPTIONS_INIT;
    options.edgeitems = -2;
    EXPECT(TA_ERR_INVALID_ARGUMENT, ta_repr(tensor, &options, text, sizeof text, NULL, &error));
    ta_release(tensor);
    ta_release(fractions);
}

int main(void)
{
    views_stay_inside();
    views_of_views_stay_inside_theirs();
    copy_into_converts_and_broadcasts();
    copy_into_reads_before_it_writes();
    fill_writes_the_elements_and_no_others();
    what_is_not_writable_is_not_written();
    items_come_as_the_host_has_numbers();
    memory_elsewhere_is_not_touched();
    printing_is_cut_where_the_buffer_ends();
    printing_follows_its_options();
    return check_end("views_writes");
}
