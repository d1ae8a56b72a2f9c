//! The 16-bit floats to `float32` and back, rounded to nearest even; every NaN becomes a quiet one.

use super::complex::{Complex, Real};
use super::floats::{Narrow as NarrowDouble, Widen as WidenSingle};
use super::{Loop, Step, Then, compiled, fused};
use crate::convert::isa::Isa;
use crate::model::dtype::DType;
use half::f16;

pub(super) fn between(from: DType, to: DType, isa: Isa) -> Option<Loop> {
    Some(match (from, to) {
        (DType::BF16, DType::F32) => compiled::<WidenBrain>(isa),
        (DType::F32, DType::BF16) => compiled::<NarrowBrain>(isa),
        (DType::F16, DType::F32) => widen(isa),
        (DType::F32, DType::F16) => narrow(isa),
        (DType::BF16, DType::F64) => return fused::<WidenTwice>(isa),
        (DType::BF16, DType::C64) => return fused::<Then<WidenBrain, Complex<f32>>>(isa),
        (DType::C64, DType::BF16) => return fused::<Then<Real<f32>, NarrowBrain>>(isa),
        (DType::BF16, DType::C128) => return fused::<Then<WidenTwice, Complex<f64>>>(isa),
        (DType::C128, DType::BF16) => return fused::<Then<Real<f64>, NarrowTwice>>(isa),
        #[cfg(target_arch = "x86_64")]
        (DType::F64, DType::F16) if isa == Isa::Avx512 => x86::narrow_wide_avx512,
        #[cfg(target_arch = "x86_64")]
        (DType::U8, DType::F16) if isa == Isa::Avx512 => x86::narrow_bytes_avx512,
        _ => return None,
    })
}

/// `bfloat16` to `float32`.
pub(super) struct WidenBrain;
/// And back.
pub(super) struct NarrowBrain;

impl Step for WidenBrain {
    type From = u16;
    type To = f32;

    #[inline(always)]
    fn cast(from: u16) -> f32 {
        let bits = u32::from(from) << 16;
        let quiet = bits | 0x40_0000;
        f32::from_bits(if bits & 0x7fff_ffff > 0x7f80_0000 { quiet } else { bits })
    }
}

impl Step for NarrowBrain {
    type From = f32;
    type To = u16;

    #[inline(always)]
    fn cast(from: f32) -> u16 {
        let bits = from.to_bits();
        let rounded = bits.wrapping_add(0x7fff + (bits >> 16 & 1)) >> 16;
        let quiet = bits >> 16 | 0x40;
        (if bits & 0x7fff_ffff > 0x7f80_0000 { quiet } else { rounded }) as u16
    }
}

/// `bfloat16` to `float64`.
type WidenTwice = Then<WidenBrain, WidenSingle>;
/// And back, rounded at each step.
type NarrowTwice = Then<NarrowDouble, NarrowBrain>;

/// Where the processor has no half floats.
struct Widen;
struct Narrow;

impl Step for Widen {
    type From = u16;
    type To = f32;

    #[inline(always)]
    fn cast(from: u16) -> f32 {
        f16::from_bits(from).to_f32()
    }
}

impl Step for Narrow {
    type From = f32;
    type To = u16;

    #[inline(always)]
    fn cast(from: f32) -> u16 {
        f16::from_f32(from).to_bits()
    }
}

#[cfg(not(target_arch = "x86_64"))]
fn widen(isa: Isa) -> Loop {
    compiled::<Widen>(isa)
}

#[cfg(not(target_arch = "x86_64"))]
fn narrow(isa: Isa) -> Loop {
    compiled::<Narrow>(isa)
}

#[cfg(target_arch = "x86_64")]
fn widen(isa: Isa) -> Loop {
    match isa {
        Isa::Portable => compiled::<Widen>(isa),
        Isa::Avx2 => x86::widen_avx2,
        Isa::Avx512 => x86::widen_avx512,
    }
}

#[cfg(target_arch = "x86_64")]
fn narrow(isa: Isa) -> Loop {
    match isa {
        Isa::Portable => compiled::<Narrow>(isa),
        Isa::Avx2 => x86::narrow_avx2,
        Isa::Avx512 => x86::narrow_avx512,
    }
}

/// The hardware's own conversions, which the compiler does not find by itself.
#[cfg(target_arch = "x86_64")]
pub(super) mod x86 {
    use super::super::vectors::vectors;
    use std::arch::x86_64::*;

    const NEAREST_EVEN: i32 = _MM_FROUND_TO_NEAREST_INT;

    vectors!(widen_avx2, "avx2,f16c", 8, 2 => 4, widen_8);
    vectors!(narrow_avx2, "avx2,f16c", 8, 4 => 2, narrow_8);
    vectors!(widen_avx512, "avx512f", 16, 2 => 4, widen_16);
    vectors!(narrow_avx512, "avx512f", 16, 4 => 2, narrow_16);
    vectors!(narrow_bytes_avx512, "avx512f", 16, 1 => 2, narrow_bytes_16);
    vectors!(narrow_wide_avx512, "avx512f,avx512vl", 8, 8 => 2, narrow_wide_8);

    /// # Safety
    /// 8 numbers can be read.
    #[inline]
    #[target_feature(enable = "avx2,f16c")]
    unsafe fn widen_8(from: *const u8) -> __m256 {
        // SAFETY: by this function's contract.
        _mm256_cvtph_ps(unsafe { _mm_loadu_si128(from.cast()) })
    }

    /// # Safety
    /// 8 numbers can be read.
    #[inline]
    #[target_feature(enable = "avx2,f16c")]
    unsafe fn narrow_8(from: *const u8) -> __m128i {
        // SAFETY: by this function's contract.
        _mm256_cvtps_ph::<NEAREST_EVEN>(unsafe { _mm256_loadu_ps(from.cast()) })
    }

    /// # Safety
    /// 16 numbers can be read.
    #[inline]
    #[target_feature(enable = "avx512f")]
    pub(in super::super) unsafe fn widen_16(from: *const u8) -> __m512 {
        // SAFETY: by this function's contract.
        _mm512_cvtph_ps(unsafe { _mm256_loadu_si256(from.cast()) })
    }

    /// # Safety
    /// 16 numbers can be read.
    #[inline]
    #[target_feature(enable = "avx512f")]
    pub(in super::super) unsafe fn narrow_16(from: *const u8) -> __m256i {
        // SAFETY: by this function's contract.
        _mm512_cvtps_ph::<NEAREST_EVEN>(unsafe { _mm512_loadu_ps(from.cast()) })
    }

    /// By way of `float32`; bytes are exact in both.
    ///
    /// # Safety
    /// 16 numbers can be read.
    #[inline]
    #[target_feature(enable = "avx512f")]
    pub(in super::super) unsafe fn narrow_bytes_16(from: *const u8) -> __m256i {
        // SAFETY: by this function's contract.
        let bytes = unsafe { _mm_loadu_si128(from.cast()) };
        let floats = _mm512_cvtepi32_ps(_mm512_cvtepu8_epi32(bytes));
        _mm512_cvtps_ph::<NEAREST_EVEN>(floats)
    }

    /// By way of `float32`, rounded at each step.
    ///
    /// # Safety
    /// 8 numbers can be read.
    #[inline]
    #[target_feature(enable = "avx512f,avx512vl")]
    unsafe fn narrow_wide_8(from: *const u8) -> __m128i {
        // SAFETY: by this function's contract.
        let doubles = unsafe { _mm512_loadu_pd(from.cast()) };
        _mm256_cvtps_ph::<NEAREST_EVEN>(_mm512_cvtpd_ps(doubles))
    }
}
