//! Copies that leave every bit as it is, except perhaps for byte order.

use super::cursor::Run;
use super::walk::Walk;
use super::{runs, swap};
use std::ops::Range;

/// Bytes that are moved before they are swapped: they are still in the L1 cache then.
const SWAP_AT_ONCE: usize = 8192;

/// Copies the elements numbered `range`, `size` bytes each, and reverses every `unit` bytes.
///
/// # Safety
/// All these elements can be read in the source and written in the target of `walk`, by
/// this thread alone, and none overlap.
pub(super) unsafe fn run(walk: &Walk, range: Range<usize>, size: usize, unit: usize) {
    let limit = if unit > 1 { (SWAP_AT_ONCE / size).max(1) } else { usize::MAX };
    let (mut from, mut to) = (walk.source(range.start), walk.target(range.start));
    let mut left = range.len();
    while left > 0 {
        let target = to.next_run(left.min(limit));
        let source = from.next_run(target.len);
        // SAFETY: both runs have the same elements of `range`, as both sides have the same axes.
        unsafe { runs::copy(source, target, size) };
        // SAFETY: the run was written just now.
        unsafe { swap_run(target, size, unit) };
        left -= target.len;
    }
}

/// Reverses every `unit` bytes of the elements.
///
/// # Safety
/// All elements of the run can be read and written, and are initialised.
unsafe fn swap_run(run: Run, size: usize, unit: usize) {
    if unit <= 1 {
        return;
    }
    let (pieces, bytes) = if run.is_dense(size) { (1, size * run.len) } else { (run.len, size) };
    let mut at = run.at;
    for _ in 0..pieces {
        // SAFETY: one element, or all of them side by side; the caller vouches for them.
        let piece = unsafe { std::slice::from_raw_parts_mut(at, bytes) };
        swap::swap(piece, unit);
        at = at.wrapping_offset(run.step);
    }
}
