//! A tensor of one element as a Python number.

use std::ffi::c_int;

use pyo3::exceptions::PyTypeError;
use pyo3::ffi;
use pyo3::prelude::*;
use pyo3::types::{PyComplex, PyFloat};

use crate::abi::*;
use crate::arguments::{Arguments, Signature};
use crate::border;
use crate::c;
use crate::error::{Failure, Result};
use crate::export::{element, impossible, is_host};
use crate::tensor::method::{self, methods};
use crate::tensor::{Slots, Tensor};

pub(super) fn fill(slots: &mut Slots) {
    slots.number.nb_bool = Some(truth);
    slots.number.nb_int = Some(int);
    slots.number.nb_float = Some(float);
    slots.number.nb_index = Some(index);
    slots.methods.extend(methods! {
        c"item" => item, c"item($self, /)\n--\n\nThe only element as a Python number.

Raises RequestError (a ValueError and a RuntimeError) if there is not exactly one.

>>> import tarray
>>> tarray.asarray([2.5]).item()
2.5";
        c"__complex__" => complex, c"__complex__($self, /)\n--\n\nThe only element as a complex number.";
    });
}

fn item<'py>(tensor: Tensor<'_, 'py>, given: Arguments<'_, 'py>) -> Result<Bound<'py, PyAny>> {
    static SIGNATURE: Signature<0> = Signature::new("item", [], 0, 0);
    SIGNATURE.parse(given)?;
    value(tensor)
}

/// The only element.
pub(super) fn value<'py>(tensor: Tensor<'_, 'py>) -> Result<Bound<'py, PyAny>> {
    let count = tensor.numel();
    if count != 1 {
        let message = format!("a tensor with {count} elements is not a number");
        return Err(impossible(tensor.py(), message));
    }
    if let Some(read) = element::reader(tensor.dtype())
        && is_host(tensor.device())
    {
        // SAFETY: a live handle.
        let data = unsafe { c::ta_data(tensor.handle()) };
        // SAFETY: the one element of the tensor.
        return element::object(tensor.py(), unsafe { read(data.cast()) });
    }
    read(tensor)
}

/// By the library, which knows every dtype that has values.
fn read<'py>(tensor: Tensor<'_, 'py>) -> Result<Bound<'py, PyAny>> {
    let zero = ta_scalar_value { c: [0.0; 2] };
    let mut scalar = ta_scalar { kind: 0, reserved: 0, value: zero };
    let first = [0; TA_MAX_NDIM as usize];
    // SAFETY: a live handle, as many positions as there can be axes, and a local.
    c::call(|err| unsafe { c::ta_item(tensor.handle(), first.as_ptr(), &raw mut scalar, err) })?;
    element::scalar(tensor.py(), scalar)
}

/// # Safety
/// Called by the interpreter as `nb_bool`.
unsafe extern "C" fn truth(receiver: *mut ffi::PyObject) -> c_int {
    border::guard(-1, |py| {
        // SAFETY: passed on from the interpreter.
        let tensor = unsafe { Tensor::receiver(py, receiver) };
        match tensor.numel() {
            1 => Ok(value(tensor)?.is_truthy()?.into()),
            0 => Err(impossible(py, "a tensor without elements is neither true nor false".into())),
            count => Err(impossible(
                py,
                format!("the truth of a tensor with {count} elements is ambiguous"),
            )),
        }
    })
}

/// # Safety
/// Called by the interpreter as `nb_int`.
unsafe extern "C" fn int(receiver: *mut ffi::PyObject) -> *mut ffi::PyObject {
    // SAFETY: passed on from the interpreter.
    unsafe { method::read(receiver, |tensor| through(tensor, ffi::PyNumber_Long)) }
}

/// # Safety
/// Called by the interpreter as `nb_float`.
unsafe extern "C" fn float(receiver: *mut ffi::PyObject) -> *mut ffi::PyObject {
    // SAFETY: passed on from the interpreter.
    unsafe { method::read(receiver, |tensor| through(tensor, ffi::PyNumber_Float)) }
}

/// # Safety
/// Called by the interpreter as `nb_index`.
unsafe extern "C" fn index(receiver: *mut ffi::PyObject) -> *mut ffi::PyObject {
    // SAFETY: passed on from the interpreter.
    unsafe { method::read(receiver, integer) }
}

fn integer<'py>(tensor: Tensor<'_, 'py>) -> Result<Bound<'py, PyAny>> {
    let whole = matches!(tensor.dtype().code, TA_INT | TA_UINT | TA_BOOL);
    if !whole || tensor.numel() != 1 {
        let message = "only a tensor of one integer can be an index";
        return Err(PyTypeError::new_err(message).into());
    }
    through(tensor, ffi::PyNumber_Long)
}

/// The element as another type of number, as Python itself converts it.
fn through<'py>(
    tensor: Tensor<'_, 'py>,
    convert: unsafe extern "C" fn(*mut ffi::PyObject) -> *mut ffi::PyObject,
) -> Result<Bound<'py, PyAny>> {
    let value = value(tensor)?;
    // SAFETY: attached, and a number.
    element::object(tensor.py(), unsafe { convert(value.as_ptr()) })
}

fn complex<'py>(tensor: Tensor<'_, 'py>, given: Arguments<'_, 'py>) -> Result<Bound<'py, PyAny>> {
    static SIGNATURE: Signature<0> = Signature::new("__complex__", [], 0, 0);
    SIGNATURE.parse(given)?;
    let value = value(tensor)?;
    if value.is_instance_of::<PyComplex>() {
        return Ok(value);
    }
    let real = through(tensor, ffi::PyNumber_Float)?;
    let real = real.cast::<PyFloat>().map_err(|raised| Failure::Raised(raised.into()))?;
    Ok(PyComplex::from_doubles(tensor.py(), real.value(), 0.0).into_any())
}
