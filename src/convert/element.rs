//! What the bytes of one element mean: widened to a value, narrowed from one.

use super::float8::{self, Float8};
use super::wide::{Stage, Wide};
use crate::model::scalar::Scalar;
use half::{bf16, f16};

/// A convertible dtype. All its methods are on native bytes, so alignment is never a question.
///
/// # Safety
/// `Bytes` is an array of bytes, or of arrays of bytes, of the dtype's item size.
pub(super) unsafe trait Element {
    /// The bytes of one element.
    type Bytes: Copy;
    /// The kind of value that holds every element exactly.
    type Wide: Wide;
    /// What a value must be for `narrow`. Its kind is the one of `Wide`.
    const STAGE: Stage;

    /// The value of an element.
    fn widen(bytes: Self::Bytes) -> Self::Wide;
    /// The element for a value at `STAGE`.
    fn narrow(value: Self::Wide) -> Self::Bytes;

    /// The value as a scalar.
    fn scalar(value: Self::Wide) -> Scalar {
        value.scalar()
    }
}

/// The dtype `bool`: any byte but zero is true.
pub(super) struct Bool;

// SAFETY: one byte.
unsafe impl Element for Bool {
    type Bytes = [u8; 1];
    type Wide = i64;
    const STAGE: Stage = Stage::Truth;

    #[inline]
    fn widen([byte]: [u8; 1]) -> i64 {
        i64::from(byte != 0)
    }
    #[inline]
    fn narrow(value: i64) -> [u8; 1] {
        [value as u8]
    }
    fn scalar(value: i64) -> Scalar {
        Scalar::Bool(value.truth())
    }
}

macro_rules! numbers {
    ($($number:ty, $bytes:expr, $wide:ty, $stage:expr, $widen:expr, $narrow:expr;)*) => {$(
        // SAFETY: as many bytes as the number has.
        unsafe impl Element for $number {
            type Bytes = [u8; $bytes];
            type Wide = $wide;
            const STAGE: Stage = $stage;

            #[inline]
            fn widen(bytes: Self::Bytes) -> $wide {
                $widen(<$number>::from_ne_bytes(bytes))
            }
            #[inline]
            fn narrow(value: $wide) -> Self::Bytes {
                <$number>::to_ne_bytes($narrow(value))
            }
        }
    )*};
}

// Into an integer, `as` keeps the low bits, and the stage has seen to the rest.
numbers! {
    u8, 1, i64, Stage::Int32, i64::from, |v| v as u8;
    i8, 1, i64, Stage::Int32, i64::from, |v| v as i8;
    u16, 2, i64, Stage::Int32, i64::from, |v| v as u16;
    i16, 2, i64, Stage::Int32, i64::from, |v| v as i16;
    i32, 4, i64, Stage::Int32, i64::from, |v| v as i32;
    u32, 4, i64, Stage::Int64, i64::from, |v| v as u32;
    i64, 8, i64, Stage::Int64, |v| v, |v| v;
    u64, 8, u64, Stage::Uint64, |v| v, |v| v;
    f16, 2, f32, Stage::Single, f16::to_f32, f16::from_f32;
    bf16, 2, f32, Stage::Single, bf16::to_f32, bf16::from_f32;
    f32, 4, f32, Stage::Single, |v| v, |v| v;
    f64, 8, f64, Stage::Double, |v| v, |v| v;
}

macro_rules! floats8 {
    ($($format:ident)*) => {$(
        // SAFETY: one byte.
        unsafe impl Element for float8::$format {
            type Bytes = [u8; 1];
            type Wide = f32;
            const STAGE: Stage = Stage::Single;

            #[inline]
            fn widen([code]: [u8; 1]) -> f32 {
                Self::decode(code)
            }
            #[inline]
            fn narrow(value: f32) -> [u8; 1] {
                [Self::encode(value)]
            }
        }
    )*};
}

floats8! { E3M4 E4M3 E4M3B11FNUZ E4M3FN E4M3FNUZ E5M2 E5M2FNUZ E8M0FNU }

/// A complex number: two elements of `P`, real part first.
pub(super) struct Complex<P>(P);

macro_rules! complexes {
    ($($part:ty, $wide:ty, $stage:expr;)*) => {$(
        // SAFETY: the bytes of two parts.
        unsafe impl Element for Complex<$part> {
            type Bytes = [<$part as Element>::Bytes; 2];
            type Wide = [$wide; 2];
            const STAGE: Stage = $stage;

            #[inline]
            fn widen(bytes: Self::Bytes) -> Self::Wide {
                bytes.map(<$part as Element>::widen)
            }
            #[inline]
            fn narrow(value: Self::Wide) -> Self::Bytes {
                value.map(<$part as Element>::narrow)
            }
        }
    )*};
}

complexes! {
    f16, f32, Stage::ComplexSingle;
    f32, f32, Stage::ComplexSingle;
    f64, f64, Stage::ComplexDouble;
}
