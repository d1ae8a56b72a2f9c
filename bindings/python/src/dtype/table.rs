//! The dtypes that have names.

use std::str::FromStr;

use crate::abi::*;

const fn one(code: u8, bits: u8) -> ta_dtype {
    ta_dtype { code, bits, lanes: 1 }
}

pub(crate) const UNSET: ta_dtype = ta_dtype { code: 0, bits: 0, lanes: 0 };
pub(crate) const BOOL: ta_dtype = one(TA_BOOL, 8);
pub(crate) const UINT8: ta_dtype = one(TA_UINT, 8);
pub(crate) const INT64: ta_dtype = one(TA_INT, 64);
pub(crate) const FLOAT32: ta_dtype = one(TA_FLOAT, 32);
pub(crate) const FLOAT64: ta_dtype = one(TA_FLOAT, 64);
pub(crate) const COMPLEX128: ta_dtype = one(TA_COMPLEX, 128);

/// Every dtype that is an attribute of the module.
pub(crate) const NAMED: &[(ta_dtype, &str)] = &[
    (FLOAT32, "float32"),
    (FLOAT64, "float64"),
    (INT64, "int64"),
    (BOOL, "bool"),
    (UINT8, "uint8"),
    (one(TA_INT, 8), "int8"),
    (one(TA_INT, 16), "int16"),
    (one(TA_INT, 32), "int32"),
    (one(TA_UINT, 16), "uint16"),
    (one(TA_UINT, 32), "uint32"),
    (one(TA_UINT, 64), "uint64"),
    (one(TA_FLOAT, 16), "float16"),
    (one(TA_BFLOAT, 16), "bfloat16"),
    (one(TA_COMPLEX, 32), "complex32"),
    (one(TA_COMPLEX, 64), "complex64"),
    (COMPLEX128, "complex128"),
    (one(TA_FLOAT8_E3M4, 8), "float8_e3m4"),
    (one(TA_FLOAT8_E4M3, 8), "float8_e4m3"),
    (one(TA_FLOAT8_E4M3B11FNUZ, 8), "float8_e4m3b11fnuz"),
    (one(TA_FLOAT8_E4M3FN, 8), "float8_e4m3fn"),
    (one(TA_FLOAT8_E4M3FNUZ, 8), "float8_e4m3fnuz"),
    (one(TA_FLOAT8_E5M2, 8), "float8_e5m2"),
    (one(TA_FLOAT8_E5M2FNUZ, 8), "float8_e5m2fnuz"),
    (one(TA_FLOAT8_E8M0FNU, 8), "float8_e8m0fnu"),
    (one(TA_FLOAT6_E2M3FN, 6), "float6_e2m3fn"),
    (one(TA_FLOAT6_E3M2FN, 6), "float6_e3m2fn"),
    (one(TA_FLOAT4_E2M1FN, 4), "float4_e2m1fn"),
];

/// PyTorch's other names. As attributes only: the string "float" means float64 to NumPy.
pub(crate) const ALIASES: &[(&str, ta_dtype)] = &[
    ("float", FLOAT32),
    ("double", FLOAT64),
    ("half", one(TA_FLOAT, 16)),
    ("short", one(TA_INT, 16)),
    ("int", one(TA_INT, 32)),
    ("long", INT64),
    ("chalf", one(TA_COMPLEX, 32)),
    ("cfloat", one(TA_COMPLEX, 64)),
    ("cdouble", COMPLEX128),
];

/// The dtype of this name; also integers of any width, like `int4`.
pub(crate) fn by_name(name: &str) -> Option<ta_dtype> {
    if let Some(&(dtype, _)) = NAMED.iter().find(|&&(_, known)| known == name) {
        return Some(dtype);
    }
    if name == "float4_e2m1fn_x2" {
        return Some(ta_dtype { lanes: 2, ..one(TA_FLOAT4_E2M1FN, 4) });
    }
    let (code, width) = match name.strip_prefix("uint") {
        Some(width) => (TA_UINT, width),
        None => (TA_INT, name.strip_prefix("int")?),
    };
    let bits = plain_number(width).filter(|bits| (1..=64).contains(bits))?;
    Some(one(code, bits))
}

/// The number that digits alone are: no sign, and no zero in front.
pub(crate) fn plain_number<T: FromStr>(digits: &str) -> Option<T> {
    let is_plain = digits.bytes().all(|digit| digit.is_ascii_digit());
    let is_padded = digits.len() > 1 && digits.starts_with('0');
    if is_plain && !is_padded { digits.parse().ok() } else { None }
}

/// The dtype of a NumPy kind and item size, for what NumPy itself defines.
pub(crate) fn by_kind(kind: char, itemsize: usize) -> Option<ta_dtype> {
    let bits = u8::try_from(itemsize * 8).ok()?;
    match (kind, itemsize) {
        ('b', 1) => Some(BOOL),
        ('i', 1 | 2 | 4 | 8) => Some(one(TA_INT, bits)),
        ('u', 1 | 2 | 4 | 8) => Some(one(TA_UINT, bits)),
        ('f', 2 | 4 | 8) => Some(one(TA_FLOAT, bits)),
        ('c', 8 | 16) => Some(one(TA_COMPLEX, bits)),
        _ => None,
    }
}
