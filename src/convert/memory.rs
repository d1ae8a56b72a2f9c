//! Copies between things that know their own bounds: views, blocks and tensors.
//!
//! The raw functions beside this one trust their caller; these check what they are given, so
//! that nothing above [`convert`](super) needs `unsafe`.

use crate::abi::*;
use crate::convert::{self, Elements, Pages};
use crate::model::alloc::Block;
use crate::model::device::Device;
use crate::model::dtype::DType;
use crate::model::error::{Error, Result};
use crate::model::layout;
use crate::model::prefix::Dims;
use crate::model::scalar::Scalar;
use crate::model::tensor::Tensor;
use crate::model::view::View;

/// That the CPU can read memory of `device`.
///
/// # Errors
/// `TA_ERR_DEVICE`.
fn check_readable(device: Device) -> Result<()> {
    if device.is_host_readable() {
        return Ok(());
    }
    let message = format_args!(
        "only the cpu does this, and it cannot reach memory on {device}: copy it first"
    );
    Err(Error::new(TA_ERR_DEVICE, message))
}

/// That elements of `dtype` on `device` have values that can be read here.
///
/// # Errors
/// `TA_ERR_DEVICE`, `TA_ERR_DTYPE`.
pub fn check_values(device: Device, dtype: DType) -> Result<()> {
    check_readable(device)?;
    check_has_values(dtype)
}

/// That elements of `dtype` have values.
///
/// # Errors
/// `TA_ERR_DTYPE`.
pub fn check_has_values(dtype: DType) -> Result<()> {
    if convert::has_values(dtype) { Ok(()) } else { Err(no_values(dtype)) }
}

#[cold]
fn no_values(dtype: DType) -> Error {
    let message = format_args!("elements of {dtype} have no values that can be read or written");
    Error::new(TA_ERR_DTYPE, message)
}

/// That the elements of `view` can be read here, and become elements of `dtype`.
///
/// # Errors
/// `TA_ERR_DEVICE`, `TA_ERR_DTYPE`.
fn check_convertible(view: &View<'_>, dtype: DType) -> Result<()> {
    check_readable(view.device())?;
    check_conversion(view, dtype)
}

/// That the elements of `view` become elements of `dtype`, wherever they are.
///
/// # Errors
/// `TA_ERR_DTYPE`.
pub fn check_conversion(view: &View<'_>, dtype: DType) -> Result<()> {
    let from = view.dtype();
    if from != dtype {
        return match convert::can_convert(from, dtype) {
            true => Ok(()),
            false => Err(no_conversion(from, dtype)),
        };
    }
    // Packed elements have no addresses to gather them from: only the whole can be copied.
    if view.is_packed() && !view.is_contiguous() || carrier(view, dtype).is_none() {
        let message = format_args!("elements of {from} can be copied only as a contiguous whole");
        return Err(Error::new(TA_ERR_DTYPE, message));
    }
    Ok(())
}

/// Writes the strides of a copy, in elements: the order of axes is kept unless `contiguous`, or some
/// elements are repeated.
///
/// # Errors
/// `TA_ERR_LAYOUT` if one does not fit `i64`.
pub fn copy_strides(view: &View<'_>, contiguous: bool, strides: &mut [i64]) -> Result<()> {
    if contiguous || view.is_packed() {
        return layout::compact_strides(view.shape(), 1, strides);
    }
    let mut steps = Dims::zeros(strides.len());
    view.byte_strides(&mut steps);
    layout::copy_strides(view.shape(), &steps, strides)
}

/// Bytes of a copy of the view's elements as elements of `dtype`.
///
/// # Errors
/// `TA_ERR_OUT_OF_MEMORY` for more than memory can hold.
pub fn copy_bytes(view: &View<'_>, dtype: DType) -> Result<usize> {
    match view.is_packed() {
        true => Ok(usize::try_from(view.compact_bytes()).unwrap_or(usize::MAX)),
        false => bytes(view.numel(), dtype),
    }
}

#[cold]
fn no_conversion(from: DType, to: DType) -> Error {
    Error::new(TA_ERR_DTYPE, format_args!("there is no conversion from {from} to {to}"))
}

/// The dtype under which the view's elements are copied to `dtype`: as what they are; padded
/// sub-byte ones, which only become themselves, as their bytes.
fn carrier(view: &View<'_>, dtype: DType) -> Option<DType> {
    if view.dtype() != dtype || !view.is_padded() {
        return Some(view.dtype());
    }
    let lanes = u16::try_from(dtype.itemsize()).ok()?;
    Some(DType { code: TA_OPAQUE_HANDLE, bits: 8, lanes })
}

/// Bytes of `count` elements that stand one after another.
fn bytes(count: i64, dtype: DType) -> Result<usize> {
    let whole = usize::try_from(count).ok().and_then(|n| n.checked_mul(dtype.itemsize()));
    whole.ok_or_else(|| Error::out_of_memory("elements", usize::MAX))
}

/// A block for `count` elements that stand one after another, not initialised.
///
/// # Errors
/// `TA_ERR_OUT_OF_MEMORY`.
pub fn room(count: i64, dtype: DType) -> Result<Block> {
    Block::new(bytes(count, dtype)?)
}

/// Up to this many bytes, planning a copy takes longer than the copy.
const PLAIN: u64 = 4096;

/// Whether a copy is best made byte for byte at once.
fn is_whole_copy(view: &View<'_>, dtype: DType) -> bool {
    let as_it_is = view.dtype() == dtype && !view.is_swapped() && view.is_contiguous();
    as_it_is && view.compact_bytes() <= PLAIN
}

/// Copies a view into a fresh block, converted. Writes the strides of the copy, in elements: the
/// order of axes is kept unless `contiguous`, or some elements are repeated.
///
/// # Errors
/// `TA_ERR_DEVICE`, `TA_ERR_DTYPE`, `TA_ERR_OUT_OF_MEMORY`.
pub fn gather(
    view: &View<'_>,
    dtype: DType,
    contiguous: bool,
    strides: &mut [i64],
) -> Result<Block> {
    check_convertible(view, dtype)?;
    if view.is_packed() || is_whole_copy(view, dtype) {
        layout::compact_strides(view.shape(), 1, strides)?;
        return copy_whole(view);
    }
    copy_strides(view, contiguous, strides)?;
    let block = room(view.numel(), dtype)?;
    let copy = View::of_block(&block, dtype, view.shape(), strides, view.flags())?;
    transfer(view, &copy, Pages::Fresh);
    Ok(block)
}

/// Copies contiguous elements byte for byte.
fn copy_whole(view: &View<'_>) -> Result<Block> {
    let size = copy_bytes(view, view.dtype())?;
    let block = Block::new(size)?;
    if size != 0 {
        // SAFETY: a contiguous view of so many bytes, readable by its maker's contract; the fresh
        // block has as many.
        unsafe { view.data().copy_to_nonoverlapping(block.start(), size) };
    }
    Ok(block)
}

/// Writes the elements of a view, converted, `start` elements into a block, in C order.
///
/// # Errors
/// `TA_ERR_DEVICE`, `TA_ERR_DTYPE`; `TA_ERR_INTERNAL` if they do not fit the block.
pub fn place(view: &View<'_>, block: &mut Block, start: i64, dtype: DType) -> Result<()> {
    check_convertible(view, dtype)?;
    if view.is_packed() {
        let message = format_args!("packed elements of {dtype} cannot be put one after another");
        return Err(Error::new(TA_ERR_DTYPE, message));
    }
    if is_whole_copy(view, dtype) {
        let count = usize::try_from(view.numel()).unwrap_or(usize::MAX);
        let at = place_of(block, start, count, dtype)?;
        // SAFETY: a contiguous view of so many elements, readable by its maker's contract; the
        // block, which is ours alone, has room for them there.
        unsafe { view.data().copy_to_nonoverlapping(at, count * dtype.itemsize()) };
        return Ok(());
    }
    let whole = [block.size() as i64 / dtype.itemsize() as i64];
    let whole = View::of_block(block, dtype, &whole, &[1], view.flags())?;
    let mut strides = Dims::zeros(view.shape().len());
    layout::compact_strides(view.shape(), 1, &mut strides)?;
    transfer(view, &whole.window(view.shape(), &strides, start)?, Pages::Fresh);
    Ok(())
}

/// Writes elements of `dtype` that stand at the start of a block, in C order, to a view of another block.
///
/// # Errors
/// `TA_ERR_DTYPE`; `TA_ERR_INTERNAL` if the block has not so many.
pub(super) fn spread(block: &Block, dtype: DType, target: &View<'_>) -> Result<()> {
    let mut strides = Dims::zeros(target.shape().len());
    layout::compact_strides(target.shape(), 1, &mut strides)?;
    let source = View::of_block(block, dtype, target.shape(), &strides, 0)?;
    check_convertible(&source, target.dtype())?;
    transfer(&source, target, Pages::Used);
    Ok(())
}

/// The place of `count` elements from number `index` on.
///
/// # Errors
/// `TA_ERR_INTERNAL` if it is not inside the block.
fn place_of(block: &mut Block, index: i64, count: usize, dtype: DType) -> Result<*mut u8> {
    let end = i64::try_from(count).ok().filter(|_| index >= 0).and_then(|n| index.checked_add(n));
    match end.is_some_and(|end| bytes(end, dtype).is_ok_and(|end| end <= block.size())) {
        true => Ok(block.start().wrapping_add(index as usize * dtype.itemsize())),
        false => Err(Error::new(TA_ERR_INTERNAL, format_args!("a value outside its block"))),
    }
}

/// Writes the values from the first on that are elements of `dtype` as they are, where that is one
/// of those that hosts' numbers become by themselves; returns how many.
///
/// # Errors
/// `TA_ERR_INTERNAL` if all of them would not be inside the block.
pub fn put_plain(values: &[Scalar], block: &mut Block, index: i64, dtype: DType) -> Result<usize> {
    let at = place_of(block, index, values.len(), dtype)?;
    let float = |value| match value {
        Scalar::Float(v) => Some(v),
        _ => None,
    };
    let int = |value| match value {
        Scalar::Int(v) => Some(v),
        _ => None,
    };
    let bool = |value| match value {
        Scalar::Bool(v) => Some(v),
        _ => None,
    };
    Ok(match dtype {
        // SAFETY: room for all of them, as checked above; so are the next three.
        DType::F32 => unsafe { put_each(values, at.cast(), |v| float(v).map(|v| v as f32)) },
        // SAFETY: as above.
        DType::F64 => unsafe { put_each(values, at.cast(), float) },
        // SAFETY: as above.
        DType::I64 => unsafe { put_each(values, at.cast(), int) },
        // SAFETY: as above.
        DType::BOOL => unsafe { put_each(values, at.cast(), bool) },
        _ => 0,
    })
}

/// Writes what `element` makes of the values, up to the first of which it makes nothing; returns
/// how many.
///
/// # Safety
/// As many elements as values can be written from `at` on.
unsafe fn put_each<T>(
    values: &[Scalar],
    at: *mut T,
    element: impl Fn(Scalar) -> Option<T>,
) -> usize {
    for (position, &value) in values.iter().enumerate() {
        let Some(element) = element(value) else { return position };
        // SAFETY: there are as many elements as values; they need no alignment.
        unsafe { at.wrapping_add(position).write_unaligned(element) };
    }
    values.len()
}

/// Writes one value into a block, by the rules of a tensor conversion.
///
/// # Errors
/// `TA_ERR_DTYPE` if the dtype has no values; `TA_ERR_INTERNAL` if it is outside the block.
pub fn put(value: Scalar, block: &mut Block, index: i64, dtype: DType) -> Result<()> {
    if put_plain(&[value], block, index, dtype)? == 1 {
        return Ok(());
    }
    let at = place_of(block, index, 1, dtype)?;
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

/// A tensor whose elements may be written, each in a place of its own.
pub struct Writable<'t>(&'t Tensor);

impl<'t> Writable<'t> {
    /// Checks that the memory can be written; whose gradient that would make wrong is for the caller
    /// to ask.
    ///
    /// # Errors
    /// `TA_ERR_NOT_WRITABLE`.
    pub fn of(tensor: &'t Tensor) -> Result<Writable<'t>> {
        let obstacle = if tensor.is_read_only() {
            "target is read-only"
        } else if !tensor.is_contiguous()
            && !layout::is_non_overlapping(tensor.shape(), tensor.strides())
        {
            "several elements of target may share one place in memory"
        } else {
            return Ok(Writable(tensor));
        };
        Err(Error::new(TA_ERR_NOT_WRITABLE, format_args!("{obstacle}")))
    }

    /// What is to be written.
    pub fn view(&self) -> View<'_> {
        self.0.view()
    }
}

/// Overwrites the elements of `target` with those of `source`, which has the same shape.
///
/// # Errors
/// `TA_ERR_DEVICE`, `TA_ERR_DTYPE`; `TA_ERR_INTERNAL` for other shapes; `TA_ERR_OUT_OF_MEMORY` if
/// the two overlap and memory to copy through cannot be had.
pub fn overwrite(target: &Writable<'_>, source: &View<'_>) -> Result<()> {
    let view = target.view();
    check_readable(source.device())?;
    check_readable(view.device())?;
    check_overwrite(&view, source)?;
    if view.is_packed() {
        overwrite_packed(&view, source);
        return Ok(());
    }
    if !source.overlaps(&view) {
        transfer(source, &view, Pages::Used);
        return Ok(());
    }
    let mut strides = Dims::zeros(source.shape().len());
    let copy = gather(source, view.dtype(), false, &mut strides)?;
    let copied = View::of_block(&copy, view.dtype(), source.shape(), &strides, view.flags())?;
    transfer(&copied, &view, Pages::Used);
    Ok(())
}

/// That the elements of `target` can be overwritten with those of `source`, wherever they are.
///
/// # Errors
/// `TA_ERR_DTYPE`; `TA_ERR_INTERNAL` for other shapes.
pub fn check_overwrite(target: &View<'_>, source: &View<'_>) -> Result<()> {
    check_conversion(source, target.dtype())?;
    if source.shape() != target.shape() {
        return Err(Error::new(TA_ERR_INTERNAL, format_args!("elements of another shape")));
    }
    if source.dtype() == target.dtype() && source.is_packed() != target.is_packed() {
        let message = format_args!("packed {0} and padded {0} do not mix", target.dtype());
        return Err(Error::new(TA_ERR_DTYPE, message));
    }
    // Of packed elements, both sides have to be a contiguous whole.
    check_conversion(target, target.dtype())
}

/// Writes one value to every element of `target`.
///
/// # Errors
/// `TA_ERR_DEVICE`; `TA_ERR_DTYPE` if the dtype has no values.
pub fn fill(target: &Writable<'_>, value: Scalar) -> Result<()> {
    let view = target.view();
    check_readable(view.device())?;
    let mut steps = Dims::zeros(view.shape().len());
    view.byte_strides(&mut steps);
    let elements = Elements { dtype: view.dtype(), swapped: false, strides: &steps };
    // SAFETY: a tensor's own elements, which may be written and do not overlap.
    match unsafe { convert::fill(view.shape(), value, view.data(), elements) } {
        true => Ok(()),
        false => Err(no_values(view.dtype())),
    }
}

/// Copies between views of one shape, not packed. The callers have checked that there is a
/// conversion, and that the target may be written and overlaps neither itself nor the source.
fn transfer(source: &View<'_>, target: &View<'_>, pages: Pages) {
    let axes = source.shape().len();
    let (mut from, mut to) = (Dims::zeros(axes), Dims::zeros(axes));
    source.byte_strides(&mut from);
    target.byte_strides(&mut to);
    let (read, write) = (carrier(source, target.dtype()), carrier(target, source.dtype()));
    let (Some(read), Some(write)) = (read, write) else { return };
    let readable = Elements { dtype: read, swapped: source.is_swapped(), strides: &from };
    let writable = Elements { dtype: write, swapped: target.is_swapped(), strides: &to };
    // SAFETY: both are views, so readable and, as the callers have checked, writable.
    unsafe {
        convert::copy(source.shape(), source.data(), readable, target.data(), writable, pages)
    };
}

/// Copies packed elements, contiguous on both sides, bit for bit: the last byte may be shared with
/// elements that are not the target's. The two may overlap.
fn overwrite_packed(target: &View<'_>, source: &View<'_>) {
    let bits = source.numel() as u64 * u64::from(source.dtype().total_bits());
    let (whole, rest) = ((bits / 8) as usize, bits % 8);
    let last = source.data().wrapping_add(whole);
    // SAFETY: if there is a rest, it is in the byte behind the whole ones, which is readable. Read
    // before anything is written, as it may be among it.
    let tail = if rest == 0 { 0 } else { unsafe { last.read() } };
    // SAFETY: both have this many bytes, readable and, as the caller has checked, writable.
    unsafe { source.data().copy_to(target.data(), whole) };
    if rest != 0 {
        let mask = (1u8 << rest) - 1;
        let place = target.data().wrapping_add(whole);
        // SAFETY: the target's last byte, as that of the source.
        let kept = unsafe { place.read() } & !mask;
        // SAFETY: as above.
        unsafe { place.write(kept | tail & mask) };
    }
}
