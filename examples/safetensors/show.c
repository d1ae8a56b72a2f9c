/* What each of the programs here prints, in C. */
#include "safetensors.h"

#include <stdio.h>

static int show(st_file *file, const char *name)
{
    char text[1000], dtype[32];
    ta_tensor *tensor = NULL, *again = NULL;
    ta_info info = TA_INFO_INIT;
    ta_error err = TA_ERROR_INIT;
    if (st_tensor(file, name, NULL, &tensor, &err) != TA_OK ||
        st_tensor(file, name, NULL, &again, &err) != TA_OK ||
        ta_describe(tensor, &info, &err) != TA_OK ||
        ta_repr(tensor, NULL, text, sizeof text, NULL, &err) != TA_OK) {
        fprintf(stderr, "%s: %s\n", name, err.message);
        return 1;
    }
    ta_dtype_name(info.dtype, dtype, sizeof dtype);
    printf("%s: %s at %d, %s, %s\n%s\n", name, dtype,
           (int)((const char *)info.data - (const char *)st_base(file)),
           info.provenance.aliased && ta_data(again) == info.data ? "shared" : "copied",
           ta_is_read_only(tensor) ? "read-only" : "writable", text);
    ta_release(again);
    ta_release(tensor);
    return 0;
}

int main(int count, char **arguments)
{
    st_file *file = NULL;
    ta_error err = TA_ERROR_INIT;
    size_t k;
    int failed = 0;
    if (count != 2 || st_open(arguments[1], &file, &err) != TA_OK) {
        fprintf(stderr, "%s\n", count == 2 ? err.message : "usage: show FILE");
        return 1;
    }
    for (k = 0; k < st_count(file); k++)
        failed |= show(file, st_name(file, k));
    st_close(file);
    return failed || ta_live_tensors() != 0;
}
