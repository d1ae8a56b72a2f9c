//! `asarray(obj)` without options, of the objects that programs hand over all day.
//!
//! What is asked of any object is known of these by their exact type. Whatever is not made here,
//! for whatever reason, goes the way of all objects ([`crate::source::look`]), which finds it as it was:
//! that way also words every failure.

use std::ptr::{self, NonNull};

use pyo3::ffi;
use pyo3::prelude::*;

use crate::abi::*;
use crate::c;
use crate::dtype;
use crate::settings;
use crate::source::dlpack::{Exported, torch};
use crate::source::{numpy, scalar, sequence};
use crate::tensor::{self, Handle};

/// The tensor that an object is or makes: a new reference, or NULL without an exception.
///
/// # Safety
/// Attached, and `object` is alive.
#[inline]
pub(crate) unsafe fn make(object: *mut ffi::PyObject) -> *mut ffi::PyObject {
    // SAFETY: attached, by the caller's contract.
    let py = unsafe { Python::assume_attached() };
    // SAFETY: alive, by the caller's contract.
    let object = unsafe { Borrowed::from_ptr(py, object) };
    if let Some(same) = tensor::of(&object) {
        // SAFETY: a live handle.
        return match unsafe { c::ta_requires_grad(same.handle()) } {
            0 => object.to_owned().into_ptr(),
            _ => ptr::null_mut(),
        };
    }
    if sequence::is_plain(&object) {
        return ptr::null_mut();
    }
    if let Some(source) = source(&object) {
        return taken(&object, &source);
    }
    torch::plain(&object).map_or(ptr::null_mut(), |exported| imported(py, exported))
}

#[inline]
fn imported(py: Python<'_>, exported: Exported) -> *mut ffi::PyObject {
    let mut made = ptr::null_mut();
    let managed = exported.as_ptr();
    // SAFETY: a live DLPack tensor, which changes hands on TA_OK.
    let status = unsafe { c::ta_from_dlpack(managed, ptr::null(), &raw mut made, ptr::null_mut()) };
    match NonNull::new(made) {
        Some(made) if status == TA_OK => {
            exported.forget();
            wrapped(py, made)
        }
        _ => ptr::null_mut(),
    }
}

/// The object of a share that the library has just given.
#[inline]
fn wrapped(py: Python<'_>, made: NonNull<ta_tensor>) -> *mut ffi::PyObject {
    // SAFETY: nobody else gives it up.
    let handle = unsafe { Handle::from_raw(made) };
    tensor::wrap(py, handle).map_or(ptr::null_mut(), Bound::into_ptr)
}

/// What an object is to the library. An array's memory is kept by a reference to the array.
#[inline]
fn source(object: &Bound<'_, PyAny>) -> Option<ta_source> {
    if let Some(memory) = numpy::plain_array(object) {
        let value = ta_source_value { memory };
        return Some(c::source(TA_SOURCE_MEMORY, TA_ORIGIN_NUMPY, value));
    }
    if let Some(typed_scalar) = numpy::plain_scalar(object) {
        let value = ta_source_value { typed_scalar };
        return Some(c::source(TA_SOURCE_TYPED_SCALAR, TA_ORIGIN_NUMPY, value));
    }
    // The library's own default; another one is an option.
    let scalar = scalar::plain(object).filter(|_| settings::default_dtype() == dtype::FLOAT32)?;
    Some(c::source(TA_SOURCE_SCALAR, TA_ORIGIN_SCALAR, ta_source_value { scalar }))
}

#[inline]
fn taken(object: &Bound<'_, PyAny>, source: &ta_source) -> *mut ffi::PyObject {
    let mut made = ptr::null_mut();
    let is_kept = source.kind == TA_SOURCE_MEMORY;
    if is_kept {
        // SAFETY: alive; the reference goes to the library, or is taken back below.
        unsafe { ffi::Py_INCREF(object.as_ptr()) };
    }
    // SAFETY: filled above, from an object that is alive during the call.
    let status = unsafe { c::ta_asarray(source, ptr::null(), &raw mut made, ptr::null_mut()) };
    match NonNull::new(made) {
        Some(made) if status == TA_OK => wrapped(object.py(), made),
        _ => {
            if is_kept {
                // SAFETY: the reference from above, which the library has not taken.
                unsafe { ffi::Py_DECREF(object.as_ptr()) };
            }
            ptr::null_mut()
        }
    }
}
