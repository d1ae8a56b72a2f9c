//! How a tensor is printed: by the library, as PyTorch prints one.

use pyo3::exceptions::PyTypeError;
use pyo3::ffi;
use pyo3::prelude::*;
use pyo3::types::PyString;

use crate::arguments::{Arguments, Signature};
use crate::c;
use crate::error::Result;
use crate::settings;
use crate::tensor::Tensor;
use crate::tensor::method::{self, methods};
use crate::tensor::slots::Slots;

pub(super) fn fill(slots: &mut Slots) {
    slots.class.tp_repr = Some(repr_slot);
    slots.methods.extend(methods! {
        c"__format__" => format, c"__format__($self, format_spec, /)\n--\n\nFormats the value of a tensor without axes like a number; of others only the empty format.";
    });
}

/// `repr()` and `str()`.
///
/// # Safety
/// Called by the interpreter as `tp_repr`.
unsafe extern "C" fn repr_slot(receiver: *mut ffi::PyObject) -> *mut ffi::PyObject {
    // SAFETY: passed on from the interpreter.
    unsafe { method::read(receiver, repr) }
}

fn repr<'py>(tensor: Tensor<'_, 'py>) -> Result<Bound<'py, PyAny>> {
    let options = settings::repr_options();
    let mut buffer = vec![0u8; 1024];
    loop {
        let mut length = 0;
        // SAFETY: a live handle, options of that size, and a buffer of that capacity.
        c::call(|err| unsafe {
            c::ta_repr(
                tensor.handle(),
                &raw const options,
                buffer.as_mut_ptr().cast(),
                buffer.len(),
                &raw mut length,
                err,
            )
        })?;
        if length < buffer.len() {
            let text = String::from_utf8_lossy(&buffer[..length]);
            return Ok(PyString::new(tensor.py(), &text).into_any());
        }
        buffer.resize(length + 1, 0);
    }
}

fn format<'py>(tensor: Tensor<'_, 'py>, given: Arguments<'_, 'py>) -> Result<Bound<'py, PyAny>> {
    static SIGNATURE: Signature<1> = Signature::new("__format__", ["format_spec"], 1, 1);
    let [spec] = SIGNATURE.parse(given)?;
    let spec = spec
        .map(|spec| spec.to_owned())
        .unwrap_or_else(|| PyString::new(tensor.py(), "").into_any());
    if tensor.ndim() == 0 {
        let value = tensor.object().call_method0(pyo3::intern!(tensor.py(), "item"))?;
        return Ok(value.call_method1(pyo3::intern!(tensor.py(), "__format__"), (spec,))?);
    }
    if spec.cast::<PyString>().map_err(PyErr::from)?.is_empty()? {
        return repr(tensor);
    }
    Err(PyTypeError::new_err("unsupported format string passed to Tensor.__format__").into())
}
