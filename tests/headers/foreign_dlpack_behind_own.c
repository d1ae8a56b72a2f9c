/* DLPack's own header behind both of ours: it finds its guard and stays silent. */
#include "tarray.h"
#include "tarray_dlpack.h"

#include <dlpack/dlpack.h>
#include "uses_dlpack.h"
