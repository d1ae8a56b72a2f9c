/* Arrays to an OpenCL device and back; its buffers handed to OpenCL, and taken from it, as DLPack. */
#include "opencl_device.h"

#include <string.h>
#include <tarray_dlpack.h>

#define MUST(condition)                                                         \
    do {                                                                        \
        if (!(condition)) {                                                     \
            fprintf(stderr, "%s:%d: %s (%s)\n", __FILE__, __LINE__, #condition, \
                    err.message);                                               \
            return 1;                                                           \
        }                                                                       \
    } while (0)

static const char *SOURCE = "kernel void twice(global float *x) { x[get_global_id(0)] *= 2; }";

static void let_go(struct DLManagedTensorVersioned *self)
{
    clReleaseMemObject(self->dl_tensor.data);
    free(self);
}

/* A buffer of OpenCL's, element 0 behind an offset, as DLPack. */
static struct DLManagedTensorVersioned *lent(cl_mem buffer, int64_t *shape, uint64_t byte_offset)
{
    struct DLManagedTensorVersioned *managed = calloc(1, sizeof *managed);
    managed->version.major = 1;
    managed->deleter = let_go;
    managed->dl_tensor.data = buffer;
    managed->dl_tensor.device.device_type = kDLOpenCL;
    managed->dl_tensor.ndim = 1;
    managed->dl_tensor.dtype.code = kDLFloat;
    managed->dl_tensor.dtype.bits = 32;
    managed->dl_tensor.dtype.lanes = 1;
    managed->dl_tensor.shape = shape;
    managed->dl_tensor.byte_offset = byte_offset;
    return managed;
}

int main(void)
{
    float matrix[2][3] = {{1, 2, 3}, {4, 5, 6}}, seen[6];
    int64_t shape[2] = {2, 3}, four[1] = {4};
    const int64_t crossed[2] = {1, 3}, turned[2] = {3, 2};
    const size_t six = 6;
    ta_error err = TA_ERROR_INIT;
    ta_memory memory = TA_MEMORY_INIT;
    ta_options there = TA_OPTIONS_INIT, back = TA_OPTIONS_INIT;
    ta_export_options on_mine = TA_EXPORT_OPTIONS_INIT;
    ta_device_info info = TA_DEVICE_INFO_INIT;
    ta_info facts = TA_INFO_INIT;
    ta_tensor *tensor = NULL, *columns = NULL, *wide = NULL, *tail = NULL, *host = NULL;
    struct DLManagedTensorVersioned *loan = NULL;
    ta_source source;
    char text[200];
    cl_platform_id platform;
    cl_device_id device;
    cl_context context;
    cl_command_queue mine;
    cl_program program;
    cl_kernel kernel;
    cl_mem buffer, loaned;
    cl_int code;

    MUST(clGetPlatformIDs(1, &platform, NULL) == CL_SUCCESS);
    MUST(clGetDeviceIDs(platform, CL_DEVICE_TYPE_ALL, 1, &device, NULL) == CL_SUCCESS);
    context = clCreateContext(NULL, 1, &device, NULL, NULL, &code);
    MUST(code == CL_SUCCESS);
    MUST(opencl_register(context, device, &err) == TA_OK);
    MUST(ta_device_parse("opencl:0", &there.device, &err) == TA_OK);
    MUST(ta_device_describe(there.device, &info, &err) == TA_OK);
    printf("%s\n", info.name);

    /* To the device: nothing is shared, and nobody can be asked to share. */
    memory.data = matrix;
    memory.shape = shape;
    memory.ndim = 2;
    memory.dtype = ta_float32();
    source = ta_source_memory(memory);
    MUST(ta_asarray(&source, &there, &tensor, &err) == TA_OK);
    there.copy = TA_COPY_NEVER;
    MUST(ta_asarray(&source, &there, &wide, &err) == TA_ERR_CANNOT_ALIAS);
    there.copy = TA_COPY_IF_NEEDED;

    /* A queue and a kernel of our own work on the buffer that was lent. */
    mine = clCreateCommandQueue(context, device, 0, &code);
    MUST(code == CL_SUCCESS);
    program = clCreateProgramWithSource(context, 1, &SOURCE, NULL, &code);
    MUST(code == CL_SUCCESS && clBuildProgram(program, 1, &device, "", NULL, NULL) == CL_SUCCESS);
    kernel = clCreateKernel(program, "twice", &code);
    MUST(code == CL_SUCCESS);
    on_mine.stream = (int64_t)(intptr_t)mine;
    MUST(ta_to_dlpack(tensor, &on_mine, &loan, &err) == TA_OK);
    loaned = loan->dl_tensor.data;
    MUST(clSetKernelArg(kernel, 0, sizeof loaned, &loaned) == CL_SUCCESS);
    MUST(clEnqueueNDRangeKernel(mine, kernel, 1, NULL, &six, NULL, 0, NULL, NULL) == CL_SUCCESS);
    MUST(clFinish(mine) == CL_SUCCESS);
    loan->deleter(loan);

    /* Views keep the handle and move the offset; OpenCL has no kernel for us, so what is rearranged or
     * converted goes through the host, and says so. */
    MUST(ta_view(tensor, 2, turned, crossed, 0, &columns, &err) == TA_OK);
    there.dtype = ta_float64();
    source = ta_source_tensor(columns);
    MUST(ta_asarray(&source, &there, &wide, &err) == TA_OK);
    MUST(ta_describe(wide, &facts, &err) == TA_OK && facts.provenance.staged == 1);
    MUST(ta_repr(wide, NULL, text, sizeof text, NULL, &err) == TA_OK);
    printf("%s\n", text);

    /* A buffer of OpenCL's comes in with its offset, and stays where it is. */
    buffer = clCreateBuffer(context, CL_MEM_COPY_HOST_PTR, sizeof matrix, matrix, &code);
    MUST(code == CL_SUCCESS);
    MUST(ta_from_dlpack(lent(buffer, four, 2 * sizeof(float)), NULL, &tail, &err) == TA_OK);
    MUST(ta_describe(tail, &facts, &err) == TA_OK);
    MUST(facts.data == buffer && facts.byte_offset == 8 && facts.provenance.aliased == 1);
    back.device = ta_device_cpu();
    source = ta_source_tensor(tail);
    MUST(ta_asarray(&source, &back, &host, &err) == TA_OK);
    memcpy(seen, ta_data(host), 4 * sizeof(float));
    MUST(seen[0] == 3 && seen[3] == 6);
    MUST(ta_repr(tail, NULL, text, sizeof text, NULL, &err) == TA_OK);
    printf("%s\n", text);

    ta_release(host);
    ta_release(tail);
    ta_release(wide);
    ta_release(columns);
    ta_release(tensor);
    clReleaseKernel(kernel);
    clReleaseProgram(program);
    clReleaseCommandQueue(mine);
    clReleaseContext(context);
    MUST(ta_device_unregister(TA_DEVICE_OPENCL, &err) == TA_OK);
    MUST(ta_live_tensors() == 0);
    return 0;
}
