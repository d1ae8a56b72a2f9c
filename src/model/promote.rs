//! Promotion: the dtype that holds what two dtypes hold (`torch.promote_types`), and the one that
//! an operation on two tensors has (`torch.result_type`).

use crate::abi::*;
use crate::model::dtype::DType;
use crate::model::error::{Error, Result};
use crate::model::tensor::Tensor;

/// The common dtype.
///
/// # Errors
/// `TA_ERR_DTYPE` where PyTorch knows none: float8 with anything else, uint16/32/64 with any
/// integer, and dtypes that are only carried with anything but themselves.
pub fn promote(a: DType, b: DType) -> Result<DType> {
    common(a, b)
        .ok_or_else(|| Error::new(TA_ERR_DTYPE, format_args!("{a} and {b} have no common dtype")))
}

/// The dtype of an operation on two tensors: their common one, but a tensor without axes gives way
/// to one with axes, unless its numbers are of a higher kind (real over whole, complex over real).
///
/// # Errors
/// `TA_ERR_DTYPE`, as [`promote`].
pub fn result(a: &Tensor, b: &Tensor) -> Result<DType> {
    let (rank, other) = (a.shape().len(), b.shape().len());
    match (rank == 0) == (other == 0) {
        true => promote(a.dtype(), b.dtype()),
        false if rank == 0 => yielding(b.dtype(), a.dtype()),
        false => yielding(a.dtype(), b.dtype()),
    }
}

/// The common dtype of a tensor with axes and of one without.
fn yielding(axes: DType, without: DType) -> Result<DType> {
    use Kind::{Complex, Real, Truth, Whole};
    match (Kind::of(axes), Kind::of(without)) {
        (Some(Real), Some(Complex)) => complex(axes).map_or_else(|| promote(axes, without), Ok),
        (Some(Real | Complex), Some(_)) | (Some(Whole), Some(Truth | Whole)) => Ok(axes),
        _ => promote(axes, without),
    }
}

/// What kind of numbers a dtype has, in ascending order.
enum Kind {
    Truth,
    Whole,
    Real,
    Complex,
}

impl Kind {
    fn of(dtype: DType) -> Option<Kind> {
        Some(match dtype.code {
            TA_BOOL => Kind::Truth,
            TA_INT | TA_UINT => Kind::Whole,
            TA_COMPLEX => Kind::Complex,
            _ if dtype.is_differentiable() => Kind::Real,
            _ => return None,
        })
    }
}

fn common(a: DType, b: DType) -> Option<DType> {
    if a == b {
        return Some(a);
    }
    let (low, high) = if Family::of(a)? <= Family::of(b)? { (a, b) } else { (b, a) };
    match (Family::of(low)?, Family::of(high)?) {
        (Family::Integer, Family::Integer) => integers(low, high),
        (Family::Integer, Family::Float | Family::Complex) | (Family::Wide, Family::Float) => {
            Some(high)
        }
        (Family::Integer | Family::Wide, _) => None,
        (Family::Float, Family::Float) => Some(floats(low, high)),
        (Family::Float, _) => complex(floats(low, part(high)?)),
        (Family::Complex, _) => Some(if low.bits > high.bits { low } else { high }),
    }
}

/// The steps of the lattice.
#[derive(PartialEq, PartialOrd)]
enum Family {
    /// bool, uint8 and signed integers: PyTorch promotes them among each other.
    Integer,
    /// uint16, uint32, uint64: only with floats.
    Wide,
    Float,
    Complex,
}

impl Family {
    fn of(dtype: DType) -> Option<Family> {
        Some(match dtype {
            DType::BOOL | DType::U8 | DType::I8 | DType::I16 | DType::I32 | DType::I64 => {
                Family::Integer
            }
            DType::U16 | DType::U32 | DType::U64 => Family::Wide,
            DType::F16 | DType::BF16 | DType::F32 | DType::F64 => Family::Float,
            DType::C32 | DType::C64 | DType::C128 => Family::Complex,
            _ => return None,
        })
    }
}

fn integers(a: DType, b: DType) -> Option<DType> {
    Some(match (a, b) {
        (DType::BOOL, other) | (other, DType::BOOL) => other,
        (DType::U8, DType::I8) | (DType::I8, DType::U8) => DType::I16,
        (a, b) if a.bits > b.bits => a,
        (_, b) => b,
    })
}

fn floats(a: DType, b: DType) -> DType {
    match a.bits.cmp(&b.bits) {
        std::cmp::Ordering::Less => b,
        std::cmp::Ordering::Greater => a,
        // float16 and bfloat16 hold different numbers.
        std::cmp::Ordering::Equal if a != b => DType::F32,
        std::cmp::Ordering::Equal => a,
    }
}

/// The dtype of a complex dtype's parts.
fn part(dtype: DType) -> Option<DType> {
    match dtype {
        DType::C32 => Some(DType::F16),
        DType::C64 => Some(DType::F32),
        DType::C128 => Some(DType::F64),
        _ => None,
    }
}

/// The complex dtype whose parts are `part`; there is none for bfloat16.
pub fn complex(part: DType) -> Option<DType> {
    (part.code == TA_FLOAT).then_some(DType { code: TA_COMPLEX, bits: part.bits * 2, lanes: 1 })
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Rows and columns in one order; `None` where PyTorch 2.15 raises.
    #[test]
    fn the_lattice_is_pytorchs() {
        use DType as D;
        let rows = [
            (D::BOOL, D::U8, Some(D::U8)),
            (D::BOOL, D::F16, Some(D::F16)),
            (D::U8, D::I8, Some(D::I16)),
            (D::U8, D::I64, Some(D::I64)),
            (D::I16, D::I32, Some(D::I32)),
            (D::I64, D::F16, Some(D::F16)),
            (D::F16, D::BF16, Some(D::F32)),
            (D::F16, D::F32, Some(D::F32)),
            (D::BF16, D::F64, Some(D::F64)),
            (D::I64, D::C32, Some(D::C32)),
            (D::F16, D::C32, Some(D::C32)),
            (D::BF16, D::C32, Some(D::C64)),
            (D::F64, D::C64, Some(D::C128)),
            (D::F32, D::C64, Some(D::C64)),
            (D::C32, D::C128, Some(D::C128)),
            (D::U16, D::U16, Some(D::U16)),
            (D::U16, D::F16, Some(D::F16)),
            (D::U64, D::C64, None),
            (D::U16, D::I64, None),
            (D::U16, D::U32, None),
            (D::BOOL, D::U64, None),
            (D::F8_E5M2, D::F8_E5M2, Some(D::F8_E5M2)),
            (D::F8_E5M2, D::F32, None),
            (D::F4_E2M1FN, D::F4_E2M1FN, Some(D::F4_E2M1FN)),
        ];
        for (a, b, want) in rows {
            assert_eq!(promote(a, b).ok(), want, "{a} and {b}");
            assert_eq!(promote(b, a).ok(), want, "{b} and {a}");
        }
    }
    /// What `torch.result_type` says of a tensor with axes and one without.
    #[test]
    fn a_tensor_without_axes_gives_way() {
        use DType as D;
        let rows = [
            (D::F32, D::F64, D::F32),
            (D::F16, D::I64, D::F16),
            (D::I8, D::I64, D::I8),
            (D::I64, D::BOOL, D::I64),
            (D::BOOL, D::U8, D::U8),
            (D::I64, D::F64, D::F64),
            (D::F32, D::C128, D::C64),
            (D::F64, D::C64, D::C128),
            (D::BF16, D::C64, D::C64),
            (D::C64, D::F64, D::C64),
            (D::C64, D::C128, D::C64),
            (D::F8_E5M2, D::F32, D::F8_E5M2),
        ];
        for (axes, without, want) in rows {
            assert_eq!(yielding(axes, without).ok(), Some(want), "{axes} and one {without}");
        }
    }
}
