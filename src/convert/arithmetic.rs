//! Arithmetic on the CPU: add, subtract, multiply, negate, conjugate, sum.
//!
//! There is a loop per operation and type over dense rows, and nothing else: strides, broadcasting
//! and dtypes are the business of a copy, so what is not a dense row of the right type is gathered
//! into one first. Floats narrower than 32 bits are computed in `float32` and rounded once; integers
//! wrap.
//!
//! Refuses to know what a gradient is.

use std::slice;

use crate::abi::*;
use crate::convert::memory;
use crate::convert::number::{Number, Truth};
use crate::model::alloc::Block;
use crate::model::dtype::DType;
use crate::model::error::{Error, Result};
use crate::model::layout::{self, MAX_NDIM};
use crate::model::view::View;

/// An operation on two rows.
#[derive(Clone, Copy, Debug)]
pub enum Binary {
    /// The sum of each pair; of truth values, whether either holds.
    Add,
    /// The difference; there is none of truth values.
    Subtract,
    /// The product; of truth values, whether both hold.
    Multiply,
}

/// An operation on one row.
#[derive(Clone, Copy, Debug)]
pub enum Unary {
    /// The number with the other sign; there is none of truth values.
    Negate,
    /// The number with the other sign of its imaginary part.
    Conjugate,
}

/// Runs `$body` with `$T` being the type of the numbers of a [`working`] dtype.
macro_rules! with_type {
    ($dtype:expr, $T:ident => $body:expr) => {{
        macro_rules! run {
            ($number:ty) => {{
                type $T = $number;
                Ok($body)
            }};
        }
        match $dtype {
            DType::BOOL => run!(Truth),
            DType::U8 => run!(u8),
            DType::U16 => run!(u16),
            DType::U32 => run!(u32),
            DType::U64 => run!(u64),
            DType::I8 => run!(i8),
            DType::I16 => run!(i16),
            DType::I32 => run!(i32),
            DType::I64 => run!(i64),
            DType::F32 => run!(f32),
            DType::F64 => run!(f64),
            DType::C64 => run!([f32; 2]),
            DType::C128 => run!([f64; 2]),
            other => Err(no_arithmetic(other)),
        }
    }};
}

#[cold]
fn no_arithmetic(dtype: DType) -> Error {
    Error::new(TA_ERR_DTYPE, format_args!("there is no arithmetic on elements of {dtype}"))
}

/// The dtype in which elements of `dtype` are computed.
pub fn working(dtype: DType) -> DType {
    match dtype {
        DType::F16 | DType::BF16 => DType::F32,
        DType::C32 => DType::C64,
        _ if dtype.is_differentiable() && dtype.bits == 8 => DType::F32,
        other => other,
    }
}

/// Computes with each pair of elements of two views of one shape, as numbers of `dtype`; the result
/// is C-contiguous.
///
/// # Errors
/// `TA_ERR_DTYPE`, `TA_ERR_DEVICE`, `TA_ERR_OUT_OF_MEMORY`.
pub fn binary(operation: Binary, a: &View<'_>, b: &View<'_>, dtype: DType) -> Result<Block> {
    let working = working(dtype);
    let mut result = copied(a, working)?;
    let other = Row::of(b, working)?;
    with_type!(working, T => {
        // SAFETY: elements of the working dtype, whose type is T; `copied` wrote them all.
        let result = unsafe { numbers_mut::<T>(&mut result) };
        // SAFETY: as above, by `Row::of`.
        let pairs = result.iter_mut().zip(unsafe { other.numbers::<T>() });
        match operation {
            Binary::Add => pairs.for_each(|(x, &y)| *x = x.add(y)),
            Binary::Subtract => pairs.for_each(|(x, &y)| *x = x.subtract(y)),
            Binary::Multiply => pairs.for_each(|(x, &y)| *x = x.multiply(y)),
        }
    })?;
    rounded(result, a.shape(), working, dtype)
}

/// Computes with each element of a view; the result has its dtype and is C-contiguous.
///
/// # Errors
/// As [`binary`].
pub fn unary(operation: Unary, view: &View<'_>) -> Result<Block> {
    let working = working(view.dtype());
    let mut result = copied(view, working)?;
    with_type!(working, T => {
        // SAFETY: elements of the working dtype, whose type is T; `copied` wrote them all.
        let numbers = unsafe { numbers_mut::<T>(&mut result) }.iter_mut();
        match operation {
            Unary::Negate => numbers.for_each(|x| *x = x.negate()),
            Unary::Conjugate => numbers.for_each(|x| *x = x.conjugate()),
        }
    })?;
    rounded(result, view.shape(), working, view.dtype())
}

/// Adds up the elements of each row of a view, the rows being all axes from `outer` on, as numbers of
/// `dtype`. The result is C-contiguous over the first `outer` axes. Pairwise, so that errors of
/// rounding grow with the logarithm of a row's length.
///
/// # Errors
/// As [`binary`].
pub fn sum_rows(view: &View<'_>, outer: usize, dtype: DType) -> Result<Block> {
    let working = working(dtype);
    let (kept, rows) = view.shape().split_at(outer);
    let (count, length) = (layout::numel(kept)?, layout::numel(rows)?);
    let row = Row::of(view, working)?;
    let mut result = zeros(count, working)?;
    with_type!(working, T => {
        // SAFETY: elements of the working dtype, whose type is T, by `Row::of`.
        let rows = unsafe { row.numbers::<T>() }.chunks_exact(length.max(1) as usize);
        // SAFETY: as above; `zeros` wrote them all.
        let sums = unsafe { numbers_mut::<T>(&mut result) };
        sums.iter_mut().zip(rows).for_each(|(sum, row)| *sum = pairwise(row));
    })?;
    rounded(result, kept, working, dtype)
}

/// Rows of this length are added up one by one, in [`LANES`] sums side by side.
const LEAF: usize = 256;
const LANES: usize = 8;

fn pairwise<T: Number>(row: &[T]) -> T {
    if row.len() > LEAF {
        let (low, high) = row.split_at(row.len() / 2);
        return pairwise(low).add(pairwise(high));
    }
    let (lanes, rest) = row.as_chunks::<LANES>();
    let sums = lanes.iter().fold([T::ZERO; LANES], |mut sums, lane| {
        sums.iter_mut().zip(lane).for_each(|(sum, &x)| *sum = sum.add(x));
        sums
    });
    sums.iter().chain(rest).fold(T::ZERO, |sum, &x| sum.add(x))
}

/// A block of zeros for `count` elements that stand one after another: no bit of any dtype with
/// arithmetic is set in a zero.
///
/// # Errors
/// `TA_ERR_OUT_OF_MEMORY`.
pub fn zeros(count: i64, dtype: DType) -> Result<Block> {
    let block = memory::room(count, dtype)?;
    // SAFETY: the whole of a fresh block.
    unsafe { block.start().write_bytes(0, block.size()) };
    Ok(block)
}

/// The elements of a view as one dense row: where they are, if they stand like that, or a copy.
enum Row<'v> {
    Ready(View<'v>),
    Copied(Block, usize),
}

impl<'v> Row<'v> {
    /// The row of a view's elements as numbers of `dtype`.
    fn of(view: &View<'v>, dtype: DType) -> Result<Row<'v>> {
        memory::check_values(view.device(), view.dtype())?;
        let native = view.dtype() == dtype && !view.is_swapped();
        match native && view.is_contiguous() && view.is_aligned() {
            true => Ok(Row::Ready(*view)),
            false => Ok(Row::Copied(copied(view, dtype)?, view.numel() as usize)),
        }
    }

    /// # Safety
    /// `T` is the type of the row's dtype.
    unsafe fn numbers<T: Number>(&self) -> &[T] {
        let (start, count) = match self {
            Row::Ready(view) => (view.data(), view.numel() as usize),
            Row::Copied(block, count) => (block.start(), *count),
        };
        match count {
            0 => &[],
            // SAFETY: readable by the contract of the view's maker, or all written by `copied`; dense
            // and aligned by `of`; any bits are a number.
            count => unsafe { slice::from_raw_parts(start.cast(), count) },
        }
    }
}

/// # Safety
/// The block has been written, with elements of the dtype whose type is `T`.
unsafe fn numbers_mut<T: Number>(block: &mut Block) -> &mut [T] {
    let count = block.size() / size_of::<T>();
    // SAFETY: initialised, by the caller's contract, and aligned for anything; any bits are a number.
    unsafe { slice::from_raw_parts_mut(block.start().cast(), count) }
}

/// A fresh block with the elements of a view, dense, as numbers of `dtype`.
fn copied(view: &View<'_>, dtype: DType) -> Result<Block> {
    memory::check_values(view.device(), view.dtype())?;
    memory::gather(view, dtype, true, &mut [0; MAX_NDIM][..view.shape().len()])
}

/// The elements of a dense block as elements of `dtype`.
fn rounded(block: Block, shape: &[i64], from: DType, dtype: DType) -> Result<Block> {
    if from == dtype {
        return Ok(block);
    }
    let mut strides = [0; MAX_NDIM];
    let strides = &mut strides[..shape.len()];
    layout::compact_strides(shape, 1, strides)?;
    copied(&View::of_block(&block, from, shape, strides, 0)?, dtype)
}
