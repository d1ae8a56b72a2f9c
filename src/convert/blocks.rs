//! Conversion block by block: gather, kernel, scatter, with nothing gathered that lies ready.

use super::cursor::{Cursor, Run};
use super::kernel::{Form, Kernel};
use super::scratch::{self, Slot};
use super::walk::Walk;
use super::{runs, swap};
use std::ops::Range;

/// Elements of a block. Four rows of slots, 16 KiB, stay in the L1 cache.
const BLOCK: usize = 256;

/// So few elements do with scratch memory that costs next to nothing to clear.
const FEW: usize = 32;

/// Converts the elements numbered `range`.
///
/// # Safety
/// All these elements can be read in the source and written in the target of `walk`, by
/// this thread alone, none overlap, and both sides are as the kernel says.
pub(super) unsafe fn run(kernel: &Kernel, walk: &Walk, range: Range<usize>) {
    if range.len() <= FEW {
        // SAFETY: passed on from this function's contract.
        unsafe { run_by::<FEW>(kernel, walk, range) }
    } else {
        // SAFETY: passed on from this function's contract.
        unsafe { run_by::<BLOCK>(kernel, walk, range) }
    }
}

/// # Safety
/// As for [`run`].
unsafe fn run_by<const N: usize>(kernel: &Kernel, walk: &Walk, range: Range<usize>) {
    let (mut from, mut to) = (walk.source(range.start), walk.target(range.start));
    let mut rows = [[Slot::ZERO; N]; 4];
    let mut left = range.len();
    while left > 0 {
        let len = left.min(N);
        let [gathered, wide, ready, result] = rows.each_mut().map(|row| &mut row[..len]);
        // SAFETY: the next elements of `range`.
        let source = unsafe { gather(&mut from, kernel.source, gathered) };
        match ready_target(&mut to, kernel.target, len) {
            // SAFETY: the next elements of `range`, dense and native on both sides.
            Some(target) => unsafe { kernel.run(source, target, wide, ready) },
            None => {
                let target = result.as_mut_ptr().cast();
                // SAFETY: a slot has room for any element that is converted.
                unsafe { kernel.run(source, target, wide, ready) };
                // SAFETY: the next elements of `range`, which the kernel has put into `result`.
                unsafe { scatter(result, &mut to, kernel.target) };
            }
        }
        left -= len;
    }
}

/// The next elements as the kernel reads them, in place or in `row`, as many as it has slots.
///
/// # Safety
/// The next elements at the cursor can be read.
unsafe fn gather(from: &mut Cursor<'_>, form: Form, row: &mut [Slot]) -> *const u8 {
    if form.unit <= 1
        && let Some(at) = from.next_dense(row.len(), form.size)
    {
        return at;
    }
    let mut left = row.len();
    let bytes = &mut scratch::bytes_mut(row)[..left * form.size];
    let mut rest = bytes.as_mut_ptr();
    while left > 0 {
        let source = from.next_run(left);
        let target = Run { at: rest, step: form.size.cast_signed(), len: source.len };
        // SAFETY: the caller vouches for the source, and the row has room for what is left.
        unsafe { runs::copy(source, target, form.size) };
        rest = rest.wrapping_add(form.size * source.len);
        left -= source.len;
    }
    swap::swap(bytes, form.unit);
    bytes.as_ptr()
}

/// Where the kernel can write the next elements itself, if they are native and lie side by side.
fn ready_target(to: &mut Cursor<'_>, form: Form, len: usize) -> Option<*mut u8> {
    if form.unit <= 1 { to.next_dense(len, form.size) } else { None }
}

/// Writes the elements in `row`, as many as it has slots, where they belong.
///
/// # Safety
/// The next elements at the cursor can be written.
unsafe fn scatter(row: &mut [Slot], to: &mut Cursor<'_>, form: Form) {
    let mut left = row.len();
    let bytes = &mut scratch::bytes_mut(row)[..left * form.size];
    swap::swap(bytes, form.unit);
    let mut rest = bytes.as_mut_ptr();
    while left > 0 {
        let target = to.next_run(left);
        let source = Run { at: rest, step: form.size.cast_signed(), len: target.len };
        // SAFETY: the caller vouches for the target, and the row holds what is left.
        unsafe { runs::copy(source, target, form.size) };
        rest = rest.wrapping_add(form.size * target.len);
        left -= target.len;
    }
}
