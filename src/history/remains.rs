//! Letting histories go, one part after the other.
//!
//! A node drops what it leads to, and a leaf its gradient, which may have a history of its own: one
//! after the other, not one within the other, also where they hang together through saved tensors and
//! the drop callbacks of hosts. The stack does not grow with the length of a chain, unless memory for
//! the list of those that wait cannot be had.

use std::cell::Cell;
use std::mem::ManuallyDrop;

use crate::history::edge::Edge;
use crate::history::node::Backward;
use crate::model::shared::Shared;
use crate::model::tensor::Tensor;

/// What is left of a node or a leaf: dropping it may drop others.
pub(super) enum Remains {
    /// Where it led, and what it had saved.
    Node(#[allow(dead_code)] Vec<Option<Edge>>, #[allow(dead_code)] Option<Shared<dyn Backward>>),
    /// Its gradient.
    Leaf(#[allow(dead_code)] Tensor),
}

/// The remains of one thread. Nothing in it needs to be dropped: it can be used as long as the thread
/// runs, also while its other variables are going.
struct Waiting {
    /// Whether a drop is at work further down on the stack.
    is_busy: Cell<bool>,
    /// What waits for it. Empty, and so without memory, when none is at work.
    remains: Cell<ManuallyDrop<Vec<Remains>>>,
}

thread_local! {
    static WAITING: Waiting = const {
        Waiting { is_busy: Cell::new(false), remains: Cell::new(ManuallyDrop::new(Vec::new())) }
    };
}

/// Drops `remains`: now, or if a drop is at work on this thread, after it.
pub(super) fn let_go(remains: Remains) {
    WAITING.with(|waiting| {
        if waiting.is_busy.replace(true) {
            // What finds no place in the list goes here and now.
            return drop(waiting.put_off(remains));
        }
        let mut next = Some(remains);
        while let Some(remains) = next {
            drop(remains);
            next = waiting.next();
        }
        waiting.is_busy.set(false);
    });
}

impl Waiting {
    /// Puts remains on the list; gives them back if there is no memory for that.
    fn put_off(&self, remains: Remains) -> Option<Remains> {
        let mut list = self.remains.take();
        let mut remains = Some(remains);
        if list.try_reserve(1).is_ok() {
            list.extend(remains.take());
        }
        self.remains.set(list);
        remains
    }

    /// Takes what comes next off the list, and when nothing does, the list's memory.
    fn next(&self) -> Option<Remains> {
        let mut list = self.remains.take();
        let next = list.pop();
        match next {
            Some(_) => self.remains.set(list),
            None => drop(ManuallyDrop::into_inner(list)),
        }
        next
    }
}
