//! `numpy.dtype` objects: which dtype each stands for, remembered by identity.

use std::sync::atomic::{AtomicPtr, Ordering};

use pyo3::ffi;
use pyo3::intern;
use pyo3::prelude::*;
use pyo3::types::PyType;

use crate::abi::*;
use crate::dtype;
use crate::error::{Failure, Result};
use crate::source::numpy::loaded;

/// Whether an object is a `numpy.dtype`.
pub(crate) fn is_descr(object: &Bound<'_, PyAny>) -> Result<bool> {
    Ok(loaded::types(object.py())?.is_some_and(|numpy| numpy.is_descr(object)))
}

/// The `numpy.dtype` of a NumPy scalar type, `None` for any other class.
pub(crate) fn of_scalar_type<'py>(class: &Bound<'py, PyType>) -> Result<Option<Bound<'py, PyAny>>> {
    match loaded::types(class.py())? {
        Some(numpy) if numpy.is_scalar_type(class)? => {
            Ok(Some(numpy.descr(class.py()).call1((class,))?))
        }
        _ => Ok(None),
    }
}

/// A `numpy.dtype`, and `TA_MEMORY_…` flags for how its elements lie.
///
/// # Errors
/// `TypeError` if no tensor has such elements.
pub(crate) fn dtype(descr: &Bound<'_, PyAny>) -> Result<(ta_dtype, u64)> {
    let py = descr.py();
    let kind = descr.getattr(intern!(py, "kind"))?.extract::<char>()?;
    let itemsize = descr.getattr(intern!(py, "itemsize"))?.extract::<usize>()?;
    let swapped = match descr.getattr(intern!(py, "isnative"))?.is_truthy()? {
        true => 0,
        false => TA_MEMORY_BYTE_SWAPPED,
    };
    if let Some(found) = dtype::by_kind(kind, itemsize) {
        let is_numpys = !descr.getattr(intern!(py, "num"))?.ge(USER_DEFINED)?;
        if is_numpys {
            return Ok((found, swapped));
        }
    }
    let name = descr.getattr(intern!(py, "name"))?.extract::<String>()?;
    if let Some(found) = user_defined(descr, &name)? {
        // ml_dtypes gives every element a byte, also the smaller ones.
        let padded = if found.bits % 8 != 0 { TA_MEMORY_SUBBYTE_PADDED } else { 0 };
        return Ok((found, swapped | padded));
    }
    Err(refusal(kind, descr, &name))
}

/// `NPY_USERDEF`: numbers from here on belong to dtypes that others have registered.
const USER_DEFINED: i32 = 256;

/// The dtypes of ml_dtypes, by their names.
fn user_defined(descr: &Bound<'_, PyAny>, name: &str) -> Result<Option<ta_dtype>> {
    let py = descr.py();
    let class = descr.getattr(intern!(py, "type"))?;
    let module = class.getattr(intern!(py, "__module__"))?;
    let is_theirs = module.extract::<String>().is_ok_and(|module| module.starts_with("ml_dtypes"));
    Ok(if is_theirs { dtype::by_name(name) } else { None })
}

#[cold]
fn refusal(kind: char, descr: &Bound<'_, PyAny>, name: &str) -> Failure {
    let why = match kind {
        'O' => "its elements are Python objects",
        'S' | 'U' | 'T' => "its elements are text",
        'M' | 'm' => "its elements are times: view them as int64",
        'V' if descr.getattr("names").is_ok_and(|names| !names.is_none()) => {
            "its elements are structures: give one field"
        }
        'f' | 'c' => "no tensor has numbers of that width: convert them first",
        _ => "no tensor has such elements",
    };
    Failure::kind(format!("can't make a tensor of NumPy dtype {name}: {why}"))
}

/// A `numpy.dtype` seen before, which is kept alive so that no other can have its address.
struct Known {
    descr: *mut ffi::PyObject,
    dtype: ta_dtype,
    flags: u64,
}

const PLACES: usize = 64;

/// Filled without a lock, never emptied: at most so many are remembered.
static KNOWN: [AtomicPtr<Known>; PLACES] = [const { AtomicPtr::new(std::ptr::null_mut()) }; PLACES];

fn place(descr: *mut ffi::PyObject) -> &'static AtomicPtr<Known> {
    &KNOWN[(descr.addr() >> 5) % PLACES]
}

/// As [`dtype`], if it has been asked for before and is remembered.
#[inline]
pub(crate) fn known(descr: *mut ffi::PyObject) -> Option<(ta_dtype, u64)> {
    let known = place(descr).load(Ordering::Acquire);
    // SAFETY: NULL, or an entry that is never freed or changed.
    let known = unsafe { known.as_ref() }.filter(|known| known.descr == descr)?;
    Some((known.dtype, known.flags))
}

/// As [`dtype`], remembering the common ones.
#[inline]
pub(crate) fn cached(py: Python<'_>, descr: *mut ffi::PyObject) -> Result<(ta_dtype, u64)> {
    match known(descr) {
        Some(known) => Ok(known),
        // SAFETY: a live object, as the array that it was read from is.
        None => remember(place(descr), unsafe { Bound::from_borrowed_ptr(py, descr) }),
    }
}

#[cold]
fn remember(place: &AtomicPtr<Known>, descr: Bound<'_, PyAny>) -> Result<(ta_dtype, u64)> {
    let (dtype, flags) = dtype(&descr)?;
    if !place.load(Ordering::Acquire).is_null() {
        return Ok((dtype, flags));
    }
    let entry = Box::into_raw(Box::new(Known { descr: descr.clone().into_ptr(), dtype, flags }));
    let empty = std::ptr::null_mut();
    if place.compare_exchange(empty, entry, Ordering::AcqRel, Ordering::Acquire).is_err() {
        // Another thread was first: its entry serves as well.
        // SAFETY: made above, and published nowhere.
        drop(unsafe { Box::from_raw(entry) });
        // SAFETY: the reference that the entry held.
        unsafe { ffi::Py_DECREF(descr.as_ptr()) };
    }
    Ok((dtype, flags))
}
