//! NumPy's functions of tensors: which of them are ours says `_numpy.py`.

use pyo3::ffi;
use pyo3::intern;
use pyo3::prelude::*;
use pyo3::types::{PyDict, PyTuple};

use crate::border;
use crate::tensor::Slots;

pub(super) fn fill(slots: &mut Slots) {
    slots.methods.push(ffi::PyMethodDef {
        ml_name: c"__array_ufunc__".as_ptr(),
        ml_meth: ffi::PyMethodDefPointer { PyCFunctionWithKeywords: array_ufunc },
        ml_flags: ffi::METH_VARARGS | ffi::METH_KEYWORDS,
        ml_doc: c"__array_ufunc__($self, ufunc, method, /, *inputs, **keywords)\n--\n\nWhat a function of NumPy does with tensors: sums, differences, products and negatives are tensors, with
a history, as by the operators; for any other function tensors are arrays, and so is its result.

>>> import numpy, tarray
>>> numpy.array([1.0, 2.0]) * tarray.asarray([3.0, 4.0], requires_grad=True)
tensor([3., 8.], dtype=tarray.float64, grad_fn=<MulBackward0>)".as_ptr(),
    });
}

/// # Safety
/// Called by the interpreter as `METH_VARARGS | METH_KEYWORDS`.
unsafe extern "C" fn array_ufunc(
    _receiver: *mut ffi::PyObject,
    given: *mut ffi::PyObject,
    keywords: *mut ffi::PyObject,
) -> *mut ffi::PyObject {
    border::object(|py| {
        // SAFETY: a tuple, alive during the call.
        let given = unsafe { Borrowed::from_ptr(py, given) };
        // SAFETY: NULL, or a dict, alive during the call.
        let keywords = unsafe { Borrowed::from_ptr_or_opt(py, keywords) };
        let given = given.cast::<PyTuple>().map_err(PyErr::from)?;
        let keywords = keywords.as_deref().map(|it| it.cast::<PyDict>()).transpose();
        let applied = py.import(intern!(py, "tarray._numpy"))?.getattr(intern!(py, "applied"))?;
        Ok(applied.call(given.to_owned(), keywords.map_err(PyErr::from)?)?)
    })
}
