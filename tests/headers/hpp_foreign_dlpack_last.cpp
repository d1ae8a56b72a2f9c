// DLPack's own header behind tarray.hpp.
#include "tarray.hpp"

#include <dlpack/dlpack.h>
#include "uses_dlpack.h"
