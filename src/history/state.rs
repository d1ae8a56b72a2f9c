//! The questions that a caller asks of one tensor: flag, gradient, node; and the detached alias.

use std::any::Any;

use crate::abi::TA_ERR_GRAD;
use crate::history::leaf::Leaf;
use crate::history::mode;
use crate::history::node::Node;
use crate::model::dtype::DType;
use crate::model::error::{Error, Result};
use crate::model::gradient::Gradient;
use crate::model::layout::List;
use crate::model::make;
use crate::model::shared::Shared;
use crate::model::tensor::Tensor;

/// That elements of `dtype` can have a gradient.
///
/// # Errors
/// `TA_ERR_GRAD`.
pub(super) fn check_differentiable(dtype: DType) -> Result<()> {
    match dtype.is_differentiable() {
        true => Ok(()),
        false => Err(Error::new(
            TA_ERR_GRAD,
            format_args!(
                "only tensors of floating point and complex dtype can require gradients, not {dtype}"
            ),
        )),
    }
}

/// Changes whether a leaf requires grad.
///
/// # Errors
/// As `ta_set_requires_grad` lists them.
#[doc(alias = "ta_set_requires_grad")]
pub fn set_requires_grad(tensor: &Tensor, wanted: bool) -> Result<()> {
    if wanted {
        check_differentiable(tensor.dtype())?;
    } else if !tensor.requires_grad() {
        return Ok(());
    }
    match leaf_of(tensor.gradient_or(|| Leaf::state(wanted))?) {
        Some(leaf) => leaf.want(wanted),
        None if wanted => {}
        None => {
            let message = format_args!(
                "you can only change requires_grad flags of leaf tensors; detach this one instead"
            );
            return Err(Error::new(TA_ERR_GRAD, message));
        }
    }
    Ok(())
}

/// The gradient that a leaf has.
#[doc(alias = "ta_grad")]
pub fn grad(tensor: &Tensor) -> Option<Tensor> {
    leaf_of(tensor.gradient()?)?.grad().clone()
}

/// Replaces the gradient of a leaf, or clears it.
///
/// # Errors
/// As `ta_set_grad` lists them.
#[doc(alias = "ta_set_grad")]
pub fn set_grad(tensor: &Tensor, grad: Option<&Tensor>) -> Result<()> {
    if let Some(grad) = grad {
        check_grad(tensor, grad)?;
    } else if tensor.gradient().is_none() {
        return Ok(());
    }
    let Some(leaf) = leaf_of(tensor.gradient_or(|| Leaf::state(false))?) else {
        return match grad {
            None => Ok(()),
            Some(_) => Err(Error::new(
                TA_ERR_GRAD,
                format_args!("only leaf tensors keep a gradient, and this one was computed"),
            )),
        };
    };
    let before = std::mem::replace(&mut *leaf.grad(), grad.cloned());
    // The lock is open again: this may run foreign code.
    drop(before);
    Ok(())
}

/// That a tensor can be the gradient of another.
fn check_grad(tensor: &Tensor, grad: &Tensor) -> Result<()> {
    check_differentiable(tensor.dtype())?;
    let refused = |message: std::fmt::Arguments<'_>| Err(Error::new(TA_ERR_GRAD, message));
    if grad.is(tensor) {
        return refused(format_args!("a tensor can't be its own gradient"));
    }
    if grad.shape() != tensor.shape() {
        let (given, want) = (List(grad.shape()), List(tensor.shape()));
        return refused(format_args!("grad has shape {given}, but the tensor has {want}"));
    }
    if grad.dtype() != tensor.dtype() {
        let (given, want) = (grad.dtype(), tensor.dtype());
        return refused(format_args!("grad has dtype {given}, but the tensor has {want}"));
    }
    if grad.device() != tensor.device() {
        let (given, want) = (grad.device(), tensor.device());
        return refused(format_args!("grad is on {given}, but the tensor is on {want}"));
    }
    // A history in a leaf's gradient could lead back to the leaf, which would then never go.
    if grad.requires_grad() {
        return refused(format_args!("grad requires grad itself; detach it first"));
    }
    Ok(())
}

/// The node of the operation that made a tensor.
#[doc(alias = "ta_grad_fn")]
pub fn grad_fn(tensor: &Tensor) -> Option<Shared<Node>> {
    tensor.gradient()?.clone().downcast()
}

/// Another handle over the same memory, without a history.
///
/// # Errors
/// `TA_ERR_OUT_OF_MEMORY`.
#[doc(alias = "ta_detach")]
pub fn detach(tensor: &Tensor) -> Result<Tensor> {
    make::over(tensor, &tensor.view(), tensor.flags(), None)
}

/// That a write in place makes no gradient wrong.
///
/// # Errors
/// `TA_ERR_GRAD` for a tensor that requires grad; a leaf may be written while nothing is recorded.
pub fn check_writable(tensor: &Tensor) -> Result<()> {
    if !tensor.requires_grad() || tensor.is_leaf() && !mode::is_enabled() {
        return Ok(());
    }
    let why = match tensor.is_leaf() {
        true => "a leaf that requires grad is not written in place while operations are recorded",
        false => "a tensor with a history is not written in place",
    };
    Err(Error::new(TA_ERR_GRAD, format_args!("target requires grad: {why}")))
}

fn leaf_of(state: &Shared<dyn Gradient>) -> Option<&Leaf> {
    let state: &dyn Any = &**state;
    state.downcast_ref()
}
