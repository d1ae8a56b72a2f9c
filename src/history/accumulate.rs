//! Gradients on their way into leaves: collected aside, then written all at once or not at all.

use std::collections::HashMap;
use std::sync::Arc;

use crate::convert::memory;
use crate::history::arithmetic::add;
use crate::history::leaf::Leaf;
use crate::model::error::Result;
use crate::model::gradient::Gradient;
use crate::model::layout::MAX_NDIM;
use crate::model::make;
use crate::model::tensor::Tensor;

/// Adds a gradient to what has arrived at one place; the first is kept as it is.
pub(super) fn arrive(place: &mut Option<Tensor>, gradient: Tensor) -> Result<()> {
    *place = Some(match place.take() {
        None => gradient,
        Some(before) => add(&before, &gradient)?,
    });
    Ok(())
}

/// The leaves that a backward pass has reached.
#[derive(Default)]
pub(super) struct Arrivals {
    places: Vec<(Arc<Leaf>, Option<Tensor>)>,
    index: HashMap<*const Leaf, usize>,
}

impl Arrivals {
    /// Adds a gradient to those of one leaf.
    pub(super) fn add(&mut self, leaf: &Arc<Leaf>, gradient: Tensor) -> Result<()> {
        let next = self.places.len();
        let place = *self.index.entry(Arc::as_ptr(leaf)).or_insert(next);
        if place == next {
            self.places.push((leaf.clone(), None));
        }
        arrive(&mut self.places[place].1, gradient)
    }

    /// Adds what has arrived to the gradients of the leaves, all or nothing. A gradient that somebody
    /// holds does not change: the sum is another tensor.
    ///
    /// # Errors
    /// `TA_ERR_OUT_OF_MEMORY`, or that a gradient which was set cannot be added to.
    pub(super) fn commit(mut self) -> Result<()> {
        self.places.retain(|(leaf, _)| leaf.requires_grad());
        // Everybody who holds several locks takes them in this order.
        self.places.sort_by_key(|(leaf, _)| Arc::as_ptr(leaf).addr());
        let mut before = Vec::with_capacity(self.places.len());
        let mut slots: Vec<_> = self.places.iter().map(|(leaf, _)| leaf.grad()).collect();
        let mut sums = Vec::with_capacity(slots.len());
        for (slot, (_, arrived)) in slots.iter().zip(&self.places) {
            sums.push(match (&**slot, arrived) {
                (Some(before), Some(arrived)) => Some(add(before, arrived)?),
                (None, Some(arrived)) => Some(kept(arrived)?),
                (_, None) => None,
            });
        }
        // Nothing can fail from here on.
        for (slot, sum) in slots.iter_mut().zip(sums).filter(|(_, sum)| sum.is_some()) {
            before.push(std::mem::replace(&mut **slot, sum));
        }
        // With the locks open: this may run foreign code.
        drop(slots);
        drop(before);
        Ok(())
    }
}

/// A gradient that nobody else can change: itself if it is alone in its memory, or a copy.
fn kept(gradient: &Tensor) -> Result<Tensor> {
    if gradient.is_sole_owner() {
        return Ok(gradient.clone());
    }
    let mut strides = [0; MAX_NDIM];
    let strides = &mut strides[..gradient.shape().len()];
    let block = memory::gather(&gradient.view(), gradient.dtype(), true, strides)?;
    make::computed(block, gradient.dtype(), gradient.shape(), None)
}
