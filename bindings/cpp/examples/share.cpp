// A vector's memory goes through a tensor to another library and back, and never moves.

#include "tarray.hpp"

#include <cstdio>
#include <utility>
#include <vector>

int main() {
    std::vector<float> samples{0.5F, 1.5F, 2.5F, 3.5F, 4.5F, 5.5F};
    const float *const where = samples.data();

    // The tensor owns the vector now. A plain `asarray(samples)` would borrow it instead.
    tarray::Tensor tensor = tarray::asarray(std::move(samples));
    tarray::Tensor grid = tensor.view({2, 3});

    // Typed, checked once, then as fast as a pointer.
    tarray::View<float, 2> view = grid.view<float, 2>();
    view(1, 2) = 10;

    // Whoever gets the loan may keep it: it holds the memory by itself.
    tarray::DlpackPtr loan = grid.to_dlpack();
    tensor.reset();
    grid.reset();

    // On the other side.
    const tarray::Tensor received = tarray::from_dlpack(std::move(loan));
    std::printf("%s\n%s\n", received.repr().c_str(),
                received.data() == where ? "the same memory" : "a copy");
    return received.data() == where ? 0 : 1;
}
