/* The other of two units of one program. */
#include "tarray.h"
#include "tarray_dlpack.h"

extern int unit_b(void);

int unit_b(void) {
    ta_source source = ta_source_int(-3);
    return (int)source.value.scalar.value.i;
}
