//! Views: other shapes, strides and offsets over the memory of a tensor.

use std::ffi::CStr;

use crate::history;
use crate::model::error::Result;
use crate::model::layout;
use crate::model::make;
use crate::model::prefix::Dims;
use crate::model::tensor::Tensor;

/// A tensor over part of another one's memory; strides and offset in elements. `name` is what its node
/// is called, if it is to have one; `None`: `AsStridedBackward0`.
///
/// # Errors
/// As `ta_view` lists them.
#[doc(alias = "ta_view")]
pub fn view(
    tensor: &Tensor,
    shape: &[i64],
    strides: Option<&[i64]>,
    offset: i64,
    name: Option<&CStr>,
) -> Result<Tensor> {
    layout::numel(shape)?;
    let mut compact = Dims::zeros(shape.len());
    layout::compact_strides(shape, 1, &mut compact)?;
    let strides = strides.unwrap_or(&compact);
    let whole = tensor.view();
    let window = whole.window(shape, strides, offset)?;
    let gradient = history::viewed(name, tensor, shape, strides, offset)?;
    make::over(tensor, &window, tensor.flags(), gradient)
}
