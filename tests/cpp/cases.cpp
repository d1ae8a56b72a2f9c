// The table of cases, through tarray.hpp. Lists are braces, which a program has as many items in as
// are written: the longest of the table are missing.

#include "check.hpp"

#include "../cases/table.h"

#include <complex>
#include <cstdint>
#include <cstdlib>
#include <cstring>
#include <functional>
#include <initializer_list>
#include <string>
#include <utility>
#include <vector>

namespace {

using namespace tarray;

constexpr int fewest = 267;

struct Row {
    const one_case &cells;

    std::string operator[](column which) const { return cells.field[which]; }
    bool is(const char *kind) const { return std::strcmp(cells.field[KIND], kind) == 0; }
    bool has(column which, const char *word) const {
        return has_word(cells.field[which], " ", word) != 0;
    }
    std::vector<std::int64_t> integers(column which) const {
        std::vector<std::int64_t> made(TA_MAX_NDIM);
        made.resize(static_cast<std::size_t>(integers_of(cells.field[which], made.data())));
        return made;
    }
    std::vector<unsigned char> bytes(column which) const {
        std::size_t size = 0;
        unsigned char *const raw = bytes_of(cells.field[which], &size);
        const std::vector<unsigned char> made(raw, raw + size);
        std::free(raw);
        return made;
    }
};

// What stands behind `key=` in the request; empty if it is not there.
std::string asked(const Row &row, const char *key) {
    char value[64] = "";
    request_value(row.cells.field[REQUEST], key, value, sizeof(value));
    return value;
}

Options options_of(const Row &row) {
    Options options;
    if (const std::string name = asked(row, "dtype"); !name.empty()) {
        options.dtype(dtype_named(name.c_str()));
    }
    if (const std::string name = asked(row, "default_dtype"); !name.empty()) {
        options.default_dtype(dtype_named(name.c_str()));
    }
    if (const std::string name = asked(row, "device"); !name.empty()) {
        options.device(device(name.c_str()));
    }
    if (const std::string mode = asked(row, "copy"); !mode.empty()) {
        options.copy(mode == "always" ? Copy::always : Copy::never);
    }
    if (const std::string mode = asked(row, "requires_grad"); !mode.empty()) {
        options.requires_grad(mode == "yes" ? Grad::yes : Grad::as_source);
    }
    if (const std::string origins = asked(row, "accept"); !origins.empty()) {
        std::uint64_t kinds = 0;
        for (std::int32_t origin = TA_ORIGIN_TENSOR; origin <= TA_ORIGIN_SEQUENCE; ++origin) {
            if (has_word(origins.c_str(), ",", ta_origin_name(origin)) != 0) {
                kinds |= std::uint64_t{1} << origin;
            }
        }
        options.accept(kinds);
    }
    if (row.has(REQUEST, "writable")) {
        options.writable();
    }
    if (row.has(REQUEST, "contiguous")) {
        options.contiguous();
    }
    return options;
}

// Calls `with(T{})` with the C++ type of a dtype; false where C++ has none.
template <class With> bool with_type(const std::string &dtype, const With &with) {
    bool found = false;
    const auto try_type = [&](auto one) {
        char name[32];
        ta_dtype_name(dtype_of_v<decltype(one)>, name, sizeof(name));
        if (dtype == name) {
            found = true;
            with(one);
        }
    };
    try_type(std::int8_t{});
    try_type(std::int16_t{});
    try_type(std::int32_t{});
    try_type(std::int64_t{});
    try_type(std::uint8_t{});
    try_type(std::uint16_t{});
    try_type(std::uint32_t{});
    try_type(std::uint64_t{});
    try_type(float{});
    try_type(double{});
    try_type(std::complex<float>{});
    try_type(std::complex<double>{});
    return found;
}

Result<Tensor> of_number(const Row &row, const Options &options) {
    const char *end = nullptr;
    const ta_scalar number = number_at(row.cells.field[VALUE], &end);
    switch (number.kind) {
    case TA_SCALAR_BOOL:
        return try_asarray(number.value.i != 0, options);
    case TA_SCALAR_INT:
        return try_asarray(number.value.i, options);
    case TA_SCALAR_UINT:
        return try_asarray(number.value.u, options);
    case TA_SCALAR_FLOAT:
        return try_asarray(number.value.f, options);
    default:
        return try_asarray(std::complex<double>(number.value.c[0], number.value.c[1]), options);
    }
}

Value value_of(const ta_scalar &number) {
    switch (number.kind) {
    case TA_SCALAR_BOOL:
        return number.value.i != 0;
    case TA_SCALAR_INT:
        return number.value.i;
    case TA_SCALAR_UINT:
        return number.value.u;
    case TA_SCALAR_FLOAT:
        return number.value.f;
    default:
        return std::complex<double>(number.value.c[0], number.value.c[1]);
    }
}

using Braces = std::initializer_list<Value>;
// Braces live as long as the expression that they are in: whoever uses them is called there.
using UseBraces = std::function<void(Braces)>;

// False if there are more items than are written here.
bool with_braces(const std::vector<Value> &items, const UseBraces &use) {
    switch (items.size()) {
    case 0:
        use({});
        return true;
    case 1:
        use({items[0]});
        return true;
    case 2:
        use({items[0], items[1]});
        return true;
    case 3:
        use({items[0], items[1], items[2]});
        return true;
    default:
        return false;
    }
}

// The rest of a list, behind the items that have been read.
bool read_items(const char *&text, std::vector<Value> items, const UseBraces &use) {
    text += std::strspn(text, ", ");
    if (*text == ']') {
        ++text;
        return with_braces(items, use);
    }
    if (*text != '[') {
        items.push_back(value_of(number_at(text, &text)));
        return read_items(text, std::move(items), use);
    }
    ++text;
    bool is_read = false;
    const bool is_inner = read_items(text, {}, [&](Braces inner) {
        std::vector<Value> longer = items;
        longer.emplace_back(inner);
        is_read = read_items(text, std::move(longer), use);
    });
    return is_inner && is_read;
}

Result<Tensor> of_memory(const Row &row, std::vector<unsigned char> &block,
                         const Options &options) {
    const auto shape = row.integers(SOURCE_SHAPE);
    const auto strides = row.integers(STRIDES);
    Memory memory(block.data(), dtype_named(row.cells.field[SOURCE_DTYPE]), Dims(shape));
    static_cast<void>(std::move(memory).byte_offset(std::stoull(row[START])));
    if (!strides.empty()) {
        static_cast<void>(std::move(memory).strides_bytes(Dims(strides)));
    }
    if (row.has(TRAITS, "read_only")) {
        static_cast<void>(std::move(memory).read_only());
    }
    if (row.has(TRAITS, "swapped")) {
        static_cast<void>(std::move(memory).byte_swapped());
    }
    return try_asarray(std::move(memory), options);
}

template <class T> std::vector<T> elements_of(const std::vector<unsigned char> &block) {
    std::vector<T> elements(block.size() / sizeof(T));
    if (!block.empty()) {
        std::memcpy(elements.data(), block.data(), block.size());
    }
    return elements;
}

// What the block becomes as the standard library's own arrays; `first` is where they begin.
template <class T>
Result<Tensor> of_array(const Row &row, std::vector<T> &elements, const void *&first,
                        const Options &options) {
    first = elements.data();
    const auto shape = row.integers(SOURCE_SHAPE);
    if (row.is("typed_scalar")) {
        return try_asarray(typed(elements[0]), options);
    }
    if (row.is("array")) {
        return try_asarray(elements, options);
    }
    const auto length = static_cast<std::ptrdiff_t>(shape[1]);
    std::vector<std::vector<T>> rows;
    for (auto at = elements.begin(); at != elements.end(); at += length) {
        rows.emplace_back(at, at + length);
    }
    return try_asarray(rows, options);
}

bool is_array(const Row &row) { return row.is("array") || row.is("rows") || row.is("typed_scalar"); }

void right(const Row &row, const Tensor &tensor, const void *block, std::size_t size) {
    const std::string name = row[NAME];
    const auto holds = [&name](bool it, const char *what) {
        check::that(it, (name + ": " + what).c_str(), __FILE__, __LINE__);
    };
    const Provenance provenance = tensor.provenance();
    const auto shape = row.integers(SHAPE);
    const auto want = row.bytes(DATA);
    const Tensor dense = tensor.try_copy(Options().contiguous()).value();
    const char *const reason = ta_reason_name(static_cast<std::int32_t>(provenance.reason));
    const char *const origin = ta_origin_name(static_cast<std::int32_t>(provenance.origin));
    const auto at = reinterpret_cast<std::uintptr_t>(tensor.data());
    const auto begin = reinterpret_cast<std::uintptr_t>(block);

    holds(tensor.dtype() == Dtype(dtype_named(row.cells.field[DTYPE])), "dtype");
    holds(std::vector<std::int64_t>(tensor.shape().begin(), tensor.shape().end()) == shape, "shape");
    holds(dense.info().nbytes == want.size() &&
              (want.empty() || std::memcmp(dense.data(), want.data(), want.size()) == 0),
          "data");
    holds(tensor.read_only() == row.has(FLAGS, "read_only"), "read_only");
    holds(tensor.is_contiguous() == row.has(FLAGS, "contiguous"), "contiguous");
    holds(tensor.requires_grad() == row.has(FLAGS, "requires_grad"), "requires_grad");
    holds(row[ORIGIN] == origin, "origin");
    holds(row[REASON] == (*reason != 0 ? reason : "-"), "reason");
    holds(provenance.aliased == (row[ALIASED] == "1"), "aliased");
    if (tensor.numel() > 0 && block != nullptr) {
        holds(provenance.aliased ? at == begin + std::stoull(row[START])
                                 : at < begin || at >= begin + size,
              "where the elements are");
    }
}

void judge(const Row &row, const Result<Tensor> &result, const void *block, std::size_t size) {
    const bool is_due = result.status() == status_named(row.cells.field[STATUS]);
    check::that(is_due, (row[NAME] + ": status").c_str(), __FILE__, __LINE__);
    if (is_due && result) {
        right(row, *result, block, size);
    }
    if (!result && is_given(row.cells.field[SAYS])) {
        const bool says = std::strstr(result.message(), row.cells.field[SAYS]) != nullptr;
        check::that(says, (row[NAME] + ": message").c_str(), __FILE__, __LINE__);
    }
}

// False where a list is too long to be written.
bool run_braces(const Row &row, const Options &options) {
    const char *text = row.cells.field[VALUE] + 1;
    return read_items(text, {}, [&](Braces all) { judge(row, try_asarray(all, options), nullptr, 0); });
}

// Lends the tensor and takes the loan.
template <class Loan>
Result<Tensor> there_and_back(Result<Loan> loan, const Options &options) {
    return loan ? try_asarray(*std::move(loan), options) : Result<Tensor>(loan.failure());
}

// False where C++ has no such input.
bool run(const Row &row) {
    const Options options = options_of(row);
    if (row.is("scalar") || row.is("complex")) {
        judge(row, of_number(row, options), nullptr, 0);
        return true;
    }
    if (row.is("big")) {
        return false;
    }
    if (row.is("list") || row.is("complex_list")) {
        return run_braces(row, options);
    }
    std::vector<unsigned char> block = row.bytes(VALUE);
    if (is_array(row)) {
        if (row.is("array") && row.integers(SOURCE_SHAPE).size() != 1) {
            return false;
        }
        return with_type(row[SOURCE_DTYPE], [&](auto one) {
            auto elements = elements_of<decltype(one)>(block);
            const void *first = nullptr;
            const Result<Tensor> result = of_array(row, elements, first, options);
            judge(row, result, first, block.size());
        });
    }
    if (row.is("buffer")) {
        Buffer buffer(block.data(), block.size());
        if (row.has(TRAITS, "read_only")) {
            static_cast<void>(std::move(buffer).read_only());
        }
        judge(row, try_asarray(std::move(buffer), options), block.data(), block.size());
        return true;
    }
    if (row.is("strided")) {
        judge(row, of_memory(row, block, options), block.data(), block.size());
        return true;
    }
    const Tensor tensor = of_memory(row, block, Options()).value();
    const Result<Tensor> result =
        row.is("tensor")   ? try_asarray(tensor, options)
        : row.is("dlpack") ? there_and_back(tensor.try_to_dlpack(), options)
                           : there_and_back(tensor.try_to_dlpack_legacy(), options);
    judge(row, result, block.data(), block.size());
    return true;
}

} // namespace

int main() {
    table all = table_read("tests/cases/cases.tsv");
    int ran = 0;
    check::law("the table of cases holds", [&] {
        for (std::size_t k = 0; k < all.count; ++k) {
            ran += run(Row{all.cases[k]}) ? 1 : 0;
            CHECK(live_tensors() == 0);
        }
    });
    std::printf("%d of %d cases ran\n", ran, static_cast<int>(all.count));
    CHECK(ran >= fewest);
    table_free(&all);
    return check::verdict();
}
