/* A planted fault, to prove that a memory checker watches the library's memory: reads a tensor's
 * elements after the last share in them was given up. */
#include "tarray.h"

#include <stdio.h>

int main(void) {
    ta_source source = ta_source_int(7);
    ta_tensor *tensor = NULL;
    const int64_t *element;
    if (ta_asarray(&source, NULL, &tensor, NULL) != TA_OK) {
        return 0;
    }
    element = (const int64_t *)ta_data(tensor);
    ta_release(tensor);
    printf("%d\n", (int)*element);
    return 0;
}
