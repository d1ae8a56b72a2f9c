/*
 * What a call of the C ABI costs when no bytes move to speak of.
 *
 * Plainly built, it prints for each row the least and the median nanoseconds of a call. Built with
 * -DCOUNT and run under callgrind (--instr-atstart=no), it dumps the instructions of ROUND calls
 * of each row under the row's name, and prints how many allocations one call makes: both are the
 * same on every run, where times are not.
 */
#define _GNU_SOURCE

#include <stdio.h>
#include <stdlib.h>
#include <time.h>

#include "tarray.h"
#include "tarray_dlpack.h"

enum { ROUND = 1000, ROUNDS = 400 };

static float floats[12];
static int64_t shape[] = {3, 4}, strides[] = {4, 1};
static ta_tensor *tensor;
static struct DLManagedTensorVersioned lent;
static ta_source memory, same, buffer, scalar, typed_scalar, sequence;

static void must(ta_status status)
{
    if (status != TA_OK) {
        fprintf(stderr, "a call failed: %s\n", ta_status_name(status));
        exit(1);
    }
}

static void nothing(struct DLManagedTensorVersioned *self) { (void)self; }

static ta_status three(void *user_data, size_t *out, ta_error *err)
{
    (void)user_data, (void)err;
    *out = 3;
    return TA_OK;
}

static ta_status one(void *user_data, size_t index, ta_source *out, ta_error *err)
{
    (void)user_data, (void)err;
    *out = ta_source_float(floats[index]);
    return TA_OK;
}

static ta_status some(void *user_data, size_t start, size_t count, ta_scalar *out, size_t *written,
                      ta_error *err)
{
    (void)user_data, (void)err;
    for (*written = 0; *written < count; ++*written)
        out[*written] = ta_scalar_float(floats[start + *written]);
    return TA_OK;
}

static void prepare_sources(void)
{
    static const ta_sequence_vtable vtable = {sizeof vtable, three, one, some};
    static const double half = 0.5;
    ta_memory described = TA_MEMORY_INIT;
    ta_buffer bytes = TA_BUFFER_INIT;
    described.data = floats;
    described.dtype = ta_float32();
    described.ndim = 2;
    described.shape = shape;
    bytes.data = floats;
    bytes.size_bytes = sizeof floats;
    memory = ta_source_memory(described);
    buffer = ta_source_buffer(bytes);
    scalar = ta_source_float(0.5);
    typed_scalar = ta_source_typed_scalar(&half, ta_float64());
    sequence = ta_source_sequence(&vtable, NULL);
    must(ta_asarray(&memory, NULL, &tensor, NULL));
    same = ta_source_tensor(tensor);
}

static void prepare_lent(void)
{
    lent.version.major = 1;
    lent.version.minor = 3;
    lent.deleter = nothing;
    lent.dl_tensor.data = floats;
    lent.dl_tensor.device.device_type = kDLCPU;
    lent.dl_tensor.ndim = 2;
    lent.dl_tensor.dtype.code = kDLFloat;
    lent.dl_tensor.dtype.bits = 32;
    lent.dl_tensor.dtype.lanes = 1;
    lent.dl_tensor.shape = shape;
    lent.dl_tensor.strides = strides;
}

static void retain_release(void) { ta_release(ta_retain(tensor)); }

static void to_dlpack(void)
{
    struct DLManagedTensorVersioned *loan;
    must(ta_to_dlpack(tensor, NULL, &loan, NULL));
    loan->deleter(loan);
}

static void to_dlpack_read_only(void)
{
    ta_export_options options = TA_EXPORT_OPTIONS_INIT;
    struct DLManagedTensorVersioned *loan;
    options.flags = TA_EXPORT_READ_ONLY;
    must(ta_to_dlpack(tensor, &options, &loan, NULL));
    loan->deleter(loan);
}

static void from_dlpack(void)
{
    ta_tensor *taken;
    must(ta_from_dlpack(&lent, NULL, &taken, NULL));
    ta_release(taken);
}

static void dlpack_round_trip(void)
{
    struct DLManagedTensorVersioned *loan;
    ta_tensor *taken;
    must(ta_from_dlpack(&lent, NULL, &taken, NULL));
    must(ta_to_dlpack(taken, NULL, &loan, NULL));
    ta_release(taken);
    loan->deleter(loan);
}

static void own_loan(void)
{
    struct DLManagedTensorVersioned *loan;
    ta_tensor *taken;
    must(ta_to_dlpack(tensor, NULL, &loan, NULL));
    must(ta_from_dlpack(loan, NULL, &taken, NULL));
    ta_release(taken);
}

static void of(const ta_source *source, const ta_options *options)
{
    ta_tensor *made;
    must(ta_asarray(source, options, &made, NULL));
    ta_release(made);
}

static void asarray_memory(void) { of(&memory, NULL); }
static void asarray_tensor(void) { of(&same, NULL); }
static void asarray_buffer(void) { of(&buffer, NULL); }
static void asarray_scalar(void) { of(&scalar, NULL); }
static void asarray_typed_scalar(void) { of(&typed_scalar, NULL); }
static void asarray_sequence(void) { of(&sequence, NULL); }

static void asarray_memory_options(void)
{
    ta_options options = TA_OPTIONS_INIT;
    options.dtype = ta_float32();
    options.copy = TA_COPY_NEVER;
    of(&memory, &options);
}

static void copy(void)
{
    ta_tensor *made;
    must(ta_copy(tensor, NULL, &made, NULL));
    ta_release(made);
}

static void copy_converted(void)
{
    ta_options options = TA_OPTIONS_INIT;
    ta_tensor *made;
    options.dtype = ta_float64();
    must(ta_copy(tensor, &options, &made, NULL));
    ta_release(made);
}

static void view(void)
{
    static const int64_t row[] = {4};
    ta_tensor *made;
    must(ta_view(tensor, 1, row, NULL, 4, &made, NULL));
    ta_release(made);
}

static void describe(void)
{
    ta_info info = TA_INFO_INIT;
    must(ta_describe(tensor, &info, NULL));
}

static const struct row {
    const char *name;
    void (*call)(void);
} rows[] = {
    {"retain + release", retain_release},
    {"to_dlpack + deleter", to_dlpack},
    {"to_dlpack read-only + deleter", to_dlpack_read_only},
    {"from_dlpack + release", from_dlpack},
    {"from_dlpack + to_dlpack + both releases", dlpack_round_trip},
    {"to_dlpack + from_dlpack of it + release", own_loan},
    {"asarray memory + release", asarray_memory},
    {"asarray memory with options + release", asarray_memory_options},
    {"asarray tensor + release", asarray_tensor},
    {"asarray buffer + release", asarray_buffer},
    {"asarray scalar + release", asarray_scalar},
    {"asarray typed scalar + release", asarray_typed_scalar},
    {"asarray sequence of 3 + release", asarray_sequence},
    {"copy of (3, 4) + release", copy},
    {"copy of (3, 4) to float64 + release", copy_converted},
    {"view + release", view},
    {"describe", describe},
};

enum { ROWS = sizeof rows / sizeof *rows };

#ifdef COUNT

#include <valgrind/callgrind.h>

void *__libc_malloc(size_t size);
void *__libc_memalign(size_t alignment, size_t size);

static size_t allocations;

void *malloc(size_t size)
{
    allocations++;
    return __libc_malloc(size);
}

int posix_memalign(void **out, size_t alignment, size_t size)
{
    allocations++;
    *out = __libc_memalign(alignment, size);
    return *out == NULL;
}

void *aligned_alloc(size_t alignment, size_t size)
{
    allocations++;
    return __libc_memalign(alignment, size);
}

static void measure(const struct row *row)
{
    int i;
    row->call();
    allocations = 0;
    CALLGRIND_START_INSTRUMENTATION;
    CALLGRIND_ZERO_STATS;
    for (i = 0; i < ROUND; i++)
        row->call();
    CALLGRIND_DUMP_STATS_AT(row->name);
    CALLGRIND_STOP_INSTRUMENTATION;
    printf("%s\t%zu\n", row->name, allocations / ROUND);
}

#else

static double now(void)
{
    struct timespec time;
    clock_gettime(CLOCK_MONOTONIC, &time);
    return 1e9 * (double)time.tv_sec + (double)time.tv_nsec;
}

static int ascending(const void *a, const void *b)
{
    const double x = *(const double *)a, y = *(const double *)b;
    return (x > y) - (x < y);
}

static void measure(const struct row *row)
{
    double times[ROUNDS];
    int round, i;
    for (round = 0; round < ROUNDS; round++) {
        const double start = now();
        for (i = 0; i < ROUND; i++)
            row->call();
        times[round] = (now() - start) / ROUND;
    }
    qsort(times, ROUNDS, sizeof *times, ascending);
    printf("%s\t%.1f\t%.1f\n", row->name, times[0], times[ROUNDS / 2]);
}

#endif

int main(void)
{
    int row;
    prepare_sources();
    prepare_lent();
    for (row = 0; row < ROWS; row++)
        measure(&rows[row]);
    ta_release(tensor);
    return ta_live_tensors() != 0;
}
