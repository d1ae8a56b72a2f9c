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

/// An 8-bit float format.
pub(super) trait Float8 {
    /// The value of a code.
    fn decode(code: u8) -> f32;
    /// The code of the nearest value.
    fn encode(value: f32) -> u8;
}

const INFINITY: u32 = 0x7f80_0000;
const QUIET_NAN: u32 = 0x7fc0_0000;
/// Bits of an `f32` below its exponent.
const FRACTION: u32 = 23;

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
    /// The code of infinity in an IEEE format.
    const fn infinity(&self) -> u8 {
        0x7f >> self.fraction << self.fraction
    }

    const fn largest(&self) -> u8 {
        match self.top {
            Top::Ieee => self.infinity() - 1,
            Top::Finite => 0x7e,
            Top::Unsigned => 0x7f,
        }
    }

    const fn is_nan(&self, code: u8) -> bool {
        match self.top {
            Top::Ieee => code & 0x7f > self.infinity(),
            Top::Finite => code & 0x7f == 0x7f,
            Top::Unsigned => code == 0x80,
        }
    }

    const fn decode(&self, code: u8) -> f32 {
        let sign = ((code & 0x80) as u32) << 24;
        if self.is_nan(code) {
            return f32::from_bits(sign | QUIET_NAN);
        }
        if code & 0x7f > self.largest() {
            return f32::from_bits(sign | INFINITY);
        }
        let fields = (code & 0x7f) as u32;
        let (exponent, fraction) = (fields >> self.fraction, fields & ((1 << self.fraction) - 1));
        let (exponent, significand) =
            if exponent == 0 { (1, fraction) } else { (exponent, fraction | 1 << self.fraction) };
        let power = exponent as i32 - self.bias - self.fraction as i32;
        let unit = f32::from_bits(((power + 127) as u32) << FRACTION);
        f32::from_bits(sign | (significand as f32 * unit).to_bits())
    }

    const fn decode_all(&self) -> [f32; 256] {
        let mut values = [0.0; 256];
        let mut code = 0;
        while code < 256 {
            values[code] = self.decode(code as u8);
            code += 1;
        }
        values
    }

    #[inline(always)]
    fn encode(&self, value: f32) -> u8 {
        let sign = (value.to_bits() >> 24) as u8 & 0x80;
        let magnitude = value.to_bits() & 0x7fff_ffff;
        let code = self.round(magnitude);
        let beyond = code > u32::from(self.largest());
        match self.top {
            Top::Unsigned if beyond => 0x80,
            Top::Unsigned if code == 0 => 0,
            _ if magnitude > INFINITY => sign | 0x7f,
            Top::Ieee if beyond => sign | self.infinity(),
            Top::Finite if beyond => sign | self.largest(),
            _ => sign | code as u8,
        }
    }

    /// The code nearest to the absolute value with these `f32` bits, as if the exponent had no end.
    #[inline(always)]
    fn round(&self, magnitude: u32) -> u32 {
        // Zero and the subnormals of f32 have no implied bit, but are far too small to matter.
        let significand = magnitude & ((1 << FRACTION) - 1) | 1 << FRACTION;
        let exponent = (magnitude >> FRACTION).cast_signed() - 127;
        let over = exponent - (1 - self.bias);
        // Below its smallest exponent the format loses one more bit per power of two. From
        // a shift of 25 on everything rounds to zero.
        let dropped = (FRACTION - self.fraction + (-over).max(0).cast_unsigned()).min(25);
        let (kept, rest, half) =
            (significand >> dropped, significand & ((1 << dropped) - 1), 1 << (dropped - 1));
        let up = rest > half || (rest == half && kept & 1 == 1);
        // `kept` has the implied bit where there is one, and so counts one exponent itself;
        // likewise a carry out of the fraction moves into the exponent by itself.
        (over.max(0).cast_unsigned() << self.fraction) + kept + u32::from(up)
    }
}

macro_rules! formats {
    ($($(#[$doc:meta])* $name:ident = ($fraction:expr, $bias:expr, $top:expr);)*) => {$(
        $(#[$doc])*
        pub(super) struct $name;

        impl $name {
            const FORMAT: Format = Format { fraction: $fraction, bias: $bias, top: $top };
            const VALUES: &'static [f32; 256] = &Self::FORMAT.decode_all();
        }

        impl Float8 for $name {
            #[inline]
            fn decode(code: u8) -> f32 {
                Self::VALUES[usize::from(code)]
            }
            #[inline]
            fn encode(value: f32) -> u8 {
                Self::FORMAT.encode(value)
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
pub(super) struct E8M0FNU;

impl Float8 for E8M0FNU {
    #[inline]
    fn decode(code: u8) -> f32 {
        match code {
            // The exponent field 0 of an f32 means subnormal, so this one is spelled out.
            0 => f32::from_bits(1 << (FRACTION - 1)),
            0xff => f32::from_bits(QUIET_NAN),
            code => f32::from_bits(u32::from(code) << FRACTION),
        }
    }

    #[inline]
    fn encode(value: f32) -> u8 {
        let magnitude = value.to_bits() & 0x7fff_ffff;
        if magnitude >= INFINITY {
            return 0xff;
        }
        let exponent = magnitude >> FRACTION;
        let (fraction, half) = (magnitude & ((1 << FRACTION) - 1), 1 << (FRACTION - 1));
        // A tie goes up where the implied bit is set, as it counts as the odd last bit.
        let up = fraction > half || (fraction == half && exponent > 0);
        exponent as u8 + u8::from(up)
    }
}
