//! Tensors made of a tensor: copies, conversions, and the same memory without its gradient.

use pyo3::exceptions::PyTypeError;
use pyo3::prelude::*;
use pyo3::types::PyString;

use crate::abi::*;
use crate::arguments::{Argument, Arguments, Signature};
use crate::asarray;
use crate::device;
use crate::dtype;
use crate::error::Result;
use crate::export::window::Window;
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
        c"detach" => detach, c"detach($self, /)\n--\n\nThe same memory without a gradient: the tensor itself if it requires none.

>>> import tarray
>>> tarray.asarray([1.0], requires_grad=True).detach().requires_grad
False";
        c"__copy__" => shallow, c"__copy__($self, /)\n--\n\nAnother tensor over the same memory.";
        c"__deepcopy__" => deep, c"__deepcopy__($self, memo, /)\n--\n\nA copy in memory of its own.";
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
    copied(tensor)
}

fn shallow<'py>(tensor: Tensor<'_, 'py>, given: Arguments<'_, 'py>) -> Result<Bound<'py, PyAny>> {
    static SIGNATURE: Signature<0> = Signature::new("__copy__", [], 0, 0);
    SIGNATURE.parse(given)?;
    tensor::wrap(tensor.py(), Window::whole(tensor).open(tensor)?)
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

fn detach<'py>(tensor: Tensor<'_, 'py>, given: Arguments<'_, 'py>) -> Result<Bound<'py, PyAny>> {
    static SIGNATURE: Signature<0> = Signature::new("detach", [], 0, 0);
    SIGNATURE.parse(given)?;
    asarray::convert(&tensor.object(), &Request::default())
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
