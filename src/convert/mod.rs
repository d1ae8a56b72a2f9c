//! The only place where bytes move on the CPU: strided copy, element conversion and arithmetic.
//!
//! A copy is planned once and then runs without a decision per element:
//!
//! ```text
//! copy ── route ─┬─ same dtype: opaque ───── runs of bytes, swapped in place if asked
//!                └─ else: blocks ── gather ─▶ kernel (load ▶ cast ▶ store) ─▶ scatter
//! ```
//!
//! A kernel works on one dense, native, L1-sized block. Its load widens to one of six
//! kinds of value, its store narrows from one, so N dtypes need N loads and N stores
//! rather than N x N loops. [`kernel`] is the one place to slot in a faster loop for a pair.
//!
//! What values become is PyTorch's choice where that is one: integers wrap, floats round
//! to nearest even (through `f32` into anything narrower), and where PyTorch's answer
//! depends on the machine there is one table ([`to_int`]). The number of threads, the strides and
//! the byte order never change a value.
//!
//! Refuses to know who owns the memory, whether it may be written, and what a tensor is.

pub mod arithmetic;
mod blocks;
mod cursor;
mod element;
mod float8;
mod kernel;
pub mod memory;
mod number;
mod opaque;
mod runs;
pub mod scatter;
mod scratch;
mod swap;
mod threads;
mod to_int;
mod walk;
mod wide;

#[cfg(test)]
mod tests;

use crate::model::dtype::DType;
use crate::model::scalar::Scalar;
use kernel::{Endpoint, Kernel};
use scratch::Slot;
use walk::Walk;

pub use threads::set_num_threads;

/// One side of a copy: what its elements are and how far apart they lie.
#[derive(Clone, Copy, Debug)]
pub struct Elements<'a> {
    /// What one element is.
    pub dtype: DType,
    /// Whether the bytes of each number are in the other order than this machine's.
    pub swapped: bool,
    /// Bytes per step on each axis, of either sign, zero, or no multiple of the element size.
    pub strides: &'a [i64],
}

/// Whether [`copy`] can turn elements of `from` into elements of `to`.
///
/// Equal dtypes that fill whole bytes always can, also those without a name; different
/// ones if both are known and are not packed below the byte.
pub fn can_convert(from: DType, to: DType) -> bool {
    let opaque = from == to && !from.is_subbyte() && from.itemsize() > 0;
    opaque || (Endpoint::of(from).is_some() && Endpoint::of(to).is_some())
}

/// Whether elements of `dtype` have values that [`load`] reads and [`store`] writes.
pub fn has_values(dtype: DType) -> bool {
    Endpoint::of(dtype).is_some()
}

/// Copies every element of `source` to the same index of `target`, converted to its dtype.
///
/// Elements of equal dtypes are copied bit for bit, NaN payloads and odd `bool` bytes
/// included. Does nothing if [`can_convert`] says no or an extent is zero.
///
/// # Safety
/// Both sides have one stride for each extent of `shape`. From `from` all elements that
/// shape and strides reach can be read and are initialised; from `to` all can be written,
/// and no other thread uses them. No two target elements share a byte, nor does a target
/// element with a source element. Neither pointer needs any alignment.
pub unsafe fn copy(
    shape: &[i64],
    from: *const u8,
    source: Elements<'_>,
    to: *mut u8,
    target: Elements<'_>,
) {
    let Some(route) = Route::between(source, target) else { return };
    let Some(walk) = Walk::new(shape, from, source.strides, to, target.strides) else { return };
    threads::split(walk.count(), target.dtype.itemsize(), |range| {
        // SAFETY: by this function's contract, and `split` hands out disjoint ranges.
        unsafe { route.run(&walk, range) };
    });
}

/// The value of one element; `None` where elements of `dtype` are not converted.
///
/// # Safety
/// If `dtype` is convertible, the bytes of one element can be read from `at`, which needs no alignment.
pub unsafe fn load(at: *const u8, dtype: DType, swapped: bool) -> Option<Scalar> {
    let end = Endpoint::of(dtype)?;
    let mut raw = [Slot::ZERO];
    let mut wide = [Slot::ZERO];
    let bytes = &mut scratch::bytes_mut(&mut raw)[..dtype.itemsize()];
    // SAFETY: the caller vouches for one element at `at`; `bytes` is a local of that size.
    unsafe { at.copy_to_nonoverlapping(bytes.as_mut_ptr(), bytes.len()) };
    swap::swap(bytes, swap::unit(dtype, swapped));
    // SAFETY: `bytes` holds one element of this dtype.
    unsafe { (end.load)(bytes.as_ptr(), &mut wide) };
    Some((end.scalar)(&wide))
}

/// Writes `value` as one element of `dtype` in native byte order, by the rules of [`copy`].
///
/// Never refuses a value: integers wrap and floats overflow as they do in tensors, so a
/// caller who wants a range check makes it first. Returns false, with nothing written,
/// where elements of `dtype` are not converted.
///
/// # Safety
/// If `dtype` is convertible, the bytes of one element can be written at `at`, which needs no alignment.
pub unsafe fn store(value: Scalar, at: *mut u8, dtype: DType) -> bool {
    let Some(end) = Endpoint::of(dtype) else { return false };
    let mut wide = [Slot::ZERO];
    let cast = kernel::put(value, &mut wide, end.stage);
    let mut ready = [Slot::ZERO];
    let stored = kernel::cast(cast, &wide, &mut ready);
    // SAFETY: the caller vouches for one element at `at`; `stored` holds one value of the store's kind.
    unsafe { (end.store)(stored, at) };
    true
}

/// Writes `value` to every element of `target`, by the rules of [`store`].
///
/// Returns false, with nothing written, where elements of the dtype are not converted.
///
/// # Safety
/// As for the target of [`copy`].
pub unsafe fn fill(shape: &[i64], value: Scalar, to: *mut u8, target: Elements<'_>) -> bool {
    let mut slot = [Slot::ZERO];
    let element = scratch::bytes_mut(&mut slot);
    // SAFETY: a slot has room for any element that is converted.
    if !unsafe { store(value, element.as_mut_ptr(), target.dtype) } {
        return false;
    }
    swap::swap(&mut element[..target.dtype.itemsize()], swap::unit(target.dtype, target.swapped));
    let Some(route) = Route::between(target, target) else { return false };
    let Some(walk) = Walk::repeating(shape, element.as_ptr(), to, target.strides) else {
        return true;
    };
    threads::split(walk.count(), target.dtype.itemsize(), |range| {
        // SAFETY: by this function's contract; every source element is the one just stored,
        // and `split` hands out disjoint ranges.
        unsafe { route.run(&walk, range) };
    });
    true
}

/// How elements get from one side to the other, decided once per copy.
enum Route {
    /// Bit for bit; the unit is what to swap in the target afterwards.
    Opaque { size: usize, unit: usize },
    /// Through a kernel.
    Blocks(Kernel),
}

impl Route {
    fn between(source: Elements<'_>, target: Elements<'_>) -> Option<Route> {
        let (from, to) = (source.dtype, target.dtype);
        if from == to {
            let unit = swap::unit(to, source.swapped != target.swapped);
            return can_convert(from, to).then_some(Route::Opaque { size: to.itemsize(), unit });
        }
        Kernel::between(from, source.swapped, to, target.swapped).map(Route::Blocks)
    }

    /// Copies the elements numbered `range` in the order of `walk`.
    ///
    /// # Safety
    /// The contract of [`copy`] holds for `walk`, and no other thread has an element of `range`.
    unsafe fn run(&self, walk: &Walk, range: std::ops::Range<usize>) {
        match self {
            // SAFETY: passed on from this function's contract.
            Route::Opaque { size, unit } => unsafe { opaque::run(walk, range, *size, *unit) },
            // SAFETY: passed on from this function's contract.
            Route::Blocks(kernel) => unsafe { blocks::run(kernel, walk, range) },
        }
    }
}
