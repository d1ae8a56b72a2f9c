//! Between integers, and from them to floats: the low bits, or the nearest number.

use super::complex::Complex;
use super::half::NarrowBrain;
use super::{Loop, Same, Step, Then, compiled};
use crate::convert::isa::Isa;
use crate::model::dtype::DType;
use std::marker::PhantomData;

/// What `as` does.
struct As<A, B>(PhantomData<(A, B)>);

macro_rules! casts {
    ($($from:ty => $($to:ty)*;)*) => {$($(
        impl Step for As<$from, $to> {
            type From = $from;
            type To = $to;

            #[inline(always)]
            fn cast(from: $from) -> $to {
                from as $to
            }
        }
    )*)*};
}

casts! {
    u8 => u16 u32 u64 f32 f64;
    i8 => u16 u32 u64 f32 f64;
    u16 => u8 u32 u64 f32 f64;
    i16 => u32 u64 f32 f64;
    u32 => u8 u16 u64 f32 f64;
    i32 => u64 f32 f64;
    u64 => u8 u16 u32 f32 f64;
    i64 => f32 f64;
}

pub(super) fn between(from: DType, to: DType, isa: Isa) -> Option<Loop> {
    match to {
        DType::F32 | DType::F64 | DType::BF16 | DType::C64 => to_float(from, to, isa),
        // Into as many bits or fewer, a sign makes no difference; of the result it never does.
        _ => to_integer(if to.bits > from.bits { from } else { unsigned(from) }, unsigned(to), isa),
    }
}

/// The integer dtype whose elements have the same bits, but for the sign; other dtypes as they are.
pub(super) fn unsigned(dtype: DType) -> DType {
    match dtype {
        DType::I8 => DType::U8,
        DType::I16 => DType::U16,
        DType::I32 => DType::U32,
        DType::I64 => DType::U64,
        _ => dtype,
    }
}

fn to_integer(from: DType, to: DType, isa: Isa) -> Option<Loop> {
    Some(match (from, to) {
        (DType::U8, DType::U16) => compiled::<As<u8, u16>>(isa),
        (DType::U8, DType::U32) => compiled::<As<u8, u32>>(isa),
        (DType::U8, DType::U64) => compiled::<As<u8, u64>>(isa),
        (DType::I8, DType::U16) => compiled::<As<i8, u16>>(isa),
        (DType::I8, DType::U32) => compiled::<As<i8, u32>>(isa),
        (DType::I8, DType::U64) => compiled::<As<i8, u64>>(isa),
        (DType::U16, DType::U8) => compiled::<As<u16, u8>>(isa),
        (DType::U16, DType::U32) => compiled::<As<u16, u32>>(isa),
        (DType::U16, DType::U64) => compiled::<As<u16, u64>>(isa),
        (DType::I16, DType::U32) => compiled::<As<i16, u32>>(isa),
        (DType::I16, DType::U64) => compiled::<As<i16, u64>>(isa),
        (DType::U32, DType::U8) => compiled::<As<u32, u8>>(isa),
        (DType::U32, DType::U16) => compiled::<As<u32, u16>>(isa),
        (DType::U32, DType::U64) => compiled::<As<u32, u64>>(isa),
        (DType::I32, DType::U64) => compiled::<As<i32, u64>>(isa),
        (DType::U64, DType::U8) => compiled::<As<u64, u8>>(isa),
        (DType::U64, DType::U16) => compiled::<As<u64, u16>>(isa),
        (DType::U64, DType::U32) => compiled::<As<u64, u32>>(isa),
        _ => return None,
    })
}

/// The loop for what a step makes of each integer dtype's nearest float.
macro_rules! nearest {
    ($from:expr, $isa:expr, $float:ty, $then:ty) => {
        match $from {
            DType::U8 => compiled::<Then<As<u8, $float>, $then>>($isa),
            DType::I8 => compiled::<Then<As<i8, $float>, $then>>($isa),
            DType::U16 => compiled::<Then<As<u16, $float>, $then>>($isa),
            DType::I16 => compiled::<Then<As<i16, $float>, $then>>($isa),
            DType::U32 => compiled::<Then<As<u32, $float>, $then>>($isa),
            DType::I32 => compiled::<Then<As<i32, $float>, $then>>($isa),
            DType::U64 => compiled::<Then<As<u64, $float>, $then>>($isa),
            DType::I64 => compiled::<Then<As<i64, $float>, $then>>($isa),
            _ => return None,
        }
    };
}

fn to_float(from: DType, to: DType, isa: Isa) -> Option<Loop> {
    Some(match to {
        DType::F32 => nearest!(from, isa, f32, Same<f32>),
        DType::F64 => nearest!(from, isa, f64, Same<f64>),
        DType::BF16 => nearest!(from, isa, f32, NarrowBrain),
        DType::C64 => nearest!(from, isa, f32, Complex<f32>),
        _ => return None,
    })
}
