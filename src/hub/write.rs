//! Writes into a tensor.

use crate::convert::memory::{self, Writable};
use crate::devices;
use crate::history;
use crate::hub::element;
use crate::model::device::Device;
use crate::model::error::Result;
use crate::model::prefix::Dims;
use crate::model::scalar::Scalar;
use crate::model::tensor::Tensor;
use crate::model::view::View;

/// Overwrites `target` with `source`, converted and broadcast.
///
/// # Errors
/// As `ta_copy_into` lists them; nothing has been written then.
#[doc(alias = "ta_copy_into")]
pub fn copy_into(target: &Tensor, source: &Tensor) -> Result<()> {
    let writable = writable(target)?;
    let mut strides = Dims::zeros(target.shape().len());
    match source.shape() == target.shape() {
        true => overwrite(&writable, &source.view()),
        false => {
            let repeated = source.view();
            overwrite(&writable, &repeated.broadcast(target.shape(), &mut strides)?)
        }
    }?;
    target.count_write();
    Ok(())
}

/// Overwrites, wherever the two are.
fn overwrite(target: &Writable<'_>, source: &View<'_>) -> Result<()> {
    match target.view().device() == Device::CPU && source.device() == Device::CPU {
        true => memory::overwrite(target, source),
        false => devices::overwrite(target, source),
    }
}

/// Writes one value to every element of `target`.
///
/// # Errors
/// As `ta_fill` lists them; nothing has been written then.
#[doc(alias = "ta_fill")]
pub fn fill(target: &Tensor, value: Scalar) -> Result<()> {
    let writable = writable(target)?;
    let value = element::fit(value, target.dtype())?;
    match target.device() == Device::CPU {
        true => memory::fill(&writable, value),
        false => fill_there(&writable, value),
    }?;
    target.count_write();
    Ok(())
}

/// Writes a value to every element of a target on a device: one element, repeated.
fn fill_there(target: &Writable<'_>, value: Scalar) -> Result<()> {
    let view = target.view();
    let mut block = memory::room(1, view.dtype())?;
    memory::put(value, &mut block, 0, view.dtype())?;
    let one = View::of_block(&block, view.dtype(), &[], &[], view.flags())?;
    let mut strides = Dims::zeros(view.shape().len());
    devices::overwrite(target, &one.broadcast(view.shape(), &mut strides)?)
}

/// The target, if neither its memory nor a gradient stands in the way.
fn writable(target: &Tensor) -> Result<Writable<'_>> {
    history::check_writable(target)?;
    Writable::of(target)
}
