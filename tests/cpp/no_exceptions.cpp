// The status forms alone: this program is built with -fno-exceptions, too.

#define TARRAY_NO_EXCEPTIONS
#include "lend.hpp"

#include <cstdint>
#include <deque>
#include <memory>
#include <utility>
#include <vector>

using namespace tarray;
using check::Tally;

namespace {

template <class T, class = void> struct has_value : std::false_type {};
template <class T>
struct has_value<T, std::void_t<decltype(std::declval<T>().value())>> : std::true_type {};
template <class T, class = void> struct can_throw_view : std::false_type {};
template <class T>
struct can_throw_view<T, std::void_t<decltype(std::declval<T>().template view<float, 1>())>>
    : std::true_type {};

static_assert(!has_value<Result<Tensor>>::value && !can_throw_view<Tensor &>::value,
              "no form that throws exists");

} // namespace

int main() {
    check::law("sources make tensors", [] {
        std::vector<float> values{1, 2, 3};
        Result<Tensor> result = try_asarray(values);
        CHECK(result && result.ok() && result.status() == TA_OK && *result.message() == '\0');
        Tensor tensor = *std::move(result);
        CHECK(tensor.data() == values.data());
        CHECK(try_asarray({{1, 2}, {3, 4}})->shape() == Dims{2, 2});
        CHECK(try_asarray(std::deque<int>{1, 2})->dtype() == int32);
        CHECK(try_asarray(2.5)->ndim() == 0);
        auto view = tensor.try_view<float, 1>();
        CHECK(view && (*view)(1) == 2);
        CHECK(tensor.try_item({2})->try_to<int>().status() == TA_ERR_DTYPE);
        CHECK(*tensor.try_item({2})->try_to<float>() == 3);
        CHECK(*try_asarray({1.0, 2.0})->try_repr() == "tensor([1., 2.])");
        CHECK(tensor.try_fill(4).ok() && values[2] == 4);
    });

    check::law("failures say why, and change nothing", [] {
        std::vector<float> values{1, 2, 3};
        const auto refused =
            try_asarray(std::move(values), Options().dtype(int32).copy(Copy::never));
        CHECK(!refused && refused.status() == TA_ERR_CANNOT_ALIAS && *refused.message() != '\0');
        CHECK(refused.failure().status() == TA_ERR_CANNOT_ALIAS && values.size() == 3);
        const auto ragged = try_asarray({{1, 2}, {3}});
        CHECK(ragged.status() == TA_ERR_RAGGED);
    });

    check::law("ownership is as with exceptions", [] {
        Tally tally;
        CHECK(try_from_dlpack(lend_versioned(tally, 9)).status() == TA_ERR_UNSUPPORTED);
        CHECK(tally.runs == 1);
        {
            const Result<Tensor> taken = try_asarray(lend_legacy(tally));
            CHECK(taken.ok() && tally.runs == 1);
            const Result<DlpackPtr> loan = taken->try_to_dlpack();
            CHECK(loan.ok() && (*loan)->dl_tensor.data == taken->data());
        }
        CHECK(tally.runs == 2);
        float element = 1;
        { CHECK(try_asarray(Memory(&element, {1}).on_release([&] { ++tally.runs; })).ok()); }
        CHECK(tally.runs == 3);
        const auto kept = std::make_shared<int>(0);
        {
            const Result<Tensor> holder = try_from_array(Memory(&element, {1}).owner(kept));
            CHECK(holder.ok() && kept.use_count() == 2);
        }
        CHECK(kept.use_count() == 1);
    });

    check::law("an operation is recorded and differentiated", [] {
        const Result<Tensor> x = try_asarray({1, 2}, Options().dtype(float64).requires_grad());
        const Result<Tensor> output = x->try_detach();
        const Result<Tensor> recorded =
            try_record("TwiceBackward0", {*x}, *output,
                       [](const Tensor &gradient, Gradients &to) -> Result<void> {
                           Result<Tensor> twice = try_add(gradient, gradient);
                           if (!twice) {
                               return twice.failure();
                           }
                           to.set(0, *std::move(twice));
                           return {};
                       });
        CHECK(recorded.ok() && recorded->requires_grad());
        const Result<Tensor> loss = recorded->try_sum();
        CHECK(loss->try_backward().ok() && loss->try_backward().status() == TA_ERR_GRAD);
        CHECK(*x->grad().try_item({1})->try_to<double>() == 2);
    });
    return check::verdict();
}
