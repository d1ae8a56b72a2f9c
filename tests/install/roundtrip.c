/* What every way of installing the library must be able to build and run: memory of malloc
 * becomes a tensor, is converted, is lent as DLPack and comes back to be freed, once. */
#include <tarray.h>
#include <tarray_dlpack.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static int freed = 0;

static void free_once(void *owner) {
    freed++;
    free(owner);
}

static int fail(const char *what, const ta_error *error) {
    fprintf(stderr, "%s: %s\n", what, error == NULL ? "wrong" : error->message);
    return 1;
}

/* The values of `tensor` as float64, through DLPack; 0 if they are 1, 2, 3, 4, 5, 6. */
static int check_as_float64(const ta_tensor *tensor) {
    ta_error error = TA_ERROR_INIT;
    ta_options options = TA_OPTIONS_INIT;
    ta_source source = ta_source_tensor(tensor);
    ta_tensor *doubles = NULL;
    DLManagedTensorVersioned *lent = NULL;
    const double *values;
    int at, wrong = 0;

    options.dtype = ta_float64();
    if (ta_asarray(&source, &options, &doubles, &error) != TA_OK) {
        return fail("ta_asarray", &error);
    }
    if (ta_to_dlpack(doubles, NULL, &lent, &error) != TA_OK) {
        ta_release(doubles);
        return fail("ta_to_dlpack", &error);
    }
    values = (const double *)ta_data(doubles);
    wrong += lent->dl_tensor.data != (void *)ta_data(doubles) || lent->dl_tensor.ndim != 2;
    ta_release(doubles);
    for (at = 0; at < 6; at++) {
        wrong += values[at] != at + 1;
    }
    lent->deleter(lent);
    return wrong == 0 ? 0 : fail("the converted values", NULL);
}

int main(void) {
    static const int64_t shape[2] = {2, 3};
    ta_error error = TA_ERROR_INIT;
    ta_memory memory = TA_MEMORY_INIT;
    ta_tensor *tensor = NULL;
    int32_t *integers = (int32_t *)malloc(6 * sizeof(int32_t));
    int at;

    if (integers == NULL) {
        return fail("malloc", NULL);
    }
    for (at = 0; at < 6; at++) {
        integers[at] = at + 1;
    }
    memory.data = integers;
    memory.shape = shape;
    memory.ndim = 2;
    memory.dtype = ta_int32();
    memory.owner = integers;
    memory.release = free_once;
    if (ta_abi_version() != TA_ABI_VERSION) {
        return fail("ta_abi_version", NULL);
    }
    if (strcmp(ta_version(), TA_VERSION_STRING) != 0) {
        return fail("ta_version", NULL);
    }
    if (ta_from_array(&memory, &tensor, &error) != TA_OK) {
        return fail("ta_from_array", &error);
    }
    if (ta_data(tensor) != integers) {
        return fail("the shared pointer", NULL);
    }
    if (check_as_float64(tensor) != 0) {
        return 1;
    }
    if (freed != 0) {
        return fail("freed too early", NULL);
    }
    ta_release(tensor);
    if (freed != 1 || ta_live_tensors() != 0) {
        return fail("freed not once", NULL);
    }
    printf("tarray %s: round trip\n", ta_version());
    return 0;
}
