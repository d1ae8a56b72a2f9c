//! `tarray.asarray`: the entry of everything.

use pyo3::ffi;
use pyo3::prelude::*;

use crate::abi::*;
use crate::arguments::{Arguments, Signature};
use crate::border;
use crate::error::Result;
use crate::options::Request;
use crate::plain;
use crate::source::{self, Seen, sequence};
use crate::tensor::{self, Handle};

static SIGNATURE: Signature<8> = Signature::new(
    "asarray",
    ["obj", "dtype", "device", "copy", "requires_grad", "writable", "contiguous", "accept"],
    1,
    1,
);

/// `asarray(obj, *, …)` as the interpreter calls it.
///
/// # Safety
/// Called by the interpreter as `METH_FASTCALL | METH_KEYWORDS`.
pub(crate) unsafe extern "C" fn asarray(
    _module: *mut ffi::PyObject,
    values: *const *mut ffi::PyObject,
    count: ffi::Py_ssize_t,
    names: *mut ffi::PyObject,
) -> *mut ffi::PyObject {
    if count == 1 && names.is_null() {
        // SAFETY: one argument, as the interpreter says.
        let object = unsafe { values.read() };
        // SAFETY: attached, and an argument lives as long as the call.
        return unsafe { of_object(object) };
    }
    border::object(|py| {
        // SAFETY: passed on from the interpreter.
        let given = SIGNATURE.parse(unsafe { Arguments::new(py, values, count, names) })?;
        let [Some(object), dtype, device, copy, requires_grad, writable, contiguous, accept] =
            given
        else {
            unreachable!("the signature demands the object")
        };
        let mut request = Request::default();
        request.dtype(dtype)?;
        request.device(device)?;
        request.copy(copy)?;
        request.requires_grad(requires_grad)?;
        request.want(TA_WANT_WRITABLE, writable, "writable")?;
        request.want(TA_WANT_CONTIGUOUS, contiguous, "contiguous")?;
        request.accept(accept)?;
        convert(&object, &request)
    })
}

/// `asarray(obj)`, without options.
///
/// # Safety
/// Attached, and `object` is alive.
#[inline]
unsafe fn of_object(object: *mut ffi::PyObject) -> *mut ffi::PyObject {
    // SAFETY: passed on from this function's contract.
    let made = unsafe { plain::make(object) };
    if !made.is_null() {
        return made;
    }
    border::object(|py| {
        // SAFETY: alive, by this function's contract.
        let object = unsafe { Borrowed::from_ptr(py, object) };
        convert(&object, &Request::default())
    })
}

/// The tensor that an object is or makes.
///
/// # Errors
/// What looking at the object, and what the library says.
pub(crate) fn convert<'py>(
    object: &Bound<'py, PyAny>,
    request: &Request,
) -> Result<Bound<'py, PyAny>> {
    match sequence::make(object, request) {
        Some(made) => finish(object, request, made),
        None => make(object, request, source::look),
    }
}

/// The tensor that an object is or makes, when it is looked at in this way.
///
/// # Errors
/// As [`convert`].
pub(crate) fn make<'a, 'py>(
    object: &'a Bound<'py, PyAny>,
    request: &'a Request,
    look: impl FnOnce(&Bound<'a, PyAny>, &'a Request) -> Result<Seen<'a>>,
) -> Result<Bound<'py, PyAny>> {
    let made = look(object, request).and_then(|seen| seen.take(object.py(), request));
    finish(object, request, made)
}

/// The Python object of what the library has made of another.
#[inline]
fn finish<'py>(
    object: &Bound<'py, PyAny>,
    request: &Request,
    made: Result<Handle>,
) -> Result<Bound<'py, PyAny>> {
    let handle = made.map_err(|failure| request.because(object.py(), failure))?;
    match tensor::of(object) {
        // Nothing had to change: the very same object, not only the same handle.
        Some(same) if same.handle() == handle.as_ptr() => Ok(object.clone()),
        _ => tensor::wrap(object.py(), handle),
    }
}
