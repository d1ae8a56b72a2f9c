/* A process whose address space is full: a large copy into memory that there is already cannot start
 * a thread, and does all of the work on its caller's. */
#include "check.h"

#include <pthread.h>
#include <sys/resource.h>

enum { COUNT = 16 << 20 };

static float from[COUNT];
static double to[COUNT];

static ta_tensor *over(void *data, ta_dtype dtype)
{
    static const int64_t shape[] = {COUNT};
    ta_memory memory = {0};
    ta_source source;
    ta_tensor *tensor = NULL;
    memory.data = data;
    memory.shape = shape;
    memory.ndim = 1;
    memory.dtype = dtype;
    source = ta_source_memory(memory);
    EXPECT(TA_OK, ta_asarray(&source, NULL, &tensor, &error));
    return tensor;
}

/* Bytes of addresses in use. */
static rlim_t used(void)
{
    FILE *statm = fopen("/proc/self/statm", "r");
    unsigned long pages = 0;
    CHECK(statm != NULL && fscanf(statm, "%lu", &pages) == 1);
    fclose(statm);
    return (rlim_t)pages * 4096;
}

static void *nothing(void *argument) { return argument; }

int main(void)
{
    ta_tensor *source = over(from, ta_float32()), *target = over(to, ta_float64());
    struct rlimit limit, full;
    pthread_t thread;
    size_t wrong = 0;
    for (size_t i = 0; i < COUNT; i++)
        from[i] = (float)(i % 1000);
    CHECK(ta_set_num_threads(4) == TA_OK);
    CHECK(getrlimit(RLIMIT_AS, &limit) == 0);
    full = limit;
    full.rlim_cur = used() + (256 << 10);
    CHECK(setrlimit(RLIMIT_AS, &full) == 0);
    CHECK(pthread_create(&thread, NULL, nothing, NULL) != 0);
    EXPECT(TA_OK, ta_copy_into(target, source, &error));
    CHECK(setrlimit(RLIMIT_AS, &limit) == 0);
    for (size_t i = 0; i < COUNT; i++)
        wrong += to[i] < (double)from[i] || to[i] > (double)from[i];
    CHECK(wrong == 0);
    ta_release(source);
    ta_release(target);
    return check_end("no_threads");
}
