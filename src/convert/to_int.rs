//! Float to integer: one fixed result on every platform and every path.
//!
//! PyTorch and NumPy leave out-of-range values and NaN to the hardware and the compiler,
//! and so answer differently by machine and even by element position. Here they are what
//! PyTorch on x86-64 gives for a single element: truncation toward zero by the narrowest
//! signed conversion that covers the target, then the low bits. Only for `uint64` from
//! 2**64 on, where x86-64 compilers differ, do we answer like one of them.
//!
//! | target                                 | converts as | out of that range, infinite or NaN |
//! |----------------------------------------|-------------|------------------------------------|
//! | `int8` `int16` `uint8` `uint16` `int32`| `int32`     | -2**31, whose low bits are 0, 0, 0, 0, -2**31 |
//! | `uint32` `int64`                       | `int64`     | -2**63, whose low bits are 0, -2**63 |
//! | `uint64` below 2**63                   | `int64`     | -2**63, whose bits are 2**63       |
//! | `uint64` from 2**63 to 2**64           | exactly     | 2**63                              |
//!
//! So in `uint8` -1.0 is 255 and 300.7 is 44, in `uint32` -1.0 is 4294967295. Narrower
//! floats are exact in `f64` and go through it.

const TWO_31: f64 = 2_147_483_648.0;
const TWO_63: f64 = 9_223_372_036_854_775_808.0;
const TWO_64: f64 = 18_446_744_073_709_551_616.0;

/// What `cvttsd2si` gives in a 32-bit register.
#[inline]
pub(super) fn int32(value: f64) -> i32 {
    // Rust's own conversion agrees below the range, where it saturates at the same number.
    if value < TWO_31 { value as i32 } else { i32::MIN }
}

/// What `cvttsd2si` gives in a 64-bit register.
#[inline]
pub(super) fn int64(value: f64) -> i64 {
    if value < TWO_63 { value as i64 } else { i64::MIN }
}

/// The conversion to `uint64`.
#[inline]
pub(super) fn uint64(value: f64) -> u64 {
    if (TWO_63..TWO_64).contains(&value) { value as u64 } else { int64(value).cast_unsigned() }
}
