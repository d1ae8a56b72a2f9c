/*
 * OpenCL as a device of tarray: memory is cl_mem, a stream is an in-order cl_command_queue.
 *
 * Stream 1 is the queue of this plug-in; any other number is a queue of the caller's, as
 * (int64_t)(intptr_t)queue. There is one device, of the context given to opencl_register.
 */
#ifndef OPENCL_DEVICE_H
#define OPENCL_DEVICE_H

#define CL_TARGET_OPENCL_VERSION 120
#include <CL/cl.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

#include <tarray.h>

struct opencl {
    cl_context context;
    cl_device_id device;
    cl_command_queue queue;
};

static cl_command_queue opencl_queue(const struct opencl *cl, int64_t stream)
{
    return stream <= 1 ? cl->queue : (cl_command_queue)(intptr_t)stream;
}

/* What a code of OpenCL is to the library. */
static ta_status opencl_status(const char *call, cl_int code, ta_error *err)
{
    if (code == CL_SUCCESS)
        return TA_OK;
    snprintf(err->message, sizeof err->message, "OpenCL: %s failed with code %d", call, (int)code);
    return code == CL_MEM_OBJECT_ALLOCATION_FAILURE || code == CL_OUT_OF_HOST_MEMORY
               ? TA_ERR_OUT_OF_MEMORY
               : TA_ERR_DEVICE;
}

static ta_status opencl_count(void *user, int32_t *out, ta_error *err)
{
    (void)user, (void)err;
    *out = 1;
    return TA_OK;
}

static ta_status opencl_describe(void *user, int32_t index, ta_device_info *out, ta_error *err)
{
    const struct opencl *cl = user;
    cl_ulong bytes = 0;
    cl_int code =
        clGetDeviceInfo(cl->device, CL_DEVICE_NAME, sizeof out->name - 1, out->name, NULL);
    (void)index;
    if (code == CL_SUCCESS)
        code = clGetDeviceInfo(cl->device, CL_DEVICE_GLOBAL_MEM_SIZE, sizeof bytes, &bytes, NULL);
    out->total_bytes = bytes;
    return opencl_status("clGetDeviceInfo", code, err);
}

static ta_status opencl_allocate(void *user, int32_t index, size_t size_bytes, int64_t stream,
                                 void **out, ta_error *err)
{
    const struct opencl *cl = user;
    cl_int code = CL_SUCCESS;
    (void)index, (void)stream;
    *out = clCreateBuffer(cl->context, CL_MEM_READ_WRITE, size_bytes, NULL, &code);
    return opencl_status("clCreateBuffer", code, err);
}

/* OpenCL itself keeps a buffer until the commands that use it are done. */
static void opencl_free(void *user, int32_t index, void *data, size_t size_bytes, int64_t stream)
{
    (void)user, (void)index, (void)size_bytes, (void)stream;
    clReleaseMemObject(data);
}

static ta_status opencl_copy(void *user, const ta_place *target, const ta_place *source,
                             size_t size_bytes, int64_t stream, ta_error *err)
{
    const cl_command_queue queue = opencl_queue(user, stream);
    cl_int code;
    if (source->device.device_type != TA_DEVICE_OPENCL)
        code = clEnqueueWriteBuffer(queue, target->data, CL_FALSE, target->byte_offset, size_bytes,
                                    (char *)source->data + source->byte_offset, 0, NULL, NULL);
    else if (target->device.device_type != TA_DEVICE_OPENCL)
        code = clEnqueueReadBuffer(queue, source->data, CL_FALSE, source->byte_offset, size_bytes,
                                   (char *)target->data + target->byte_offset, 0, NULL, NULL);
    else
        code = clEnqueueCopyBuffer(queue, source->data, target->data, source->byte_offset,
                                   target->byte_offset, size_bytes, 0, NULL, NULL);
    return opencl_status("a copy", code, err);
}

static ta_status opencl_order(void *user, int32_t first_index, int64_t first_stream,
                              int32_t second_index, int64_t second_stream, ta_error *err)
{
    const cl_command_queue first = opencl_queue(user, first_stream);
    const cl_command_queue second = opencl_queue(user, second_stream);
    cl_event done = NULL;
    cl_int code = clEnqueueMarkerWithWaitList(first, 0, NULL, &done);
    (void)first_index, (void)second_index;
    if (code != CL_SUCCESS)
        return opencl_status("clEnqueueMarkerWithWaitList", code, err);
    code = clEnqueueBarrierWithWaitList(second, 1, &done, NULL);
    clReleaseEvent(done);
    /* A queue that waits for another does not make it start. */
    if (code == CL_SUCCESS)
        code = clFlush(first);
    return opencl_status("clEnqueueBarrierWithWaitList", code, err);
}

/* Of the queues of others, only a wait for each by its number knows. */
static ta_status opencl_synchronize(void *user, int32_t index, int64_t stream, ta_error *err)
{
    (void)index;
    return opencl_status("clFinish", clFinish(opencl_queue(user, stream)), err);
}

static void opencl_release(void *user)
{
    struct opencl *cl = user;
    clReleaseCommandQueue(cl->queue);
    clReleaseContext(cl->context);
    free(cl);
}

/* From now on "opencl:0" is this device. */
static ta_status opencl_register(cl_context context, cl_device_id device, ta_error *err)
{
    ta_device_api api = TA_DEVICE_API_INIT;
    struct opencl *cl = malloc(sizeof *cl);
    cl_int code = CL_SUCCESS;
    ta_status status;
    if (cl == NULL)
        return TA_ERR_OUT_OF_MEMORY;
    cl->context = context;
    cl->device = device;
    cl->queue = clCreateCommandQueue(context, device, 0, &code);
    if (code != CL_SUCCESS) {
        free(cl);
        return opencl_status("clCreateCommandQueue", code, err);
    }
    clRetainContext(context);
    api.count = opencl_count;
    api.describe = opencl_describe;
    api.allocate = opencl_allocate;
    api.free = opencl_free;
    api.copy = opencl_copy;
    api.order = opencl_order;
    api.synchronize = opencl_synchronize;
    api.release = opencl_release;
    status = ta_device_register(TA_DEVICE_OPENCL, &api, cl, err);
    if (status != TA_OK)
        opencl_release(cl);
    return status;
}

#endif
