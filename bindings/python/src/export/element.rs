//! Elements as Python objects, read where they lie.

use std::ffi::c_double;

use pyo3::ffi;
use pyo3::prelude::*;

use crate::abi::*;
use crate::dtype;
use crate::error::{Failure, Result};

/// Makes a Python object of the element at an address; NULL with an exception if it cannot.
pub(super) type Read = unsafe fn(*const u8) -> *mut ffi::PyObject;

/// How elements of a dtype are read, if this machine has numbers like that.
pub(super) fn reader(dtype: ta_dtype) -> Option<Read> {
    if dtype.lanes != 1 {
        return None;
    }
    Some(match (dtype.code, dtype.bits) {
        (TA_BOOL, 8) => boolean,
        (TA_INT, 8) => int::<i8>,
        (TA_INT, 16) => int::<i16>,
        (TA_INT, 32) => int::<i32>,
        (TA_INT, 64) => int::<i64>,
        (TA_UINT, 8) => int::<u8>,
        (TA_UINT, 16) => int::<u16>,
        (TA_UINT, 32) => int::<u32>,
        (TA_UINT, 64) => uint64,
        (TA_FLOAT, 32) => float::<f32>,
        (TA_FLOAT, 64) => float::<f64>,
        (TA_COMPLEX, 64) => complex::<f32>,
        (TA_COMPLEX, 128) => complex::<f64>,
        _ => return None,
    })
}

/// The dtype that has a [`reader`] and holds every value of a number of this dtype.
pub(super) fn readable(dtype: ta_dtype) -> ta_dtype {
    match dtype.code {
        _ if reader(dtype).is_some() => dtype,
        TA_COMPLEX => dtype::COMPLEX128,
        _ => dtype::FLOAT64,
    }
}

/// # Safety
/// `address` has an element of one byte.
unsafe fn boolean(address: *const u8) -> *mut ffi::PyObject {
    // SAFETY: passed on from this function's contract.
    let byte = unsafe { address.read() };
    // SAFETY: attached, as every reader's caller is.
    unsafe { ffi::PyBool_FromLong((byte != 0).into()) }
}

/// # Safety
/// `address` has a `T`, of any alignment.
unsafe fn int<T: Into<i64>>(address: *const u8) -> *mut ffi::PyObject {
    // SAFETY: passed on from this function's contract.
    let value = unsafe { address.cast::<T>().read_unaligned() };
    // SAFETY: attached.
    unsafe { ffi::PyLong_FromLongLong(value.into()) }
}

/// # Safety
/// `address` has a `u64`, of any alignment.
unsafe fn uint64(address: *const u8) -> *mut ffi::PyObject {
    // SAFETY: passed on from this function's contract.
    let value = unsafe { address.cast::<u64>().read_unaligned() };
    // SAFETY: attached.
    unsafe { ffi::PyLong_FromUnsignedLongLong(value) }
}

/// # Safety
/// `address` has a `T`, of any alignment.
unsafe fn float<T: Into<c_double>>(address: *const u8) -> *mut ffi::PyObject {
    // SAFETY: passed on from this function's contract.
    let value = unsafe { address.cast::<T>().read_unaligned() };
    // SAFETY: attached.
    unsafe { ffi::PyFloat_FromDouble(value.into()) }
}

/// # Safety
/// `address` has two `T`, of any alignment.
unsafe fn complex<T: Into<c_double>>(address: *const u8) -> *mut ffi::PyObject {
    // SAFETY: passed on from this function's contract.
    let [real, imaginary] = unsafe { address.cast::<[T; 2]>().read_unaligned() };
    // SAFETY: attached.
    unsafe { ffi::PyComplex_FromDoubles(real.into(), imaginary.into()) }
}

/// What the library read of a dtype that only it knows.
pub(super) fn scalar(py: Python<'_>, scalar: ta_scalar) -> Result<Bound<'_, PyAny>> {
    let data: *const u8 = (&raw const scalar.value).cast();
    let read: Read = match scalar.kind {
        TA_SCALAR_INT => int::<i64>,
        TA_SCALAR_UINT => uint64,
        TA_SCALAR_FLOAT => float::<f64>,
        TA_SCALAR_COMPLEX => complex::<f64>,
        _ => truth,
    };
    // SAFETY: the member that the kind names.
    object(py, unsafe { read(data) })
}

/// # Safety
/// `address` has an `i64`.
unsafe fn truth(address: *const u8) -> *mut ffi::PyObject {
    // SAFETY: passed on from this function's contract.
    let value = unsafe { address.cast::<i64>().read_unaligned() };
    // SAFETY: attached.
    unsafe { ffi::PyBool_FromLong((value != 0).into()) }
}

/// What a reader returned.
pub(super) fn object(py: Python<'_>, read: *mut ffi::PyObject) -> Result<Bound<'_, PyAny>> {
    // SAFETY: NULL with an exception, or a new reference.
    unsafe { Bound::from_owned_ptr_or_err(py, read) }.map_err(Failure::Raised)
}
