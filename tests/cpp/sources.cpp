// Everything that asarray() takes: what it becomes, and whether memory is shared.

#include "check.hpp"

#include <array>
#include <cstdint>
#include <cstring>
#include <limits>
#include <memory>
#include <vector>

using namespace tarray;

namespace {

void memory() {
    check::law("contiguous containers are shared, with the axes that their type has", [] {
        std::vector<float> line{1, 2, 3};
        CHECK(asarray(line).data() == line.data() && asarray(line).shape() == Dims{3});
        std::array<std::array<int, 3>, 2> grid{{{1, 2, 3}, {4, 5, 6}}};
        const Tensor two = asarray(grid);
        CHECK(two.data() == grid.data() && two.shape() == Dims{2, 3} && two.item<int>({1, 0}) == 4);
        std::vector<std::array<double, 2>> points{{1, 2}, {3, 4}, {5, 6}};
        const Tensor three = asarray(points);
        CHECK(three.data() == points.data() && three.shape() == Dims{3, 2});
        CHECK(three.item<double>({2, 1}) == 6);
        std::int16_t cube[2][3][4] = {};
        CHECK(asarray(cube).shape() == Dims{2, 3, 4} && asarray(cube).dtype() == int16);
        const Tensor moved = asarray(std::array<float, 2>{7, 8});
        CHECK(moved.item<float>({1}) == 8 && !moved.read_only());
        const std::vector<std::array<float, 2>> fixed(2);
        CHECK(asarray(fixed).read_only());
    });

    check::law("an empty container is a tensor without elements", [] {
        std::vector<float> none;
        const Tensor tensor = asarray(none);
        CHECK(tensor.shape() == Dims{0} && tensor.numel() == 0 && tensor.dtype() == float32);
        CHECK(asarray(std::vector<std::int8_t>()).dtype() == int8);
    });

    check::law("a view is a source", [] {
        std::vector<float> values{1, 2, 3, 4};
        Tensor tensor = asarray(Memory(values.data() + 3, {2, 2}).strides({-2, -1}));
        const Tensor again = asarray(tensor.view<float, 2>());
        CHECK(again.data() == tensor.data() && again.strides() == Dims{-2, -1});
        CHECK(!again.read_only() && asarray(tensor.view<const float, 2>()).read_only());
    });

    check::law("described memory says everything that C can say", [] {
        unsigned char big_endian[4] = {0, 1, 0, 2};
        const Tensor swapped =
            asarray(Memory(static_cast<void *>(big_endian), int16, {2}).byte_swapped());
        CHECK(swapped.item<int>({0}) == 1 && swapped.item<int>({1}) == 2);
        CHECK(swapped.provenance().reason == Reason::byte_order);
        CHECK(try_from_array(Memory(static_cast<void *>(big_endian), int16, {2}).byte_swapped())
                  .status() == TA_ERR_CANNOT_ALIAS);
        const Tensor odd = asarray(
            Memory(static_cast<void *>(big_endian), uint8, {2}).strides_bytes({3}));
        CHECK(odd.strides() == Dims{3} && odd.item<int>({1}) == 2);
        const Tensor skewed = asarray(
            Memory(static_cast<void *>(big_endian), int16, {2}).strides_bytes({1}));
        CHECK(skewed.provenance().reason == Reason::stride_alignment && skewed.numel() == 2);
        const Tensor later = asarray(Memory(big_endian, {2}).byte_offset(2));
        CHECK(later.data() == big_endian + 2 && later.item<int>({1}) == 2);
        const Tensor named = asarray(Memory(big_endian, {4}).origin(Origin::numpy));
        CHECK(named.provenance().origin == Origin::numpy && named.provenance().aliased);
        const Tensor made = asarray(Memory(big_endian, {4}).made(Reason::device));
        CHECK(made.data() == big_endian && !made.provenance().aliased);
        CHECK(made.provenance().reason == Reason::device);
        CHECK(try_asarray(Memory(big_endian, {4}).made(Reason::producer),
                          Options().copy(Copy::never)).status() == TA_ERR_CANNOT_ALIAS);
        const Tensor padded = from_array(
            Memory(static_cast<void *>(big_endian), float4_e2m1fn, {4}).subbyte_padded());
        CHECK((padded.info().flags & TA_TENSOR_SUBBYTE_PADDED) != 0);
    });

    check::law("a description that does not hold together is refused", [] {
        float values[4] = {};
        CHECK(try_asarray(Memory(values, {2, 2}).strides({1})).status() == TA_ERR_INVALID_ARGUMENT);
        CHECK(try_asarray(Memory(values, {-1})).status() == TA_ERR_LAYOUT);
        CHECK(try_asarray(Memory(values, {2}).strides({std::numeric_limits<std::int64_t>::max()}))
                  .status() == TA_ERR_LAYOUT);
        CHECK(try_asarray(Memory(values, {std::numeric_limits<std::uint64_t>::max()})).status() ==
              TA_ERR_LAYOUT);
        CHECK(try_asarray(Memory(values, std::vector<int>(65, 1))).status() == TA_ERR_LAYOUT);
        CHECK(try_asarray(Memory(values, std::vector<int>(64, 1))).ok());
        CHECK(try_asarray(Memory(static_cast<float *>(nullptr), {1})).status() ==
              TA_ERR_NULL_ARGUMENT);
        CHECK(try_asarray(Memory(static_cast<void *>(values), Dtype(), {1})).status() ==
              TA_ERR_DTYPE);
    });

    check::law("a buffer is grouped by the dtype that is asked for", [] {
        const float values[2] = {1.5F, 2.5F};
        CHECK(asarray(Buffer(values, 8)).dtype() == float32);
        const Tensor words = asarray(Buffer(values, 8), Options().dtype(uint16));
        CHECK(words.shape() == Dims{4} && words.data() == values);
        CHECK(words.provenance().origin == Origin::buffer);
        const Tensor last = frombuffer(Buffer(values, 8), float32, 1, 4);
        CHECK(last.numel() == 1 && last.item<float>() == 2.5F);
        CHECK(try_frombuffer(Buffer(values, 7), float32).status() == TA_ERR_INVALID_ARGUMENT);
    });
}

void numbers() {
    check::law("a number has a dtype by its kind, a typed one by its type", [] {
        CHECK(asarray(true).dtype() == bool_ && asarray(7).dtype() == int64);
        CHECK(asarray(2.5).dtype() == float32 && asarray(2.5F).dtype() == float32);
        CHECK(asarray(std::complex<float>(1, 2)).dtype() == complex64);
        CHECK(asarray(2.5, Options().default_dtype(float64)).dtype() == float64);
        CHECK(asarray(typed(2.5)).dtype() == float64 && asarray(typed(7)).dtype() == int32);
        CHECK(asarray(7).ndim() == 0 && asarray(-7).item<int>() == -7);
        CHECK(asarray(std::numeric_limits<std::uint64_t>::max()).dtype() == uint64);
        CHECK(asarray(std::uint8_t{200}).item<int>() == 200);
        CHECK(try_asarray(300, Options().dtype(int8)).status() == TA_ERR_OVERFLOW);
        CHECK(asarray(7).provenance().origin == Origin::scalar);
        CHECK(asarray(7).provenance().reason == Reason::not_memory);
        CHECK(try_asarray(7, Options().copy(Copy::never)).status() == TA_ERR_CANNOT_ALIAS);
    });

    check::law("item() gives the number as a type that can hold it, or says why not", [] {
        const Tensor tensor = asarray({300, -1});
        CHECK(tensor.item<short>({0}) == 300 && tensor.item<double>({1}) == -1.0);
        CHECK(tensor.try_item({0})->try_to<signed char>().status() == TA_ERR_OVERFLOW);
        CHECK(tensor.try_item({1})->try_to<unsigned>().status() == TA_ERR_OVERFLOW);
        CHECK(std::strstr(tensor.try_item({1})->try_to<unsigned>().message(), "-1") != nullptr);
        CHECK(tensor.try_item({0})->try_to<bool>().status() == TA_ERR_DTYPE);
        CHECK(tensor.item({0}).kind() == TA_SCALAR_INT);
        CHECK(tensor.item<std::complex<double>>({0}) == std::complex<double>(300, 0));
        CHECK(asarray(2.5).try_item()->try_to<int>().status() == TA_ERR_DTYPE);
        CHECK(asarray(true).item<bool>() && asarray(true).item<int>() == 1);
        const auto most = std::numeric_limits<std::uint64_t>::max();
        CHECK(asarray(most).item<std::uint64_t>() == most);
        CHECK(asarray(most).try_item()->try_to<std::int64_t>().status() == TA_ERR_OVERFLOW);
        CHECK(tensor.try_item({2}).status() == TA_ERR_OUT_OF_BOUNDS);
        CHECK(tensor.try_item({0, 0}).status() == TA_ERR_INVALID_ARGUMENT);
        CHECK(tensor.try_item().status() == TA_ERR_INVALID_ARGUMENT);
        CHECK(tensor.view({1, 1}).item<int>() == 300);
    });
}

void tensors() {
    check::law("a tensor that is as asked is the same tensor", [] {
        const Tensor tensor = asarray({1, 2});
        const Tensor same = asarray(tensor);
        CHECK(same.get() == tensor.get());
        const Tensor wide = asarray(tensor, Options().dtype(float64));
        CHECK(wide.data() != tensor.data() && wide.provenance().reason == Reason::dtype);
        CHECK(asarray(tensor.share()).get() == tensor.get());
    });

    check::law("what may come in can be limited", [] {
        std::vector<float> values{1};
        const Options strict = Options().accept(TA_ACCEPT_MEMORY | TA_ACCEPT_TENSOR);
        CHECK(try_asarray(values, strict).ok() && try_asarray(asarray(values), strict).ok());
        CHECK(try_asarray(1, strict).status() == TA_ERR_KIND);
        CHECK(try_asarray({1, 2}, strict).status() == TA_ERR_KIND);
    });
}

// Says where its elements begin and how many there are, but not that they are two apart.
struct EverySecond {
    float *data() const { return elements; }
    std::size_t size() const { return 2; }
    View<float, 1>::iterator begin() const {
        const std::int64_t shape[1] = {2};
        const std::int64_t strides[1] = {2};
        return View<float, 1>(elements, shape, strides).begin();
    }

    float *elements;
};

void misleading() {
    check::law("a container whose elements are not where data() says is not misread", [] {
        float values[4] = {1, 2, 3, 4};
        EverySecond container{values};
        CHECK(try_asarray(container).status() == TA_ERR_CANNOT_ALIAS);
        CHECK(try_asarray(EverySecond{values}).status() == TA_ERR_CANNOT_ALIAS);
    });
}

} // namespace

int main() {
    memory();
    numbers();
    tensors();
    misleading();
    return check::verdict();
}
