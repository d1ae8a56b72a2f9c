/* Two Rust archives in one program: the runtimes do not meet. */
#include "tarray.h"

#include <stdio.h>

int other_half(int number);

int main(void) {
    ta_source source = ta_source_int(6);
    ta_tensor *tensor = NULL;
    int64_t value;
    if (ta_asarray(&source, NULL, &tensor, NULL) != TA_OK) {
        return 1;
    }
    value = *(const int64_t *)ta_data(tensor);
    ta_release(tensor);
    printf("%d %d\n", other_half((int)value), other_half(7));
    return other_half((int)value) == 3 && other_half(7) == -1 ? 0 : 1;
}
