//! `tarray.Provenance`: how a tensor came about.

use std::ffi::c_char;

use pyo3::exceptions::PyMemoryError;
use pyo3::ffi;
use pyo3::prelude::*;
use pyo3::sync::PyOnceLock;
use pyo3::types::{PyBool, PyString, PyType};

use crate::c;
use crate::error::Result;
use crate::tensor::Tensor;

/// The class, a named tuple.
pub(crate) fn class<'py>(py: Python<'py>) -> Result<&'py Bound<'py, PyType>> {
    static CLASS: PyOnceLock<Py<PyType>> = PyOnceLock::new();
    let class = CLASS.get_or_try_init(py, || -> PyResult<_> {
        let field = |name: &'static std::ffi::CStr, doc: &'static std::ffi::CStr| {
            ffi::PyStructSequence_Field { name: name.as_ptr(), doc: doc.as_ptr() }
        };
        let mut fields = [
            field(c"source", c"What it was made from, like 'numpy'."),
            field(c"aliased", c"Whether it shares the source's memory."),
            field(c"reason", c"Why it was copied, like 'dtype'; None if it was not. 'producer': the source itself gave a copy."),
            field(c"staged", c"Whether the elements went through the host, as the device could not do what was asked. Not an item."),
            ffi::PyStructSequence_Field { name: std::ptr::null(), doc: std::ptr::null() },
        ];
        let mut description = ffi::PyStructSequence_Desc {
            name: c"tarray.Provenance".as_ptr(),
            doc: c"How a tensor came about: from what, shared or copied, and why.

>>> import tarray
>>> source, aliased, reason = tarray.asarray(bytearray(4), dtype='uint8').provenance
>>> source, aliased, reason
('buffer', True, None)

Its attribute `staged` says whether the elements went through the host, as a device could not do what was asked."
                .as_ptr(),
            fields: fields.as_mut_ptr(),
            // Programs unpack three, so `staged` is only an attribute.
            n_in_sequence: 3,
        };
        // SAFETY: attached; a description that ends with a NULL name.
        let class = unsafe { ffi::PyStructSequence_NewType(&raw mut description) };
        // SAFETY: NULL with an exception, or a new reference to a type.
        let class = unsafe { Bound::from_owned_ptr_or_err(py, class.cast()) }?;
        Ok(class.cast_into::<PyType>()?.unbind())
    })?;
    Ok(class.bind(py))
}

/// `Tensor.provenance`.
pub(super) fn of<'py>(tensor: Tensor<'_, 'py>) -> Result<Bound<'py, PyAny>> {
    let py = tensor.py();
    let given = tensor.info()?.provenance;
    let reason = match given.reason {
        0 => py.None().into_bound(py),
        reason => name(py, c::ta_reason_name(reason)).into_any(),
    };
    let truth = |given: i32| PyBool::new(py, given != 0).to_owned().into_any();
    let fields = [
        name(py, c::ta_origin_name(given.origin)).into_any(),
        truth(given.aliased),
        reason,
        truth(given.staged),
    ];
    make(class(py)?, fields)
}

fn name<'py>(py: Python<'py>, text: *const c_char) -> Bound<'py, PyString> {
    // SAFETY: a static string of the library.
    PyString::new(py, &unsafe { c::text(text) })
}

fn make<'py>(
    class: &Bound<'py, PyType>,
    fields: [Bound<'py, PyAny>; 4],
) -> Result<Bound<'py, PyAny>> {
    let py = class.py();
    // SAFETY: the class made above.
    let tuple = unsafe { ffi::PyStructSequence_New(class.as_type_ptr()) };
    if tuple.is_null() {
        return Err(PyMemoryError::new_err(()).into());
    }
    for (index, field) in (0..).zip(fields) {
        // SAFETY: a new object of four fields; the field's reference is given away.
        unsafe { ffi::PyStructSequence_SetItem(tuple, index, field.into_ptr()) };
    }
    // SAFETY: a new reference.
    Ok(unsafe { Bound::from_owned_ptr(py, tuple) })
}
