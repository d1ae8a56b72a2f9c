//! Tensors over memory of our own that may be on a device.

use crate::devices::{self, Moved, Wish};
use crate::hub::Request;
use crate::model::alloc::Block;
use crate::model::device::Device;
use crate::model::dtype::DType;
use crate::model::error::Result;
use crate::model::gradient::Gradient;
use crate::model::make;
use crate::model::shared::Shared;
use crate::model::tensor::{Draft, Marks, Tensor};

/// A tensor over a copy, wherever it went; strides in elements.
///
/// # Errors
/// `TA_ERR_OUT_OF_MEMORY`; `TA_ERR_INTERNAL` if it would reach outside the copy.
pub(super) fn of_moved(
    moved: Moved,
    dtype: DType,
    shape: &[i64],
    strides: &[i64],
    marks: Marks,
    gradient: Option<Shared<dyn Gradient>>,
) -> Result<Tensor> {
    let provenance = marks.provenance.staged(moved.staged);
    let view = moved.view(dtype, shape, strides, marks.flags)?;
    let draft = Draft::new(&view, Marks { provenance, ..marks })?.with(gradient)?;
    Ok(draft.adopt(moved.into_owner()?))
}

/// A tensor of values, which are in a block of our own and go where they are wanted.
///
/// # Errors
/// As [`of_moved`], and what a backend says.
pub(super) fn of_values(
    block: Block,
    dtype: DType,
    shape: &[i64],
    strides: &[i64],
    request: &Request,
    marks: Marks,
    gradient: Option<Shared<dyn Gradient>>,
) -> Result<Tensor> {
    let device = request.device.unwrap_or(Device::CPU);
    if device == Device::CPU {
        return make::of_block(block, dtype, shape, strides, marks, gradient);
    }
    let (device, stream) = (devices::resolve(device)?, request.stream);
    let wish = Wish { dtype, device, contiguous: true, stream, to: None };
    let moved = devices::upload(block, &wish)?;
    of_moved(moved, dtype, shape, strides, marks, gradient)
}
