//! What a tensor answers about gradients to those who do not compute any.
//!
//! Refuses to know what a history is: behind the trait is a leaf's state or the node that computed
//! the tensor, and only the floor of histories tells which.

use std::any::Any;

use once_cell::race::OnceBox;

use crate::model::shared::Shared;

/// The state behind a tensor that takes part in a history, or may.
pub trait Gradient: Any + Send + Sync {
    /// Whether gradients are wanted.
    fn requires_grad(&self) -> bool;

    /// Whether no recorded operation made the tensor.
    fn is_leaf(&self) -> bool;
}

/// A tensor's one pointer to its state: NULL without one, and set once.
pub(super) type Slot = OnceBox<Shared<dyn Gradient>>;
