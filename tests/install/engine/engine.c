/* An engine that wants no dependency: it has one header and one archive of tarray in its own
 * tree, and nothing else of it. It scales what a plugin hands it, whatever that is made of. */
#include "tarray.h"

#include <stdio.h>

/* Reads any source as one row of float32. */
static int sum_of(const ta_source *source, double *sum) {
    ta_error error = TA_ERROR_INIT;
    ta_options options = TA_OPTIONS_INIT;
    ta_tensor *row = NULL;
    const float *values;
    int64_t at;

    options.dtype = ta_float32();
    options.flags = TA_WANT_CONTIGUOUS;
    if (ta_asarray(source, &options, &row, &error) != TA_OK) {
        fprintf(stderr, "%s\n", error.message);
        return 1;
    }
    values = (const float *)ta_data(row);
    *sum = 0;
    for (at = 0; at < ta_numel(row); at++) {
        *sum += values[at];
    }
    ta_release(row);
    return 0;
}

int main(void) {
    static int16_t samples[6] = {1, 2, 3, 4, 5, 6};
    static const int64_t shape[1] = {3};
    static const int64_t strides_bytes[1] = {-4};
    ta_memory every_other = TA_MEMORY_INIT;
    ta_source source;
    double sum = 0;

    every_other.data = &samples[4];
    every_other.shape = shape;
    every_other.strides_bytes = strides_bytes;
    every_other.ndim = 1;
    every_other.dtype = ta_int16();
    source = ta_source_memory(every_other);
    if (sum_of(&source, &sum) != 0 || sum != 9) {
        return 1;
    }
    source = ta_source_float(2.5);
    if (sum_of(&source, &sum) != 0 || sum != 2.5) {
        return 1;
    }
    printf("engine: read a strided row and a number\n");
    return 0;
}
