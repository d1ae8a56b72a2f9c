//! The backward pass.

use std::cmp::Ordering;
use std::collections::BinaryHeap;

use crate::abi::*;
use crate::convert::memory;
use crate::history::accumulate::{Arrivals, WHAT, arrive};
use crate::history::edge::{Edge, Target};
use crate::history::mode;
use crate::history::node::{Backward, Due, Node};
use crate::history::place;
use crate::model::error::{Error, Readable, Result};
use crate::model::layout::List;
use crate::model::lists;
use crate::model::make;
use crate::model::scalar::Scalar;
use crate::model::shared::Shared;
use crate::model::tensor::Tensor;

/// Computes the gradients of `root` with respect to all leaves that led to it, and adds them to
/// theirs. `gradient` is that of the result with respect to `root`.
///
/// No lock is held while an operation is differentiated, so that a host's callback may do
/// anything, and nothing is recorded meanwhile on this thread. Leaves change at the end, all
/// or none.
///
/// # Errors
/// As `ta_backward` lists them; nothing has changed then.
#[doc(alias = "ta_backward")]
pub fn backward(root: &Tensor, gradient: Option<&Tensor>, retain_graph: bool) -> Result<()> {
    let Some(edge) = Edge::to(root)? else {
        let message = format_args!("the tensor does not require grad and does not have a grad_fn");
        return Err(Error::new(TA_ERR_GRAD, message));
    };
    let first = match gradient {
        Some(gradient) => given(root, gradient)?,
        None => one(root)?,
    };
    let mut pass = Pass::discover(&edge)?;
    pass.arrive(&edge, first).map_err(|error| error.within(format_args!("gradient")))?;
    {
        let _nothing_recorded = mode::Disabled::new();
        pass.run()?;
    }
    std::mem::take(&mut pass.arrivals).commit()?;
    if !retain_graph {
        pass.steps.iter().filter(|step| step.saved.is_spent()).for_each(|step| step.node.release());
    }
    Ok(())
}

/// The gradient that a caller gave, if it can be the root's.
fn given(root: &Tensor, gradient: &Tensor) -> Result<Tensor> {
    if gradient.shape() != root.shape() {
        let (given, want) = (List(gradient.shape()), List(root.shape()));
        let message = format_args!("gradient has shape {given}, but the tensor has {want}");
        return Err(Error::new(TA_ERR_GRAD, message));
    }
    if gradient.dtype().is_complex() != root.dtype().is_complex() {
        let (given, want) = (gradient.dtype(), root.dtype());
        let message = format_args!("gradient has dtype {given}, but the tensor has {want}");
        return Err(Error::new(TA_ERR_GRAD, message));
    }
    Ok(gradient.clone())
}

/// The gradient of a single real number with respect to itself.
fn one(root: &Tensor) -> Result<Tensor> {
    let refused = |message: std::fmt::Arguments<'_>| Err(Error::new(TA_ERR_GRAD, message));
    let (shape, dtype) = (root.shape(), root.dtype());
    if root.numel() != 1 {
        let shape = List(shape);
        return refused(format_args!(
            "gradient can be left out only for a tensor of one element, not of shape {shape}"
        ));
    }
    if dtype.is_complex() {
        return refused(format_args!(
            "gradient can be left out only for real tensors, not {dtype}"
        ));
    }
    let mut block = memory::room(1, dtype)?;
    memory::put(Scalar::Float(1.0), &mut block, 0, dtype)?;
    place::on(&make::computed(block, dtype, shape, None)?, root.device())
}

/// An operation to differentiate.
struct Step {
    sequence: u64,
    node: Shared<Node>,
    saved: Shared<dyn Backward>,
    gradient: Option<Tensor>,
}

/// All operations that lead to a tensor, the newest first: whoever used a result is newer than who
/// made it, so its gradient is complete when its turn comes.
struct Pass {
    steps: Vec<Step>,
    arrivals: Arrivals,
}

impl Pass {
    /// Finds the operations, and takes a share in what each has saved.
    ///
    /// # Errors
    /// `TA_ERR_GRAD` if something has been released by an earlier pass; `TA_ERR_OUT_OF_MEMORY`.
    fn discover(edge: &Edge) -> Result<Pass> {
        let (mut steps, mut arrivals) = (Vec::<Step>::new(), Arrivals::default());
        let mut ahead = BinaryHeap::new();
        let mut see = |edge: &Edge, ahead: &mut BinaryHeap<Newest>| match &edge.target {
            Target::Leaf(leaf) => arrivals.expect(leaf),
            Target::Node(node) => {
                ahead
                    .try_reserve(1)
                    .map_err(|_| Error::out_of_memory(WHAT, size_of::<Newest>()))?;
                ahead.push(Newest(node.clone()));
                Ok(())
            }
        };
        see(edge, &mut ahead)?;
        while let Some(Newest(node)) = ahead.pop() {
            // One that several others used is there as often as that, one time after the other.
            if steps.last().is_some_and(|last| last.node.is(&node)) {
                continue;
            }
            node.edges().iter().flatten().try_for_each(|edge| see(edge, &mut ahead))?;
            let saved = node.saved().ok_or_else(|| released(&node))?;
            let step = Step { sequence: node.sequence(), node, saved, gradient: None };
            lists::push(&mut steps, step, WHAT)?;
        }
        Ok(Pass { steps, arrivals: arrivals.ready() })
    }

    /// Differentiates operation by operation.
    fn run(&mut self) -> Result<()> {
        for place in 0..self.steps.len() {
            let Step { node, saved, gradient, .. } = &mut self.steps[place];
            // Nothing came from those who used the result: its gradient is zero.
            let Some(gradient) = gradient.take() else { continue };
            let (node, saved) = (node.clone(), saved.clone());
            self.step(&node, &*saved, &gradient)
                .map_err(|error| error.within(format_args!("{}", name(&node))))?;
        }
        Ok(())
    }

    fn step(&mut self, node: &Node, saved: &dyn Backward, gradient: &Tensor) -> Result<()> {
        let due = |edge: &Option<Edge>| Ok(Due { is_wanted: edge.is_some(), gradient: None });
        let mut inputs = lists::collect(node.edges().iter().map(due), WHAT)?;
        saved.backward(gradient, &mut inputs)?;
        for (input, (edge, due)) in node.edges().iter().zip(inputs).enumerate() {
            if let (Some(edge), Some(gradient)) = (edge, due.gradient) {
                self.arrive(edge, gradient).map_err(|error| {
                    error.within(format_args!("the gradient of input {input} is invalid"))
                })?;
            }
        }
        Ok(())
    }

    /// Adds a gradient to those at the end of an edge.
    fn arrive(&mut self, edge: &Edge, gradient: Tensor) -> Result<()> {
        let gradient = edge.likeness.fit(gradient)?;
        let place = match &edge.target {
            Target::Leaf(leaf) => self.arrivals.place(leaf),
            Target::Node(node) => self.place(node),
        };
        let unseen = || Error::new(TA_ERR_INTERNAL, format_args!("an edge that was not seen"));
        arrive(place.ok_or_else(unseen)?, gradient)
    }

    /// The place of a node.
    fn place(&mut self, node: &Node) -> Option<&mut Option<Tensor>> {
        let sequence = node.sequence();
        let found = self.steps.binary_search_by(|step| sequence.cmp(&step.sequence));
        found.ok().map(|place| &mut self.steps[place].gradient)
    }
}

/// A node, which is greater than older ones.
struct Newest(Shared<Node>);

impl Ord for Newest {
    fn cmp(&self, other: &Newest) -> Ordering {
        self.0.sequence().cmp(&other.0.sequence())
    }
}

impl PartialOrd for Newest {
    fn partial_cmp(&self, other: &Newest) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl PartialEq for Newest {
    fn eq(&self, other: &Newest) -> bool {
        self.cmp(other).is_eq()
    }
}

impl Eq for Newest {}

/// What a node is called, for messages.
fn name(node: &Node) -> Readable<'_> {
    Readable(node.name().to_bytes())
}

#[cold]
fn released(node: &Node) -> Error {
    let name = name(node);
    let message = format_args!(
        "trying to backward through the graph a second time: what {name} had saved was released by the first; retain the graph there"
    );
    Error::new(TA_ERR_GRAD, message)
}
