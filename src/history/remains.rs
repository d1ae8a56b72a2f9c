//! Letting histories go, one part after the other.
//!
//! A node drops what it leads to, and a leaf its gradient, which may have a history of its own: one
//! after the other, not one within the other, also where they hang together through saved tensors and
//! the drop callbacks of hosts. The stack does not grow with the length of a chain.

use std::cell::RefCell;
use std::sync::Arc;

use crate::history::edge::Edge;
use crate::history::node::Backward;
use crate::model::tensor::Tensor;

/// What is left of a node or a leaf: dropping it may drop others.
pub(super) enum Remains {
    /// Where it led, and what it had saved.
    Node(#[allow(dead_code)] Vec<Option<Edge>>, #[allow(dead_code)] Option<Arc<dyn Backward>>),
    /// Its gradient.
    Leaf(#[allow(dead_code)] Tensor),
}

thread_local! {
    /// Remains that wait for the drop that is at work further down on this thread's stack.
    static WAITING: RefCell<Option<Vec<Remains>>> = const { RefCell::new(None) };
}

/// Drops `remains`: now, or if a drop is at work on this thread, after it.
pub(super) fn let_go(remains: Remains) {
    let mut remains = Some(remains);
    let first = WAITING.try_with(|waiting| match &mut *waiting.borrow_mut() {
        Some(waiting) => {
            waiting.extend(remains.take());
            false
        }
        none => {
            *none = Some(Vec::new());
            true
        }
    });
    // What is first on the stack drops everything. So does, for itself alone, what is dropped
    // while the thread ends and its own variables are gone.
    drop(remains);
    if first == Ok(true) {
        while let Some(next) = WAITING.with_borrow_mut(|waiting| waiting.as_mut()?.pop()) {
            drop(next);
        }
        WAITING.set(None);
    }
}
