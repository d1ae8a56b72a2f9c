// Nested sequences: braces and containers, walked without being copied first; what they throw
// stays on this side of the library.

#include "check.hpp"

#include <complex>
#include <cstring>
#include <deque>
#include <new>
#include <stdexcept>
#include <string>
#include <valarray>
#include <vector>

using namespace tarray;

namespace {

void braces() {
    check::law("braces nest", [] {
        CHECK(asarray({1, 2, 3}).shape() == Dims{3});
        CHECK(asarray({{1, 2, 3}, {4, 5, 6}}).shape() == Dims{2, 3});
        const Tensor cube = asarray({{{1, 2}, {3, 4}}, {{5, 6}, {7, 8}}});
        CHECK(cube.shape() == Dims{2, 2, 2} && cube.dtype() == int64);
        CHECK(cube.item<int>({1, 0, 1}) == 6);
        const Tensor deep = asarray({{{{1}, {2}}}, {{{3}, {4}}}});
        CHECK(deep.shape() == Dims{2, 1, 2, 1} && deep.item<int>({1, 0, 1, 0}) == 4);
        CHECK(asarray({{{{{9}}}}}).shape() == Dims{1, 1, 1, 1, 1});
        CHECK(asarray({7}).shape() == Dims{1} && asarray({{7}}).shape() == Dims{1, 1});
        CHECK(asarray({}).shape() == Dims{0} && asarray({{}, {}}).shape() == Dims{2, 0});
    });

    check::law("their dtype is inferred, or given", [] {
        CHECK(asarray({true, false}).dtype() == bool_);
        CHECK(asarray({1, 2.5}).dtype() == float32);
        CHECK(asarray({std::complex<double>(1, 2), 3}).dtype() == complex64);
        CHECK(asarray({1.5, 2.5}, Options().default_dtype(float64)).dtype() == float64);
        const Tensor small = asarray({{1, 2}, {3, 4}}, Options().dtype(int8));
        CHECK(small.dtype() == int8 && small.item<int>({1, 1}) == 4);
        CHECK(try_asarray({1, 1000}, Options().dtype(int8)).status() == TA_ERR_OVERFLOW);
    });

    check::law("tensors in braces are stacked", [] {
        const Tensor row = asarray({1.0, 2.0});
        const Tensor both = asarray({row, row});
        CHECK(both.shape() == Dims{2, 2} && both.dtype() == float32);
        CHECK(both.item<float>({1, 1}) == 2.0F);
        CHECK(asarray({{row, row}, {row, row}}).shape() == Dims{2, 2, 2});
        const Tensor five = asarray(5);
        CHECK(asarray({five, 6}).shape() == Dims{2});
    });

    check::law("ragged braces are refused", [] {
        const auto ragged = try_asarray({{1, 2}, {3}});
        CHECK(ragged.status() == TA_ERR_RAGGED && std::strlen(ragged.message()) > 0);
        CHECK(try_asarray({{1, 2}, 3}).status() == TA_ERR_RAGGED);
    });
}

void containers() {
    check::law("containers of containers are copied, with the dtype of their type", [] {
        const std::vector<std::vector<double>> rows{{1, 2, 3}, {4, 5, 6}};
        const Tensor tensor = asarray(rows);
        CHECK(tensor.shape() == Dims{2, 3} && tensor.dtype() == float64);
        CHECK(tensor.item<double>({1, 2}) == 6 && !tensor.provenance().aliased);
        CHECK(tensor.provenance().origin == Origin::sequence);
        const std::deque<std::vector<std::deque<int>>> mixed{{{1}, {2}}, {{3}, {4}}};
        CHECK(asarray(mixed).shape() == Dims{2, 2, 1} && asarray(mixed).dtype() == int32);
        CHECK(asarray(rows, Options().dtype(int16)).dtype() == int16);
        CHECK(try_asarray(std::vector<std::vector<int>>{{1}, {2, 3}}).status() == TA_ERR_RAGGED);
        CHECK(asarray(std::vector<std::vector<float>>()).dtype() == float32);
        CHECK(try_asarray(rows, Options().copy(Copy::never)).status() == TA_ERR_CANNOT_ALIAS);
    });

    check::law("so are containers without contiguous elements", [] {
        const std::vector<bool> flags{true, false, true};
        CHECK(asarray(flags).dtype() == bool_ && asarray(flags).item<bool>({2}));
        CHECK(!asarray(flags).item<bool>({1}));
        const std::valarray<short> values{1, 2, 3};
        CHECK(asarray(values).dtype() == int16 && asarray(values).item<int>({2}) == 3);
        std::deque<double> many;
        for (int k = 0; k < 10000; ++k) {
            many.push_back(k);
        }
        const Tensor long_one = asarray(many);
        CHECK(long_one.dtype() == float64 && long_one.item<double>({9999}) == 9999);
    });

    check::law("a vector of tensors is stacked", [] {
        std::vector<Tensor> parts;
        parts.push_back(asarray({1, 2}));
        parts.push_back(asarray({3, 4}));
        const Tensor both = asarray(parts);
        CHECK(both.shape() == Dims{2, 2} && both.item<int>({1, 0}) == 3);
    });
}

// A sequence whose items are made when they are asked for.
struct Counted {
    std::size_t size() const { return 3; }
    std::vector<int> operator[](std::size_t row) const {
        return std::vector<int>(2, static_cast<int>(row));
    }
};

// Sequences that fail while they are read.
template <class Thrown> struct Failing {
    std::size_t size() const { return 2; }
    int operator[](std::size_t index) const {
        if (index == 1) {
            Thrown::fail();
        }
        return 1;
    }
};
struct Late {
    std::size_t size() const { throw std::length_error("size is not known"); }
    int operator[](std::size_t) const { return 1; }
};
struct ThrowsStandard {
    static void fail() { throw std::runtime_error("row 1 is gone"); }
};
struct ThrowsOurs {
    static void fail() { throw Error(Failure(TA_ERR_DEVICE, "device is gone")); }
};
struct ThrowsMemory {
    static void fail() { throw std::bad_alloc(); }
};
struct ThrowsAnything {
    static void fail() { throw 42; }
};

void exceptions() {
    check::law("items may be made on the way", [] {
        const Tensor tensor = asarray(Counted());
        CHECK(tensor.shape() == Dims{3, 2} && tensor.dtype() == int32);
        CHECK(tensor.item<int>({2, 1}) == 2);
    });

    check::law("what a sequence throws becomes a status with its message", [] {
        const auto standard = try_asarray(Failing<ThrowsStandard>());
        CHECK(standard.status() == TA_ERR_CALLBACK);
        CHECK(std::strstr(standard.message(), "row 1 is gone") != nullptr);
        const auto ours = try_asarray(Failing<ThrowsOurs>());
        CHECK(ours.status() == TA_ERR_DEVICE);
        CHECK(std::strstr(ours.message(), "device is gone") != nullptr);
        CHECK(try_asarray(Failing<ThrowsMemory>()).status() == TA_ERR_OUT_OF_MEMORY);
        CHECK(try_asarray(Failing<ThrowsAnything>()).status() == TA_ERR_CALLBACK);
        const auto late = try_asarray(Late());
        CHECK(late.status() == TA_ERR_CALLBACK);
        CHECK(std::strstr(late.message(), "size is not known") != nullptr);
        const std::vector<Failing<ThrowsStandard>> nested(2);
        CHECK(try_asarray(nested).status() == TA_ERR_CALLBACK);
    });

    check::law("a long message is cut between characters", [] {
        std::string accents;
        for (int k = 0; k < 400; ++k) {
            accents += "\xC3\xA9";
        }
        const std::string odd(Failure(TA_ERR_CALLBACK, accents.c_str()).message());
        CHECK(odd == accents.substr(0, TA_MESSAGE_SIZE - 2));
        const std::string even(Failure(TA_ERR_CALLBACK, ("x" + accents).c_str()).message());
        CHECK(even == ("x" + accents).substr(0, TA_MESSAGE_SIZE - 1));
        CHECK(std::string(Failure(TA_ERR_CALLBACK, "").message()) == "TA_ERR_CALLBACK");
    });

    check::law("an exception of ours carries status and message", [] {
        try {
            static_cast<void>(asarray({{1, 2}, {3}}));
            CHECK(false);
        } catch (const std::runtime_error &error) {
            CHECK(std::strlen(error.what()) > 0);
            const auto *const ours = dynamic_cast<const Error *>(&error);
            CHECK(ours != nullptr && ours->status() == TA_ERR_RAGGED);
        }
    });
}

} // namespace

int main() {
    braces();
    containers();
    exceptions();
    return check::verdict();
}
