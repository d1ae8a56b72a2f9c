//! What one element is: DLPack's (code, bits, lanes), as open integers.
//!
//! Numbers that this library has no name for arrive from shipping producers, so a
//! dtype is never a closed enum: every bit pattern is a value, and [`DType::check`]
//! says which of them can be carried. Refuses to know how elements are converted.

use std::fmt;

pub use crate::abi::ta_dtype as DType;
use crate::abi::*;
use crate::model::error::{Error, Result};

macro_rules! dtypes {
    ($($constant:ident = ($code:expr, $bits:expr, $name:literal);)*) => {
        impl DType {
            $(#[doc = concat!("The dtype named `", $name, "`.")]
            pub const $constant: DType = DType { code: $code, bits: $bits, lanes: 1 };)*

            /// Every dtype that has a name, in the order of the promotion lattice where it is on it.
            pub const NAMED: &'static [(DType, &'static str)] = &[$((DType::$constant, $name)),*];

            /// Whether there is a name for it.
            #[inline(never)]
            pub fn is_named(self) -> bool {
                matches!(self, $(DType::$constant)|*)
            }
        }
    };
}

dtypes! {
    BOOL = (TA_BOOL, 8, "bool");
    U8 = (TA_UINT, 8, "uint8");
    I8 = (TA_INT, 8, "int8");
    I16 = (TA_INT, 16, "int16");
    I32 = (TA_INT, 32, "int32");
    I64 = (TA_INT, 64, "int64");
    U16 = (TA_UINT, 16, "uint16");
    U32 = (TA_UINT, 32, "uint32");
    U64 = (TA_UINT, 64, "uint64");
    F16 = (TA_FLOAT, 16, "float16");
    BF16 = (TA_BFLOAT, 16, "bfloat16");
    F32 = (TA_FLOAT, 32, "float32");
    F64 = (TA_FLOAT, 64, "float64");
    C32 = (TA_COMPLEX, 32, "complex32");
    C64 = (TA_COMPLEX, 64, "complex64");
    C128 = (TA_COMPLEX, 128, "complex128");
    F8_E3M4 = (TA_FLOAT8_E3M4, 8, "float8_e3m4");
    F8_E4M3 = (TA_FLOAT8_E4M3, 8, "float8_e4m3");
    F8_E4M3B11FNUZ = (TA_FLOAT8_E4M3B11FNUZ, 8, "float8_e4m3b11fnuz");
    F8_E4M3FN = (TA_FLOAT8_E4M3FN, 8, "float8_e4m3fn");
    F8_E4M3FNUZ = (TA_FLOAT8_E4M3FNUZ, 8, "float8_e4m3fnuz");
    F8_E5M2 = (TA_FLOAT8_E5M2, 8, "float8_e5m2");
    F8_E5M2FNUZ = (TA_FLOAT8_E5M2FNUZ, 8, "float8_e5m2fnuz");
    F8_E8M0FNU = (TA_FLOAT8_E8M0FNU, 8, "float8_e8m0fnu");
    F6_E2M3FN = (TA_FLOAT6_E2M3FN, 6, "float6_e2m3fn");
    F6_E3M2FN = (TA_FLOAT6_E3M2FN, 6, "float6_e3m2fn");
    F4_E2M1FN = (TA_FLOAT4_E2M1FN, 4, "float4_e2m1fn");
}

impl DType {
    /// The all-zero value: in an option or source struct, "none given".
    pub const UNSET: DType = DType { code: 0, bits: 0, lanes: 0 };

    /// This dtype, or `None` where it is [`DType::UNSET`].
    pub fn given(self) -> Option<DType> {
        (self != DType::UNSET).then_some(self)
    }

    /// Bits of one element, all lanes together.
    pub fn total_bits(self) -> u32 {
        u32::from(self.bits) * u32::from(self.lanes)
    }

    /// Bytes that one element takes when it stands alone: DLPack's `(bits * lanes + 7) / 8`.
    pub fn itemsize(self) -> usize {
        self.total_bits().div_ceil(8) as usize
    }

    /// Bits from one element to the next where they are compact; `padded` ones fill whole bytes.
    pub fn spacing(self, padded: bool) -> i64 {
        match padded {
            true => 8 * self.itemsize() as i64,
            false => i64::from(self.total_bits()),
        }
    }

    /// Bytes of what has a byte order of its own: a lane, or one part of a complex number. 1 where
    /// that is no whole number of bytes.
    pub fn component_size(self) -> usize {
        let bits = if self.is_complex() { self.bits / 2 } else { self.bits };
        if bits.is_multiple_of(8) { usize::from(bits / 8).max(1) } else { 1 }
    }

    /// That it is known what to swap in elements of foreign byte order.
    ///
    /// # Errors
    /// `TA_ERR_DTYPE` for codes whose elements are not known, and numbers that are not whole bytes.
    pub fn check_swappable(self) -> Result<()> {
        let known = matches!(self.code, TA_INT | TA_UINT | TA_FLOAT | TA_BFLOAT | TA_COMPLEX);
        let single = matches!(self.code, TA_BOOL | TA_FLOAT8_E3M4..=TA_FLOAT8_E8M0FNU);
        if single || known && self.bits.is_multiple_of(8) {
            return Ok(());
        }
        let message = format_args!("what foreign byte order means for {self} is not known");
        Err(Error::new(TA_ERR_DTYPE, message))
    }

    /// Whether several elements share a byte when packed (float4, float6, int4, …).
    pub fn is_subbyte(self) -> bool {
        !self.total_bits().is_multiple_of(8)
    }

    /// Whether values of this dtype can carry a gradient: floating or complex.
    pub fn is_differentiable(self) -> bool {
        matches!(self.code, TA_FLOAT | TA_BFLOAT | TA_COMPLEX | TA_FLOAT8_E3M4..=TA_FLOAT4_E2M1FN)
    }

    /// Whether this is a complex dtype.
    pub fn is_complex(self) -> bool {
        self.code == TA_COMPLEX
    }

    /// Says whether the dtype can be carried at all: aliased and exported, if not converted.
    ///
    /// Codes with a fixed width must have it ("the consumer must stop importing if the
    /// value is unexpected", DLPack 1.3); integers may have any width; anything else, also
    /// a code without a name, is carried when it fills whole bytes.
    ///
    /// # Errors
    /// `TA_ERR_DTYPE` for zero bits or lanes, or a width that the code cannot have.
    #[inline]
    pub fn check(self) -> Result<()> {
        let lawful = self.has_lawful_width() && self.total_bits() != 0;
        if lawful { Ok(()) } else { Err(no_dtype(self)) }
    }

    #[inline(always)]
    fn has_lawful_width(self) -> bool {
        let (mask, width) = WIDTHS[usize::from(self.code).min(WIDTHS.len() - 1)];
        self.bits & mask == width
    }

    /// Bytes of an element, if it [can be carried](Self::check) and fills them.
    #[inline(always)]
    pub(super) fn whole_bytes(self) -> Option<u32> {
        let bits = self.total_bits();
        let fills = bits != 0 && bits.is_multiple_of(8) && self.has_lawful_width();
        fills.then_some(bits / 8)
    }
}

/// The widths that each code can have: those of which the masked bits are these. The last pair is for
/// all codes from there on.
static WIDTHS: [(u8, u8); TA_FLOAT4_E2M1FN as usize + 2] = {
    let mut widths = [(0b111, 0); TA_FLOAT4_E2M1FN as usize + 2];
    let mut code = 0;
    while code <= TA_FLOAT4_E2M1FN {
        widths[code as usize] = match code {
            TA_INT | TA_UINT => (0, 0),
            TA_BFLOAT => (0xff, 16),
            TA_COMPLEX => (0b1111, 0),
            TA_BOOL | TA_FLOAT8_E3M4..=TA_FLOAT8_E8M0FNU => (0xff, 8),
            TA_FLOAT6_E2M3FN | TA_FLOAT6_E3M2FN => (0xff, 6),
            TA_FLOAT4_E2M1FN => (0xff, 4),
            _ => (0b111, 0),
        };
        code += 1;
    }
    widths
};

#[cold]
#[inline(never)]
fn no_dtype(it: DType) -> Error {
    let message =
        format_args!("no such dtype: code {}, bits {}, lanes {}", it.code, it.bits, it.lanes);
    Error::new(TA_ERR_DTYPE, message)
}

/// PyTorch's name where there is one; else the numbers, as in `int4`, `float32x4` or `code18_32`.
impl fmt::Display for DType {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let single = DType { lanes: 1, ..*self };
        match (DType::NAMED.iter().find(|(known, _)| *known == single), self.code) {
            (Some((_, name)), _) => f.write_str(name)?,
            (None, TA_INT) => write!(f, "int{}", self.bits)?,
            (None, TA_UINT) => write!(f, "uint{}", self.bits)?,
            (None, TA_FLOAT) => write!(f, "float{}", self.bits)?,
            (None, TA_COMPLEX) => write!(f, "complex{}", self.bits)?,
            (None, TA_OPAQUE_HANDLE) => write!(f, "opaque{}", self.bits)?,
            (None, code) => write!(f, "code{}_{}", code, self.bits)?,
        }
        if self.lanes == 1 { Ok(()) } else { write!(f, "x{}", self.lanes) }
    }
}
