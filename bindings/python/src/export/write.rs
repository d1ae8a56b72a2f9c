//! Writes: `tensor[…] = value`, `fill_`, `copy_`.

use std::ffi::c_int;

use pyo3::exceptions::PyTypeError;
use pyo3::ffi;
use pyo3::prelude::*;

use crate::abi::*;
use crate::arguments::{Arguments, Signature};
use crate::asarray;
use crate::border;
use crate::c;
use crate::detached;
use crate::error::{Failure, Result};
use crate::export::index;
use crate::options::Request;
use crate::source::numpy::loaded;
use crate::source::{capsule, scalar};
use crate::tensor::method::methods;
use crate::tensor::{self, Slots, Tensor};

pub(super) fn fill(slots: &mut Slots) {
    slots.mapping.mp_ass_subscript = Some(set);
    slots.methods.extend(methods! {
        c"fill_" => fill_with, c"fill_($self, /, value)\n--\n\nWrites one value to every element, and returns the tensor.

value is a number or anything without axes that copy_() takes. Raises RequestError if the tensor is read-only, requires grad, or has elements that share memory,
and RangeError for a value that does not fit.

>>> import tarray
>>> tarray.asarray([1, 2]).fill_(7)
tensor([7, 7])";
        c"copy_" => copy_from, c"copy_($self, /, src)\n--\n\nWrites the elements of src, converted and broadcast, and returns the tensor.

src is anything that asarray() takes but a buffer or a bare DLPack capsule. Raises RequestError if the tensor is read-only,
requires grad, or has elements that share memory, and ValueError if src does not broadcast.

>>> import tarray
>>> tarray.asarray([[1, 2], [3, 4]]).copy_([5, 6]).tolist()
[[5, 6], [5, 6]]";
    });
}

/// # Safety
/// Called by the interpreter as `mp_ass_subscript`: without a value to delete.
unsafe extern "C" fn set(
    receiver: *mut ffi::PyObject,
    key: *mut ffi::PyObject,
    value: *mut ffi::PyObject,
) -> c_int {
    border::nothing(|py| {
        if value.is_null() {
            return Err(PyTypeError::new_err("elements of a tensor cannot be deleted").into());
        }
        // SAFETY: a tensor, passed on from the interpreter.
        let tensor = unsafe { Tensor::receiver(py, receiver) };
        // SAFETY: an argument, alive during the call.
        let key = unsafe { Borrowed::from_ptr(py, key) };
        // SAFETY: an argument, alive during the call.
        let value = unsafe { Borrowed::from_ptr(py, value) };
        let target = index::select(tensor, &key)?;
        check_writable(tensor)?;
        write(target.as_ptr(), tensor.dtype(), &value)
    })
}

/// Refuses what the library would refuse once the source has been converted: that may have been
/// long work, and Python code.
pub(crate) fn check_writable(tensor: Tensor<'_, '_>) -> Result<()> {
    let flags = tensor.info()?.flags;
    if flags & TA_TENSOR_READ_ONLY != 0 {
        return Err(Failure::Status(TA_ERR_NOT_WRITABLE, "target is read-only".into()));
    }
    // SAFETY: a live handle.
    let is_free = || unsafe { c::ta_is_leaf(tensor.handle()) } != 0 && c::ta_grad_enabled() == 0;
    if flags & TA_TENSOR_REQUIRES_GRAD != 0 && !is_free() {
        let message = "target requires grad: writing to it in place would make its gradient wrong";
        return Err(Failure::Status(TA_ERR_GRAD, message.into()));
    }
    Ok(())
}

/// Refuses a source whose history the write, which is not recorded, would cut.
fn check_source(value: &Bound<'_, PyAny>) -> Result<()> {
    // SAFETY: a live handle.
    let requires_grad = |value: Tensor<'_, '_>| unsafe { c::ta_requires_grad(value.handle()) } != 0;
    match tensor::of(value) {
        Some(value) if requires_grad(value) && c::ta_grad_enabled() != 0 => Err(Failure::Status(
            TA_ERR_GRAD,
            "the source requires grad, and writes are not recorded: give its detach()".into(),
        )),
        _ => Ok(()),
    }
}

/// Writes a number to every element of a tensor, or the elements of anything else.
fn write(target: *mut ta_tensor, dtype: ta_dtype, value: &Bound<'_, PyAny>) -> Result<()> {
    if let Some(number) = scalar::of(value)? {
        // SAFETY: a live handle, and a number.
        let fill = || c::call(|err| unsafe { c::ta_fill(target, &raw const number, err) });
        // SAFETY: a live handle.
        let bytes = unsafe { detached::bytes_of(target) };
        // SAFETY: a handle that the caller holds, and a number.
        return unsafe { detached::run(value.py(), bytes, fill) };
    }
    copy(target, &elements(value, dtype)?)
}

/// Writes the elements of a tensor to another.
pub(crate) fn copy(target: *mut ta_tensor, source: &Bound<'_, PyAny>) -> Result<()> {
    let Some(source) = tensor::of(source) else { unreachable!("a conversion makes a tensor") };
    let from = source.handle();
    // SAFETY: two live handles.
    let copy = || c::call(|err| unsafe { c::ta_copy_into(target, from, err) });
    // SAFETY: a live handle.
    let bytes = unsafe { detached::bytes_of(target) };
    // SAFETY: handles that the caller holds.
    unsafe { detached::run(source.py(), bytes, copy) }
}

/// All but buffers: what their bytes would be is anybody's guess.
const ACCEPTED: u64 = TA_ACCEPT_TENSOR
    | TA_ACCEPT_NUMPY
    | TA_ACCEPT_DLPACK
    | TA_ACCEPT_CUDA_ARRAY_INTERFACE
    | TA_ACCEPT_ARRAY_INTERFACE
    | TA_ACCEPT_SCALAR
    | TA_ACCEPT_SEQUENCE;

/// What is to be written as a tensor. Values get the dtype of the target at once, so that none
/// loses digits on the way, and one that does not fit is named; arrays are converted as they
/// are written. A capsule can be taken once only, and a write may fail after that.
fn elements<'py>(value: &Bound<'py, PyAny>, dtype: ta_dtype) -> Result<Bound<'py, PyAny>> {
    if capsule::is_capsule(value) {
        return Err(Failure::kind(
            "elements are not written from a capsule: make a tensor of it with from_dlpack()",
        ));
    }
    check_source(value)?;
    let mut request = Request::default();
    request.options.accept = ACCEPTED;
    let is_array = tensor::of(value).is_some()
        || loaded::types(value.py())?.is_some_and(|numpy| numpy.is_array(value));
    if !is_array {
        request.options.dtype = dtype;
    }
    asarray::convert(value, &request)
}

fn fill_with<'py>(tensor: Tensor<'_, 'py>, given: Arguments<'_, 'py>) -> Result<Bound<'py, PyAny>> {
    static SIGNATURE: Signature<1> = Signature::new("fill_", ["value"], 1, 1);
    let [Some(value)] = SIGNATURE.parse(given)? else {
        unreachable!("the signature demands the value")
    };
    check_writable(tensor)?;
    if scalar::of(&value)?.is_some() {
        write(tensor.handle(), tensor.dtype(), &value)?;
        return Ok(tensor.object().to_owned());
    }
    let source = elements(&value, tensor.dtype())?;
    if tensor::of(&source).is_none_or(|source| source.ndim() > 0) {
        return Err(PyTypeError::new_err("fill_() takes one number: see copy_()").into());
    }
    copy(tensor.handle(), &source)?;
    Ok(tensor.object().to_owned())
}

fn copy_from<'py>(tensor: Tensor<'_, 'py>, given: Arguments<'_, 'py>) -> Result<Bound<'py, PyAny>> {
    static SIGNATURE: Signature<1> = Signature::new("copy_", ["src"], 1, 1);
    let [Some(source)] = SIGNATURE.parse(given)? else {
        unreachable!("the signature demands the source")
    };
    check_writable(tensor)?;
    write(tensor.handle(), tensor.dtype(), &source)?;
    Ok(tensor.object().to_owned())
}
