/* tarray_dlpack.h before tarray.h: the structs that tarray.h names are the ones that it has. */
#include "tarray_dlpack.h"

#include "tarray.h"
#include "uses_dlpack.h"
