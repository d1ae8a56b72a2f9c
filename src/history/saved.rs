//! A tensor that an operation needs once more when it is differentiated.

use crate::abi::TA_ERR_GRAD;
use crate::model::error::{Error, Result};
use crate::model::tensor::Tensor;

/// A share in a tensor, and how often its memory had been written then.
pub(super) struct Saved {
    tensor: Tensor,
    writes: u32,
}

impl Saved {
    pub(super) fn new(tensor: &Tensor) -> Saved {
        Saved { tensor: tensor.clone(), writes: tensor.writes() }
    }

    /// The tensor, if it still holds what it held.
    ///
    /// # Errors
    /// `TA_ERR_GRAD` if its memory has been written in place.
    pub(super) fn get(&self) -> Result<&Tensor> {
        let now = self.tensor.writes();
        if now == self.writes {
            return Ok(&self.tensor);
        }
        let message = format_args!(
            "a tensor needed for the gradient has been modified by an in-place operation: its memory was at version {}, and is at version {now}",
            self.writes
        );
        Err(Error::new(TA_ERR_GRAD, message))
    }
}
