/*
 * CUDA's driver, without a GPU: every function that the library and tests/gpu look for. Two devices
 * whose memory is not where its addresses say, work that is done as late as it may be (see lazy.h), a
 * list of the calls with their streams, and any call made to fail.
 *
 * A kernel is its name: copies of 1 to 8 bytes, float32 to float64, and `delay`. With MOCK_NO_POOLS in
 * the environment the devices have no memory pools. In a forked child nothing works, as with CUDA.
 */
#define _DEFAULT_SOURCE
#include "libcuda.h"
#include "lazy.h"

#include <stdio.h>
#include <unistd.h>

enum { DEVICES = 2, BLOCKS = 256, MEMORY = MOCK_MEMORY, NAME = 64, FUNCTIONS = 256 };
enum { OK = 0, INVALID_VALUE = 1, NO_MEMORY = 2, NOT_INITIALIZED = 3 };
enum { INVALID_CONTEXT = 201, NOT_FOUND = 500, LAUNCH = 719 };
enum { ON_DEVICE = 2, ON_HOST = 1 };

/* Nothing is mapped here. */
static const uint64_t BASE = 0x510000000000u;

struct block {
    uint64_t address;
    size_t bytes;
    int device, kind, is_managed, is_pooled;
};

static unsigned char memory[DEVICES][MEMORY];
static size_t used[DEVICES];
static struct block blocks[BLOCKS];
static char contexts[DEVICES];
static int stack[8], depth;
static int live, events, modules;
/* The process that started the driver. */
static pid_t started;
static int fails_in, calls;
static const char *failed = "";
static char log_text[1 << 16];
static char function_names[FUNCTIONS][NAME];
static int functions;

#define EXPORT __attribute__((visibility("default")))

EXPORT void mock_fail_in(int call) { fails_in = call; }
EXPORT int mock_has_failed(void) { return fails_in == 0; }
EXPORT const char *mock_failed(void) { return failed; }
EXPORT int mock_calls(void) { return calls; }
EXPORT int mock_blocks(void) { return live; }
EXPORT int mock_events(void) { return events; }
EXPORT int mock_modules(void) { return modules; }
EXPORT int mock_depth(void) { return depth; }
EXPORT void mock_clear(void) { log_text[0] = '\0'; }
EXPORT const char *mock_log(void) { return log_text; }

/* Notes a call; not 0 if it is the one to fail. */
static int noted(const char *name, const void *stream)
{
    const size_t length = strlen(log_text);
    calls++;
    if (stream != NULL)
        snprintf(log_text + length, sizeof log_text - length, "%s@%d ", name, (int)(intptr_t)stream);
    else
        snprintf(log_text + length, sizeof log_text - length, "%s ", name);
    if (fails_in == 0 || --fails_in != 0)
        return 0;
    failed = name;
    return 1;
}

#define CALL(name, stream)             \
    do {                               \
        if (noted(name, stream) != 0)  \
            return LAUNCH;             \
        if (getpid() != started)       \
            return NOT_INITIALIZED;    \
    } while (0)

/* Work needs a context that the calling thread is in. */
#define WORK(name, stream)             \
    do {                               \
        CALL(name, stream);            \
        if (depth == 0)                \
            return INVALID_CONTEXT;    \
    } while (0)

/* What a handle means in the context that the calling thread is in. */
static struct stream stream_of(const void *handle)
{
    struct stream stream;
    stream.handle = handle == NULL ? LEGACY : (uintptr_t)handle;
    stream.device = stack[depth - 1];
    return stream;
}

static unsigned char *at(uint64_t address)
{
    const uint64_t offset = address - BASE;
    return &memory[offset / MEMORY][offset % MEMORY];
}

static struct block *block_of(uint64_t address)
{
    int k;
    for (k = 0; k < BLOCKS; k++)
        if (blocks[k].bytes != 0 && address >= blocks[k].address &&
            address < blocks[k].address + blocks[k].bytes)
            return &blocks[k];
    return NULL;
}

static int keep(uint64_t address, size_t bytes, int kind, int is_managed, int is_pooled)
{
    int k;
    for (k = 0; k < BLOCKS && blocks[k].bytes != 0; k++)
        ;
    if (k == BLOCKS)
        return NO_MEMORY;
    blocks[k].address = address;
    blocks[k].bytes = bytes;
    blocks[k].device = depth > 0 ? stack[depth - 1] : 0;
    blocks[k].kind = kind;
    blocks[k].is_managed = is_managed;
    blocks[k].is_pooled = is_pooled;
    live++;
    return OK;
}

static int allocate(uint64_t *out, size_t bytes, int is_managed, int is_pooled)
{
    const int device = stack[depth - 1];
    const size_t room = (bytes + 255) / 256 * 256;
    if (used[device] + room > MEMORY)
        return NO_MEMORY;
    *out = BASE + (uint64_t)device * MEMORY + used[device];
    used[device] += room;
    return keep(*out, bytes, ON_DEVICE, is_managed, is_pooled);
}

/* What is freed is overwritten, in a stream's order or now, and its addresses are not used again. */
static int drop(uint64_t address, int kind, int is_pooled, const struct stream *stream)
{
    struct block *block = block_of(address);
    if (block == NULL || block->address != address || block->kind != kind ||
        block->is_pooled != is_pooled)
        return INVALID_VALUE;
    if (stream != NULL)
        queue_fill(*stream, at(address), 0xdd, block->bytes);
    else if (kind == ON_DEVICE)
        memset(at(address), 0xdd, block->bytes);
    block->bytes = 0;
    live--;
    return OK;
}

EXPORT int cuInit(unsigned flags)
{
    started = getpid();
    CALL("cuInit", NULL);
    return flags == 0 ? OK : INVALID_VALUE;
}

EXPORT int cuGetErrorName(int code, const char **out)
{
    *out = code == LAUNCH ? "CUDA_ERROR_LAUNCH_FAILED" : NULL;
    return *out == NULL ? INVALID_VALUE : OK;
}

EXPORT int cuGetErrorString(int code, const char **out)
{
    *out = code == LAUNCH ? "unspecified launch failure" : NULL;
    return *out == NULL ? INVALID_VALUE : OK;
}

EXPORT int cuDeviceGetCount(int *out)
{
    CALL("cuDeviceGetCount", NULL);
    *out = DEVICES;
    return OK;
}

EXPORT int cuDeviceGet(int *out, int ordinal)
{
    CALL("cuDeviceGet", NULL);
    *out = ordinal;
    return ordinal >= 0 && ordinal < DEVICES ? OK : INVALID_VALUE;
}

EXPORT int cuDeviceGetName(char *out, int room, int device)
{
    CALL("cuDeviceGetName", NULL);
    snprintf(out, (size_t)room, "mock %d", device);
    return OK;
}

EXPORT int cuDeviceTotalMem_v2(size_t *out, int device)
{
    (void)device;
    CALL("cuDeviceTotalMem", NULL);
    *out = MEMORY;
    return OK;
}

EXPORT int cuDeviceGetAttribute(int *out, int which, int device)
{
    (void)device;
    CALL("cuDeviceGetAttribute", NULL);
    *out = which == 75 ? 9 : which == 76 ? 1 : which == 115 ? getenv("MOCK_NO_POOLS") == NULL : -1;
    return *out >= 0 ? OK : INVALID_VALUE;
}

EXPORT int cuDevicePrimaryCtxRetain(void **out, int device)
{
    CALL("cuDevicePrimaryCtxRetain", NULL);
    *out = &contexts[device];
    return OK;
}

EXPORT int cuCtxPushCurrent_v2(void *context)
{
    const long device = (char *)context - contexts;
    if (device < 0 || device >= DEVICES || depth == 8)
        return INVALID_VALUE;
    if (noted("cuCtxPushCurrent", NULL)) {
        forget_work();
        return LAUNCH;
    }
    stack[depth++] = (int)device;
    return OK;
}

/* Undoing does not fail: who could undo that? */
EXPORT int cuCtxPopCurrent_v2(void **out)
{
    if (depth == 0)
        return INVALID_CONTEXT;
    *out = &contexts[stack[--depth]];
    return OK;
}

EXPORT int cuCtxGetDevice(int *out)
{
    CALL("cuCtxGetDevice", NULL);
    if (depth == 0)
        return INVALID_CONTEXT;
    *out = stack[depth - 1];
    return OK;
}

EXPORT int cuCtxSynchronize(void)
{
    wait_for_device(depth > 0 ? stack[depth - 1] : 0);
    WORK("cuCtxSynchronize", NULL);
    return OK;
}

EXPORT int cuMemGetInfo_v2(size_t *free_bytes, size_t *total)
{
    WORK("cuMemGetInfo", NULL);
    *total = MEMORY;
    *free_bytes = MEMORY - used[stack[depth - 1]];
    return OK;
}

EXPORT int cuMemAlloc_v2(uint64_t *out, size_t bytes)
{
    WORK("cuMemAlloc", NULL);
    return allocate(out, bytes, 0, 0);
}

EXPORT int cuMemFree_v2(uint64_t address)
{
    struct block *block = block_of(address);
    noted("cuMemFree", NULL);
    return drop(address, ON_DEVICE, block != NULL && block->is_pooled, NULL);
}

EXPORT int cuMemAllocAsync(uint64_t *out, size_t bytes, void *stream)
{
    int code;
    WORK("cuMemAllocAsync", stream);
    code = allocate(out, bytes, 0, 1);
    /* Who uses it in another order than the stream's loses what was written. */
    if (code == OK)
        queue_fill(stream_of(stream), at(*out), 0xcc, bytes);
    return code;
}

EXPORT int cuMemFreeAsync(uint64_t address, void *stream)
{
    struct stream order;
    WORK("cuMemFreeAsync", stream);
    order = stream_of(stream);
    return drop(address, ON_DEVICE, 1, &order);
}

EXPORT int cuMemHostAlloc(void **out, size_t bytes, unsigned flags)
{
    (void)flags;
    WORK("cuMemHostAlloc", NULL);
    *out = malloc(bytes);
    return keep((uint64_t)(uintptr_t)*out, bytes, ON_HOST, 0, 0);
}

EXPORT int cuMemFreeHost(void *pointer)
{
    const int code = drop((uint64_t)(uintptr_t)pointer, ON_HOST, 0, NULL);
    noted("cuMemFreeHost", NULL);
    if (code == OK)
        free(pointer);
    return code;
}

EXPORT int cuMemAllocManaged(uint64_t *out, size_t bytes, unsigned flags)
{
    WORK("cuMemAllocManaged", NULL);
    return flags == 1 ? allocate(out, bytes, 1, 0) : INVALID_VALUE;
}

EXPORT int cuMemcpyHtoDAsync_v2(uint64_t to, const void *from, size_t bytes, void *stream)
{
    WORK("cuMemcpyHtoDAsync", stream);
    queue_copy(stream_of(stream), at(to), from, bytes);
    return OK;
}

EXPORT int cuMemcpyDtoHAsync_v2(void *to, uint64_t from, size_t bytes, void *stream)
{
    WORK("cuMemcpyDtoHAsync", stream);
    queue_copy(stream_of(stream), to, at(from), bytes);
    return OK;
}

EXPORT int cuMemcpyDtoDAsync_v2(uint64_t to, uint64_t from, size_t bytes, void *stream)
{
    WORK("cuMemcpyDtoDAsync", stream);
    queue_copy(stream_of(stream), at(to), at(from), bytes);
    return OK;
}

EXPORT int cuMemcpyPeerAsync(uint64_t to, void *to_context, uint64_t from, void *from_context,
                             size_t bytes, void *stream)
{
    WORK("cuMemcpyPeerAsync", stream);
    if (to_context == from_context)
        return INVALID_VALUE;
    queue_copy(stream_of(stream), at(to), at(from), bytes);
    return OK;
}

EXPORT int cuPointerGetAttribute(void *out, int which, uint64_t address)
{
    const struct block *block = block_of(address);
    CALL("cuPointerGetAttribute", NULL);
    if (block == NULL)
        return INVALID_VALUE;
    switch (which) {
    case 2:
        *(unsigned *)out = (unsigned)block->kind;
        return OK;
    case 8:
        *(unsigned char *)out = (unsigned char)block->is_managed;
        return OK;
    case 9:
        *(int *)out = block->device;
        return OK;
    default:
        return INVALID_VALUE;
    }
}

EXPORT int cuStreamSynchronize(void *stream)
{
    /* Work that failed is over, too. */
    if (depth > 0)
        wait_for_stream(stream_of(stream));
    WORK("cuStreamSynchronize", stream);
    return OK;
}

EXPORT int cuStreamWaitEvent(void *stream, void *event, unsigned flags)
{
    (void)flags;
    WORK("cuStreamWaitEvent", stream);
    queue_wait(stream_of(stream), *(struct point *)event);
    return OK;
}

EXPORT int cuEventCreate(void **out, unsigned flags)
{
    WORK("cuEventCreate", NULL);
    if (flags != 2)
        return INVALID_VALUE;
    *out = calloc(1, sizeof(struct point));
    events++;
    return OK;
}

EXPORT int cuEventRecord(void *event, void *stream)
{
    struct point *point = event;
    WORK("cuEventRecord", stream);
    point->stream = stream_of(stream);
    point->number = works;
    return OK;
}

EXPORT int cuEventDestroy_v2(void *event)
{
    noted("cuEventDestroy", NULL);
    free(event);
    events--;
    return OK;
}

EXPORT int cuModuleLoadData(void **out, const void *image)
{
    const char *name;
    WORK("cuModuleLoadData", NULL);
    name = strstr(image, ".visible .entry ");
    if (name == NULL || functions == FUNCTIONS || strncmp(image, ".version", 8) != 0)
        return INVALID_VALUE;
    name += strlen(".visible .entry ");
    snprintf(function_names[functions], NAME, "%.*s", (int)strcspn(name, "("), name);
    *out = function_names[functions++];
    modules++;
    return OK;
}

EXPORT int cuModuleUnload(void *module)
{
    (void)module;
    modules--;
    return OK;
}

EXPORT int cuModuleGetFunction(void **out, void *module, const char *name)
{
    WORK("cuModuleGetFunction", NULL);
    *out = module;
    return strcmp(module, name) == 0 ? OK : NOT_FOUND;
}

#define PARAMETER(k) (work->parameters[k])

static void run_kernel(const struct work *work)
{
    int rank = 0, bits = 0;
    const int widens = sscanf(work->kernel, "tarray_f32_f64_%d", &rank) == 1;
    uint64_t number;
    if (!widens)
        sscanf(work->kernel, "tarray_b%d_b%*d_%d", &bits, &rank);
    for (number = 0; number < PARAMETER(2); number++) {
        uint64_t rest = number, to = PARAMETER(0), from = PARAMETER(1);
        int axis;
        for (axis = rank - 1; axis >= 0; axis--) {
            const uint64_t extent = PARAMETER(3 + axis);
            from += rest % extent * PARAMETER(3 + rank + axis);
            to += rest % extent * PARAMETER(3 + 2 * rank + axis);
            rest /= extent;
        }
        if (widens) {
            float value;
            double wide;
            memcpy(&value, at(from), sizeof value);
            wide = value;
            memcpy(at(to), &wide, sizeof wide);
        } else {
            memcpy(at(to), at(from), (size_t)bits / 8);
        }
    }
}

EXPORT int cuLaunchKernel(void *function, unsigned grid_x, unsigned grid_y, unsigned grid_z,
                          unsigned block_x, unsigned block_y, unsigned block_z, unsigned shared,
                          void *stream, void **parameters, void **extra)
{
    const char *name = function;
    struct work *work;
    int rank = 0, k;
    WORK("cuLaunchKernel", stream);
    if (grid_y * grid_z * block_y * block_z != 1 || grid_x * block_x == 0 || shared || extra)
        return INVALID_VALUE;
    /* All work takes as long as can be. */
    if (strcmp(name, "delay") == 0)
        return OK;
    if (sscanf(name, "tarray_f32_f64_%d", &rank) != 1 &&
        sscanf(name, "tarray_b%*d_b%*d_%d", &rank) != 1)
        return NOT_FOUND;
    work = add_work(stream_of(stream), run_kernel);
    work->kernel = name;
    for (k = 0; k < 3 + 3 * rank; k++)
        work->parameters[k] = *(uint64_t *)parameters[k];
    return OK;
}

EXPORT int cuStreamCreate(void **out, unsigned flags)
{
    static uintptr_t made = 0x1000;
    WORK("cuStreamCreate", NULL);
    if (flags != 1)
        return INVALID_VALUE;
    *out = (void *)made++;
    return OK;
}

EXPORT int cuStreamDestroy_v2(void *stream)
{
    WORK("cuStreamDestroy", stream);
    return OK;
}

EXPORT int cuMemsetD8Async(uint64_t to, unsigned char byte, size_t bytes, void *stream)
{
    WORK("cuMemsetD8Async", stream);
    queue_fill(stream_of(stream), at(to), byte, bytes);
    return OK;
}
