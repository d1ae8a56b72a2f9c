/* One of two units of one program: nothing in the headers is defined twice. */
#include "tarray.h"
#include "tarray_dlpack.h"

extern int unit_b(void);

int main(void) {
    ta_source source = ta_source_int(-3);
    return source.kind == TA_SOURCE_SCALAR && source.value.scalar.value.i == unit_b() ? 0 : 1;
}
