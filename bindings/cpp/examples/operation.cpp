// An engine records an operation of its own, a lambda, and gradients flow through it.

#include "tarray.hpp"

#include <cmath>
#include <cstdio>

using tarray::Tensor;

namespace {

// exp, computed by the engine. Its gradient is the gradient of the result, times the result.
Tensor exp(const Tensor &x) {
    Tensor result = x.copy();
    for (double &value : result.as_span<double>()) {
        value = std::exp(value);
    }
    return tarray::record("ExpBackward0", {x}, result,
                          [result = result.share()](const Tensor &gradient, tarray::Gradients &to) {
                              to.set(0, gradient * result);
                          });
}

} // namespace

int main() {
    const auto options = tarray::Options().dtype(tarray::float64).requires_grad();
    const Tensor x = tarray::asarray({0, 1, 2}, options);

    const Tensor y = exp(x) * x;
    y.sum().backward();

    std::printf("%s\n%s\n", y.repr().c_str(), x.grad().repr().c_str());

    // (x + 1) * exp(x)
    return std::abs(x.grad().item<double>({2}) - 3 * std::exp(2.0)) < 1e-12 ? 0 : 1;
}
