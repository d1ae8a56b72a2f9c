// DLPack producers for the tests: tensors of three floats that count runs of their deleter.

#ifndef TARRAY_TESTS_LEND_HPP
#define TARRAY_TESTS_LEND_HPP

#include "check.hpp"

// What a producer keeps alive until its deleter runs.
template <class Managed> struct Lent {
    Managed managed{};
    float elements[3] = {1.0F, 2.0F, 3.0F};
    std::int64_t shape[1] = {3};
    std::int64_t strides[1] = {1};
    check::Tally *tally = nullptr;

    static void let_go(Managed *managed) {
        auto *const self = static_cast<Lent *>(managed->manager_ctx);
        ++self->tally->runs;
        delete self;
    }
};

// A fresh loan; `tally` counts what becomes of it.
template <class Managed> Managed *lend(check::Tally &tally) {
    auto *const lent = new Lent<Managed>;
    lent->tally = &tally;
    lent->managed.manager_ctx = lent;
    lent->managed.deleter = &Lent<Managed>::let_go;
    lent->managed.dl_tensor.data = lent->elements;
    lent->managed.dl_tensor.device = {kDLCPU, 0};
    lent->managed.dl_tensor.ndim = 1;
    lent->managed.dl_tensor.dtype = {kDLFloat, 32, 1};
    lent->managed.dl_tensor.shape = lent->shape;
    lent->managed.dl_tensor.strides = lent->strides;
    return &lent->managed;
}

// The same with a version.
inline tarray::DlpackPtr lend_versioned(check::Tally &tally, std::uint32_t major = 1) {
    auto *const managed = lend<DLManagedTensorVersioned>(tally);
    managed->version = {major, 0};
    return tarray::DlpackPtr(managed);
}

// The same without.
inline tarray::LegacyDlpackPtr lend_legacy(check::Tally &tally) {
    return tarray::LegacyDlpackPtr(lend<DLManagedTensor>(tally));
}

#endif
