/*
 * A host's own device: registered, copied to and from, ordered by its streams, and never read
 * before it is done. See test_device.h for what makes the waiting visible.
 */
#include "test_device.h"

#include "check.h"
#include "lend.h"
#include "make.h"

enum { PLAIN = 60, KERNELS = 61 };

static const ta_device HERE = {PLAIN, 1}, THERE = {PLAIN, 0}, ABLE = {KERNELS, 0};
static const int64_t SIX[] = {6}, TWO_THREE[] = {2, 3}, THREE_TWO[] = {3, 2};
static const float VALUES[] = {1, 2, 3, 4, 5, 6};

/* One without kernels, one with. */
static struct test_device *plain, *able;

static ta_options want_device(ta_device device)
{
    ta_options options = TA_OPTIONS_INIT;
    options.device = device;
    return options;
}

/* VALUES on a device. */
static ta_tensor *six_on(ta_device device)
{
    return made(ta_source_memory(memory_of(VALUES, ta_float32(), 1, SIX)), want_device(device));
}

static ta_provenance provenance_of(const ta_tensor *tensor)
{
    ta_info info = TA_INFO_INIT;
    EXPECT(TA_OK, ta_describe(tensor, &info, &error));
    return info.provenance;
}

static int64_t stream_of(const ta_tensor *tensor)
{
    ta_info info = TA_INFO_INIT;
    EXPECT(TA_OK, ta_describe(tensor, &info, &error));
    return info.stream;
}

/* That a tensor, on whatever device, has these float32 elements in C order. */
static int holds(const ta_tensor *tensor, const float *want, size_t count)
{
    ta_options options = want_device(ta_device_cpu());
    ta_tensor *host;
    int same;
    options.flags = TA_WANT_CONTIGUOUS;
    host = derived(tensor, options);
    same = host != NULL && (size_t)ta_numel(host) == count &&
           memcmp(ta_data(host), want, count * sizeof *want) == 0;
    ta_release(host);
    return same;
}

/* How many devices the machine has without those of this test. */
static size_t before;

static void what_there_is(void)
{
    ta_device devices[64];
    ta_device_info info = TA_DEVICE_INFO_INIT;
    ta_device device = {0, 0};
    char name[32];
    size_t count = 0;

    EXPECT(TA_OK, ta_device_list(devices, 64, &count, &error));
    CHECK(count == before + 4 && devices[0].device_type == TA_DEVICE_CPU);
    CHECK(devices[before].device_type == PLAIN && devices[before].index == 0);
    CHECK(devices[before + 1].device_type == PLAIN && devices[before + 1].index == 1);
    count = 0;
    EXPECT(TA_OK, ta_device_list(NULL, 0, &count, &error));
    CHECK(count == before + 4);

    EXPECT(TA_OK, ta_device_describe(HERE, &info, &error));
    CHECK(strcmp(info.name, "test device 1") == 0 && info.capability_major == 7);
    CHECK(info.total_bytes == (uint64_t)SLOTS * SLOT_BYTES && info.device.index == 1);
    EXPECT(TA_OK, ta_device_describe(ta_device_make(PLAIN, -1), &info, &error));
    CHECK(info.device.index == 1);
    EXPECT(TA_ERR_DEVICE, ta_device_describe(ta_device_make(PLAIN, 2), &info, &error));
    CHECK(strstr(error.message, "device60:2") != NULL);
    CHECK(message_has("there is: cpu") && message_has("device60:0, device60:1, device61:0"));
    EXPECT(TA_OK, ta_device_describe(ta_device_cpu(), &info, &error));
    CHECK(info.total_bytes > 0 && info.name[0] != '\0');

    EXPECT(TA_OK, ta_device_parse("device60:1", &device, &error));
    CHECK(device.device_type == PLAIN && device.index == 1);
    CHECK(ta_device_name(device, name, sizeof name) == 10 && strcmp(name, "device60:1") == 0);
    EXPECT(TA_OK, ta_device_parse("cuda", &device, &error));
    CHECK(device.device_type == TA_DEVICE_CUDA && device.index == -1);
    EXPECT(TA_OK, ta_device_parse("xpu:3", &device, &error));
    CHECK(device.device_type == TA_DEVICE_ONE_API && device.index == 3);
    EXPECT(TA_OK, ta_device_parse("cpu:0", &device, &error));
    CHECK(device.device_type == TA_DEVICE_CPU && device.index == 0);
    EXPECT(TA_ERR_DEVICE, ta_device_parse("gpu", &device, &error));
    EXPECT(TA_ERR_DEVICE, ta_device_parse("cuda:", &device, &error));
    EXPECT(TA_ERR_DEVICE, ta_device_parse("cuda:01", &device, &error));
    EXPECT(TA_ERR_DEVICE, ta_device_parse("cuda:+1", &device, &error));
    EXPECT(TA_ERR_DEVICE, ta_device_parse("cuda:99999999999", &device, &error));
    EXPECT(TA_ERR_DEVICE, ta_device_parse("device0:0", &device, &error));
    CHECK(device.device_type == TA_DEVICE_CPU);

    EXPECT(TA_ERR_DEVICE, ta_device_of_address(PLAIN, NULL, &device, &error));
}

static void refused_registrations(void)
{
    ta_device_api api = plain->api;
    EXPECT(TA_ERR_INVALID_ARGUMENT, ta_device_register(PLAIN, &plain->api, plain, &error));
    EXPECT(TA_ERR_INVALID_ARGUMENT, ta_device_register(TA_DEVICE_CPU, &plain->api, plain, &error));
    EXPECT(TA_ERR_INVALID_ARGUMENT, ta_device_register(0, &plain->api, plain, &error));
    EXPECT(TA_ERR_INVALID_ARGUMENT, ta_device_unregister(77, &error));
    EXPECT(TA_ERR_NULL_ARGUMENT, ta_device_register(77, NULL, plain, &error));
    api.copy = NULL;
    EXPECT(TA_ERR_NULL_ARGUMENT, ta_device_register(77, &api, plain, &error));
    CHECK(strstr(error.message, "api.copy") != NULL);
    api = plain->api;
    api.struct_size = 8;
    EXPECT(TA_ERR_INVALID_ARGUMENT, ta_device_register(77, &api, plain, &error));
    CHECK(plain->released == 0);
}

static ta_status says_a_number(void *user, int32_t *out, ta_error *err)
{
    (void)err;
    *out = *(const int32_t *)user;
    return TA_OK;
}

static ta_status says_no_text(void *user, int32_t *out, ta_error *err)
{
    (void)user, (void)out;
    memset(err->message, 0xff, sizeof err->message);
    return TA_ERR_DEVICE;
}

/* Numbers that no device has, and words that are none, are answered in words. */
static void devices_that_lie(void)
{
    static const int32_t wrong[] = {INT32_MIN, -1, (1 << 16) + 1, INT32_MAX};
    const ta_device device = ta_device_make(77, 0);
    ta_device_api api = plain->api;
    size_t count = 0;
    int32_t number = 0;
    int k;
    api.count = says_a_number;
    api.current = says_a_number;
    api.release = NULL;
    EXPECT(TA_OK, ta_device_register(77, &api, &number, &error));
    for (k = 0; k < 4; k++) {
        number = wrong[k];
        EXPECT(TA_ERR_CALLBACK, ta_synchronize(device, 0, &error));
        CHECK(message_has("count of the device wrote"));
        /* One that cannot be counted does not hide the others. */
        EXPECT(TA_OK, ta_device_list(NULL, 0, &count, &error));
        CHECK(count == 5);
        EXPECT(TA_ERR_DEVICE, ta_synchronize(ta_device_make(PLAIN, 9), 0, &error));
        CHECK(message_has("there is: cpu, device60:0, device60:1, device61:0, device61:1"));
        EXPECT(TA_ERR_CALLBACK, ta_synchronize(ta_device_make(77, -1), 0, &error));
        CHECK(message_has("current of the device wrote"));
    }
    EXPECT(TA_OK, ta_device_unregister(77, &error));
    api.count = says_no_text;
    EXPECT(TA_OK, ta_device_register(77, &api, &number, &error));
    EXPECT(TA_ERR_DEVICE, ta_synchronize(device, 0, &error));
    CHECK(message_has("a callback of the device failed"));
    EXPECT(TA_OK, ta_device_unregister(77, &error));
}

static void there_and_back(void)
{
    ta_tensor *there = six_on(HERE), *same, *out = NULL;
    ta_options never = want_device(ta_device_cpu());
    const ta_source source = ta_source_tensor(there);
    const ta_source host = ta_source_memory(memory_of(VALUES, ta_float32(), 1, SIX));
    ta_device device;

    CHECK(ta_device_of(there).device_type == PLAIN && ta_device_of(there).index == 1);
    CHECK(provenance_of(there).reason == TA_REASON_DEVICE && !provenance_of(there).aliased);
    CHECK(provenance_of(there).staged == 0 && stream_of(there) == 0);
    CHECK(holds(there, VALUES, 6));
    EXPECT(TA_OK, ta_device_of_address(PLAIN, ta_data(there), &device, &error));
    CHECK(device.index == 1);

    same = derived(there, want_device(HERE));
    CHECK(same == there);
    ta_release(same);
    same = derived(there, want_device(ta_device_make(PLAIN, -1)));
    CHECK(same == there);
    ta_release(same);

    never.copy = TA_COPY_NEVER;
    EXPECT(TA_ERR_CANNOT_ALIAS, ta_asarray(&source, &never, &out, &error));
    CHECK(strstr(error.message, "device60:1") != NULL && strstr(error.message, "cpu") != NULL);
    never.device = HERE;
    EXPECT(TA_ERR_CANNOT_ALIAS, ta_asarray(&host, &never, &out, &error));
    never = want_device(ta_device_make(PLAIN, 5));
    EXPECT(TA_ERR_DEVICE, ta_asarray(&host, &never, &out, &error));
    CHECK(strstr(error.message, "there is: cpu") != NULL && out == NULL);
    never = want_device(ta_device_make(99, 0));
    EXPECT(TA_ERR_DEVICE, ta_asarray(&source, &never, &out, &error));
    never = want_device(ta_device_cpu());
    never.stream = 2;
    EXPECT(TA_ERR_DEVICE, ta_asarray(&source, &never, &out, &error));
    CHECK(out == NULL);
    ta_release(there);
}

/* Elements that are not side by side, or become others: by the device where it can, else through the
 * host, and the provenance tells which. */
static void rearranged(void)
{
    static const int64_t column_steps[] = {1, 2};
    static const float transposed[] = {1, 3, 5, 2, 4, 6};
    static const float reversed[] = {6, 5, 4, 3, 2, 1};
    static const int64_t backwards[] = {-1};
    const ta_device devices[] = {HERE, ABLE};
    int k;
    for (k = 0; k < 2; k++) {
        const char *row = k == 0 ? "without kernels" : "with kernels";
        struct test_device *device = k == 0 ? plain : able;
        const int gathers = device->gathers;
        ta_tensor *six = six_on(devices[k]), *columns = NULL, *back = NULL, *wide, *host;
        ta_options options = want_device(devices[k]);

        EXPECT(TA_OK, ta_view(six, 2, TWO_THREE, column_steps, 0, &columns, &error));
        CHECK_ROW(holds(columns, transposed, 6), row);
        host = derived(columns, want_device(ta_device_cpu()));
        CHECK_ROW(provenance_of(host).staged == 0, row);
        CHECK_ROW(ta_strides(host)[0] == 1 && ta_strides(host)[1] == 2, row);
        ta_release(host);

        EXPECT(TA_OK, ta_view(six, 1, SIX, backwards, 5, &back, &error));
        CHECK_ROW(holds(back, reversed, 6), row);

        options.flags = TA_WANT_CONTIGUOUS;
        host = derived(columns, options);
        CHECK_ROW(provenance_of(host).reason == TA_REASON_NOT_CONTIGUOUS, row);
        CHECK_ROW(provenance_of(host).staged == (k == 0), row);
        CHECK_ROW(ta_is_contiguous(host) && holds(host, transposed, 6), row);
        ta_release(host);

        options = want_device(devices[k]);
        options.dtype = ta_float64();
        wide = derived(columns, options);
        CHECK_ROW(provenance_of(wide).reason == TA_REASON_DTYPE, row);
        CHECK_ROW(provenance_of(wide).staged == (k == 0), row);
        CHECK_ROW(holds(columns, transposed, 6), row);
        options = want_device(ta_device_cpu());
        options.dtype = ta_float32();
        options.flags = TA_WANT_CONTIGUOUS;
        host = derived(wide, options);
        CHECK_ROW(memcmp(ta_data(host), transposed, sizeof transposed) == 0, row);
        CHECK_ROW(provenance_of(host).staged == 1, row);
        ta_release(host);
        CHECK_ROW((device->gathers > gathers) == (k == 1), row);
        ta_release(wide);
        ta_release(back);
        ta_release(columns);
        ta_release(six);
    }
}

static void from_one_device_to_another(void)
{
    ta_tensor *here = six_on(HERE), *there = derived(here, want_device(THERE)), *other;
    CHECK(ta_device_of(there).index == 0 && provenance_of(there).staged == 0);
    CHECK(holds(there, VALUES, 6));
    other = derived(there, want_device(ABLE));
    CHECK(ta_device_of(other).device_type == KERNELS && provenance_of(other).staged == 1);
    CHECK(holds(other, VALUES, 6));
    ta_release(here);
    ta_release(there);
    ta_release(other);
}

/* A consumer who copies what was lent on a stream, and lets it go at once. Writes what it sees. */
static void work_and_let_go(struct DLManagedTensorVersioned *loan, int64_t stream, float *seen)
{
    ta_place place, target;
    place.device = HERE;
    place.data = loan->dl_tensor.data;
    place.byte_offset = loan->dl_tensor.byte_offset;
    target.device = ta_device_cpu();
    target.data = seen;
    target.byte_offset = 0;
    CHECK(device_copy(plain, &target, &place, sizeof VALUES, stream, &error) == TA_OK);
    loan->deleter(loan);
}

/* A copy on one stream, handed to a consumer on another, who works there and lets it go at once. */
static void from_stream_to_stream(void)
{
    ta_options on_two = want_device(HERE);
    ta_export_options on_three = TA_EXPORT_OPTIONS_INIT;
    struct DLManagedTensorVersioned *loan = NULL;
    ta_tensor *six = six_on(HERE), *copy;
    float seen[6] = {0};
    const int waits = plain->synchronizations;

    on_two.copy = TA_COPY_ALWAYS;
    on_two.stream = 2;
    copy = derived(six, on_two);
    CHECK(stream_of(copy) == 2);
    on_three.stream = 3;
    EXPECT(TA_OK, ta_to_dlpack(copy, &on_three, &loan, &error));
    CHECK(loan->dl_tensor.data == ta_data(copy) && loan->flags == 0);
    CHECK(plain->synchronizations == waits);
    ta_release(six);
    ta_release(copy);

    work_and_let_go(loan, 3, seen);
    drain(plain, 1, 3);
    CHECK(memcmp(seen, VALUES, sizeof seen) == 0);
    drain_all(plain);
    CHECK(plain->live == 0);
}

/* Another stream is another handle over the same memory, which waits for the first one's work. */
static void an_alias_on_another_stream(void)
{
    ta_options options = want_device(HERE);
    ta_tensor *six = six_on(HERE), *copy, *alias, *host;
    const int orders = plain->orders;
    options.copy = TA_COPY_ALWAYS;
    options.stream = 2;
    copy = derived(six, options);
    options = want_device(HERE);
    options.stream = 4;
    alias = derived(copy, options);
    CHECK(alias != copy && ta_data(alias) == ta_data(copy) && stream_of(alias) == 4);
    CHECK(plain->orders == orders + 1);
    ta_release(copy);
    options.stream = -1;
    copy = derived(alias, options);
    CHECK(copy == alias && plain->orders == orders + 1);
    ta_release(copy);
    host = derived(alias, want_device(ta_device_cpu()));
    CHECK(memcmp(ta_data(host), VALUES, sizeof VALUES) == 0);
    ta_release(host);
    ta_release(alias);
    ta_release(six);
}

/* Memory that its owner says was written on a stream. */
static void memory_written_on_a_stream(void)
{
    ta_tensor *six = six_on(HERE), *alias = NULL;
    ta_memory memory = memory_of(ta_data(six), ta_float32(), 1, SIX);
    static const float nines[] = {9, 9, 9, 9, 9, 9};
    ta_place source, target;
    memory.device = HERE;
    memory.stream = 3;
    source.device = ta_device_cpu();
    source.data = (void *)nines;
    source.byte_offset = 0;
    target.device = HERE;
    target.data = (void *)ta_data(six);
    target.byte_offset = 0;
    CHECK(device_copy(plain, &target, &source, sizeof nines, 3, &error) == TA_OK);
    EXPECT(TA_OK, ta_from_array(&memory, &alias, &error));
    CHECK(stream_of(alias) == 3 && holds(alias, nines, 6));
    ta_release(alias);
    ta_release(six);
}

/* Handles are opaque: the offset stays beside them, in and out. */
static void handles_and_offsets(void)
{
    static int64_t four[] = {4}, two[] = {2};
    ta_tensor *six = six_on(HERE), *taken = NULL, *tail = NULL;
    DLTensor described = dl_tensor_of((void *)ta_data(six), DL_F32, 1, four, NULL);
    struct DLManagedTensorVersioned *lent, *loan = NULL;
    ta_info info = TA_INFO_INIT;
    int runs;

    described.device.device_type = (DLDeviceType)PLAIN;
    described.device.device_id = 1;
    described.byte_offset = 2 * sizeof(float);
    lent = lend(described, DLPACK_FLAG_BITMASK_READ_ONLY, &runs);
    EXPECT(TA_OK, ta_from_dlpack(lent, NULL, &taken, &error));
    CHECK(ta_data(taken) == ta_data(six) && holds(taken, VALUES + 2, 4));
    EXPECT(TA_OK, ta_view(taken, 1, two, NULL, 2, &tail, &error));
    EXPECT(TA_OK, ta_describe(tail, &info, &error));
    CHECK(info.data == ta_data(six) && info.byte_offset == 4 * sizeof(float));
    CHECK(holds(tail, VALUES + 4, 2));
    EXPECT(TA_OK, ta_to_dlpack(tail, NULL, &loan, &error));
    CHECK(loan->dl_tensor.data == ta_data(six) && loan->dl_tensor.byte_offset == 4 * sizeof(float));
    CHECK(loan->flags & DLPACK_FLAG_BITMASK_READ_ONLY);
    loan->deleter(loan);
    ta_release(tail);
    CHECK(runs == 0);
    ta_release(taken);
    CHECK(runs == 1);
    ta_release(six);
}

/* Memory of a device that nobody here knows is handed on as it came. */
static void carried_without_a_backend(void)
{
    static int64_t four[] = {4};
    DLTensor described = dl_tensor_of((void *)(uintptr_t)0x1234, DL_F32, 1, four, NULL);
    struct DLManagedTensorVersioned *loan = NULL;
    ta_export_options asked = TA_EXPORT_OPTIONS_INIT;
    ta_tensor *taken = NULL;
    int runs;
    described.device.device_type = (DLDeviceType)99;
    EXPECT(TA_OK, ta_from_dlpack(lend(described, 0, &runs), NULL, &taken, &error));
    EXPECT(TA_OK, ta_to_dlpack(taken, NULL, &loan, &error));
    CHECK((int)loan->dl_tensor.device.device_type == 99);
    CHECK(loan->dl_tensor.data == described.data);
    asked.stream = 3;
    EXPECT(TA_ERR_DEVICE, ta_to_dlpack(taken, &asked, &loan, &error));
    ta_release(taken);
    CHECK(runs == 0);
    loan->deleter(loan);
    CHECK(runs == 1);
}

/* Copied out of somebody else's memory, which is let go in the call: not before it has been read. */
static void let_go_when_read(void)
{
    static int64_t six_extents[] = {6};
    ta_options copied = want_device(HERE);
    ta_tensor *six = six_on(HERE), *copy = NULL;
    DLTensor described = dl_tensor_of((void *)ta_data(six), DL_F32, 1, six_extents, NULL);
    struct DLManagedTensorVersioned *lent;
    float *shown;
    int runs;
    described.device.device_type = (DLDeviceType)PLAIN;
    described.device.device_id = 1;
    lent = lend(described, 0, &runs);
    copied.copy = TA_COPY_ALWAYS;
    copied.stream = 2;
    EXPECT(TA_OK, ta_from_dlpack(lent, &copied, &copy, &error));
    CHECK(runs == 1);
    /* Its owner may do with it what it likes. */
    shown = (float *)(void *)(plain->memory + (size_t)slot_of(ta_data(six)) * SLOT_BYTES);
    memset(shown, 0xee, sizeof VALUES);
    CHECK(holds(copy, VALUES, 6));
    ta_release(copy);
    ta_release(six);
}

static void values_and_writes(void)
{
    static const float filled[] = {1, 2, 7, 7, 5, 6}, sums[] = {9, 8, 9, 8, 9, 8};
    static const float scattered[] = {7, 2, 7, 4, 7, 6};
    static const int64_t two[] = {2}, three[] = {3}, every_other[] = {2}, third[] = {2};
    const ta_device devices[] = {HERE, ABLE};
    int k;
    for (k = 0; k < 2; k++) {
        const char *row = k == 0 ? "without kernels" : "with kernels";
        ta_tensor *six = six_on(devices[k]), *matrix = NULL, *middle = NULL, *evens = NULL, *host;
        ta_tensor *scalar = made(ta_source_scalar(ta_scalar_float(2.5)), want_device(devices[k]));
        ta_scalar item, seven = ta_scalar_int(7);
        float pair[] = {9, 8};
        char text[200];

        EXPECT(TA_OK, ta_item(six, third, &item, &error));
        CHECK_ROW(item.value.f == 3, row);
        EXPECT(TA_OK, ta_item(scalar, NULL, &item, &error));
        CHECK_ROW(item.value.f == 2.5, row);
        EXPECT(TA_OK, ta_repr(six, NULL, text, sizeof text, NULL, &error));
        CHECK_ROW(strncmp(text, "tensor([1., 2., 3., 4., 5., 6.], device='device6", 48) == 0, row);

        EXPECT(TA_OK, ta_view(six, 1, two, NULL, 2, &middle, &error));
        EXPECT(TA_OK, ta_fill(middle, &seven, &error));
        CHECK_ROW(holds(six, filled, 6), row);

        EXPECT(TA_OK, ta_view(six, 2, THREE_TWO, NULL, 0, &matrix, &error));
        host = made(ta_source_memory(memory_of(pair, ta_float32(), 1, two)), defaults());
        EXPECT(TA_OK, ta_copy_into(matrix, host, &error));
        CHECK_ROW(holds(six, sums, 6), row);
        EXPECT(TA_OK, ta_copy_into(host, middle, &error));
        CHECK_ROW(((const float *)ta_data(host))[0] == 9, row);
        ta_release(host);

        host = made(ta_source_memory(memory_of(VALUES, ta_float32(), 1, SIX)), defaults());
        EXPECT(TA_OK, ta_copy_into(six, host, &error));
        EXPECT(TA_OK, ta_view(six, 1, three, every_other, 0, &evens, &error));
        EXPECT(TA_OK, ta_fill(evens, &seven, &error));
        CHECK_ROW(holds(six, scattered, 6), row);
        ta_release(host);
        ta_release(evens);
        ta_release(matrix);
        ta_release(middle);
        ta_release(scalar);
        ta_release(six);
    }
}

/* Operations are the CPU's, and say so. */
static void computed_on_the_cpu_alone(void)
{
    ta_tensor *six = six_on(HERE), *out = NULL;
    EXPECT(TA_ERR_DEVICE, ta_add(six, six, &out, &error));
    CHECK(message_has("only the cpu does this") && message_has("device60:1"));
    EXPECT(TA_ERR_DEVICE, ta_sum(six, NULL, 0, 0, &out, &error));
    CHECK(message_has("only the cpu does this") && out == NULL);
    ta_release(six);
}

/* Without kernels, elements are written where they stand by copies of what stands side by side. */
static void written_run_by_run(void)
{
    static const int64_t two_two[] = {2, 2}, rows[] = {3, 1}, turned[] = {-1, 3}, none[] = {0, 2};
    static const float block[] = {7, 7, 3, 7, 7, 6}, corners[] = {12, 10, 3, 13, 11, 6};
    static const float tens[] = {10, 11, 12, 13};
    const ta_scalar seven = ta_scalar_int(7);
    ta_tensor *six = six_on(HERE), *part = NULL, *host;
    int copies;

    EXPECT(TA_OK, ta_view(six, 2, two_two, rows, 0, &part, &error));
    copies = plain->copies;
    EXPECT(TA_OK, ta_fill(part, &seven, &error));
    /* The value to the device, and a run for each row. */
    CHECK(plain->copies == copies + 3);
    CHECK(holds(six, block, 6));
    ta_release(part);

    /* The axes turned and one of them backwards: each element is a run. */
    EXPECT(TA_OK, ta_view(six, 2, two_two, turned, 1, &part, &error));
    host = made(ta_source_memory(memory_of(tens, ta_float32(), 2, two_two)), defaults());
    EXPECT(TA_OK, ta_copy_into(part, host, &error));
    CHECK(holds(six, corners, 6));
    ta_release(host);
    ta_release(part);

    EXPECT(TA_OK, ta_view(six, 2, none, rows, 0, &part, &error));
    copies = plain->copies;
    EXPECT(TA_OK, ta_fill(part, &seven, &error));
    CHECK(plain->copies == copies);
    ta_release(part);
    ta_release(six);
}

/* Who names no stream works on the default one: a loan is ready there, and a copy made for it. */
static void lent_to_who_names_no_stream(void)
{
    ta_options on_two = want_device(HERE);
    ta_export_options asked = TA_EXPORT_OPTIONS_INIT;
    struct DLManagedTensorVersioned *loan = NULL;
    ta_tensor *six = six_on(HERE), *copy;
    int round;

    on_two.copy = TA_COPY_ALWAYS;
    on_two.stream = SLOW_STREAM;
    copy = derived(six, on_two);
    for (round = 0; round < 2; round++) {
        const int orders = plain->orders;
        float seen[6] = {0};
        ta_place place, target;
        asked.copy = round == 0 ? TA_COPY_IF_NEEDED : TA_COPY_ALWAYS;
        EXPECT(TA_OK, ta_to_dlpack(copy, &asked, &loan, &error));
        CHECK((loan->dl_tensor.data == ta_data(copy)) == (round == 0));
        CHECK(plain->orders == orders + 1);
        place.device = HERE;
        place.data = loan->dl_tensor.data;
        place.byte_offset = loan->dl_tensor.byte_offset;
        target.device = ta_device_cpu();
        target.data = seen;
        target.byte_offset = 0;
        CHECK(device_copy(plain, &target, &place, sizeof seen, 1, &error) == TA_OK);
        drain(plain, 1, 1);
        CHECK(memcmp(seen, VALUES, sizeof seen) == 0);
        loan->deleter(loan);
    }
    /* Who wants to wait for nothing does not. */
    asked.copy = TA_COPY_IF_NEEDED;
    asked.stream = -1;
    round = plain->orders;
    EXPECT(TA_OK, ta_to_dlpack(copy, &asked, &loan, &error));
    CHECK(plain->orders == round);
    loan->deleter(loan);
    ta_release(copy);
    ta_release(six);
}

/* The work of one life: to the device, changed there, handed on, and back. */
static ta_status a_life(void)
{
    const ta_source host = ta_source_memory(memory_of(VALUES, ta_float32(), 1, SIX));
    static const int64_t backwards[] = {-1};
    ta_options there = want_device(ABLE), wide = want_device(ABLE), back = want_device(ta_device_cpu());
    ta_export_options lent = TA_EXPORT_OPTIONS_INIT;
    struct DLManagedTensorVersioned *loan = NULL;
    ta_tensor *six = NULL, *view = NULL, *copy = NULL, *half = NULL, *out = NULL;
    ta_source source;
    ta_status status = ta_asarray(&host, &there, &six, &error);
    if (status == TA_OK)
        status = ta_view(six, 1, SIX, backwards, 5, &view, &error);
    wide.dtype = ta_float64();
    wide.stream = 2;
    if (status == TA_OK) {
        source = ta_source_tensor(view);
        status = ta_asarray(&source, &wide, &copy, &error);
    }
    wide.dtype = ta_float16();
    if (status == TA_OK)
        status = ta_asarray(&source, &wide, &half, &error);
    lent.stream = 3;
    if (status == TA_OK)
        status = ta_to_dlpack(copy, &lent, &loan, &error);
    if (status == TA_OK)
        status = ta_copy_into(view, half, &error);
    if (status == TA_OK) {
        source = ta_source_tensor(copy);
        status = ta_asarray(&source, &back, &out, &error);
    }
    if (status == TA_OK)
        CHECK(((const double *)ta_data(out))[0] == 6);
    ta_release(six);
    ta_release(view);
    ta_release(copy);
    ta_release(half);
    ta_release(out);
    if (loan != NULL)
        loan->deleter(loan);
    return status;
}

/* Whichever call fails: its status and its words arrive, and nothing stays behind. */
static void every_call_failing_in_turn(void)
{
    int call, calls;
    drain_all(able);
    calls = able->calls;
    CHECK(a_life() == TA_OK);
    calls = able->calls - calls;
    CHECK(calls > 15);
    for (call = 1; call <= calls; call++) {
        ta_status status;
        char row[32];
        snprintf(row, sizeof row, "call %d", call);
        able->fails_in = call;
        check_reset();
        status = a_life();
        /* Behind the last one are calls whose failure is made up for: see what frees memory. */
        if (able->fails_in == 0 && status != TA_OK) {
            CHECK_ROW(status == TA_ERR_DEVICE || status == TA_ERR_OUT_OF_MEMORY, row);
            CHECK_ROW(strstr(error.message, "told to fail") != NULL, row);
        }
        able->fails_in = 0;
        drain_all(able);
        CHECK_ROW(able->live == 0 && ta_live_tensors() == 0, row);
    }
}

/* A piece of another library's memory on a device: whose it is, and when it was let go. */
struct foreign {
    struct test_device *device;
    void *handle;
    int releases;
};

static unsigned char *shown(const struct foreign *foreign)
{
    return foreign->device->memory + (size_t)slot_of(foreign->handle) * SLOT_BYTES;
}

/* What an owner does that knows nothing of streams: the memory is another's at once. */
static void foreign_release(void *owner)
{
    struct foreign *foreign = owner;
    foreign->releases++;
    memset(shown(foreign), 0xdd, sizeof VALUES);
    device_free(foreign->device, 1, foreign->handle, sizeof VALUES, 1);
}

/* VALUES on HERE, in memory of somebody else's. */
static ta_memory foreign_memory(struct foreign *foreign, struct test_device *device)
{
    ta_memory memory = memory_of(NULL, ta_float32(), 1, SIX);
    foreign->device = device;
    foreign->releases = 0;
    CHECK(device_allocate(device, 1, sizeof VALUES, 1, &foreign->handle, &error) == TA_OK);
    memcpy(shown(foreign), VALUES, sizeof VALUES);
    memory.data = foreign->handle;
    memory.device = HERE;
    memory.owner = foreign;
    memory.release = foreign_release;
    return memory;
}

/* Memory of somebody else's is let go after the work on every stream that was named for it: by who was
 * lent it, by who took it, by a write of ours. */
static void foreign_memory_waits_for_its_consumers(void)
{
    static int64_t six_extents[] = {6};
    const ta_scalar seven = ta_scalar_int(7);
    ta_export_options lent = TA_EXPORT_OPTIONS_INIT;
    int64_t stream;
    int taken;
    for (stream = 1; stream <= 2; stream++) {
        for (taken = 0; taken < 2; taken++) {
            struct DLManagedTensorVersioned *loan = NULL;
            struct foreign foreign;
            ta_memory memory = foreign_memory(&foreign, plain);
            ta_options options = want_device(HERE);
            ta_tensor *alias = NULL;
            float seen[6] = {0};
            memory.stream = 1;
            if (taken) {
                const ta_source source = ta_source_memory(memory);
                options.stream = stream;
                EXPECT(TA_OK, ta_asarray(&source, &options, &alias, &error));
                lent.stream = -1;
            } else {
                EXPECT(TA_OK, ta_from_array(&memory, &alias, &error));
                lent.stream = stream;
            }
            EXPECT(TA_OK, ta_to_dlpack(alias, &lent, &loan, &error));
            ta_release(alias);
            work_and_let_go(loan, stream, seen);
            CHECK(foreign.releases == 1);
            drain_all(plain);
            CHECK(memcmp(seen, VALUES, sizeof seen) == 0);
        }
    }
    {
        struct foreign foreign;
        ta_memory memory = foreign_memory(&foreign, plain);
        ta_tensor *target = NULL;
        memory.stream = SLOW_STREAM;
        EXPECT(TA_OK, ta_from_array(&memory, &target, &error));
        EXPECT(TA_OK, ta_fill(target, &seven, &error));
        ta_release(target);
        CHECK(foreign.releases == 1);
        drain_all(plain);
        CHECK(shown(&foreign)[0] == 0xdd);
    }
    {
        /* DLPack whose producer was told of the stream, out and back in: nobody waits who need not. */
        ta_tensor *six = six_on(HERE), *alias = NULL, *back = NULL;
        DLTensor described = dl_tensor_of((void *)ta_data(six), DL_F32, 1, six_extents, NULL);
        struct DLManagedTensorVersioned *loan = NULL;
        ta_options options = want_device(HERE);
        float seen[6] = {0};
        int runs, waits;
        described.device.device_type = (DLDeviceType)PLAIN;
        described.device.device_id = 1;
        options.stream = SLOW_STREAM;
        EXPECT(TA_OK, ta_from_dlpack(lend(described, 0, &runs), &options, &alias, &error));
        lent.stream = -1;
        EXPECT(TA_OK, ta_to_dlpack(alias, &lent, &loan, &error));
        EXPECT(TA_OK, ta_from_dlpack(loan, NULL, &back, &error));
        EXPECT(TA_OK, ta_to_dlpack(back, &lent, &loan, &error));
        ta_release(back);
        ta_release(alias);
        waits = plain->synchronizations;
        work_and_let_go(loan, SLOW_STREAM, seen);
        CHECK(runs == 1 && plain->synchronizations == waits + 1);
        CHECK(memcmp(seen, VALUES, sizeof seen) == 0);
        EXPECT(TA_OK, ta_from_dlpack(lend(described, 0, &runs), NULL, &alias, &error));
        waits = plain->synchronizations;
        ta_release(alias);
        CHECK(runs == 1 && plain->synchronizations == waits);
        ta_release(six);
        drain_all(plain);
    }
}

/* A copy that the CPU has to help with is made by the plain device as well, whoever has its type by now. */
static void converted_where_it_is(const ta_tensor *tensor)
{
    ta_options options = want_copy(TA_COPY_ALWAYS);
    ta_tensor *wide, *narrow;
    const int live = plain->live;
    options.dtype = ta_float64();
    wide = derived(tensor, options);
    CHECK(plain->live == live + 1);
    options.dtype = ta_float32();
    narrow = derived(wide, options);
    CHECK(plain->live == live + 2 && holds(narrow, VALUES, 6));
    ta_release(narrow);
    ta_release(wide);
    drain_all(plain);
    CHECK(plain->live == live);
}

/* Nothing new is made, but what there is goes on with the functions that it has, and the host's side
 * stays whole. Who registers the type again has nothing to do with it. */
static void unregistered(void)
{
    static const float filled[] = {7, 7, 7, 7, 7, 7};
    static const int64_t third[] = {2};
    struct test_device *next = device_start();
    const ta_source host = ta_source_memory(memory_of(VALUES, ta_float32(), 1, SIX));
    const ta_options options = want_device(HERE);
    const ta_scalar seven = ta_scalar_int(7);
    struct DLManagedTensorVersioned *loan = NULL;
    ta_export_options on_two = TA_EXPORT_OPTIONS_INIT;
    ta_tensor *six = six_on(HERE), *imported = NULL, *out = NULL, *newer = NULL;
    struct foreign foreign, stray[2];
    ta_memory memory = foreign_memory(&foreign, plain);
    int again;
    EXPECT(TA_OK, ta_from_array(&memory, &imported, &error));
    drain_all(plain);
    EXPECT(TA_OK, ta_device_unregister(PLAIN, &error));
    CHECK(plain->released == 0);
    EXPECT(TA_ERR_DEVICE, ta_asarray(&host, &options, &out, &error));
    EXPECT(TA_ERR_DEVICE, ta_synchronize(HERE, 0, &error));
    CHECK(out == NULL && plain->live == 2);
    on_two.stream = SLOW_STREAM;
    for (again = 0; again < 2; again++) {
        ta_tensor *each[2], *late = NULL;
        int k;
        each[0] = six;
        each[1] = imported;
        if (again) {
            EXPECT(TA_OK, ta_device_register(PLAIN, &next->api, next, &error));
            newer = six_on(HERE);
        }
        for (k = 0; k < 2; k++) {
            float seen[6] = {0};
            ta_scalar item;
            char text[200];
            ta_tensor *copy, *view = NULL;
            EXPECT(TA_OK, ta_item(each[k], third, &item, &error));
            CHECK(item.value.f == 3 && holds(each[k], VALUES, 6));
            EXPECT(TA_OK, ta_repr(each[k], NULL, text, sizeof text, NULL, &error));
            CHECK(strncmp(text, "tensor([1., 2., 3.", 18) == 0);
            copy = derived(each[k], want_copy(TA_COPY_ALWAYS));
            CHECK(ta_device_of(copy).device_type == PLAIN && holds(copy, VALUES, 6));
            converted_where_it_is(each[k]);
            EXPECT(TA_OK, ta_fill(copy, &seven, &error));
            CHECK(holds(copy, filled, 6));
            EXPECT(TA_OK, ta_copy_into(copy, each[k], &error));
            CHECK(holds(copy, VALUES, 6));
            EXPECT(TA_OK, ta_view(each[k], 1, SIX, NULL, 0, &view, &error));
            EXPECT(TA_OK, ta_to_dlpack(view, &on_two, &loan, &error));
            ta_release(view);
            work_and_let_go(loan, SLOW_STREAM, seen);
            /* A loan that comes back is still the first one's. */
            EXPECT(TA_OK, ta_to_dlpack(copy, NULL, &loan, &error));
            ta_release(copy);
            EXPECT(TA_OK, ta_from_dlpack(loan, NULL, &copy, &error));
            CHECK(holds(copy, VALUES, 6));
            if (again) {
                /* From one to the other, through the host: their devices have one number, and are two. */
                EXPECT(TA_OK, ta_fill(newer, &seven, &error));
                EXPECT(TA_OK, ta_copy_into(copy, newer, &error));
                CHECK(holds(copy, filled, 6));
                EXPECT(TA_OK, ta_copy_into(newer, each[k], &error));
                CHECK(holds(newer, VALUES, 6));
            }
            ta_release(copy);
            drain_all(plain);
            CHECK(memcmp(seen, VALUES, sizeof seen) == 0);
        }
        /* Of what came in while nobody had the type, whoever has it is the one to ask. */
        memory = foreign_memory(&stray[again], next);
        if (!again) {
            EXPECT(TA_OK, ta_from_array(&memory, &out, &error));
        } else {
            CHECK(holds(out, VALUES, 6));
            ta_release(out);
            EXPECT(TA_OK, ta_from_array(&memory, &late, &error));
            CHECK(holds(late, VALUES, 6));
            ta_release(late);
        }
    }
    ta_release(newer);
    ta_release(six);
    CHECK(plain->released == 0);
    ta_release(imported);
    CHECK(plain->released == 1 && foreign.releases == 1 && next->released == 0);
    EXPECT(TA_OK, ta_device_unregister(PLAIN, &error));
    CHECK(plain->released == 1 && next->released == 1);
    drain_all(next);
    CHECK(next->live == 0);
    device_stop(next);
    EXPECT(TA_OK, ta_device_unregister(KERNELS, &error));
    CHECK(able->released == 1);
}

int main(void)
{
    plain = device_start();
    plain->api.convert = NULL;
    able = device_start();
    EXPECT(TA_OK, ta_device_list(NULL, 0, &before, &error));
    EXPECT(TA_OK, ta_device_register(PLAIN, &plain->api, plain, &error));
    EXPECT(TA_OK, ta_device_register(KERNELS, &able->api, able, &error));

    what_there_is();
    refused_registrations();
    devices_that_lie();
    there_and_back();
    rearranged();
    from_one_device_to_another();
    from_stream_to_stream();
    an_alias_on_another_stream();
    memory_written_on_a_stream();
    handles_and_offsets();
    carried_without_a_backend();
    let_go_when_read();
    values_and_writes();
    computed_on_the_cpu_alone();
    written_run_by_run();
    lent_to_who_names_no_stream();
    foreign_memory_waits_for_its_consumers();
    every_call_failing_in_turn();
    unregistered();

    drain_all(plain);
    drain_all(able);
    CHECK(plain->live == 0 && able->live == 0 && ta_live_tensors() == 0);
    device_stop(plain);
    device_stop(able);
    return check_end("devices");
}
