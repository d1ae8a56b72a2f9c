//! Writes into a tensor.

use crate::convert::memory::{self, Writable};
use crate::hub::element;
use crate::model::error::Result;
use crate::model::layout::MAX_NDIM;
use crate::model::scalar::Scalar;
use crate::model::tensor::Tensor;

/// Overwrites `target` with `source`, converted and broadcast.
///
/// # Errors
/// As `ta_copy_into` lists them; nothing has been written then.
#[doc(alias = "ta_copy_into")]
pub fn copy_into(target: &Tensor, source: &Tensor) -> Result<()> {
    let writable = Writable::of(target)?;
    if source.shape() == target.shape() {
        return memory::overwrite(&writable, &source.view());
    }
    let mut strides = [0; MAX_NDIM];
    let strides = &mut strides[..target.shape().len()];
    memory::overwrite(&writable, &source.view().broadcast(target.shape(), strides)?)
}

/// Writes one value to every element of `target`.
///
/// # Errors
/// As `ta_fill` lists them; nothing has been written then.
#[doc(alias = "ta_fill")]
pub fn fill(target: &Tensor, value: Scalar) -> Result<()> {
    let writable = Writable::of(target)?;
    memory::fill(&writable, element::fit(value, target.dtype())?)
}
