//! A recorded operation.

use std::any::Any;
use std::borrow::Cow;
use std::ffi::CStr;
use std::sync::atomic::{AtomicU64, AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use crate::history::edge::{Edge, Target};
use crate::history::mode;
use crate::history::remains::{self, Remains};
use crate::model::error::Result;
use crate::model::gradient::Gradient;
use crate::model::tensor::Tensor;

/// Nodes alive in this copy of the library.
static LIVE: AtomicUsize = AtomicUsize::new(0);

/// The number of the next node.
static NEXT: AtomicU64 = AtomicU64::new(0);

/// How many nodes are alive.
#[doc(alias = "ta_live_nodes")]
pub fn live() -> usize {
    LIVE.load(Ordering::Relaxed)
}

/// What an operation saved in order to be differentiated.
pub trait Backward: Any + Send + Sync {
    /// The gradients of the operation's inputs, in their order, from that of its result; `None` is
    /// zero. Those that are not `wanted` are not looked at.
    ///
    /// # Errors
    /// What stands in the way; the backward pass then changes nothing.
    fn backward(&self, gradient: &Tensor, wanted: &[bool]) -> Result<Vec<Option<Tensor>>>;

    /// Whether a pass uses it up. What keeps no tensor alive can be run again, as in PyTorch.
    fn is_spent(&self) -> bool {
        true
    }
}

/// Where an input of an operation comes from.
pub enum Input {
    /// It required no gradient.
    Nowhere,
    /// From another operation.
    Node(Arc<Node>),
    /// From a leaf.
    Leaf,
}

/// A recorded operation: the state of the tensor that it made.
#[doc(alias = "ta_node")]
pub struct Node {
    name: Cow<'static, CStr>,
    sequence: u64,
    edges: Vec<Option<Edge>>,
    saved: Mutex<Option<Arc<dyn Backward>>>,
}

impl Node {
    /// The node of an operation on `inputs`; `None` if this thread records nothing now, or no input
    /// requires grad. It can be run once something is [saved](Node::save) in it.
    ///
    /// Without any input it is a door: gradients leave the graph through it.
    pub fn of<'t>(
        name: impl Into<Cow<'static, CStr>>,
        inputs: impl ExactSizeIterator<Item = &'t Tensor> + Clone,
    ) -> Option<Arc<Node>> {
        if !Node::is_wanted(inputs.clone()) {
            return None;
        }
        let edges = inputs.map(Edge::to).collect();
        LIVE.fetch_add(1, Ordering::Relaxed);
        let sequence = NEXT.fetch_add(1, Ordering::Relaxed);
        Some(Arc::new(Node { name: name.into(), sequence, edges, saved: Mutex::new(None) }))
    }

    /// Whether an operation on `inputs` gets a node; allocates nothing.
    pub(super) fn is_wanted<'t>(mut inputs: impl ExactSizeIterator<Item = &'t Tensor>) -> bool {
        mode::is_enabled() && (inputs.len() == 0 || inputs.any(Tensor::requires_grad))
    }

    /// The state for the result of one of our own operations.
    pub(super) fn record<'t, B: Backward>(
        name: &'static CStr,
        inputs: impl ExactSizeIterator<Item = &'t Tensor> + Clone,
        saved: impl FnOnce() -> B,
    ) -> Option<Arc<dyn Gradient>> {
        let node = Node::of(name, inputs)?;
        node.save(Arc::new(saved()));
        Some(node)
    }

    /// What it is called.
    pub fn name(&self) -> &CStr {
        &self.name
    }

    /// Grows from node to node: an operation's is larger than those of all that led to it.
    pub(super) fn sequence(&self) -> u64 {
        self.sequence
    }

    /// Where gradients go, input by input; `None` where none is wanted.
    pub(super) fn edges(&self) -> &[Option<Edge>] {
        &self.edges
    }

    /// How many inputs the operation has.
    pub fn input_count(&self) -> usize {
        self.edges.len()
    }

    /// Where an input comes from.
    pub fn input(&self, index: usize) -> Input {
        match self.edges.get(index) {
            Some(Some(Edge { target: Target::Node(node), .. })) => Input::Node(node.clone()),
            Some(Some(Edge { target: Target::Leaf(_), .. })) => Input::Leaf,
            Some(None) | None => Input::Nowhere,
        }
    }

    /// Keeps what the operation needs to be differentiated.
    pub fn save(&self, saved: Arc<dyn Backward>) {
        *self.lock() = Some(saved);
    }

    /// What the operation saved; `None` once it has been released.
    pub fn saved(&self) -> Option<Arc<dyn Backward>> {
        self.lock().clone()
    }

    /// Lets go what the operation saved; this may run foreign code.
    pub(super) fn release(&self) {
        let saved = self.lock().take();
        drop(saved);
    }

    fn lock(&self) -> MutexGuard<'_, Option<Arc<dyn Backward>>> {
        // A share is whole at any time, whoever panicked.
        self.saved.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Gradient for Node {
    fn requires_grad(&self) -> bool {
        true
    }

    fn is_leaf(&self) -> bool {
        false
    }
}

impl Drop for Node {
    fn drop(&mut self) {
        LIVE.fetch_sub(1, Ordering::Relaxed);
        let saved = self.saved.get_mut().unwrap_or_else(PoisonError::into_inner).take();
        remains::let_go(Remains::Node(std::mem::take(&mut self.edges), saved));
    }
}
