// What every program in this folder checks with: CHECK counts and names what is wrong, `law()`
// runs one named group of checks, and `verdict()` is what main returns.

#ifndef TARRAY_TESTS_CHECK_HPP
#define TARRAY_TESTS_CHECK_HPP

#include "tarray.hpp"

#include <cstdio>

namespace check {

inline int &failures() {
    static int count = 0;
    return count;
}

inline void that(bool holds, const char *what, const char *file, int line) {
    if (!holds) {
        ++failures();
        std::printf("%s:%d: does not hold: %s\n", file, line, what);
    }
}

// Runs checks that together show one law, and prints its name with the outcome.
template <class Body> void law(const char *name, const Body &body) {
    const int before = failures();
    body();
    std::printf("%s %s\n", failures() == before ? "ok    " : "FAILED", name);
}

// The last law of every program, and its exit status.
inline int verdict() {
    law("nothing is alive at the end", [] {
        that(tarray::live_tensors() == 0, "live_tensors() == 0", __FILE__, __LINE__);
        that(tarray::live_nodes() == 0, "live_nodes() == 0", __FILE__, __LINE__);
    });
    return failures() == 0 ? 0 : 1;
}

// Counts how often an owner was let go.
struct Tally {
    int runs = 0;
};

#if TARRAY_HAS_EXCEPTIONS
// The status of the Error that `body` throws; TA_OK if it throws none.
template <class Body> ta_status thrown(const Body &body) {
    try {
        body();
    } catch (const tarray::Error &error) {
        return error.status();
    }
    return TA_OK;
}
#endif

} // namespace check

#define CHECK(...) check::that((__VA_ARGS__), #__VA_ARGS__, __FILE__, __LINE__)

#endif
