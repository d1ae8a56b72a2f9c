//! Gradients where they are due: copied, moved, and brought to the CPU for what only that computes.

use crate::devices::{self, Wish};
use crate::model::device::Device;
use crate::model::dtype::DType;
use crate::model::error::Result;
use crate::model::prefix::Dims;
use crate::model::provenance::Provenance;
use crate::model::tensor::{Marks, Tensor};

/// The elements of a tensor as numbers of `dtype`, in memory of their own on `device`.
pub(super) fn copied(tensor: &Tensor, dtype: DType, device: Device) -> Result<Tensor> {
    made(tensor, &Wish { dtype, device, contiguous: true, stream: 0, to: None })
}

fn made(tensor: &Tensor, wish: &Wish<'_>) -> Result<Tensor> {
    let mut strides = Dims::zeros(tensor.shape().len());
    let moved = devices::gather(&tensor.view(), wish, &mut strides)?;
    let marks = Marks { flags: 0, provenance: Provenance::COMPUTED };
    moved.into_tensor(wish.dtype, tensor.shape(), &strides, marks, None)
}

/// A tensor on `device`: itself, if it is there already.
pub(super) fn on(tensor: &Tensor, device: Device) -> Result<Tensor> {
    match tensor.device() == device {
        true => Ok(tensor.clone()),
        false => copied(tensor, tensor.dtype(), device),
    }
}

/// What `compute` makes of a tensor on the CPU, on the device where that tensor is.
pub(super) fn through_cpu(
    tensor: &Tensor,
    compute: impl FnOnce(&Tensor) -> Result<Tensor>,
) -> Result<Tensor> {
    let device = tensor.device();
    if device == Device::CPU {
        return compute(tensor);
    }
    let result = compute(&copied(tensor, tensor.dtype(), Device::CPU)?)?;
    // Also where the device's type has been given to another since.
    let there = devices::serving(&tensor.view())?;
    let to = Some(&there);
    made(&result, &Wish { dtype: result.dtype(), device, contiguous: true, stream: 0, to })
}
