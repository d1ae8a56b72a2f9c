//! A host's number as an element: what fits a dtype, and what does not.
//!
//! Numbers of a host language are checked, where tensor conversions wrap: a program that
//! writes 300 into `uint8` has made a mistake (PyTorch's rules for scalars, without its wrapping
//! of negative numbers into unsigned dtypes).

use crate::abi::*;
use crate::model::dtype::DType;
use crate::model::error::{Error, Result};
use crate::model::scalar::Scalar;

/// The value as `dtype` is to store it, so that a tensor conversion of it is exact or rounds.
///
/// # Errors
/// `TA_ERR_OVERFLOW` if it does not fit an integer dtype; `TA_ERR_DTYPE` for a complex number
/// into a real dtype.
pub(super) fn fit(value: Scalar, dtype: DType) -> Result<Scalar> {
    match (dtype.code, value) {
        (TA_BOOL, _) | (TA_COMPLEX, Scalar::Complex(..)) => Ok(value),
        (_, Scalar::Complex(..)) => {
            let message =
                format_args!("complex number {value} cannot become an element of {dtype}");
            Err(Error::new(TA_ERR_DTYPE, message))
        }
        (TA_INT | TA_UINT, _) => integer(value, dtype),
        // As PyTorch: through a double, so a large integer is rounded twice on its way to float32.
        (_, Scalar::Int(v)) => Ok(Scalar::Float(v as f64)),
        (_, Scalar::UInt(v)) => Ok(Scalar::Float(v as f64)),
        (_, Scalar::Bool(_) | Scalar::Float(_)) => Ok(value),
    }
}

/// The value as an integer in the range of `dtype`; a real number is cut after its point.
fn integer(value: Scalar, dtype: DType) -> Result<Scalar> {
    let (low, high) = range(dtype);
    let whole = match value {
        Scalar::Bool(v) => i128::from(v),
        Scalar::Int(v) => i128::from(v),
        Scalar::UInt(v) => i128::from(v),
        // Below the lowest is out of range before it is cut, above the highest after.
        Scalar::Float(v) if v.is_finite() && v >= low as f64 => v as i128,
        Scalar::Float(_) | Scalar::Complex(..) => i128::MAX,
    };
    if whole < low || whole > high {
        let message =
            format_args!("value {value} does not fit {dtype}, which holds {low} to {high}");
        return Err(Error::new(TA_ERR_OVERFLOW, message));
    }
    Ok(u64::try_from(whole).map_or(Scalar::Int(whole as i64), Scalar::unsigned))
}

/// Lowest and highest value of an integer dtype.
fn range(dtype: DType) -> (i128, i128) {
    let bits = u32::from(dtype.bits).clamp(1, 64);
    match dtype.code {
        TA_UINT => (0, (1 << bits) - 1),
        _ => (-(1 << (bits - 1)), (1 << (bits - 1)) - 1),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_number_fits_or_is_named() {
        let rows = [
            (Scalar::Int(255), DType::U8, Some(Scalar::Int(255))),
            (Scalar::Int(256), DType::U8, None),
            (Scalar::Int(-1), DType::U8, None),
            (Scalar::Float(255.9), DType::U8, Some(Scalar::Int(255))),
            (Scalar::Float(-0.5), DType::U8, None),
            (Scalar::Float(-0.0), DType::U8, Some(Scalar::Int(0))),
            (Scalar::Float(127.9), DType::I8, Some(Scalar::Int(127))),
            (Scalar::Float(-128.9), DType::I8, None),
            (Scalar::Float(f64::NAN), DType::I64, None),
            (Scalar::Float(f64::INFINITY), DType::U64, None),
            (Scalar::Float(9223372036854775808.0), DType::I64, None),
            (Scalar::Float(9223372036854775808.0), DType::U64, Some(Scalar::UInt(1 << 63))),
            (Scalar::UInt(u64::MAX), DType::I64, None),
            (Scalar::UInt(u64::MAX), DType::U64, Some(Scalar::UInt(u64::MAX))),
            (Scalar::Bool(true), DType::I16, Some(Scalar::Int(1))),
            (Scalar::Int(3), DType::F16, Some(Scalar::Float(3.0))),
            (Scalar::Complex(1.0, 0.0), DType::F64, None),
            (Scalar::Complex(1.0, 2.0), DType::C64, Some(Scalar::Complex(1.0, 2.0))),
            (Scalar::Complex(0.0, 2.0), DType::BOOL, Some(Scalar::Complex(0.0, 2.0))),
        ];
        for (value, dtype, want) in rows {
            let got = fit(value, dtype);
            assert_eq!(got.as_ref().ok(), want.as_ref(), "{value} into {dtype}");
            if let Err(error) = got {
                assert!(error.message().contains(&dtype.to_string()), "{}", error.message());
            }
        }
    }
}
