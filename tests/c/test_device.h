/*
 * A device that is none: memory that its handles do not lead to, and streams that are threads, each
 * slow enough that whoever does not wait for one sees wrong data.
 *
 * Built with -DWITHOUT_ORDER or -DWITHOUT_SYNCHRONIZE it does not wait where it is told to: then
 * the tests over it must fail.
 */
#ifndef TEST_DEVICE_H
#define TEST_DEVICE_H

#define _DEFAULT_SOURCE
#include <pthread.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <time.h>

#include "tarray.h"

enum { DEVICES = 2, STREAMS = 4, SLOTS = 64, SLOT_BYTES = 4096 };

/* A point in a stream, for who waits for it. */
struct mark {
    pthread_mutex_t lock;
    pthread_cond_t reached;
    int is_reached, users;
};

struct task {
    struct task *next;
    enum { TASK_COPY, TASK_GATHER, TASK_FREE, TASK_REACH, TASK_AWAIT, TASK_END } kind;
    unsigned char *target;
    const unsigned char *source;
    size_t bytes;
    struct mark *mark;
    int slot;
    /* Of a strided copy: elements of float32 to float32 or float64. */
    int ndim, widens;
    int64_t shape[8], target_steps[8], source_steps[8];
};

struct stream {
    pthread_t thread;
    pthread_mutex_t lock;
    pthread_cond_t pushed;
    struct task *first, **last;
};

struct test_device {
    struct stream streams[DEVICES][STREAMS];
    pthread_mutex_t lock;
    unsigned char *memory;
    int taken[SLOTS];
    int owner[SLOTS];
    int live, released;
    /* The call that fails, counted down from here; 0: none. */
    int fails_in;
    int calls, copies, gathers, orders, synchronizations;
    ta_device_api api;
};

/* A handle is a slot's number in clothes: adding to it, or following it, leads nowhere. */
static inline void *handle_of(int slot)
{
    return (void *)(uintptr_t)(0x51070000u + (unsigned)slot * 2 + 1);
}

static inline int slot_of(const void *handle)
{
    return (int)(((uintptr_t)handle - 0x51070000u - 1) / 2);
}

static inline unsigned char *bytes_of(struct test_device *device, const ta_place *place)
{
    if (place->device.device_type == TA_DEVICE_CPU)
        return (unsigned char *)place->data + place->byte_offset;
    return device->memory + (size_t)slot_of(place->data) * SLOT_BYTES + place->byte_offset;
}

static void mark_drop(struct mark *mark)
{
    int left;
    pthread_mutex_lock(&mark->lock);
    left = --mark->users;
    pthread_mutex_unlock(&mark->lock);
    if (left == 0) {
        pthread_mutex_destroy(&mark->lock);
        pthread_cond_destroy(&mark->reached);
        free(mark);
    }
}

static void mark_await(struct mark *mark)
{
    pthread_mutex_lock(&mark->lock);
    while (!mark->is_reached)
        pthread_cond_wait(&mark->reached, &mark->lock);
    pthread_mutex_unlock(&mark->lock);
    mark_drop(mark);
}

static void mark_reach(struct mark *mark)
{
    pthread_mutex_lock(&mark->lock);
    mark->is_reached = 1;
    pthread_cond_broadcast(&mark->reached);
    pthread_mutex_unlock(&mark->lock);
    mark_drop(mark);
}

/* Copies element by element; the index of each axis is counted up like a clock. */
static void gather(const struct task *task)
{
    int64_t index[8] = {0};
    for (;;) {
        const unsigned char *from = task->source;
        unsigned char *to = task->target;
        float value;
        int axis;
        for (axis = 0; axis < task->ndim; axis++) {
            from += index[axis] * task->source_steps[axis];
            to += index[axis] * task->target_steps[axis];
        }
        memcpy(&value, from, sizeof value);
        if (task->widens) {
            const double wide = value;
            memcpy(to, &wide, sizeof wide);
        } else {
            memcpy(to, &value, sizeof value);
        }
        for (axis = task->ndim - 1; axis >= 0; axis--) {
            if (++index[axis] < task->shape[axis])
                break;
            index[axis] = 0;
        }
        if (axis < 0)
            return;
    }
}

/* The stream whose copies take longest: who must wait for it, and does not, comes too early. */
enum { SLOW_STREAM = 2 };

struct worker {
    struct test_device *device;
    struct stream *stream;
    int is_slow;
};

static void *work(void *argument)
{
    const struct worker worker = *(struct worker *)argument;
    const struct timespec slow = {0, worker.is_slow ? 20000000 : 1000000};
    free(argument);
    for (;;) {
        struct task *task;
        int kind;
        pthread_mutex_lock(&worker.stream->lock);
        while (worker.stream->first == NULL)
            pthread_cond_wait(&worker.stream->pushed, &worker.stream->lock);
        task = worker.stream->first;
        worker.stream->first = task->next;
        if (task->next == NULL)
            worker.stream->last = &worker.stream->first;
        pthread_mutex_unlock(&worker.stream->lock);
        kind = (int)task->kind;
        switch (task->kind) {
        case TASK_COPY:
            nanosleep(&slow, NULL);
            memcpy(task->target, task->source, task->bytes);
            break;
        case TASK_GATHER:
            nanosleep(&slow, NULL);
            gather(task);
            break;
        case TASK_FREE:
            pthread_mutex_lock(&worker.device->lock);
            memset(worker.device->memory + (size_t)task->slot * SLOT_BYTES, 0xdd, SLOT_BYTES);
            worker.device->taken[task->slot] = 0;
            worker.device->live--;
            pthread_mutex_unlock(&worker.device->lock);
            break;
        case TASK_REACH:
            mark_reach(task->mark);
            break;
        case TASK_AWAIT:
            mark_await(task->mark);
            break;
        case TASK_END:
            break;
        }
        free(task);
        if (kind == TASK_END)
            return NULL;
    }
}

static void push(struct test_device *device, int index, int64_t number, struct task task)
{
    struct stream *stream = &device->streams[index][number - 1];
    struct task *kept = malloc(sizeof *kept);
    *kept = task;
    kept->next = NULL;
    pthread_mutex_lock(&stream->lock);
    *stream->last = kept;
    stream->last = &kept->next;
    pthread_cond_signal(&stream->pushed);
    pthread_mutex_unlock(&stream->lock);
}

/* Puts a mark behind what is on a stream; `users` look at it, the stream itself included. */
static struct mark *mark_behind(struct test_device *device, int index, int64_t stream, int users)
{
    struct task task;
    struct mark *mark = calloc(1, sizeof *mark);
    pthread_mutex_init(&mark->lock, NULL);
    pthread_cond_init(&mark->reached, NULL);
    mark->users = users;
    memset(&task, 0, sizeof task);
    task.kind = TASK_REACH;
    task.mark = mark;
    push(device, index, stream, task);
    return mark;
}

/* Waits for a stream, whatever the build: for tests that look behind the scenes. */
static void drain(struct test_device *device, int index, int64_t stream)
{
    mark_await(mark_behind(device, index, stream, 2));
}

static void drain_all(struct test_device *device)
{
    int index, stream, round;
    /* A stream may wait for another, and get a task behind that. */
    for (round = 0; round < 2; round++)
        for (index = 0; index < DEVICES; index++)
            for (stream = 1; stream <= STREAMS; stream++)
                drain(device, index, stream);
}

static int fails(struct test_device *device, ta_error *err)
{
    device->calls++;
    if (device->fails_in == 0 || --device->fails_in != 0)
        return 0;
    snprintf(err->message, sizeof err->message, "the test device was told to fail");
    return 1;
}

static ta_status device_count(void *user, int32_t *out, ta_error *err)
{
    if (fails(user, err))
        return TA_ERR_DEVICE;
    *out = DEVICES;
    return TA_OK;
}

static ta_status device_current(void *user, int32_t *out, ta_error *err)
{
    if (fails(user, err))
        return TA_ERR_DEVICE;
    *out = 1;
    return TA_OK;
}

static ta_status device_describe(void *user, int32_t index, ta_device_info *out, ta_error *err)
{
    if (fails(user, err))
        return TA_ERR_DEVICE;
    snprintf(out->name, sizeof out->name, "test device %d", (int)index);
    out->total_bytes = (uint64_t)SLOTS * SLOT_BYTES;
    out->capability_major = 7;
    return TA_OK;
}

static ta_status device_allocate(void *user, int32_t index, size_t bytes, int64_t stream, void **out,
                                 ta_error *err)
{
    struct test_device *device = user;
    int slot;
    (void)stream;
    if (fails(device, err))
        return TA_ERR_OUT_OF_MEMORY;
    pthread_mutex_lock(&device->lock);
    for (slot = 0; slot < SLOTS && device->taken[slot]; slot++)
        ;
    if (slot < SLOTS && bytes <= SLOT_BYTES) {
        device->taken[slot] = 1;
        device->owner[slot] = (int)index;
        device->live++;
        *out = handle_of(slot);
    }
    pthread_mutex_unlock(&device->lock);
    return slot < SLOTS && bytes <= SLOT_BYTES ? TA_OK : TA_ERR_OUT_OF_MEMORY;
}

static void device_free(void *user, int32_t index, void *data, size_t bytes, int64_t stream)
{
    struct task task;
    (void)bytes;
    memset(&task, 0, sizeof task);
    task.kind = TASK_FREE;
    task.slot = slot_of(data);
    push(user, (int)index, stream, task);
}

static ta_status device_copy(void *user, const ta_place *target, const ta_place *source, size_t bytes,
                             int64_t stream, ta_error *err)
{
    struct test_device *device = user;
    const int to_host = target->device.device_type == TA_DEVICE_CPU;
    struct task task;
    if (fails(device, err))
        return TA_ERR_DEVICE;
    device->copies++;
    memset(&task, 0, sizeof task);
    task.kind = TASK_COPY;
    task.target = bytes_of(device, target);
    task.source = bytes_of(device, source);
    task.bytes = bytes;
    push(device, to_host ? source->device.index : target->device.index, stream, task);
    return TA_OK;
}

static ta_status device_convert(void *user, int32_t ndim, const int64_t *shape,
                                const ta_elements *target, const ta_elements *source, int64_t stream,
                                ta_error *err)
{
    struct test_device *device = user;
    struct task task;
    int axis;
    if (fails(device, err))
        return TA_ERR_DEVICE;
    memset(&task, 0, sizeof task);
    task.widens = ta_dtype_equal(target->dtype, ta_float64());
    if (ndim > 8 || !ta_dtype_equal(source->dtype, ta_float32()) ||
        (!task.widens && !ta_dtype_equal(target->dtype, ta_float32())))
        return TA_ERR_UNSUPPORTED;
    device->gathers++;
    task.kind = TASK_GATHER;
    task.target = bytes_of(device, &target->place);
    task.source = bytes_of(device, &source->place);
    task.ndim = (int)ndim;
    for (axis = 0; axis < ndim; axis++) {
        task.shape[axis] = shape[axis];
        task.target_steps[axis] = target->strides_bytes[axis];
        task.source_steps[axis] = source->strides_bytes[axis];
    }
    push(device, target->place.device.index, stream, task);
    return TA_OK;
}

static ta_status device_order(void *user, int32_t first, int64_t first_stream, int32_t second,
                              int64_t second_stream, ta_error *err)
{
    struct test_device *device = user;
    if (fails(device, err))
        return TA_ERR_DEVICE;
    device->orders++;
#ifndef WITHOUT_ORDER
    {
        struct task task;
        memset(&task, 0, sizeof task);
        task.kind = TASK_AWAIT;
        task.mark = mark_behind(device, (int)first, first_stream, 2);
        push(device, (int)second, second_stream, task);
    }
#else
    (void)first, (void)first_stream, (void)second, (void)second_stream;
#endif
    return TA_OK;
}

static ta_status device_synchronize(void *user, int32_t index, int64_t stream, ta_error *err)
{
    struct test_device *device = user;
    device->synchronizations++;
#ifndef WITHOUT_SYNCHRONIZE
    if (stream != 0)
        drain(device, (int)index, stream);
    else
        for (stream = 1; stream <= STREAMS; stream++)
            drain(device, (int)index, stream);
#else
    (void)index, (void)stream;
#endif
    return fails(device, err) ? TA_ERR_DEVICE : TA_OK;
}

static ta_status device_of_address(void *user, const void *address, int32_t *out, ta_error *err)
{
    struct test_device *device = user;
    const int slot = slot_of(address);
    if (fails(device, err))
        return TA_ERR_DEVICE;
    *out = slot >= 0 && slot < SLOTS && device->taken[slot] ? device->owner[slot] : -1;
    return TA_OK;
}

static void device_release(void *user)
{
    ((struct test_device *)user)->released++;
}

/* Starts the streams, and fills in the table. */
static inline struct test_device *device_start(void)
{
    struct test_device *device = calloc(1, sizeof *device);
    int index, number;
    device->memory = mmap(NULL, (size_t)SLOTS * SLOT_BYTES, PROT_READ | PROT_WRITE,
                          MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    pthread_mutex_init(&device->lock, NULL);
    for (index = 0; index < DEVICES; index++) {
        for (number = 0; number < STREAMS; number++) {
            struct stream *stream = &device->streams[index][number];
            struct worker *worker = malloc(sizeof *worker);
            worker->device = device;
            worker->stream = stream;
            worker->is_slow = number + 1 == SLOW_STREAM;
            stream->last = &stream->first;
            pthread_mutex_init(&stream->lock, NULL);
            pthread_cond_init(&stream->pushed, NULL);
            pthread_create(&stream->thread, NULL, work, worker);
        }
    }
    device->api.struct_size = sizeof device->api;
    device->api.count = device_count;
    device->api.current = device_current;
    device->api.describe = device_describe;
    device->api.allocate = device_allocate;
    device->api.free = device_free;
    device->api.copy = device_copy;
    device->api.convert = device_convert;
    device->api.order = device_order;
    device->api.synchronize = device_synchronize;
    device->api.device_of = device_of_address;
    device->api.release = device_release;
    return device;
}

static inline void device_stop(struct test_device *device)
{
    int index, number;
    drain_all(device);
    for (index = 0; index < DEVICES; index++) {
        for (number = 1; number <= STREAMS; number++) {
            struct stream *stream = &device->streams[index][number - 1];
            struct task task;
            memset(&task, 0, sizeof task);
            task.kind = TASK_END;
            push(device, index, number, task);
            pthread_join(stream->thread, NULL);
            pthread_mutex_destroy(&stream->lock);
            pthread_cond_destroy(&stream->pushed);
        }
    }
    pthread_mutex_destroy(&device->lock);
    munmap(device->memory, (size_t)SLOTS * SLOT_BYTES);
    free(device);
}

#endif
