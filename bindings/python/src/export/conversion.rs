//! Tensors made of a tensor: copies and conversions.

use pyo3::exceptions::PyTypeError;
use pyo3::prelude::*;
use pyo3::types::PyString;

use crate::abi::*;
use crate::arguments::{Argument, Arguments, Signature};
use crate::asarray;
use crate::c;
use crate::device;
use crate::dtype;
use crate::error::Result;
use crate::export::{impossible, window};
use crate::history::leaf;
use crate::options::{Request, some, truth};
use crate::tensor::method::methods;
use crate::tensor::{self, Slots, Tensor};

pub(super) fn fill(slots: &mut Slots) {
    slots.methods.extend(methods! {
        c"clone" => clone, c"clone($self, /)\n--\n\nA copy in memory of its own, with the order of axes in memory kept where it is dense.

>>> import tarray
>>> t = tarray.asarray([1, 2])
>>> t.clone().data_ptr() == t.data_ptr()
False";
        c"contiguous" => contiguous, c"contiguous($self, /)\n--\n\nThe tensor itself if its elements stand one after another in C order, else a copy where they do.

>>> import tarray
>>> tarray.asarray([[1, 2], [3, 4]]).T.contiguous().strides
(2, 1)";
        c"to" => to, c"to($self, target=None, dtype=None, *, device=None, copy=False)\n--\n\nThe tensor itself if it is as asked, else a copy that is.

target is a dtype, a device, or a tensor to be like; after a device, dtype may be given by
position too. With copy it is always a copy. Raises TypeError or RequestError for what cannot be.

>>> import tarray
>>> tarray.asarray([1.5, -2.5]).to(tarray.int32).tolist()
[1, -2]";
        c"__copy__" => shallow, c"__copy__($self, /)\n--\n\nAnother tensor over the same memory, a leaf that requires grad if this one does.";
        c"__deepcopy__" => deep, c"__deepcopy__($self, memo, /)\n--\n\nA copy in memory of its own, with its own grad. Raises RequestError for a tensor with a history.";
    });
}

/// As the source, but for what is asked.
fn like() -> Request {
    let mut request = Request::default();
    request.options.requires_grad = TA_GRAD_AS_SOURCE;
    request
}

fn copied<'py>(tensor: Tensor<'_, 'py>) -> Result<Bound<'py, PyAny>> {
    let mut request = like();
    request.options.copy = TA_COPY_ALWAYS;
    asarray::convert(&tensor.object(), &request)
}

fn clone<'py>(tensor: Tensor<'_, 'py>, given: Arguments<'_, 'py>) -> Result<Bound<'py, PyAny>> {
    static SIGNATURE: Signature<0> = Signature::new("clone", [], 0, 0);
    SIGNATURE.parse(given)?;
    copied(tensor)
}

fn deep<'py>(tensor: Tensor<'_, 'py>, given: Arguments<'_, 'py>) -> Result<Bound<'py, PyAny>> {
    static SIGNATURE: Signature<1> = Signature::new("__deepcopy__", ["memo"], 1, 1);
    SIGNATURE.parse(given)?;
    // SAFETY: a live handle.
    if unsafe { c::ta_is_leaf(tensor.handle()) } == 0 {
        let message = "a tensor with a history has no deep copy: copy its detach(), or clone() it";
        return Err(impossible(tensor.py(), message.into()));
    }
    let copied = |of: *const ta_tensor| {
        let mut request = Request::default();
        request.options.copy = TA_COPY_ALWAYS;
        window::asarray(ta_source_value { tensor: of }, TA_SOURCE_TENSOR, &request)
    };
    let copy = copied(tensor.handle())?;
    leaf::require_grad_as(&copy, tensor)?;
    if let Some(grad) = leaf::grad_of(tensor) {
        leaf::set(copy.as_ptr(), copied(grad.as_ptr())?.as_ptr())?;
    }
    tensor::wrap(tensor.py(), copy)
}

fn shallow<'py>(tensor: Tensor<'_, 'py>, given: Arguments<'_, 'py>) -> Result<Bound<'py, PyAny>> {
    static SIGNATURE: Signature<0> = Signature::new("__copy__", [], 0, 0);
    SIGNATURE.parse(given)?;
    let copy = leaf::detached(tensor)?;
    leaf::require_grad_as(&copy, tensor)?;
    tensor::wrap(tensor.py(), copy)
}

fn contiguous<'py>(
    tensor: Tensor<'_, 'py>,
    given: Arguments<'_, 'py>,
) -> Result<Bound<'py, PyAny>> {
    static SIGNATURE: Signature<0> = Signature::new("contiguous", [], 0, 0);
    SIGNATURE.parse(given)?;
    let mut request = like();
    request.options.flags = TA_WANT_CONTIGUOUS;
    asarray::convert(&tensor.object(), &request)
}

fn to<'py>(tensor: Tensor<'_, 'py>, given: Arguments<'_, 'py>) -> Result<Bound<'py, PyAny>> {
    static SIGNATURE: Signature<4> =
        Signature::new("to", ["target", "dtype", "device", "copy"], 2, 0);
    let [target, element_type, place, copy] = SIGNATURE.parse(given)?;
    let mut request = like();
    aim(&mut request, target)?;
    if some(element_type).is_some() && request.options.dtype != dtype::UNSET {
        return Err(PyTypeError::new_err("to() was given the dtype twice").into());
    }
    if some(place).is_some() && request.options.device != device::UNSET {
        return Err(PyTypeError::new_err("to() was given the device twice").into());
    }
    request.dtype(element_type)?;
    request.device(place)?;
    if truth(copy, "copy")? == Some(true) {
        request.options.copy = TA_COPY_ALWAYS;
    }
    asarray::convert(&tensor.object(), &request)
}

/// Asks for what the first argument of `to` stands for.
fn aim(request: &mut Request, target: Argument<'_, '_>) -> Result<()> {
    let Some(given) = some(target) else { return Ok(()) };
    if let Some(other) = tensor::of(&given) {
        request.options.dtype = other.dtype();
        request.options.device = other.device();
        return Ok(());
    }
    // A name may be of either.
    let is_dtype = match given.cast::<PyString>() {
        Ok(name) => dtype::by_name(&name.to_cow()?).is_some(),
        Err(_) => device::parse(&given).is_err(),
    };
    if is_dtype { request.dtype(target) } else { request.device(target) }
}
