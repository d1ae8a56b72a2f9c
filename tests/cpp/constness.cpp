// Who may write is settled by types where they know, and by the tensor where they do not.

#include "check.hpp"

#include <array>
#include <type_traits>
#include <utility>
#include <vector>

using namespace tarray;

namespace {

// Whether `tensor.view<T, 1>()` compiles for a tensor of this type and value category.
template <class Tensor_, class T, class = void> struct can_view : std::false_type {};
template <class Tensor_, class T>
struct can_view<Tensor_, T,
                std::void_t<decltype(std::declval<Tensor_>().template view<T, 1>())>>
    : std::true_type {};
template <class Tensor_, class T, class = void> struct can_span : std::false_type {};
template <class Tensor_, class T>
struct can_span<Tensor_, T,
                std::void_t<decltype(std::declval<Tensor_>().template try_as_span<T>())>>
    : std::true_type {};

static_assert(can_view<Tensor &, float>::value && can_view<Tensor &, const float>::value);
static_assert(can_view<const Tensor &, const float>::value, "a const tensor can be read");
static_assert(!can_view<const Tensor &, float>::value, "a const tensor cannot be written");
static_assert(!can_view<Tensor, const float>::value, "no view of what is about to vanish");
static_assert(can_span<Tensor &, float>::value && can_span<const Tensor &, const float>::value);
static_assert(!can_span<const Tensor &, float>::value && !can_span<Tensor, const float>::value);

// Whether the calls that write compile for a tensor of this constness.
template <class T, class = void> struct can_fill : std::false_type {};
template <class T>
struct can_fill<T, std::void_t<decltype(std::declval<T>().fill(1))>> : std::true_type {};
template <class T, class = void> struct can_mutate : std::false_type {};
template <class T>
struct can_mutate<T, std::void_t<decltype(std::declval<T>().mutable_data())>> : std::true_type {};
template <class T, class = void> struct can_receive : std::false_type {};
template <class T>
struct can_receive<T, std::void_t<decltype(std::declval<const Tensor &>().copy_into(
                          std::declval<T>()))>> : std::true_type {};

static_assert(can_fill<Tensor &>::value && !can_fill<const Tensor &>::value);
static_assert(can_mutate<Tensor &>::value && !can_mutate<const Tensor &>::value);
static_assert(can_receive<Tensor &>::value && !can_receive<const Tensor &>::value);
static_assert(!can_receive<Tensor>::value, "a copy into a temporary would be lost");
static_assert(std::is_same_v<decltype(std::declval<const Tensor &>().get()), const ta_tensor *>);

// Views: const is added, never taken away.
static_assert(std::is_convertible_v<View<float, 2>, View<const float, 2>>);
static_assert(!std::is_constructible_v<View<float, 2>, View<const float, 2>>);
static_assert(!std::is_constructible_v<View<const float, 2>, View<double, 2>>);
static_assert(!std::is_constructible_v<View<const float, 2>, View<float, 3>>);
static_assert(std::is_invocable_r_v<float &, View<float, 2>, int, long>);
static_assert(std::is_same_v<std::invoke_result_t<View<const float, 1>, int>, const float &>);
static_assert(!std::is_invocable_v<View<float, 2>, int>, "one index per axis");
static_assert(!std::is_invocable_v<View<float, 2>, int, int, int>, "one index per axis");
static_assert(!std::is_invocable_v<View<float, 1>, double>, "indices are integers");

// Sources: what has no elements, or would dangle, does not compile.
static_assert(is_source_v<std::vector<float>> && is_source_v<std::vector<float> &>);
static_assert(is_source_v<const std::vector<float> &> && is_source_v<float (&)[2][3]>);
static_assert(!is_source_v<const std::vector<float>>, "can be neither moved nor borrowed");
static_assert(!is_source_v<float[3]>, "an array that vanishes has no owner");
static_assert(!is_source_v<const char (&)[4]> && !is_source_v<std::string>, "text is no array");
static_assert(!is_source_v<float *> && !is_source_v<std::nullptr_t> && !is_source_v<void *>);
static_assert(!is_source_v<char> && !is_source_v<long double>);
static_assert(is_source_v<Memory> && !is_source_v<Memory &> && !is_source_v<const Memory>);
static_assert(is_source_v<Buffer> && !is_source_v<Buffer &>);

} // namespace

int main() {
    check::law("const memory makes a read-only tensor", [] {
        const std::vector<float> fixed{1, 2};
        const std::array<float, 2> pair{1, 2};
        const float raw[2] = {1, 2};
        CHECK(asarray(fixed).read_only() && asarray(pair).read_only() && asarray(raw).read_only());
        CHECK(asarray(Memory(&raw[0], {2})).read_only());
        CHECK(asarray(Memory(static_cast<const void *>(raw), float32, {2})).read_only());
        CHECK(frombuffer(Buffer(static_cast<const void *>(raw), 8), float32).read_only());
        float loose[2] = {1, 2};
        CHECK(!asarray(loose).read_only() && asarray(Memory(loose, {2}).read_only()).read_only());
        CHECK(frombuffer(Buffer(loose, 8).read_only(), float32).read_only());
    });

    check::law("what must not change can be marked so", [] {
        std::vector<float> values{1, 2};
        Tensor tensor = asarray(values, Options().mark_read_only());
        CHECK(tensor.read_only() && tensor.data() == values.data());
        CHECK((tensor.try_view<float, 1>().status() == TA_ERR_NOT_WRITABLE));
        CHECK(try_asarray(values, Options().mark_read_only().writable()).status() ==
              TA_ERR_INVALID_ARGUMENT);
    });

    check::law("a read-only tensor gives views of const only", [] {
        const std::vector<float> fixed{1, 2};
        Tensor tensor = asarray(fixed);
        CHECK((tensor.view<const float, 1>()(1) == 2));
        CHECK((tensor.try_view<float, 1>().status() == TA_ERR_NOT_WRITABLE));
        CHECK(tensor.try_as_span<float>().status() == TA_ERR_NOT_WRITABLE);
        CHECK(check::thrown([&] { tensor.view<float, 1>(); }) == TA_ERR_NOT_WRITABLE);
        CHECK(tensor.mutable_data() == nullptr && tensor.data() == fixed.data());
        Tensor part = tensor.view({1});
        CHECK(part.read_only() && (part.try_view<float, 1>().status() == TA_ERR_NOT_WRITABLE));
    });

    check::law("a read-only tensor cannot be written by the library either", [] {
        const std::vector<float> fixed{1, 2};
        Tensor tensor = asarray(fixed);
        CHECK(tensor.try_fill(3).status() == TA_ERR_NOT_WRITABLE);
        CHECK(asarray(fixed).try_copy_into(tensor).status() == TA_ERR_NOT_WRITABLE);
        CHECK(fixed[0] == 1 && fixed[1] == 2);
    });

    check::law("writable() copies read-only memory, or is refused", [] {
        const std::vector<float> fixed{1, 2};
        Tensor copy = asarray(fixed, Options().writable());
        CHECK(!copy.read_only() && copy.provenance().reason == Reason::read_only);
        copy.view<float, 1>()(0) = 5;
        CHECK(fixed[0] == 1);
        CHECK(try_asarray(fixed, Options().writable().copy(Copy::never)).status() ==
              TA_ERR_CANNOT_ALIAS);
    });
    return check::verdict();
}
