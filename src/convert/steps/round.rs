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
//! floats are exact in `f32` and go through it.

use super::complex::Real;
use super::{Loop, Step, Then, compiled, fused};
use crate::convert::isa::Isa;
use crate::model::dtype::DType;
use std::marker::PhantomData;

/// A float that is truncated. The conversions are written so that a vector one is found.
pub(super) trait Truncate: Copy {
    /// What `cvttsd2si` gives in a 32-bit register.
    fn int32(self) -> i32;
    /// Its low bits.
    fn low16(self) -> u16;
    /// What `cvttsd2si` gives in a 64-bit register.
    fn int64(self) -> i64;
    /// Its low bits.
    fn low32(self) -> u32;
    /// The conversion to `uint64`.
    fn uint64(self) -> u64;
}

macro_rules! truncate {
    ($($float:ty)*) => {$(
        impl Truncate for $float {
            #[inline(always)]
            fn int32(self) -> i32 {
                const END: $float = 2_147_483_648.0;
                // What has -2**31 for its whole part becomes that either way.
                if self.abs() < END {
                    // SAFETY: not NaN, and in range, as just checked.
                    unsafe { self.to_int_unchecked() }
                } else {
                    i32::MIN
                }
            }

            #[inline(always)]
            fn low16(self) -> u16 {
                self.int32() as u16
            }

            #[inline(always)]
            fn low32(self) -> u32 {
                self.int64() as u32
            }

            #[inline(always)]
            fn int64(self) -> i64 {
                const END: $float = 9_223_372_036_854_775_808.0;
                if (-END..END).contains(&self) {
                    // SAFETY: not NaN, and the whole part is in range, as just checked.
                    unsafe { self.to_int_unchecked() }
                } else {
                    i64::MIN
                }
            }

            #[inline(always)]
            fn uint64(self) -> u64 {
                const START: $float = 9_223_372_036_854_775_808.0;
                const END: $float = 18_446_744_073_709_551_616.0;
                if (START..END).contains(&self) {
                    // SAFETY: not NaN, and the whole part is in range, as just checked.
                    unsafe { self.to_int_unchecked() }
                } else {
                    self.int64().cast_unsigned()
                }
            }
        }
    )*};
}

truncate! { f32 f64 }

/// The low bits of a number's whole part, made of its digits without a wider conversion. Beyond the
/// range of that they are zero as well, as they are of numbers so large, infinite or NaN.
macro_rules! low_bits {
    ($name:ident: $bits:ty, $fraction:literal) => {
        #[inline(always)]
        fn $name(bits: $bits) -> $bits {
            // The exponent with which the digits are the number.
            const WHOLE: $bits = 127 + $fraction;
            const IMPLIED: $bits = 1 << $fraction;
            let exponent = bits >> $fraction & 0xff;
            let digits = IMPLIED | bits & (IMPLIED - 1);
            // One of the two distances, or both if zero, is less than the digits have.
            let left = digits.checked_shl(exponent.wrapping_sub(WHOLE).into()).unwrap_or(0);
            let right = digits.checked_shr(WHOLE.wrapping_sub(exponent).into()).unwrap_or(0);
            let is_negative = bits.cast_signed() < 0;
            if is_negative { (left | right).wrapping_neg() } else { left | right }
        }
    };
}

low_bits!(low_bits_16: u16, 7);
low_bits!(low_bits_32: u32, 23);

/// The bits of a `bfloat16`.
#[derive(Clone, Copy)]
#[repr(transparent)]
struct Brain(u16);

impl Brain {
    #[inline(always)]
    fn widened(self) -> f32 {
        f32::from_bits(u32::from(self.0) << 16)
    }
}

impl Truncate for Brain {
    #[inline(always)]
    fn int32(self) -> i32 {
        self.widened().int32()
    }
    #[inline(always)]
    fn low16(self) -> u16 {
        low_bits_16(self.0)
    }
    #[inline(always)]
    fn int64(self) -> i64 {
        self.widened().int64()
    }
    #[inline(always)]
    fn low32(self) -> u32 {
        low_bits_32(self.widened().to_bits())
    }
    #[inline(always)]
    fn uint64(self) -> u64 {
        self.widened().uint64()
    }
}

/// Into 8 bits, and likewise the others; by the narrowest conversion of the table.
struct Whole8<F>(PhantomData<F>);
struct Whole16<F>(PhantomData<F>);
struct Whole32<F>(PhantomData<F>);
struct Low32<F>(PhantomData<F>);
pub(super) struct Whole64<F>(PhantomData<F>);
struct Unsigned64<F>(PhantomData<F>);

macro_rules! steps {
    ($($name:ident = $to:ty, $cast:expr;)*) => {$(
        impl<F: Truncate> Step for $name<F> {
            type From = F;
            type To = $to;

            #[inline(always)]
            fn cast(from: F) -> $to {
                $cast(from)
            }
        }
    )*};
}

steps! {
    Whole8 = u8, |v: F| v.low16() as u8;
    Whole16 = u16, |v: F| v.low16();
    Whole32 = i32, |v: F| v.int32();
    Low32 = u32, |v: F| v.low32();
    Whole64 = i64, |v: F| v.int64();
    Unsigned64 = u64, |v: F| v.uint64();
}

/// A loop made with the step to an integer dtype, which goes by the name given.
macro_rules! whole {
    ($to:expr, |$step:ident| $loop:expr) => {
        match $to {
            DType::I8 | DType::U8 => {
                type $step<F> = Whole8<F>;
                $loop
            }
            DType::I16 | DType::U16 => {
                type $step<F> = Whole16<F>;
                $loop
            }
            DType::I32 => {
                type $step<F> = Whole32<F>;
                $loop
            }
            DType::U32 => {
                type $step<F> = Low32<F>;
                $loop
            }
            DType::I64 => {
                type $step<F> = Whole64<F>;
                $loop
            }
            DType::U64 => {
                type $step<F> = Unsigned64<F>;
                $loop
            }
            _ => None,
        }
    };
}

/// The code of a `float8_e8m0fnu`: the exponent of a power of two.
#[derive(Clone, Copy)]
#[repr(transparent)]
struct Exponent(u8);

impl Exponent {
    const ONE: u8 = 127;

    /// What a 1 is to be shifted by, beyond the end of any integer for fractions as well.
    #[inline(always)]
    fn distance(self) -> u32 {
        u32::from(self.0).wrapping_sub(Self::ONE.into())
    }
}

impl Truncate for Exponent {
    #[inline(always)]
    fn int32(self) -> i32 {
        if self.0 >= Self::ONE + 31 { i32::MIN } else { self.low32().cast_signed() }
    }
    #[inline(always)]
    fn low16(self) -> u16 {
        1u16.checked_shl(self.distance()).unwrap_or(0)
    }
    #[inline(always)]
    fn int64(self) -> i64 {
        let whole = 1i64.checked_shl(self.distance()).unwrap_or(0);
        if self.0 >= Self::ONE + 63 { i64::MIN } else { whole }
    }
    #[inline(always)]
    fn low32(self) -> u32 {
        1u32.checked_shl(self.distance()).unwrap_or(0)
    }
    #[inline(always)]
    fn uint64(self) -> u64 {
        self.int64().cast_unsigned()
    }
}

pub(super) fn between(from: DType, to: DType, isa: Isa) -> Option<Loop> {
    match from {
        #[cfg(target_arch = "x86_64")]
        DType::F32 if to == DType::I32 && isa != Isa::Portable => Some(x86::truncate(isa)),
        DType::F32 => of::<f32>(to, isa),
        DType::F64 => of::<f64>(to, isa),
        DType::BF16 => whole!(to, |Whole| fused::<Whole<Brain>>(isa)),
        DType::F8_E8M0FNU => whole!(to, |Whole| fused::<Whole<Exponent>>(isa)),
        DType::C64 => after::<Real<f32>>(to, isa),
        DType::C128 => after::<Real<f64>>(to, isa),
        _ => None,
    }
}

fn of<F: Truncate>(to: DType, isa: Isa) -> Option<Loop> {
    whole!(to, |Whole| Some(compiled::<Whole<F>>(isa)))
}

/// What `S` makes of an element, truncated.
fn after<S: Step<To: Truncate>>(to: DType, isa: Isa) -> Option<Loop> {
    whole!(to, |Whole| fused::<Then<S, Whole<S::To>>>(isa))
}

/// `float32` to `int32` is one instruction, whose answers the table was taken from.
#[cfg(target_arch = "x86_64")]
pub(super) mod x86 {
    use super::super::vectors::vectors;
    use super::{Isa, Loop};
    use std::arch::x86_64::*;

    pub(super) fn truncate(isa: Isa) -> Loop {
        if isa == Isa::Avx512 { truncate_avx512 } else { truncate_avx2 }
    }

    vectors!(truncate_avx2, "avx2", 8, 4 => 4, truncate_8);
    vectors!(truncate_avx512, "avx512f", 16, 4 => 4, truncate_16);

    /// # Safety
    /// 8 numbers can be read.
    #[inline]
    #[target_feature(enable = "avx2")]
    unsafe fn truncate_8(from: *const u8) -> __m256i {
        // SAFETY: by this function's contract.
        _mm256_cvttps_epi32(unsafe { _mm256_loadu_ps(from.cast()) })
    }

    /// # Safety
    /// 16 numbers can be read.
    #[inline]
    #[target_feature(enable = "avx512f")]
    pub(in super::super) unsafe fn truncate_16(from: *const u8) -> __m512i {
        // SAFETY: by this function's contract.
        _mm512_cvttps_epi32(unsafe { _mm512_loadu_ps(from.cast()) })
    }
}
