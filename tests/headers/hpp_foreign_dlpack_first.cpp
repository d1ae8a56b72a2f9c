// DLPack's own header before tarray.hpp.
#include <dlpack/dlpack.h>

#include "tarray.hpp"
#include "tarray_dlpack.h"
#include "uses_dlpack.h"
