//! The six kinds of value that every element is widened to, and the casts between them.

use super::scratch::{self, Slot};
use super::to_int;
use crate::model::scalar::Scalar;

/// What a block of values must be before the target's store can narrow it.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Stage {
    /// `i64`: 1 where the value is not zero, else 0.
    Truth,
    /// `i64` whose low 32 bits are right.
    Int32,
    /// `i64`.
    Int64,
    /// `u64`.
    Uint64,
    /// `f32`.
    Single,
    /// `f64`.
    Double,
    /// Two `f32`.
    ComplexSingle,
    /// Two `f64`.
    ComplexDouble,
}

/// Casts one row of values to another of the same length.
pub(super) type Cast = fn(&[Slot], &mut [Slot]);

/// A kind of value that is wide enough for many dtypes.
///
/// # Safety
/// At most 16 bytes, aligned to at most 16, without padding, and any bits are a value.
pub(super) unsafe trait Wide: Copy {
    /// The stages that a value of this kind is at already, bit for bit.
    const NATURAL: &'static [Stage];

    /// Whether the value is not zero; NaN is not zero.
    fn truth(self) -> bool;
    /// As an integer, by the rule for targets that 32 signed bits cover.
    fn int32(self) -> i64;
    /// As an integer, by the rule for targets that 64 signed bits cover.
    fn int64(self) -> i64;
    /// As an integer, by the rule for `uint64`.
    fn uint64(self) -> u64;
    /// Rounded once, to nearest even; of a complex number the real part.
    fn single(self) -> f32;
    /// Rounded once, to nearest even; of a complex number the real part.
    fn double(self) -> f64;
    /// The value as a scalar.
    fn scalar(self) -> Scalar;

    /// As real and imaginary part.
    #[inline]
    fn complex_single(self) -> [f32; 2] {
        [self.single(), 0.0]
    }

    /// As real and imaginary part.
    #[inline]
    fn complex_double(self) -> [f64; 2] {
        [self.double(), 0.0]
    }

    /// The cast from this kind to `stage`; `None` where there is nothing to do.
    fn cast_to(stage: Stage) -> Option<Cast> {
        if Self::NATURAL.contains(&stage) {
            return None;
        }
        Some(match stage {
            Stage::Truth => |from, to| each(from, to, |v: Self| i64::from(v.truth())),
            Stage::Int32 => |from, to| each(from, to, Self::int32),
            Stage::Int64 => |from, to| each(from, to, Self::int64),
            Stage::Uint64 => |from, to| each(from, to, Self::uint64),
            Stage::Single => |from, to| each(from, to, Self::single),
            Stage::Double => |from, to| each(from, to, Self::double),
            Stage::ComplexSingle => |from, to| each(from, to, Self::complex_single),
            Stage::ComplexDouble => |from, to| each(from, to, Self::complex_double),
        })
    }
}

#[inline]
fn each<A: Wide, B: Wide>(from: &[Slot], to: &mut [Slot], cast: impl Fn(A) -> B) {
    for (new, &old) in scratch::values_mut(to).iter_mut().zip(scratch::values(from)) {
        *new = cast(old);
    }
}

/// Every integer that fits, and the bits of every integer target.
// SAFETY: 8 bytes, no padding, any bits are a value.
unsafe impl Wide for i64 {
    const NATURAL: &'static [Stage] = &[Stage::Int32, Stage::Int64, Stage::Uint64];

    #[inline]
    fn truth(self) -> bool {
        self != 0
    }
    #[inline]
    fn int32(self) -> i64 {
        self
    }
    #[inline]
    fn int64(self) -> i64 {
        self
    }
    #[inline]
    fn uint64(self) -> u64 {
        self.cast_unsigned()
    }
    #[inline]
    fn single(self) -> f32 {
        self as f32
    }
    #[inline]
    fn double(self) -> f64 {
        self as f64
    }
    #[inline]
    fn scalar(self) -> Scalar {
        Scalar::Int(self)
    }
}

/// `uint64`, which no other kind holds exactly.
// SAFETY: 8 bytes, no padding, any bits are a value.
unsafe impl Wide for u64 {
    const NATURAL: &'static [Stage] = i64::NATURAL;

    #[inline]
    fn truth(self) -> bool {
        self != 0
    }
    #[inline]
    fn int32(self) -> i64 {
        self.cast_signed()
    }
    #[inline]
    fn int64(self) -> i64 {
        self.cast_signed()
    }
    #[inline]
    fn uint64(self) -> u64 {
        self
    }
    #[inline]
    fn single(self) -> f32 {
        self as f32
    }
    #[inline]
    fn double(self) -> f64 {
        self as f64
    }
    #[inline]
    fn scalar(self) -> Scalar {
        Scalar::unsigned(self)
    }
}

/// Every real float up to `float32`.
// SAFETY: 4 bytes, no padding, any bits are a value.
unsafe impl Wide for f32 {
    const NATURAL: &'static [Stage] = &[Stage::Single];

    #[inline]
    fn truth(self) -> bool {
        self != 0.0
    }
    #[inline]
    fn int32(self) -> i64 {
        self.double().int32()
    }
    #[inline]
    fn int64(self) -> i64 {
        self.double().int64()
    }
    #[inline]
    fn uint64(self) -> u64 {
        self.double().uint64()
    }
    #[inline]
    fn single(self) -> f32 {
        self
    }
    #[inline]
    fn double(self) -> f64 {
        f64::from(self)
    }
    #[inline]
    fn scalar(self) -> Scalar {
        Scalar::Float(self.double())
    }
}

/// `float64`.
// SAFETY: 8 bytes, no padding, any bits are a value.
unsafe impl Wide for f64 {
    const NATURAL: &'static [Stage] = &[Stage::Double];

    #[inline]
    fn truth(self) -> bool {
        self != 0.0
    }
    #[inline]
    fn int32(self) -> i64 {
        i64::from(to_int::int32(self))
    }
    #[inline]
    fn int64(self) -> i64 {
        to_int::int64(self)
    }
    #[inline]
    fn uint64(self) -> u64 {
        to_int::uint64(self)
    }
    #[inline]
    fn single(self) -> f32 {
        self as f32
    }
    #[inline]
    fn double(self) -> f64 {
        self
    }
    #[inline]
    fn scalar(self) -> Scalar {
        Scalar::Float(self)
    }
}

macro_rules! complex {
    ($($part:ty, $natural:expr;)*) => {$(
        // SAFETY: two equal parts of at most 8 bytes, no padding, any bits are a value.
        unsafe impl Wide for [$part; 2] {
            const NATURAL: &'static [Stage] = &[$natural];

            #[inline]
            fn truth(self) -> bool {
                self[0].truth() || self[1].truth()
            }
            #[inline]
            fn int32(self) -> i64 {
                self[0].int32()
            }
            #[inline]
            fn int64(self) -> i64 {
                self[0].int64()
            }
            #[inline]
            fn uint64(self) -> u64 {
                self[0].uint64()
            }
            #[inline]
            fn single(self) -> f32 {
                self[0].single()
            }
            #[inline]
            fn double(self) -> f64 {
                self[0].double()
            }
            #[inline]
            fn complex_single(self) -> [f32; 2] {
                [self[0].single(), self[1].single()]
            }
            #[inline]
            fn complex_double(self) -> [f64; 2] {
                [self[0].double(), self[1].double()]
            }
            #[inline]
            fn scalar(self) -> Scalar {
                Scalar::Complex(self[0].double(), self[1].double())
            }
        }
    )*};
}

complex! {
    f32, Stage::ComplexSingle;
    f64, Stage::ComplexDouble;
}
