/*
 * A process that forks while it has tensors and loans: the child has copies of them, may use and let
 * go its own, and leaves the parent's alone. Large copies work in both, threads and all.
 */
#include "check.h"
#include "facts.h"
#include "hold.h"
#include "lend.h"
#include "make.h"

#include <pthread.h>
#include <sys/wait.h>
#include <unistd.h>

/* Enough elements for a copy on several threads. */
enum { MANY = 5 << 20 };

static const int64_t FOUR[] = {4};

struct held_things {
    ta_tensor *tensor;
    struct DLManagedTensorVersioned *loan;
    int runs;
};

static void *convert_much(void *unused)
{
    static const int64_t many[] = {MANY};
    static unsigned char bytes[MANY];
    const ta_memory memory = memory_of(bytes, ta_uint8(), 1, many);
    const ta_source source = ta_source_memory(memory);
    const ta_options options = want_dtype(ta_float32());
    ta_tensor *tensor = NULL;
    bytes[MANY - 1] = 7;
    EXPECT(TA_OK, ta_asarray(&source, &options, &tensor, &error));
    CHECK(((const float *)ta_data(tensor))[MANY - 1] == 7);
    ta_release(tensor);
    return unused;
}

/* On a thread that ends: Rust keeps a note of each thread that has started others until then, and
 * valgrind takes that of the main thread for lost. */
static void convert_much_on_a_thread(void)
{
    pthread_t thread;
    CHECK(pthread_create(&thread, NULL, convert_much, NULL) == 0);
    CHECK(pthread_join(thread, NULL) == 0);
}

static void use_and_let_go(struct held_things *things)
{
    CHECK(element(things->tensor, 3) == 4);
    convert_much_on_a_thread();
    ta_release(things->tensor);
    CHECK(things->runs == 0);
    things->loan->deleter(things->loan);
    CHECK(things->runs == 1);
}

int main(void)
{
    static const float data[] = {1, 2, 3, 4};
    struct held_things things = {NULL, NULL, 0};
    const ta_source source =
        ta_source_memory(hold_memory(data, sizeof data, ta_float32(), 1, FOUR, &things.runs));
    pid_t child;
    int status = -1;
    ta_export_options read_only = TA_EXPORT_OPTIONS_INIT;
    read_only.flags = TA_EXPORT_READ_ONLY;
    EXPECT(TA_OK, ta_asarray(&source, NULL, &things.tensor, &error));
    EXPECT(TA_OK, ta_to_dlpack(things.tensor, &read_only, &things.loan, &error));
    convert_much_on_a_thread();

    child = fork();
    if (child == 0) {
        use_and_let_go(&things);
        _exit(check_end("fork, the child"));
    }
    CHECK(waitpid(child, &status, 0) == child);
    CHECK(WIFEXITED(status) && WEXITSTATUS(status) == 0);
    CHECK(things.runs == 0);
    use_and_let_go(&things);
    return check_end("fork");
}
