// When memory for an owner cannot be had, the call says so and the caller keeps what it gave.

#include "check.hpp"

#include <cstddef>
#include <memory>
#include <new>
#include <utility>
#include <vector>

using namespace tarray;

namespace {

// Cannot be put on the heap, as if there were no memory left.
struct Homeless {
    static void *operator new(std::size_t, const std::nothrow_t &) noexcept { return nullptr; }
    static void operator delete(void *) noexcept {}
};

struct Container : std::vector<float>, Homeless {
    using std::vector<float>::vector;
};

struct Keeper : Homeless {
    explicit Keeper(std::shared_ptr<int> object) : kept(std::move(object)) {}
    void operator()() const {}

    std::shared_ptr<int> kept;
};

} // namespace

int main() {
    check::law("a container stays where it was", [] {
        Container values{1, 2, 3};
        const float *const where = values.data();
        CHECK(try_asarray(std::move(values)).status() == TA_ERR_OUT_OF_MEMORY);
        CHECK(values.data() == where && values.size() == 3);
    });

    check::law("described memory and bytes without their owner are refused", [] {
        const auto kept = std::make_shared<int>(0);
        float element = 1;
        CHECK(try_asarray(Memory(&element, {1}).owner(Keeper(kept))).status() ==
              TA_ERR_OUT_OF_MEMORY);
        CHECK(try_from_array(Memory(&element, {1}).on_release(Keeper(kept))).status() ==
              TA_ERR_OUT_OF_MEMORY);
        CHECK(try_asarray(Buffer(&element, 4).on_release(Keeper(kept))).status() ==
              TA_ERR_OUT_OF_MEMORY);
        CHECK(try_frombuffer(Buffer(&element, 4).owner(Keeper(kept)), float32).status() ==
              TA_ERR_OUT_OF_MEMORY);
        CHECK(kept.use_count() == 1);
    });
    return check::verdict();
}
