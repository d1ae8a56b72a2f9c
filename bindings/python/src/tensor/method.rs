//! Methods and attributes: from safe functions to what a type object holds.
//!
//! A method is `fn(Tensor, Arguments) -> Result<Bound<PyAny>>`, an attribute
//! `fn(Tensor) -> Result<Bound<PyAny>>`; [`methods!`] and [`attributes!`] make tables of them.

use std::ffi::{CStr, c_int, c_void};

use pyo3::ffi;
use pyo3::prelude::*;

use crate::arguments::{Argument, Arguments};
use crate::border;
use crate::error::Result;
use crate::tensor::Tensor;

/// Runs a method.
///
/// # Safety
/// The arguments are the interpreter's, and `receiver` is a tensor.
#[inline]
pub(crate) unsafe fn run<'py, F>(
    py: Python<'py>,
    receiver: *mut ffi::PyObject,
    values: *const *mut ffi::PyObject,
    count: ffi::Py_ssize_t,
    names: *mut ffi::PyObject,
    method: F,
) -> Result<Bound<'py, PyAny>>
where
    F: for<'a> FnOnce(Tensor<'a, 'py>, Arguments<'a, 'py>) -> Result<Bound<'py, PyAny>>,
{
    // SAFETY: passed on from this function's contract.
    let receiver = unsafe { Tensor::receiver(py, receiver) };
    // SAFETY: passed on from this function's contract.
    method(receiver, unsafe { Arguments::new(py, values, count, names) })
}

/// Reads an attribute, or runs any slot that takes only the tensor.
///
/// # Safety
/// `receiver` is a tensor.
#[inline]
pub(crate) unsafe fn read<F>(receiver: *mut ffi::PyObject, attribute: F) -> *mut ffi::PyObject
where
    F: for<'a, 'py> FnOnce(Tensor<'a, 'py>) -> Result<Bound<'py, PyAny>>,
{
    // SAFETY: passed on from this function's contract.
    border::object(|py| attribute(unsafe { Tensor::receiver(py, receiver) }))
}

/// Sets an attribute, or deletes it if `value` is NULL.
///
/// # Safety
/// `receiver` is a tensor; `value` is NULL or the interpreter's.
pub(crate) unsafe fn write<F>(
    receiver: *mut ffi::PyObject,
    value: *mut ffi::PyObject,
    attribute: F,
) -> c_int
where
    F: for<'a, 'py> FnOnce(Tensor<'a, 'py>, Argument<'a, 'py>) -> Result<()>,
{
    border::nothing(|py| {
        // SAFETY: passed on from this function's contract.
        let receiver = unsafe { Tensor::receiver(py, receiver) };
        // SAFETY: NULL, or alive during the call.
        let value = unsafe { Borrowed::from_ptr_or_opt(py, value) };
        attribute(receiver, value)
    })
}

/// An entry of a method table.
pub(crate) const fn entry(
    name: &'static CStr,
    method: ffi::PyCFunctionFastWithKeywords,
    doc: &'static CStr,
) -> ffi::PyMethodDef {
    ffi::PyMethodDef {
        ml_name: name.as_ptr(),
        ml_meth: ffi::PyMethodDefPointer { PyCFunctionFastWithKeywords: method },
        ml_flags: ffi::METH_FASTCALL | ffi::METH_KEYWORDS,
        ml_doc: doc.as_ptr(),
    }
}

/// An entry of an attribute table.
pub(crate) const fn attribute(
    name: &'static CStr,
    get: unsafe extern "C" fn(*mut ffi::PyObject, *mut c_void) -> *mut ffi::PyObject,
    set: Option<ffi::setter>,
    doc: &'static CStr,
) -> ffi::PyGetSetDef {
    ffi::PyGetSetDef {
        name: name.as_ptr(),
        get: Some(get),
        set,
        doc: doc.as_ptr(),
        closure: std::ptr::null_mut(),
    }
}

/// A `Vec<PyMethodDef>` of `c"name" => function, c"name(…)\n--\n\ndoc";` lines, with
/// `[short] function` for those that keep to what [`border::short`] asks.
macro_rules! methods {
    (@border short) => { $crate::border::short };
    (@border) => { $crate::border::object };
    ($($name:literal => $([$border:ident])? $function:path, $doc:literal;)*) => {
        vec![$({
            unsafe extern "C" fn call(
                receiver: *mut pyo3::ffi::PyObject,
                values: *const *mut pyo3::ffi::PyObject,
                count: pyo3::ffi::Py_ssize_t,
                names: *mut pyo3::ffi::PyObject,
            ) -> *mut pyo3::ffi::PyObject {
                $crate::tensor::method::methods!(@border $($border)?)(|py| {
                    // SAFETY: called by the interpreter, as METH_FASTCALL | METH_KEYWORDS.
                    unsafe {
                        $crate::tensor::method::run(py, receiver, values, count, names, $function)
                    }
                })
            }
            $crate::tensor::method::entry($name, call, $doc)
        }),*]
    };
}

/// A `Vec<PyGetSetDef>` of `c"name" => get, c"doc";` lines, with `get | set` where it can be set.
macro_rules! attributes {
    ($($name:literal => $function:path $(| $set:path)?, $doc:literal;)*) => {
        vec![$({
            unsafe extern "C" fn get(
                receiver: *mut pyo3::ffi::PyObject,
                _closure: *mut std::ffi::c_void,
            ) -> *mut pyo3::ffi::PyObject {
                // SAFETY: called by the interpreter, as a getter of tensors.
                unsafe { $crate::tensor::method::read(receiver, $function) }
            }
            #[allow(unused_mut, unused_assignments)]
            let mut set = None;
            $({
                unsafe extern "C" fn write(
                    receiver: *mut pyo3::ffi::PyObject,
                    value: *mut pyo3::ffi::PyObject,
                    _closure: *mut std::ffi::c_void,
                ) -> std::ffi::c_int {
                    // SAFETY: called by the interpreter, as a setter of tensors.
                    unsafe { $crate::tensor::method::write(receiver, value, $set) }
                }
                set = Some(write as pyo3::ffi::setter);
            })?
            $crate::tensor::method::attribute($name, get, set, $doc)
        }),*]
    };
}

pub(crate) use {attributes, methods};
