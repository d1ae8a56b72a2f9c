//! Steps whose results are stored past the cache from the registers they are made in.
//!
//! A block of memory between the two costs up to a third of the speed. That is worth a second loop for
//! the pairs that are common, on processors whose vectors are lines of the cache.

use super::floats::{Narrow, Widen};
use super::half::x86::{narrow_16, narrow_bytes_16, widen_16};
use super::half::{NarrowBrain, WidenBrain};
use super::integers::As;
use super::round::Whole64;
use super::round::x86::truncate_16;
use super::truth::Number;
use super::{Loop, Step, avx512};
use crate::convert::stream::LINE;
use crate::model::dtype::DType;
use std::arch::x86_64::*;

/// The loop that leads from one dtype to another, with 512-bit vectors. Beyond what every [`Loop`] asks for,
/// results have to be whole lines of the cache; others see them after
/// [`stream::finish`](crate::convert::stream::finish).
pub(super) fn between(from: DType, to: DType) -> Option<Loop> {
    Some(match (from, to) {
        (DType::F32, DType::F64) => steps::<Widen>,
        (DType::F64, DType::F32) => steps::<Narrow>,
        (DType::F32, DType::F16) => narrow,
        (DType::F16, DType::F32) => widen,
        (DType::F32, DType::BF16) => steps::<NarrowBrain>,
        (DType::BF16, DType::F32) => steps::<WidenBrain>,
        (DType::F32, DType::I64) => steps::<Whole64<f32>>,
        (DType::I64, DType::F32) => steps::<As<i64, f32>>,
        (DType::F32, DType::I32) => truncate,
        (DType::I32, DType::F32) => steps::<As<i32, f32>>,
        (DType::U8, DType::F32) => steps::<As<u8, f32>>,
        (DType::BOOL, DType::F32) => steps::<Number<f32>>,
        (DType::U8, DType::F16) => narrow_bytes,
        _ => return None,
    })
}

/// A loop over lines of results, `$lanes` numbers each, which `$line` makes of numbers of `$size` bytes.
macro_rules! lines {
    ($name:ident $(<$step:ident>)?, $lanes:expr, $size:expr, $line:expr) => {
        /// # Safety
        /// As for every [`Loop`]; the results are whole lines, and the processor has the instructions.
        #[target_feature(enable = "avx2,f16c,avx512f,avx512bw,avx512dq,avx512vl")]
        unsafe fn $name$(<$step: Step>)?(from: *const u8, to: *mut u8, len: usize) {
            for line in 0..len / $lanes {
                // SAFETY: so many numbers are left to be read.
                let results = unsafe { $line(from.wrapping_add(line * $lanes * $size)) };
                // SAFETY: a whole line that is left to be written.
                unsafe { _mm512_stream_si512(to.wrapping_add(line * LINE).cast(), results) };
            }
        }
    };
}

lines!(steps<S>, LINE / size_of::<S::To>(), size_of::<S::From>(), line_of_steps::<S>);
lines!(truncate, 16, 4, truncate_16);
lines!(widen, 16, 2, line_of_singles);
lines!(narrow, 32, 4, line_of_halves);
lines!(narrow_bytes, 32, 1, line_of_halves_of_bytes);

/// # Safety
/// As many numbers can be read as fill a line with results.
#[inline]
#[target_feature(enable = "avx2,f16c,avx512f,avx512bw,avx512dq,avx512vl")]
unsafe fn line_of_steps<S: Step>(from: *const u8) -> __m512i {
    let mut line = _mm512_setzero_si512();
    // SAFETY: by this function's contract.
    unsafe { avx512::run::<S>(from, (&raw mut line).cast(), LINE / size_of::<S::To>()) };
    line
}

/// # Safety
/// 16 numbers can be read.
#[inline]
#[target_feature(enable = "avx512f")]
unsafe fn line_of_singles(from: *const u8) -> __m512i {
    // SAFETY: by this function's contract.
    _mm512_castps_si512(unsafe { widen_16(from) })
}

/// # Safety
/// 32 numbers can be read.
#[inline]
#[target_feature(enable = "avx512f")]
unsafe fn line_of_halves(from: *const u8) -> __m512i {
    // SAFETY: by this function's contract.
    let low = unsafe { narrow_16(from) };
    // SAFETY: as above.
    both(low, unsafe { narrow_16(from.wrapping_add(16 * size_of::<f32>())) })
}

/// # Safety
/// 32 numbers can be read.
#[inline]
#[target_feature(enable = "avx512f")]
unsafe fn line_of_halves_of_bytes(from: *const u8) -> __m512i {
    // SAFETY: by this function's contract.
    let low = unsafe { narrow_bytes_16(from) };
    // SAFETY: as above.
    both(low, unsafe { narrow_bytes_16(from.wrapping_add(16)) })
}

#[inline]
#[target_feature(enable = "avx512f")]
fn both(low: __m256i, high: __m256i) -> __m512i {
    _mm512_inserti64x4::<1>(_mm512_castsi256_si512(low), high)
}
