/* A planted fault, to prove that a memory checker counts what the library allocates: never gives
 * up a share, and forgets where it was. */
#include "tarray.h"

#include <stdio.h>

int main(void) {
    ta_source source = ta_source_int(7);
    ta_tensor *tensor = NULL;
    if (ta_asarray(&source, NULL, &tensor, NULL) != TA_OK) {
        return 0;
    }
    tensor = NULL;
    printf("%d\n", tensor == NULL);
    return 0;
}
