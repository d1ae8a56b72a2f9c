//! From an operation to one of its inputs, and what a gradient that goes there must look like.

use crate::abi::TA_ERR_GRAD;
use crate::history::A_HISTORY;
use crate::history::leaf::Leaf;
use crate::history::node::Node;
use crate::history::{place, state, sum};
use crate::model::device::Device;
use crate::model::dtype::DType;
use crate::model::error::{Error, Result};
use crate::model::layout::{self, List, MAX_NDIM};
use crate::model::lists;
use crate::model::shared::Shared;
use crate::model::tensor::Tensor;

/// Where a gradient goes.
pub(super) enum Target {
    Node(Shared<Node>),
    Leaf(Shared<Leaf>),
}

/// A place for the gradient of one input. It knows what the input looked like, and does not keep its
/// memory.
pub(super) struct Edge {
    pub(super) target: Target,
    pub(super) likeness: Likeness,
}

impl Edge {
    /// The edge to a tensor; `None` if it requires no gradient.
    ///
    /// # Errors
    /// `TA_ERR_OUT_OF_MEMORY`.
    pub(super) fn to(input: &Tensor) -> Result<Option<Edge>> {
        let Some(target) = target(input) else { return Ok(None) };
        Ok(Some(Edge { target, likeness: Likeness::of(input)? }))
    }
}

fn target(input: &Tensor) -> Option<Target> {
    let state = input.gradient().filter(|state| state.requires_grad())?;
    match state.is_leaf() {
        true => state.clone().downcast().map(Target::Leaf),
        false => state.clone().downcast().map(Target::Node),
    }
}

/// What a tensor looks like, as far as its gradient must look the same.
pub(super) struct Likeness {
    shape: Vec<i64>,
    dtype: DType,
    device: Device,
}

impl Likeness {
    fn of(tensor: &Tensor) -> Result<Likeness> {
        let shape = lists::copied(tensor.shape(), A_HISTORY)?;
        Ok(Likeness { shape, dtype: tensor.dtype(), device: tensor.device() })
    }

    /// The gradient in the shape and dtype that are due here, without a history of its own: what was
    /// broadcast is added up, and numbers are converted.
    ///
    /// # Errors
    /// `TA_ERR_GRAD` for a shape or device that cannot be the input's; `TA_ERR_DTYPE`,
    /// `TA_ERR_DEVICE`, `TA_ERR_OUT_OF_MEMORY`.
    pub(super) fn fit(&self, gradient: Tensor) -> Result<Tensor> {
        if gradient.device() != self.device {
            return Err(Error::new(
                TA_ERR_GRAD,
                format_args!("it is on {}, but the input on {}", gradient.device(), self.device),
            ));
        }
        let gradient = match *gradient.shape() == *self.shape {
            true => gradient,
            false => self.unbroadcast(&gradient)?,
        };
        let gradient = match gradient.dtype() == self.dtype {
            true => gradient,
            false => place::copied(&gradient, self.dtype, self.device)?,
        };
        if gradient.requires_grad() { state::detach(&gradient) } else { Ok(gradient) }
    }

    /// Adds up along the axes over which the input was broadcast to the gradient's shape.
    fn unbroadcast(&self, gradient: &Tensor) -> Result<Tensor> {
        let shape = gradient.shape();
        let (own, mut repeated) = ([0; MAX_NDIM], [0; MAX_NDIM]);
        let (own, repeated) = (&own[..self.shape.len()], &mut repeated[..shape.len()]);
        if layout::broadcast_strides(&self.shape, own, shape, repeated).is_err() {
            let message = format_args!(
                "it has shape {}, which the input's, {}, does not broadcast to",
                List(shape),
                List(&self.shape)
            );
            return Err(Error::new(TA_ERR_GRAD, message));
        }
        place::through_cpu(gradient, |gradient| sum::to_shape(gradient, &self.shape))
    }
}
