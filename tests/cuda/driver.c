/* CUDA over a driver that is none: what is called, in which order, and what happens when it fails. */
#include "libcuda.h"

#include "check.h"
#include "lend.h"
#include "make.h"

#include <sys/wait.h>
#include <unistd.h>

/* Of the driver, for what a program does with it beside the library. */
int cuDevicePrimaryCtxRetain(void **context, int device);
int cuCtxPushCurrent_v2(void *context);
int cuCtxPopCurrent_v2(void **context);

static const int64_t SIX[] = {6}, TWO_THREE[] = {2, 3}, ACROSS[] = {1, 2};
static const float VALUES[] = {1, 2, 3, 4, 5, 6};

static ta_options want_device(int32_t type, int32_t index)
{
    ta_options options = TA_OPTIONS_INIT;
    options.device = ta_device_make(type, index);
    return options;
}

static ta_tensor *six_on(int32_t type, int32_t index)
{
    const ta_memory memory = memory_of(VALUES, ta_float32(), 1, SIX);
    return made(ta_source_memory(memory), want_device(type, index));
}

static int holds(const ta_tensor *tensor, const float *want)
{
    ta_tensor *host = derived(tensor, want_device(TA_DEVICE_CPU, 0));
    const int same = memcmp(ta_data(host), want, sizeof VALUES) == 0;
    ta_release(host);
    return same;
}

static ta_info facts_of(const ta_tensor *tensor)
{
    ta_info info = TA_INFO_INIT;
    EXPECT(TA_OK, ta_describe(tensor, &info, &error));
    return info;
}

/* The calls since mock_clear(), without those that enter contexts. */
static const char *calls(void)
{
    static char said[4096];
    const char *from = mock_log();
    char *to = said;
    while (*from != '\0') {
        const size_t length = strcspn(from, " ") + 1;
        if (strncmp(from, "cuCtxPush", 9) != 0) {
            memcpy(to, from, length);
            to += length;
        }
        from += length;
    }
    *to = '\0';
    return said;
}

#define CALLS(want)                                                      \
    do {                                                                 \
        if (!CHECK(strcmp(calls(), want) == 0))                          \
            fprintf(stderr, "called: %s\n  want: %s\n", calls(), want);  \
        mock_clear();                                                    \
    } while (0)

static void what_there_is(void)
{
    ta_device devices[4], device;
    ta_device_info info = TA_DEVICE_INFO_INIT;
    size_t count = 0;
    EXPECT(TA_OK, ta_device_list(devices, 4, &count, &error));
    CHECK(count == 3 && devices[2].device_type == TA_DEVICE_CUDA && devices[2].index == 1);
    EXPECT(TA_OK, ta_device_describe(ta_device_make(TA_DEVICE_CUDA, 1), &info, &error));
    CHECK(strcmp(info.name, "mock 1") == 0 && info.capability_major == 9);
    CHECK(info.capability_minor == 1 && info.total_bytes == MOCK_MEMORY && info.free_bytes != 0);
    EXPECT(TA_ERR_DEVICE, ta_device_describe(ta_device_make(TA_DEVICE_CUDA, 2), &info, &error));
    CHECK(message_has("there is: cpu, cuda:0, cuda:1"));
    EXPECT(TA_ERR_DEVICE, ta_device_of_address(TA_DEVICE_CUDA, &info, &device, &error));
    EXPECT(TA_OK, ta_synchronize(ta_device_make(TA_DEVICE_CUDA, 0), 0, &error));
}

/* `cuda` without a number is the device that the thread has chosen, whose context stays the current one. */
static void the_current_device(void)
{
    void *context = NULL;
    ta_tensor *six;
    CHECK(cuDevicePrimaryCtxRetain(&context, 1) == 0 && cuCtxPushCurrent_v2(context) == 0);
    six = six_on(TA_DEVICE_CUDA, -1);
    CHECK(ta_device_of(six).index == 1 && mock_depth() == 1);
    ta_release(six);
    CHECK(cuCtxPopCurrent_v2(&context) == 0 && mock_depth() == 0);
    six = six_on(TA_DEVICE_CUDA, -1);
    CHECK(ta_device_of(six).index == 0);
    ta_release(six);
}

static void there_and_back(void)
{
    ta_tensor *there, *back;
    mock_clear();
    there = six_on(TA_DEVICE_CUDA, -1);
    CALLS("cuCtxGetDevice cuMemAllocAsync@1 cuMemcpyHtoDAsync@1 cuStreamSynchronize@1 ");
    CHECK(ta_device_of(there).index == 0 && facts_of(there).provenance.staged == 0);
    back = derived(there, want_device(TA_DEVICE_CPU, 0));
    CALLS("cuMemcpyDtoHAsync@1 cuStreamSynchronize@1 ");
    CHECK(memcmp(ta_data(back), VALUES, sizeof VALUES) == 0);
    ta_release(back);
    ta_release(there);
    CALLS("cuMemFreeAsync@1 ");
    CHECK(mock_blocks() == 0);
}

/* A kernel that is compiled once, a copy on the consumer's stream, and nobody on the host waits. */
static void converted_on_a_stream(void)
{
    ta_tensor *six = six_on(TA_DEVICE_CUDA, 0), *across = NULL, *wide, *again, *back;
    ta_options options = want_device(TA_DEVICE_CUDA, 0);
    EXPECT(TA_OK, ta_view(six, 2, TWO_THREE, ACROSS, 0, &across, &error));
    options.dtype = ta_float64();
    options.stream = 32;
    options.flags = TA_WANT_CONTIGUOUS;
    mock_clear();
    wide = derived(across, options);
    CALLS("cuMemAllocAsync@32 cuModuleLoadData cuModuleGetFunction cuLaunchKernel@32 ");
    CHECK(facts_of(wide).stream == 32 && facts_of(wide).provenance.staged == 0);
    again = derived(across, options);
    CALLS("cuMemAllocAsync@32 cuLaunchKernel@32 ");
    back = derived(wide, want_device(TA_DEVICE_CPU, 0));
    CALLS("cuMemcpyDtoHAsync@32 cuStreamSynchronize@32 ");
    CHECK(((const double *)ta_data(back))[1] == 3 && ((const double *)ta_data(back))[3] == 2);
    ta_release(back);
    ta_release(again);
    CALLS("cuMemFreeAsync@32 ");
    ta_release(wide);
    ta_release(across);
    /* What stream 32 read is free only when it has been read. */
    mock_clear();
    ta_release(six);
    CALLS("cuEventCreate cuEventRecord@32 cuStreamWaitEvent@1 cuEventDestroy cuMemFreeAsync@1 ");
    CHECK(mock_blocks() == 0 && mock_events() == 0);
}

static void handed_to_another_stream(void)
{
    ta_tensor *six = six_on(TA_DEVICE_CUDA, 0), *copy;
    ta_options options = want_device(TA_DEVICE_CUDA, 0);
    ta_export_options lent = TA_EXPORT_OPTIONS_INIT;
    struct DLManagedTensorVersioned *loan = NULL;
    options.copy = TA_COPY_ALWAYS;
    options.stream = 32;
    copy = derived(six, options);
    mock_clear();
    lent.stream = 48;
    EXPECT(TA_OK, ta_to_dlpack(copy, &lent, &loan, &error));
    CALLS("cuEventCreate cuEventRecord@32 cuStreamWaitEvent@48 cuEventDestroy ");
    CHECK(loan->dl_tensor.data == ta_data(copy) && (loan->flags & DLPACK_FLAG_BITMASK_IS_COPIED) == 0);
    ta_release(copy);
    CALLS("");
    loan->deleter(loan);
    CALLS("cuEventCreate cuEventRecord@48 cuStreamWaitEvent@32 cuEventDestroy cuMemFreeAsync@32 ");
    /* The stream of each thread is the one of all when another thread waits for it. */
    options.stream = 2;
    copy = derived(six, options);
    CHECK(facts_of(copy).stream == 1);
    mock_clear();
    ta_release(copy);
    CALLS("cuMemFreeAsync@1 ");
    ta_release(six);
}

/* A consumer on its own stream sees what another stream was to do first, on this device and another. */
static void seen_on_another_stream(void)
{
    ta_tensor *six = six_on(TA_DEVICE_CUDA, 0), *copy, *taken = NULL;
    ta_options options = want_device(TA_DEVICE_CUDA, 0);
    ta_export_options lent = TA_EXPORT_OPTIONS_INIT;
    struct DLManagedTensorVersioned *loan = NULL;
    options.copy = TA_COPY_ALWAYS;
    options.stream = 32;
    copy = derived(six, options);
    lent.stream = 48;
    EXPECT(TA_OK, ta_to_dlpack(copy, &lent, &loan, &error));
    options = want_device(TA_DEVICE_CUDA, 0);
    options.stream = 48;
    EXPECT(TA_OK, ta_from_dlpack(loan, &options, &taken, &error));
    CHECK(holds(taken, VALUES));
    ta_release(taken);
    ta_release(copy);

    /* Who names no stream works on the default one. */
    options.copy = TA_COPY_ALWAYS;
    copy = derived(six, options);
    mock_clear();
    EXPECT(TA_OK, ta_to_dlpack(copy, NULL, &loan, &error));
    CALLS("cuEventCreate cuEventRecord@48 cuStreamWaitEvent@1 cuEventDestroy ");
    EXPECT(TA_OK, ta_from_dlpack(loan, NULL, &taken, &error));
    CHECK(facts_of(taken).stream == 1 && holds(taken, VALUES));
    ta_release(taken);

    taken = derived(copy, want_device(TA_DEVICE_CUDA, 1));
    CHECK(holds(taken, VALUES));
    ta_release(taken);
    ta_release(copy);
    ta_release(six);
    CHECK(mock_blocks() == 0 && mock_events() == 0);
}

/* Given back when the consumer is done with it, and not before. */
static void freed_behind_the_consumer(void)
{
    ta_tensor *six = six_on(TA_DEVICE_CUDA, 0), *copy;
    ta_options options = want_device(TA_DEVICE_CUDA, 0);
    options.copy = TA_COPY_ALWAYS;
    options.stream = 32;
    copy = derived(six, options);
    ta_release(six);
    /* What frees it has been queued on its stream, and that is done first. */
    EXPECT(TA_OK, ta_synchronize(ta_device_make(TA_DEVICE_CUDA, 0), 1, &error));
    CHECK(holds(copy, VALUES));
    ta_release(copy);
    CHECK(mock_blocks() == 0);
}

/* kDLCUDAHost and kDLCUDAManaged, in and out, and from a GPU without a stop in between. */
static void other_memory_as_dlpack(void)
{
    static const int32_t types[] = {TA_DEVICE_CUDA_HOST, TA_DEVICE_CUDA_MANAGED};
    int k;
    for (k = 0; k < 2; k++) {
        ta_tensor *six = six_on(TA_DEVICE_CUDA, 0), *there, *taken = NULL;
        struct DLManagedTensorVersioned *loan = NULL;
        mock_clear();
        there = derived(six, want_device(types[k], 0));
        if (k == 0)
            CALLS("cuMemHostAlloc cuMemcpyDtoHAsync@1 cuStreamSynchronize@1 ");
        CHECK(facts_of(there).provenance.staged == 0);
        EXPECT(TA_OK, ta_to_dlpack(there, NULL, &loan, &error));
        CHECK((int32_t)loan->dl_tensor.device.device_type == types[k]);
        CHECK(loan->dl_tensor.device.device_id == 0 && loan->dl_tensor.data == ta_data(there));
        EXPECT(TA_OK, ta_from_dlpack(loan, NULL, &taken, &error));
        CHECK(ta_data(taken) == ta_data(there) && ta_device_of(taken).device_type == types[k]);
        CHECK(holds(taken, VALUES));
        ta_release(taken);
        ta_release(there);
        ta_release(six);
        CHECK(mock_blocks() == 0);
    }
}

/* Pinned memory that a stream is still to write: the CPU waits for it before it looks, also when it is
 * lent to who names no stream. */
static void pinned_memory_with_work_on_it(void)
{
    ta_tensor *pinned = six_on(TA_DEVICE_CUDA_HOST, 0), *alias;
    ta_options options = want_device(TA_DEVICE_CUDA_HOST, 0);
    struct DLManagedTensorVersioned *loan = NULL;
    static const int64_t third[] = {2};
    ta_scalar item;
    options.stream = 32;
    alias = derived(pinned, options);
    CHECK(ta_data(alias) == ta_data(pinned) && facts_of(alias).stream == 32);
    mock_clear();
    EXPECT(TA_OK, ta_item(alias, third, &item, &error));
    CALLS("cuStreamSynchronize@32 ");
    EXPECT(TA_OK, ta_to_dlpack(alias, NULL, &loan, &error));
    CALLS("cuStreamSynchronize@32 ");
    loan->deleter(loan);
    ta_release(alias);
    ta_release(pinned);
}

static ta_status plugged_count(void *user, int32_t *out, ta_error *err)
{
    (void)user, (void)err;
    *out = 1;
    return TA_OK;
}

static ta_status plugged_allocate(void *user, int32_t index, size_t bytes, int64_t stream, void **out,
                                  ta_error *err)
{
    (void)index, (void)bytes, (void)stream, (void)out, (void)err;
    ++*(int *)user;
    return TA_ERR_OUT_OF_MEMORY;
}

static void plugged_free(void *user, int32_t index, void *data, size_t bytes, int64_t stream)
{
    (void)index, (void)data, (void)bytes, (void)stream;
    ++*(int *)user;
}

static ta_status plugged_copy(void *user, const ta_place *target, const ta_place *source, size_t bytes,
                              int64_t stream, ta_error *err)
{
    (void)target, (void)source, (void)bytes, (void)stream, (void)err;
    ++*(int *)user;
    return TA_ERR_DEVICE;
}

static ta_status plugged_synchronize(void *user, int32_t index, int64_t stream, ta_error *err)
{
    (void)index, (void)stream, (void)err;
    ++*(int *)user;
    return TA_ERR_DEVICE;
}

/* A host that takes CUDA's devices over gets what is made from then on: what CUDA made, and what came in
 * as CUDA's, stays with CUDA. */
static void replaced_by_a_host(void)
{
    ta_tensor *six = six_on(TA_DEVICE_CUDA, 0), *imported = NULL, *tensors[2], *out = NULL;
    ta_memory memory = memory_of(ta_data(six), ta_float32(), 1, SIX);
    const ta_source host = ta_source_memory(memory_of(VALUES, ta_float32(), 1, SIX));
    const ta_options there = want_device(TA_DEVICE_CUDA, 0);
    ta_device_api api = TA_DEVICE_API_INIT;
    int asked = 0, k;
    memory.device = ta_device_make(TA_DEVICE_CUDA, 0);
    EXPECT(TA_OK, ta_from_array(&memory, &imported, &error));
    api.count = plugged_count;
    api.allocate = plugged_allocate;
    api.free = plugged_free;
    api.copy = plugged_copy;
    api.synchronize = plugged_synchronize;
    EXPECT(TA_OK, ta_device_register(TA_DEVICE_CUDA, &api, &asked, &error));
    tensors[0] = six;
    tensors[1] = imported;
    for (k = 0; k < 2; k++) {
        ta_tensor *copy;
        mock_clear();
        CHECK(holds(tensors[k], VALUES));
        CALLS("cuMemcpyDtoHAsync@1 cuStreamSynchronize@1 ");
        copy = derived(tensors[k], want_copy(TA_COPY_ALWAYS));
        EXPECT(TA_OK, ta_copy_into(copy, tensors[k], &error));
        CHECK(holds(copy, VALUES));
        ta_release(copy);
    }
    ta_release(imported);
    ta_release(six);
    CHECK(asked == 0 && mock_blocks() == 0);
    EXPECT(TA_ERR_OUT_OF_MEMORY, ta_asarray(&host, &there, &out, &error));
    CHECK(asked == 1);
    EXPECT(TA_OK, ta_device_unregister(TA_DEVICE_CUDA, &error));
}

/* What a fork inherits of CUDA does not work. Everything else does, and the parent's memory stays. */
static void in_a_forked_child(void)
{
    ta_tensor *six = six_on(TA_DEVICE_CUDA, 0);
    int status = 0;
    pid_t child;
    fflush(NULL);
    child = fork();
    if (child == 0) {
        const ta_source host = ta_source_memory(memory_of(VALUES, ta_float32(), 1, SIX));
        const ta_source there = ta_source_tensor(six);
        ta_options options = want_device(TA_DEVICE_CUDA, 0);
        const ta_options back = want_device(TA_DEVICE_CPU, 0);
        ta_tensor *out = NULL;
        ta_device devices[4];
        size_t count = 0;
        check_failures = 0;
        EXPECT(TA_ERR_DEVICE, ta_asarray(&host, &options, &out, &error));
        CHECK(message_has("forked") && message_has("cuda:0") && message_has("there is: cpu"));
        EXPECT(TA_ERR_DEVICE, ta_asarray(&there, &back, &out, &error));
        CHECK(message_has("forked"));
        EXPECT(TA_OK, ta_device_list(devices, 4, &count, &error));
        CHECK(count == 1);
        options.device = ta_device_cpu();
        EXPECT(TA_OK, ta_asarray(&host, &options, &out, &error));
        ta_release(out);
        mock_clear();
        ta_release(six);
        CALLS("");
        CHECK(mock_blocks() == 1 && ta_live_tensors() == 0);
        _exit(check_failures != 0);
    }
    waitpid(child, &status, 0);
    CHECK(WIFEXITED(status) && WEXITSTATUS(status) == 0);
    CHECK(holds(six, VALUES));
    ta_release(six);
    CHECK(mock_blocks() == 0);
}

static void the_other_kinds_of_memory(void)
{
    static const int32_t types[] = {TA_DEVICE_CUDA_HOST, TA_DEVICE_CUDA_MANAGED};
    int k;
    for (k = 0; k < 2; k++) {
        ta_tensor *six = six_on(types[k], -1), *there;
        ta_device device;
        CHECK(ta_device_of(six).device_type == types[k] && ta_device_of(six).index == 0);
        CHECK(holds(six, VALUES));
        EXPECT(TA_OK, ta_device_of_address(TA_DEVICE_CUDA, ta_data(six), &device, &error));
        CHECK(device.device_type == types[k] && device.index == 0);
        there = derived(six, want_device(TA_DEVICE_CUDA, 1));
        CHECK(ta_device_of(there).index == 1 && holds(there, VALUES));
        EXPECT(TA_OK, ta_device_of_address(TA_DEVICE_CUDA, ta_data(there), &device, &error));
        CHECK(device.device_type == TA_DEVICE_CUDA && device.index == 1);
        CHECK(facts_of(there).provenance.staged == 0);
        ta_release(six);
        ta_release(there);
        CHECK(mock_blocks() == 0);
    }
}

static void from_one_gpu_to_another(void)
{
    ta_tensor *six = six_on(TA_DEVICE_CUDA, 0), *there;
    mock_clear();
    there = derived(six, want_device(TA_DEVICE_CUDA, 1));
    CHECK(strstr(mock_log(), "cuMemcpyPeerAsync@1") != NULL);
    CHECK(strstr(mock_log(), "cuStreamWaitEvent@1") != NULL && strstr(mock_log(), "Synchronize") == NULL);
    CHECK(facts_of(there).provenance.staged == 0 && holds(there, VALUES));
    ta_release(six);
    ta_release(there);
    CHECK(mock_blocks() == 0);
}

/* What no kernel does goes through the host, and says so. */
static void staged(void)
{
    ta_tensor *six = six_on(TA_DEVICE_CUDA, 0), *eight;
    ta_options options = want_device(TA_DEVICE_CUDA, 0);
    options.dtype = ta_float8_e5m2();
    eight = derived(six, options);
    CHECK(facts_of(eight).provenance.staged == 1);
    ta_release(six);
    options = want_device(TA_DEVICE_CPU, 0);
    options.dtype = ta_float32();
    six = derived(eight, options);
    CHECK(facts_of(six).provenance.staged == 1 && ((const float *)ta_data(six))[3] == 4);
    ta_release(six);
    ta_release(eight);
}

static void without_pools(void)
{
    ta_tensor *six;
    mock_clear();
    six = six_on(TA_DEVICE_CUDA, 1);
    CHECK(strstr(mock_log(), "cuMemAlloc cuCtxPush") != NULL);
    CHECK(holds(six, VALUES));
    mock_clear();
    ta_release(six);
    CALLS("cuStreamSynchronize@1 cuMemFree ");
    CHECK(mock_blocks() == 0);
}

/* The work of one life, over every function of the driver. */
static ta_status a_life(void)
{
    const ta_source host = ta_source_memory(memory_of(VALUES, ta_float32(), 1, SIX));
    static const int32_t types[] = {TA_DEVICE_CUDA, TA_DEVICE_CUDA_HOST, TA_DEVICE_CUDA_MANAGED};
    ta_device_info info = TA_DEVICE_INFO_INIT;
    ta_tensor *six = NULL, *across = NULL, *wide = NULL, *other = NULL, *back = NULL;
    ta_export_options lent = TA_EXPORT_OPTIONS_INIT;
    struct DLManagedTensorVersioned *loan = NULL;
    ta_device device;
    ta_source source;
    ta_options options = want_device(TA_DEVICE_CUDA, -1);
    ta_status status = ta_asarray(&host, &options, &six, &error);
    int k;
    if (status == TA_OK)
        status = ta_device_describe(ta_device_of(six), &info, &error);
    if (status == TA_OK)
        status = ta_device_of_address(TA_DEVICE_CUDA, ta_data(six), &device, &error);
    if (status == TA_OK)
        status = ta_synchronize(ta_device_of(six), 0, &error);
    if (status == TA_OK)
        status = ta_view(six, 2, TWO_THREE, ACROSS, 0, &across, &error);
    options = want_device(TA_DEVICE_CUDA, 0);
    options.dtype = ta_float64();
    options.stream = 32;
    if (status == TA_OK) {
        source = ta_source_tensor(across);
        status = ta_asarray(&source, &options, &wide, &error);
    }
    lent.stream = 48;
    if (status == TA_OK)
        status = ta_to_dlpack(wide, &lent, &loan, &error);
    options = want_device(TA_DEVICE_CUDA, 1);
    if (status == TA_OK) {
        source = ta_source_tensor(wide);
        status = ta_asarray(&source, &options, &other, &error);
    }
    options = want_device(TA_DEVICE_CPU, 0);
    if (status == TA_OK) {
        source = ta_source_tensor(other);
        status = ta_asarray(&source, &options, &back, &error);
    }
    for (k = 0; k < 3 && status == TA_OK; k++) {
        ta_tensor *copy = NULL, *twin = NULL;
        options = want_device(types[k], 0);
        status = ta_asarray(&host, &options, &copy, &error);
        options.copy = TA_COPY_ALWAYS;
        if (status == TA_OK) {
            source = ta_source_tensor(copy);
            status = ta_asarray(&source, &options, &twin, &error);
        }
        ta_release(copy);
        ta_release(twin);
    }
    ta_release(six);
    ta_release(across);
    ta_release(wide);
    ta_release(other);
    ta_release(back);
    if (loan != NULL)
        loan->deleter(loan);
    return status;
}

/* In a process of its own, so that the driver is started anew. Its exit status: 0 if nothing was
 * wrong, 1 if something was, 2 if the call to fail never came. */
static int with_a_failure(int call)
{
    ta_status status;
    check_reset();
    mock_fail_in(call);
    status = a_life();
    if (!mock_has_failed()) {
        CHECK(status == TA_OK);
        return check_failures != 0 ? 1 : 2;
    }
    /* What gives memory back makes up for a failure where it can. */
    if (status != TA_OK) {
        CHECK(status == TA_ERR_DEVICE || status == TA_ERR_OUT_OF_MEMORY);
        CHECK_ROW(message_has(mock_failed()), mock_failed());
        CHECK(message_has("failed: unspecified launch failure (CUDA_ERROR_LAUNCH_FAILED, 719)"));
    }
    CHECK(mock_events() == 0 && mock_depth() == 0 && ta_live_tensors() == 0);
    /* Only a failure to enter the context can keep memory: then there is no driver to take it. */
    CHECK(mock_blocks() == 0 || strcmp(mock_failed(), "cuCtxPushCurrent") == 0);
    /* The next call is as good as any. */
    CHECK(a_life() == TA_OK);
    return check_failures != 0;
}

static void every_call_failing_in_turn(void)
{
    int call, outcome = 0;
    fflush(NULL);
    for (call = 1; call < 500 && outcome == 0; call++) {
        char row[32];
        int status = 0;
        const pid_t child = fork();
        if (child == 0)
            _exit(with_a_failure(call));
        snprintf(row, sizeof row, "call %d", call);
        waitpid(child, &status, 0);
        outcome = WIFEXITED(status) ? WEXITSTATUS(status) : 1;
        CHECK_ROW(outcome != 1, row);
    }
    CHECK(outcome == 2 && call > 60);
}

int main(void)
{
    every_call_failing_in_turn();
    if (getenv("MOCK_NO_POOLS") != NULL) {
        without_pools();
    } else {
        what_there_is();
        the_current_device();
        there_and_back();
        converted_on_a_stream();
        handed_to_another_stream();
        seen_on_another_stream();
        freed_behind_the_consumer();
        other_memory_as_dlpack();
        pinned_memory_with_work_on_it();
        replaced_by_a_host();
        in_a_forked_child();
        the_other_kinds_of_memory();
        from_one_gpu_to_another();
        staged();
    }
    CHECK(mock_blocks() == 0 && mock_events() == 0 && mock_depth() == 0);
    return check_end("driver");
}
