//! The history of a view: its elements are the tensor's, so their gradients are.

use std::ffi::CStr;

use crate::convert::arithmetic::working;
use crate::convert::memory;
use crate::convert::scatter::Cells;
use crate::history::A_HISTORY;
use crate::history::node::{Backward, Due, Name, Node};
use crate::history::place;
use crate::history::sum::{self, Axes};
use crate::model::error::Result;
use crate::model::gradient::Gradient;
use crate::model::layout::{self, MAX_NDIM};
use crate::model::lists;
use crate::model::make;
use crate::model::shared::Shared;
use crate::model::tensor::Tensor;

/// The state of a view of `tensor`; strides and offset in elements, within its reach. `None` if there
/// is nothing to record.
///
/// # Errors
/// `TA_ERR_OUT_OF_MEMORY`.
pub fn viewed(
    name: Option<&CStr>,
    tensor: &Tensor,
    shape: &[i64],
    strides: &[i64],
    offset: i64,
) -> Result<Option<Shared<dyn Gradient>>> {
    let name = name.map_or(Name::Known(c"AsStridedBackward0"), Name::Given);
    let window = || {
        let base = Geometry::new(tensor.shape(), tensor.strides())?;
        Ok(Window { base, view: Geometry::new(shape, strides)?, offset })
    };
    Node::record(name, [tensor].into_iter(), window)
}

/// A shape and its strides, in elements.
struct Geometry {
    shape: Vec<i64>,
    strides: Vec<i64>,
}

impl Geometry {
    fn new(shape: &[i64], strides: &[i64]) -> Result<Geometry> {
        let list = |numbers| lists::copied(numbers, A_HISTORY);
        Ok(Geometry { shape: list(shape)?, strides: list(strides)? })
    }
}

/// A view into the memory of a tensor.
struct Window {
    base: Geometry,
    view: Geometry,
    /// From the tensor's element (0, …, 0) to the view's.
    offset: i64,
}

impl Backward for Window {
    fn is_spent(&self) -> bool {
        false
    }

    fn backward(&self, gradient: &Tensor, inputs: &mut [Due]) -> Result<()> {
        inputs.iter_mut().try_for_each(|input| {
            input.give(|| place::through_cpu(gradient, |gradient| self.spread(gradient)))
        })
    }
}

impl Window {
    /// The memory that the tensor reaches is a row of cells. Each gets the gradients of all elements of
    /// the view that were read from it; then each element of the tensor gets that of its cell, or, of
    /// several that share one, the first does.
    fn spread(&self, gradient: &Tensor) -> Result<Tensor> {
        let Geometry { shape, strides } = &self.base;
        let reach = layout::span(shape, strides.iter().copied())?;
        let (low, count) = reach.map_or((0, 0), |(low, high)| (low, high - low + 1));
        let dtype = working(gradient.dtype());
        let mut cells = Cells::new(count, dtype)?;
        if gradient.numel() != 0 {
            let sums = self.without_repeats(gradient)?;
            cells.add(&sums.view(), &self.view.strides, self.offset - low)?;
        }
        let mut compact = [0; MAX_NDIM];
        let compact = &mut compact[..shape.len()];
        layout::compact_strides(shape, 1, compact)?;
        let mut block = memory::room(layout::numel(shape)?, dtype)?;
        if count != 0 {
            cells.take(shape, strides, -low, &mut block, 0)?;
        }
        make::computed(block, dtype, shape, None)
    }

    /// The gradient, added up along the axes on which the view shows one element again and again.
    fn without_repeats(&self, gradient: &Tensor) -> Result<Tensor> {
        let Geometry { shape, strides } = &self.view;
        let repeats = |axis: &usize| shape[*axis] > 1 && strides[*axis] == 0;
        let axes = Axes::all((0..shape.len()).filter(repeats));
        match axes.is_empty() {
            true => Ok(gradient.clone()),
            false => sum::along(gradient, axes, working(gradient.dtype())),
        }
    }
}
