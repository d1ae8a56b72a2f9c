//! The history of a nested sequence that became one tensor.

use std::sync::Arc;

use crate::history::node::{Backward, Node};
use crate::model::error::Result;
use crate::model::gradient::Gradient;
use crate::model::make;
use crate::model::tensor::Tensor;

/// A tensor that requires grad, and the path of indices at which it stands in the whole.
pub struct Part {
    /// The tensor.
    pub tensor: Tensor,
    /// As many indices as the whole has axes more than the tensor.
    pub path: Box<[i64]>,
}

/// The state of a tensor of which `parts` are parts. `None` if there is nothing to record.
pub fn stacked(parts: &[Part]) -> Option<Arc<dyn Gradient>> {
    if parts.is_empty() {
        return None;
    }
    let paths = || Paths(parts.iter().map(|part| part.path.clone()).collect());
    Node::record(c"StackBackward0", parts.iter().map(|part| &part.tensor), paths)
}

/// Where the parts stand.
struct Paths(Box<[Box<[i64]>]>);

impl Backward for Paths {
    fn is_spent(&self) -> bool {
        false
    }

    fn backward(&self, gradient: &Tensor, wanted: &[bool]) -> Result<Vec<Option<Tensor>>> {
        let paths = self.0.iter().zip(wanted);
        paths.map(|(path, wanted)| wanted.then(|| part(gradient, path)).transpose()).collect()
    }
}

/// What stands at `path`.
fn part(whole: &Tensor, path: &[i64]) -> Result<Tensor> {
    let (shape, strides) = (&whole.shape()[path.len()..], &whole.strides()[path.len()..]);
    let offset = path.iter().zip(whole.strides()).map(|(index, step)| index * step).sum();
    let view = whole.view();
    make::over(whole, &view.window(shape, strides, offset)?, whole.flags(), None)
}
