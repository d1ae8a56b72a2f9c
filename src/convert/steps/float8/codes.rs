//! Values of 8-bit codes, looked up in a table that fits the vector registers.

use super::Float8;
use half::f16;
use std::arch::x86_64::*;
use std::marker::PhantomData;

/// Codes in a vector.
const CODES: usize = 32;

/// Elements of 4 bytes in a vector.
const HALF: usize = CODES / 2;

/// The values of all codes of a format, as bits.
struct Entries<F>(PhantomData<F>);

impl<F: Float8> Entries<F> {
    /// As `bfloat16`, in which each is exact.
    const BRAIN: [u16; 256] = {
        let (mut entries, mut code) = ([0; 256], 0);
        while code < entries.len() {
            entries[code] = (F::VALUES[code].to_bits() >> 16) as u16;
            code += 1;
        }
        entries
    };

    /// As `float16`.
    const HALF: [u16; 256] = {
        let (mut entries, mut code) = ([0; 256], 0);
        while code < entries.len() {
            entries[code] = f16::from_f32_const(F::VALUES[code]).to_bits();
            code += 1;
        }
        entries
    };
}

/// The loop to `bfloat16`.
///
/// # Safety
/// As for every `Loop`, on a processor with AVX-512.
pub(super) unsafe fn to_brain<F: Float8>(from: *const u8, to: *mut u8, len: usize) {
    // SAFETY: passed on from this function's contract.
    unsafe { as_they_are(from, to, len, &Entries::<F>::BRAIN) }
}

/// The loop to `float16`.
///
/// # Safety
/// As for every `Loop`, on a processor with AVX-512.
pub(super) unsafe fn to_half<F: Float8>(from: *const u8, to: *mut u8, len: usize) {
    // SAFETY: passed on from this function's contract.
    unsafe { as_they_are(from, to, len, &Entries::<F>::HALF) }
}

/// The loop to `float32`, whose high half is the element of `bfloat16`.
///
/// # Safety
/// As for every `Loop`, on a processor with AVX-512.
pub(super) unsafe fn to_single<F: Float8>(from: *const u8, to: *mut u8, len: usize) {
    // SAFETY: passed on from this function's contract.
    unsafe { widened(from, to, len, &Entries::<F>::BRAIN) }
}

/// A loop over vectors of codes; `$put` writes the entries that the mask has a bit for.
macro_rules! look_up {
    ($name:ident, $size:literal, $put:ident) => {
        /// # Safety
        /// As for every `Loop`, on a processor with these instructions.
        #[target_feature(enable = "avx512f,avx512bw,avx512vl")]
        unsafe fn $name(from: *const u8, to: *mut u8, len: usize, entries: &[u16; 256]) {
            let table = [0, 1, 2, 3, 4, 5, 6, 7].map(|place| {
                // SAFETY: the table is as long as eight vectors.
                unsafe { _mm512_loadu_si512(entries.as_ptr().wrapping_add(place * CODES).cast()) }
            });
            let vector = |done: usize, mask: u32| {
                let at = from.wrapping_add(done).cast();
                // SAFETY: the codes that the mask has bits for, of those that the caller vouches for.
                let codes = unsafe { _mm256_maskz_loadu_epi8(mask, at) };
                // SAFETY: as many elements.
                unsafe { $put(to.wrapping_add(done * $size), mask, of_codes(table, codes)) };
            };
            // The compiler sees that all of a vector is stored: a masked store would keep who reads the
            // elements next waiting until it is in the cache.
            let whole = len / CODES * CODES;
            for done in (0..whole).step_by(CODES) {
                vector(done, u32::MAX);
            }
            if whole < len {
                vector(whole, (1 << (len - whole)) - 1);
            }
        }
    };
}

look_up!(as_they_are, 2, put);
look_up!(widened, 4, put_widened);

/// The entry of the table for each code.
#[inline]
#[target_feature(enable = "avx512f,avx512bw")]
fn of_codes(table: [__m512i; 8], codes: __m256i) -> __m512i {
    let codes = _mm512_cvtepu8_epi16(codes);
    // The low bits choose among two vectors; the highest two, among the four pairs.
    let [bit_6, bit_7] =
        [1 << 6, 1 << 7].map(|bit| _mm512_test_epi16_mask(codes, _mm512_set1_epi16(bit)));
    let pair =
        |place: usize| _mm512_permutex2var_epi16(table[2 * place], codes, table[2 * place + 1]);
    let low = _mm512_mask_blend_epi16(bit_6, pair(0), pair(1));
    let high = _mm512_mask_blend_epi16(bit_6, pair(2), pair(3));
    _mm512_mask_blend_epi16(bit_7, low, high)
}

/// # Safety
/// As many elements as the mask has bits can be written.
#[inline]
#[target_feature(enable = "avx512f,avx512bw")]
unsafe fn put(to: *mut u8, mask: u32, values: __m512i) {
    // SAFETY: by this function's contract.
    unsafe { _mm512_mask_storeu_epi16(to.cast(), mask, values) };
}

/// # Safety
/// As for [`put`].
#[inline]
#[target_feature(enable = "avx512f,avx512bw")]
unsafe fn put_widened(to: *mut u8, mask: u32, values: __m512i) {
    let halves = [_mm512_castsi512_si256(values), _mm512_extracti64x4_epi64::<1>(values)];
    let [low, high] = halves.map(|half| _mm512_slli_epi32::<16>(_mm512_cvtepu16_epi32(half)));
    // SAFETY: by this function's contract.
    unsafe { _mm512_mask_storeu_epi32(to.cast(), mask as u16, low) };
    let behind = to.wrapping_add(HALF * size_of::<f32>()).cast();
    // SAFETY: as above, the mask's high half being for the vector's.
    unsafe { _mm512_mask_storeu_epi32(behind, (mask >> HALF) as u16, high) };
}
