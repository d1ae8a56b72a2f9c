//! Python's numbers: `bool`, `int`, `float`, `complex`.

use std::ffi::c_int;

use pyo3::ffi;
use pyo3::prelude::*;
use pyo3::types::{PyBool, PyComplex, PyFloat, PyInt};

use crate::abi::*;
use crate::c;
use crate::error::{Failure, Result};
use crate::options::Request;
use crate::source::Seen;

#[inline]
pub(super) fn look<'a>(
    object: &Bound<'a, PyAny>,
    request: &'a Request,
) -> Result<Option<Seen<'a>>> {
    let number = of(object);
    if let Ok(None) = number {
        return Ok(None);
    }
    // What is not allowed is not read either: whether a dtype holds it is no question then.
    request.check_accepts(TA_ORIGIN_SCALAR)?;
    let Some(scalar) = number? else { return Ok(None) };
    Ok(Some(Seen::borrowed(c::source(
        TA_SOURCE_SCALAR,
        TA_ORIGIN_SCALAR,
        ta_source_value { scalar },
    ))))
}

/// The number that an object is.
///
/// # Errors
/// `RangeError` for an int that no dtype holds.
pub(crate) fn of(object: &Bound<'_, PyAny>) -> Result<Option<ta_scalar>> {
    if object.is_instance_of::<PyBool>() {
        return Ok(Some(boolean(object)));
    }
    if object.is_instance_of::<PyFloat>() {
        return Ok(Some(float(object)));
    }
    if object.is_instance_of::<PyInt>() {
        return int(object).map(Some);
    }
    if object.is_instance_of::<PyComplex>() {
        return Ok(Some(complex(object)));
    }
    Ok(None)
}

/// The number that an object is if it needs no care: not a subclass, and not a huge int.
#[inline(always)]
pub(crate) fn plain(object: &Bound<'_, PyAny>) -> Option<ta_scalar> {
    if object.is_exact_instance_of::<PyFloat>() {
        return Some(float(object));
    }
    if object.is_exact_instance_of::<PyInt>() {
        return int64(object).ok();
    }
    if object.is_exact_instance_of::<PyBool>() {
        return Some(boolean(object));
    }
    object.is_exact_instance_of::<PyComplex>().then(|| complex(object))
}

const fn scalar(kind: i32, value: ta_scalar_value) -> ta_scalar {
    ta_scalar { kind, reserved: 0, value }
}

#[inline(always)]
fn boolean(object: &Bound<'_, PyAny>) -> ta_scalar {
    // SAFETY: there is one True.
    let truth = object.as_ptr() == unsafe { ffi::Py_True() };
    scalar(TA_SCALAR_BOOL, ta_scalar_value { i: truth.into() })
}

#[inline(always)]
fn float(object: &Bound<'_, PyAny>) -> ta_scalar {
    // SAFETY: a float, by every caller.
    let value = unsafe { ffi::PyFloat_AS_DOUBLE(object.as_ptr()) };
    scalar(TA_SCALAR_FLOAT, ta_scalar_value { f: value })
}

fn complex(object: &Bound<'_, PyAny>) -> ta_scalar {
    // SAFETY: a complex number, by every caller.
    let value = unsafe { ffi::PyComplex_AsCComplex(object.as_ptr()) };
    scalar(TA_SCALAR_COMPLEX, ta_scalar_value { c: [value.real, value.imag] })
}

/// An int that an `int64` holds; else on which side it is too large.
#[inline(always)]
fn int64(object: &Bound<'_, PyAny>) -> std::result::Result<ta_scalar, c_int> {
    let mut overflow = 0;
    // SAFETY: an int, by every caller; so nothing but overflow can go wrong.
    let value = unsafe { ffi::PyLong_AsLongLongAndOverflow(object.as_ptr(), &raw mut overflow) };
    match overflow {
        0 => Ok(scalar(TA_SCALAR_INT, ta_scalar_value { i: value })),
        side => Err(side),
    }
}

fn int(object: &Bound<'_, PyAny>) -> Result<ta_scalar> {
    match int64(object) {
        Ok(scalar) => Ok(scalar),
        Err(1) => match object.extract::<u64>() {
            Ok(value) => Ok(scalar(TA_SCALAR_UINT, ta_scalar_value { u: value })),
            Err(_) => Err(too_large(object)),
        },
        Err(_) => Err(too_large(object)),
    }
}

#[cold]
fn too_large(object: &Bound<'_, PyAny>) -> Failure {
    // Thousands of digits are not printed by Python either.
    let number = object.str().map_or_else(|_| "an int".into(), |text| text.to_string());
    Failure::Status(TA_ERR_OVERFLOW, format!("no integer dtype holds {number}"))
}
