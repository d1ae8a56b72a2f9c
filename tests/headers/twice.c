/* Each header twice: the guards hold. */
#include "tarray.h"
#include "tarray.h"
#include "tarray_dlpack.h"
#include "tarray_dlpack.h"
