//! NumPy arrays and scalars, without NumPy: its published struct layouts are read.
//!
//! NumPy is never imported. Whoever has an array has done so, and then it is in `sys.modules`.

pub(crate) mod array;
pub(crate) mod descr;
pub(crate) mod loaded;
mod scalar;

pub(crate) use array::plain as plain_array;
pub(crate) use scalar::plain as plain_scalar;

use pyo3::prelude::*;

use crate::error::Result;
use crate::options::Request;
use crate::source::Seen;

#[inline]
pub(super) fn look<'a>(
    object: &Bound<'a, PyAny>,
    request: &'a Request,
) -> Result<Option<Seen<'a>>> {
    let Some(numpy) = loaded::types(object.py())? else { return Ok(None) };
    if numpy.is_array(object) {
        return array::look(object, request).map(Some);
    }
    if numpy.is_scalar(object) {
        return scalar::look(object, numpy, request).map(Some);
    }
    Ok(None)
}
