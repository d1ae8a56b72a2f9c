/* The header as the only one: it brings all it needs, and what is not used does not warn. */
#include "tarray.h"

extern const int alone;
const int alone = TA_ABI_VERSION;
