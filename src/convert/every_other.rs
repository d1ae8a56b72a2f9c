//! Every other element of a row.

use super::isa::Isa;
use super::patch::Patch;
#[cfg(target_arch = "x86_64")]
use super::steps::Unaligned;
use super::stream::LINE;

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

/// Whether [`stream`] has a loop for rows with such steps, in bytes.
pub(super) fn is_streamed(step: isize, size: usize, isa: Isa) -> bool {
    step == 2 * size.cast_signed() && lines(size, isa).is_some()
}

/// The same past the cache, where lines can be whole.
///
/// # Safety
/// As for [`run`]; [`is_streamed`] for the steps between columns, and the target has dense rows.
pub(super) unsafe fn stream(from: Patch, to: Patch, size: usize, isa: Isa) {
    let Some((pick, lines)) = pick(size, isa).zip(lines(size, isa)) else { return };
    for row in 0..to.rows {
        // SAFETY: a row of which the caller vouches for every element.
        unsafe { stream_row(from.row_at(row), to.row_at(row), to.columns, size, (pick, lines)) };
    }
}

/// # Safety
/// As for the loops, which are for elements of this size.
unsafe fn stream_row(
    from: *const u8,
    to: *mut u8,
    len: usize,
    size: usize,
    (pick, lines): (Pick, Pick),
) {
    let part = |done| (from.wrapping_add(2 * done * size), to.wrapping_add(done * size));
    let head = to.align_offset(LINE);
    // Where elements cross the ends of lines, no line is whole.
    let head = if head.is_multiple_of(size) { (head / size).min(len) } else { len };
    // What is behind the last element stays unread, so it is none of a line's.
    let middle = (len - head).saturating_sub(1) * size / LINE * LINE / size;
    if head > 0 {
        // SAFETY: the first of the elements that the caller vouches for.
        unsafe { pick(from, to, head) };
    }
    let (body, tail) = (part(head), part(head + middle));
    // SAFETY: the next of them, whole lines from the start of one, and there are elements behind.
    unsafe { lines(body.0, body.1, middle) };
    if head + middle < len {
        // SAFETY: the rest of them.
        unsafe { pick(tail.0, tail.1, len - head - middle) };
    }
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

/// The loops past the cache: for whole lines of elements, none at least, with others behind them.
#[cfg(all(target_arch = "x86_64", not(miri)))]
fn lines(size: usize, isa: Isa) -> Option<Pick> {
    Some(match size {
        _ if isa != Isa::Avx512 => return None,
        1 => streamed::<u8>,
        2 => streamed::<u16>,
        4 => streamed::<u32>,
        8 => streamed::<u64>,
        _ => return None,
    })
}

#[cfg(not(all(target_arch = "x86_64", not(miri))))]
fn lines(_: usize, _: Isa) -> Option<Pick> {
    None
}

/// # Safety
/// As for all [`Pick`], on a processor with these instructions; the target is at the start of a line, `len`
/// elements are whole lines, and what is between the last and the next can be read too.
#[cfg(all(target_arch = "x86_64", not(miri)))]
#[target_feature(enable = "avx512f,avx512bw,avx512dq,avx512vl")]
unsafe fn streamed<T: Copy>(from: *const u8, to: *mut u8, len: usize) {
    use std::arch::x86_64::*;

    let at_once = LINE / size_of::<T>();
    for line in 0..len / at_once {
        let mut results = _mm512_setzero_si512();
        let source = from.wrapping_add(2 * line * LINE).cast::<Pair<T>>();
        // SAFETY: by this function's contract.
        let source = unsafe { std::slice::from_raw_parts(source, at_once) };
        // SAFETY: a vector is as many elements, of any bits.
        let target = unsafe { std::slice::from_raw_parts_mut((&raw mut results).cast(), at_once) };
        for (new, old) in target.iter_mut().zip(source) {
            *new = old.0;
        }
        // SAFETY: a whole line that the caller vouches for.
        unsafe { _mm512_stream_si512(to.wrapping_add(line * LINE).cast(), results) };
    }
}
