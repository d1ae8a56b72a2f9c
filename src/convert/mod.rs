//! The only place where bytes move on the CPU: strided copy, element conversion and arithmetic.
//!
//! A copy is planned once and then runs without a decision per element:
//!
//! ```text
//! dtypes  ── path ──▶ steps: loops over dense elements, compiled for several instruction sets ┐
//! strides ── walk ──▶ tiles: patches that stay in the cache ──────────────────────────────────┴▶ transfer
//! ```
//!
//! A [`transfer`] takes each tile from source to target in one pass: gathered ([`patch`],
//! [`transpose`], [`interleave`], [`every_other`], [`reversed`]), changed ([`steps`]), and stored, past
//! the cache where it would not stay there ([`stream`]). Large ones are shared out among [`threads`].
//!
//! What values become is PyTorch's choice where that is one: integers wrap, floats round
//! to nearest even (through `f32` into anything narrower), and where PyTorch's answer
//! depends on the machine there is one table (`steps/round.rs`). The number of threads, the strides and
//! the byte order never change a value.
//!
//! Refuses to know who owns the memory, whether it may be written, and what a tensor is.

pub mod arithmetic;
mod every_other;
mod interleave;
mod isa;
pub mod memory;
mod number;
mod patch;
mod path;
mod prefetch;
mod reversed;
pub mod scatter;
mod steps;
mod stream;
mod threads;
mod tiles;
mod transfer;
mod transpose;
mod walk;

#[cfg(test)]
mod tests;

use crate::model::dtype::DType;
use crate::model::scalar::Scalar;
use isa::Isa;
use path::Path;
use std::iter;
use transfer::Transfer;
pub(crate) use walk::Walk;

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

/// Whether the memory that a copy writes has been used before.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Pages {
    /// Yes, as far as one knows.
    Used,
    /// No: the system zeroes each page when it is first written, and so brings it into the cache.
    Fresh,
}

/// Whether [`copy`] can turn elements of `from` into elements of `to`.
///
/// Equal dtypes that fill whole bytes always can, also those without a name; different
/// ones if both are known and are not packed below the byte.
pub fn can_convert(from: DType, to: DType) -> bool {
    match from == to {
        true => !from.is_subbyte() && from.itemsize() > 0,
        false => path::exists(from, to),
    }
}

/// Whether elements of `dtype` have values that [`load`] reads and [`store`] writes.
pub fn has_values(dtype: DType) -> bool {
    scalar_dtype(dtype).is_some()
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
    pages: Pages,
) {
    let mut walk = Walk::at(from, to);
    if walk.go(shape, source.strides.iter().copied(), target.strides) {
        // SAFETY: passed on from this function's contract.
        unsafe { copy_by(Isa::best(), &walk, source, target, pages) };
    }
}

/// [`copy`] with these instructions.
///
/// # Safety
/// As for [`copy`] whose sides `walk` goes through; the processor has the instructions.
unsafe fn copy_by(isa: Isa, walk: &Walk, source: Elements<'_>, target: Elements<'_>, pages: Pages) {
    let Some((path, unit)) = route(source, target, isa) else { return };
    if unit == 1 && is_plain(walk, &path) {
        let (from, to) = walk.start();
        // SAFETY: elements that stand one after another on both sides, by this function's contract.
        return unsafe { path.run(from, to, walk.count()) };
    }
    let transfer = Transfer::new(walk, path, unit, isa, pages);
    let bytes = walk.count().saturating_mul(path.target);
    threads::split(transfer.count(), bytes, |range| {
        // SAFETY: by this function's contract, and `split` hands out disjoint ranges.
        unsafe { transfer.run(range) };
    });
}

/// Up to so many bytes, read and written together, dense elements go through their loop at once: to cut
/// them into tiles takes longer than to convert some thousands.
const SMALL: usize = 1 << 20;

/// Whether there are few elements, which stand one after another and change in one step or none.
fn is_plain(walk: &Walk, path: &Path) -> bool {
    let bytes = walk.count().saturating_mul(path.source + path.target);
    path.stages().len() <= 1 && bytes <= SMALL && walk.is_dense(path.source, path.target)
}

/// How elements change, and every how many bytes are to be reversed in the target afterwards.
fn route(source: Elements<'_>, target: Elements<'_>, isa: Isa) -> Option<(Path, usize)> {
    let (from, to) = (source.dtype, target.dtype);
    let (from_swapped, mut to_swapped, mut unit) = (source.swapped, target.swapped, 1);
    if from == to && !can_convert(from, to) {
        return None;
    }
    if from_swapped != to_swapped && from == to {
        let number = to.component_size();
        let is_at_once = steps::is_swapped_at_once(number) && to.itemsize() <= transfer::BLOCK;
        if !is_at_once {
            (to_swapped, unit) = (from_swapped, number);
        }
    }
    Some((Path::between((from, from_swapped), (to, to_swapped), isa)?, unit))
}

/// The dtype of a scalar that holds every element of `dtype`; `None` where these have no values.
fn scalar_dtype(dtype: DType) -> Option<DType> {
    let wide = match dtype {
        DType::BOOL | DType::U64 => return Some(dtype),
        _ if dtype.is_complex() => DType::C128,
        _ if dtype.is_differentiable() => DType::F64,
        _ => DType::I64,
    };
    (wide == dtype || path::exists(dtype, wide)).then_some(wide)
}

/// Room for one element of any dtype that converts.
type Element = [u8; 16];

/// Converts one element; returns whether there is a conversion. There is nothing here to plan, nor
/// a vector to fill.
///
/// # Safety
/// One element can be read from `from` and written at `to`, at any alignment; the two do not overlap.
unsafe fn convert_one(
    from: *const u8,
    source: (DType, bool),
    to: *mut u8,
    target: (DType, bool),
) -> bool {
    let Some(path) = Path::between(source, target, Isa::Portable) else { return false };
    let (mut here, mut there) = ([0u8; size_of::<Element>()], [0u8; size_of::<Element>()]);
    // SAFETY: the caller vouches for the source element, and there is room for any.
    unsafe { from.copy_to_nonoverlapping(here.as_mut_ptr(), path.source) };
    for stage in path.stages().iter().flatten() {
        // SAFETY: one element, as the stage before has left it, and room for any.
        unsafe { stage.run(here.as_ptr(), there.as_mut_ptr(), 1) };
        std::mem::swap(&mut here, &mut there);
    }
    // SAFETY: the caller vouches for the target element.
    unsafe { here.as_ptr().copy_to_nonoverlapping(to, path.target) };
    true
}

/// The value of one element; `None` where elements of `dtype` are not converted.
///
/// # Safety
/// If `dtype` is convertible, the bytes of one element can be read from `at`, which needs no alignment.
pub unsafe fn load(at: *const u8, dtype: DType, swapped: bool) -> Option<Scalar> {
    let wide = scalar_dtype(dtype)?;
    let mut element = [0; size_of::<Element>()];
    // SAFETY: the caller vouches for the element, and there is room for any.
    unsafe { convert_one(at, (dtype, swapped), element.as_mut_ptr(), (wide, false)) };
    let [low, high] = [&element[..8], &element[8..]].map(|half| {
        let half: [u8; 8] = half.try_into().expect("half of an element");
        u64::from_ne_bytes(half)
    });
    Some(match wide {
        DType::BOOL => Scalar::Bool(element[0] != 0),
        DType::U64 => Scalar::unsigned(low),
        DType::I64 => Scalar::Int(low.cast_signed()),
        DType::F64 => Scalar::Float(f64::from_bits(low)),
        _ => Scalar::Complex(f64::from_bits(low), f64::from_bits(high)),
    })
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
    let (low, high, wide) = match value {
        Scalar::Bool(value) => (u64::from(u8::from(value)).to_le(), 0, DType::BOOL),
        Scalar::Int(value) => (value.cast_unsigned(), 0, DType::I64),
        Scalar::UInt(value) => (value, 0, DType::U64),
        Scalar::Float(value) => (value.to_bits(), 0, DType::F64),
        Scalar::Complex(re, im) => (re.to_bits(), im.to_bits(), DType::C128),
    };
    let element = [low, high];
    // SAFETY: the caller vouches for one element at `at`; `element` holds one of the wide dtype.
    unsafe { convert_one(element.as_ptr().cast(), (wide, false), at, (dtype, false)) }
}

/// Writes `value` to every element of `target`, by the rules of [`store`].
///
/// Returns false, with nothing written, where elements of the dtype are not converted.
///
/// # Safety
/// As for the target of [`copy`].
pub unsafe fn fill(shape: &[i64], value: Scalar, to: *mut u8, target: Elements<'_>) -> bool {
    let mut element = [0; size_of::<Element>()];
    // SAFETY: there is room for any element that is converted.
    if !unsafe { store(value, element.as_mut_ptr(), target.dtype) } {
        return false;
    }
    let stored = Elements { swapped: false, ..target };
    let mut walk = Walk::at(element.as_ptr(), to);
    if walk.go(shape, iter::repeat(0), target.strides) {
        // SAFETY: by this function's contract; every source element is the one just stored.
        unsafe { copy_by(Isa::best(), &walk, stored, target, Pages::Used) };
    }
    true
}
