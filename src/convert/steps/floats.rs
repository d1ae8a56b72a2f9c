//! Between `float32` and `float64`, rounded to nearest even.

use super::{Loop, Step, compiled};
use crate::convert::isa::Isa;
use crate::model::dtype::DType;

/// `float32` to `float64`.
pub(super) struct Widen;
/// And back.
pub(super) struct Narrow;

impl Step for Widen {
    type From = f32;
    type To = f64;

    #[inline(always)]
    fn cast(from: f32) -> f64 {
        f64::from(from)
    }
}

impl Step for Narrow {
    type From = f64;
    type To = f32;

    #[inline(always)]
    fn cast(from: f64) -> f32 {
        from as f32
    }
}

pub(super) fn between(from: DType, to: DType, isa: Isa) -> Option<Loop> {
    Some(match (from, to) {
        (DType::F32, DType::F64) => compiled::<Widen>(isa),
        (DType::F64, DType::F32) => compiled::<Narrow>(isa),
        _ => return None,
    })
}
