//! Our own tensors.

use pyo3::prelude::*;

use crate::abi::*;
use crate::c;
use crate::error::Result;
use crate::options::Request;
use crate::source::Seen;
use crate::tensor;

#[inline]
pub(super) fn look<'a>(
    object: &Bound<'a, PyAny>,
    _request: &'a Request,
) -> Result<Option<Seen<'a>>> {
    let Some(tensor) = tensor::of(object) else { return Ok(None) };
    let value = ta_source_value { tensor: tensor.handle() };
    Ok(Some(Seen::borrowed(c::source(TA_SOURCE_TENSOR, TA_ORIGIN_TENSOR, value))))
}
