//! Tensors over memory of our own that may be on a device.

use crate::devices::{self, Wish};
use crate::hub::Request;
use crate::model::alloc::Block;
use crate::model::device::Device;
use crate::model::dtype::DType;
use crate::model::error::Result;
use crate::model::gradient::Gradient;
use crate::model::make;
use crate::model::shared::Shared;
use crate::model::tensor::{Marks, Tensor};

/// A tensor of values, which are in a block of our own and go where they are wanted.
///
/// # Errors
/// As [`Moved::into_tensor`](devices::Moved::into_tensor), and what a backend says.
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
    devices::upload(block, &wish)?.into_tensor(dtype, shape, strides, marks, gradient)
}
