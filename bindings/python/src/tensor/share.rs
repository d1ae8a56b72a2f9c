//! Handles to and from C: a tensor of Python as a `ta_tensor *` and back.

use std::ptr::NonNull;

use pyo3::ffi;
use pyo3::prelude::*;
use pyo3::types::{PyBool, PyInt};

use crate::abi::*;
use crate::arguments::{Arguments, Signature};
use crate::border;
use crate::c;
use crate::error::{Failure, Result, type_name};
use crate::tensor::method::methods;
use crate::tensor::slots::Slots;
use crate::tensor::{Handle, Tensor, wrap};

pub(super) fn fill(slots: &mut Slots) {
    slots.methods.extend(methods! {
        c"_ta_handle" => handle, c"_ta_handle($self, /)\n--\n\nA new share of the tensor for C, as the int value of a `ta_tensor *`.

Whoever gets it calls ta_release once; until then the tensor lives.

>>> import tarray
>>> handle = tarray.asarray([1, 2])._ta_handle()
>>> tarray.Tensor._from_ta_handle(handle)
tensor([1, 2])";
    });
    slots.methods.push(ffi::PyMethodDef {
        ml_name: c"_from_ta_handle".as_ptr(),
        ml_meth: ffi::PyMethodDefPointer { PyCFunction: from_handle },
        ml_flags: ffi::METH_O | ffi::METH_STATIC,
        ml_doc: c"_from_ta_handle(handle, /)\n--\n\nThe tensor of a `ta_tensor *`, whose share it takes over.

The int must be a live handle of the very libtarray that get_library() names: nothing can check
that. Raises TypeError for what is no int, and ValueError for 0 and any other int that is no address
of a handle.

>>> import tarray
>>> t = tarray.asarray([1, 2])
>>> tarray.Tensor._from_ta_handle(t._ta_handle()).data_ptr() == t.data_ptr()
True".as_ptr(),
    });
}

fn handle<'py>(tensor: Tensor<'_, 'py>, given: Arguments<'_, 'py>) -> Result<Bound<'py, PyAny>> {
    static SIGNATURE: Signature<0> = Signature::new("_ta_handle", [], 0, 0);
    SIGNATURE.parse(given)?;
    // The share is taken when nothing can fail any more.
    let number =
        tensor.handle().expose_provenance().into_pyobject(tensor.py()).map_err(PyErr::from)?;
    // SAFETY: a live handle; the share is the caller's.
    let _: *mut ta_tensor = unsafe { c::ta_retain(tensor.handle()) };
    Ok(number.into_any())
}

/// # Safety
/// Called by the interpreter as `METH_O | METH_STATIC`.
unsafe extern "C" fn from_handle(
    _nothing: *mut ffi::PyObject,
    given: *mut ffi::PyObject,
) -> *mut ffi::PyObject {
    border::object(|py| {
        // SAFETY: an argument, alive during the call.
        let given = unsafe { Borrowed::from_ptr(py, given) };
        let tensor = std::ptr::with_exposed_provenance_mut::<ta_tensor>(address(&given)?);
        let tensor = NonNull::new(tensor).ok_or_else(|| Failure::value("a handle is not 0"))?;
        // SAFETY: the caller vouches that it is a share of this library's, and gives it up.
        wrap(py, unsafe { Handle::from_raw(tensor) })
    })
}

/// What may be the address of a handle.
fn address(given: &Bound<'_, PyAny>) -> Result<usize> {
    if !given.is_instance_of::<PyInt>() || given.is_instance_of::<PyBool>() {
        return Err(Failure::kind(format!("a handle is an int, not {}", type_name(given))));
    }
    match given.extract::<usize>() {
        // A handle's struct holds pointers.
        Ok(address) if address.is_multiple_of(align_of::<*mut ta_tensor>()) => Ok(address),
        _ => Err(Failure::value("no handle has such an address")),
    }
}
