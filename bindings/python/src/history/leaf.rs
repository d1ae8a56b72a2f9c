//! What a tensor says of its own gradient: the flag, `grad`, and the same memory without either.

use std::ptr::{self, NonNull};

use pyo3::exceptions::{PyAttributeError, PyTypeError};
use pyo3::prelude::*;
use pyo3::types::PyBool;

use crate::abi::*;
use crate::arguments::{Argument, Arguments, Signature};
use crate::c;
use crate::error::{Failure, Result, type_name};
use crate::options::some;
use crate::tensor::facts::truth;
use crate::tensor::method::{attributes, methods};
use crate::tensor::{self, Handle, Slots, Tensor};

pub(super) fn fill(slots: &mut Slots) {
    slots.attributes.extend(attributes! {
        c"requires_grad" => requires_grad | set_requires_grad, c"Whether the tensor requires a gradient. May be set for a leaf.

Raises RequestError if a tensor with a history is to require none, or if the elements are neither
floating point nor complex numbers.

>>> import tarray
>>> t = tarray.asarray([1.0])
>>> t.requires_grad = True
>>> (t * 2).requires_grad
True";
        c"is_leaf" => is_leaf, c"Whether no recorded operation made the tensor.

>>> import tarray
>>> t = tarray.asarray([1.0], requires_grad=True)
>>> t.is_leaf, (t * 2).is_leaf
(True, False)";
        c"grad" => grad | set_grad, c"The gradient that backward() has brought to a leaf, or None. Set it to None to clear it.

A later backward() does not change this tensor: the sum is another one. Raises RequestError if what
is set is not of the tensor's shape, dtype and device.

>>> import tarray
>>> t = tarray.asarray([1.0, 2.0], requires_grad=True)
>>> (t * t).sum().backward()
>>> t.grad
tensor([2., 4.])";
    });
    slots.methods.extend(methods! {
        c"requires_grad_" => require_grad, c"requires_grad_($self, /, requires_grad=True)\n--\n\nSets requires_grad, and returns the tensor.

>>> import tarray
>>> tarray.asarray([1.0]).requires_grad_()
tensor([1.], requires_grad=True)";
        c"detach" => detach, c"detach($self, /)\n--\n\nAnother tensor over the same memory, without a history: a leaf that requires no gradient.

>>> import tarray
>>> t = tarray.asarray([1.0], requires_grad=True)
>>> t.detach().requires_grad, t.requires_grad
(False, True)";
    });
}

/// Whether a tensor requires grad.
pub(crate) fn is_required(tensor: Tensor<'_, '_>) -> bool {
    // SAFETY: a live handle.
    unsafe { c::ta_requires_grad(tensor.handle()) != 0 }
}

fn requires_grad<'py>(tensor: Tensor<'_, 'py>) -> Result<Bound<'py, PyAny>> {
    truth(tensor.py(), is_required(tensor))
}

fn set_requires_grad(tensor: Tensor<'_, '_>, value: Argument<'_, '_>) -> Result<()> {
    let Some(value) = value else {
        return Err(PyAttributeError::new_err("requires_grad cannot be deleted").into());
    };
    require(tensor.handle(), flag(&value)?)
}

fn flag(given: &Bound<'_, PyAny>) -> Result<bool> {
    match given.cast_exact::<PyBool>() {
        Ok(flag) => Ok(flag.is_true()),
        Err(_) => {
            let class = type_name(given);
            let message = format!("requires_grad must be True or False, not {class}");
            Err(PyTypeError::new_err(message).into())
        }
    }
}

fn require(tensor: *mut ta_tensor, wanted: bool) -> Result<()> {
    // SAFETY: a live handle, by every caller.
    c::call(|err| unsafe { c::ta_set_requires_grad(tensor, wanted.into(), err) })
}

/// Makes a fresh leaf require grad if another tensor does.
pub(crate) fn require_grad_as(leaf: &Handle, other: Tensor<'_, '_>) -> Result<()> {
    if is_required(other) { require(leaf.as_ptr(), true) } else { Ok(()) }
}

fn require_grad<'py>(
    tensor: Tensor<'_, 'py>,
    given: Arguments<'_, 'py>,
) -> Result<Bound<'py, PyAny>> {
    static SIGNATURE: Signature<1> = Signature::new("requires_grad_", ["requires_grad"], 1, 0);
    let [wanted] = SIGNATURE.parse(given)?;
    let wanted = wanted.map_or(Ok(true), |wanted| flag(&wanted))?;
    require(tensor.handle(), wanted)?;
    Ok(tensor.object().to_owned())
}

fn is_leaf<'py>(tensor: Tensor<'_, 'py>) -> Result<Bound<'py, PyAny>> {
    // SAFETY: a live handle.
    truth(tensor.py(), unsafe { c::ta_is_leaf(tensor.handle()) } != 0)
}

/// The gradient of a leaf.
pub(crate) fn grad_of(tensor: Tensor<'_, '_>) -> Option<Handle> {
    // SAFETY: a live handle.
    let grad = NonNull::new(unsafe { c::ta_grad(tensor.handle()) })?;
    // SAFETY: a share that the library has given.
    Some(unsafe { Handle::from_raw(grad) })
}

fn grad<'py>(tensor: Tensor<'_, 'py>) -> Result<Bound<'py, PyAny>> {
    match grad_of(tensor) {
        Some(grad) => tensor::wrap(tensor.py(), grad),
        None => Ok(tensor.py().None().into_bound(tensor.py())),
    }
}

fn set_grad(tensor: Tensor<'_, '_>, value: Argument<'_, '_>) -> Result<()> {
    let Some(value) = some(value) else { return set(tensor.handle(), ptr::null()) };
    let Some(grad) = tensor::of(&value) else {
        let message = format!("grad must be a tensor or None, not {}", type_name(&value));
        return Err(Failure::kind(message));
    };
    set(tensor.handle(), grad.handle())
}

/// Sets the gradient of a leaf; NULL clears it.
pub(crate) fn set(tensor: *mut ta_tensor, grad: *const ta_tensor) -> Result<()> {
    // SAFETY: live handles, or NULL for the gradient, by every caller.
    c::call(|err| unsafe { c::ta_set_grad(tensor, grad, err) })
}

/// The same memory without a history.
pub(crate) fn detached(tensor: Tensor<'_, '_>) -> Result<Handle> {
    // SAFETY: a live handle.
    let make = |out, err| unsafe { c::ta_detach(tensor.handle(), out, err) };
    // SAFETY: that function writes a share on TA_OK.
    unsafe { Handle::made(make) }
}

fn detach<'py>(tensor: Tensor<'_, 'py>, given: Arguments<'_, 'py>) -> Result<Bound<'py, PyAny>> {
    static SIGNATURE: Signature<0> = Signature::new("detach", [], 0, 0);
    SIGNATURE.parse(given)?;
    tensor::wrap(tensor.py(), detached(tensor)?)
}
