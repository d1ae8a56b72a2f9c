//! Moving the bytes of one run to another.

use super::cursor::Run;
use std::mem::MaybeUninit;

/// Copies the elements of `from` to those of `to`, which are as many, `size` bytes each.
///
/// # Safety
/// All elements of `from` can be read and all of `to` written, and none overlap.
pub(super) unsafe fn copy(from: Run, to: Run, size: usize) {
    if from.is_dense(size) && to.is_dense(size) {
        // SAFETY: the elements lie side by side, and the caller vouches for them.
        return unsafe { from.at.copy_to_nonoverlapping(to.at, size * to.len) };
    }
    match size {
        // SAFETY: passed on from this function's contract.
        1 => unsafe { copy_sized::<1>(from, to) },
        // SAFETY: as above.
        2 => unsafe { copy_sized::<2>(from, to) },
        // SAFETY: as above.
        4 => unsafe { copy_sized::<4>(from, to) },
        // SAFETY: as above.
        8 => unsafe { copy_sized::<8>(from, to) },
        // SAFETY: as above.
        16 => unsafe { copy_sized::<16>(from, to) },
        // SAFETY: as above.
        _ => unsafe { copy_each(from, to, size) },
    }
}

/// [`copy`] for a size known to the compiler.
///
/// # Safety
/// As for [`copy`].
unsafe fn copy_sized<const N: usize>(from: Run, to: Run) {
    if from.step == 0 && to.is_dense(N) {
        // SAFETY: passed on from this function's contract.
        return unsafe { repeat::<N>(from, to) };
    }
    // SAFETY: passed on from this function's contract; the size is a constant once inlined.
    unsafe { copy_each(from, to, N) }
}

/// Copies element by element.
///
/// # Safety
/// As for [`copy`].
#[inline(always)]
unsafe fn copy_each(from: Run, to: Run, size: usize) {
    let (mut read, mut write) = (from.at, to.at);
    for _ in 0..to.len {
        // SAFETY: the caller vouches for every element of both runs.
        unsafe { read.copy_to_nonoverlapping(write, size) };
        read = read.wrapping_offset(from.step);
        write = write.wrapping_offset(to.step);
    }
}

/// Fills a dense run with one element.
///
/// # Safety
/// As for [`copy`]; `from` has step 0, and `to` is dense.
unsafe fn repeat<const N: usize>(from: Run, to: Run) {
    // SAFETY: the caller vouches for the element, and byte arrays need no alignment.
    let element = unsafe { from.at.cast::<[u8; N]>().read() };
    let target = to.at.cast::<MaybeUninit<[u8; N]>>();
    // SAFETY: the elements lie side by side, and the caller vouches for them.
    let target = unsafe { std::slice::from_raw_parts_mut(target, to.len) };
    target.fill(MaybeUninit::new(element));
}
