/* tarray_dlpack.h behind tarray.h. */
#include "tarray.h"

#include "tarray_dlpack.h"
#include "uses_dlpack.h"
