//! Elements side by side, from the last to the first.

use super::isa::Isa;
use super::steps::Unaligned;
use std::mem::MaybeUninit;

/// Copies `len` elements of `N` bytes, of which `from` is the last, to places from `to` on.
///
/// # Safety
/// So many elements up to `from` can be read and so many from `to` on be written, and none overlap.
/// The processor has the instructions of `isa`.
pub(super) unsafe fn run<const N: usize>(from: *const u8, to: *mut u8, len: usize, isa: Isa) {
    let Some(before) = len.checked_sub(1) else { return };
    let first = from.cast::<Unaligned<[u8; N]>>().wrapping_sub(before);
    // SAFETY: by this function's contract; nothing needs alignment.
    let source = unsafe { std::slice::from_raw_parts(first, len) };
    let target = to.cast::<MaybeUninit<Unaligned<[u8; N]>>>();
    // SAFETY: as above.
    let target = unsafe { std::slice::from_raw_parts_mut(target, len) };
    match isa {
        Isa::Portable => portable(source, target),
        // One loop for both: wider vectors are not stored any faster.
        #[cfg(target_arch = "x86_64")]
        // SAFETY: by this function's contract.
        Isa::Avx2 | Isa::Avx512 => unsafe { avx2(source, target) },
    }
}

#[cfg(target_arch = "x86_64")]
#[target_feature(enable = "avx2")]
fn avx2<T: Copy>(from: &[T], to: &mut [MaybeUninit<T>]) {
    portable(from, to);
}

#[inline(always)]
fn portable<T: Copy>(from: &[T], to: &mut [MaybeUninit<T>]) {
    for (new, old) in to.iter_mut().zip(from.iter().rev()) {
        new.write(*old);
    }
}
