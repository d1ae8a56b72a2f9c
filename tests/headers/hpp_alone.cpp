// tarray.hpp as the only header, twice.
#include "tarray.hpp"

#include "tarray.hpp"
