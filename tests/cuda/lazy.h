/*
 * Streams whose work is done as late as it may be: when somebody waits for it. Who does not wait sees
 * what was there before, always.
 *
 * The two default streams of a device wait for each other, as CUDA's do; other streams are like those
 * that are made with CU_STREAM_NON_BLOCKING. With MOCK_DEAF in the environment no stream waits for an
 * event, with MOCK_HASTY nobody waits for a stream: then the tests over it must fail.
 */
#ifndef LAZY_H
#define LAZY_H

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

enum { LEGACY = 1, PER_THREAD = 2 };

struct stream {
    uintptr_t handle;
    int device;
};

/* A place in a stream: behind all work up to this number. */
struct point {
    struct stream stream;
    long number;
};

struct work {
    struct work *next;
    struct point point;
    void (*run)(const struct work *);
    /* What it is about: each kind of work has its own. */
    unsigned char *to;
    const unsigned char *from;
    size_t bytes;
    int byte;
    struct point behind;
    const char *kernel;
    uint64_t parameters[32];
};

static struct work *first_work, **last_work = &first_work;
static long works;

static int is_same_stream(struct stream a, struct stream b)
{
    return a.handle == b.handle && (a.handle > PER_THREAD || a.device == b.device);
}

/* Whether work on `b` is in the order of `a` too. */
static int is_in_order(struct stream a, struct stream b)
{
    return is_same_stream(a, b) ||
           (a.device == b.device && a.handle <= PER_THREAD && b.handle <= PER_THREAD);
}

static struct work *add_work(struct stream stream, void (*run)(const struct work *))
{
    struct work *added = calloc(1, sizeof *added);
    added->point.stream = stream;
    added->point.number = ++works;
    added->run = run;
    *last_work = added;
    last_work = &added->next;
    return added;
}

/* Takes the first work out that is in the order of a stream up to a point. */
static struct work *next_work(struct point until)
{
    struct work **place, *found;
    for (place = &first_work; *place != NULL; place = &(*place)->next)
        if (is_in_order(until.stream, (*place)->point.stream) &&
            (*place)->point.number <= until.number)
            break;
    found = *place;
    if (found != NULL) {
        *place = found->next;
        if (found->next == NULL)
            last_work = place;
    }
    return found;
}

static void do_work(struct point until)
{
    struct work *next;
    while ((next = next_work(until)) != NULL) {
        next->run(next);
        free(next);
    }
}

/* Waits for a whole stream. */
static void wait_for_stream(struct stream stream)
{
    struct point until;
    until.stream = stream;
    until.number = works;
    if (getenv("MOCK_HASTY") == NULL)
        do_work(until);
}

static void wait_for_device(int device)
{
    const struct work *work = getenv("MOCK_HASTY") == NULL ? first_work : NULL;
    while (work != NULL) {
        if (work->point.stream.device == device) {
            wait_for_stream(work->point.stream);
            work = first_work;
        } else {
            work = work->next;
        }
    }
}

/* A driver that goes down does nothing any more. */
static void forget_work(void)
{
    while (first_work != NULL) {
        struct work *next = first_work->next;
        free(first_work);
        first_work = next;
    }
    last_work = &first_work;
}

static void run_copy(const struct work *work) { memcpy(work->to, work->from, work->bytes); }
static void run_fill(const struct work *work) { memset(work->to, work->byte, work->bytes); }

static void run_wait(const struct work *work)
{
    if (getenv("MOCK_DEAF") == NULL)
        do_work(work->behind);
}

static void queue_copy(struct stream stream, void *to, const void *from, size_t bytes)
{
    struct work *work = add_work(stream, run_copy);
    work->to = to;
    work->from = from;
    work->bytes = bytes;
}

static void queue_fill(struct stream stream, void *to, int byte, size_t bytes)
{
    struct work *work = add_work(stream, run_fill);
    work->to = to;
    work->byte = byte;
    work->bytes = bytes;
}

static void queue_wait(struct stream stream, struct point behind)
{
    add_work(stream, run_wait)->behind = behind;
}

#endif
