//! A dtype from what users write: ours, a name, NumPy's, torch's, ml_dtypes', Python's types.
//!
//! Neither NumPy nor torch is imported: whoever hands over one of their objects has done so.

use pyo3::intern;
use pyo3::prelude::*;
use pyo3::types::{PyBool, PyComplex, PyFloat, PyInt, PyString, PyType};

use crate::abi::*;
use crate::dtype::{self, Dtype};
use crate::error::{Failure, Result, type_name};
use crate::source::numpy::descr;

/// The dtype that an object stands for.
///
/// # Errors
/// `TypeError` if it stands for none.
pub(crate) fn any(object: &Bound<'_, PyAny>) -> Result<ta_dtype> {
    if let Ok(ours) = object.cast_exact::<Dtype>() {
        return Ok(ours.get().raw);
    }
    if let Ok(name) = object.cast::<PyString>() {
        let name = name.to_cow()?;
        return dtype::by_name(&name)
            .ok_or_else(|| Failure::kind(format!("no dtype is named {name:?}")));
    }
    if let Ok(class) = object.cast::<PyType>()
        && let Some(found) = of_class(class)?
    {
        return Ok(found);
    }
    if let Some(found) = of_descr(object)? {
        return Ok(found);
    }
    if let Some(found) = of_torch(object)? {
        return Ok(found);
    }
    // `jax.numpy.float32` and the like are neither: they have a NumPy dtype.
    if let Some(inner) = object.getattr_opt(intern!(object.py(), "dtype"))?
        && let Some(found) = of_descr(&inner)?
    {
        return Ok(found);
    }
    let class = type_name(object);
    Err(Failure::kind(format!("dtype must be a tarray.dtype or stand for one, not {class}")))
}

/// A type that names its instances' dtype: Python's numbers, NumPy's and ml_dtypes' scalars.
fn of_class(class: &Bound<'_, PyType>) -> Result<Option<ta_dtype>> {
    let py = class.py();
    let builtin = [
        (py.get_type::<PyBool>(), dtype::BOOL),
        (py.get_type::<PyInt>(), dtype::INT64),
        (py.get_type::<PyFloat>(), dtype::FLOAT64),
        (py.get_type::<PyComplex>(), dtype::COMPLEX128),
    ];
    if let Some((_, found)) = builtin.iter().find(|(known, _)| known.is(class)) {
        return Ok(Some(*found));
    }
    match descr::of_scalar_type(class)? {
        Some(descr) => descr::dtype(&descr).map(|(found, _)| Some(found)),
        None => Ok(None),
    }
}

/// A `numpy.dtype`.
fn of_descr(object: &Bound<'_, PyAny>) -> Result<Option<ta_dtype>> {
    if !descr::is_descr(object)? {
        return Ok(None);
    }
    let (found, flags) = descr::dtype(object)?;
    if flags & TA_MEMORY_BYTE_SWAPPED != 0 {
        let message = format!("a tensor is in native byte order, which {object} is not");
        return Err(Failure::kind(message));
    }
    Ok(Some(found))
}

/// A `torch.dtype`, by its name.
fn of_torch(object: &Bound<'_, PyAny>) -> Result<Option<ta_dtype>> {
    let py = object.py();
    let class = object.get_type();
    if class.name()? != "dtype" || !class.getattr(intern!(py, "__module__"))?.eq("torch")? {
        return Ok(None);
    }
    let text = object.str()?;
    let text = text.to_cow()?;
    let name = text.strip_prefix("torch.").unwrap_or(&text);
    dtype::by_name(name)
        .map(Some)
        .ok_or_else(|| Failure::kind(format!("tarray has no dtype like {text}")))
}
