/* An operation of a host: the cube, computed by a loop of its own and differentiated by tarray's product. */
#include <stdlib.h>

#include "tarray.h"

static ta_status cube_backward(void *x, const ta_tensor *grad_output, const int32_t *needed,
                               ta_tensor **grad_inputs, size_t num_inputs, ta_error *err)
{
    ta_tensor *square = NULL, *part = NULL, *twice = NULL;
    ta_status status = ta_mul(x, x, &square, err);
    if (status == TA_OK)
        status = ta_mul(grad_output, square, &part, err);
    if (status == TA_OK)
        status = ta_add(part, part, &twice, err);
    if (status == TA_OK && num_inputs == 1 && needed[0])
        status = ta_add(twice, part, &grad_inputs[0], err);
    ta_release(square);
    ta_release(part);
    ta_release(twice);
    return status;
}

static void cube_drop(void *x)
{
    ta_release(x);
}

/* The cube of a tensor of contiguous doubles; NULL if it is not to be had. */
ta_tensor *host_cube(const ta_tensor *x)
{
    const double *data = ta_data(x);
    const int64_t count = ta_numel(x);
    double *cubes = malloc((size_t)count * sizeof *cubes);
    ta_memory memory = TA_MEMORY_INIT;
    ta_operation operation = TA_OPERATION_INIT;
    ta_source source;
    ta_tensor *kept = NULL, *out = NULL;
    int64_t k;

    if (cubes == NULL || ta_detach(x, &kept, NULL) != TA_OK) {
        free(cubes);
        return NULL;
    }
    for (k = 0; k < count; k++)
        cubes[k] = data[k] * data[k] * data[k];
    memory.data = cubes;
    memory.dtype = ta_float64();
    memory.ndim = ta_ndim(x);
    memory.shape = ta_shape(x);
    memory.owner = cubes;
    memory.release = free;
    source = ta_source_memory(memory);
    operation.name = "CubeBackward0";
    operation.inputs = &x;
    operation.num_inputs = 1;
    operation.backward = cube_backward;
    operation.user_data = kept;
    operation.drop = cube_drop;
    if (ta_record(&operation, &source, NULL, &out, NULL) != TA_OK) {
        free(cubes);
        ta_release(kept);
    }
    return out;
}
