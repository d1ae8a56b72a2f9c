// The walk of walk.h in C++, over tarray.hpp.
#include "walk.h"

#include "tarray.hpp"

#include <complex>
#include <cstring>
#include <string>
#include <utility>
#include <vector>

namespace {

using tarray::Options;
using tarray::Tensor;

// Thrown where something is not as the walk says; the step is known already.
struct Stop {};

void require(bool holds) {
    if (!holds) {
        throw Stop();
    }
}

bool came_about(const tarray::Provenance &how, tarray::Origin origin, bool aliased,
                tarray::Reason reason) {
    return how.origin == origin && how.aliased == aliased && how.reason == reason;
}

tarray::Dtype target_of(tarray::Dtype source) {
    if (source.code == TA_COMPLEX) {
        return source == tarray::complex128 ? tarray::complex64 : tarray::complex128;
    }
    return source == tarray::float64 ? tarray::float32 : tarray::float64;
}

const void *address(const tarray::DlpackPtr &lent) {
    return static_cast<const char *>(lent->dl_tensor.data) + lent->dl_tensor.byte_offset;
}

bool is_writable(const tarray::DlpackPtr &lent) {
    return (lent->flags & DLPACK_FLAG_BITMASK_READ_ONLY) == 0;
}

class Walk {
public:
    Walk(walk_say listener, void *ctx) : say_(listener), ctx_(ctx) {}

    // The step that the walk is at.
    int step() const { return step_; }

    void take(tarray::DlpackPtr lent) {
        step_ = 1;
        expected_ = address(lent);
        writable_ = is_writable(lent);
        auto taken = tarray::try_from_dlpack(std::move(lent), Options().copy(tarray::Copy::never));
        if (!taken) {
            // It stays with who gave it to the walk.
            static_cast<void>(lent.release());
            throw Stop();
        }
        shared_ = *std::move(taken);
    }

    void look() {
        step_ = 2;
        const auto provenance = shared_.provenance();
        require(!has_element() || shared_.data() == expected_);
        require(came_about(provenance, tarray::Origin::dlpack, true, tarray::Reason::none));
        require(shared_.read_only() == !writable_);
        say("shared: " + shared_.dtype().name() + " from " + name(provenance.origin) +
            (writable_ ? ", writable" : ", read-only"));
        say_repr(shared_);
    }

    void touch() {
        step_ = 3;
        if (has_element()) {
            static_cast<void>(first());
        }
        if (!writable_) {
            require(shared_.mutable_data() == nullptr);
            say("element 0: read-only");
        } else if (!has_element()) {
            say("element 0: there is none");
        } else {
            write();
            say("element 0: written");
        }
    }

    void convert() {
        step_ = 4;
        converted_ = tarray::asarray(shared_, Options().dtype(target()));
        const auto provenance = converted_.provenance();
        require(converted_.dtype() == target() && !converted_.read_only());
        require(!has_element() || converted_.data() != expected_);
        require(came_about(provenance, tarray::Origin::tensor, false, tarray::Reason::dtype));
        say("converted: " + converted_.dtype().name() + " from " + name(provenance.origin) +
            ", copied because " + name(provenance.reason));
        say_repr(converted_);
    }

    void refuse() {
        step_ = 5;
        const auto refused =
            tarray::try_asarray(shared_, Options().dtype(target()).copy(tarray::Copy::never));
        require(refused.status() == TA_ERR_CANNOT_ALIAS);
        say(std::string("refused: ") + refused.message());
    }

    // Both loans: of the shared tensor, of the converted one.
    std::pair<tarray::DlpackPtr, tarray::DlpackPtr> lend() {
        step_ = 6;
        auto loan = shared_.to_dlpack();
        require(!has_element() || address(loan) == expected_);
        require(is_writable(loan) == writable_);
        auto other = converted_.to_dlpack();
        shared_.reset();
        converted_.reset();
        say("lent: both");
        return {std::move(loan), std::move(other)};
    }

private:
    bool has_element() const { return shared_.numel() > 0; }
    tarray::Dtype target() const { return target_of(shared_.dtype()); }
    tarray::Scalar first() const {
        return shared_.item(std::vector<std::int64_t>(shared_.ndim(), 0));
    }

    // Overwrites element 0 through the bare pointer, as a kernel would.
    void write() {
        const Tensor value = tarray::asarray(WALK_VALUE, Options().dtype(shared_.dtype()));
        std::memcpy(shared_.mutable_data(), value.data(), shared_.dtype().itemsize());
        const tarray::Scalar now = first();
        const double wanted = now.kind() == TA_SCALAR_BOOL ? 1 : WALK_VALUE;
        require(now.to<std::complex<double>>() == wanted);
    }

    void say(const std::string &line) const { say_(ctx_, line.c_str()); }
    void say_repr(const Tensor &tensor) const { say(tensor.repr().substr(0, WALK_REPR_SIZE - 1)); }

    walk_say say_;
    void *ctx_;
    int step_ = 0;
    const void *expected_ = nullptr;
    bool writable_ = false;
    Tensor shared_;
    Tensor converted_;
};

} // namespace

extern "C" int walk_cpp(DLManagedTensorVersioned *lent, DLManagedTensorVersioned **shared,
                        DLManagedTensorVersioned **converted, walk_say say, void *ctx) {
    Walk walk(say, ctx);
    try {
        walk.take(tarray::DlpackPtr(lent));
        walk.look();
        walk.touch();
        walk.convert();
        walk.refuse();
        auto loans = walk.lend();
        *shared = loans.first.release();
        *converted = loans.second.release();
        return 0;
    } catch (...) {
        // Whatever was held is let go by now, or with `walk`.
        return walk.step();
    }
}
