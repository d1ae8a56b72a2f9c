//! Gradients on their way into leaves: collected aside, then written all at once or not at all.

use crate::history::arithmetic::add;
use crate::history::leaf::Leaf;
use crate::history::place;
use crate::model::device::Device;
use crate::model::error::Result;
use crate::model::gradient::Gradient;
use crate::model::lists;
use crate::model::shared::Shared;
use crate::model::tensor::Tensor;

/// Adds a gradient to what has arrived at one place; the first is kept as it is.
pub(super) fn arrive(place: &mut Option<Tensor>, gradient: Tensor) -> Result<()> {
    *place = Some(match place.take() {
        None => gradient,
        Some(before) => sum(&before, &gradient)?,
    });
    Ok(())
}

/// What memory is for here.
pub(super) const WHAT: &str = "a backward pass";

/// The leaves that a backward pass leads to, and what has arrived for them.
#[derive(Default)]
pub(super) struct Arrivals {
    places: Vec<(Shared<Leaf>, Option<Tensor>)>,
}

impl Arrivals {
    /// Makes a place for a leaf, which may have one already.
    pub(super) fn expect(&mut self, leaf: &Shared<Leaf>) -> Result<()> {
        lists::push(&mut self.places, (leaf.clone(), None), WHAT)
    }

    /// The places in the order of their addresses, one for each leaf: all are known.
    pub(super) fn ready(mut self) -> Arrivals {
        self.places.sort_unstable_by_key(|(leaf, _)| leaf.as_ptr().addr());
        self.places.dedup_by(|(leaf, _), (before, _)| leaf.is(before));
        self
    }

    /// The place of a leaf.
    pub(super) fn place(&mut self, leaf: &Shared<Leaf>) -> Option<&mut Option<Tensor>> {
        let address = leaf.as_ptr().addr();
        let found = self.places.binary_search_by_key(&address, |(leaf, _)| leaf.as_ptr().addr());
        found.ok().map(|place| &mut self.places[place].1)
    }

    /// Adds what has arrived to the gradients of the leaves, all or nothing. A gradient that somebody
    /// holds does not change: the sum is another tensor.
    ///
    /// # Errors
    /// `TA_ERR_OUT_OF_MEMORY`, `TA_ERR_DEVICE`, or that a gradient which was set cannot be added to.
    pub(super) fn commit(mut self) -> Result<()> {
        self.places.retain(|(leaf, _)| leaf.requires_grad());
        while !self.exchange()? {}
        Ok(())
    }

    /// One attempt at that: false, and nothing has changed, if a gradient was exchanged meanwhile by somebody
    /// else.
    fn exchange(&self) -> Result<bool> {
        let before = self.places.iter().map(|(leaf, _)| Ok(leaf.grad().clone()));
        let before = lists::collect(before, WHAT)?;
        // No lock is held while sums are made, or anything here is dropped: on a device that runs functions of
        // its maker's.
        let sums =
            before.iter().zip(&self.places).map(|(before, (_, arrived))| match (before, arrived) {
                (Some(before), Some(arrived)) => sum(before, arrived).map(Some),
                (None, Some(arrived)) => kept(arrived).map(Some),
                (_, None) => Ok(None),
            });
        let mut sums = lists::collect(sums, WHAT)?;
        // Everybody who holds several locks takes them in the order of their addresses.
        let slots = self.places.iter().map(|(leaf, _)| Ok(leaf.grad()));
        let mut slots = lists::collect(slots, WHAT)?;
        if !slots.iter().zip(&before).all(|(slot, before)| is_same(slot, before)) {
            return Ok(false);
        }
        for (slot, sum) in slots.iter_mut().zip(&mut sums).filter(|(_, sum)| sum.is_some()) {
            std::mem::swap(&mut **slot, sum);
        }
        Ok(true)
    }
}

/// Whether both are one tensor, or none.
fn is_same(a: &Option<Tensor>, b: &Option<Tensor>) -> bool {
    match (a, b) {
        (Some(a), Some(b)) => a.is(b),
        (None, None) => true,
        _ => false,
    }
}

/// A gradient that nobody else can change: itself if it is alone in its memory, or a copy.
fn kept(gradient: &Tensor) -> Result<Tensor> {
    if gradient.is_sole_owner() {
        return Ok(gradient.clone());
    }
    place::copied(gradient, gradient.dtype(), gradient.device())
}

/// The sum of two gradients that are on one device.
fn sum(a: &Tensor, b: &Tensor) -> Result<Tensor> {
    place::through_cpu(a, |a| add(a, &place::on(b, Device::CPU)?))
}
