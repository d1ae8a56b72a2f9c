// Whatever a tensor took is let go exactly once; what it did not take stays where it was.

#include "check.hpp"

#include <memory>
#include <thread>
#include <utility>
#include <vector>

using namespace tarray;
using check::Tally;

namespace {

void handles() {
    check::law("a tensor moves, is shared only by share(), and is let go once", [] {
        static_assert(!std::is_copy_constructible_v<Tensor> && !std::is_copy_assignable_v<Tensor>);
        static_assert(std::is_nothrow_move_constructible_v<Tensor> &&
                      std::is_nothrow_move_assignable_v<Tensor>);
        Tally tally;
        float element = 1;
        Tensor first = asarray(Memory(&element, {1}).on_release([&] { ++tally.runs; }));
        Tensor second = std::move(first);
        CHECK(!first && second);
        Tensor third = second.share();
        CHECK(third.data() == &element && live_tensors() == 1);
        second.reset();
        CHECK(tally.runs == 0);
        Tensor &alias = third;
        third = std::move(alias);
        CHECK(third && tally.runs == 0);
        third = Tensor();
        CHECK(tally.runs == 1);
    });

    check::law("release() and adopt() pass a share through the C ABI", [] {
        Tally tally;
        int element = 7;
        Tensor tensor = asarray(Memory(&element, {}).on_release([&] { ++tally.runs; }));
        const ta_tensor *const seen = std::as_const(tensor).get();
        ta_tensor *const raw = tensor.release();
        CHECK(raw == seen && !tensor && tally.runs == 0);
        {
            const Tensor back = Tensor::adopt(raw);
            CHECK(back.item<int>() == 7);
        }
        CHECK(tally.runs == 1);
    });

    check::law("an empty tensor answers zero and fails cleanly", [] {
        Tensor empty;
        CHECK(empty.data() == nullptr && empty.mutable_data() == nullptr && empty.ndim() == 0);
        CHECK(empty.dtype() == Dtype() && empty.device() == Device() && empty.numel() == 0);
        CHECK(empty.shape().empty() && empty.read_only() && !empty.share());
        CHECK((empty.try_view<float, 1>().status() == TA_ERR_NULL_ARGUMENT));
        CHECK(empty.try_as_span<const float>().status() == TA_ERR_NULL_ARGUMENT);
        CHECK(empty.try_item().status() == TA_ERR_NULL_ARGUMENT);
        CHECK(empty.try_item({1}).status() == TA_ERR_NULL_ARGUMENT);
        CHECK(empty.try_repr().status() == TA_ERR_NULL_ARGUMENT);
        CHECK(empty.try_copy().status() == TA_ERR_NULL_ARGUMENT);
        CHECK(empty.try_fill(1).status() == TA_ERR_NULL_ARGUMENT);
        CHECK(empty.try_view({1}).status() == TA_ERR_NULL_ARGUMENT);
        CHECK(empty.try_to_dlpack().status() == TA_ERR_NULL_ARGUMENT);
        CHECK(try_asarray(empty).status() == TA_ERR_NULL_ARGUMENT);
    });
}

void containers() {
    check::law("an rvalue container is moved in and its elements stay in place", [] {
        std::vector<float> values{1, 2, 3};
        const float *const where = values.data();
        const Tensor tensor = asarray(std::move(values));
        CHECK(tensor.data() == where && !tensor.read_only() && tensor.provenance().aliased);
        CHECK((tensor.view<const float, 1>()(2) == 3));
    });

    check::law("an rvalue container is put back if the call fails", [] {
        std::vector<float> values{1, 2, 3};
        const float *const where = values.data();
        const auto refused =
            try_asarray(std::move(values), Options().dtype(int32).copy(Copy::never));
        CHECK(refused.status() == TA_ERR_CANNOT_ALIAS);
        CHECK(values.data() == where && values.size() == 3);
        CHECK(check::thrown([&] {
                  static_cast<void>(asarray(std::move(values), Options().accept(TA_ACCEPT_SCALAR)));
              }) == TA_ERR_KIND);
        CHECK(values.data() == where && values.size() == 3);
    });

    check::law("an rvalue container that had to be copied is gone after the call", [] {
        const auto kept = std::make_shared<int>(0);
        struct Holder : std::vector<float> {
            std::shared_ptr<int> kept;
        };
        Holder holder;
        holder.assign({1, 2});
        holder.kept = kept;
        const Tensor tensor = asarray(std::move(holder), Options().dtype(float64));
        CHECK(kept.use_count() == 1 && tensor.dtype() == float64);
        CHECK((tensor.view<const double, 1>()(1) == 2));
    });

    check::law("an lvalue container is borrowed", [] {
        std::vector<float> values{1, 2, 3};
        {
            Tensor tensor = asarray(values);
            tensor.view<float, 1>()(0) = 9;
        }
        CHECK(values[0] == 9);
    });
}

void owners() {
    check::law("a shared_ptr lives as long as the tensor, its views and its loans", [] {
        auto image = std::make_shared<std::vector<float>>(std::size_t{6}, 1.0F);
        Tensor tensor = asarray(Memory(image->data(), {2, 3}).owner(image));
        Tensor part = tensor.view({2});
        DlpackPtr loan = part.to_dlpack();
        CHECK(image.use_count() == 2);
        tensor.reset();
        part.reset();
        CHECK(image.use_count() == 2);
        loan.reset();
        CHECK(image.use_count() == 1);
    });

    check::law("a unique_ptr is an owner, too", [] {
        auto block = std::make_unique<double[]>(4);
        double *const raw = block.get();
        const Tensor tensor = from_array(Memory(raw, {2, 2}).owner(std::move(block)));
        CHECK(tensor.data() == raw);
    });

    check::law("a description that fails keeps its owner, and one never used lets it go", [] {
        Tally tally;
        float element = 1;
        {
            Memory memory = Memory(&element, {1}).on_release([&] { ++tally.runs; });
            const Options impossible = Options().dtype(int8).copy(Copy::never);
            CHECK(try_asarray(std::move(memory), impossible).status() == TA_ERR_CANNOT_ALIAS);
            CHECK(tally.runs == 0);
            const Tensor tensor = asarray(std::move(memory));
            CHECK(tally.runs == 0);
        }
        CHECK(tally.runs == 1);
        { const Memory unused = Memory(&element, {1}).on_release([&] { ++tally.runs; }); }
        CHECK(tally.runs == 2);
        Buffer bytes = Buffer(&element, 4).on_release([&] { ++tally.runs; });
        CHECK(try_frombuffer(std::move(bytes), float32, 9).status() == TA_ERR_OUT_OF_BOUNDS);
        CHECK(tally.runs == 2);
        static_cast<void>(frombuffer(std::move(bytes), float32));
        CHECK(tally.runs == 3);
    });

    check::law("memory that was copied is let go inside the call", [] {
        Tally tally;
        float element = 1;
        const Tensor tensor = asarray(Memory(&element, {1}).on_release([&] { ++tally.runs; }),
                                      Options().copy(Copy::always));
        CHECK(tally.runs == 1 && tensor.provenance().reason == Reason::requested);
    });

    check::law("what a release function or a destructor throws ends there", [] {
        struct Thrower {
            bool armed = true;
            Thrower() = default;
            Thrower(Thrower &&other) noexcept : armed(std::exchange(other.armed, false)) {}
            ~Thrower() noexcept(false) {
                if (armed) {
                    throw 1;
                }
            }
        };
        float element = 1;
        static_cast<void>(asarray(Memory(&element, {1}).on_release([] { throw 2; })));
        static_cast<void>(asarray(Memory(&element, {1}).owner(Thrower())));
    });
}

void threads() {
    check::law("the last share is let go once, whichever thread has it", [] {
        for (int round = 0; round < 50; ++round) {
            Tally tally;
            float element = 1;
            Tensor tensor = asarray(Memory(&element, {1}).on_release([&] { ++tally.runs; }));
            std::vector<std::thread> team;
            for (int k = 0; k < 4; ++k) {
                team.emplace_back([mine = tensor.share()] {
                    const Tensor again = mine.share();
                    const DlpackPtr loan = again.to_dlpack();
                });
            }
            tensor.reset();
            for (std::thread &member : team) {
                member.join();
            }
            team.clear();
            CHECK(tally.runs == 1);
        }
    });
}

} // namespace

int main() {
    handles();
    containers();
    owners();
    threads();
    return check::verdict();
}
