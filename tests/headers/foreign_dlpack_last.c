/* DLPack's own header behind tarray.h. */
#include "tarray.h"

#include <dlpack/dlpack.h>
#include "uses_dlpack.h"
