//! The history of a copy.

use crate::history::node::{Backward, Due, Name, Node};
use crate::history::place;
use crate::model::device::Device;
use crate::model::error::Result;
use crate::model::gradient::Gradient;
use crate::model::shared::Shared;
use crate::model::tensor::Tensor;

/// The state of a copy of `tensor` that stays in its history; `converted` to another dtype or device,
/// or not. `None` if there is nothing to record.
///
/// # Errors
/// `TA_ERR_OUT_OF_MEMORY`.
pub fn copied(tensor: &Tensor, converted: bool) -> Result<Option<Shared<dyn Gradient>>> {
    let name = if converted { c"ToCopyBackward0" } else { c"CloneBackward0" };
    let copied = || Ok(Copied { from: tensor.device() });
    Node::record(Name::Known(name), [tensor].into_iter(), copied)
}

/// Elements that came from a device, to which their gradients go back. Whoever takes them there converts
/// them too.
struct Copied {
    from: Device,
}

impl Backward for Copied {
    fn is_spent(&self) -> bool {
        false
    }

    fn backward(&self, gradient: &Tensor, inputs: &mut [Due]) -> Result<()> {
        inputs.iter_mut().try_for_each(|input| input.give(|| place::on(gradient, self.from)))
    }
}
