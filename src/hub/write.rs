//! Writes into a tensor: refused where somebody relies on there being none.

use crate::abi::TA_ERR_NOT_WRITABLE;
use crate::convert::memory;
use crate::hub::element;
use crate::model::error::{Error, Result};
use crate::model::layout::{self, MAX_NDIM};
use crate::model::scalar::Scalar;
use crate::model::tensor::Tensor;

/// Overwrites `target` with `source`, converted and broadcast.
///
/// # Errors
/// As `ta_copy_into` lists them; nothing has been written then.
#[doc(alias = "ta_copy_into")]
pub fn copy_into(target: &Tensor, source: &Tensor) -> Result<()> {
    check_writable(target)?;
    if source.shape() == target.shape() {
        return memory::overwrite(target, &source.view());
    }
    let mut strides = [0; MAX_NDIM];
    let strides = &mut strides[..target.shape().len()];
    layout::broadcast_strides(source.shape(), source.strides(), target.shape(), strides)?;
    memory::overwrite(target, &source.view().broadcast(target.shape(), strides)?)
}

/// Writes one value to every element of `target`.
///
/// # Errors
/// As `ta_fill` lists them; nothing has been written then.
#[doc(alias = "ta_fill")]
pub fn fill(target: &Tensor, value: Scalar) -> Result<()> {
    check_writable(target)?;
    memory::fill(target, element::fit(value, target.dtype())?)
}

fn check_writable(target: &Tensor) -> Result<()> {
    let obstacle = if target.is_read_only() {
        "target is read-only"
    } else if target.requires_grad() {
        "target requires grad: writing to it in place would make its gradient wrong"
    } else if !layout::is_non_overlapping(target.shape(), target.strides()) {
        "several elements of target share one place in memory"
    } else {
        return Ok(());
    };
    Err(Error::new(TA_ERR_NOT_WRITABLE, format_args!("{obstacle}")))
}
