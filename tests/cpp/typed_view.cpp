// Typed views: right element at every layout, refused where T would be a lie.

#include "check.hpp"

#include <algorithm>
#include <complex>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <iterator>
#include <memory>
#include <numeric>
#include <vector>

using namespace tarray;

// A type of the user's own.
struct Half {
    std::uint16_t bits;
};
template <> struct tarray::dtype_of<Half> {
    static constexpr Dtype value = float16;
};

namespace {

static_assert(dtype_of_v<bool> == bool_ && dtype_of_v<std::byte> == uint8);
static_assert(dtype_of_v<signed char> == int8 && dtype_of_v<unsigned char> == uint8);
static_assert(dtype_of_v<short> == int16 && dtype_of_v<int> == int32);
static_assert(dtype_of_v<long long> == int64 && dtype_of_v<unsigned long long> == uint64);
static_assert(dtype_of_v<long> == (sizeof(long) == 8 ? int64 : int32));
static_assert(dtype_of_v<std::int64_t> == int64 && dtype_of_v<std::size_t>.code == TA_UINT);
static_assert(dtype_of_v<const float> == float32 && dtype_of_v<double> == float64);
static_assert(dtype_of_v<std::complex<float>> == complex64);
static_assert(dtype_of_v<std::complex<double>> == complex128);
static_assert(dtype_of_v<Half> == float16 && has_dtype_v<const Half>);
static_assert(!has_dtype_v<char> && !has_dtype_v<wchar_t> && !has_dtype_v<char16_t>);
static_assert(!has_dtype_v<long double> && !has_dtype_v<void *> && !has_dtype_v<std::string>);

#if defined(__STDCPP_FLOAT16_T__)
static_assert(dtype_of_v<std::float16_t> == float16);
#endif
#if defined(__STDCPP_BFLOAT16_T__)
static_assert(dtype_of_v<std::bfloat16_t> == bfloat16);
#endif

#if defined(__cpp_lib_ranges)
static_assert(std::ranges::random_access_range<View<float, 2>>);
static_assert(std::ranges::sized_range<View<const float, 0>>);
static_assert(std::ranges::borrowed_range<View<float, 1>>);
#endif

void layouts() {
    check::law("a view reads and writes rows and columns", [] {
        int grid[2][3] = {{1, 2, 3}, {4, 5, 6}};
        Tensor tensor = asarray(grid);
        auto view = tensor.view<int, 2>();
        CHECK(view.rank() == 2 && view.extent(0) == 2 && view.extent(1) == 3 && view.size() == 6);
        CHECK(view.shape() == Dims{2, 3} && view.strides() == Dims{3, 1});
        CHECK(view(1, 2) == 6 && view(std::size_t{0}, 1L) == 2);
        view(1, 0) = 40;
        CHECK(grid[1][0] == 40);
        const View<const int, 2> fixed = view;
        CHECK(fixed(1, 0) == 40 && fixed.data() == view.data());
    });

    check::law("strides are honoured, negative and zero ones too", [] {
        std::vector<double> values{0, 1, 2, 3, 4, 5};
        const Tensor backwards = asarray(Memory(values.data() + 5, {2, 3}).strides({-3, -1}));
        const auto view = backwards.view<const double, 2>();
        CHECK(view(0, 0) == 5 && view(0, 2) == 3 && view(1, 2) == 0 && view.stride(1) == -1);
        CHECK(!view.is_contiguous() && view.data() == values.data() + 5);
        const Tensor columns = asarray(Memory(values.data(), {3, 2}).strides({1, 3}));
        CHECK((columns.view<const double, 2>()(2, 1) == 5));
        const Tensor spread = asarray(Memory(values.data() + 1, {4, 2}).strides({0, 2}));
        CHECK((spread.view<const double, 2>()(3, 1) == 3));
    });

    check::law("begin() to end() is C order at any strides", [] {
        std::vector<int> values(24);
        std::iota(values.begin(), values.end(), 0);
        const Tensor tensor = asarray(Memory(values.data() + 23, {2, 3, 4}).strides({-12, -4, -1}));
        const auto view = tensor.view<const int, 3>();
        std::vector<int> seen(view.begin(), view.end());
        std::reverse(seen.begin(), seen.end());
        CHECK(seen == values);
        CHECK(view.end() - view.begin() == 24 && view.begin()[5] == view(0, 1, 1));
        auto it = view.begin() + 23;
        CHECK(*it-- == 0 && *it == 1 && it < view.end() && *std::prev(view.end()) == 0);

        Tensor line = asarray(Memory(values.data() + 20, {3}).strides({-10}));
        int sum = 0;
        for (int &value : line.view<int, 1>()) {
            sum += value;
            value = -1;
        }
        CHECK(sum == 30 && values[0] == -1 && values[10] == -1 && values[20] == -1);
        auto sorted = asarray(Memory(values.data() + 23, {24}).strides({-1}));
        auto all = sorted.view<int, 1>();
        std::sort(all.begin(), all.end());
        CHECK(values[0] == 23 && values[23] == -1);
    });

    check::law("no axes is one element, no elements is an empty view", [] {
        const Tensor one = asarray(typed(2.5));
        const auto view = one.view<const double, 0>();
        CHECK(view() == 2.5 && view.size() == 1 && *view.begin() == 2.5 && view.is_contiguous());
        std::vector<float> nothing;
        const Tensor none = asarray(Memory(nothing.data(), {3, 0, 2}));
        const auto empty = none.view<const float, 3>();
        CHECK(empty.empty() && empty.begin() == empty.end() && empty.is_contiguous());
    });

    check::law("contiguity is that of the library", [] {
        int values[6] = {1, 2, 3, 4, 5, 6};
        const auto agrees = [&](Memory memory) {
            const Tensor tensor = asarray(std::move(memory));
            return tensor.is_contiguous() == tensor.view<const int, 2>().is_contiguous();
        };
        CHECK(agrees(Memory(values, {2, 3})));
        CHECK(agrees(Memory(values, {3, 2}).strides({1, 3})));
        CHECK(agrees(Memory(values, {1, 6}).strides({99, 1})));
        CHECK(agrees(Memory(values, {6, 1}).strides({1, -5})));
        CHECK(agrees(Memory(values, {0, 3}).strides({7, 7})));
        CHECK(agrees(Memory(values, {3, 1}).strides({2, 1})));
    });
}

void refusals() {
    check::law("another dtype is refused, the same under another name is not", [] {
        std::vector<float> values{1, 2};
        Tensor tensor = asarray(values);
        CHECK((tensor.try_view<double, 1>().status() == TA_ERR_DTYPE));
        CHECK((tensor.try_view<int, 1>().status() == TA_ERR_DTYPE));
        CHECK(tensor.try_as_span<const std::uint32_t>().status() == TA_ERR_DTYPE);
        const auto refused = tensor.try_view<double, 1>();
        CHECK(std::strstr(refused.message(), "float32") != nullptr &&
              std::strstr(refused.message(), "float64") != nullptr);
        std::vector<long> longs{1};
        Tensor wide = asarray(longs);
        if (sizeof(long) == sizeof(long long)) {
            CHECK((wide.view<long long, 1>()(0) == 1));
        }
    });

    check::law("another number of axes is refused", [] {
        std::vector<float> values{1, 2};
        Tensor tensor = asarray(values);
        CHECK((tensor.try_view<float, 2>().status() == TA_ERR_LAYOUT));
        CHECK((tensor.try_view<float, 0>().status() == TA_ERR_LAYOUT));
    });

    check::law("an unaligned address is refused, not read; a copy of it is fine", [] {
        alignas(8) unsigned char bytes[12] = {};
        const float value = 1.5F;
        std::memcpy(bytes + 1, &value, sizeof(value));
        Tensor odd = frombuffer(Buffer(bytes, sizeof(bytes)), float32, 2, 1);
        CHECK(odd.data() == bytes + 1);
        CHECK((odd.try_view<const float, 1>().status() == TA_ERR_CANNOT_ALIAS));
        CHECK((odd.try_view<float, 1>().status() == TA_ERR_CANNOT_ALIAS));
        CHECK(odd.try_as_span<const float>().status() == TA_ERR_CANNOT_ALIAS);
        CHECK(odd.item<float>({0}) == 1.5F);
        const Tensor even = odd.copy();
        CHECK((even.view<const float, 1>()(0) == 1.5F));
    });

    check::law("memory that the cpu cannot read is refused", [] {
        float value = 1;
        Tensor pinned = asarray(Memory(&value, {1}).device({TA_DEVICE_CUDA_HOST, 0}));
        CHECK((pinned.view<float, 1>()(0) == 1));
        Tensor remote = asarray(Memory(&value, {1}).device({TA_DEVICE_CUDA, 0}));
        CHECK((remote.try_view<const float, 1>().status() == TA_ERR_DEVICE));
        CHECK(remote.device() == cuda(0) && cuda() == Device(TA_DEVICE_CUDA, -1));
    });
}

void own_types() {
    check::law("a type of the user's own has views and sources", [] {
        std::vector<Half> halves{{0x3C00}, {0xC000}}; // 1 and -2
        const Tensor tensor = asarray(halves);
        CHECK(tensor.dtype() == float16 && tensor.item<float>({1}) == -2.0F);
        CHECK((tensor.view<const Half, 1>()(0).bits == 0x3C00));
        const Tensor one = asarray(Half{0x3C00});
        CHECK(one.ndim() == 0 && one.dtype() == float16 && one.item<double>() == 1.0);
        const Tensor pair = asarray({Half{0x3C00}, Half{0x4000}});
        CHECK(pair.dtype() == float16 && pair.item<float>({1}) == 2.0F);
    });

    check::law("complex and bool have views", [] {
        std::vector<std::complex<double>> waves{{1, 2}, {3, -4}};
        const Tensor tensor = asarray(waves);
        CHECK((tensor.view<const std::complex<double>, 1>()(1) == std::complex<double>(3, -4)));
        CHECK(tensor.item<std::complex<float>>({0}) == std::complex<float>(1, 2));
        bool flags[2] = {true, false};
        Tensor mask = asarray(flags);
        mask.view<bool, 1>()(1) = true;
        CHECK(flags[1] && mask.dtype() == bool_);
    });
}

} // namespace

int main() {
    layouts();
    refusals();
    own_types();
    return check::verdict();
}
