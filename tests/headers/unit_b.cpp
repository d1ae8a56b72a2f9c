// The other of two units of one program.
#include "tarray.hpp"

int unit_b();

int unit_b() {
    return int(sizeof(tarray::Tensor));
}
