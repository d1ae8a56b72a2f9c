//! Where Python calls in: every slot and method of ours passes here.
//!
//! A result goes out as a new reference, a failure as a raised exception, a panic as a
//! `SystemError`: nothing unwinds into the interpreter.

use std::ffi::c_int;
use std::panic::{AssertUnwindSafe, catch_unwind};

use pyo3::exceptions::PySystemError;
use pyo3::prelude::*;

use crate::error::{Failure, Result};

/// Runs the body of a function that returns an object.
#[inline]
pub(crate) fn object<F>(body: F) -> *mut pyo3::ffi::PyObject
where
    F: for<'py> FnOnce(Python<'py>) -> Result<Bound<'py, PyAny>>,
{
    guard(std::ptr::null_mut(), |py| body(py).map(Bound::into_ptr))
}

/// Runs the body of a function that returns an object, and has so little to do that telling PyO3
/// of the attached thread would be a tenth of it.
///
/// PyO3's own references ([`Py`], and the errors that hold them) are let go with the next call
/// that it is told of. So `body` drops none unless it fails: then that call is this one.
#[inline]
pub(crate) fn short<F>(body: F) -> *mut pyo3::ffi::PyObject
where
    F: for<'py> FnOnce(Python<'py>) -> Result<Bound<'py, PyAny>>,
{
    caught(std::ptr::null_mut(), || {
        // SAFETY: the interpreter calls us, attached.
        let made = body(unsafe { Python::assume_attached() }).map(Bound::into_ptr);
        // SAFETY: as above.
        made.map_err(|failure| unsafe { Python::attach_unchecked(|py| raise(py, failure)) })
    })
}

/// Runs the body of a function that returns nothing: 0, or -1 with an exception.
#[inline]
pub(crate) fn nothing<F>(body: F) -> c_int
where
    F: for<'py> FnOnce(Python<'py>) -> Result<()>,
{
    guard(-1, |py| body(py).map(|()| 0))
}

/// Runs the body of a function that returns a number; `failed` says that it has raised.
#[inline]
pub(crate) fn guard<T, F>(failed: T, body: F) -> T
where
    F: for<'py> FnOnce(Python<'py>) -> Result<T>,
{
    caught(failed, || {
        // SAFETY: the interpreter is there: it calls us. PyO3 must know that this thread is
        // attached, or it would put off dropping what we drop.
        unsafe { Python::attach_unchecked(|py| body(py).map_err(|failure| raise(py, failure))) }
    })
}

/// What `run` gives; `failed` if it has raised, or panics.
#[inline]
fn caught<T>(failed: T, run: impl FnOnce() -> std::result::Result<T, ()>) -> T {
    match catch_unwind(AssertUnwindSafe(run)) {
        Ok(Ok(value)) => value,
        Ok(Err(())) => failed,
        Err(_) => {
            stopped();
            failed
        }
    }
}

#[cold]
fn raise(py: Python<'_>, failure: Failure) {
    failure.into_err(py).restore(py);
}

#[cold]
fn stopped() {
    Python::attach(|py| {
        PySystemError::new_err("a bug in tarray stopped the call; please report it").restore(py);
    });
}
