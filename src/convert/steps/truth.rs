//! To `bool` and from it: any byte but zero is true, and NaN is not zero.

use super::{Loop, Step, compiled};
use crate::convert::isa::Isa;
use crate::model::dtype::DType;
use std::marker::PhantomData;

/// A number to `bool`.
struct Truth<N>(PhantomData<N>);
/// `bool` to a number.
pub(super) struct Number<N>(PhantomData<N>);

macro_rules! truths {
    ($($number:ty)*) => {$(
        impl Step for Truth<$number> {
            type From = $number;
            type To = u8;

            #[inline(always)]
            fn cast(from: $number) -> u8 {
                u8::from(from != 0 as $number)
            }
        }

        impl Step for Number<$number> {
            type From = u8;
            type To = $number;

            #[inline(always)]
            fn cast(from: u8) -> $number {
                u8::from(from != 0) as $number
            }
        }

        impl Step for Truth<[$number; 2]> {
            type From = [$number; 2];
            type To = u8;

            #[inline(always)]
            fn cast([re, im]: [$number; 2]) -> u8 {
                u8::from(re != 0 as $number || im != 0 as $number)
            }
        }
    )*};
}

truths! { u8 u16 u32 u64 f32 f64 }

pub(super) fn between(from: DType, to: DType, isa: Isa) -> Option<Loop> {
    Some(match (from, to) {
        (DType::U8 | DType::I8, DType::BOOL) => compiled::<Truth<u8>>(isa),
        (DType::U16 | DType::I16, DType::BOOL) => compiled::<Truth<u16>>(isa),
        (DType::U32 | DType::I32, DType::BOOL) => compiled::<Truth<u32>>(isa),
        (DType::U64 | DType::I64, DType::BOOL) => compiled::<Truth<u64>>(isa),
        (DType::F32, DType::BOOL) => compiled::<Truth<f32>>(isa),
        (DType::F64, DType::BOOL) => compiled::<Truth<f64>>(isa),
        (DType::C64, DType::BOOL) => compiled::<Truth<[f32; 2]>>(isa),
        (DType::C128, DType::BOOL) => compiled::<Truth<[f64; 2]>>(isa),
        (DType::BOOL, DType::U8 | DType::I8) => compiled::<Number<u8>>(isa),
        (DType::BOOL, DType::U16 | DType::I16) => compiled::<Number<u16>>(isa),
        (DType::BOOL, DType::U32 | DType::I32) => compiled::<Number<u32>>(isa),
        (DType::BOOL, DType::U64 | DType::I64) => compiled::<Number<u64>>(isa),
        (DType::BOOL, DType::F32) => compiled::<Number<f32>>(isa),
        (DType::BOOL, DType::F64) => compiled::<Number<f64>>(isa),
        _ => return None,
    })
}
