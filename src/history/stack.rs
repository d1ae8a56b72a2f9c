//! The history of a nested sequence that became one tensor.

use crate::history::A_HISTORY;
use crate::history::node::{Backward, Due, Name, Node};
use crate::history::place;
use crate::model::device::Device;
use crate::model::error::Result;
use crate::model::gradient::Gradient;
use crate::model::lists;
use crate::model::make;
use crate::model::shared::Shared;
use crate::model::tensor::Tensor;

/// A tensor that requires grad, and the path of indices at which it stands in the whole.
pub struct Part {
    /// The tensor.
    pub tensor: Tensor,
    /// As many indices as the whole has axes more than the tensor.
    pub path: Vec<i64>,
}

/// The state of a tensor of which `parts` are parts. `None` if there is nothing to record.
///
/// # Errors
/// `TA_ERR_OUT_OF_MEMORY`.
pub fn stacked(parts: &[Part]) -> Result<Option<Shared<dyn Gradient>>> {
    if parts.is_empty() {
        return Ok(None);
    }
    let place = |part: &Part| {
        let path = lists::copied(&part.path, A_HISTORY)?;
        Ok(Place { path, device: part.tensor.device() })
    };
    let places = || lists::collect(parts.iter().map(place), A_HISTORY).map(Places);
    Node::record(Name::Known(c"StackBackward0"), parts.iter().map(|part| &part.tensor), places)
}

/// Where a part stands, and where it came from.
struct Place {
    path: Vec<i64>,
    device: Device,
}

/// Those of all parts.
struct Places(Vec<Place>);

impl Backward for Places {
    fn is_spent(&self) -> bool {
        false
    }

    fn backward(&self, gradient: &Tensor, inputs: &mut [Due]) -> Result<()> {
        let part = |place: &Place| place::on(&part(gradient, &place.path)?, place.device);
        self.0.iter().zip(inputs).try_for_each(|(place, input)| input.give(|| part(place)))
    }
}

/// What stands at `path`.
fn part(whole: &Tensor, path: &[i64]) -> Result<Tensor> {
    let (shape, strides) = (&whole.shape()[path.len()..], &whole.strides()[path.len()..]);
    let offset = path.iter().zip(whole.strides()).map(|(index, step)| index * step).sum();
    let view = whole.view();
    make::over(whole, &view.window(shape, strides, offset)?, whole.flags(), None)
}
