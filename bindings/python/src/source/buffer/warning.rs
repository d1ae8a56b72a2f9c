//! `tarray.BufferFormatWarning`: a buffer's own format was not followed.

use std::ffi::CString;
use std::ptr;

use pyo3::exceptions::PyUserWarning;
use pyo3::ffi;
use pyo3::prelude::*;
use pyo3::sync::PyOnceLock;
use pyo3::types::PyType;

use crate::abi::ta_dtype;
use crate::dtype;
use crate::error::Result;

/// The category.
pub(crate) fn class(py: Python<'_>) -> PyResult<&Bound<'_, PyType>> {
    static CLASS: PyOnceLock<Py<PyType>> = PyOnceLock::new();
    let class = CLASS.get_or_try_init(py, || {
        let name = c"tarray.BufferFormatWarning".as_ptr();
        let doc = c"A buffer that states an element format was read as bytes grouped by the default dtype.

>>> import array, tarray, warnings
>>> with warnings.catch_warnings(record=True) as caught:
...     warnings.simplefilter('always')
...     t = tarray.asarray(array.array('i', [0, 0]))
>>> caught[0].category is tarray.BufferFormatWarning, t.dtype
(True, tarray.float32)";
        let base = py.get_type::<PyUserWarning>();
        // SAFETY: attached; two strings and a class.
        let class = unsafe {
            ffi::PyErr_NewExceptionWithDoc(name, doc.as_ptr(), base.as_ptr(), ptr::null_mut())
        };
        // SAFETY: NULL with an exception, or a new reference.
        let class = unsafe { Bound::from_owned_ptr_or_err(py, class) }?;
        PyResult::Ok(class.cast_into::<PyType>()?.unbind())
    })?;
    Ok(class.bind(py))
}

/// Warns the caller.
///
/// # Errors
/// The warning itself, where warnings are errors.
pub(super) fn warn(py: Python<'_>, format: &str, read_as: ta_dtype) -> Result<()> {
    let name = dtype::name(read_as);
    let message = format!(
        "the buffer states format {format:?}, but its bytes are read as {name}: give a dtype, or \
         use frombuffer(obj), which follows the format"
    );
    let message = CString::new(message).unwrap_or_default();
    Ok(PyErr::warn(py, class(py)?.as_any(), &message, 1)?)
}
