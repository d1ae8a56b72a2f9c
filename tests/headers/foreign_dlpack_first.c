/* DLPack's own header before both of ours: it counts. */
#include <dlpack/dlpack.h>

#include "tarray.h"
#include "tarray_dlpack.h"
#include "uses_dlpack.h"
