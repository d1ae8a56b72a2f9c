// One of two units of one program: nothing in tarray.hpp is defined twice.
#include "tarray.hpp"

int unit_b();

int main() {
    return unit_b() == int(sizeof(tarray::Tensor)) ? 0 : 1;
}
