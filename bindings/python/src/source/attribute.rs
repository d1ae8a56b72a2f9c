//! Attributes that most objects do not have: asked without making an AttributeError each time.

use std::ffi::c_int;
use std::ptr;

use pyo3::ffi;
use pyo3::intern;
use pyo3::prelude::*;
use pyo3::types::{PyString, PyType};

use crate::error::{Failure, Result};

unsafe extern "C" {
    /// 1 and a new reference, 0 if there is no such attribute, -1 with an exception.
    #[cfg_attr(not(Py_3_13), link_name = "_PyObject_LookupAttr")]
    fn PyObject_GetOptionalAttr(
        object: *mut ffi::PyObject,
        name: *mut ffi::PyObject,
        out: *mut *mut ffi::PyObject,
    ) -> c_int;

    /// What a type or its bases define, borrowed; NULL without an exception if nothing.
    #[cfg(not(Py_GIL_DISABLED))]
    fn _PyType_Lookup(
        class: *mut ffi::PyTypeObject,
        name: *mut ffi::PyObject,
    ) -> *mut ffi::PyObject;
}

/// An attribute of an object, and not None; a class is not asked for what its instances have.
///
/// # Errors
/// What anything but the lack of it raises.
pub(super) fn of<'a>(
    object: &Bound<'a, PyAny>,
    name: &Bound<'a, PyString>,
) -> Result<Option<Bound<'a, PyAny>>> {
    if object.is_instance_of::<PyType>() {
        return Ok(None);
    }
    Ok(find(object, name)?.filter(|found| !found.is_none()))
}

fn find<'a>(
    object: &Bound<'a, PyAny>,
    name: &Bound<'a, PyString>,
) -> Result<Option<Bound<'a, PyAny>>> {
    let mut found = ptr::null_mut();
    // SAFETY: attached; a live object, a string, and room for a reference.
    match unsafe { PyObject_GetOptionalAttr(object.as_ptr(), name.as_ptr(), &raw mut found) } {
        0 => Ok(None),
        // SAFETY: a new reference.
        1 => Ok(Some(unsafe { Bound::from_owned_ptr(object.py(), found) })),
        _ => Err(Failure::Raised(PyErr::fetch(object.py()))),
    }
}

/// An attribute of an object's type.
///
/// # Errors
/// What anything but the lack of it raises.
pub(super) fn of_type<'a>(
    object: &Bound<'a, PyAny>,
    name: &Bound<'a, PyString>,
) -> Result<Option<Bound<'a, PyAny>>> {
    match is_undefined(object, name) {
        true => Ok(None),
        false => find(object.get_type().as_any(), name),
    }
}

/// The package that an object's type says it belongs to; empty if it does not say.
pub(super) fn package(object: &Bound<'_, PyAny>) -> PyResult<String> {
    let module = object.get_type().getattr(intern!(object.py(), "__module__"))?;
    let Ok(module) = module.extract::<String>() else { return Ok(String::new()) };
    Ok(module.split('.').next().unwrap_or_default().to_owned())
}

/// Whether neither the type nor its bases define a name.
#[cfg(not(Py_GIL_DISABLED))]
fn is_undefined(object: &Bound<'_, PyAny>, name: &Bound<'_, PyString>) -> bool {
    // SAFETY: a live object.
    let class = unsafe { ffi::Py_TYPE(object.as_ptr()) };
    // SAFETY: attached; a live type and a string.
    unsafe { _PyType_Lookup(class, name.as_ptr()) }.is_null()
}

/// Without a GIL what that function borrows may be gone: it is not asked.
#[cfg(Py_GIL_DISABLED)]
fn is_undefined(_object: &Bound<'_, PyAny>, _name: &Bound<'_, PyString>) -> bool {
    false
}
