// Histories: operators, operations of the host as function objects, and the graph.

#include "check.hpp"

#include <cstring>
#include <memory>
#include <stdexcept>
#include <utility>

using namespace tarray;

namespace {

Tensor leaf(std::initializer_list<Value> values) {
    return asarray(values, Options().dtype(float64).requires_grad());
}

bool holds(const Tensor &tensor, std::initializer_list<double> values) {
    std::int64_t index = 0;
    for (const double value : values) {
        if (tensor.item<double>({index++}) != value) {
            return false;
        }
    }
    return tensor.numel() == index;
}

// x * x, computed by the host.
Tensor square(const Tensor &x) {
    const Tensor result = x.detach() * x.detach();
    return record("SquareBackward0", {x}, result, [x = x.share()](const Tensor &g, Gradients &to) {
        to.set(0, g * (x + x));
    });
}

} // namespace

int main() {
    check::law("operators have histories", [] {
        const Tensor x = leaf({1, 2}), y = leaf({3, 4});
        const Tensor loss = (x * y - -x + y).sum();
        CHECK(loss.item<double>() == 11 + 3 + 7);
        CHECK(loss.requires_grad() && !loss.is_leaf() && x.is_leaf());
        CHECK(loss.provenance().reason == Reason::computed);
        CHECK(!x.grad());

        loss.backward();

        CHECK(holds(x.grad(), {4, 5}) && holds(y.grad(), {2, 3}));
        CHECK(loss.try_backward().status() == TA_ERR_GRAD);
    });

    check::law("sums go along axes", [] {
        const Tensor grid = asarray({{1, 2, 3}, {4, 5, 6}});
        CHECK(grid.sum({0}).shape() == Extents(grid.shape().data() + 1, 1));
        CHECK(grid.sum({-1}, true).ndim() == 2 && grid.sum({-1}).item<int>({1}) == 15);
        CHECK(grid.sum().item<int>() == 21);
        CHECK(grid.try_sum({2}).status() == TA_ERR_OUT_OF_BOUNDS);
        CHECK(try_add(grid, asarray({1, 2})).status() == TA_ERR_INVALID_ARGUMENT);
    });

    check::law("a lambda is differentiated", [] {
        const Tensor x = leaf({1, 2, 3});
        const Tensor y = square(square(x));
        CHECK(std::strcmp(y.grad_fn().name(), "SquareBackward0") == 0);
        CHECK(holds(y, {1, 16, 81}));

        y.sum().backward();

        CHECK(holds(x.grad(), {4, 32, 108}));
    });

    check::law("what a lambda throws or returns is the failure of the pass", [] {
        const Tensor x = leaf({1, 2});
        const Tensor g = asarray({1, 1}, Options().dtype(float64));
        const auto refusing = [&](auto backward) {
            const Tensor y = record("NoBackward0", {x}, x.detach(), std::move(backward));
            return y.try_backward(g);
        };
        const auto thrown = refusing(
            [](const Tensor &, Gradients &) { throw std::runtime_error("never learnt it"); });
        CHECK(thrown.status() == TA_ERR_CALLBACK);
        CHECK(std::strcmp(thrown.message(), "NoBackward0: never learnt it") == 0);
        const auto returned = refusing([](const Tensor &, Gradients &) -> Result<void> {
            return Failure(TA_ERR_DEVICE, "no card");
        });
        CHECK(returned.status() == TA_ERR_DEVICE);
        CHECK(!x.grad());
    });

    check::law("a function object goes exactly once", [] {
        const auto kept = std::make_shared<int>(0);
        const auto nothing = [kept](const Tensor &, Gradients &) {};
        const Tensor x = leaf({1, 2}), plain = asarray({1, 2});
        {
            const Tensor y = record("NothingBackward0", {x}, x, nothing);
            CHECK(kept.use_count() == 3);
            y.sum().backward({}, true);
            CHECK(kept.use_count() == 3 && !x.grad());
            y.sum().backward();
            CHECK(kept.use_count() == 2);
        }
        const Tensor z = record("NothingBackward0", {plain}, x, nothing);
        CHECK(kept.use_count() == 2 && !z.requires_grad());
        CHECK(try_record("NothingBackward0", {x}, plain, nothing).status() == TA_ERR_GRAD);
        CHECK(try_record("NothingBackward0", {x}, Tensor(), nothing).status() ==
              TA_ERR_NULL_ARGUMENT);
        CHECK(kept.use_count() == 2);
    });

    check::law("gradients are set only where they are needed, and the last one counts", [] {
        const Tensor x = leaf({1, 2}), plain = asarray({3, 4}, Options().dtype(float64));
        const Tensor y = record("TwiceBackward0", {plain, x}, x,
                                [](const Tensor &g, Gradients &to) {
                                    CHECK(to.size() == 2 && !to.needed(0) && to.needed(1));
                                    CHECK(!to.needed(2) && !grad_enabled());
                                    to.set(0, g.share());
                                    to.set(1, g.share());
                                    to.set(1, g + g);
                                    to.set(2, g.share());
                                });
        y.sum().backward();
        CHECK(holds(x.grad(), {2, 2}) && !plain.grad());
    });

    check::law("the graph can be walked", [] {
        const Tensor x = leaf({1, 2});
        const Tensor sum = square(x) + x;
        const Node node = sum.grad_fn();
        CHECK(node.num_inputs() == 2 && node.input(0) == Node::Input::node);
        CHECK(node.input(1) == Node::Input::leaf && node.input(2) == Node::Input::none);
        CHECK(std::strcmp(node.next(0).name(), "SquareBackward0") == 0 && !node.next(1));
        CHECK(node.share().get() == node.get() && !Node().name() && !x.grad_fn());
        CHECK(live_nodes() == 2);
    });

    check::law("flags and gradients can be set", [] {
        Tensor x = asarray({1, 2}, Options().dtype(float64));
        x.set_requires_grad();
        CHECK(x.requires_grad());
        Tensor computed = -x;
        CHECK(computed.try_set_requires_grad(false).status() == TA_ERR_GRAD);
        {
            const GradMode no_grad(false);
            CHECK(!(-x).requires_grad() && x.try_fill(3).ok());
        }
        CHECK(grad_enabled() && x.try_fill(3).status() == TA_ERR_GRAD);
        x.set_grad(x.detach());
        CHECK(holds(x.grad(), {3, 3}));
        x.set_grad({});
        CHECK(!x.grad());
        CHECK(x.try_set_grad(computed).status() == TA_ERR_GRAD);
    });
    return check::verdict();
}
