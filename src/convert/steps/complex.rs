//! Between a real part and a complex number of the same precision. The imaginary part is dropped,
//! or zero, as in PyTorch.

use super::truth::Number;
use super::{Loop, Step, Then, compiled, floats, fused};
use crate::convert::isa::Isa;
use crate::model::dtype::DType;
use std::marker::PhantomData;

/// The real part.
pub(super) struct Real<P>(PhantomData<P>);
/// The number with this real part.
pub(super) struct Complex<P>(PhantomData<P>);

macro_rules! parts {
    ($($part:ty)*) => {$(
        impl Step for Real<$part> {
            type From = [$part; 2];
            type To = $part;

            #[inline(always)]
            fn cast([re, _]: [$part; 2]) -> $part {
                re
            }
        }

        impl Step for Complex<$part> {
            type From = $part;
            type To = [$part; 2];

            #[inline(always)]
            fn cast(from: $part) -> [$part; 2] {
                [from, 0 as $part]
            }
        }
    )*};
}

parts! { u16 f32 f64 }

pub(super) fn between(from: DType, to: DType, isa: Isa) -> Option<Loop> {
    Some(match (from, to) {
        // A half float is moved as its bits.
        (DType::C32, DType::F16) => compiled::<Real<u16>>(isa),
        (DType::C64, DType::F32) => compiled::<Real<f32>>(isa),
        (DType::C128, DType::F64) => compiled::<Real<f64>>(isa),
        (DType::F16, DType::C32) => compiled::<Complex<u16>>(isa),
        (DType::F32, DType::C64) => compiled::<Complex<f32>>(isa),
        (DType::F64, DType::C128) => compiled::<Complex<f64>>(isa),
        (DType::C128, DType::F32) => return fused::<Then<Real<f64>, floats::Narrow>>(isa),
        (DType::C64, DType::F64) => return fused::<Then<Real<f32>, floats::Widen>>(isa),
        (DType::F64, DType::C64) => return fused::<Then<floats::Narrow, Complex<f32>>>(isa),
        (DType::F32, DType::C128) => return fused::<Then<floats::Widen, Complex<f64>>>(isa),
        (DType::BOOL, DType::C64) => return fused::<Then<Number<f32>, Complex<f32>>>(isa),
        (DType::BOOL, DType::C128) => return fused::<Then<Number<f64>, Complex<f64>>>(isa),
        _ => return None,
    })
}
