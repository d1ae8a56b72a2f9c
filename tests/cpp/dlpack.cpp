// DLPack in and out, both structs: a pointer is given away on success, and only then.

#include "lend.hpp"

#include <utility>
#include <vector>

using namespace tarray;
using check::Tally;

int main() {
    check::law("a DLPack tensor is taken on success and let go once", [] {
        Tally tally;
        DlpackPtr lent = lend_versioned(tally);
        void *const data = lent->dl_tensor.data;
        {
            const Tensor tensor = from_dlpack(std::move(lent));
            CHECK(lent == nullptr && tensor.data() == data && tally.runs == 0);
            CHECK(tensor.provenance().origin == Origin::dlpack && tensor.provenance().aliased);
            CHECK((tensor.view<const float, 1>()(2) == 3));
        }
        CHECK(tally.runs == 1);
    });

    check::law("so is one without a version, and either through asarray()", [] {
        Tally tally;
        static_cast<void>(from_dlpack(lend_legacy(tally)));
        CHECK(tally.runs == 1);
        static_cast<void>(asarray(lend_legacy(tally)));
        CHECK(tally.runs == 2);
        static_cast<void>(asarray(lend_versioned(tally)));
        CHECK(tally.runs == 3);
    });

    check::law("a failed call leaves the pointer and the deleter with the caller", [] {
        Tally tally;
        DlpackPtr lent = lend_versioned(tally);
        const Options impossible = Options().dtype(int16).copy(Copy::never);
        CHECK(try_from_dlpack(std::move(lent), impossible).status() == TA_ERR_CANNOT_ALIAS);
        CHECK(lent != nullptr && tally.runs == 0);
        LegacyDlpackPtr old = lend_legacy(tally);
        CHECK(try_from_dlpack(std::move(old), impossible).status() == TA_ERR_CANNOT_ALIAS);
        CHECK(old != nullptr && tally.runs == 0);
        CHECK(check::thrown([&] { static_cast<void>(asarray(std::move(old), impossible)); }) ==
              TA_ERR_CANNOT_ALIAS);
        CHECK(old != nullptr && tally.runs == 0);
        lent.reset();
        old.reset();
        CHECK(tally.runs == 2);
    });

    check::law("an unknown major version is refused, then let go by its owner", [] {
        Tally tally;
        CHECK(try_from_dlpack(lend_versioned(tally, 9)).status() == TA_ERR_UNSUPPORTED);
        CHECK(tally.runs == 1);
    });

    check::law("no pointer at all is a status", [] {
        CHECK(try_from_dlpack(DlpackPtr()).status() == TA_ERR_NULL_ARGUMENT);
        CHECK(try_from_dlpack(LegacyDlpackPtr()).status() == TA_ERR_NULL_ARGUMENT);
    });

    check::law("a deleter may be missing", [] {
        Tally tally;
        DlpackPtr lent = lend_versioned(tally);
        void (*const deleter)(DLManagedTensorVersioned *) = std::exchange(lent->deleter, nullptr);
        DLManagedTensorVersioned *const raw = lent.get();
        static_cast<void>(from_dlpack(std::move(lent)));
        CHECK(tally.runs == 0);
        deleter(raw);
        CHECK(tally.runs == 1);
    });

    check::law("only an rvalue pointer can be given away", [] {
        static_assert(is_source_v<DlpackPtr> && is_source_v<LegacyDlpackPtr>);
        static_assert(!is_source_v<DlpackPtr &> && !is_source_v<const DlpackPtr>);
        static_assert(!is_source_v<DLManagedTensorVersioned *>);
    });

    check::law("a loan outlives the tensor and shares its memory", [] {
        std::vector<float> values{1, 2, 3, 4, 5, 6};
        const float *const where = values.data();
        DlpackPtr loan = asarray(std::move(values)).view({2, 3}).to_dlpack();
        CHECK(live_tensors() != 0 && loan->dl_tensor.data == where);
        CHECK(loan->dl_tensor.ndim == 2 && loan->dl_tensor.strides[0] == 3);
        CHECK(loan->version.major == 1 && (loan->flags & DLPACK_FLAG_BITMASK_READ_ONLY) == 0);
        const Tensor back = from_dlpack(std::move(loan));
        CHECK(back.data() == where && back.shape() == Dims{2, 3});
    });

    check::law("options of an export are followed", [] {
        std::vector<float> values{1, 2};
        const Tensor tensor = asarray(values);
        const DlpackPtr guarded = tensor.to_dlpack(ExportOptions().read_only());
        CHECK((guarded->flags & DLPACK_FLAG_BITMASK_READ_ONLY) != 0);
        const DlpackPtr copied = tensor.to_dlpack(ExportOptions().copy(Copy::always));
        CHECK(copied->dl_tensor.data != tensor.data());
        CHECK((copied->flags & DLPACK_FLAG_BITMASK_IS_COPIED) != 0);
        CHECK(tensor.try_to_dlpack(ExportOptions().max_version(0, 8)).status() == TA_ERR_EXPORT);
        const LegacyDlpackPtr old = tensor.to_dlpack_legacy();
        CHECK(old->dl_tensor.data == tensor.data());
    });

    check::law("a read-only tensor says so, and is refused to who cannot be told", [] {
        const std::vector<float> values{1, 2};
        const Tensor tensor = asarray(values);
        CHECK((tensor.to_dlpack()->flags & DLPACK_FLAG_BITMASK_READ_ONLY) != 0);
        CHECK(tensor.try_to_dlpack_legacy().status() == TA_ERR_EXPORT);
    });
    return check::verdict();
}
