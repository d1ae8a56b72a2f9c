/* Handles on many threads: retained, lent and released at once, let go once. */
#include "check.h"
#include "lend.h"
#include "make.h"

#include <pthread.h>

enum { THREADS = 8, ROUNDS = 2000 };

static int releases;

static void count_release(void *owner)
{
    (void)owner;
    __atomic_add_fetch(&releases, 1, __ATOMIC_SEQ_CST);
}

struct visitor {
    pthread_t thread;
    ta_tensor *share;
    int failures;
};

static int lend_once(const ta_tensor *tensor)
{
    struct DLManagedTensorVersioned *loan = NULL;
    struct DLManagedTensor *legacy = NULL;
    ta_export_options read_only = TA_EXPORT_OPTIONS_INIT;
    read_only.flags = TA_EXPORT_READ_ONLY;
    if (ta_to_dlpack(tensor, NULL, &loan, NULL) != TA_OK)
        return 0;
    loan->deleter(loan);
    if (ta_to_dlpack(tensor, &read_only, &loan, NULL) != TA_OK)
        return 0;
    loan->deleter(loan);
    if (ta_to_dlpack_legacy(tensor, NULL, &legacy, NULL) != TA_OK)
        return 0;
    legacy->deleter(legacy);
    return 1;
}

static int derive_once(const ta_tensor *tensor)
{
    static const int64_t two[] = {2};
    ta_tensor *view = NULL, *copy = NULL;
    ta_scalar item;
    const int64_t index[] = {1};
    int right;
    if (ta_view(tensor, 1, two, NULL, 1, &view, NULL) != TA_OK)
        return 0;
    if (ta_copy(view, NULL, &copy, NULL) != TA_OK) {
        ta_release(view);
        return 0;
    }
    right = ta_item(copy, index, &item, NULL) == TA_OK && item.value.f == 3;
    ta_release(view);
    ta_release(copy);
    return right;
}

static void *visit(void *argument)
{
    struct visitor *visitor = argument;
    int round;
    for (round = 0; round < ROUNDS; round++) {
        ta_tensor *mine = ta_retain(visitor->share);
        visitor->failures += !lend_once(mine) + !derive_once(mine);
        ta_release(mine);
    }
    ta_release(visitor->share);
    return NULL;
}

static void let_go_once(void)
{
    static const int64_t four[] = {4};
    static float data[] = {1, 2, 3, 4};
    struct visitor visitors[THREADS];
    ta_memory memory = memory_of(data, ta_float32(), 1, four);
    ta_tensor *tensor = NULL;
    int k;
    memory.release = count_release;
    EXPECT(TA_OK, ta_from_array(&memory, &tensor, &error));

    for (k = 0; k < THREADS; k++) {
        visitors[k].share = ta_retain(tensor);
        visitors[k].failures = 0;
        CHECK(pthread_create(&visitors[k].thread, NULL, visit, &visitors[k]) == 0);
    }
    ta_release(tensor);
    for (k = 0; k < THREADS; k++) {
        pthread_join(visitors[k].thread, NULL);
        CHECK(visitors[k].failures == 0);
    }
    CHECK(releases == 1);
}

static void *let_go(void *tensor)
{
    ta_release(tensor);
    return NULL;
}

/* A host that must not be called on another thread finds out by itself. */
static void a_mark_instead_of_a_callback(void)
{
    static const int64_t four[] = {4};
    static float data[] = {1, 2, 3, 4};
    int32_t released = 0;
    pthread_t thread;
    ta_memory memory = memory_of(data, ta_float32(), 1, four);
    ta_tensor *tensor = NULL;
    memory.owner = &released;
    memory.release = ta_mark_released;
    EXPECT(TA_OK, ta_from_array(&memory, &tensor, &error));
    CHECK(released == 0);

    CHECK(pthread_create(&thread, NULL, let_go, tensor) == 0);
    pthread_join(thread, NULL);

    CHECK(released == 1);
}

int main(void)
{
    let_go_once();
    a_mark_instead_of_a_callback();
    return check_end("threads");
}
