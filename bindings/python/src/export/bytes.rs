//! The bytes of the elements: `bytes(tensor)`, and what a pickle keeps.

use pyo3::ffi;
use pyo3::prelude::*;

use crate::abi::*;
use crate::arguments::{Arguments, Signature};
use crate::asarray;
use crate::dtype;
use crate::error::Result;
use crate::export::{CPU, buffer, element, window};
use crate::options::Request;
use crate::tensor::method::methods;
use crate::tensor::{self, Slots, Tensor};

pub(super) fn fill(slots: &mut Slots) {
    slots.methods.extend(methods! {
        c"__bytes__" => copied, c"__bytes__($self, /)\n--\n\nThe bytes of the elements, in C order: a copy, of every dtype.

bytearray(tensor) does not ask for them, and makes that many zeros of a tensor with one integer: say
bytearray(memoryview(tensor)). Raises BufferError for a tensor that requires grad, and for one in memory
of another device.

>>> import tarray
>>> bytes(tarray.asarray([5], dtype=tarray.int16))
b'\\x05\\x00'";
    });
}

fn copied<'py>(tensor: Tensor<'_, 'py>, given: Arguments<'_, 'py>) -> Result<Bound<'py, PyAny>> {
    static SIGNATURE: Signature<0> = Signature::new("__bytes__", [], 0, 0);
    SIGNATURE.parse(given)?;
    buffer::check_lent(&tensor.info()?)?;
    let (bytes, _) = in_c_order(tensor)?;
    // SAFETY: attached, and an object with a buffer, which is copied.
    element::object(tensor.py(), unsafe { ffi::PyBytes_FromObject(bytes.as_ptr()) })
}

/// The bytes of a tensor's elements in C order, on the CPU: its own memory where it is such. And
/// whether elements of less than a byte have a byte each.
pub(super) fn in_c_order<'py>(tensor: Tensor<'_, 'py>) -> Result<(Bound<'py, PyAny>, bool)> {
    let mut request = Request::default();
    request.options.device = CPU;
    request.options.flags = TA_WANT_CONTIGUOUS;
    let compact = asarray::convert(&tensor.object(), &request)?;
    let Some(compact) = tensor::of(&compact) else { unreachable!("a conversion makes a tensor") };
    let info = compact.info()?;
    let bytes = window::reread(compact, &info, dtype::UINT8, &[info.nbytes as i64], None)?;
    Ok((bytes, info.flags & TA_TENSOR_SUBBYTE_PADDED != 0))
}
