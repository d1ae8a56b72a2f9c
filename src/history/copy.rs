//! The history of a copy.

use crate::history::arithmetic::Signs;
use crate::history::node::{Name, Node};
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
    Node::record(Name::Known(name), [tensor].into_iter(), || Ok(Signs::KEPT))
}
