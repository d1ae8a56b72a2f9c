//! Somebody else's Rust in an archive of its own, with Rust's runtime as it comes.

/// Panics inside and survives, so that the runtime is really there.
#[unsafe(no_mangle)]
pub extern "C" fn other_half(number: i32) -> i32 {
    let half = || {
        assert!(number % 2 == 0, "odd");
        number / 2
    };
    std::panic::catch_unwind(half).unwrap_or(-1)
}
