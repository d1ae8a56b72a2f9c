//! Every other element of a row.

use super::isa::Isa;
use super::patch::Patch;
#[cfg(target_arch = "x86_64")]
use super::steps::Unaligned;

/// Copies a patch with gaps of one element between columns to one with dense rows, if there is a loop for
/// it; returns whether there was.
///
/// # Safety
/// As for [`copy`](super::patch::copy), on a processor with these instructions.
pub(super) unsafe fn run(from: Patch, to: Patch, size: usize, isa: Isa) -> bool {
    let is_so = from.column == 2 * size.cast_signed() && to.has_dense_rows(size);
    let Some(pick) = pick(size, isa).filter(|_| is_so && to.columns > 0) else { return false };
    for row in 0..to.rows {
        // SAFETY: a row of which the caller vouches for every element.
        unsafe { pick(from.row_at(row), to.row_at(row), to.columns) };
    }
    true
}

/// Takes so many elements, one at least.
///
/// The contract of each: all of them can be read and written, and none overlap.
type Pick = unsafe fn(*const u8, *mut u8, usize);

#[cfg(target_arch = "x86_64")]
fn pick(size: usize, isa: Isa) -> Option<Pick> {
    Some(match size {
        _ if isa == Isa::Portable => return None,
        1 => avx2::<u8>,
        2 => avx2::<u16>,
        4 => avx2::<u32>,
        8 => avx2::<u64>,
        _ => return None,
    })
}

#[cfg(not(target_arch = "x86_64"))]
fn pick(_: usize, _: Isa) -> Option<Pick> {
    None
}

/// An element and the one behind it, which nobody vouches for: it is never looked at.
#[cfg(target_arch = "x86_64")]
#[repr(C, packed)]
struct Pair<T>(T, #[allow(dead_code)] std::mem::MaybeUninit<T>);

/// Goes through whole pairs, of which the compiler makes shuffles.
///
/// # Safety
/// As for all [`Pick`], on a processor with these instructions.
#[cfg(target_arch = "x86_64")]
#[target_feature(enable = "avx2")]
unsafe fn avx2<T: Copy>(from: *const u8, to: *mut u8, len: usize) {
    use std::mem::MaybeUninit;

    // Nobody vouches for what is behind the last element.
    let pairs = len - 1;
    // SAFETY: the elements by this function's contract, and what is between them shares their pages;
    // nothing needs alignment.
    let source = unsafe { std::slice::from_raw_parts(from.cast::<Pair<T>>(), pairs) };
    let target = to.cast::<MaybeUninit<Unaligned<T>>>();
    // SAFETY: as above.
    let target = unsafe { std::slice::from_raw_parts_mut(target, len) };
    for (new, old) in target.iter_mut().zip(source) {
        new.write(Unaligned(old.0));
    }
    let last = from.cast::<Unaligned<T>>().wrapping_add(2 * pairs);
    // SAFETY: the last element.
    target[pairs].write(unsafe { last.read() });
}
