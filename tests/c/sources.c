/* Every kind of source through ta_asarray, what the options make of it, and true provenance. */
#include "check.h"
#include "facts.h"
#include "hold.h"
#include "lend.h"
#include "list.h"
#include "make.h"

#include <math.h>
#include <stdint.h>

static const float SIX[] = {1, 2, 3, 4, 5, 6};
static const double SIX_VALUES[] = {1, 2, 3, 4, 5, 6};
static const int64_t TWO_BY_THREE[] = {2, 3};

/* Six float32 as 2x3, counted. */
static ta_memory matrix(int *runs)
{
    return hold_memory(SIX, sizeof SIX, ta_float32(), 2, TWO_BY_THREE, runs);
}

/* That the source is refused with `want`, nothing is written, and nothing is let go. */
static void refused(ta_status want, ta_source source, ta_options options)
{
    ta_tensor *out = NULL;
    EXPECT(want, ta_asarray(&source, &options, &out, &error));
    CHECK(out == NULL);
}

static void memory_is_shared(void)
{
    int runs;
    const ta_memory memory = matrix(&runs);
    const int64_t strides[] = {3, 1};
    ta_tensor *tensor = made(ta_source_memory(memory), defaults());
    ta_info info = info_of(tensor);

    CHECK(ta_data(tensor) == memory.data && info.data == memory.data && info.byte_offset == 0);
    CHECK(aliases(tensor, TA_ORIGIN_MEMORY));
    CHECK(has_shape(tensor, 2, TWO_BY_THREE) && has_strides(tensor, 2, strides));
    CHECK(info.numel == 6 && info.nbytes == sizeof SIX);
    CHECK(info.flags == (TA_TENSOR_CONTIGUOUS | TA_TENSOR_ALIGNED | TA_TENSOR_LEAF));
    CHECK(info.device.device_type == TA_DEVICE_CPU && info.device.index == 0);
    CHECK(ta_dtype_equal(ta_dtype_of(tensor), ta_float32()));
    CHECK(ta_mutable_data(tensor) == memory.data);
    CHECK(holds(tensor, SIX_VALUES));
    ta_release(tensor);
    CHECK(runs == 1);
}

static void a_copy_lets_go_inside_the_call(void)
{
    int runs;
    const ta_memory memory = matrix(&runs);
    const uintptr_t before = (uintptr_t)memory.data;
    ta_tensor *tensor = made(ta_source_memory(memory), want_copy(TA_COPY_ALWAYS));

    CHECK(runs == 1);
    CHECK((uintptr_t)ta_data(tensor) != before && (uintptr_t)ta_data(tensor) % 64 == 0);
    CHECK(copied(tensor, TA_ORIGIN_MEMORY, TA_REASON_REQUESTED));
    CHECK(holds(tensor, SIX_VALUES));
    ta_release(tensor);
    CHECK(runs == 1);
}

static void a_refusal_leaves_the_source_alone(void)
{
    int runs;
    const ta_memory memory = matrix(&runs);
    ta_options options = want_dtype(ta_float64());
    options.copy = TA_COPY_NEVER;

    refused(TA_ERR_CANNOT_ALIAS, ta_source_memory(memory), options);
    CHECK(message_has("float32") && message_has("float64"));
    CHECK(runs == 0 && memcmp(memory.data, SIX, sizeof SIX) == 0);
    memory.release(memory.owner);
}

static void dtype_converts(void)
{
    int runs;
    const ta_dtype targets[] = {ta_float64(), ta_int32(),      ta_uint8(),
                                ta_bool(),    ta_complex128(), ta_float32()};
    size_t row;
    for (row = 0; row < sizeof targets / sizeof *targets; row++) {
        const int same = ta_dtype_equal(targets[row], ta_float32());
        ta_tensor *tensor = made(ta_source_memory(matrix(&runs)), want_dtype(targets[row]));
        CHECK(ta_dtype_equal(ta_dtype_of(tensor), targets[row]));
        CHECK(same ? aliases(tensor, TA_ORIGIN_MEMORY)
                   : copied(tensor, TA_ORIGIN_MEMORY, TA_REASON_DTYPE));
        CHECK(element(tensor, 4) == (ta_dtype_equal(targets[row], ta_bool()) ? 1 : 5));
        ta_release(tensor);
        CHECK(runs == 1);
    }
}

static void writable_copies_what_is_read_only(void)
{
    int runs;
    ta_memory memory = matrix(&runs);
    ta_options never = want_flags(TA_WANT_WRITABLE);
    ta_tensor *tensor;
    never.copy = TA_COPY_NEVER;
    memory.flags = TA_MEMORY_READ_ONLY;

    refused(TA_ERR_CANNOT_ALIAS, ta_source_memory(memory), never);
    CHECK(runs == 0);
    tensor = made(ta_source_memory(memory), want_flags(TA_WANT_WRITABLE));
    CHECK(runs == 1 && copied(tensor, TA_ORIGIN_MEMORY, TA_REASON_READ_ONLY));
    CHECK(!ta_is_read_only(tensor) && ta_mutable_data(tensor) == ta_data(tensor));
    ta_release(tensor);

    memory = matrix(&runs);
    memory.flags = TA_MEMORY_READ_ONLY;
    tensor = made(ta_source_memory(memory), defaults());
    CHECK(aliases(tensor, TA_ORIGIN_MEMORY) && ta_is_read_only(tensor));
    CHECK(ta_data(tensor) == memory.data && ta_mutable_data(tensor) == NULL);
    CHECK((info_of(tensor).flags & TA_TENSOR_READ_ONLY) != 0);
    ta_release(tensor);
    CHECK(runs == 1);
}

static void contiguous_copies_other_layouts(void)
{
    static const int64_t transposed_bytes[] = {4, 8};
    static const int64_t shape[] = {2, 3}, kept[] = {1, 2}, plain[] = {3, 1};
    static const double values[] = {1, 3, 5, 2, 4, 6};
    int runs;
    ta_memory memory = hold_memory(SIX, sizeof SIX, ta_float32(), 2, shape, &runs);
    ta_tensor *tensor;
    memory.strides_bytes = transposed_bytes;

    tensor = made(ta_source_memory(memory), want_flags(TA_WANT_CONTIGUOUS));
    CHECK(copied(tensor, TA_ORIGIN_MEMORY, TA_REASON_NOT_CONTIGUOUS));
    CHECK(ta_is_contiguous(tensor) && has_strides(tensor, 2, plain) && holds(tensor, values));
    ta_release(tensor);

    memory = hold_memory(SIX, sizeof SIX, ta_float32(), 2, shape, &runs);
    memory.strides_bytes = transposed_bytes;
    tensor = made(ta_source_memory(memory), want_copy(TA_COPY_ALWAYS));
    CHECK(has_strides(tensor, 2, kept) && !ta_is_contiguous(tensor) && holds(tensor, values));
    ta_release(tensor);
}

static void byte_order_and_odd_strides_are_copied(void)
{
    static const unsigned char big_endian[] = {0x3f, 0x80, 0, 0, 0x40, 0, 0, 0};
    static const int64_t two[] = {2}, seven_bytes[] = {7}, backwards[] = {-4};
    static const double values[] = {1, 2}, reversed[] = {6, 5};
    unsigned char packed[11] = {0};
    int runs;
    ta_memory memory = hold_memory(big_endian, sizeof big_endian, ta_float32(), 1, two, &runs);
    ta_tensor *tensor;

    memory.flags = TA_MEMORY_BYTE_SWAPPED;
    refused(TA_ERR_CANNOT_ALIAS, ta_source_memory(memory), want_copy(TA_COPY_NEVER));
    CHECK(runs == 0);
    tensor = made(ta_source_memory(memory), defaults());
    CHECK(runs == 1 && copied(tensor, TA_ORIGIN_MEMORY, TA_REASON_BYTE_ORDER) &&
          holds(tensor, values));
    ta_release(tensor);

    memcpy(packed, &SIX[0], 4);
    memcpy(packed + 7, &SIX[1], 4);
    memory = hold_memory(packed, sizeof packed, ta_float32(), 1, two, &runs);
    memory.strides_bytes = seven_bytes;
    refused(TA_ERR_CANNOT_ALIAS, ta_source_memory(memory), want_copy(TA_COPY_NEVER));
    tensor = made(ta_source_memory(memory), defaults());
    CHECK(copied(tensor, TA_ORIGIN_MEMORY, TA_REASON_STRIDE_ALIGNMENT) && holds(tensor, values));
    ta_release(tensor);

    memory = hold_memory(SIX, sizeof SIX, ta_float32(), 1, two, &runs);
    memory.data = (char *)memory.data + 5 * sizeof(float);
    memory.strides_bytes = backwards;
    tensor = made(ta_source_memory(memory), want_copy(TA_COPY_NEVER));
    CHECK(aliases(tensor, TA_ORIGIN_MEMORY) && holds(tensor, reversed));
    CHECK(ta_data(tensor) == memory.data && ta_strides(tensor)[0] == -1);
    ta_release(tensor);
    CHECK(runs == 1);
}

static void an_unaligned_pointer_is_shared(void)
{
    static const int64_t two[] = {2};
    static const double values[] = {1, 2};
    unsigned char bytes[9];
    int runs;
    ta_memory memory;
    ta_tensor *tensor;
    memcpy(bytes + 1, SIX, 8);
    memory = hold_memory(bytes, sizeof bytes, ta_float32(), 1, two, &runs);
    memory.data = (char *)memory.data + 1;

    tensor = made(ta_source_memory(memory), defaults());
    CHECK(aliases(tensor, TA_ORIGIN_MEMORY) && ta_data(tensor) == memory.data &&
          holds(tensor, values));
    CHECK((info_of(tensor).flags & TA_TENSOR_ALIGNED) == 0);
    ta_release(tensor);
}

static void a_tensor_is_itself(void)
{
    int runs;
    ta_tensor *tensor = made(ta_source_memory(matrix(&runs)), defaults());
    ta_tensor *same = made(ta_source_tensor(tensor), defaults());
    ta_tensor *other = made(ta_source_tensor(tensor), want_dtype(ta_int64()));

    CHECK(same == tensor);
    CHECK(ta_data(other) != ta_data(tensor) && copied(other, TA_ORIGIN_TENSOR, TA_REASON_DTYPE));
    ta_release(tensor);
    CHECK(runs == 0 && holds(same, SIX_VALUES));
    ta_release(same);
    CHECK(runs == 1 && holds(other, SIX_VALUES));
    ta_release(other);
}

static void typed_scalars_keep_their_dtype(void)
{
    static const unsigned char swapped[] = {0x01, 0x02};
    const uint64_t large = UINT64_MAX;
    ta_source source = ta_source_typed_scalar(&large, ta_uint64());
    ta_tensor *tensor = made(source, defaults());
    ta_scalar item = ta_scalar_float(0);

    CHECK(ta_ndim(tensor) == 0 && ta_numel(tensor) == 1 &&
          ta_dtype_equal(ta_dtype_of(tensor), ta_uint64()));
    CHECK(copied(tensor, TA_ORIGIN_SCALAR, TA_REASON_NOT_MEMORY));
    EXPECT(TA_OK, ta_item(tensor, NULL, &item, &error));
    CHECK(item.kind == TA_SCALAR_UINT && item.value.u == large);
    ta_release(tensor);

    refused(TA_ERR_CANNOT_ALIAS, source, want_copy(TA_COPY_NEVER));
    source = ta_source_typed_scalar(swapped, ta_int16());
    source.value.typed_scalar.flags = TA_MEMORY_BYTE_SWAPPED;
    tensor = made(source, defaults());
    CHECK(element(tensor, 0) == 0x0102);
    ta_release(tensor);
    source.value.typed_scalar.data = NULL;
    refused(TA_ERR_NULL_ARGUMENT, source, defaults());
}

static void both_dlpack_structs_are_sources(void)
{
    int64_t shape[] = {2, 3};
    float data[6];
    int runs;
    ta_source source = ta_source_make(TA_SOURCE_DLPACK);
    ta_tensor *tensor;
    memcpy(data, SIX, sizeof data);

    source.value.dlpack = lend(dl_tensor_of(data, DL_F32, 2, shape, NULL), 0, &runs);
    tensor = made(source, defaults());
    CHECK(aliases(tensor, TA_ORIGIN_DLPACK) && ta_data(tensor) == data &&
          holds(tensor, SIX_VALUES));
    CHECK(runs == 0);
    ta_release(tensor);
    CHECK(runs == 1);

    source = ta_source_make(TA_SOURCE_DLPACK_LEGACY);
    source.value.dlpack_legacy = lend_legacy(dl_tensor_of(data, DL_F32, 2, shape, NULL), &runs);
    tensor = made(source, want_dtype(ta_float64()));
    CHECK(runs == 1);
    CHECK(copied(tensor, TA_ORIGIN_DLPACK, TA_REASON_DTYPE) && holds(tensor, SIX_VALUES));
    ta_release(tensor);
    CHECK(runs == 1);
}

/* A row of the table below: what of the six floats is asked, and what becomes of them. */
struct made_row {
    int32_t copy;
    ta_dtype dtype;
    uint64_t flags;
    int32_t reason;
    int taken_over;
};

/* Memory that was made for the call is a copy: it is not copied again unless it lacks something. */
static void what_was_made_is_taken_over(void)
{
    const struct made_row rows[] = {
        {TA_COPY_IF_NEEDED, ta_float32(), 0, TA_REASON_NOT_CONTIGUOUS, 1},
        {TA_COPY_ALWAYS, ta_float32(), 0, TA_REASON_REQUESTED, 1},
        {TA_COPY_ALWAYS, ta_float32(), TA_MEMORY_READ_ONLY, TA_REASON_REQUESTED, 0},
        {TA_COPY_IF_NEEDED, ta_float32(), TA_MEMORY_READ_ONLY, TA_REASON_NOT_CONTIGUOUS, 1},
        {TA_COPY_IF_NEEDED, ta_float64(), 0, TA_REASON_NOT_CONTIGUOUS, 0},
    };
    size_t row;
    for (row = 0; row < sizeof rows / sizeof *rows; row++) {
        int runs;
        ta_memory memory = matrix(&runs);
        ta_source source;
        ta_options options = want_dtype(rows[row].dtype);
        ta_tensor *tensor;
        memory.flags |= rows[row].flags;
        source = ta_source_memory(memory);
        source.made = TA_REASON_NOT_CONTIGUOUS;
        options.copy = rows[row].copy;

        tensor = made(source, options);
        CHECK(copied(tensor, TA_ORIGIN_MEMORY, rows[row].reason) && holds(tensor, SIX_VALUES));
        CHECK((ta_data(tensor) == memory.data) == rows[row].taken_over);
        CHECK(runs == !rows[row].taken_over);
        ta_release(tensor);
        CHECK(runs == 1);
    }
}

static void what_was_made_cannot_be_shared(void)
{
    int runs;
    ta_memory memory = matrix(&runs);
    ta_source source = ta_source_memory(memory);
    ta_options never = defaults();
    never.copy = TA_COPY_NEVER;

    source.made = TA_REASON_DEVICE;
    refused(TA_ERR_CANNOT_ALIAS, source, never);
    CHECK(strstr(error.message, "because of: device") != NULL);
    source.made = 1000;
    refused(TA_ERR_UNSUPPORTED, source, defaults());
    source.made = TA_REASON_DEVICE;
    source.reserved = 1;
    refused(TA_ERR_INVALID_ARGUMENT, source, defaults());
    source = ta_source_int(1);
    source.made = TA_REASON_DEVICE;
    refused(TA_ERR_INVALID_ARGUMENT, source, defaults());
    CHECK(strstr(error.message, "source.made is 3") != NULL);
    CHECK(runs == 0);
    memory.release(memory.owner);
}

/* DLPack's IS_COPIED: the producer's copy is the consumer's, and shares nothing with the producer. */
static void a_producers_copy_is_taken_over(void)
{
    int64_t shape[] = {2, 3};
    float data[6];
    int runs;
    ta_source source = ta_source_make(TA_SOURCE_DLPACK);
    ta_options never = defaults();
    ta_tensor *tensor;
    memcpy(data, SIX, sizeof data);
    never.copy = TA_COPY_NEVER;

    source.value.dlpack = lend(dl_tensor_of(data, DL_F32, 2, shape, NULL),
                               DLPACK_FLAG_BITMASK_IS_COPIED, &runs);
    refused(TA_ERR_CANNOT_ALIAS, source, never);
    CHECK(runs == 0 && strstr(error.message, "its producer gave a copy") != NULL);
    tensor = made(source, defaults());
    CHECK(copied(tensor, TA_ORIGIN_DLPACK, TA_REASON_PRODUCER) && ta_data(tensor) == data);
    ta_release(tensor);
    CHECK(runs == 1);

    source.value.dlpack = lend(dl_tensor_of(data, DL_F32, 2, shape, NULL),
                               DLPACK_FLAG_BITMASK_IS_COPIED, &runs);
    source.made = TA_REASON_DEVICE;
    tensor = made(source, defaults());
    CHECK(copied(tensor, TA_ORIGIN_DLPACK, TA_REASON_DEVICE) && ta_data(tensor) == data);
    ta_release(tensor);
    CHECK(runs == 1);
}

static void buffers_are_grouped_bytes(void)
{
    static const int64_t six[] = {6}, three[] = {3}, none[] = {0};
    int runs;
    ta_options doubles = defaults();
    ta_buffer buffer = hold_buffer(SIX, sizeof SIX, &runs);
    ta_tensor *tensor = made(ta_source_buffer(buffer), defaults());

    CHECK(aliases(tensor, TA_ORIGIN_BUFFER) && ta_dtype_equal(ta_dtype_of(tensor), ta_float32()));
    CHECK(ta_data(tensor) == buffer.data && has_shape(tensor, 1, six) && holds(tensor, SIX_VALUES));
    ta_release(tensor);
    CHECK(runs == 1);

    doubles.default_dtype = ta_float64();
    tensor = made(ta_source_buffer(hold_buffer(SIX, sizeof SIX, &runs)), doubles);
    CHECK(ta_dtype_equal(ta_dtype_of(tensor), ta_float64()) && has_shape(tensor, 1, three));
    ta_release(tensor);

    tensor = made(ta_source_buffer(hold_buffer(SIX, sizeof SIX, &runs)), want_dtype(ta_int32()));
    CHECK(aliases(tensor, TA_ORIGIN_BUFFER) && element(tensor, 0) == 0x3f800000);
    ta_release(tensor);

    tensor = made(ta_source_buffer(buffer_of(NULL, 0)), defaults());
    CHECK(has_shape(tensor, 1, none) && ta_numel(tensor) == 0);
    ta_release(tensor);

    buffer = buffer_of((void *)SIX, 7);
    buffer.flags = TA_MEMORY_READ_ONLY;
    refused(TA_ERR_INVALID_ARGUMENT, ta_source_buffer(buffer), defaults());
    buffer.size_bytes = 8;
    tensor = made(ta_source_buffer(buffer), defaults());
    CHECK(ta_is_read_only(tensor) && ta_numel(tensor) == 2);
    ta_release(tensor);
}

static void scalars_get_a_dtype(void)
{
    ta_options halves = defaults(), doubles = defaults();
    struct {
        ta_scalar scalar;
        ta_options options;
        ta_dtype dtype;
        double value;
    } rows[13];
    size_t row = 0, count;
    halves.default_dtype = ta_dtype_make(TA_FLOAT, 16);
    doubles.default_dtype = ta_float64();
#define ROW(scalar_, options_, dtype_, value_) \
    do {                                       \
        rows[row].scalar = scalar_;            \
        rows[row].options = options_;          \
        rows[row].dtype = dtype_;              \
        rows[row].value = value_;              \
        row++;                                 \
    } while (0)
    ROW(ta_scalar_bool(1), defaults(), ta_bool(), 1);
    ROW(ta_scalar_bool(77), defaults(), ta_bool(), 1);
    ROW(ta_scalar_int(-5), defaults(), ta_int64(), -5);
    ROW(ta_scalar_uint(5), defaults(), ta_int64(), 5);
    ROW(ta_scalar_uint(UINT64_MAX), defaults(), ta_uint64(), 18446744073709551615.0);
    ROW(ta_scalar_float(0.5), defaults(), ta_float32(), 0.5);
    ROW(ta_scalar_float(0.5), doubles, ta_float64(), 0.5);
    ROW(ta_scalar_float(0.5), halves, ta_dtype_make(TA_FLOAT, 16), 0.5);
    ROW(ta_scalar_complex(0.5, 2), defaults(), ta_complex64(), 0.5);
    ROW(ta_scalar_complex(0.5, 2), doubles, ta_complex128(), 0.5);
    ROW(ta_scalar_int(7), want_dtype(ta_float64()), ta_float64(), 7);
    ROW(ta_scalar_float(-3.75), want_dtype(ta_int32()), ta_int32(), -3);
    ROW(ta_scalar_float(1e300), want_dtype(ta_float32()), ta_float32(), HUGE_VAL);
#undef ROW
    for (count = row, row = 0; row < count; row++) {
        ta_tensor *tensor = made(ta_source_scalar(rows[row].scalar), rows[row].options);
        CHECK(ta_ndim(tensor) == 0 && ta_dtype_equal(ta_dtype_of(tensor), rows[row].dtype));
        CHECK(element(tensor, 0) == rows[row].value);
        CHECK(copied(tensor, TA_ORIGIN_SCALAR, TA_REASON_NOT_MEMORY));
        ta_release(tensor);
    }
}

static void scalars_that_do_not_fit_are_named(void)
{
    ta_scalar garbage = ta_scalar_int(1);
    refused(TA_ERR_OVERFLOW, ta_source_int(300), want_dtype(ta_uint8()));
    CHECK(message_has("300") && message_has("uint8"));
    refused(TA_ERR_OVERFLOW, ta_source_int(-1), want_dtype(ta_uint64()));
    CHECK(message_has("-1"));
    refused(TA_ERR_OVERFLOW, ta_source_uint(UINT64_MAX), want_dtype(ta_int64()));
    CHECK(message_has("18446744073709551615"));
    refused(TA_ERR_OVERFLOW, ta_source_float(1e300), want_dtype(ta_int64()));
    refused(TA_ERR_OVERFLOW, ta_source_float(NAN), want_dtype(ta_int32()));
    refused(TA_ERR_CANNOT_ALIAS, ta_source_int(1), want_copy(TA_COPY_NEVER));
    garbage.kind = 99;
    refused(TA_ERR_INVALID_ARGUMENT, ta_source_scalar(garbage), defaults());
}

static void sequences_nest(void)
{
    static const int64_t shape[] = {2, 3};
    const ta_sequence_vtable *tables[] = {&LIST, &LIST_WITH_READ};
    size_t table;
    for (table = 0; table < 2; table++) {
        const ta_source first[] = {ta_source_int(1), ta_source_int(2), ta_source_int(3)};
        const ta_source second[] = {ta_source_int(4), ta_source_float(5), ta_source_bool(1)};
        const double values[] = {1, 2, 3, 4, 5, 1};
        struct list rows[] = {{3, first}, {3, second}};
        const ta_source items[] = {from_list(tables[table], &rows[0]),
                                   from_list(tables[table], &rows[1])};
        struct list outer = {2, items};
        ta_tensor *tensor = made(from_list(tables[table], &outer), defaults());

        CHECK(ta_dtype_equal(ta_dtype_of(tensor), ta_float32()) && has_shape(tensor, 2, shape) &&
              holds(tensor, values));
        CHECK(copied(tensor, TA_ORIGIN_SEQUENCE, TA_REASON_NOT_MEMORY) && ta_is_contiguous(tensor));
        ta_release(tensor);
        refused(TA_ERR_CANNOT_ALIAS, from_list(tables[table], &outer), want_copy(TA_COPY_NEVER));
    }
}

static void empty_sequences_have_a_shape(void)
{
    static const int64_t none[] = {0}, two_by_none[] = {2, 0};
    struct list empty = {0, NULL};
    const ta_source items[] = {from_list(&LIST, &empty), from_list(&LIST_WITH_READ, &empty)};
    struct list outer = {2, items};
    ta_tensor *tensor = made(from_list(&LIST, &empty), defaults());

    CHECK(has_shape(tensor, 1, none) && ta_dtype_equal(ta_dtype_of(tensor), ta_float32()));
    ta_release(tensor);
    tensor = made(from_list(&LIST, &outer), want_dtype(ta_int16()));
    CHECK(has_shape(tensor, 2, two_by_none) && ta_dtype_equal(ta_dtype_of(tensor), ta_int16()));
    ta_release(tensor);
}

/* A list of arrays of every kind is as if they had been stacked. */
static void memory_in_a_sequence_stacks(void)
{
    static const int64_t two[] = {2}, stacked[] = {4, 2}, backwards[] = {-8};
    static const double values[] = {1, 2, 4, 3, 5, 6, 7, 8};
    static const double reversed[] = {3, 4};
    int64_t dl_shape[] = {2};
    int runs, lent_runs;
    float five_six[] = {5, 6};
    const int16_t seven_eight[] = {7, 8};
    ta_tensor *third = NULL;
    ta_memory strided = memory_of((void *)&reversed[1], ta_float64(), 1, two);
    ta_source items[4];
    struct list list = {4, items};
    struct DLManagedTensorVersioned *lent =
        lend(dl_tensor_of(five_six, DL_F32, 1, dl_shape, NULL), 0, &lent_runs);
    ta_tensor *tensor;
    strided.strides_bytes = backwards;
    third = made(ta_source_memory(memory_of((void *)seven_eight, ta_int16(), 1, two)), defaults());
    items[0] = ta_source_memory(hold_memory(SIX, 8, ta_float32(), 1, two, &runs));
    items[1] = ta_source_memory(strided);
    items[2] = ta_source_make(TA_SOURCE_DLPACK);
    items[2].value.dlpack = lent;
    items[3] = ta_source_tensor(third);

    tensor = made(from_list(&LIST, &list), defaults());
    CHECK(has_shape(tensor, 2, stacked) && ta_dtype_equal(ta_dtype_of(tensor), ta_float64()) &&
          holds(tensor, values));
    CHECK(copied(tensor, TA_ORIGIN_SEQUENCE, TA_REASON_NOT_MEMORY));
    CHECK(runs == 0 && lent_runs == 0);
    ta_release(tensor);
    ta_release(third);
    items[0].value.memory.release(items[0].value.memory.owner);
    lent->deleter(lent);
    CHECK(runs == 1 && lent_runs == 1);
}

static void zero_dimensional_arrays_count_as_numbers(void)
{
    static const int64_t three[] = {3};
    static const double values[] = {1.5, 2, 3};
    const double half = 1.5;
    const int32_t three_value = 3;
    const ta_source items[] = {ta_source_memory(memory_of((void *)&half, ta_float64(), 0, NULL)),
                               ta_source_int(2), ta_source_typed_scalar(&three_value, ta_int32())};
    struct list list = {3, items};
    ta_tensor *tensor = made(from_list(&LIST_WITH_READ, &list), defaults());

    CHECK(has_shape(tensor, 1, three) && ta_dtype_equal(ta_dtype_of(tensor), ta_float64()) &&
          holds(tensor, values));
    ta_release(tensor);
}

static void accept_is_strict_at_every_level(void)
{
    static const int64_t two[] = {2};
    const ta_source items[] = {ta_source_memory(memory_of((void *)SIX, ta_float32(), 1, two))};
    struct list list = {1, items};
    int runs;
    const ta_memory memory = matrix(&runs);
    ta_options options = defaults();
    ta_source said_numpy;
    ta_tensor *tensor;

    options.accept = TA_ACCEPT_DLPACK | TA_ACCEPT_SCALAR;
    refused(TA_ERR_KIND, ta_source_memory(memory), options);
    refused(TA_ERR_KIND, ta_source_buffer(buffer_of((void *)SIX, 8)), options);
    refused(TA_ERR_KIND, from_list(&LIST, &list), options);
    options.accept = TA_ACCEPT_SEQUENCE;
    refused(TA_ERR_KIND, from_list(&LIST, &list), options);
    options.accept = TA_ACCEPT_SEQUENCE | TA_ACCEPT_MEMORY;
    tensor = made(from_list(&LIST, &list), options);
    ta_release(tensor);
    CHECK(runs == 0);

    said_numpy = ta_source_memory(memory);
    said_numpy.origin = TA_ORIGIN_NUMPY;
    refused(TA_ERR_KIND, said_numpy, options);
    options.accept = TA_ACCEPT_NUMPY;
    tensor = made(said_numpy, options);
    CHECK(aliases(tensor, TA_ORIGIN_NUMPY));
    ta_release(tensor);
    CHECK(runs == 1);
}

static void unknown_numbers_are_refused(void)
{
    int runs;
    const ta_memory memory = matrix(&runs);
    ta_source source = ta_source_make(0);
    ta_options options;

    refused(TA_ERR_INVALID_ARGUMENT, source, defaults());
    source = ta_source_memory(memory);
    source.kind = 77;
    refused(TA_ERR_UNSUPPORTED, source, defaults());
    source = ta_source_memory(memory);
    source.origin = 77;
    refused(TA_ERR_UNSUPPORTED, source, defaults());
    source = ta_source_memory(memory);
    source.value.memory.flags = UINT64_C(1) << 40;
    refused(TA_ERR_UNSUPPORTED, source, defaults());
    refused(TA_ERR_INVALID_ARGUMENT, ta_source_memory(memory), want_copy(3));
    refused(TA_ERR_INVALID_ARGUMENT, ta_source_memory(memory), want_copy(-1));
    options = defaults();
    options.requires_grad = 3;
    refused(TA_ERR_INVALID_ARGUMENT, ta_source_memory(memory), options);
    refused(TA_ERR_UNSUPPORTED, ta_source_memory(memory), want_flags(UINT64_C(1) << 40));
    refused(TA_ERR_DTYPE, ta_source_memory(memory), want_dtype(ta_dtype_make(TA_BOOL, 1)));
    refused(TA_ERR_DTYPE, ta_source_memory(memory), want_dtype(ta_dtype_make(TA_FLOAT4_E2M1FN, 4)));
    options = defaults();
    options.device = ta_device_make(TA_DEVICE_CUDA, 77);
    refused(TA_ERR_DEVICE, ta_source_memory(memory), options);
    options.device.device_type = -3;
    refused(TA_ERR_INVALID_ARGUMENT, ta_source_memory(memory), options);
    CHECK(runs == 0);
    memory.release(memory.owner);
}

static void relatives_always_do_what_their_name_says(void)
{
    int runs;
    ta_memory memory = matrix(&runs);
    ta_buffer buffer;
    ta_tensor *tensor = NULL, *copy = NULL;

    EXPECT(TA_OK, ta_from_array(&memory, &tensor, &error));
    CHECK(aliases(tensor, TA_ORIGIN_MEMORY) && ta_data(tensor) == memory.data);
    EXPECT(TA_OK, ta_copy(tensor, NULL, &copy, &error));
    CHECK(copied(copy, TA_ORIGIN_TENSOR, TA_REASON_REQUESTED) && ta_data(copy) != memory.data);
    ta_release(tensor);
    CHECK(runs == 1 && holds(copy, SIX_VALUES));
    ta_release(copy);

    memory = matrix(&runs);
    memory.flags = TA_MEMORY_BYTE_SWAPPED;
    tensor = NULL;
    EXPECT(TA_ERR_CANNOT_ALIAS, ta_from_array(&memory, &tensor, &error));
    CHECK(tensor == NULL && runs == 0);
    memory.release(memory.owner);

    buffer = hold_buffer(SIX, sizeof SIX, &runs);
    EXPECT(TA_ERR_OUT_OF_BOUNDS, ta_frombuffer(&buffer, ta_float32(), 6, 4, &tensor, &error));
    EXPECT(TA_ERR_OUT_OF_BOUNDS, ta_frombuffer(&buffer, ta_float32(), -1, 25, &tensor, &error));
    EXPECT(TA_ERR_OUT_OF_BOUNDS,
           ta_frombuffer(&buffer, ta_float32(), INT64_MAX, 0, &tensor, &error));
    EXPECT(TA_ERR_INVALID_ARGUMENT, ta_frombuffer(&buffer, ta_float32(), -2, 0, &tensor, &error));
    EXPECT(TA_ERR_INVALID_ARGUMENT, ta_frombuffer(&buffer, ta_float32(), -1, 3, &tensor, &error));
    EXPECT(TA_ERR_DTYPE, ta_frombuffer(&buffer, ta_dtype_make(0, 0), -1, 0, &tensor, &error));
    CHECK(tensor == NULL && runs == 0);
    EXPECT(TA_OK, ta_frombuffer(&buffer, ta_float32(), 2, 8, &tensor, &error));
    CHECK(aliases(tensor, TA_ORIGIN_BUFFER) && holds(tensor, SIX_VALUES + 2));
    CHECK(ta_data(tensor) == (char *)buffer.data + 8 && ta_numel(tensor) == 2);
    ta_release(tensor);
    CHECK(runs == 1);
}

int main(void)
{
    memory_is_shared();
    a_copy_lets_go_inside_the_call();
    a_refusal_leaves_the_source_alone();
    dtype_converts();
    writable_copies_what_is_read_only();
    contiguous_copies_other_layouts();
    byte_order_and_odd_strides_are_copied();
    an_unaligned_pointer_is_shared();
    a_tensor_is_itself();
    typed_scalars_keep_their_dtype();
    both_dlpack_structs_are_sources();
    what_was_made_is_taken_over();
    what_was_made_cannot_be_shared();
    a_producers_copy_is_taken_over();
    buffers_are_grouped_bytes();
    scalars_get_a_dtype();
    scalars_that_do_not_fit_are_named();
    sequences_nest();
    empty_sequences_have_a_shape();
    memory_in_a_sequence_stacks();
    zero_dimensional_arrays_count_as_numbers();
    accept_is_strict_at_every_level();
    unknown_numbers_are_refused();
    relatives_always_do_what_their_name_says();
    return check_end("sources");
}
