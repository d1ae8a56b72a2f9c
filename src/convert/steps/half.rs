//! The 16-bit floats to `float32` and back, rounded to nearest even; every NaN becomes a quiet one.

use super::complex::{Complex, Real};
use super::floats::Widen as WidenSingle;
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
        (DType::BF16, DType::F64) => return fused::<Then<WidenBrain, WidenSingle>>(isa),
        (DType::BF16, DType::C64) => return fused::<Then<WidenBrain, Complex<f32>>>(isa),
        (DType::C64, DType::BF16) => return fused::<Then<Real<f32>, NarrowBrain>>(isa),
        #[cfg(target_arch = "x86_64")]
        (DType::F64, DType::F16) if isa == Isa::Avx512 => x86::narrow_wide_avx512,
        _ => return None,
    })
}

/// `bfloat16` to `float32`.
struct WidenBrain;
/// The same for a next step to which one NaN is like another.
pub(super) struct ShiftBrain;
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

impl Step for ShiftBrain {
    type From = u16;
    type To = f32;

    #[inline(always)]
    fn cast(from: u16) -> f32 {
        f32::from_bits(u32::from(from) << 16)
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
mod x86 {
    use std::arch::x86_64::*;

    const NEAREST_EVEN: i32 = _MM_FROUND_TO_NEAREST_INT;

    /// Goes through `len` numbers of `$from` bytes, which become `$to` bytes, `$lanes` at a time;
    /// the rest goes through a buffer on the stack.
    macro_rules! vectors {
        ($name:ident, $features:literal, $lanes:literal, $from:literal => $to:literal, $vector:ident) => {
            /// # Safety
            /// As for every `Loop`, on a processor with these instructions.
            #[target_feature(enable = $features)]
            pub(super) unsafe fn $name(from: *const u8, to: *mut u8, len: usize) {
                let whole = len / $lanes * $lanes;
                for done in (0..whole).step_by($lanes) {
                    let (from, to) = (from.wrapping_add(done * $from), to.wrapping_add(done * $to));
                    // SAFETY: so many numbers are left on either side.
                    unsafe { $vector(from, to) };
                }
                let rest = len - whole;
                let (mut old, mut new) = ([0u8; $lanes * $from], [0u8; $lanes * $to]);
                let (from, to) = (from.wrapping_add(whole * $from), to.wrapping_add(whole * $to));
                // SAFETY: the rest can be read, and is fewer numbers than the buffer holds.
                unsafe { from.copy_to_nonoverlapping(old.as_mut_ptr(), rest * $from) };
                // SAFETY: both buffers hold a vector.
                unsafe { $vector(old.as_ptr(), new.as_mut_ptr()) };
                // SAFETY: the rest can be written, and the buffer holds it.
                unsafe { to.copy_from_nonoverlapping(new.as_ptr(), rest * $to) };
            }
        };
    }

    vectors!(widen_avx2, "avx2,f16c", 8, 2 => 4, widen_8);
    vectors!(narrow_avx2, "avx2,f16c", 8, 4 => 2, narrow_8);
    vectors!(widen_avx512, "avx512f", 16, 2 => 4, widen_16);
    vectors!(narrow_avx512, "avx512f", 16, 4 => 2, narrow_16);
    vectors!(narrow_wide_avx512, "avx512f,avx512vl", 8, 8 => 2, narrow_wide_8);

    /// # Safety
    /// 8 numbers can be read and written.
    #[inline]
    #[target_feature(enable = "avx2,f16c")]
    unsafe fn widen_8(from: *const u8, to: *mut u8) {
        // SAFETY: by this function's contract.
        let halves = unsafe { _mm_loadu_si128(from.cast()) };
        let floats = _mm256_cvtph_ps(halves);
        // SAFETY: as above.
        unsafe { _mm256_storeu_ps(to.cast(), floats) };
    }

    /// # Safety
    /// 8 numbers can be read and written.
    #[inline]
    #[target_feature(enable = "avx2,f16c")]
    unsafe fn narrow_8(from: *const u8, to: *mut u8) {
        // SAFETY: by this function's contract.
        let floats = unsafe { _mm256_loadu_ps(from.cast()) };
        let halves = _mm256_cvtps_ph::<NEAREST_EVEN>(floats);
        // SAFETY: as above.
        unsafe { _mm_storeu_si128(to.cast(), halves) };
    }

    /// # Safety
    /// 16 numbers can be read and written.
    #[inline]
    #[target_feature(enable = "avx512f")]
    unsafe fn widen_16(from: *const u8, to: *mut u8) {
        // SAFETY: by this function's contract.
        let halves = unsafe { _mm256_loadu_si256(from.cast()) };
        let floats = _mm512_cvtph_ps(halves);
        // SAFETY: as above.
        unsafe { _mm512_storeu_ps(to.cast(), floats) };
    }

    /// # Safety
    /// 16 numbers can be read and written.
    #[inline]
    #[target_feature(enable = "avx512f")]
    unsafe fn narrow_16(from: *const u8, to: *mut u8) {
        // SAFETY: by this function's contract.
        let floats = unsafe { _mm512_loadu_ps(from.cast()) };
        let halves = _mm512_cvtps_ph::<NEAREST_EVEN>(floats);
        // SAFETY: as above.
        unsafe { _mm256_storeu_si256(to.cast(), halves) };
    }
    /// By way of `float32`, rounded at each step.
    ///
    /// # Safety
    /// 8 numbers can be read and written.
    #[inline]
    #[target_feature(enable = "avx512f,avx512vl")]
    unsafe fn narrow_wide_8(from: *const u8, to: *mut u8) {
        // SAFETY: by this function's contract.
        let doubles = unsafe { _mm512_loadu_pd(from.cast()) };
        let halves = _mm256_cvtps_ph::<NEAREST_EVEN>(_mm512_cvtpd_ps(doubles));
        // SAFETY: as above.
        unsafe { _mm_storeu_si128(to.cast(), halves) };
    }
}
