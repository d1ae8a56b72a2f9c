//! Copies between things that know their own bounds: views, blocks and tensors.
//!
//! The raw functions beside this one trust their caller; these check what they are given, so
//! that nothing above [`convert`](super) needs `unsafe`.

use crate::abi::*;
use crate::convert::{self, Elements};
use crate::model::alloc::Block;
use crate::model::device::Device;
use crate::model::dtype::DType;
use crate::model::error::{Error, Result};
use crate::model::layout::{self, MAX_NDIM};
use crate::model::scalar::Scalar;
use crate::model::tensor::Tensor;
use crate::model::view::View;

/// That the CPU can read memory of `device`.
///
/// # Errors
/// `TA_ERR_DEVICE`.
pub fn check_readable(device: Device) -> Result<()> {
    if device.is_host_readable() {
        return Ok(());
    }
    let message = format_args!("no backend here reads or writes memory on {device}; there is: cpu");
    Err(Error::new(TA_ERR_DEVICE, message))
}

/// That the elements of `view` can be read here, and become elements of `dtype`.
///
/// # Errors
/// `TA_ERR_DEVICE`, `TA_ERR_DTYPE`.
pub fn check_convertible(view: &View<'_>, dtype: DType) -> Result<()> {
    check_readable(view.device())?;
    let from = view.dtype();
    let possible = match from == dtype {
        // Packed elements have no addresses to gather them from: only the whole can be copied.
        true if view.is_packed() => view.is_contiguous(),
        true => opaque(from, true).is_some(),
        false => convert::can_convert(from, dtype),
    };
    if possible {
        return Ok(());
    }
    Err(match from == dtype {
        true => Error::new(
            TA_ERR_DTYPE,
            format_args!("elements of {from} can be copied only as a contiguous whole"),
        ),
        false => {
            Error::new(TA_ERR_DTYPE, format_args!("there is no conversion from {from} to {dtype}"))
        }
    })
}

/// The dtype under which elements are copied: as itself; padded sub-byte ones as their bytes.
fn opaque(dtype: DType, same: bool) -> Option<DType> {
    if !(same && dtype.is_subbyte()) {
        return Some(dtype);
    }
    let lanes = u16::try_from(dtype.itemsize()).ok()?;
    Some(DType { code: TA_OPAQUE_HANDLE, bits: 8, lanes })
}

/// Bytes of `count` elements that stand one after another.
fn bytes(count: i64, dtype: DType) -> Result<usize> {
    let whole = usize::try_from(count).ok().and_then(|n| n.checked_mul(dtype.itemsize()));
    whole.ok_or_else(|| Error::out_of_memory("elements", usize::MAX))
}

/// Copies a view into a fresh block, converted. Writes the strides of the copy, in elements: a
/// dense layout keeps its order of axes unless `contiguous`.
///
/// # Errors
/// As [`check_convertible`]; `TA_ERR_OUT_OF_MEMORY`, `TA_ERR_LAYOUT`.
pub fn gather(
    view: &View<'_>,
    dtype: DType,
    contiguous: bool,
    strides: &mut [i64],
) -> Result<Block> {
    check_convertible(view, dtype)?;
    if view.is_packed() {
        layout::compact_strides(view.shape(), 1, strides)?;
        return copy_whole(view);
    }
    let mut steps = [0; MAX_NDIM];
    let steps = &mut steps[..view.shape().len()];
    view.byte_strides(steps);
    match contiguous {
        true => layout::compact_strides(view.shape(), 1, strides)?,
        false => {
            layout::copy_strides(view.shape(), steps, view.dtype().itemsize() as i64, strides)?
        }
    }
    let block = Block::new(bytes(view.numel(), dtype)?)?;
    scatter(view, &block, 0, dtype, strides);
    Ok(block)
}

/// Copies packed elements, or any that are contiguous, byte for byte.
fn copy_whole(view: &View<'_>) -> Result<Block> {
    let size = usize::try_from(view.compact_bytes()).unwrap_or(usize::MAX);
    let block = Block::new(size)?;
    if size != 0 {
        // SAFETY: a contiguous view of this many bytes, readable by its maker's contract, and
        // fresh memory of the same size.
        unsafe { view.data().copy_to_nonoverlapping(block.start(), size) };
    }
    Ok(block)
}

/// Writes the elements of a view, converted, `start` elements into a block, in C order.
///
/// # Errors
/// As [`check_convertible`]; `TA_ERR_INTERNAL` if they do not fit the block.
pub fn place(view: &View<'_>, block: &mut Block, start: i64, dtype: DType) -> Result<()> {
    check_convertible(view, dtype)?;
    if view.is_packed() {
        let message = format_args!("packed elements of {dtype} cannot be put one after another");
        return Err(Error::new(TA_ERR_DTYPE, message));
    }
    let end = start.checked_add(view.numel()).filter(|_| start >= 0);
    if !end.is_some_and(|end| bytes(end, dtype).is_ok_and(|end| end <= block.size())) {
        return Err(Error::new(
            TA_ERR_INTERNAL,
            format_args!("elements placed outside their block"),
        ));
    }
    let mut strides = [0; MAX_NDIM];
    let strides = &mut strides[..view.shape().len()];
    layout::compact_strides(view.shape(), 1, strides)?;
    scatter(view, block, start as usize, dtype, strides);
    Ok(())
}

/// Copies the elements of a view, which is not packed, to `start` elements into a block.
/// `strides` are those of a dense layout that fits behind there, as the callers have checked.
fn scatter(view: &View<'_>, block: &Block, start: usize, dtype: DType, strides: &[i64]) {
    let mut from = [0; MAX_NDIM];
    let from = &mut from[..strides.len()];
    view.byte_strides(from);
    let mut to = [0; MAX_NDIM];
    let to = &mut to[..strides.len()];
    to.iter_mut().zip(strides).for_each(|(to, step)| *to = step * dtype.itemsize() as i64);
    let same = view.dtype() == dtype;
    let (Some(read), Some(write)) = (opaque(view.dtype(), same), opaque(dtype, same)) else {
        return;
    };
    let source = Elements { dtype: read, swapped: view.is_swapped(), strides: from };
    let target = Elements { dtype: write, swapped: false, strides: to };
    let at = block.start().wrapping_add(start * dtype.itemsize());
    // SAFETY: the view is readable by its maker's contract; the target is inside the block, dense,
    // and nobody else's.
    unsafe { convert::copy(view.shape(), view.data(), source, at, target) };
}

/// Writes one value into a block, by the rules of a tensor conversion.
///
/// # Errors
/// `TA_ERR_DTYPE` if the dtype has no values; `TA_ERR_INTERNAL` if it is outside the block.
pub fn put(value: Scalar, block: &mut Block, index: i64, dtype: DType) -> Result<()> {
    let end = index.checked_add(1).filter(|_| index >= 0);
    if !end.is_some_and(|end| bytes(end, dtype).is_ok_and(|end| end <= block.size())) {
        return Err(Error::new(TA_ERR_INTERNAL, format_args!("a value placed outside its block")));
    }
    let at = block.start().wrapping_add(index as usize * dtype.itemsize());
    // SAFETY: inside the block, which is ours.
    match unsafe { convert::store(value, at, dtype) } {
        true => Ok(()),
        false => Err(no_values(dtype)),
    }
}

/// The value of the only element of a view without axes.
///
/// # Errors
/// `TA_ERR_DEVICE`; `TA_ERR_DTYPE` if the dtype has no values; `TA_ERR_INTERNAL` if it has axes.
pub fn value(view: &View<'_>) -> Result<Scalar> {
    check_readable(view.device())?;
    if !view.shape().is_empty() {
        return Err(Error::new(TA_ERR_INTERNAL, format_args!("a view with axes is no value")));
    }
    // SAFETY: one element, readable by the contract of the view's maker.
    let value = unsafe { convert::load(view.data(), view.dtype(), view.is_swapped()) };
    value.ok_or_else(|| no_values(view.dtype()))
}

#[cold]
fn no_values(dtype: DType) -> Error {
    Error::new(
        TA_ERR_DTYPE,
        format_args!("elements of {dtype} have no values that can be read or written"),
    )
}

/// Overwrites the elements of `target` with those of `source`, which has the same shape.
///
/// The caller has seen to it that `target` may be written and that its elements do not overlap.
///
/// # Errors
/// As [`check_convertible`]; `TA_ERR_INTERNAL` for other shapes; `TA_ERR_OUT_OF_MEMORY` if the two
/// overlap and memory to copy through cannot be had.
pub fn overwrite(target: &Tensor, source: &View<'_>) -> Result<()> {
    let view = target.view();
    check_readable(target.device())?;
    check_convertible(source, target.dtype())?;
    if source.shape() != target.shape() {
        return Err(Error::new(TA_ERR_INTERNAL, format_args!("elements written to another shape")));
    }
    if source.is_packed() || view.is_packed() {
        return overwrite_whole(&view, source);
    }
    if !source.overlaps(&view) {
        transfer(source, &view);
        return Ok(());
    }
    let mut strides = [0; MAX_NDIM];
    let strides = &mut strides[..source.shape().len()];
    let copy = gather(source, target.dtype(), false, strides)?;
    transfer(&View::of_block(&copy, target.dtype(), source, strides), &view);
    Ok(())
}

/// Packed elements are written as a whole, if both sides are contiguous.
fn overwrite_whole(target: &View<'_>, source: &View<'_>) -> Result<()> {
    if target.is_packed() != source.is_packed() {
        return Err(Error::new(
            TA_ERR_DTYPE,
            format_args!("there is no conversion between packed and padded {}", source.dtype()),
        ));
    }
    check_convertible(target, target.dtype())?;
    let size = usize::try_from(source.compact_bytes()).unwrap_or(usize::MAX);
    if size != 0 {
        // SAFETY: two contiguous views of this many bytes, readable and, as the caller has seen
        // to, writable; `copy` allows them to overlap.
        unsafe { source.data().copy_to(target.data(), size) };
    }
    Ok(())
}

/// Copies between views of one shape, not packed, that share no memory.
fn transfer(source: &View<'_>, target: &View<'_>) {
    let mut from = [0; MAX_NDIM];
    let from = &mut from[..source.shape().len()];
    source.byte_strides(from);
    let mut to = [0; MAX_NDIM];
    let to = &mut to[..source.shape().len()];
    target.byte_strides(to);
    let same = source.dtype() == target.dtype();
    let read = opaque(source.dtype(), same).unwrap_or(source.dtype());
    let write = opaque(target.dtype(), same).unwrap_or(target.dtype());
    let source_elements = Elements { dtype: read, swapped: source.is_swapped(), strides: from };
    let target_elements = Elements { dtype: write, swapped: target.is_swapped(), strides: to };
    // SAFETY: both are views, so readable and, as the caller has seen to, writable; neither
    // overlaps the other, nor the target itself.
    unsafe {
        convert::copy(
            source.shape(),
            source.data(),
            source_elements,
            target.data(),
            target_elements,
        )
    };
}

/// Writes one value to every element of `target`, which may be written and does not overlap itself.
///
/// # Errors
/// `TA_ERR_DEVICE`; `TA_ERR_DTYPE` if the dtype has no values.
pub fn fill(target: &Tensor, value: Scalar) -> Result<()> {
    check_readable(target.device())?;
    let view = target.view();
    let mut steps = [0; MAX_NDIM];
    let strides = &mut steps[..target.shape().len()];
    view.byte_strides(strides);
    let elements = Elements { dtype: target.dtype(), swapped: false, strides };
    // SAFETY: a tensor's own elements, which the caller has seen to may be written.
    match unsafe { convert::fill(target.shape(), value, target.data(), elements) } {
        true => Ok(()),
        false => Err(no_values(target.dtype())),
    }
}
