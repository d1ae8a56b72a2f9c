//! Writes into a tensor.

use crate::convert::memory::{self, Writable};
use crate::history;
use crate::hub::element;
use crate::model::error::Result;
use crate::model::prefix::Dims;
use crate::model::scalar::Scalar;
use crate::model::tensor::Tensor;

/// Overwrites `target` with `source`, converted and broadcast.
///
/// # Errors
/// As `ta_copy_into` lists them; nothing has been written then.
#[doc(alias = "ta_copy_into")]
pub fn copy_into(target: &Tensor, source: &Tensor) -> Result<()> {
    let writable = writable(target)?;
    let mut strides = Dims::zeros(target.shape().len());
    match source.shape() == target.shape() {
        true => memory::overwrite(&writable, &source.view()),
        false => {
            memory::overwrite(&writable, &source.view().broadcast(target.shape(), &mut strides)?)
        }
    }?;
    target.count_write();
    Ok(())
}

/// Writes one value to every element of `target`.
///
/// # Errors
/// As `ta_fill` lists them; nothing has been written then.
#[doc(alias = "ta_fill")]
pub fn fill(target: &Tensor, value: Scalar) -> Result<()> {
    let writable = writable(target)?;
    memory::fill(&writable, element::fit(value, target.dtype())?)?;
    target.count_write();
    Ok(())
}

/// The target, if neither its memory nor a gradient stands in the way.
fn writable(target: &Tensor) -> Result<Writable<'_>> {
    history::check_writable(target)?;
    Writable::of(target)
}
