//! What torch's exchange table does not say: gradients, and bits that change what memory means.

use pyo3::ffi;
use pyo3::intern;
use pyo3::prelude::*;
use pyo3::sync::PyOnceLock;
use pyo3::types::PyType;

use crate::error::Result;
use crate::source::numpy::loaded;

/// What a torch tensor is, beside its memory.
#[derive(Clone, Copy)]
pub(crate) struct Facts {
    /// It requires grad, or has a history.
    pub(crate) requires_grad: bool,
    /// Its values are conjugates or negatives of what its memory holds.
    pub(crate) is_lazy: bool,
}

/// The facts of a torch tensor, `None` for anything else. Torch is never imported.
pub(crate) fn facts(object: &Bound<'_, PyAny>) -> Result<Option<Facts>> {
    let py = object.py();
    let Some(class) = class(py)? else { return Ok(None) };
    // By C's rules: torch's own `__instancecheck__` is Python code.
    // SAFETY: a live object and a type.
    if unsafe { ffi::PyObject_TypeCheck(object.as_ptr(), class.as_type_ptr()) } == 0 {
        return Ok(None);
    }
    if object.get_type().is(class) {
        return read(object).map(Some);
    }
    // Subclasses may refuse or change attributes: torch's own answer is wanted.
    let plain = py.import("torch")?.getattr("_C")?.getattr("DisableTorchFunctionSubclass")?;
    let scope = plain.call0()?;
    scope.call_method0("__enter__")?;
    let facts = read(object);
    scope.call_method1("__exit__", (py.None(), py.None(), py.None()))?;
    facts.map(Some)
}

/// `torch.Tensor`, if torch is loaded.
fn class(py: Python<'_>) -> Result<Option<&Bound<'_, PyType>>> {
    static CLASS: PyOnceLock<Py<PyType>> = PyOnceLock::new();
    if let Some(known) = CLASS.get(py) {
        return Ok(Some(known.bind(py)));
    }
    let Some(torch) = loaded::module(py, intern!(py, "torch"))? else { return Ok(None) };
    // A half-imported torch has no tensors yet.
    let Some(class) = torch.getattr_opt("Tensor")? else { return Ok(None) };
    let Ok(class) = class.cast_into::<PyType>() else { return Ok(None) };
    Ok(Some(CLASS.get_or_init(py, || class.unbind()).bind(py)))
}

fn read(object: &Bound<'_, PyAny>) -> Result<Facts> {
    let py = object.py();
    let is = |method| -> PyResult<bool> { object.call_method0(method)?.is_truthy() };
    Ok(Facts {
        requires_grad: object.getattr(intern!(py, "requires_grad"))?.is_truthy()?,
        is_lazy: is(intern!(py, "is_conj"))? || is(intern!(py, "is_neg"))?,
    })
}

/// The same values in memory of their own.
pub(super) fn resolved<'py>(object: &Bound<'py, PyAny>) -> Result<Bound<'py, PyAny>> {
    let py = object.py();
    let resolved = object.call_method0(intern!(py, "resolve_conj"))?;
    Ok(resolved.call_method0(intern!(py, "resolve_neg"))?)
}
