//! A recorded operation.

use std::any::Any;
use std::borrow::Cow;
use std::ffi::{CStr, CString};
use std::sync::atomic::{AtomicU64, AtomicUsize, Ordering};
use std::sync::{Mutex, MutexGuard, PoisonError};

use crate::abi::TA_ERR_INTERNAL;
use crate::history::A_HISTORY;
use crate::history::edge::{Edge, Target};
use crate::history::mode;
use crate::history::remains::{self, Remains};
use crate::model::error::{Error, Result};
use crate::model::gradient::Gradient;
use crate::model::lists;
use crate::model::shared::{Counted, Room, Shared};
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
    /// Gives the operation's inputs, in their order, their gradients, from that of its result.
    ///
    /// # Errors
    /// What stands in the way; the backward pass then changes nothing.
    fn backward(&self, gradient: &Tensor, inputs: &mut [Due]) -> Result<()>;

    /// Whether a pass uses it up. What keeps no tensor alive can be run again, as in PyTorch.
    fn is_spent(&self) -> bool {
        true
    }
}

/// A place for the gradient of an input.
pub struct Due {
    /// Whether anybody looks at it.
    pub is_wanted: bool,
    /// `None` is zero.
    pub gradient: Option<Tensor>,
}

impl Due {
    /// Puts there what `make` makes, if it is wanted.
    ///
    /// # Errors
    /// What `make` says.
    pub(super) fn give(&mut self, make: impl FnOnce() -> Result<Tensor>) -> Result<()> {
        if self.is_wanted {
            self.gradient = Some(make()?);
        }
        Ok(())
    }
}

/// What an operation is to be called.
#[derive(Clone, Copy)]
pub enum Name<'n> {
    /// A name of our own.
    Known(&'static CStr),
    /// A name that is copied.
    Given(&'n CStr),
}

impl Name<'_> {
    fn kept(self) -> Result<Cow<'static, CStr>> {
        match self {
            Name::Known(name) => Ok(name.into()),
            Name::Given(name) => {
                let bytes = lists::copied(name.to_bytes_with_nul(), "a name")?;
                let copied = CString::from_vec_with_nul(bytes);
                let torn = |_| Error::new(TA_ERR_INTERNAL, format_args!("a name without its end"));
                copied.map(Cow::from).map_err(torn)
            }
        }
    }
}

/// Where an input of an operation comes from.
pub enum Input {
    /// It required no gradient.
    Nowhere,
    /// From another operation.
    Node(Shared<Node>),
    /// From a leaf.
    Leaf,
}

/// A recorded operation: the state of the tensor that it made.
#[doc(alias = "ta_node")]
pub struct Node {
    name: Cow<'static, CStr>,
    sequence: u64,
    edges: Vec<Option<Edge>>,
    saved: Mutex<Option<Shared<dyn Backward>>>,
}

impl Node {
    /// The node of an operation on `inputs`; `None` if this thread records nothing now, or no input
    /// requires grad. It can be run once something is [saved](Node::save) in it.
    ///
    /// Without any input it is a door: gradients leave the graph through it.
    ///
    /// # Errors
    /// `TA_ERR_OUT_OF_MEMORY`.
    pub fn of<'t>(
        name: Name<'_>,
        inputs: impl ExactSizeIterator<Item = &'t Tensor> + Clone,
    ) -> Result<Option<Shared<Node>>> {
        if !Node::is_wanted(inputs.clone()) {
            return Ok(None);
        }
        let (name, edges) = (name.kept()?, lists::collect(inputs.map(Edge::to), A_HISTORY)?);
        let room = Room::new(A_HISTORY)?;
        LIVE.fetch_add(1, Ordering::Relaxed);
        let sequence = NEXT.fetch_add(1, Ordering::Relaxed);
        Ok(Some(room.fill(Node { name, sequence, edges, saved: Mutex::new(None) }).into()))
    }

    /// Whether an operation on `inputs` gets a node.
    fn is_wanted<'t>(mut inputs: impl ExactSizeIterator<Item = &'t Tensor>) -> bool {
        mode::is_enabled() && (inputs.len() == 0 || inputs.any(Tensor::requires_grad))
    }

    /// The state for the result of one of our own operations; `None` as of [`Node::of`].
    ///
    /// # Errors
    /// `TA_ERR_OUT_OF_MEMORY`.
    pub(super) fn record<'t, B: Backward>(
        name: Name<'_>,
        inputs: impl ExactSizeIterator<Item = &'t Tensor> + Clone,
        saved: impl FnOnce() -> Result<B>,
    ) -> Result<Option<Shared<dyn Gradient>>> {
        let Some(node) = Node::of(name, inputs)? else { return Ok(None) };
        let saved: Box<Counted<dyn Backward>> = Room::new(A_HISTORY)?.fill(saved()?);
        node.save(saved.into());
        Ok(Some(node.into()))
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
    pub fn save(&self, saved: Shared<dyn Backward>) {
        *self.lock() = Some(saved);
    }

    /// What the operation saved; `None` once it has been released.
    pub fn saved(&self) -> Option<Shared<dyn Backward>> {
        self.lock().clone()
    }

    /// Lets go what the operation saved; this may run foreign code.
    pub(super) fn release(&self) {
        let saved = self.lock().take();
        drop(saved);
    }

    fn lock(&self) -> MutexGuard<'_, Option<Shared<dyn Backward>>> {
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
