//! The element type, layout-equal to DLPack's `DLDataType`.

/// What one element is: layout-equal to DLPack's `DLDataType`. All zero means "not given".
#[repr(C)]
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct ta_dtype {
    /// One of the `TA_INT` … `TA_FLOAT4_E2M1FN` codes (DLPack's numbers), or another:
    /// an unknown code of whole bytes is carried, never converted.
    pub code: u8,
    /// Bits of one lane; for complex, of both parts together.
    pub bits: u8,
    /// Lanes of a vector type; 1 for everything normal.
    pub lanes: u16,
}

/// Signed integer.
pub const TA_INT: u8 = 0;
/// Unsigned integer.
pub const TA_UINT: u8 = 1;
/// IEEE 754 floating point.
pub const TA_FLOAT: u8 = 2;
/// Something only its producer understands.
pub const TA_OPAQUE_HANDLE: u8 = 3;
/// bfloat16.
pub const TA_BFLOAT: u8 = 4;
/// Complex number; `bits` is the width of both parts together.
pub const TA_COMPLEX: u8 = 5;
/// Truth value, one byte.
pub const TA_BOOL: u8 = 6;
/// 8-bit float, 3 exponent bits.
pub const TA_FLOAT8_E3M4: u8 = 7;
/// 8-bit float, 4 exponent bits, with infinities.
pub const TA_FLOAT8_E4M3: u8 = 8;
/// 8-bit float, 4 exponent bits, bias 11, no infinities, no negative zero.
pub const TA_FLOAT8_E4M3B11FNUZ: u8 = 9;
/// 8-bit float, 4 exponent bits, no infinities.
pub const TA_FLOAT8_E4M3FN: u8 = 10;
/// 8-bit float, 4 exponent bits, no infinities, no negative zero.
pub const TA_FLOAT8_E4M3FNUZ: u8 = 11;
/// 8-bit float, 5 exponent bits, with infinities.
pub const TA_FLOAT8_E5M2: u8 = 12;
/// 8-bit float, 5 exponent bits, no infinities, no negative zero.
pub const TA_FLOAT8_E5M2FNUZ: u8 = 13;
/// 8-bit power of two, unsigned.
pub const TA_FLOAT8_E8M0FNU: u8 = 14;
/// 6-bit float, 2 exponent bits.
pub const TA_FLOAT6_E2M3FN: u8 = 15;
/// 6-bit float, 3 exponent bits.
pub const TA_FLOAT6_E3M2FN: u8 = 16;
/// 4-bit float, 2 exponent bits.
pub const TA_FLOAT4_E2M1FN: u8 = 17;
