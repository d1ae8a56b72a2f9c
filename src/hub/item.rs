//! The value of one element.

use crate::abi::*;
use crate::convert::memory;
use crate::devices;
use crate::model::error::{Error, Result};
use crate::model::layout::List;
use crate::model::scalar::Scalar;
use crate::model::tensor::Tensor;

/// The value of the element at `index`.
///
/// # Errors
/// As `ta_item` lists them.
#[doc(alias = "ta_item")]
pub fn item(tensor: &Tensor, index: &[i64]) -> Result<Scalar> {
    let view = tensor.view();
    memory::check_has_values(view.dtype())?;
    let element = view.element(index).ok_or_else(|| {
        let message =
            format_args!("index {} is outside shape {}", List(index), List(tensor.shape()));
        Error::new(TA_ERR_OUT_OF_BOUNDS, message)
    })?;
    devices::read(&element, memory::value)
}
