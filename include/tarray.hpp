/* tarray.hpp: tarray for C++17 and later, header-only over the C ABI in tarray.h.
 *
 * SPDX-License-Identifier: MIT OR Apache-2.0
 *
 *     std::vector<float> samples = ...;
 *     tarray::Tensor t = tarray::asarray(std::move(samples));      // no copy: t owns the vector
 *     auto v = t.view<float, 1>();                                 // typed, strided, bounds known
 *     tarray::DlpackPtr loan = t.to_dlpack();                      // and on to the next library
 *
 * What holds everywhere, unless a comment says otherwise:
 *
 * Two forms. Every call that can fail comes as `call(...)`, which throws tarray::Error, and as
 * `try_call(...)`, which returns a Result and throws nothing of its own. Without exceptions
 * (-fno-exceptions, or TARRAY_NO_EXCEPTIONS defined before inclusion) only the second form
 * exists. Either way what the standard library does when memory for a std::string or a container
 * of yours runs out is its own affair.
 *
 * Ownership. A failing call changes nothing: an rvalue that it was given still has what it held.
 * On success the memory of an rvalue belongs to the tensor, and is let go exactly once, when the
 * last share in it is gone, on whatever thread that happens. Memory of an lvalue, and of a view
 * like std::span, is borrowed: keep it alive and in place as long as the tensor, its views and
 * its loans are.
 *
 * Constness. A const source makes a read-only tensor, a read-only tensor gives views of const T
 * only, and a `const Tensor` gives nothing that writes. A Tensor is a handle like
 * std::shared_ptr, though: share() of a const one is a handle of your own.
 *
 * Threads. Any call may be made on any thread, and const calls on one Tensor at the same time.
 * Assigning, moving and destroying a Tensor need the usual care of a C++ object. The library does
 * not guard elements: who writes them keeps others from them meanwhile.
 *
 * Exceptions never cross the library: what a sequence throws while it is read ends the call with
 * TA_ERR_CALLBACK (or its own status, if it is a tarray::Error) and its message.
 *
 * DLPack's structs come from tarray_dlpack.h. To use those of another dlpack.h (1.0 or later)
 * instead, include it first.
 */

#ifndef TARRAY_HPP
#define TARRAY_HPP

#if !(__cplusplus >= 201703L || (defined(_MSVC_LANG) && _MSVC_LANG >= 201703L))
#error "tarray.hpp needs C++17; tarray.h works from C++98 on"
#endif

#include "tarray.h"
#include "tarray_dlpack.h"

#include <algorithm>
#include <array>
#include <cassert>
#include <complex>
#include <cstdarg>
#include <cstddef>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <functional>
#include <initializer_list>
#include <iterator>
#include <limits>
#include <memory>
#include <new>
#include <optional>
#include <string>
#include <type_traits>
#include <utility>
#include <variant>
#include <vector>

#if defined(__has_include) && __cplusplus > 201703L
#if __has_include(<version>)
#include <version>
#endif
#endif
#if defined(__cpp_lib_span)
#include <span>
#endif
#if defined(__cpp_lib_ranges)
#include <ranges>
#endif
#if defined(__cpp_lib_mdspan)
#include <mdspan>
#endif
#if defined(__STDCPP_FLOAT16_T__) || defined(__STDCPP_BFLOAT16_T__) || \
    defined(__STDCPP_FLOAT32_T__) || defined(__STDCPP_FLOAT64_T__)
#include <stdfloat>
#endif

#if !defined(DLPACK_MAJOR_VERSION) || DLPACK_MAJOR_VERSION < 1
#error "tarray.hpp needs the structs of DLPack 1.0 or later; the dlpack.h included before is older"
#endif

#if defined(TARRAY_NO_EXCEPTIONS)
#define TARRAY_HAS_EXCEPTIONS 0
#elif defined(__cpp_exceptions) || defined(_CPPUNWIND)
#define TARRAY_HAS_EXCEPTIONS 1
#else
#define TARRAY_HAS_EXCEPTIONS 0
#endif

#if TARRAY_HAS_EXCEPTIONS
#include <exception>
#include <stdexcept>
#endif

namespace tarray {

// Code that is built with exceptions has other functions than code that is built without them
// (callbacks catch). They have other names too, so that a program may contain both.
#if TARRAY_HAS_EXCEPTIONS
inline namespace with_exceptions {
#else
inline namespace without_exceptions {
#endif

// ======================================================================
// Failures and results
// ======================================================================

/// Why a call failed: one of TA_ERR_… and a sentence. A plain value, allocates nothing.
class Failure {
public:
    /// A failure with this status; `message` is cut where it does not fit TA_MESSAGE_SIZE.
    Failure(ta_status status, const char *message) noexcept : status_(status) {
        std::size_t length = std::min(std::strlen(message), sizeof(message_) - 1);
        // Never end in the middle of a UTF-8 character.
        while (message[length] != '\0' && length > 0 && (message[length] & 0xC0) == 0x80) {
            --length;
        }
        std::memcpy(message_, message, length);
        message_[length] = '\0';
    }

    /// One of TA_ERR_…, or a newer number; never TA_OK.
    ta_status status() const noexcept { return status_; }

    /// English, lower case, no full stop; the status' name if there is nothing more to say.
    /// Valid as long as this object.
    const char *message() const noexcept {
        return message_[0] != '\0' ? message_ : ta_status_name(status_);
    }

private:
    ta_status status_;
    char message_[TA_MESSAGE_SIZE];
};

#if TARRAY_HAS_EXCEPTIONS
/// What the throwing forms throw. `what()` is the message; `status()` says which kind it is.
class Error : public std::runtime_error {
public:
    /// The exception for a failure. May throw std::bad_alloc, like any exception with a text.
    explicit Error(const Failure &failure)
        : std::runtime_error(failure.message()), status_(failure.status()) {}

    /// One of TA_ERR_…, or a newer number.
    ta_status status() const noexcept { return status_; }

private:
    ta_status status_;
};
#endif

namespace detail {

/// A failure whose message is made like printf makes one.
#if defined(__GNUC__)
__attribute__((format(printf, 2, 3)))
#endif
inline Failure
failed(ta_status status, const char *format, ...) noexcept {
    char message[TA_MESSAGE_SIZE] = "";
    va_list arguments;
    va_start(arguments, format);
    std::vsnprintf(message, sizeof(message), format, arguments);
    va_end(arguments);
    return Failure(status, message);
}

/// Ends the program because somebody took the value of a failed Result.
[[noreturn]] inline void no_value(const Failure &failure) noexcept {
    std::fprintf(stderr, "tarray: the value of a failed result was used: %s\n", failure.message());
    std::abort();
}

/// A ta_error ready for a call: what is read of it later is set.
inline ta_error fresh_error() noexcept {
    ta_error error;
    error.struct_size = sizeof(ta_error);
    error.status = TA_OK;
    error.message[0] = '\0';
    return error;
}

} // namespace detail

/// What a `try_` call returns: a T, or why there is none.
///
/// Test it (`if (result)`), then take the value with `*result` or `*std::move(result)`.
template <class T> class [[nodiscard]] Result {
public:
    /// A success.
    Result(T value) : state_(std::in_place_index<0>, std::move(value)) {}
    /// A failure.
    Result(const Failure &failure) : state_(std::in_place_index<1>, failure) {}

    /// Whether there is a value.
    bool ok() const noexcept { return state_.index() == 0; }
    /// Whether there is a value.
    explicit operator bool() const noexcept { return ok(); }
    /// TA_OK, or why there is no value.
    ta_status status() const noexcept { return ok() ? TA_OK : failure().status(); }
    /// The message of the failure; empty on success. Valid as long as this object.
    const char *message() const noexcept { return ok() ? "" : failure().message(); }

    /// The failure. Ask only if there is one; else the program ends.
    const Failure &failure() const noexcept {
        if (const Failure *failure = std::get_if<1>(&state_)) {
            return *failure;
        }
        std::abort();
    }

    /// The value. Ask only if there is one; else the program ends with the message.
    T &operator*() & noexcept { return *get(*this); }
    const T &operator*() const & noexcept { return *get(*this); }
    T operator*() && { return std::move(*get(*this)); }
    T *operator->() noexcept { return get(*this); }
    const T *operator->() const noexcept { return get(*this); }

#if TARRAY_HAS_EXCEPTIONS
    /// The value, or throws Error.
    T value() && {
        if (!ok()) {
            throw Error(failure());
        }
        return std::move(*get(*this));
    }
#endif

private:
    template <class Self> static auto *get(Self &self) noexcept {
        if (auto *const value = std::get_if<0>(&self.state_)) {
            return value;
        }
        detail::no_value(self.failure());
    }

    std::variant<T, Failure> state_;
};

/// What a `try_` call returns that makes nothing: success, or why not.
template <> class [[nodiscard]] Result<void> {
public:
    /// A success.
    Result() noexcept = default;
    /// A failure.
    Result(const Failure &failure) : failure_(failure) {}

    /// Whether the call did what it says.
    bool ok() const noexcept { return !failure_; }
    /// Whether the call did what it says.
    explicit operator bool() const noexcept { return ok(); }
    /// TA_OK, or why not.
    ta_status status() const noexcept { return ok() ? TA_OK : failure_->status(); }
    /// The message of the failure; empty on success. Valid as long as this object.
    const char *message() const noexcept { return ok() ? "" : failure_->message(); }

    /// The failure. Ask only if there is one; else the program ends.
    const Failure &failure() const noexcept {
        if (ok()) {
            std::abort();
        }
        return *failure_;
    }

#if TARRAY_HAS_EXCEPTIONS
    /// Nothing, or throws Error.
    void value() && {
        if (!ok()) {
            throw Error(*failure_);
        }
    }
#endif

private:
    std::optional<Failure> failure_;
};

namespace detail {

/// What a call of the C ABI came to that makes nothing.
inline Result<void> done(ta_status status, const ta_error &error) {
    return status == TA_OK ? Result<void>() : Result<void>(Failure(status, error.message));
}

} // namespace detail

// ======================================================================
// Dtypes and devices
// ======================================================================

/// What one element is: ta_dtype as a C++ value. All zero means "not given".
struct Dtype {
    std::uint8_t code = 0;
    std::uint8_t bits = 0;
    std::uint16_t lanes = 0;

    constexpr Dtype() noexcept = default;
    constexpr Dtype(int code_, int bits_, int lanes_ = 1) noexcept
        : code(static_cast<std::uint8_t>(code_)), bits(static_cast<std::uint8_t>(bits_)),
          lanes(static_cast<std::uint16_t>(lanes_)) {}
    constexpr Dtype(ta_dtype raw) noexcept : code(raw.code), bits(raw.bits), lanes(raw.lanes) {}
    constexpr operator ta_dtype() const noexcept { return {code, bits, lanes}; }

    /// Bytes that one element takes when it stands alone.
    constexpr std::size_t itemsize() const noexcept {
        return (static_cast<std::size_t>(bits) * lanes + 7) / 8;
    }
    /// Like `float32`; numbers for one that has no name, like `int4`.
    std::string name() const {
        char text[64];
        ta_dtype_name(*this, text, sizeof(text));
        return text;
    }

    friend constexpr bool operator==(Dtype a, Dtype b) noexcept {
        return a.code == b.code && a.bits == b.bits && a.lanes == b.lanes;
    }
    friend constexpr bool operator!=(Dtype a, Dtype b) noexcept { return !(a == b); }
};

inline constexpr Dtype bool_{TA_BOOL, 8};
inline constexpr Dtype int8{TA_INT, 8};
inline constexpr Dtype int16{TA_INT, 16};
inline constexpr Dtype int32{TA_INT, 32};
inline constexpr Dtype int64{TA_INT, 64};
inline constexpr Dtype uint8{TA_UINT, 8};
inline constexpr Dtype uint16{TA_UINT, 16};
inline constexpr Dtype uint32{TA_UINT, 32};
inline constexpr Dtype uint64{TA_UINT, 64};
inline constexpr Dtype float16{TA_FLOAT, 16};
inline constexpr Dtype bfloat16{TA_BFLOAT, 16};
inline constexpr Dtype float32{TA_FLOAT, 32};
inline constexpr Dtype float64{TA_FLOAT, 64};
inline constexpr Dtype complex32{TA_COMPLEX, 32};
inline constexpr Dtype complex64{TA_COMPLEX, 64};
inline constexpr Dtype complex128{TA_COMPLEX, 128};
inline constexpr Dtype float8_e3m4{TA_FLOAT8_E3M4, 8};
inline constexpr Dtype float8_e4m3{TA_FLOAT8_E4M3, 8};
inline constexpr Dtype float8_e4m3b11fnuz{TA_FLOAT8_E4M3B11FNUZ, 8};
inline constexpr Dtype float8_e4m3fn{TA_FLOAT8_E4M3FN, 8};
inline constexpr Dtype float8_e4m3fnuz{TA_FLOAT8_E4M3FNUZ, 8};
inline constexpr Dtype float8_e5m2{TA_FLOAT8_E5M2, 8};
inline constexpr Dtype float8_e5m2fnuz{TA_FLOAT8_E5M2FNUZ, 8};
inline constexpr Dtype float8_e8m0fnu{TA_FLOAT8_E8M0FNU, 8};
inline constexpr Dtype float6_e2m3fn{TA_FLOAT6_E2M3FN, 6};
inline constexpr Dtype float6_e3m2fn{TA_FLOAT6_E3M2FN, 6};
inline constexpr Dtype float4_e2m1fn{TA_FLOAT4_E2M1FN, 4};

namespace detail {

template <class T>
inline constexpr bool is_character_v =
    std::is_same_v<T, char> || std::is_same_v<T, wchar_t> || std::is_same_v<T, char16_t> ||
    std::is_same_v<T, char32_t>
#if defined(__cpp_char8_t)
    || std::is_same_v<T, char8_t>
#endif
    ;

/// Integers that are numbers: not bool, and no characters, as text is no array.
template <class T>
inline constexpr bool is_integer_v =
    std::is_integral_v<T> && !std::is_same_v<T, bool> && !is_character_v<T>;

} // namespace detail

/// Which dtype a C++ type has: `value`. Known are bool, the integer types (also `long` and
/// `long long`, by their width), float, double, std::complex of these, std::byte (as uint8), and
/// the types of <stdfloat>. Not known are char and its kin: text is no array.
///
/// Specialise it for a type of yours, which must be trivially copyable and as wide as its dtype:
///
///     template <> struct tarray::dtype_of<my::half> {
///         static constexpr tarray::Dtype value = tarray::float16;
///     };
template <class T, class = void> struct dtype_of;

template <> struct dtype_of<bool> {
    static_assert(sizeof(bool) == 1, "a bool must be a byte, as in DLPack");
    static constexpr Dtype value = bool_;
};
template <class T> struct dtype_of<T, std::enable_if_t<detail::is_integer_v<T>>> {
    static constexpr Dtype value{std::is_signed_v<T> ? TA_INT : TA_UINT,
                                 static_cast<int>(sizeof(T) * 8)};
};
template <> struct dtype_of<std::byte> {
    static constexpr Dtype value = uint8;
};
template <> struct dtype_of<float> {
    static_assert(std::numeric_limits<float>::is_iec559 && sizeof(float) == 4);
    static constexpr Dtype value = float32;
};
template <> struct dtype_of<double> {
    static_assert(std::numeric_limits<double>::is_iec559 && sizeof(double) == 8);
    static constexpr Dtype value = float64;
};
template <> struct dtype_of<std::complex<float>> {
    static constexpr Dtype value = complex64;
};
template <> struct dtype_of<std::complex<double>> {
    static constexpr Dtype value = complex128;
};
#if defined(__STDCPP_FLOAT16_T__)
template <> struct dtype_of<std::float16_t> {
    static constexpr Dtype value = float16;
};
#endif
#if defined(__STDCPP_BFLOAT16_T__)
template <> struct dtype_of<std::bfloat16_t> {
    static constexpr Dtype value = bfloat16;
};
#endif
#if defined(__STDCPP_FLOAT32_T__)
template <> struct dtype_of<std::float32_t> {
    static constexpr Dtype value = float32;
};
#endif
#if defined(__STDCPP_FLOAT64_T__)
template <> struct dtype_of<std::float64_t> {
    static constexpr Dtype value = float64;
};
#endif

namespace detail {

template <class T, class = void> struct has_dtype : std::false_type {};
template <class T>
struct has_dtype<T, std::void_t<decltype(dtype_of<T>::value)>> : std::true_type {
    static_assert(std::is_trivially_copyable_v<T>, "an element must be trivially copyable");
    static_assert(sizeof(T) * 8 == std::size_t{dtype_of<T>::value.bits} * dtype_of<T>::value.lanes,
                  "an element must be as wide as its dtype");
};

} // namespace detail

/// Whether T has a dtype: whether T, without const, can be an element.
template <class T>
inline constexpr bool has_dtype_v = detail::has_dtype<std::remove_const_t<T>>::value;

/// The dtype of T, without const.
template <class T> inline constexpr Dtype dtype_of_v = dtype_of<std::remove_const_t<T>>::value;

/// Where memory is: ta_device as a C++ value. All zero means "not given".
struct Device {
    /// One of TA_DEVICE_…, or another number.
    std::int32_t type = 0;
    /// Which one of that type; in a request, -1 means the current one.
    std::int32_t index = 0;

    constexpr Device() noexcept = default;
    constexpr Device(std::int32_t type_, std::int32_t index_) noexcept
        : type(type_), index(index_) {}
    constexpr Device(ta_device raw) noexcept : type(raw.device_type), index(raw.index) {}
    constexpr operator ta_device() const noexcept { return {type, index}; }

    /// Whether the CPU may follow pointers to its memory: its own, and pinned memory. Managed memory
    /// is its device's until that is synchronised: copy it to the cpu.
    constexpr bool cpu_readable() const noexcept {
        return type == TA_DEVICE_CPU || type == TA_DEVICE_CUDA_HOST || type == TA_DEVICE_ROCM_HOST;
    }
    /// Like `cuda:1`; `device64:0` for one whose type has no name.
    std::string name() const {
        char text[32];
        ta_device_name(*this, text, sizeof(text));
        return text;
    }

    friend constexpr bool operator==(Device a, Device b) noexcept {
        return a.type == b.type && a.index == b.index;
    }
    friend constexpr bool operator!=(Device a, Device b) noexcept { return !(a == b); }
};

/// Ordinary host memory.
inline constexpr Device cpu{TA_DEVICE_CPU, 0};

/// A CUDA device; -1 is the current one.
constexpr Device cuda(std::int32_t index = -1) noexcept { return {TA_DEVICE_CUDA, index}; }

// ======================================================================
// Scalars
// ======================================================================

namespace detail {

template <class T> struct is_complex : std::false_type {};
template <> struct is_complex<std::complex<float>> : std::true_type {};
template <> struct is_complex<std::complex<double>> : std::true_type {};

/// Types that are numbers of the host language: bool, integers, float, double, complex.
template <class T>
inline constexpr bool is_number_v = std::is_same_v<T, bool> || is_integer_v<T> ||
                                    std::is_same_v<T, float> || std::is_same_v<T, double> ||
                                    is_complex<T>::value;

/// Whether an integer of one type has a value of another; neither is bool.
template <class To, class From> constexpr bool fits(From value) noexcept {
    if constexpr (std::is_signed_v<From>) {
        if (value < 0) {
            return std::is_signed_v<To> &&
                   static_cast<std::intmax_t>(value) >=
                       static_cast<std::intmax_t>(std::numeric_limits<To>::min());
        }
    }
    return static_cast<std::uintmax_t>(value) <=
           static_cast<std::uintmax_t>(std::numeric_limits<To>::max());
}

} // namespace detail

/// A number before it gets a dtype: what fill() takes and item() gives. A plain value.
class Scalar {
public:
    /// The scalar for a number: bool, any integer, float, double, std::complex of these.
    template <class T, class = std::enable_if_t<detail::is_number_v<T>>>
    Scalar(T value) noexcept : raw_{} {
        if constexpr (std::is_same_v<T, bool>) {
            raw_.kind = TA_SCALAR_BOOL;
            raw_.value.i = value ? 1 : 0;
        } else if constexpr (detail::is_complex<T>::value) {
            raw_.kind = TA_SCALAR_COMPLEX;
            raw_.value.c[0] = value.real();
            raw_.value.c[1] = value.imag();
        } else if constexpr (std::is_floating_point_v<T>) {
            raw_.kind = TA_SCALAR_FLOAT;
            raw_.value.f = value;
        } else if constexpr (std::is_signed_v<T>) {
            raw_.kind = TA_SCALAR_INT;
            raw_.value.i = value;
        } else {
            raw_.kind = TA_SCALAR_UINT;
            raw_.value.u = value;
        }
    }
    /// The scalar that the C ABI gave.
    explicit Scalar(const ta_scalar &raw) noexcept : raw_(raw) {}

    /// One of TA_SCALAR_….
    std::int32_t kind() const noexcept { return raw_.kind; }
    /// As the C ABI has it.
    const ta_scalar &raw() const noexcept { return raw_; }

    /// The number as a T, if a T can be that number: bool from bool; integers from bool and
    /// from integers in range; float and double from anything real (rounded); complex from all.
    ///
    /// Fails with TA_ERR_OVERFLOW for an integer out of range, else with TA_ERR_DTYPE.
    template <class T> Result<T> try_to() const {
        static_assert(detail::is_number_v<T>, "a scalar becomes a number");
        if constexpr (detail::is_complex<T>::value) {
            using Part = typename T::value_type;
            if (raw_.kind == TA_SCALAR_COMPLEX) {
                return T(static_cast<Part>(raw_.value.c[0]), static_cast<Part>(raw_.value.c[1]));
            }
            auto real = try_to<Part>();
            return real ? Result<T>(T(*real)) : Result<T>(real.failure());
        } else if constexpr (std::is_same_v<T, bool>) {
            return raw_.kind == TA_SCALAR_BOOL ? Result<T>(raw_.value.i != 0) : no_such<T>();
        } else if constexpr (std::is_floating_point_v<T>) {
            switch (raw_.kind) {
            case TA_SCALAR_BOOL:
            case TA_SCALAR_INT:
                return static_cast<T>(raw_.value.i);
            case TA_SCALAR_UINT:
                return static_cast<T>(raw_.value.u);
            case TA_SCALAR_FLOAT:
                return static_cast<T>(raw_.value.f);
            default:
                return no_such<T>();
            }
        } else {
            switch (raw_.kind) {
            case TA_SCALAR_BOOL:
            case TA_SCALAR_INT:
                return narrowed<T>(raw_.value.i);
            case TA_SCALAR_UINT:
                return narrowed<T>(raw_.value.u);
            default:
                return no_such<T>();
            }
        }
    }

#if TARRAY_HAS_EXCEPTIONS
    /// As try_to(), throwing.
    template <class T> T to() const { return try_to<T>().value(); }
#endif

private:
    template <class T> static Result<T> no_such() {
        return detail::failed(TA_ERR_DTYPE, "this number is of a kind that cannot become %s%d",
                              std::is_floating_point_v<T> ? "float" : "int",
                              static_cast<int>(sizeof(T) * 8));
    }
    template <class T, class I> static Result<T> narrowed(I value) {
        if (detail::fits<T>(value)) {
            return static_cast<T>(value);
        }
        return detail::failed(TA_ERR_OVERFLOW, "%s%llu does not fit %sint%d", value < 0 ? "-" : "",
                              magnitude(value), std::is_signed_v<T> ? "" : "u",
                              static_cast<int>(sizeof(T) * 8));
    }
    template <class I> static unsigned long long magnitude(I value) noexcept {
        const auto bits = static_cast<unsigned long long>(value);
        return value < 0 ? 0 - bits : bits;
    }

    ta_scalar raw_;
};

// ======================================================================
// Shapes
// ======================================================================

/// A shape or strides that somebody else stores: a contiguous range of std::int64_t that also
/// converts to std::span<const std::int64_t>. Valid as long as what it was asked of.
class Extents {
public:
    constexpr Extents() noexcept = default;
    constexpr Extents(const std::int64_t *first, std::size_t count) noexcept
        : first_(first), count_(count) {}

    constexpr const std::int64_t *data() const noexcept { return first_; }
    constexpr std::size_t size() const noexcept { return count_; }
    constexpr bool empty() const noexcept { return count_ == 0; }
    constexpr const std::int64_t *begin() const noexcept { return first_; }
    constexpr const std::int64_t *end() const noexcept { return first_ + count_; }
    constexpr std::int64_t operator[](std::size_t axis) const noexcept {
        assert(axis < count_);
        return first_[axis];
    }

    friend bool operator==(Extents a, Extents b) noexcept {
        return std::equal(a.begin(), a.end(), b.begin(), b.end());
    }
    friend bool operator!=(Extents a, Extents b) noexcept { return !(a == b); }

private:
    const std::int64_t *first_ = nullptr;
    std::size_t count_ = 0;
};

/// A shape, strides or an index as an argument: `{rows, columns}` of any integers, or any range
/// of them. Holds its own copy and allocates nothing.
class Dims {
public:
    Dims() noexcept = default;
    /// One number per axis.
    template <class... I, class = std::enable_if_t<(sizeof...(I) > 0) &&
                                                   (detail::is_integer_v<I> && ...)>>
    Dims(I... extents) noexcept {
        (push(extents), ...);
    }
    /// The numbers of a range.
    template <class Range, class Item = decltype(*std::begin(std::declval<const Range &>())),
              class = std::enable_if_t<
                  detail::is_integer_v<std::remove_cv_t<std::remove_reference_t<Item>>>>>
    Dims(const Range &range) {
        for (const auto extent : range) {
            push(extent);
        }
    }

    operator Extents() const noexcept { return {values_, count_}; }
    const std::int64_t *data() const noexcept { return values_; }
    /// How many numbers there are. One more than TA_MAX_NDIM stands for any that are too many,
    /// and every call refuses it.
    std::size_t size() const noexcept { return count_; }

    /// The most numbers that are kept.
    static constexpr std::size_t capacity = TA_MAX_NDIM + 1;

private:
    template <class I> void push(I extent) noexcept {
        if (count_ < capacity) {
            // An unsigned number that does not fit turns negative, which the library refuses.
            values_[count_++] = static_cast<std::int64_t>(extent);
        }
    }

    std::int64_t values_[capacity] = {};
    std::size_t count_ = 0;
};

// ======================================================================
// Typed views
// ======================================================================

#if defined(__cpp_lib_span)
/// Elements that stand one after another: std::span where there is one.
template <class T> using Span = std::span<T>;
#else
/// Elements that stand one after another: what std::span is from C++20 on.
template <class T> class Span {
public:
    using element_type = T;
    using value_type = std::remove_cv_t<T>;

    constexpr Span() noexcept = default;
    constexpr Span(T *first, std::size_t count) noexcept : first_(first), count_(count) {}

    constexpr T *data() const noexcept { return first_; }
    constexpr std::size_t size() const noexcept { return count_; }
    constexpr bool empty() const noexcept { return count_ == 0; }
    constexpr T *begin() const noexcept { return first_; }
    constexpr T *end() const noexcept { return first_ + count_; }
    constexpr T &operator[](std::size_t index) const noexcept {
        assert(index < count_);
        return first_[index];
    }

private:
    T *first_ = nullptr;
    std::size_t count_ = 0;
};
#endif

/// Typed, strided elements with their number of axes known at compile time. Made by
/// Tensor::view(), which checked that they may be used as T: right dtype, readable by the CPU,
/// aligned, and writable if T is not const.
///
/// A view is a pointer with a layout: cheap to copy, owns nothing, and is valid as long as a share
/// in the tensor's memory is. A view of T converts to one of const T, never back. Elements are
/// used as they are: a view of bool relies on the producer that its bytes are 0 or 1.
template <class T, std::size_t Rank> class View {
    static_assert(has_dtype_v<T>, "T has no dtype: specialise tarray::dtype_of");
    static_assert(Rank <= TA_MAX_NDIM, "no tensor has so many axes");

public:
    using element_type = T;
    using value_type = std::remove_const_t<T>;

    /// A view of memory that the caller vouches for; `shape` and `strides` (in elements, of
    /// either sign) have Rank numbers, which are copied.
    View(T *data, const std::int64_t *shape, const std::int64_t *strides) noexcept : data_(data) {
        std::copy_n(shape, Rank, shape_.begin());
        std::copy_n(strides, Rank, strides_.begin());
    }
    /// The same elements, to be read only.
    template <class U, class = std::enable_if_t<std::is_same_v<T, const U>>>
    View(const View<U, Rank> &other) noexcept
        : View(other.data(), other.shape().data(), other.strides().data()) {}

    /// Element (i, j, …), one index per axis, each from 0 to its extent - 1 (checked by assert).
    template <class... I, class = std::enable_if_t<sizeof...(I) == Rank &&
                                                   (std::is_integral_v<I> && ...)>>
    T &operator()(I... index) const noexcept {
        const std::array<std::int64_t, Rank> at{static_cast<std::int64_t>(index)...};
        std::int64_t offset = 0;
        for (std::size_t axis = 0; axis < Rank; ++axis) {
            assert(at[axis] >= 0 && at[axis] < shape_[axis]);
            offset += at[axis] * strides_[axis];
        }
        return data_[offset];
    }

    /// Number of axes.
    static constexpr std::size_t rank() noexcept { return Rank; }
    /// Length of one axis, in elements.
    std::int64_t extent(std::size_t axis) const noexcept { return shape_[axis]; }
    /// Distance between neighbours on one axis, in elements, of either sign.
    std::int64_t stride(std::size_t axis) const noexcept { return strides_[axis]; }
    /// All lengths; valid as long as this view.
    Extents shape() const noexcept { return {shape_.data(), Rank}; }
    /// All strides; valid as long as this view.
    Extents strides() const noexcept { return {strides_.data(), Rank}; }
    /// Address of element (0, …, 0); possibly null if there are no elements.
    T *data() const noexcept { return data_; }
    /// Number of elements.
    std::size_t size() const noexcept {
        std::int64_t count = 1;
        for (const std::int64_t extent : shape_) {
            count *= extent;
        }
        return static_cast<std::size_t>(count);
    }
    /// Whether there are no elements.
    bool empty() const noexcept { return size() == 0; }

    /// Whether the elements stand one after another in C order.
    bool is_contiguous() const noexcept {
        std::int64_t expected = 1;
        for (std::size_t axis = Rank; axis-- > 0;) {
            if (shape_[axis] != 1 && strides_[axis] != expected) {
                return empty();
            }
            expected *= shape_[axis];
        }
        return true;
    }

    /// Walks the elements in C order, whatever the strides; random access. Keeps a copy of the
    /// view, so it outlives the view, but not the memory. Where as_span() works, it is faster.
    class iterator {
    public:
        using iterator_category = std::random_access_iterator_tag;
        using value_type = std::remove_const_t<T>;
        using difference_type = std::ptrdiff_t;
        using pointer = T *;
        using reference = T &;

        iterator() noexcept = default;

        T &operator*() const noexcept { return (*view_).element(position_); }
        T *operator->() const noexcept { return &**this; }
        T &operator[](difference_type by) const noexcept { return *(*this + by); }
        iterator &operator++() noexcept { return *this += 1; }
        iterator &operator--() noexcept { return *this -= 1; }
        iterator operator++(int) noexcept { return std::exchange(*this, *this + 1); }
        iterator operator--(int) noexcept { return std::exchange(*this, *this - 1); }
        iterator &operator+=(difference_type by) noexcept {
            position_ += by;
            return *this;
        }
        iterator &operator-=(difference_type by) noexcept { return *this += -by; }
        friend iterator operator+(iterator it, difference_type by) noexcept { return it += by; }
        friend iterator operator+(difference_type by, iterator it) noexcept { return it += by; }
        friend iterator operator-(iterator it, difference_type by) noexcept { return it -= by; }
        friend difference_type operator-(const iterator &a, const iterator &b) noexcept {
            return a.position_ - b.position_;
        }
        friend bool operator==(const iterator &a, const iterator &b) noexcept {
            return a.position_ == b.position_;
        }
        friend bool operator!=(const iterator &a, const iterator &b) noexcept { return !(a == b); }
        friend bool operator<(const iterator &a, const iterator &b) noexcept {
            return a.position_ < b.position_;
        }
        friend bool operator>(const iterator &a, const iterator &b) noexcept { return b < a; }
        friend bool operator<=(const iterator &a, const iterator &b) noexcept { return !(b < a); }
        friend bool operator>=(const iterator &a, const iterator &b) noexcept { return !(a < b); }

    private:
        friend class View;
        iterator(const View &view, std::ptrdiff_t position) noexcept
            : view_(view), position_(position) {}

        std::optional<View> view_;
        std::ptrdiff_t position_ = 0;
    };

    iterator begin() const noexcept { return iterator(*this, 0); }
    iterator end() const noexcept { return iterator(*this, static_cast<std::ptrdiff_t>(size())); }

    /// The elements as one run of memory: std::span from C++20 on, else tarray::Span.
    ///
    /// Fails with TA_ERR_CANNOT_ALIAS where they are not contiguous.
    Result<Span<T>> try_as_span() const {
        if (!is_contiguous()) {
            return Failure(TA_ERR_CANNOT_ALIAS,
                           "the elements are not contiguous, so no span covers them");
        }
        return Span<T>(data_, size());
    }

#if defined(__cpp_lib_mdspan)
    /// What as_mdspan() gives.
    using mdspan = std::mdspan<T, std::dextents<std::int64_t, Rank>, std::layout_stride>;

    /// The elements as a std::mdspan with layout_stride.
    ///
    /// Fails with TA_ERR_CANNOT_ALIAS for what layout_stride cannot say: strides that are
    /// negative, or by which two elements share a place (zero strides are such).
    Result<mdspan> try_as_mdspan() const {
        std::array<std::int64_t, Rank> steps = strides_;
        if (!separate_elements(steps)) {
            return Failure(TA_ERR_CANNOT_ALIAS,
                           "std::layout_stride needs positive strides that keep elements apart");
        }
        using Mapping = typename mdspan::mapping_type;
        return mdspan(data_, Mapping(typename mdspan::extents_type(shape_), steps));
    }
#endif

#if TARRAY_HAS_EXCEPTIONS
    /// As try_as_span(), throwing.
    Span<T> as_span() const { return try_as_span().value(); }
#if defined(__cpp_lib_mdspan)
    /// As try_as_mdspan(), throwing.
    mdspan as_mdspan() const { return try_as_mdspan().value(); }
#endif
#endif

private:
    /// The element at a position in C order.
    T &element(std::int64_t position) const noexcept {
        std::int64_t offset = 0;
        for (std::size_t axis = Rank; axis-- > 1;) {
            offset += position % shape_[axis] * strides_[axis];
            position /= shape_[axis];
        }
        if constexpr (Rank > 0) {
            offset += position * strides_[0];
        }
        return data_[offset];
    }

#if defined(__cpp_lib_mdspan)
    /// Whether layout_stride can have these strides, after replacing those that do not matter
    /// (all of them where there are no elements, else those of axes with one element).
    bool separate_elements(std::array<std::int64_t, Rank> &steps) const noexcept {
        std::array<std::size_t, Rank> order{};
        std::size_t used = 0;
        std::int64_t reach = 1;
        for (std::size_t axis = 0; axis < Rank; ++axis) {
            if (!empty() && shape_[axis] != 1) {
                order[used++] = axis;
            }
        }
        std::sort(order.begin(), order.begin() + used,
                  [&](std::size_t a, std::size_t b) { return steps[a] < steps[b]; });
        for (std::size_t k = 0; k < used; ++k) {
            const std::size_t axis = order[k];
            if (steps[axis] < reach) {
                return false;
            }
            reach = steps[axis] * shape_[axis];
        }
        for (std::size_t axis = 0; axis < Rank; ++axis) {
            if (empty() || shape_[axis] == 1) {
                steps[axis] = reach;
            }
        }
        return true;
    }
#endif

    T *data_;
    std::array<std::int64_t, Rank> shape_{};
    std::array<std::int64_t, Rank> strides_{};
};

// ======================================================================
// Options
// ======================================================================

/// Whether memory may be copied.
enum class Copy : std::int32_t {
    if_needed = TA_COPY_IF_NEEDED, ///< Share memory if possible, else copy.
    always = TA_COPY_ALWAYS,       ///< Always copy.
    never = TA_COPY_NEVER,         ///< Share memory, or fail with TA_ERR_CANNOT_ALIAS.
};

/// Whether the result requires a gradient.
enum class Grad : std::int32_t {
    no = TA_GRAD_NO,               ///< It does not.
    yes = TA_GRAD_YES,             ///< It does.
    as_source = TA_GRAD_AS_SOURCE, ///< As the source; only a tensor can.
};

/// What the result of asarray() and its relatives must be. All of it is optional:
/// `Options().dtype(float32).copy(Copy::never)`. A plain value.
class Options {
public:
    Options() noexcept { raw_.struct_size = sizeof(raw_); }

    /// Element type of the result; else the source's, or inferred from the values.
    Options &dtype(Dtype dtype) noexcept {
        raw_.dtype = dtype;
        return *this;
    }
    /// What a real number without a dtype becomes, and a buffer without one; else float32.
    Options &default_dtype(Dtype dtype) noexcept {
        raw_.default_dtype = dtype;
        return *this;
    }
    /// Where the result must be; else where the source is.
    Options &device(Device device) noexcept {
        raw_.device = device;
        return *this;
    }
    /// Whether memory may be copied.
    Options &copy(Copy copy) noexcept {
        raw_.copy = static_cast<std::int32_t>(copy);
        return *this;
    }
    /// Whether the result requires a gradient.
    Options &requires_grad(Grad grad = Grad::yes) noexcept {
        raw_.requires_grad = static_cast<std::int32_t>(grad);
        return *this;
    }
    /// The result must be writable: read-only memory is copied, or refused under Copy::never.
    Options &writable() noexcept {
        raw_.flags |= TA_WANT_WRITABLE;
        return *this;
    }
    /// The result must be C-contiguous: other layouts are copied, or refused under Copy::never.
    Options &contiguous() noexcept {
        raw_.flags |= TA_WANT_CONTIGUOUS;
        return *this;
    }
    /// The result is read-only, even if the source is writable: for memory that must never change
    /// but came in a struct that cannot say so. Contradicts writable().
    Options &mark_read_only() noexcept {
        raw_.flags |= TA_MARK_READ_ONLY;
        return *this;
    }
    /// Combination of TA_ACCEPT_…: the sources that are allowed, at any nesting level.
    Options &accept(std::uint64_t kinds) noexcept {
        raw_.accept = kinds;
        return *this;
    }
    /// The consumer's stream on the result's device, by the array API's numbers.
    Options &stream(std::int64_t stream) noexcept {
        raw_.stream = stream;
        return *this;
    }

    /// As the C ABI has it.
    const ta_options &raw() const noexcept { return raw_; }

private:
    ta_options raw_{};
};

/// How a tensor is lent as DLPack. All of it is optional. A plain value.
class ExportOptions {
public:
    ExportOptions() noexcept { raw_.struct_size = sizeof(raw_); }

    /// Newest DLPack that the consumer understands; else any.
    ExportOptions &max_version(std::uint32_t major, std::uint32_t minor) noexcept {
        raw_.max_major = major;
        raw_.max_minor = minor;
        return *this;
    }
    /// Where the consumer wants the elements; else where they are.
    ExportOptions &device(Device device) noexcept {
        raw_.device = device;
        return *this;
    }
    /// Whether memory may be copied.
    ExportOptions &copy(Copy copy) noexcept {
        raw_.copy = static_cast<std::int32_t>(copy);
        return *this;
    }
    /// Lend it read-only, even if it is writable.
    ExportOptions &read_only() noexcept {
        raw_.flags |= TA_EXPORT_READ_ONLY;
        return *this;
    }
    /// The consumer's stream, by the array API's numbers.
    ExportOptions &stream(std::int64_t stream) noexcept {
        raw_.stream = stream;
        return *this;
    }

    /// As the C ABI has it.
    const ta_export_options &raw() const noexcept { return raw_; }

private:
    ta_export_options raw_{};
};

/// How a tensor is printed; PyTorch's defaults. In each number 0 is the default, -1 is none.
class ReprOptions {
public:
    ReprOptions() noexcept { raw_.struct_size = sizeof(raw_); }

    /// More elements than this are summarised; default 1000.
    ReprOptions &threshold(std::int64_t elements) noexcept {
        raw_.threshold = elements;
        return *this;
    }
    /// Digits after the point; default 4.
    ReprOptions &precision(std::int32_t digits) noexcept {
        raw_.precision = digits;
        return *this;
    }
    /// Elements shown at either end of a summarised axis; default 3.
    ReprOptions &edgeitems(std::int32_t elements) noexcept {
        raw_.edgeitems = elements;
        return *this;
    }
    /// Characters per line; default 80.
    ReprOptions &linewidth(std::int32_t characters) noexcept {
        raw_.linewidth = characters;
        return *this;
    }
    /// True: always `1.0000e+00`; false: never; not called: decided by the values.
    ReprOptions &scientific(bool on) noexcept {
        raw_.sci_mode = on ? TA_SCI_ON : TA_SCI_OFF;
        return *this;
    }
    /// The dtype that is not printed; else float32.
    ReprOptions &default_dtype(Dtype dtype) noexcept {
        raw_.default_dtype = dtype;
        return *this;
    }

    /// As the C ABI has it.
    const ta_repr_options &raw() const noexcept { return raw_; }

private:
    ta_repr_options raw_{};
};

// ======================================================================
// Provenance
// ======================================================================

/// What a tensor was made from. Newer libraries may know more numbers.
enum class Origin : std::int32_t {
    tensor = TA_ORIGIN_TENSOR,
    memory = TA_ORIGIN_MEMORY,
    numpy = TA_ORIGIN_NUMPY,
    dlpack = TA_ORIGIN_DLPACK,
    cuda_array_interface = TA_ORIGIN_CUDA_ARRAY_INTERFACE,
    buffer = TA_ORIGIN_BUFFER,
    array_interface = TA_ORIGIN_ARRAY_INTERFACE,
    scalar = TA_ORIGIN_SCALAR,
    sequence = TA_ORIGIN_SEQUENCE,
};

/// Why a tensor was copied. Newer libraries may know more numbers.
enum class Reason : std::int32_t {
    none = TA_REASON_NONE, ///< It was not: it shares its source's memory.
    requested = TA_REASON_REQUESTED,
    dtype = TA_REASON_DTYPE,
    device = TA_REASON_DEVICE,
    byte_order = TA_REASON_BYTE_ORDER,
    stride_alignment = TA_REASON_STRIDE_ALIGNMENT,
    read_only = TA_REASON_READ_ONLY,
    not_contiguous = TA_REASON_NOT_CONTIGUOUS,
    not_memory = TA_REASON_NOT_MEMORY,
    producer = TA_REASON_PRODUCER,
    computed = TA_REASON_COMPUTED, ///< It was made by an operation.
};

/// Its name, like `dlpack`: a static string.
inline const char *name(Origin origin) noexcept {
    return ta_origin_name(static_cast<std::int32_t>(origin));
}

/// Its name, like `dtype`: a static string; empty for Reason::none.
inline const char *name(Reason reason) noexcept {
    return ta_reason_name(static_cast<std::int32_t>(reason));
}

/// How a tensor came about.
struct Provenance {
    /// What it was made from.
    Origin origin;
    /// Whether it shares the memory of that.
    bool aliased;
    /// Why it does not.
    Reason reason;
    /// Whether elements on a device went through memory of the host on their way.
    bool staged;
};

// ======================================================================
// DLPack pointers
// ======================================================================

namespace detail {

/// Runs a DLPack struct's own deleter, of either version.
struct DlpackDeleter {
    template <class Managed> void operator()(Managed *managed) const noexcept {
        if (managed->deleter != nullptr) {
            managed->deleter(managed);
        }
    }
};

} // namespace detail

/// A DLPack tensor that is somebody's to let go: runs its deleter, unless it is given away.
/// `DlpackPtr(raw)` takes one over from a producer; `release()` hands it to a consumer.
using DlpackPtr = std::unique_ptr<DLManagedTensorVersioned, detail::DlpackDeleter>;

/// The same for the struct without a version, from before DLPack 1.0.
using LegacyDlpackPtr = std::unique_ptr<DLManagedTensor, detail::DlpackDeleter>;

// ======================================================================
// Described sources
// ======================================================================

class Tensor;
class Node;

namespace detail {

struct Taking;

/// Says why a callback fails, where the library gave it a place to say so.
inline ta_status report(ta_error *err, const Failure &failure) noexcept {
    if (err != nullptr && err->struct_size >= sizeof(ta_error)) {
        err->status = failure.status();
        std::memcpy(err->message, failure.message(), std::strlen(failure.message()) + 1);
    }
    return failure.status();
}

/// Runs what may fail or throw inside a callback that must not let an exception out.
template <class Body> ta_status guarded(ta_error *err, const Body &body) noexcept {
#if TARRAY_HAS_EXCEPTIONS
    try {
#endif
        const Result<void> result = body();
        return result ? TA_OK : report(err, result.failure());
#if TARRAY_HAS_EXCEPTIONS
    } catch (const Error &error) {
        return report(err, Failure(error.status(), error.what()));
    } catch (const std::bad_alloc &error) {
        return report(err, Failure(TA_ERR_OUT_OF_MEMORY, error.what()));
    } catch (const std::exception &error) {
        return report(err, Failure(TA_ERR_CALLBACK, error.what()));
    } catch (...) {
        return report(err, Failure(TA_ERR_CALLBACK, "a callback threw what is no std::exception"));
    }
#endif
}

/// Something that keeps memory alive, and how the C ABI lets it go.
class Owner {
public:
    Owner() noexcept = default;
    Owner(Owner &&other) noexcept { swap(other); }
    Owner &operator=(Owner &&other) noexcept {
        Owner(std::move(other)).swap(*this);
        return *this;
    }
    ~Owner() {
        if (release_ != nullptr) {
            release_(object_);
        }
    }

    /// An owner whose release destroys `object`; without memory for it, an empty one.
    template <class T> static Owner keep(T &&object) {
        using Kept = std::decay_t<T>;
        return Owner(new (std::nothrow) Kept(std::forward<T>(object)), &destroy<Kept>);
    }
    /// An owner whose release calls `function`, once; without memory for it, an empty one.
    template <class F> static Owner call(F &&function) {
        using Kept = std::decay_t<F>;
        return Owner(new (std::nothrow) Kept(std::forward<F>(function)), &call_once<Kept>);
    }

    explicit operator bool() const noexcept { return release_ != nullptr; }
    void *object() const noexcept { return object_; }
    void (*release() const noexcept)(void *) { return release_; }
    /// The library has it now.
    void disarm() noexcept { release_ = nullptr; }

private:
    Owner(void *object, void (*let_go)(void *)) noexcept
        : object_(object), release_(object != nullptr ? let_go : nullptr) {}

    void swap(Owner &other) noexcept {
        std::swap(object_, other.object_);
        std::swap(release_, other.release_);
    }

    // Nobody can be told what a destructor or a release function throws: it ends here.
    template <class Kept> static void destroy(void *object) noexcept {
        static_cast<void>(guarded(nullptr, [object] {
            delete static_cast<Kept *>(object);
            return Result<void>();
        }));
    }
    template <class Kept> static void call_once(void *object) noexcept {
        static_cast<void>(guarded(nullptr, [object] {
            (*static_cast<Kept *>(object))();
            return Result<void>();
        }));
        destroy<Kept>(object);
    }

    void *object_ = nullptr;
    void (*release_)(void *) = nullptr;
};

} // namespace detail

/// Strided memory, described for asarray() and from_array():
///
///     asarray(Memory(pixels, {height, width}).strides({pitch, 1}).owner(shared_image))
///
/// Built in one expression. It owns what owner() and on_release() got, until a call took it: if
/// the call fails, or none is made, they are let go when the Memory goes.
class Memory {
public:
    /// Memory at `data` of T's dtype, C-contiguous; read-only if T is const. Shape in elements.
    template <class T, class = std::enable_if_t<has_dtype_v<T>>>
    Memory(T *data, const Dims &shape) noexcept : Memory(data, dtype_of_v<T>, shape) {}
    /// Memory at `data`, or the handle of a device that has handles, of any dtype.
    Memory(void *data, Dtype dtype, const Dims &shape) noexcept : shape_(shape) {
        raw_.data = data;
        raw_.dtype = dtype;
    }
    /// Memory that nobody may write to.
    Memory(const void *data, Dtype dtype, const Dims &shape) noexcept
        : Memory(const_cast<void *>(data), dtype, shape) {
        raw_.flags = TA_MEMORY_READ_ONLY;
    }
#if defined(__cpp_lib_mdspan)
    /// The elements of a std::mdspan; read-only if they are const.
    template <class T, class E, class L, class = std::enable_if_t<has_dtype_v<T>>>
    explicit Memory(const std::mdspan<T, E, L> &elements)
        : Memory(elements.data_handle(), mdspan_extents(elements)) {
        std::array<std::int64_t, E::rank()> steps{};
        for (std::size_t axis = 0; axis < steps.size(); ++axis) {
            steps[axis] = static_cast<std::int64_t>(elements.stride(axis));
        }
        static_cast<void>(std::move(*this).strides(steps));
    }
#endif
    /// The elements of a view; read-only if they are const.
    template <class T, std::size_t Rank>
    explicit Memory(const View<T, Rank> &elements) noexcept
        : Memory(elements.data(), Dims(elements.shape())) {
        static_cast<void>(std::move(*this).strides(Dims(elements.strides())));
    }

    /// Distance between neighbours on each axis, in elements, of either sign.
    Memory &&strides(const Dims &elements) && noexcept {
        const std::size_t itemsize = Dtype(raw_.dtype).itemsize();
        const auto unit = static_cast<std::int64_t>(itemsize != 0 ? itemsize : 1);
        std::array<std::int64_t, Dims::capacity> bytes{};
        const Extents steps = elements;
        constexpr std::int64_t most = std::numeric_limits<std::int64_t>::max();
        for (std::size_t axis = 0; axis < steps.size(); ++axis) {
            if (steps[axis] > most / unit || steps[axis] < -(most / unit)) {
                refusal_ = {TA_ERR_LAYOUT, "a stride is too large"};
                return std::move(*this);
            }
            bytes[axis] = steps[axis] * unit;
        }
        return std::move(*this).strides_bytes(Dims(Extents(bytes.data(), steps.size())));
    }
    /// Distance between neighbours on each axis, in bytes; zero, negative and odd ones are fine.
    Memory &&strides_bytes(const Dims &bytes) && noexcept {
        strides_ = bytes;
        if (bytes.size() != shape_.size()) {
            refusal_ = {TA_ERR_INVALID_ARGUMENT, "there must be one stride per axis"};
        }
        return std::move(*this);
    }
    /// Where the memory is; else on the CPU.
    Memory &&device(Device device) && noexcept {
        raw_.device = device;
        return std::move(*this);
    }
    /// Where element (0, …, 0) is behind `data`, in bytes.
    Memory &&byte_offset(std::uint64_t bytes) && noexcept {
        raw_.byte_offset = bytes;
        return std::move(*this);
    }
    /// The stream on which the memory was last written, by the array API's numbers; else all is
    /// done.
    Memory &&stream(std::int64_t stream) && noexcept {
        raw_.stream = stream;
        return std::move(*this);
    }
    /// Nobody may write to it.
    Memory &&read_only() && noexcept { return std::move(*this).flag(TA_MEMORY_READ_ONLY); }
    /// Its bytes are in the other order than this machine's.
    Memory &&byte_swapped() && noexcept { return std::move(*this).flag(TA_MEMORY_BYTE_SWAPPED); }
    /// Elements smaller than a byte stand in a byte each.
    Memory &&subbyte_padded() && noexcept {
        return std::move(*this).flag(TA_MEMORY_SUBBYTE_PADDED);
    }
    /// Where it really came from, for bindings: decides provenance and Options::accept().
    Memory &&origin(Origin origin) && noexcept {
        origin_ = origin;
        return std::move(*this);
    }
    /// It is no longer the source's own: the elements were gathered, moved or computed for this
    /// call, because of this. Taken over as the copy that it is; for asarray().
    Memory &&made(Reason because) && noexcept {
        made_ = because;
        return std::move(*this);
    }
    /// Keeps `object` as long as the memory is in use, then destroys it: a std::shared_ptr, a
    /// std::unique_ptr, a container, anything that moves. May be destroyed on any thread.
    template <class T> Memory &&owner(T object) && {
        return std::move(*this).keep(detail::Owner::keep(std::move(object)));
    }
    /// Calls `function()` once, when the memory is in use no longer, on any thread. What it
    /// throws is dropped.
    template <class F> Memory &&on_release(F function) && {
        return std::move(*this).keep(detail::Owner::call(std::move(function)));
    }

private:
    friend struct detail::Taking;

    struct Refusal {
        ta_status status;
        const char *message;
    };

#if defined(__cpp_lib_mdspan)
    template <class M> static Dims mdspan_extents(const M &elements) {
        std::array<std::int64_t, M::rank()> extents{};
        for (std::size_t axis = 0; axis < extents.size(); ++axis) {
            extents[axis] = static_cast<std::int64_t>(elements.extent(axis));
        }
        return Dims(extents);
    }
#endif
    Memory &&flag(std::uint64_t flag) && noexcept {
        raw_.flags |= flag;
        return std::move(*this);
    }
    Memory &&keep(detail::Owner owner) && noexcept {
        if (!owner) {
            refusal_ = {TA_ERR_OUT_OF_MEMORY, "out of memory: an owner"};
        }
        owner_ = std::move(owner);
        return std::move(*this);
    }

    ta_memory raw_{};
    Dims shape_;
    std::optional<Dims> strides_;
    std::optional<Refusal> refusal_;
    Origin origin_{};
    Reason made_ = Reason::none;
    detail::Owner owner_;
};

/// Bytes, described for asarray(), which groups them by Options::dtype(), and for frombuffer().
/// Built in one expression; owns what it got until a call took it, like Memory.
class Buffer {
public:
    /// Bytes that may be written.
    Buffer(void *data, std::size_t size_bytes) noexcept {
        raw_.data = data;
        raw_.size_bytes = size_bytes;
    }
    /// Bytes that nobody may write.
    Buffer(const void *data, std::size_t size_bytes) noexcept
        : Buffer(const_cast<void *>(data), size_bytes) {
        raw_.flags = TA_MEMORY_READ_ONLY;
    }

    /// Nobody may write the bytes.
    Buffer &&read_only() && noexcept {
        raw_.flags |= TA_MEMORY_READ_ONLY;
        return std::move(*this);
    }
    /// Keeps `object` as long as the bytes are in use, then destroys it, on any thread.
    template <class T> Buffer &&owner(T object) && {
        return std::move(*this).keep(detail::Owner::keep(std::move(object)));
    }
    /// Calls `function()` once, when the bytes are in use no longer, on any thread. What it
    /// throws is dropped.
    template <class F> Buffer &&on_release(F function) && {
        return std::move(*this).keep(detail::Owner::call(std::move(function)));
    }

private:
    friend struct detail::Taking;

    Buffer &&keep(detail::Owner owner) && noexcept {
        ownerless_ = !owner;
        owner_ = std::move(owner);
        return std::move(*this);
    }

    ta_buffer raw_{};
    bool ownerless_ = false;
    detail::Owner owner_;
};

/// One number that has a dtype already, for asarray(): what typed() makes.
template <class T> struct TypedScalar {
    static_assert(has_dtype_v<T>, "T has no dtype: specialise tarray::dtype_of");
    T value;
};

/// A number that keeps its C++ type: `asarray(typed(1.5))` is a float64, where `asarray(1.5)`,
/// a number without a dtype, is a float32 by default.
template <class T> TypedScalar<T> typed(T value) noexcept { return {value}; }

// ======================================================================
// Tensor
// ======================================================================

namespace detail {

/// Whether memory may be used as elements of a dtype with some alignment.
inline Result<void> check_elements(const ta_info &info, Dtype wanted, std::size_t alignment,
                                   bool writes) {
    if (info.shape == nullptr) {
        return Failure(TA_ERR_NULL_ARGUMENT, "the tensor is empty");
    }
    if (Dtype(info.dtype) != wanted) {
        char have[64];
        char want[64];
        ta_dtype_name(info.dtype, have, sizeof(have));
        ta_dtype_name(wanted, want, sizeof(want));
        return failed(TA_ERR_DTYPE, "the tensor is %s, not %s", have, want);
    }
    if (!Device(info.device).cpu_readable()) {
        return failed(TA_ERR_DEVICE, "the cpu cannot read device type %d, index %d",
                      static_cast<int>(info.device.device_type),
                      static_cast<int>(info.device.index));
    }
    if (writes && (info.flags & TA_TENSOR_READ_ONLY) != 0) {
        return Failure(TA_ERR_NOT_WRITABLE, "the tensor is read-only: ask for a view of const");
    }
    if (reinterpret_cast<std::uintptr_t>(info.data) % alignment != 0) {
        return failed(TA_ERR_CANNOT_ALIAS, "the elements are not aligned to %d bytes: copy them",
                      static_cast<int>(alignment));
    }
    return {};
}

} // namespace detail

/// A tensor: facts, and a share in the memory they describe. Move-only; share() makes another.
///
/// An empty one (default-constructed, moved-from, released) answers every question with zero or
/// null, and every call that can fail with TA_ERR_NULL_ARGUMENT.
class [[nodiscard]] Tensor {
public:
    /// An empty one. (Not defaulted: members below have one as a default argument.)
    Tensor() noexcept {}
    Tensor(Tensor &&other) noexcept : handle_(std::exchange(other.handle_, nullptr)) {}
    Tensor &operator=(Tensor &&other) noexcept {
        Tensor(std::move(other)).swap(*this);
        return *this;
    }
    /// Gives the share up. If it is the last one, the memory is let go on this thread.
    ~Tensor() {
        // Most that are destroyed have been moved from: no need to call the library for these.
        if (handle_ != nullptr) {
            ta_release(handle_);
        }
    }

    /// Takes over a share that the caller owns, or null.
    static Tensor adopt(ta_tensor *handle) noexcept {
        Tensor tensor;
        tensor.handle_ = handle;
        return tensor;
    }
    /// Hands the share to the caller, who must ta_release() it; this is empty afterwards.
    [[nodiscard]] ta_tensor *release() noexcept { return std::exchange(handle_, nullptr); }
    /// The handle for a call of the C ABI; stays this object's. Null if empty.
    ta_tensor *get() noexcept { return handle_; }
    /// The handle for a call of the C ABI that does not write.
    const ta_tensor *get() const noexcept { return handle_; }
    /// Whether there is a tensor.
    explicit operator bool() const noexcept { return handle_ != nullptr; }
    /// Gives the share up now.
    void reset() noexcept { Tensor().swap(*this); }
    void swap(Tensor &other) noexcept { std::swap(handle_, other.handle_); }
    friend void swap(Tensor &a, Tensor &b) noexcept { a.swap(b); }

    /// Another share in the same tensor. Nothing is copied.
    Tensor share() const noexcept { return adopt(ta_retain(handle_)); }

    // ------------------------------------------------------------------
    // Facts: never change, cannot fail. Pointers and ranges live as long as a share does.
    // ------------------------------------------------------------------

    /// Address of element (0, …, 0), or the device's handle, for reading.
    const void *data() const noexcept { return ta_data(handle_); }
    /// The same for writing; null if the tensor is read-only.
    void *mutable_data() noexcept { return ta_mutable_data(handle_); }
    /// What the elements are.
    Dtype dtype() const noexcept { return ta_dtype_of(handle_); }
    /// Where the memory is.
    Device device() const noexcept { return ta_device_of(handle_); }
    /// Number of axes.
    std::size_t ndim() const noexcept { return static_cast<std::size_t>(ta_ndim(handle_)); }
    /// Length of each axis, in elements.
    Extents shape() const noexcept { return {ta_shape(handle_), ndim()}; }
    /// Distance between neighbours on each axis, in elements, of either sign.
    Extents strides() const noexcept { return {ta_strides(handle_), ndim()}; }
    /// Number of elements.
    std::int64_t numel() const noexcept { return ta_numel(handle_); }
    /// Whether nobody may write through this tensor.
    bool read_only() const noexcept { return ta_is_read_only(handle_) != 0; }
    /// Whether the elements stand one after another in C order.
    bool is_contiguous() const noexcept { return ta_is_contiguous(handle_) != 0; }
    /// Whether it requires a gradient.
    bool requires_grad() const noexcept { return ta_requires_grad(handle_) != 0; }
    /// Whether no recorded operation made it.
    bool is_leaf() const noexcept { return ta_is_leaf(handle_) != 0; }
    /// How it came about.
    Provenance provenance() const noexcept {
        const ta_provenance raw = info().provenance;
        return {static_cast<Origin>(raw.origin), raw.aliased != 0, static_cast<Reason>(raw.reason),
                raw.staged != 0};
    }
    /// Everything at once.
    ta_info info() const noexcept {
        ta_info info{};
        info.struct_size = sizeof(info);
        // Fails for an empty Tensor only, which leaves the zeros.
        static_cast<void>(ta_describe(handle_, &info, nullptr));
        return info;
    }

    /// Prints it as PyTorch would: `tensor([1., 2.])`.
    ///
    /// Fails with TA_ERR_INVALID_ARGUMENT for an option out of range, TA_ERR_OUT_OF_MEMORY.
    Result<std::string> try_repr(const ReprOptions &options = {}) const {
        char brief[512];
        std::size_t length = 0;
        ta_error error = detail::fresh_error();
        ta_status status =
            ta_repr(handle_, &options.raw(), brief, sizeof(brief), &length, &error);
        if (status != TA_OK) {
            return Failure(status, error.message);
        }
        if (length < sizeof(brief)) {
            return std::string(brief, length);
        }
        std::string text(length, '\0');
        status = ta_repr(handle_, &options.raw(), text.data(), text.size() + 1, &length, &error);
        if (status != TA_OK) {
            return Failure(status, error.message);
        }
        // Somebody may have written elements in between.
        text.resize(std::min(length, text.size()));
        return text;
    }

    // ------------------------------------------------------------------
    // Elements
    // ------------------------------------------------------------------

    /// The elements as a typed view that honours the strides: `t.view<const float, 2>()`. A view
    /// of T without const needs a Tensor that is not const. Valid as long as a share in the
    /// memory is; a Tensor that is about to vanish gives none.
    ///
    /// Fails with TA_ERR_DTYPE if T is another dtype, TA_ERR_LAYOUT if there are not Rank axes,
    /// TA_ERR_NOT_WRITABLE if T is not const and the tensor is read-only, TA_ERR_DEVICE if the CPU
    /// cannot read the memory, TA_ERR_CANNOT_ALIAS if an address is not aligned for T.
    template <class T, std::size_t Rank, class = std::enable_if_t<std::is_const_v<T>>>
    Result<View<T, Rank>> try_view() const & {
        return typed_view<T, Rank>();
    }
    template <class T, std::size_t Rank, class = std::enable_if_t<!std::is_const_v<T>>>
    Result<View<T, Rank>> try_view() & {
        return typed_view<T, Rank>();
    }
    template <class T, std::size_t Rank> Result<View<T, Rank>> try_view() const && = delete;

    /// The elements as one run of memory, whatever the number of axes: std::span from C++20 on.
    ///
    /// Fails as try_view(), and with TA_ERR_CANNOT_ALIAS if they are not contiguous.
    template <class T, class = std::enable_if_t<std::is_const_v<T>>>
    Result<Span<T>> try_as_span() const & {
        return typed_span<T>();
    }
    template <class T, class = std::enable_if_t<!std::is_const_v<T>>>
    Result<Span<T>> try_as_span() & {
        return typed_span<T>();
    }
    template <class T> Result<Span<T>> try_as_span() const && = delete;

    /// One element, one position per axis, on any device that can be read.
    ///
    /// Fails with TA_ERR_INVALID_ARGUMENT if there is not one position per axis,
    /// TA_ERR_OUT_OF_BOUNDS, TA_ERR_DTYPE for a dtype without values, TA_ERR_DEVICE.
    Result<Scalar> try_item(const Dims &index) const {
        if (handle_ != nullptr && index.size() != ndim()) {
            return detail::failed(TA_ERR_INVALID_ARGUMENT, "%lu positions for %lu axes",
                                  static_cast<unsigned long>(index.size()),
                                  static_cast<unsigned long>(ndim()));
        }
        ta_scalar value{};
        ta_error error = detail::fresh_error();
        const ta_status status = ta_item(handle_, index.data(), &value, &error);
        if (status != TA_OK) {
            return Failure(status, error.message);
        }
        return Scalar(value);
    }
    /// The only element of a tensor that has one, with any number of axes.
    ///
    /// Fails as above, and with TA_ERR_INVALID_ARGUMENT if there is not exactly one element.
    Result<Scalar> try_item() const {
        if (handle_ != nullptr && numel() != 1) {
            return detail::failed(TA_ERR_INVALID_ARGUMENT,
                                  "item() without an index needs one element, not %lld",
                                  static_cast<long long>(numel()));
        }
        const std::array<std::int64_t, TA_MAX_NDIM> zeros{};
        return try_item(Dims(Extents(zeros.data(), ndim())));
    }

    /// Another tensor over part of this one's memory: any shape, strides (in elements, of either
    /// sign) and offset that stay inside it, like torch.as_strided, but checked.
    ///
    /// Fails with TA_ERR_LAYOUT, TA_ERR_OUT_OF_BOUNDS, TA_ERR_INVALID_ARGUMENT if there is not one
    /// stride per axis, TA_ERR_DTYPE for an offset inside a byte, TA_ERR_OUT_OF_MEMORY.
    Result<Tensor> try_view(const Dims &shape, const Dims &strides, std::int64_t offset = 0) const {
        if (strides.size() != shape.size()) {
            return Failure(TA_ERR_INVALID_ARGUMENT, "there must be one stride per axis");
        }
        return strided_view(shape, strides.data(), offset);
    }
    /// The same from the first element on, C-contiguous.
    Result<Tensor> try_view(const Dims &shape) const { return strided_view(shape, nullptr, 0); }

    /// A copy with memory of its own; see ta_copy() for its layout.
    ///
    /// Fails with TA_ERR_INVALID_ARGUMENT (Copy::never contradicts), TA_ERR_DTYPE, TA_ERR_KIND,
    /// TA_ERR_DEVICE, TA_ERR_OUT_OF_MEMORY.
    Result<Tensor> try_copy(const Options &options = {}) const;

    /// Copies the elements into `target`, converting and broadcasting (the other way round than
    /// Tensor.copy_). Memory that the two share is read before it is written.
    ///
    /// Fails with TA_ERR_INVALID_ARGUMENT if the shapes do not broadcast, TA_ERR_NOT_WRITABLE,
    /// TA_ERR_DTYPE, TA_ERR_DEVICE, TA_ERR_OUT_OF_MEMORY.
    Result<void> try_copy_into(Tensor &target) const {
        ta_error error = detail::fresh_error();
        return detail::done(ta_copy_into(target.handle_, handle_, &error), error);
    }

    /// Writes one number to every element, like Tensor.fill_.
    ///
    /// Fails with TA_ERR_OVERFLOW if it does not fit the dtype, TA_ERR_NOT_WRITABLE,
    /// TA_ERR_DTYPE, TA_ERR_DEVICE.
    Result<void> try_fill(const Scalar &value) {
        ta_error error = detail::fresh_error();
        return detail::done(ta_fill(handle_, &value.raw(), &error), error);
    }

    // ------------------------------------------------------------------
    // Gradients
    // ------------------------------------------------------------------

    /// The gradient that has arrived at this leaf, or an empty Tensor. A later backward pass makes
    /// another one.
    Tensor grad() const noexcept { return adopt(ta_grad(handle_)); }
    /// The operation that made it; an empty Node for a leaf.
    Node grad_fn() const noexcept;

    /// Changes whether a leaf requires a gradient, like Tensor.requires_grad_.
    ///
    /// Fails with TA_ERR_GRAD for elements that cannot have one, or to turn it off for a tensor with
    /// a history.
    Result<void> try_set_requires_grad(bool requires_grad = true) {
        ta_error error = detail::fresh_error();
        return detail::done(ta_set_requires_grad(handle_, requires_grad, &error), error);
    }
    /// Replaces the gradient of a leaf; an empty Tensor clears it.
    ///
    /// Fails with TA_ERR_GRAD if it cannot be that.
    Result<void> try_set_grad(const Tensor &grad) {
        ta_error error = detail::fresh_error();
        return detail::done(ta_set_grad(handle_, grad.handle_, &error), error);
    }
    /// Computes the gradients of this tensor with respect to all leaves that it was computed from, and
    /// adds them to theirs: all, or on failure none. An empty `gradient` is 1, for one real element.
    ///
    /// Fails with TA_ERR_GRAD (no history, released by an earlier pass, …), TA_ERR_CALLBACK or what
    /// an operation's own function says, TA_ERR_DTYPE, TA_ERR_DEVICE, TA_ERR_OUT_OF_MEMORY.
    Result<void> try_backward(const Tensor &gradient = Tensor(), bool retain_graph = false) const {
        ta_error error = detail::fresh_error();
        return detail::done(ta_backward(handle_, gradient.handle_, retain_graph, &error), error);
    }
    /// Another handle over the same memory, without a history.
    ///
    /// Fails with TA_ERR_OUT_OF_MEMORY.
    Result<Tensor> try_detach() const;
    /// The sum along these axes, negative ones counting from the back; without any, of all elements.
    /// With `keep`, they stay with extent 1.
    ///
    /// Fails with TA_ERR_OUT_OF_BOUNDS or TA_ERR_INVALID_ARGUMENT for the axes, TA_ERR_DTYPE,
    /// TA_ERR_DEVICE, TA_ERR_OUT_OF_MEMORY.
    Result<Tensor> try_sum(const Dims &axes = {}, bool keep = false) const;

    // ------------------------------------------------------------------
    // DLPack
    // ------------------------------------------------------------------

    /// Lends the memory to another library; the loan keeps it alive, also past this Tensor.
    /// Nothing is copied unless the options ask for it.
    ///
    /// Fails with TA_ERR_EXPORT if it requires grad or the consumer is too old,
    /// TA_ERR_CANNOT_ALIAS, TA_ERR_DEVICE, TA_ERR_OUT_OF_MEMORY.
    Result<DlpackPtr> try_to_dlpack(const ExportOptions &options = {}) const {
        DLManagedTensorVersioned *loan = nullptr;
        ta_error error = detail::fresh_error();
        const ta_status status = ta_to_dlpack(handle_, &options.raw(), &loan, &error);
        return status == TA_OK ? Result<DlpackPtr>(DlpackPtr(loan))
                               : Result<DlpackPtr>(Failure(status, error.message));
    }
    /// The same for a consumer that only knows the struct without a version.
    ///
    /// Fails as above, and with TA_ERR_EXPORT if the tensor is read-only: it could not be told.
    Result<LegacyDlpackPtr> try_to_dlpack_legacy(const ExportOptions &options = {}) const {
        DLManagedTensor *loan = nullptr;
        ta_error error = detail::fresh_error();
        const ta_status status = ta_to_dlpack_legacy(handle_, &options.raw(), &loan, &error);
        return status == TA_OK ? Result<LegacyDlpackPtr>(LegacyDlpackPtr(loan))
                               : Result<LegacyDlpackPtr>(Failure(status, error.message));
    }

#if TARRAY_HAS_EXCEPTIONS
    // ------------------------------------------------------------------
    // The same calls, throwing Error
    // ------------------------------------------------------------------

    /// As try_repr().
    std::string repr(const ReprOptions &options = {}) const { return try_repr(options).value(); }
    /// As try_view<T, Rank>().
    template <class T, std::size_t Rank, class = std::enable_if_t<std::is_const_v<T>>>
    View<T, Rank> view() const & {
        return try_view<T, Rank>().value();
    }
    template <class T, std::size_t Rank, class = std::enable_if_t<!std::is_const_v<T>>>
    View<T, Rank> view() & {
        return try_view<T, Rank>().value();
    }
    template <class T, std::size_t Rank> View<T, Rank> view() const && = delete;
    /// As try_as_span<T>().
    template <class T, class = std::enable_if_t<std::is_const_v<T>>> Span<T> as_span() const & {
        return try_as_span<T>().value();
    }
    template <class T, class = std::enable_if_t<!std::is_const_v<T>>> Span<T> as_span() & {
        return try_as_span<T>().value();
    }
    template <class T> Span<T> as_span() const && = delete;
    /// As try_item().
    Scalar item(const Dims &index) const { return try_item(index).value(); }
    Scalar item() const { return try_item().value(); }
    /// As try_item(), then Scalar::to<T>().
    template <class T> T item(const Dims &index) const { return item(index).template to<T>(); }
    template <class T> T item() const { return item().template to<T>(); }
    /// As try_view(shape, strides, offset).
    Tensor view(const Dims &shape, const Dims &strides, std::int64_t offset = 0) const {
        return try_view(shape, strides, offset).value();
    }
    Tensor view(const Dims &shape) const { return try_view(shape).value(); }
    /// As try_copy().
    Tensor copy(const Options &options = {}) const;
    /// As try_copy_into().
    void copy_into(Tensor &target) const { try_copy_into(target).value(); }
    /// As try_fill().
    void fill(const Scalar &value) { try_fill(value).value(); }
    /// As try_set_requires_grad().
    void set_requires_grad(bool requires_grad = true) {
        try_set_requires_grad(requires_grad).value();
    }
    /// As try_set_grad().
    void set_grad(const Tensor &grad) { try_set_grad(grad).value(); }
    /// As try_backward().
    void backward(const Tensor &gradient = Tensor(), bool retain_graph = false) const {
        try_backward(gradient, retain_graph).value();
    }
    /// As try_detach().
    Tensor detach() const;
    /// As try_sum().
    Tensor sum(const Dims &axes = {}, bool keep = false) const;
    /// As try_to_dlpack().
    DlpackPtr to_dlpack(const ExportOptions &options = {}) const {
        return try_to_dlpack(options).value();
    }
    /// As try_to_dlpack_legacy().
    LegacyDlpackPtr to_dlpack_legacy(const ExportOptions &options = {}) const {
        return try_to_dlpack_legacy(options).value();
    }
#endif

private:
    template <class T, std::size_t Rank> Result<View<T, Rank>> typed_view() const {
        const ta_info info = this->info();
        const auto usable =
            detail::check_elements(info, dtype_of_v<T>, alignof(T), !std::is_const_v<T>);
        if (!usable) {
            return usable.failure();
        }
        if (info.ndim != static_cast<std::int32_t>(Rank)) {
            return detail::failed(TA_ERR_LAYOUT, "the tensor has %d axes, not %d",
                                  static_cast<int>(info.ndim), static_cast<int>(Rank));
        }
        return View<T, Rank>(static_cast<T *>(info.data), info.shape, info.strides);
    }

    template <class T> Result<Span<T>> typed_span() const {
        static_assert(has_dtype_v<T>, "T has no dtype: specialise tarray::dtype_of");
        const ta_info info = this->info();
        const auto usable =
            detail::check_elements(info, dtype_of_v<T>, alignof(T), !std::is_const_v<T>);
        if (!usable) {
            return usable.failure();
        }
        if ((info.flags & TA_TENSOR_CONTIGUOUS) == 0) {
            return Failure(TA_ERR_CANNOT_ALIAS,
                           "the elements are not contiguous, so no span covers them");
        }
        return Span<T>(static_cast<T *>(info.data), static_cast<std::size_t>(info.numel));
    }

    Result<Tensor> strided_view(const Dims &shape, const std::int64_t *strides,
                                std::int64_t offset) const;

    ta_tensor *handle_ = nullptr;
};

namespace detail {

/// A tensor from a call of the C ABI that makes one: `call(&handle, &error)`.
template <class Call> Result<Tensor> made(const Call &call) {
    ta_tensor *handle = nullptr;
    ta_error error = fresh_error();
    const ta_status status = call(&handle, &error);
    if (status != TA_OK) {
        return Failure(status, error.message);
    }
    return Tensor::adopt(handle);
}

/// A source that is described already.
inline Result<Tensor> made_of(const ta_source &source, const Options &options) {
    return made([&](ta_tensor **out, ta_error *err) {
        return ta_asarray(&source, &options.raw(), out, err);
    });
}

inline ta_source fresh_source() noexcept {
    ta_source source{};
    source.struct_size = sizeof(source);
    return source;
}

/// The one place where described memory and bytes reach the library: what they own moves on
/// success only.
struct Taking {
    template <class Call> static Result<Tensor> memory(Memory &memory, const Call &call) {
        if (memory.refusal_) {
            return Failure(memory.refusal_->status, memory.refusal_->message);
        }
        ta_memory raw = memory.raw_;
        raw.ndim = static_cast<std::int32_t>(memory.shape_.size());
        raw.shape = memory.shape_.data();
        raw.strides_bytes = memory.strides_ ? memory.strides_->data() : nullptr;
        raw.owner = memory.owner_.object();
        raw.release = memory.owner_.release();
        ta_source described = fresh_source();
        described.kind = TA_SOURCE_MEMORY;
        described.origin = static_cast<std::int32_t>(memory.origin_);
        described.made = static_cast<std::int32_t>(memory.made_);
        described.value.memory = raw;
        return settled(call(described), memory.owner_);
    }

    template <class Call> static Result<Tensor> buffer(Buffer &buffer, const Call &call) {
        if (buffer.ownerless_) {
            return Failure(TA_ERR_OUT_OF_MEMORY, "out of memory: an owner");
        }
        ta_buffer raw = buffer.raw_;
        raw.owner = buffer.owner_.object();
        raw.release = buffer.owner_.release();
        return settled(call(raw), buffer.owner_);
    }

private:
    static Result<Tensor> settled(Result<Tensor> result, Owner &owner) {
        if (result) {
            owner.disarm();
        }
        return result;
    }
};

} // namespace detail

inline Result<Tensor> Tensor::strided_view(const Dims &shape, const std::int64_t *strides,
                                           std::int64_t offset) const {
    const auto axes = static_cast<std::int32_t>(shape.size());
    return detail::made([&](ta_tensor **out, ta_error *err) {
        return ta_view(handle_, axes, shape.data(), strides, offset, out, err);
    });
}

inline Result<Tensor> Tensor::try_copy(const Options &options) const {
    return detail::made([&](ta_tensor **out, ta_error *err) {
        return ta_copy(handle_, &options.raw(), out, err);
    });
}

inline Result<Tensor> Tensor::try_detach() const {
    return detail::made(
        [&](ta_tensor **out, ta_error *err) { return ta_detach(handle_, out, err); });
}

inline Result<Tensor> Tensor::try_sum(const Dims &axes, bool keep) const {
    return detail::made([&](ta_tensor **out, ta_error *err) {
        return ta_sum(handle_, axes.data(), axes.size(), keep, out, err);
    });
}

#if TARRAY_HAS_EXCEPTIONS
inline Tensor Tensor::copy(const Options &options) const { return try_copy(options).value(); }
inline Tensor Tensor::detach() const { return try_detach().value(); }
inline Tensor Tensor::sum(const Dims &axes, bool keep) const { return try_sum(axes, keep).value(); }
#endif

// ======================================================================
// Kinds of sources
// ======================================================================

namespace detail {

template <class T> using bare_t = std::remove_cv_t<std::remove_reference_t<T>>;

template <class T> struct is_typed_scalar : std::false_type {};
template <class T> struct is_typed_scalar<TypedScalar<T>> : std::true_type {};

template <class T> struct is_view : std::false_type {};
template <class T, std::size_t Rank> struct is_view<View<T, Rank>> : std::true_type {};
#if defined(__cpp_lib_mdspan)
template <class T, class E, class L>
struct is_view<std::mdspan<T, E, L>> : has_dtype<std::remove_const_t<T>> {};
#endif

/// What repeats at a fixed distance in a contiguous container: an element, or a C array or
/// std::array of blocks, which adds an axis.
template <class T, class = void> struct Block : std::false_type {};
template <class T> struct Block<T, std::enable_if_t<has_dtype_v<T>>> : std::true_type {
    using element = T;
    static constexpr std::size_t rank = 0;
    static void extents(std::int64_t *) noexcept {}
};
template <class T, std::size_t N> struct Axis : std::true_type {
    using element = typename Block<T>::element;
    static constexpr std::size_t rank = 1 + Block<T>::rank;
    static void extents(std::int64_t *out) noexcept {
        *out = static_cast<std::int64_t>(N);
        Block<T>::extents(out + 1);
    }
};
template <class T, std::size_t N>
struct Block<T[N], std::enable_if_t<Block<T>::value>> : Axis<T, N> {};
template <class T, std::size_t N>
struct Block<std::array<T, N>, std::enable_if_t<(N > 0) && Block<T>::value>> : Axis<T, N> {
    static_assert(sizeof(std::array<T, N>) == N * sizeof(T), "std::array must not be padded");
};
template <class T, std::size_t N>
struct Block<const std::array<T, N>, std::enable_if_t<(N > 0) && Block<const T>::value>>
    : Axis<const T, N> {};

template <class C>
using block_t = std::remove_pointer_t<decltype(std::data(std::declval<C &>()))>;

template <class T> struct is_initializer_list : std::false_type {};
template <class T> struct is_initializer_list<std::initializer_list<T>> : std::true_type {};

/// Containers, spans and C arrays that say where their elements stand: data(), size() and an
/// iterator that gives references to the same blocks. Of an initializer_list no rvalue can own
/// its elements, and a View says its strides, so neither is meant.
template <class C, class = void> struct is_contiguous : std::false_type {};
template <class C>
struct is_contiguous<C, std::void_t<block_t<C>, decltype(std::size(std::declval<C &>())),
                                    decltype(*std::begin(std::declval<C &>()))>>
    : std::bool_constant<Block<block_t<C>>::value &&
                         std::is_same_v<decltype(*std::begin(std::declval<C &>())), block_t<C> &> &&
                         !is_initializer_list<bare_t<C>>::value && !is_view<bare_t<C>>::value> {};

enum class Kind { none, number, element, typed_scalar, tensor, view, contiguous, sequence };

template <class C>
using reference_t = decltype(std::declval<const C &>()[std::size_t{}]);

/// What a container gives by index, as a value: of a proxy (std::vector<bool>), what it stands for.
template <class C, class = void> struct item {
    using type = bare_t<reference_t<C>>;
};
template <class C>
struct item<C, std::enable_if_t<!std::is_lvalue_reference_v<reference_t<C>> &&
                                std::is_convertible_v<reference_t<C>, typename C::value_type>>> {
    using type = typename C::value_type;
};
template <class C> using item_t = typename item<C>::type;

template <class T> constexpr Kind kind_of() noexcept;

/// Containers to be walked: a size() and an operator[] that gives, from a const one, something
/// that can be described.
template <class C, class = void> struct is_sequence : std::false_type {};
template <class C>
struct is_sequence<C, std::void_t<decltype(std::size(std::declval<const C &>())), reference_t<C>>>
    : std::bool_constant<!std::is_same_v<item_t<C>, bare_t<C>> &&
                         kind_of<const item_t<C>>() != Kind::none &&
                         kind_of<const item_t<C>>() != Kind::view> {};

/// Which kind of source a type is, without reference; const decides whether memory is read-only.
template <class T> constexpr Kind kind_of() noexcept {
    using Bare = std::remove_cv_t<T>;
    if constexpr (is_number_v<Bare>) {
        return Kind::number;
    } else if constexpr (has_dtype_v<Bare>) {
        return Kind::element;
    } else if constexpr (is_typed_scalar<Bare>::value) {
        return Kind::typed_scalar;
    } else if constexpr (std::is_same_v<Bare, Tensor>) {
        return Kind::tensor;
    } else if constexpr (is_view<Bare>::value) {
        return Kind::view;
    } else if constexpr (is_contiguous<T>::value) {
        return Kind::contiguous;
    } else if constexpr (is_sequence<Bare>::value) {
        return Kind::sequence;
    } else {
        return Kind::none;
    }
}

/// The dtype of what a sequence holds in the end, if its type says so.
template <class T> constexpr Dtype leaf_dtype() noexcept {
    constexpr Kind kind = kind_of<T>();
    if constexpr (kind == Kind::number || kind == Kind::element) {
        return dtype_of_v<T>;
    } else if constexpr (kind == Kind::contiguous) {
        return dtype_of_v<typename Block<block_t<T>>::element>;
    } else if constexpr (kind == Kind::sequence) {
        return leaf_dtype<const item_t<T>>();
    } else {
        return Dtype();
    }
}

// ======================================================================
// Descriptions: how a C++ value looks to the C ABI
// ======================================================================

/// Describes a value of one kind in a ta_source, and stores what the description points to. Only
/// fields that are not zero are written: the source arrives zeroed, and in a callback it may be
/// that of an older, smaller library.
template <class T, Kind = kind_of<T>()> struct Description;

template <class T> struct Description<T, Kind::number> {
    Result<void> operator()(const T &value, ta_source &out) {
        out.kind = TA_SOURCE_SCALAR;
        out.value.scalar = Scalar(value).raw();
        return {};
    }
};

inline void describe_element(const void *data, Dtype dtype, ta_source &out) noexcept {
    out.kind = TA_SOURCE_TYPED_SCALAR;
    out.value.typed_scalar.data = data;
    out.value.typed_scalar.dtype = dtype;
}

template <class T> struct Description<T, Kind::element> {
    Result<void> operator()(const T &value, ta_source &out) {
        describe_element(&value, dtype_of_v<T>, out);
        return {};
    }
};

template <class T> struct Description<T, Kind::typed_scalar> {
    Result<void> operator()(const T &scalar, ta_source &out) {
        describe_element(&scalar.value, dtype_of_v<decltype(scalar.value)>, out);
        return {};
    }
};

template <class T> struct Description<T, Kind::tensor> {
    Result<void> operator()(const Tensor &tensor, ta_source &out) {
        out.kind = TA_SOURCE_TENSOR;
        out.value.tensor = tensor.get();
        return {};
    }
};

template <class C> struct Description<C, Kind::contiguous> {
    using Blocks = Block<block_t<C>>;
    using Element = typename Blocks::element;

    Result<void> operator()(C &container, ta_source &out) {
        const std::size_t count = std::size(container);
        auto *const first = std::data(container);
        // Some classes have data() and size() over strided elements.
        if (count > 1 && std::addressof(*std::next(std::begin(container))) != first + 1) {
            return Failure(TA_ERR_CANNOT_ALIAS,
                           "the container's data() and its iterators disagree: describe it as "
                           "tarray::Memory, with strides");
        }
        shape_[0] = static_cast<std::int64_t>(count);
        Blocks::extents(shape_ + 1);
        out.kind = TA_SOURCE_MEMORY;
        out.value.memory.data = const_cast<void *>(static_cast<const void *>(first));
        out.value.memory.shape = shape_;
        out.value.memory.ndim = static_cast<std::int32_t>(1 + Blocks::rank);
        out.value.memory.dtype = dtype_of_v<Element>;
        out.value.memory.flags = std::is_const_v<Element> ? TA_MEMORY_READ_ONLY : 0;
        return {};
    }

private:
    std::int64_t shape_[1 + Blocks::rank] = {};
};

template <class C> struct Description<C, Kind::sequence> {
    Result<void> operator()(const C &sequence, ta_source &out) {
        sequence_ = &sequence;
        out.kind = TA_SOURCE_SEQUENCE;
        out.value.sequence.vtable = &table;
        out.value.sequence.user_data = this;
        return {};
    }

private:
    using Reference = reference_t<C>;
    using Item = item_t<C>;

    static Description &self(void *user_data) noexcept {
        return *static_cast<Description *>(user_data);
    }

    static ta_status len(void *user_data, std::size_t *out, ta_error *err) noexcept {
        return guarded(err, [&] {
            *out = std::size(*self(user_data).sequence_);
            return Result<void>();
        });
    }

    static ta_status item(void *user_data, std::size_t index, ta_source *out,
                          ta_error *err) noexcept {
        return guarded(err, [&] {
            Description &here = self(user_data);
            if constexpr (std::is_lvalue_reference_v<Reference>) {
                return here.item_((*here.sequence_)[index], *out);
            } else {
                return here.item_(here.made_.emplace((*here.sequence_)[index]), *out);
            }
        });
    }

    static ta_status read(void *user_data, std::size_t start, std::size_t count, ta_scalar *out,
                          std::size_t *written, ta_error *err) noexcept {
        return guarded(err, [&] {
            const C &sequence = *self(user_data).sequence_;
            const std::size_t size = std::size(sequence);
            const std::size_t some = start < size ? std::min(count, size - start) : 0;
            for (std::size_t k = 0; k < some; ++k) {
                out[k] = Scalar(static_cast<Item>(sequence[start + k])).raw();
            }
            *written = some;
            return Result<void>();
        });
    }

    static constexpr auto reader() noexcept -> decltype(ta_sequence_vtable::read) {
        if constexpr (kind_of<const Item>() == Kind::number) {
            return &Description::read;
        } else {
            return nullptr;
        }
    }

    static constexpr ta_sequence_vtable table = {sizeof(ta_sequence_vtable), &Description::len,
                                                 &Description::item, reader()};

    struct Nothing {};

    const C *sequence_ = nullptr;
    // An item that the sequence made for us, kept until the next one.
    std::conditional_t<std::is_lvalue_reference_v<Reference>, Nothing,
                       std::optional<Item>> made_;
    Description<const Item> item_;
};

} // namespace detail

// ======================================================================
// Braces
// ======================================================================

/// One item of a braced list: a number, an element of a dtype of yours, a Tensor, or a list of
/// such. Written as braces in a call of asarray(), never stored: lists live as long as the call.
class Value {
public:
    template <class T, class = std::enable_if_t<detail::is_number_v<T>>>
    Value(T value) noexcept : held_(Scalar(value)) {}
    template <class T, class = std::enable_if_t<!detail::is_number_v<T> && has_dtype_v<T>>,
              class = void>
    Value(const T &value) noexcept : held_(Element{&value, dtype_of_v<T>}) {}
    Value(const Tensor &tensor) noexcept : held_(tensor.get()) {}
    Value(std::initializer_list<Value> items) noexcept : held_(items) {}

private:
    friend Result<Tensor> try_asarray(std::initializer_list<Value> values, const Options &options);

    struct Element {
        const void *data;
        Dtype dtype;
    };
    using List = std::initializer_list<Value>;

    void describe(ta_source &out) const noexcept {
        if (const Scalar *scalar = std::get_if<Scalar>(&held_)) {
            out.kind = TA_SOURCE_SCALAR;
            out.value.scalar = scalar->raw();
        } else if (const Element *element = std::get_if<Element>(&held_)) {
            detail::describe_element(element->data, element->dtype, out);
        } else if (const List *items = std::get_if<List>(&held_)) {
            out.kind = TA_SOURCE_SEQUENCE;
            out.value.sequence.vtable = &table;
            out.value.sequence.user_data = const_cast<List *>(items);
        } else {
            out.kind = TA_SOURCE_TENSOR;
            out.value.tensor = *std::get_if<const ta_tensor *>(&held_);
        }
    }

    static ta_status len(void *items, std::size_t *out, ta_error *) noexcept {
        *out = static_cast<const List *>(items)->size();
        return TA_OK;
    }
    static ta_status item(void *items, std::size_t index, ta_source *out, ta_error *) noexcept {
        static_cast<const List *>(items)->begin()[index].describe(*out);
        return TA_OK;
    }

    static constexpr ta_sequence_vtable table = {sizeof(ta_sequence_vtable), &Value::len,
                                                 &Value::item, nullptr};

    std::variant<Scalar, Element, const ta_tensor *, List> held_;
};

// ======================================================================
// The hub
// ======================================================================

namespace detail {

template <class S>
inline constexpr bool is_rvalue_v = !std::is_reference_v<S> && !std::is_const_v<S>;

/// Sources that hand over what they own, and so must be rvalues.
template <class T>
inline constexpr bool is_handover_v = std::is_same_v<T, Memory> || std::is_same_v<T, Buffer> ||
                                      std::is_same_v<T, DlpackPtr> ||
                                      std::is_same_v<T, LegacyDlpackPtr>;

/// Containers that only point to elements of somebody else, like std::span.
template <class T> constexpr bool is_borrowing() noexcept {
#if defined(__cpp_lib_ranges)
    return std::ranges::enable_borrowed_range<T>;
#else
    return false;
#endif
}

/// Whether `S &&` can be given to asarray().
template <class S> constexpr bool is_source() noexcept {
    using Bare = bare_t<S>;
    if constexpr (is_handover_v<Bare>) {
        return is_rvalue_v<S>;
    } else if constexpr (kind_of<std::remove_reference_t<S>>() == Kind::contiguous) {
        return std::is_lvalue_reference_v<S> || is_borrowing<Bare>() ||
               (is_rvalue_v<S> && !std::is_array_v<Bare> &&
                std::is_move_constructible_v<Bare> && std::is_move_assignable_v<Bare>);
    } else {
        return kind_of<std::remove_reference_t<S>>() != Kind::none;
    }
}

/// A tensor of something that stays the caller's.
template <class T> Result<Tensor> made_of_lent(T &value, const Options &options) {
    Description<T> description;
    ta_source source = fresh_source();
    const Result<void> described = description(value, source);
    return described ? made_of(source, options) : Result<Tensor>(described.failure());
}

/// A tensor that owns the container, which is put back if the call fails.
template <class C> Result<Tensor> made_of_given(C &container, const Options &options) {
    Owner owner = Owner::keep(std::move(container));
    if (!owner) {
        return Failure(TA_ERR_OUT_OF_MEMORY, "out of memory: an owner of the container");
    }
    C &kept = *static_cast<C *>(owner.object());
    Description<C> description;
    ta_source source = fresh_source();
    const Result<void> described = description(kept, source);
    source.value.memory.owner = owner.object();
    source.value.memory.release = owner.release();
    Result<Tensor> result =
        described ? made_of(source, options) : Result<Tensor>(described.failure());
    if (result) {
        owner.disarm();
    } else {
        container = std::move(kept);
    }
    return result;
}

/// The options for a sequence whose C++ type says the dtype.
template <class T> Options typed_options(Options options) noexcept {
    constexpr Dtype leaf = leaf_dtype<T>();
    if (Dtype(options.raw().dtype) == Dtype()) {
        options.dtype(leaf);
    }
    return options;
}

} // namespace detail

/// Whether `S &&` (S an lvalue reference for an lvalue) can be given to asarray().
template <class S> inline constexpr bool is_source_v = detail::is_source<S>();

/// Makes a tensor of a DLPack tensor, sharing its memory where the options allow. On success
/// `managed` is empty and its deleter the library's to run; on failure it is as it was.
///
/// Fails with TA_ERR_UNSUPPORTED for a major version other than 1, TA_ERR_LAYOUT, TA_ERR_DTYPE,
/// TA_ERR_CANNOT_ALIAS, TA_ERR_NULL_ARGUMENT, TA_ERR_KIND, TA_ERR_DEVICE, TA_ERR_OUT_OF_MEMORY.
inline Result<Tensor> try_from_dlpack(DlpackPtr &&managed, const Options &options = {}) {
    Result<Tensor> result = detail::made([&](ta_tensor **out, ta_error *err) {
        return ta_from_dlpack(managed.get(), &options.raw(), out, err);
    });
    if (result) {
        static_cast<void>(managed.release());
    }
    return result;
}
/// The same for the struct without a version.
inline Result<Tensor> try_from_dlpack(LegacyDlpackPtr &&managed, const Options &options = {}) {
    Result<Tensor> result = detail::made([&](ta_tensor **out, ta_error *err) {
        return ta_from_dlpack_legacy(managed.get(), &options.raw(), out, err);
    });
    if (result) {
        static_cast<void>(managed.release());
    }
    return result;
}

/// Makes a tensor of anything: shares the source's memory if that is possible, else copies.
///
///     source                                            result
///     Tensor                                            the same one, another share in it
///     container, std::span or C array of elements       shares its memory; of an rvalue container
///       (std::vector, std::array, nested ones, …)         it becomes the owner, else it borrows
///     View, std::mdspan, Memory, Buffer                 shares the memory that it describes
///     DlpackPtr, LegacyDlpackPtr (rvalues)              shares the memory that it lends
///     a number (bool, integer, float, double, complex)  0-d; integers are int64, real numbers of
///                                                         the default dtype, float32
///     typed(number), an element of a dtype of yours     0-d, of that dtype
///     other container with size() and operator[]        a copy, of the dtype that its type says
///       (std::vector<std::vector<T>>, std::deque, …)
///     braces, nested as needed: {{1, 2}, {3, 4}}        a copy, dtype inferred from the numbers
///
/// Fails as ta_asarray() says; above all with TA_ERR_CANNOT_ALIAS if Copy::never cannot be met,
/// TA_ERR_DTYPE, TA_ERR_GRAD, TA_ERR_RAGGED and TA_ERR_OVERFLOW in sequences,
/// TA_ERR_OUT_OF_MEMORY.
template <class S, class = std::enable_if_t<is_source_v<S>>>
Result<Tensor> try_asarray(S &&source, const Options &options = {}) {
    using Bare = detail::bare_t<S>;
    using Lent = std::remove_reference_t<S>;
    constexpr detail::Kind kind = detail::kind_of<Lent>();
    if constexpr (std::is_same_v<Bare, DlpackPtr> || std::is_same_v<Bare, LegacyDlpackPtr>) {
        return try_from_dlpack(std::move(source), options);
    } else if constexpr (std::is_same_v<Bare, Memory>) {
        return detail::Taking::memory(source, [&](const ta_source &described) {
            return detail::made_of(described, options);
        });
    } else if constexpr (std::is_same_v<Bare, Buffer>) {
        return detail::Taking::buffer(source, [&](const ta_buffer &buffer) {
            ta_source described = detail::fresh_source();
            described.kind = TA_SOURCE_BUFFER;
            described.value.buffer = buffer;
            return detail::made_of(described, options);
        });
    } else if constexpr (kind == detail::Kind::view) {
        return try_asarray(Memory(source), options);
    } else if constexpr (kind == detail::Kind::sequence) {
        return detail::made_of_lent<const Lent>(source, detail::typed_options<Lent>(options));
    } else if constexpr (kind == detail::Kind::contiguous && !std::is_lvalue_reference_v<S> &&
                         !detail::is_borrowing<Bare>()) {
        return detail::made_of_given(source, options);
    } else {
        return detail::made_of_lent<Lent>(source, options);
    }
}
/// As above, of braces: `asarray({{1, 2}, {3, 4}})`. Items may be Tensors, which are stacked.
inline Result<Tensor> try_asarray(std::initializer_list<Value> values,
                                  const Options &options = {}) {
    const Value all(values);
    ta_source source = detail::fresh_source();
    all.describe(source);
    return detail::made_of(source, options);
}

/// Makes a tensor over described memory; never copies (like torch.from_numpy).
///
/// Fails with TA_ERR_CANNOT_ALIAS for swapped bytes or strides that are no multiple of the
/// element, TA_ERR_LAYOUT, TA_ERR_DTYPE, TA_ERR_NULL_ARGUMENT, TA_ERR_OUT_OF_MEMORY.
inline Result<Tensor> try_from_array(Memory &&memory) {
    return detail::Taking::memory(memory, [](const ta_source &described) {
        return detail::made([&](ta_tensor **out, ta_error *err) {
            return ta_from_array(&described.value.memory, out, err);
        });
    });
}

/// Makes a 1-D tensor over bytes; never copies (like torch.frombuffer). `count` is in elements,
/// -1 for all that follow the offset, which is in bytes and need not be aligned.
///
/// Fails with TA_ERR_OUT_OF_BOUNDS, TA_ERR_INVALID_ARGUMENT if the bytes are no multiple of the
/// element, TA_ERR_DTYPE, TA_ERR_NULL_ARGUMENT, TA_ERR_OUT_OF_MEMORY.
inline Result<Tensor> try_frombuffer(Buffer &&buffer, Dtype dtype, std::int64_t count = -1,
                                     std::size_t offset_bytes = 0) {
    return detail::Taking::buffer(buffer, [&](const ta_buffer &raw) {
        return detail::made([&](ta_tensor **out, ta_error *err) {
            return ta_frombuffer(&raw, dtype, count, offset_bytes, out, err);
        });
    });
}

#if TARRAY_HAS_EXCEPTIONS
/// As try_asarray(), throwing Error.
template <class S, class = std::enable_if_t<is_source_v<S>>>
Tensor asarray(S &&source, const Options &options = {}) {
    return try_asarray(std::forward<S>(source), options).value();
}
inline Tensor asarray(std::initializer_list<Value> values, const Options &options = {}) {
    return try_asarray(values, options).value();
}
/// As try_from_dlpack(), throwing Error.
inline Tensor from_dlpack(DlpackPtr &&managed, const Options &options = {}) {
    return try_from_dlpack(std::move(managed), options).value();
}
inline Tensor from_dlpack(LegacyDlpackPtr &&managed, const Options &options = {}) {
    return try_from_dlpack(std::move(managed), options).value();
}
/// As try_from_array(), throwing Error.
inline Tensor from_array(Memory &&memory) { return try_from_array(std::move(memory)).value(); }
/// As try_frombuffer(), throwing Error.
inline Tensor frombuffer(Buffer &&buffer, Dtype dtype, std::int64_t count = -1,
                         std::size_t offset_bytes = 0) {
    return try_frombuffer(std::move(buffer), dtype, count, offset_bytes).value();
}
#endif

// ======================================================================
// Operations and histories
// ======================================================================

/// Adds two tensors, broadcasting; see ta_add() for the dtype. Recorded where one requires grad.
///
/// Fails with TA_ERR_INVALID_ARGUMENT if the shapes do not broadcast, TA_ERR_DTYPE, TA_ERR_DEVICE,
/// TA_ERR_OUT_OF_MEMORY.
inline Result<Tensor> try_add(const Tensor &a, const Tensor &b) {
    return detail::made(
        [&](ta_tensor **out, ta_error *err) { return ta_add(a.get(), b.get(), out, err); });
}
/// Subtracts `b` from `a`; as try_add().
inline Result<Tensor> try_sub(const Tensor &a, const Tensor &b) {
    return detail::made(
        [&](ta_tensor **out, ta_error *err) { return ta_sub(a.get(), b.get(), out, err); });
}
/// Multiplies two tensors; as try_add().
inline Result<Tensor> try_mul(const Tensor &a, const Tensor &b) {
    return detail::made(
        [&](ta_tensor **out, ta_error *err) { return ta_mul(a.get(), b.get(), out, err); });
}
/// Turns the sign; as try_add().
inline Result<Tensor> try_neg(const Tensor &tensor) {
    return detail::made(
        [&](ta_tensor **out, ta_error *err) { return ta_neg(tensor.get(), out, err); });
}
#if TARRAY_HAS_EXCEPTIONS
/// As try_add(), throwing Error.
inline Tensor operator+(const Tensor &a, const Tensor &b) { return try_add(a, b).value(); }
/// As try_sub(), throwing Error.
inline Tensor operator-(const Tensor &a, const Tensor &b) { return try_sub(a, b).value(); }
/// As try_mul(), throwing Error.
inline Tensor operator*(const Tensor &a, const Tensor &b) { return try_mul(a, b).value(); }
/// As try_neg(), throwing Error.
inline Tensor operator-(const Tensor &tensor) { return try_neg(tensor).value(); }
#endif

/// Whether operations of this thread are recorded.
inline bool grad_enabled() noexcept { return ta_grad_enabled() != 0; }

/// Sets, for this thread and as long as it lives, whether operations are recorded: `GradMode
/// no_grad(false);`
class [[nodiscard]] GradMode {
public:
    explicit GradMode(bool enabled) noexcept : before_(ta_set_grad_enabled(enabled)) {}
    GradMode(const GradMode &) = delete;
    GradMode &operator=(const GradMode &) = delete;
    ~GradMode() { ta_set_grad_enabled(before_); }

private:
    std::int32_t before_;
};

/// A recorded operation. Move-only; share() makes another share. An empty one has no name and no
/// inputs.
class [[nodiscard]] Node {
public:
    /// Where an input of an operation comes from.
    enum class Input : std::int32_t {
        none = TA_INPUT_NONE, ///< It required no gradient.
        node = TA_INPUT_NODE, ///< Another recorded operation.
        leaf = TA_INPUT_LEAF, ///< A leaf.
    };

    /// An empty one.
    Node() noexcept = default;
    Node(Node &&other) noexcept : node_(std::exchange(other.node_, nullptr)) {}
    Node &operator=(Node &&other) noexcept {
        Node moved(std::move(other));
        std::swap(node_, moved.node_);
        return *this;
    }
    ~Node() { ta_node_release(node_); }

    /// Takes over a share that the caller owns, or null.
    static Node adopt(ta_node *raw) noexcept {
        Node node;
        node.node_ = raw;
        return node;
    }
    /// The node for a call of the C ABI. Null if empty.
    const ta_node *get() const noexcept { return node_; }
    /// Whether there is a node.
    explicit operator bool() const noexcept { return node_ != nullptr; }
    /// Another share in the same node.
    Node share() const noexcept { return adopt(ta_node_retain(node_)); }
    /// Its name, like `MulBackward0`, valid as long as a share is; null if empty.
    const char *name() const noexcept { return ta_node_name(node_); }
    /// How many inputs the operation has.
    std::size_t num_inputs() const noexcept { return ta_node_num_inputs(node_); }
    /// Where an input comes from.
    Input input(std::size_t index) const noexcept {
        return static_cast<Input>(ta_node_input(node_, index, nullptr));
    }
    /// The operation that made an input; an empty Node if none did.
    Node next(std::size_t index) const noexcept {
        ta_node *next = nullptr;
        ta_node_input(node_, index, &next);
        return adopt(next);
    }

private:
    ta_node *node_ = nullptr;
};

inline Node Tensor::grad_fn() const noexcept { return Node::adopt(ta_grad_fn(handle_)); }

/// The gradients of an operation's inputs, to be set by the function that computes them.
class Gradients {
public:
    /// As a callback of the C ABI gets them.
    Gradients(const std::int32_t *needed, ta_tensor **gradients, std::size_t count) noexcept
        : needed_(needed), gradients_(gradients), count_(count) {}

    /// How many inputs there are.
    std::size_t size() const noexcept { return count_; }
    /// Whether an input takes a gradient.
    bool needed(std::size_t input) const noexcept { return input < count_ && needed_[input] != 0; }
    /// Sets the gradient of an input; what is never set is zero. One that is not needed is dropped.
    void set(std::size_t input, Tensor gradient) noexcept {
        if (needed(input)) {
            ta_release(std::exchange(gradients_[input], gradient.release()));
        }
    }

private:
    const std::int32_t *needed_;
    ta_tensor **gradients_;
    std::size_t count_;
};

namespace detail {

/// `ta_operation.backward` of a function object.
template <class F>
ta_status differentiate(void *function, const ta_tensor *grad_output, const std::int32_t *needed,
                        ta_tensor **grad_inputs, std::size_t count, ta_error *err) noexcept {
    return guarded(err, [&]() -> Result<void> {
        const Tensor gradient = Tensor::adopt(ta_retain(grad_output));
        Gradients gradients(needed, grad_inputs, count);
        const F &call = *static_cast<const F *>(function);
        if constexpr (std::is_void_v<std::invoke_result_t<const F &, const Tensor &, Gradients &>>) {
            call(gradient, gradients);
            return {};
        } else {
            return call(gradient, gradients);
        }
    });
}

} // namespace detail

/// Records an operation that the caller has computed, from `inputs` to `output`, and how to
/// differentiate it: `backward(const Tensor &gradient, Gradients &gradients)` sets the gradients of
/// the inputs; it returns nothing or a Result<void>, and may throw. It is kept until a backward
/// pass releases it or the result's history goes, and may run on several threads at once. It must not
/// keep the result itself alive (keep `output`, or detach()).
///
///     record("SquareBackward0", {x}, squared, [x = x.share()](const Tensor &g, Gradients &to) {
///         to.set(0, g * (x + x));
///     });
///
/// Fails with TA_ERR_GRAD if the output's elements cannot have a gradient, TA_ERR_NULL_ARGUMENT,
/// TA_ERR_OUT_OF_MEMORY; `backward` is gone then.
template <class F>
Result<Tensor> try_record(const char *name,
                          std::initializer_list<std::reference_wrapper<const Tensor>> inputs,
                          const Tensor &output, F &&backward) {
    const std::unique_ptr<const ta_tensor *[]> handles(
        new (std::nothrow) const ta_tensor *[inputs.size() + 1]);
    detail::Owner owner = detail::Owner::keep(std::forward<F>(backward));
    if (!handles || !owner) {
        return Failure(TA_ERR_OUT_OF_MEMORY, "out of memory: an operation");
    }
    std::transform(inputs.begin(), inputs.end(), handles.get(),
                   [](const Tensor &input) { return input.get(); });
    ta_operation operation{};
    operation.struct_size = sizeof(operation);
    operation.name = name;
    operation.inputs = handles.get();
    operation.num_inputs = inputs.size();
    operation.backward = &detail::differentiate<std::decay_t<F>>;
    operation.user_data = owner.object();
    operation.drop = owner.release();
    ta_source source = detail::fresh_source();
    source.kind = TA_SOURCE_TENSOR;
    source.value.tensor = output.get();
    Result<Tensor> result = detail::made([&](ta_tensor **out, ta_error *err) {
        return ta_record(&operation, &source, nullptr, out, err);
    });
    if (result) {
        owner.disarm();
    }
    return result;
}
#if TARRAY_HAS_EXCEPTIONS
/// As try_record(), throwing Error.
template <class F>
Tensor record(const char *name, std::initializer_list<std::reference_wrapper<const Tensor>> inputs,
              const Tensor &output, F &&backward) {
    return try_record(name, inputs, output, std::forward<F>(backward)).value();
}
#endif

// ======================================================================
// Devices
// ======================================================================

/// The device that a text names: `cpu`, `cuda`, `cuda:1`. Without an index it is the current one.
///
/// Fails with TA_ERR_DEVICE if no device is called so.
inline Result<Device> try_device(const char *text) {
    ta_device device{};
    ta_error error = detail::fresh_error();
    const ta_status status = ta_device_parse(text, &device, &error);
    return status == TA_OK ? Result<Device>(device) : Failure(status, error.message);
}

/// What there is to know about a device: its maker's name for it, memory, capability.
///
/// Fails with TA_ERR_DEVICE if there is no such device.
inline Result<ta_device_info> try_describe(Device device) {
    ta_device_info info{};
    info.struct_size = sizeof(info);
    ta_error error = detail::fresh_error();
    const ta_status status = ta_device_describe(device, &info, &error);
    return status == TA_OK ? Result<ta_device_info>(info) : Failure(status, error.message);
}

/// Every device that memory can be had on. Fails with what a registered one says.
inline Result<std::vector<Device>> try_devices() {
    std::vector<ta_device> listed;
    std::size_t count = 0;
    do {
        // More may be plugged in meanwhile.
        listed.resize(count);
        ta_error error = detail::fresh_error();
        const ta_status status = ta_device_list(listed.data(), listed.size(), &count, &error);
        if (status != TA_OK) {
            return Failure(status, error.message);
        }
    } while (count > listed.size());
    return std::vector<Device>(listed.begin(), listed.begin() + static_cast<std::ptrdiff_t>(count));
}

/// Waits until the work that is on a stream now is done; 0 for every stream of the device.
///
/// Fails with TA_ERR_DEVICE if there is no such device or its work failed, TA_ERR_INVALID_ARGUMENT.
inline Result<void> try_synchronize(Device device, std::int64_t stream = 0) {
    ta_error error = detail::fresh_error();
    return detail::done(ta_synchronize(device, stream, &error), error);
}

/// A kind of device of your own: derive from it, and give it to register_device().
///
/// ta_device_api says what each function must do; here a failure is returned, or thrown. Functions
/// are called on any thread, by several at once, and must not call the library. What has a body here
/// may stay as it is.
class Backend {
public:
    Backend() = default;
    Backend(const Backend &) = delete;
    Backend &operator=(const Backend &) = delete;
    virtual ~Backend() = default;

    /// How many devices there are.
    virtual Result<std::int32_t> count() = 0;
    /// The index of the calling thread's current device.
    virtual Result<std::int32_t> current() { return 0; }
    /// Fills in what there is to know about `info.device`.
    virtual Result<void> describe(ta_device_info &info) {
        static_cast<void>(info);
        return {};
    }
    /// A handle or address of so many bytes; null if there is no memory for them.
    virtual Result<void *> allocate(std::int32_t index, std::size_t size_bytes,
                                    std::int64_t stream) = 0;
    /// Gives it back when what is on the stream now is done, without waiting.
    virtual void free(std::int32_t index, void *data, std::size_t size_bytes,
                      std::int64_t stream) noexcept = 0;
    /// Queues a copy of bytes.
    virtual Result<void> copy(const ta_place &target, const ta_place &source,
                              std::size_t size_bytes, std::int64_t stream) = 0;
    /// Queues a strided copy, converted; false if there is no kernel for it.
    virtual Result<bool> convert(Extents shape, const ta_elements &target,
                                 const ta_elements &source, std::int64_t stream) {
        static_cast<void>(shape);
        static_cast<void>(target);
        static_cast<void>(source);
        static_cast<void>(stream);
        return false;
    }
    /// Makes a stream wait for another one. A device whose functions are done when they return has
    /// nothing to do.
    virtual Result<void> order(std::int32_t first_index, std::int64_t first_stream,
                               std::int32_t second_index, std::int64_t second_stream) {
        static_cast<void>(first_index);
        static_cast<void>(first_stream);
        static_cast<void>(second_index);
        static_cast<void>(second_stream);
        return {};
    }
    /// Waits for a stream; 0 for every one of the device.
    virtual Result<void> synchronize(std::int32_t index, std::int64_t stream) = 0;
    /// The index of the device whose memory an address is in; -1 if it is in none.
    virtual Result<std::int32_t> device_of(const void *address) {
        static_cast<void>(address);
        return -1;
    }
};

namespace detail {

/// ta_device_api of a Backend.
struct Plugged {
    static Backend &self(void *user_data) noexcept { return *static_cast<Backend *>(user_data); }

    /// Writes what a function of the backend gives to `*out`.
    template <class T, class Call>
    static ta_status give(T *out, ta_error *err, const Call &call) noexcept {
        return guarded(err, [&]() -> Result<void> {
            Result<T> given = call();
            if (!given) {
                return given.failure();
            }
            *out = *given;
            return {};
        });
    }

    static ta_status count(void *user_data, std::int32_t *out, ta_error *err) noexcept {
        return give(out, err, [&] { return self(user_data).count(); });
    }
    static ta_status current(void *user_data, std::int32_t *out, ta_error *err) noexcept {
        return give(out, err, [&] { return self(user_data).current(); });
    }
    static ta_status describe(void *user_data, std::int32_t, ta_device_info *out,
                              ta_error *err) noexcept {
        return guarded(err, [&] { return self(user_data).describe(*out); });
    }
    static ta_status allocate(void *user_data, std::int32_t index, std::size_t size_bytes,
                              std::int64_t stream, void **out, ta_error *err) noexcept {
        return give(out, err, [&] { return self(user_data).allocate(index, size_bytes, stream); });
    }
    static void free(void *user_data, std::int32_t index, void *data, std::size_t size_bytes,
                     std::int64_t stream) noexcept {
        self(user_data).free(index, data, size_bytes, stream);
    }
    static ta_status copy(void *user_data, const ta_place *target, const ta_place *source,
                          std::size_t size_bytes, std::int64_t stream, ta_error *err) noexcept {
        return guarded(
            err, [&] { return self(user_data).copy(*target, *source, size_bytes, stream); });
    }
    static ta_status convert(void *user_data, std::int32_t ndim, const std::int64_t *shape,
                             const ta_elements *target, const ta_elements *source,
                             std::int64_t stream, ta_error *err) noexcept {
        return guarded(err, [&]() -> Result<void> {
            const Extents extents(shape, static_cast<std::size_t>(ndim));
            const Result<bool> done = self(user_data).convert(extents, *target, *source, stream);
            if (done && !*done) {
                return Failure(TA_ERR_UNSUPPORTED, "no kernel");
            }
            return done ? Result<void>() : Result<void>(done.failure());
        });
    }
    static ta_status order(void *user_data, std::int32_t first_index, std::int64_t first_stream,
                           std::int32_t second_index, std::int64_t second_stream,
                           ta_error *err) noexcept {
        return guarded(err, [&] {
            return self(user_data).order(first_index, first_stream, second_index, second_stream);
        });
    }
    static ta_status synchronize(void *user_data, std::int32_t index, std::int64_t stream,
                                 ta_error *err) noexcept {
        return guarded(err, [&] { return self(user_data).synchronize(index, stream); });
    }
    static ta_status device_of(void *user_data, const void *address, std::int32_t *out,
                               ta_error *err) noexcept {
        return give(out, err, [&] { return self(user_data).device_of(address); });
    }
    static void release(void *user_data) noexcept { delete static_cast<Backend *>(user_data); }

    static ta_device_api table() noexcept {
        ta_device_api api{};
        api.struct_size = sizeof(api);
        api.count = &count;
        api.current = &current;
        api.describe = &describe;
        api.allocate = &allocate;
        api.free = &free;
        api.copy = &copy;
        api.convert = &convert;
        api.order = &order;
        api.synchronize = &synchronize;
        api.device_of = &device_of;
        api.release = &release;
        return api;
    }
};

} // namespace detail

/// Plugs in the devices of one type. The backend is the library's from then on, and deleted when it
/// has been taken back and the last tensor on it is gone.
///
/// Fails with TA_ERR_INVALID_ARGUMENT for the CPU's type and one that is registered already,
/// TA_ERR_NULL_ARGUMENT for an empty pointer, TA_ERR_OUT_OF_MEMORY.
inline Result<void> try_register_device(std::int32_t type, std::unique_ptr<Backend> &&backend) {
    if (!backend) {
        return Failure(TA_ERR_NULL_ARGUMENT, "backend is empty");
    }
    const ta_device_api api = detail::Plugged::table();
    ta_error error = detail::fresh_error();
    Result<void> result =
        detail::done(ta_device_register(type, &api, backend.get(), &error), error);
    if (result) {
        static_cast<void>(backend.release());
    }
    return result;
}

/// Takes a backend back: nothing new is made on its devices. Tensors on them stay as they are.
///
/// Fails with TA_ERR_INVALID_ARGUMENT if none is registered for the type.
inline Result<void> try_unregister_device(std::int32_t type) {
    ta_error error = detail::fresh_error();
    return detail::done(ta_device_unregister(type, &error), error);
}

#if TARRAY_HAS_EXCEPTIONS
/// As try_device(), throwing Error: `Options().device(device("cuda:1"))`.
inline Device device(const char *text) { return try_device(text).value(); }
/// As try_describe(), throwing Error.
inline ta_device_info describe(Device device) { return try_describe(device).value(); }
/// As try_devices(), throwing Error.
inline std::vector<Device> devices() { return try_devices().value(); }
/// As try_synchronize(), throwing Error.
inline void synchronize(Device device, std::int64_t stream = 0) {
    try_synchronize(device, stream).value();
}
/// As try_register_device(), throwing Error.
inline void register_device(std::int32_t type, std::unique_ptr<Backend> &&backend) {
    try_register_device(type, std::move(backend)).value();
}
/// As try_unregister_device(), throwing Error.
inline void unregister_device(std::int32_t type) { try_unregister_device(type).value(); }
#endif

// ======================================================================
// Care
// ======================================================================

/// The version of the library that is loaded, like `0.1.0`: a static string.
inline const char *version() noexcept { return ta_version(); }

/// Whether the library that is loaded is the one that this header belongs to.
inline bool abi_matches() noexcept { return ta_abi_version() == TA_ABI_VERSION; }

/// How many tensors are alive in this copy of the library: zero when nothing leaks.
inline std::size_t live_tensors() noexcept { return ta_live_tensors(); }

/// How many recorded operations are alive in this copy of the library: zero when nothing leaks.
inline std::size_t live_nodes() noexcept { return ta_live_nodes(); }

/// Sets how many threads one large copy may use; 0 for as many as there are cores.
///
/// Fails with TA_ERR_INVALID_ARGUMENT if `count` is negative.
inline Result<void> try_set_num_threads(std::int32_t count) {
    const ta_status status = ta_set_num_threads(count);
    return status == TA_OK ? Result<void>() : Result<void>(Failure(status, "count is negative"));
}
#if TARRAY_HAS_EXCEPTIONS
/// As try_set_num_threads(), throwing Error.
inline void set_num_threads(std::int32_t count) { try_set_num_threads(count).value(); }
#endif

} // inline namespace
} // namespace tarray

#if defined(__cpp_lib_ranges)
/// Iterators of a View outlive it, so one may be given to std::ranges algorithms as an rvalue.
template <class T, std::size_t Rank>
inline constexpr bool std::ranges::enable_borrowed_range<tarray::View<T, Rank>> = true;
#endif

#endif
