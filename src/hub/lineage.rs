//! What a result descends from: the gradient state that it gets.
//!
//! What was asked for has been checked: here `requires_grad` is what the result does.

use crate::history::{self, Node, Part};
use crate::model::error::Result;
use crate::model::gradient::Gradient;
use crate::model::shared::Shared;
use crate::model::tensor::Tensor;

type State = Option<Shared<dyn Gradient>>;

/// From where a result gets its state.
pub(super) enum Lineage {
    /// From its source, as the options of the call say.
    AsRequested,
    /// From an operation of the host, which has a node or, where nothing is recorded, none. The result is
    /// a handle of its own in any case.
    Recorded(Option<Shared<Node>>),
}

impl Lineage {
    /// Whether the result may be a tensor that there is already.
    pub(super) fn is_free(&self) -> bool {
        matches!(self, Lineage::AsRequested)
    }

    /// The state of another handle over the memory of `tensor`: the same one, if it requires grad.
    pub(super) fn of_alias(&self, tensor: &Tensor, requires_grad: bool) -> Result<State> {
        let same = || Ok(tensor.gradient().filter(|state| state.requires_grad()).cloned());
        self.of(requires_grad, same)
    }

    /// The state of a copy of `tensor`.
    pub(super) fn of_copy(
        &self,
        tensor: &Tensor,
        converted: bool,
        requires_grad: bool,
    ) -> Result<State> {
        self.of(requires_grad, || history::copied(tensor, converted))
    }

    /// The state of a tensor with `parts` that require grad.
    pub(super) fn of_stack(&self, parts: &[Part], requires_grad: bool) -> Result<State> {
        self.of(requires_grad, || history::stacked(parts))
    }

    /// The state of a tensor that was made of something without a history.
    pub(super) fn of_values(&self, requires_grad: bool) -> Result<State> {
        self.of(requires_grad, || Ok(None))
    }

    /// What the source hands on, or else a leaf's.
    fn of(&self, requires_grad: bool, inherited: impl FnOnce() -> Result<State>) -> Result<State> {
        match self {
            Lineage::Recorded(node) => Ok(node.clone().map(Shared::from)),
            Lineage::AsRequested if !requires_grad => Ok(None),
            Lineage::AsRequested => match inherited()? {
                Some(state) => Ok(Some(state)),
                None => history::leaf().map(Some),
            },
        }
    }
}
