//! Views: other shapes, strides and offsets over the memory of a tensor.

use crate::abi::*;
use crate::convert::memory;
use crate::model::dtype::DType;
use crate::model::error::{Error, Result};
use crate::model::layout::{self, List};
use crate::model::owner::Owner;
use crate::model::provenance::Provenance;
use crate::model::scalar::Scalar;
use crate::model::tensor::{Draft, Facts, Tensor};

/// A tensor over part of another one's memory; strides and offset in elements.
///
/// # Errors
/// As `ta_view` lists them.
#[doc(alias = "ta_view")]
pub fn view(
    tensor: &Tensor,
    shape: &[i64],
    strides: Option<&[i64]>,
    offset: i64,
) -> Result<Tensor> {
    let mut compact = [0; layout::MAX_NDIM];
    let compact = &mut compact[..shape.len()];
    let empty = layout::numel(shape)? == 0;
    layout::compact_strides(shape, 1, compact)?;
    let strides = strides.unwrap_or(compact);
    check_bounds(tensor, shape, strides, offset)?;
    // An empty view points nowhere else than its parent does, whatever its offset.
    let (data, byte_offset) = if empty { place(tensor, 0)? } else { place(tensor, offset)? };
    let provenance = Provenance::alias(TA_ORIGIN_TENSOR);
    let facts = Facts { data, byte_offset, provenance, requires_grad: false, ..*tensor.facts() };
    let draft = Draft::new(shape, facts, |out| {
        out.copy_from_slice(strides);
        Ok(())
    })?;
    Ok(draft.adopt(Owner::Tensor(tensor.root())))
}

/// That a view reaches no element outside those that its parent reaches.
fn check_bounds(tensor: &Tensor, shape: &[i64], strides: &[i64], offset: i64) -> Result<()> {
    let Some((low, high)) = layout::span(shape, strides.iter().copied())? else { return Ok(()) };
    let (low, high) = (i128::from(low) + i128::from(offset), i128::from(high) + i128::from(offset));
    let whole = layout::span(tensor.shape(), tensor.strides().iter().copied())?;
    if whole.is_some_and(|(first, last)| i128::from(first) <= low && high <= i128::from(last)) {
        return Ok(());
    }
    let (first, last) = whole.unwrap_or((0, -1));
    let message = format_args!(
        "a view of shape {} with strides {} at offset {offset} reaches elements {low} to {high}, \
         but the tensor has {first} to {last}",
        List(shape),
        List(strides)
    );
    Err(Error::new(TA_ERR_OUT_OF_BOUNDS, message))
}

/// Data and byte offset of the element `offset` elements on, inside the tensor's bounds.
fn place(tensor: &Tensor, offset: i64) -> Result<(*mut u8, u64)> {
    let bits = match tensor.view().is_packed() {
        true => i128::from(tensor.dtype().total_bits()),
        false => 8 * tensor.dtype().itemsize() as i128,
    };
    let distance = i128::from(offset) * bits;
    if distance % 8 != 0 {
        return Err(inside_a_byte(tensor.dtype(), offset));
    }
    // In bounds, so it is a distance within one object, or from its handle.
    let bytes = (distance / 8) as isize;
    Ok(match tensor.device().has_addresses() {
        true => (tensor.data().wrapping_offset(bytes), 0),
        false => (tensor.data(), tensor.facts().byte_offset.wrapping_add_signed(bytes as i64)),
    })
}

#[cold]
fn inside_a_byte(dtype: DType, offset: i64) -> Error {
    let message = format_args!("element {offset} of packed {dtype} does not begin at a byte");
    Error::new(TA_ERR_DTYPE, message)
}

/// The value of one element.
///
/// # Errors
/// As `ta_item` lists them.
#[doc(alias = "ta_item")]
pub fn item(tensor: &Tensor, index: &[i64]) -> Result<Scalar> {
    let view = tensor.view();
    if view.is_packed() {
        let message =
            format_args!("packed elements of {} have no values that can be read", tensor.dtype());
        return Err(Error::new(TA_ERR_DTYPE, message));
    }
    let element = view.element(index).ok_or_else(|| {
        let message =
            format_args!("index {} is outside shape {}", List(index), List(tensor.shape()));
        Error::new(TA_ERR_OUT_OF_BOUNDS, message)
    })?;
    memory::value(&element)
}
