//! The history of a copy.

use std::sync::Arc;

use crate::history::arithmetic::Signs;
use crate::history::node::Node;
use crate::model::gradient::Gradient;
use crate::model::tensor::Tensor;

/// The state of a copy of `tensor` that stays in its history; `converted` to another dtype or device,
/// or not. `None` if there is nothing to record.
pub fn copied(tensor: &Tensor, converted: bool) -> Option<Arc<dyn Gradient>> {
    let name = if converted { c"ToCopyBackward0" } else { c"CloneBackward0" };
    Node::record(name, [tensor].into_iter(), || Signs::KEPT)
}
