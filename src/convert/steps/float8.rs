//! The eight 8-bit float formats of DLPack, to and from `f32`.
//!
//! All round to nearest even, subnormals included. They differ in what is beyond the
//! largest number, and follow PyTorch 2.15 for the formats that it has:
//!
//! | format         | beyond the largest, infinite | NaN                | zero         |
//! |----------------|------------------------------|--------------------|--------------|
//! | e3m4 e4m3 e5m2 | infinity                     | 0x7f or 0xff       | of each sign |
//! | e4m3fn         | the largest (448)            | 0x7f or 0xff       | of each sign |
//! | ...fnuz        | NaN                          | 0x80               | +0 only      |
//! | e8m0fnu        | NaN                          | 0xff               | becomes 2**-127 |
//!
//! Nothing here branches or looks up a table, so that the compiler makes vectors of it; a table that fits
//! the registers there is in [`codes`].

#[cfg(target_arch = "x86_64")]
mod codes;

use super::{Loop, Step, compiled, compiled_narrow, fused};
use crate::convert::isa::Isa;
use crate::model::dtype::DType;
use std::marker::PhantomData;

pub(super) fn between(from: DType, to: DType, isa: Isa) -> Option<Loop> {
    match (from, to) {
        // It takes less to compute than to look up.
        (DType::F8_E8M0FNU, DType::F32) => Some(compiled::<Decode<E8M0FNU>>(isa)),
        (_, DType::F32) => with::<Decoded>(from, isa),
        (_, DType::F16) => with::<DecodedHalf>(from, isa),
        (_, DType::BF16) => with::<DecodedBrain>(from, isa),
        (DType::F32, _) => with::<Encoded>(to, isa),
        (DType::BF16, _) => with::<EncodedBrain>(to, isa),
        _ => None,
    }
}

/// A direction between codes and elements of another dtype.
trait Direction {
    /// The loop of a format in it; `None` where it takes two.
    fn compiled<F: Float8>(isa: Isa) -> Option<Loop>;
}

struct Decoded;
struct DecodedHalf;
struct DecodedBrain;
struct Encoded;
struct EncodedBrain;
struct Decode<F>(PhantomData<F>);
struct Encode<F>(PhantomData<F>);
struct EncodeBrain<F>(PhantomData<F>);

impl Direction for Decoded {
    fn compiled<F: Float8>(isa: Isa) -> Option<Loop> {
        match isa {
            #[cfg(target_arch = "x86_64")]
            Isa::Avx512 => Some(codes::to_single::<F>),
            _ => compiled_narrow::<Decode<F>>(isa),
        }
    }
}

impl Direction for DecodedHalf {
    fn compiled<F: Float8>(isa: Isa) -> Option<Loop> {
        match isa {
            #[cfg(target_arch = "x86_64")]
            Isa::Avx512 => Some(codes::to_half::<F>),
            _ => None,
        }
    }
}

impl Direction for DecodedBrain {
    fn compiled<F: Float8>(isa: Isa) -> Option<Loop> {
        match isa {
            #[cfg(target_arch = "x86_64")]
            Isa::Avx512 => Some(codes::to_brain::<F>),
            _ => None,
        }
    }
}

impl Direction for Encoded {
    fn compiled<F: Float8>(isa: Isa) -> Option<Loop> {
        Some(compiled::<Encode<F>>(isa))
    }
}

impl Direction for EncodedBrain {
    fn compiled<F: Float8>(isa: Isa) -> Option<Loop> {
        fused::<EncodeBrain<F>>(isa)
    }
}

impl<F: Float8> Step for Decode<F> {
    type From = u8;
    type To = f32;

    #[inline(always)]
    fn cast(from: u8) -> f32 {
        F::decode(from)
    }
}

impl<F: Float8> Step for Encode<F> {
    type From = f32;
    type To = u8;

    #[inline(always)]
    fn cast(from: f32) -> u8 {
        F::encode(from)
    }
}

impl<F: Float8> Step for EncodeBrain<F> {
    type From = u16;
    type To = u8;

    #[inline(always)]
    fn cast(from: u16) -> u8 {
        F::encode_brain(from)
    }
}

fn with<D: Direction>(dtype: DType, isa: Isa) -> Option<Loop> {
    match dtype {
        DType::F8_E3M4 => D::compiled::<E3M4>(isa),
        DType::F8_E4M3 => D::compiled::<E4M3>(isa),
        DType::F8_E4M3B11FNUZ => D::compiled::<E4M3B11FNUZ>(isa),
        DType::F8_E4M3FN => D::compiled::<E4M3FN>(isa),
        DType::F8_E4M3FNUZ => D::compiled::<E4M3FNUZ>(isa),
        DType::F8_E5M2 => D::compiled::<E5M2>(isa),
        DType::F8_E5M2FNUZ => D::compiled::<E5M2FNUZ>(isa),
        DType::F8_E8M0FNU => D::compiled::<E8M0FNU>(isa),
        _ => None,
    }
}

/// An 8-bit float format.
trait Float8 {
    /// The value of a code.
    fn decode(code: u8) -> f32;
    /// The code of the nearest value.
    fn encode(value: f32) -> u8;
    /// The same for the bits of a `bfloat16`.
    fn encode_brain(bits: u16) -> u8;
    /// The values of all codes.
    #[cfg(target_arch = "x86_64")]
    const VALUES: [f32; 256];
}

/// The value of each code, by an expression that is constant.
#[cfg(target_arch = "x86_64")]
macro_rules! all_values {
    ($code:ident => $value:expr) => {{
        let (mut values, mut place) = ([0.0; 256], 0);
        while place < values.len() {
            let $code = place as u8;
            values[place] = $value;
            place += 1;
        }
        values
    }};
}

const INFINITY: u32 = 0x7f80_0000;
const QUIET_NAN: u32 = 0x7fc0_0000;
/// Bits of an `f32` below its exponent.
const FRACTION: u32 = 23;
/// And of a `bfloat16`.
const BRAIN_FRACTION: u32 = 7;

/// What the codes at the top of a format mean.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Top {
    /// As in IEEE 754: the largest exponent is for infinity and NaN.
    Ieee,
    /// "fn": numbers up to the last code, which is NaN.
    Finite,
    /// "fnuz": numbers throughout; NaN is where the negative zero would be.
    Unsigned,
}

/// A format with a sign, exponent bits and fraction bits.
struct Format {
    fraction: u32,
    bias: i32,
    top: Top,
}

impl Format {
    /// The code that all numbers beyond the largest become, but for their sign. Where that is NaN it
    /// stands behind the largest.
    const fn last(&self) -> u8 {
        match self.top {
            Top::Ieee => 0x7f >> self.fraction << self.fraction,
            Top::Finite => 0x7e,
            Top::Unsigned => 0x80,
        }
    }

    /// The least number with the [`last`](Self::last) code, as bits of an `f32`.
    const fn end(&self) -> u32 {
        let code = self.last() as u32;
        (code << (FRACTION - self.fraction)) + (self.lowest_exponent() << FRACTION)
    }

    /// The exponent field of an `f32` that means what 0 means in this format's.
    const fn lowest_exponent(&self) -> u32 {
        (127 - self.bias).cast_unsigned()
    }

    #[inline(always)]
    const fn decode(&self, code: u8) -> f32 {
        let sign = ((code & 0x80) as u32) << 24;
        let fields = (code & 0x7f) as u32;
        let unit = f32::from_bits((self.lowest_exponent() + 1 - self.fraction) << FRACTION);
        let subnormal = (fields as f32 * unit).to_bits();
        let normal = (fields << (FRACTION - self.fraction)) + (self.lowest_exponent() << FRACTION);
        let number = if fields < 1 << self.fraction { subnormal } else { normal };
        let magnitude = match self.top {
            Top::Ieee if fields > self.last() as u32 => QUIET_NAN,
            Top::Ieee if fields == self.last() as u32 => INFINITY,
            Top::Finite if fields == 0x7f => QUIET_NAN,
            Top::Unsigned if code == 0x80 => QUIET_NAN,
            _ => number,
        };
        f32::from_bits(sign | magnitude)
    }

    #[inline(always)]
    fn encode(&self, value: f32) -> u8 {
        let magnitude = value.to_bits() & 0x7fff_ffff;
        let code = self.round(magnitude.min(self.end()));
        // All in 32 bits until the end, as the vectors are.
        self.signed(value.to_bits() >> 24 & 0x80, code, magnitude > INFINITY) as u8
    }

    /// The code nearest to the absolute value with these `f32` bits, which is not beyond the end.
    #[inline(always)]
    fn round(&self, magnitude: u32) -> u32 {
        let dropped = FRACTION - self.fraction;
        let smallest_normal = (self.lowest_exponent() + 1) << FRACTION;
        let exponent = magnitude.max(smallest_normal) & INFINITY;
        // Added to a number so large that its last bit is worth a step between codes of this
        // exponent, the value is rounded by the addition, and its steps are in the low bits. What
        // they are counted from is there before, modulo 256: an even number, so that ties go where
        // they would without.
        let first = (self.lowest_exponent() + 1) << self.fraction;
        let large = exponent + (dropped << FRACTION) + (first.wrapping_neg() & 0xff);
        let sum = f32::from_bits(magnitude) + f32::from_bits(large);
        (sum.to_bits() + (exponent >> dropped)) & 0xff
    }

    /// The code of a `bfloat16`, in the 16 bits that it has.
    #[inline(always)]
    fn encode_brain(&self, bits: u16) -> u8 {
        let magnitude = bits & 0x7fff;
        let code = self.round_brain(magnitude.min((self.end() >> 16) as u16));
        let nan = magnitude > (INFINITY >> 16) as u16;
        self.signed((bits >> 8 & 0x80).into(), code.into(), nan) as u8
    }

    /// The code nearest to the absolute value with these `bfloat16` bits, which is not beyond the end.
    #[inline(always)]
    fn round_brain(&self, magnitude: u16) -> u16 {
        let lowest = self.lowest_exponent() as u16 + 1;
        let exponent = magnitude >> BRAIN_FRACTION;
        // The digits from the second highest bit on: rounding has room for a carry, and subnormals are
        // shifted without loss. What is shifted so far that digits are lost is less than half a step.
        let digits = 1 << 14 | (magnitude << 7 & 0x3f80);
        let digits = digits >> lowest.saturating_sub(exponent).min(15);
        let dropped = 14 - self.fraction;
        let odd = digits >> dropped & 1;
        let steps = (digits + ((1 << (dropped - 1)) - 1) + odd) >> dropped;
        steps + (exponent.saturating_sub(lowest) << self.fraction)
    }

    /// The code with its sign, or that of NaN.
    #[inline(always)]
    fn signed(&self, sign: u32, code: u32, nan: bool) -> u32 {
        match self.top {
            Top::Ieee | Top::Finite => sign | if nan { 0x7f } else { code },
            // There is one zero. NaN has the last code already, which no sign changes.
            Top::Unsigned if code == 0 => 0,
            Top::Unsigned => sign | code,
        }
    }
}

macro_rules! formats {
    ($($(#[$doc:meta])* $name:ident = ($fraction:expr, $bias:expr, $top:expr);)*) => {$(
        $(#[$doc])*
        struct $name;

        impl $name {
            const FORMAT: Format = Format { fraction: $fraction, bias: $bias, top: $top };
        }

        impl Float8 for $name {
            #[cfg(target_arch = "x86_64")]
            const VALUES: [f32; 256] = all_values!(code => Self::FORMAT.decode(code));

            #[inline(always)]
            fn decode(code: u8) -> f32 {
                Self::FORMAT.decode(code)
            }
            #[inline(always)]
            fn encode(value: f32) -> u8 {
                Self::FORMAT.encode(value)
            }
            #[inline(always)]
            fn encode_brain(bits: u16) -> u8 {
                Self::FORMAT.encode_brain(bits)
            }
        }
    )*};
}

formats! {
    /// `float8_e3m4`, up to 15.5.
    E3M4 = (4, 3, Top::Ieee);
    /// `float8_e4m3`, up to 240.
    E4M3 = (3, 7, Top::Ieee);
    /// `float8_e4m3b11fnuz`, up to 30.
    E4M3B11FNUZ = (3, 11, Top::Unsigned);
    /// `float8_e4m3fn`, up to 448.
    E4M3FN = (3, 7, Top::Finite);
    /// `float8_e4m3fnuz`, up to 240.
    E4M3FNUZ = (3, 8, Top::Unsigned);
    /// `float8_e5m2`, up to 57344.
    E5M2 = (2, 15, Top::Ieee);
    /// `float8_e5m2fnuz`, up to 57344.
    E5M2FNUZ = (2, 16, Top::Unsigned);
}

/// `float8_e8m0fnu`: a power of two, 2**-127 to 2**127, with neither sign nor zero.
struct E8M0FNU;

impl E8M0FNU {
    #[inline(always)]
    const fn value(code: u8) -> f32 {
        match code {
            // The exponent field 0 of an f32 means subnormal, so this one is spelled out.
            0 => f32::from_bits(1 << (FRACTION - 1)),
            0xff => f32::from_bits(QUIET_NAN),
            code => f32::from_bits((code as u32) << FRACTION),
        }
    }
}

impl Float8 for E8M0FNU {
    #[cfg(target_arch = "x86_64")]
    const VALUES: [f32; 256] = all_values!(code => Self::value(code));

    #[inline(always)]
    fn decode(code: u8) -> f32 {
        Self::value(code)
    }

    #[inline(always)]
    fn encode(value: f32) -> u8 {
        let magnitude = (value.to_bits() & 0x7fff_ffff).min(INFINITY);
        // A tie goes up where the implied bit is set, as it counts as the odd last bit.
        let half = (1 << (FRACTION - 1)) - u32::from(magnitude < 1 << FRACTION);
        ((magnitude + half) >> FRACTION) as u8
    }

    #[inline(always)]
    fn encode_brain(bits: u16) -> u8 {
        let magnitude = (bits & 0x7fff).min((INFINITY >> 16) as u16);
        let half = (1 << (BRAIN_FRACTION - 1)) - u16::from(magnitude < 1 << BRAIN_FRACTION);
        ((magnitude + half) >> BRAIN_FRACTION) as u8
    }
}
