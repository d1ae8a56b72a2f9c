// A plug-in behind a C function: any framework's tensor in, as DLPack, a new one out. It throws
// nothing, so it may be built without exceptions, too.

#include "tarray.hpp"

#include <cstdio>
#include <vector>

// Doubles `given`, which it takes over, into `*result`. On failure that is not written, and
// `message` (of TA_MESSAGE_SIZE bytes) says why.
extern "C" ta_status twice(DLManagedTensorVersioned *given, DLManagedTensorVersioned **result,
                           char *message) {
    const auto refuse = [message](const tarray::Failure &failure) {
        std::snprintf(message, TA_MESSAGE_SIZE, "%s", failure.message());
        return failure.status();
    };
    // Whatever dtype and layout it has, we work on dense float64 of our own.
    const tarray::Options own =
        tarray::Options().dtype(tarray::float64).copy(tarray::Copy::always).contiguous();
    auto input = tarray::try_from_dlpack(tarray::DlpackPtr(given), own);
    if (!input) {
        return refuse(input.failure());
    }
    auto values = input->try_as_span<double>();
    if (!values) {
        return refuse(values.failure());
    }
    for (double &value : *values) {
        value *= 2;
    }
    auto loan = input->try_to_dlpack();
    if (!loan) {
        return refuse(loan.failure());
    }
    *result = loan->release();
    return TA_OK;
}

int main() {
    std::vector<int> numbers{1, 2, 3};
    const auto tensor = tarray::try_asarray(numbers);
    if (!tensor) {
        return 1;
    }
    auto given = tensor->try_to_dlpack();
    DLManagedTensorVersioned *doubled = nullptr;
    char message[TA_MESSAGE_SIZE];
    if (!given || twice(given->release(), &doubled, message) != TA_OK) {
        return 1;
    }
    const auto back = tarray::try_from_dlpack(tarray::DlpackPtr(doubled));
    if (!back) {
        return 1;
    }
    const auto text = back->try_repr();
    std::printf("%s\n", text ? text->c_str() : text.message());
    return text && *text == "tensor([2., 4., 6.], dtype=tarray.float64)" ? 0 : 1;
}
