//! The relatives of `asarray`: always an alias, or always a copy.

mod frombuffer;

use std::ffi::CStr;

use pyo3::ffi;

use crate::abi::*;
use crate::arguments::{Arguments, Signature};
use crate::asarray;
use crate::border;
use crate::error::{Failure, type_name};
use crate::options::{Request, truth};
use crate::source::numpy::loaded;
use crate::source::{capsule, dlpack};
use crate::tensor::method::entry;

/// The functions, for the module's table.
pub(crate) const FUNCTIONS: [ffi::PyMethodDef; 4] = [
    entry(c"tensor", tensor, TENSOR_DOC),
    entry(c"from_numpy", from_numpy, FROM_NUMPY_DOC),
    entry(c"frombuffer", frombuffer::frombuffer, frombuffer::DOC),
    entry(c"from_dlpack", from_dlpack, FROM_DLPACK_DOC),
];

const TENSOR_DOC: &CStr = c"tensor(data, *, dtype=None, device=None, requires_grad=False)
--

Copies data to a new tensor: asarray(data, copy=True), without a history.

`data` is anything that asarray takes. Raises what asarray raises.

>>> import tarray
>>> a = tarray.tensor([[1, 2], [3, 4]])
>>> b = tarray.tensor(a)
>>> b.shape, b.data_ptr() == a.data_ptr()
((2, 2), False)";

const FROM_NUMPY_DOC: &CStr = c"from_numpy(ndarray, /)
--

Makes a tensor that shares the memory of a NumPy array: never copies.

The tensor has the array's shape, dtype and strides, and is read-only if the array is. Raises
TypeError for anything but an array and for dtypes that no tensor has, and RequestError where
memory cannot be shared: foreign byte order, strides that are no multiple of the item size.

>>> import numpy, tarray
>>> array = numpy.zeros((2, 3))
>>> t = tarray.from_numpy(array)
>>> t.shape, t.data_ptr() == array.ctypes.data
((2, 3), True)";

const FROM_DLPACK_DOC: &CStr = c"from_dlpack(x, *, device=None, copy=None)
--

Makes a tensor of a DLPack capsule, or of an object with __dlpack__, by DLPack alone.

Shares its memory if it can: with copy=False or fails, with copy=True never. A capsule can be
used once; if the call fails it is as it was. Raises TypeError for anything else, BufferError if
x cannot be exchanged (it requires grad, its DLPack version is unknown), RequestError if copy=False
cannot be met, and what x itself raises.

>>> import tarray
>>> a = tarray.asarray([1., 2.])
>>> tarray.from_dlpack(a).data_ptr() == a.data_ptr()
True";

unsafe extern "C" fn tensor(
    _module: *mut ffi::PyObject,
    values: *const *mut ffi::PyObject,
    count: ffi::Py_ssize_t,
    names: *mut ffi::PyObject,
) -> *mut ffi::PyObject {
    static SIGNATURE: Signature<4> =
        Signature::new("tensor", ["data", "dtype", "device", "requires_grad"], 1, 1);
    border::object(|py| {
        // SAFETY: passed on from the interpreter.
        let given = SIGNATURE.parse(unsafe { Arguments::new(py, values, count, names) })?;
        let [Some(data), dtype, device, requires_grad] = given else {
            unreachable!("the signature demands the data")
        };
        let mut request = Request::default();
        request.dtype(dtype)?;
        request.device(device)?;
        request.options.copy = TA_COPY_ALWAYS;
        if truth(requires_grad, "requires_grad")? == Some(true) {
            request.options.requires_grad = TA_GRAD_YES;
        }
        asarray::convert(&data, &request)
    })
}

unsafe extern "C" fn from_numpy(
    _module: *mut ffi::PyObject,
    values: *const *mut ffi::PyObject,
    count: ffi::Py_ssize_t,
    names: *mut ffi::PyObject,
) -> *mut ffi::PyObject {
    static SIGNATURE: Signature<1> = Signature::new("from_numpy", ["ndarray"], 1, 1);
    border::object(|py| {
        // SAFETY: passed on from the interpreter.
        let given = SIGNATURE.parse(unsafe { Arguments::new(py, values, count, names) })?;
        let [Some(array)] = given else { unreachable!("the signature demands the array") };
        if !loaded::types(py)?.is_some_and(|numpy| numpy.is_array(&array)) {
            let class = type_name(&array);
            return Err(Failure::kind(format!("from_numpy takes a NumPy array, not {class}")));
        }
        let mut request = Request::default();
        request.options.copy = TA_COPY_NEVER;
        asarray::convert(&array, &request)
    })
}

unsafe extern "C" fn from_dlpack(
    _module: *mut ffi::PyObject,
    values: *const *mut ffi::PyObject,
    count: ffi::Py_ssize_t,
    names: *mut ffi::PyObject,
) -> *mut ffi::PyObject {
    static SIGNATURE: Signature<3> = Signature::new("from_dlpack", ["x", "device", "copy"], 1, 1);
    border::object(|py| {
        // SAFETY: passed on from the interpreter.
        let given = SIGNATURE.parse(unsafe { Arguments::new(py, values, count, names) })?;
        let [Some(x), device, copy] = given else { unreachable!("the signature demands x") };
        let mut request = Request::default();
        request.device(device)?;
        request.copy(copy)?;
        if capsule::is_capsule(&x) {
            return asarray::convert(&x, &request);
        }
        asarray::make(&x, &request, dlpack::demand)
    })
}
