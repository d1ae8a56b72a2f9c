//! Histories: which operations made a tensor, and gradients back through them.
//!
//! A tensor that takes part has a state behind its one pointer: a [`Leaf`], where gradients
//! arrive, or the [`Node`] of the operation that made it. A node leads to the states of its inputs,
//! never to their memory, and holds what its operation saved until a backward pass lets it go:
//!
//! ```text
//! tensor ──▶ Node ─┬─ edge ──▶ Node ── … ──▶ Leaf (requires_grad, grad)
//!                  ├─ edge ──▶ Leaf
//!                  └─ saved: dyn Backward
//! ```
//!
//! Every operation has one result, so a node is a place for one gradient. A node is newer than those
//! it leads to, so newest first is an order in which a gradient is complete when its node is run.
//! Nothing here recurses: chains may have millions of nodes.
//!
//! Refuses to know sources and options, and what a host's callback does.
#![forbid(unsafe_code)]

mod accumulate;
mod arithmetic;
mod backward;
mod copy;
mod edge;
mod leaf;
mod mode;
mod node;
mod place;
mod remains;
mod saved;
mod stack;
mod state;
mod sum;
mod view;

pub use arithmetic::{add, multiply, negate, subtract};
pub use backward::backward;
pub use copy::copied;
pub use leaf::leaf;
pub use mode::{is_enabled, set_enabled};
pub use node::{Backward, Due, Input, Name, Node, live};
pub use stack::{Part, stacked};
pub use state::{check_writable, detach, grad, grad_fn, set_grad, set_requires_grad};
pub use sum::{Axes, sum};
pub use view::viewed;

/// What there is no memory for, in the words of an error.
pub(crate) const A_HISTORY: &str = "a history";
