//! Between integers, and from them to floats: the low bits, or the nearest number.

use super::complex::Complex;
use super::half::NarrowBrain;
use super::{Loop, Step, Then, compiled, fused};
use crate::convert::isa::Isa;
use crate::model::dtype::DType;
use std::marker::PhantomData;

/// What `as` does.
pub(super) struct As<A, B>(PhantomData<(A, B)>);

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
        DType::F32 | DType::F64 | DType::BF16 | DType::C64 | DType::C128 => to_float(from, to, isa),
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

/// A loop made with the step from an integer dtype to a float, which goes by the name given.
macro_rules! nearest {
    ($from:expr, $float:ty, |$step:ident| $loop:expr) => {
        match $from {
            DType::U8 => {
                type $step = As<u8, $float>;
                $loop
            }
            DType::I8 => {
                type $step = As<i8, $float>;
                $loop
            }
            DType::U16 => {
                type $step = As<u16, $float>;
                $loop
            }
            DType::I16 => {
                type $step = As<i16, $float>;
                $loop
            }
            DType::U32 => {
                type $step = As<u32, $float>;
                $loop
            }
            DType::I32 => {
                type $step = As<i32, $float>;
                $loop
            }
            DType::U64 => {
                type $step = As<u64, $float>;
                $loop
            }
            DType::I64 => {
                type $step = As<i64, $float>;
                $loop
            }
            _ => None,
        }
    };
}

fn to_float(from: DType, to: DType, isa: Isa) -> Option<Loop> {
    match to {
        DType::F32 => nearest!(from, f32, |Nearest| Some(compiled::<Nearest>(isa))),
        DType::F64 => nearest!(from, f64, |Nearest| Some(compiled::<Nearest>(isa))),
        DType::BF16 => nearest!(from, f32, |Nearest| fused::<Then<Nearest, NarrowBrain>>(isa)),
        DType::C64 => nearest!(from, f32, |Nearest| fused::<Then<Nearest, Complex<f32>>>(isa)),
        DType::C128 => nearest!(from, f64, |Nearest| fused::<Then<Nearest, Complex<f64>>>(isa)),
        _ => None,
    }
}
