// What a tensor says of itself, views of it, writes into it, and how it is printed.

#include "check.hpp"

#include <algorithm>
#include <cstring>
#include <string>
#include <vector>

using namespace tarray;

int main() {
    check::law("every fact is there, one by one and at once", [] {
        float values[6] = {1, 2, 3, 4, 5, 6};
        Tensor tensor = asarray(Memory(values, {3, 2}).strides({1, 3}));
        CHECK(tensor.data() == values && tensor.mutable_data() == values);
        CHECK(tensor.dtype() == float32 && tensor.device() == cpu);
        CHECK(cpu.cpu_readable() && !cuda(0).cpu_readable());
        CHECK(tensor.ndim() == 2 && tensor.numel() == 6);
        CHECK(tensor.shape() == Dims{3, 2} && tensor.strides() == Dims{1, 3});
        CHECK(tensor.shape()[0] == 3 && tensor.shape().size() == 2);
        CHECK(!tensor.read_only() && !tensor.is_contiguous() && !tensor.requires_grad());
        const ta_info info = tensor.info();
        CHECK(info.data == values && info.ndim == 2 && info.numel == 6 && info.nbytes == 24);
        CHECK((info.flags & TA_TENSOR_ALIGNED) != 0);
        CHECK(std::count(tensor.shape().begin(), tensor.shape().end(), 2) == 1);
        CHECK(tensor.shape() != tensor.strides());
    });

    check::law("provenance names where and why", [] {
        std::vector<float> values{1, 2};
        const Provenance shared = asarray(values).provenance();
        CHECK(shared.origin == Origin::memory && shared.aliased && shared.reason == Reason::none);
        const Provenance copied = asarray(values, Options().dtype(int32)).provenance();
        CHECK(copied.origin == Origin::memory && !copied.aliased);
        CHECK(std::string(name(copied.origin)) == "memory");
        CHECK(std::string(name(copied.reason)) == "dtype");
        CHECK(std::string(name(Reason::none)).empty());
        CHECK(std::string(name(static_cast<Origin>(999))) == "unknown");
    });

    check::law("dtypes have names", [] {
        CHECK(float32.name() == "float32" && bool_.name() == "bool");
        CHECK(complex64.name() == "complex64" && complex32.name() == "complex32");
        CHECK(float8_e4m3fn.name() == "float8_e4m3fn" && bfloat16.name() == "bfloat16");
        CHECK(Dtype(TA_INT, 4).name() == "int4" && Dtype(TA_FLOAT, 32, 4).name() == "float32x4");
        CHECK(float64.itemsize() == 8 && float4_e2m1fn.itemsize() == 1 && int8 != uint8);
    });

    check::law("it prints like PyTorch", [] {
        CHECK(asarray({1.0, 2.0}).repr() == "tensor([1., 2.])");
        CHECK(asarray({1, 2}).repr() == "tensor([1, 2])");
        CHECK(asarray({1.0, 2.0}).repr(ReprOptions().default_dtype(float64)) ==
              "tensor([1., 2.], dtype=tarray.float32)");
        const std::vector<int> many(900, 7);
        const std::string text = asarray(many).repr();
        CHECK(text.size() > 900 * 3 && text.front() == 't' && text.find(')') != std::string::npos);
        const std::string brief = asarray(many).repr(ReprOptions().threshold(10).edgeitems(1));
        CHECK(brief.find("...") != std::string::npos && brief.size() < 60);
        CHECK(asarray({1.0}).repr(ReprOptions().scientific(true)) == "tensor([1.0000e+00])");
        CHECK(asarray({1.25, 0.5}).repr(ReprOptions().precision(2)) == "tensor([1.25, 0.50])");
    });

    check::law("views stay inside their tensor and share its memory", [] {
        std::vector<int> values{0, 1, 2, 3, 4, 5};
        const Tensor tensor = asarray(values);
        Tensor grid = tensor.view({2, 3});
        CHECK(grid.data() == values.data() && grid.shape() == Dims{2, 3});
        const Tensor flipped = tensor.view({3}, {-2}, 5);
        CHECK(flipped.item<int>({0}) == 5 && flipped.item<int>({2}) == 1);
        CHECK(tensor.try_view({7}).status() == TA_ERR_OUT_OF_BOUNDS);
        CHECK(tensor.try_view({2}, {1}, 5).status() == TA_ERR_OUT_OF_BOUNDS);
        CHECK(tensor.try_view({2}, {1, 1}).status() == TA_ERR_INVALID_ARGUMENT);
        CHECK(tensor.try_view({-1}).status() == TA_ERR_LAYOUT);
        CHECK(tensor.try_view(std::vector<int>(65, 1)).status() == TA_ERR_LAYOUT);
        grid.view<int, 2>()(1, 1) = 40;
        CHECK(values[4] == 40);
    });

    check::law("fill() and copy_into() write, converting and broadcasting", [] {
        std::vector<float> values(6);
        Tensor tensor = asarray(values);
        tensor.fill(2);
        CHECK(values[0] == 2 && values[5] == 2);
        Tensor grid = tensor.view({2, 3});
        asarray({1, 2, 3}).copy_into(grid);
        CHECK(values[0] == 1 && values[3] == 1 && values[5] == 3);
        CHECK(asarray({1, 2}).try_copy_into(grid).status() == TA_ERR_INVALID_ARGUMENT);
        Tensor bytes = asarray({1, 2}, Options().dtype(uint8));
        CHECK(bytes.try_fill(256).status() == TA_ERR_OVERFLOW && bytes.item<int>({0}) == 1);
        const Tensor mixed = tensor.view({6}, {-1}, 5);
        mixed.copy_into(tensor);
        CHECK(values[0] == 3 && values[5] == 1);
    });

    check::law("a copy has memory of its own", [] {
        std::vector<float> values{1, 2, 3, 4};
        const Tensor tensor = asarray(Memory(values.data(), {2, 2}).strides({1, 2}));
        const Tensor copy = tensor.copy();
        CHECK(copy.data() != tensor.data() && copy.strides() == Dims{1, 2});
        const Tensor dense = tensor.copy(Options().contiguous().dtype(float64));
        CHECK(dense.is_contiguous() && dense.item<double>({0, 1}) == 3);
        CHECK(tensor.try_copy(Options().copy(Copy::never)).status() == TA_ERR_INVALID_ARGUMENT);
    });

    check::law("library and header belong together", [] {
        CHECK(abi_matches() && std::string(version()) == TA_VERSION_STRING);
        CHECK(try_set_num_threads(-1).status() == TA_ERR_INVALID_ARGUMENT);
        set_num_threads(1);
        set_num_threads(0);
    });
    return check::verdict();
}
