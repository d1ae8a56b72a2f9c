// std::span and std::mdspan, where the compiler has them; the same laws with our own Span
// where it has not.

#include "check.hpp"

#include <cstdint>
#include <vector>

using namespace tarray;

int main() {
    check::law("contiguous elements are a span, whatever the number of axes", [] {
        std::vector<float> values{1, 2, 3, 4};
        Tensor tensor = asarray(Memory(values.data(), {2, 2}));
        const Span<float> span = tensor.as_span<float>();
        CHECK(span.data() == values.data() && span.size() == 4 && span[3] == 4);
        float sum = 0;
        for (const float value : tensor.view<const float, 2>().as_span()) {
            sum += value;
        }
        CHECK(sum == 10);
        CHECK(asarray(std::vector<float>()).view({0}).try_item().status() ==
              TA_ERR_INVALID_ARGUMENT);
        const Tensor none = asarray(std::vector<int>());
        CHECK(none.as_span<const int>().empty());
    });

    check::law("others are refused", [] {
        std::vector<float> values{1, 2, 3, 4};
        Tensor columns = asarray(Memory(values.data(), {2, 2}).strides({1, 2}));
        CHECK(columns.try_as_span<float>().status() == TA_ERR_CANNOT_ALIAS);
        CHECK((columns.view<float, 2>().try_as_span().status() == TA_ERR_CANNOT_ALIAS));
        CHECK(check::thrown([&] { static_cast<void>(columns.as_span<float>()); }) ==
              TA_ERR_CANNOT_ALIAS);
    });

#if defined(__cpp_lib_span)
    check::law("a std::span is a source that borrows, and shapes convert to one", [] {
        std::vector<float> values{1, 2, 3, 4};
        const Tensor tensor = asarray(std::span<float>(values).subspan(1));
        CHECK(tensor.data() == values.data() + 1 && tensor.numel() == 3 && !tensor.read_only());
        const std::span<const float> fixed(values);
        CHECK(asarray(fixed).read_only());
        const std::span<float> loose(values);
        CHECK(!asarray(loose).read_only());
        const std::span<const std::int64_t> shape = tensor.shape();
        CHECK(shape.size() == 1 && shape[0] == 3);
        CHECK(asarray(Memory(values.data(), std::vector<long>{2, 2})).shape() == Dims{2, 2});
    });
#endif

#if defined(__cpp_lib_mdspan)
    check::law("a view is a std::mdspan, with its strides", [] {
        std::vector<int> values{1, 2, 3, 4, 5, 6};
        Tensor columns = asarray(Memory(values.data(), {3, 2}).strides({1, 3}));
        const auto grid = columns.view<int, 2>().as_mdspan();
        CHECK(grid.extent(0) == 3 && grid.stride(1) == 3);
        CHECK((grid[2, 1] == 6));
        grid[0, 1] = 40;
        CHECK(values[3] == 40);
        const Tensor line = asarray(Memory(values.data(), {1, 6}).strides({-7, 1}));
        CHECK((line.view<const int, 2>().as_mdspan()[0, 5] == 6));
        const Tensor none = asarray(Memory(values.data(), {0, 6}).strides({-7, -1}));
        CHECK((none.view<const int, 2>().as_mdspan().empty()));
        CHECK(asarray(5).copy().ndim() == 0);
        const Tensor one = asarray(typed(5));
        CHECK((one.view<const int, 0>().as_mdspan()[] == 5));
    });

    check::law("strides that layout_stride cannot have are refused", [] {
        std::vector<int> values{1, 2, 3, 4};
        const auto status = [&](const Dims &strides, std::size_t from) {
            const Tensor tensor = asarray(Memory(values.data() + from, {2, 2}).strides(strides));
            return tensor.view<const int, 2>().try_as_mdspan().status();
        };
        CHECK(status({2, 1}, 0) == TA_OK && status({1, 2}, 0) == TA_OK);
        CHECK(status({-2, 1}, 2) == TA_ERR_CANNOT_ALIAS);
        CHECK(status({0, 1}, 0) == TA_ERR_CANNOT_ALIAS);
        CHECK(status({1, 1}, 0) == TA_ERR_CANNOT_ALIAS);
    });

    check::law("a std::mdspan is a source", [] {
        int values[6] = {1, 2, 3, 4, 5, 6};
        const std::mdspan<int, std::extents<int, 2, 3>> grid(values);
        const Tensor tensor = asarray(grid);
        CHECK(tensor.data() == values && tensor.shape() == Dims{2, 3} && !tensor.read_only());
        using Columns = std::mdspan<const int, std::dextents<std::size_t, 2>, std::layout_left>;
        const Columns left(values, 2, 3);
        const Tensor other = asarray(left);
        CHECK(other.strides() == Dims{1, 2} && other.read_only() && other.item<int>({1, 2}) == 6);
    });
#endif
    return check::verdict();
}
