//! Tensors as NumPy arrays that share their memory. NumPy is imported here, when asked for.

use pyo3::exceptions::{PyAttributeError, PyTypeError, PyValueError};
use pyo3::intern;
use pyo3::prelude::*;
use pyo3::sync::PyOnceLock;
use pyo3::types::{PyDict, PyTuple, PyType};

use crate::abi::*;
use crate::arguments::{Arguments, Signature};
use crate::asarray;
use crate::dtype;
use crate::error::{Class, Failure, Result};
use crate::export::buffer;
use crate::export::dlpack::refusal;
use crate::export::{CPU, is_host, settled, window};
use crate::options::{Request, some, truth};
use crate::tensor::facts;
use crate::tensor::method::{attributes, methods};
use crate::tensor::{self, Slots, Tensor};

pub(super) fn fill(slots: &mut Slots) {
    slots.methods.extend(methods! {
        c"numpy" => numpy, c"numpy($self, /, *, force=False)\n--\n\nA NumPy array that shares the tensor's memory, read-only if the tensor is.

bfloat16, float8 and the like need ml_dtypes to be installed. With force, a tensor that requires
grad is detached, and one elsewhere is copied to the CPU. Raises ExchangeError (a RuntimeError)
for a tensor that requires grad, and TypeError if NumPy has no such dtype or the memory is
on another device.

>>> import tarray
>>> tarray.asarray([1, 2]).numpy()
array([1, 2])";
        c"__array__" => array, c"__array__($self, /, dtype=None, copy=None)\n--\n\nA NumPy array, by NumPy's protocol: shares memory unless dtype or copy ask for more.

Raises ValueError if copy is False and dtype differs.

>>> import numpy, tarray
>>> numpy.asarray(tarray.asarray([1, 2]))
array([1, 2])";
    });
    slots.attributes.extend(attributes! {
        c"__array_interface__" => array_interface, c"The memory, described by NumPy's protocol: a dict. Absent for dtypes that NumPy has not,
and for a tensor that requires grad.";
        c"__cuda_array_interface__" => cuda_array_interface, c"The memory on a CUDA device, described by Numba's protocol: a dict. Absent elsewhere, for
dtypes that NumPy has not, and for a tensor that requires grad.";
    });
}

fn numpy<'py>(tensor: Tensor<'_, 'py>, given: Arguments<'_, 'py>) -> Result<Bound<'py, PyAny>> {
    static SIGNATURE: Signature<1> = Signature::new("numpy", ["force"], 0, 0);
    let [force] = SIGNATURE.parse(given)?;
    if truth(force, "force")? != Some(true) {
        return shared(tensor);
    }
    let mut request = Request::default();
    request.options.device = CPU;
    let ready = asarray::convert(&tensor.object(), &request)?;
    shared(tensor::of(&ready).unwrap_or(tensor))
}

fn array<'py>(tensor: Tensor<'_, 'py>, given: Arguments<'_, 'py>) -> Result<Bound<'py, PyAny>> {
    static SIGNATURE: Signature<2> = Signature::new("__array__", ["dtype", "copy"], 2, 0);
    let [dtype, copy] = SIGNATURE.parse(given)?;
    let py = tensor.py();
    let copy = truth(copy, "copy")?;
    let array = shared(tensor)?;
    let dtype = match some(dtype) {
        None if copy != Some(true) => return Ok(array),
        None => array.getattr(intern!(py, "dtype"))?,
        Some(dtype) => py.import("numpy")?.call_method1(intern!(py, "dtype"), (dtype,))?,
    };
    let same = array.getattr(intern!(py, "dtype"))?.eq(&dtype)?;
    match copy {
        Some(true) => Ok(array.call_method1(intern!(py, "astype"), (dtype,))?),
        _ if same => Ok(array),
        None => Ok(array.call_method1(intern!(py, "astype"), (dtype,))?),
        Some(false) => {
            let name = dtype::name(tensor.dtype());
            let message = format!("an array of {dtype} needs a copy of a tensor of {name}");
            Err(PyValueError::new_err(message).into())
        }
    }
}

/// An array over the tensor's memory.
fn shared<'py>(tensor: Tensor<'_, 'py>) -> Result<Bound<'py, PyAny>> {
    let (py, info) = (tensor.py(), tensor.info()?);
    if info.flags & TA_TENSOR_REQUIRES_GRAD != 0 {
        return Err(refusal("can't make an array of a tensor that requires grad; detach it first"));
    }
    if !is_host(info.device) {
        let message = "can't make an array of memory on another device: copy it with to('cpu')";
        return Err(PyTypeError::new_err(message).into());
    }
    settled(py, &info)?;
    let asarray = py.import("numpy")?.getattr(intern!(py, "asarray"))?;
    match buffer::format(info.dtype) {
        Some(_) => Ok(asarray.call1((tensor.object(),))?),
        None => {
            let dtype = extension_dtype(py, &info)?;
            let carrier = asarray.call1((carrier(tensor, &info)?,))?;
            Ok(carrier.call_method1(intern!(py, "view"), (dtype,))?)
        }
    }
}

/// The dtype by which ml_dtypes extends NumPy, of a tensor whose elements have a byte each.
fn extension_dtype<'py>(py: Python<'py>, info: &ta_info) -> Result<Bound<'py, PyAny>> {
    match !info.dtype.bits.is_multiple_of(8) && info.flags & TA_TENSOR_SUBBYTE_PADDED == 0 {
        true => Err(no_array(info.dtype, "NumPy has no elements that share a byte")),
        false => extension(py, info.dtype),
    }
}

/// A dtype of ml_dtypes.
fn extension(py: Python<'_>, dtype: ta_dtype) -> Result<Bound<'_, PyAny>> {
    if dtype.lanes != 1 {
        return Err(no_array(dtype, "NumPy has no elements that share a byte"));
    }
    let Ok(module) = py.import("ml_dtypes") else {
        return Err(no_array(dtype, "NumPy has no such dtype, and ml_dtypes is not installed"));
    };
    match module.getattr_opt(dtype::name(dtype))? {
        Some(class) => Ok(class),
        None => Err(no_array(dtype, "neither NumPy nor ml_dtypes has such a dtype")),
    }
}

#[cold]
fn no_array(dtype: ta_dtype, why: &str) -> Failure {
    let name = dtype::name(dtype);
    PyTypeError::new_err(format!("can't make an array of {name}: {why}")).into()
}

/// The `numpy.dtype` of a dtype.
///
/// # Errors
/// `TypeError` where there is none.
pub(crate) fn descr(py: Python<'_>, dtype: ta_dtype) -> Result<Bound<'_, PyAny>> {
    let described = match typestr(dtype) {
        Some(text) => text.into_pyobject(py).map_err(PyErr::from)?.into_any(),
        None => extension(py, dtype)?,
    };
    Ok(py.import("numpy")?.call_method1(intern!(py, "dtype"), (described,))?)
}

/// The same memory as unsigned integers of the same size.
fn carrier<'py>(tensor: Tensor<'_, 'py>, info: &ta_info) -> Result<Bound<'py, PyAny>> {
    let itemsize = dtype::itemsize(info.dtype);
    let step = |&stride: &i64| stride.wrapping_mul(itemsize as i64);
    let strides_bytes: Vec<i64> = tensor.strides().iter().map(step).collect();
    let dtype = ta_dtype { code: TA_UINT, bits: (itemsize * 8) as u8, lanes: 1 };
    window::reread(tensor, info, dtype, tensor.shape(), Some(&strides_bytes))
}

/// An `ExchangeError` that is an `AttributeError` too, so that `hasattr` says no.
#[cold]
fn absent(py: Python<'_>, message: &'static str) -> Failure {
    static CLASS: PyOnceLock<Py<PyType>> = PyOnceLock::new();
    let class = CLASS.get_or_try_init(py, || {
        let exchange = Class::Exchange.of(py)?.clone();
        let bases = PyTuple::new(py, [exchange, py.get_type::<PyAttributeError>()])?;
        let namespace = PyDict::new(py);
        namespace.set_item("__module__", "tarray")?;
        let class = py.get_type::<PyType>().call1(("ExchangeError", bases, namespace))?;
        PyResult::Ok(class.cast_into::<PyType>()?.unbind())
    });
    match class {
        Ok(class) => Failure::Raised(PyErr::from_type(class.bind(py).clone(), message)),
        Err(raised) => Failure::Raised(raised),
    }
}

/// By version 3 of NumPy's protocol.
fn array_interface<'py>(tensor: Tensor<'_, 'py>) -> Result<Bound<'py, PyAny>> {
    let info = tensor.info()?;
    let dict = interface(tensor, &info, is_host(info.device))?;
    settled(tensor.py(), &info)?;
    Ok(dict.into_any())
}

fn cuda_array_interface<'py>(tensor: Tensor<'_, 'py>) -> Result<Bound<'py, PyAny>> {
    let (py, info) = (tensor.py(), tensor.info()?);
    let is_there = matches!(info.device.device_type, TA_DEVICE_CUDA | TA_DEVICE_CUDA_MANAGED);
    let dict = interface(tensor, &info, is_there)?;
    // The protocol has no 0: None says that there is nothing to wait for.
    let stream = (info.stream != 0).then_some(info.stream);
    dict.set_item(intern!(py, "stream"), stream)?;
    Ok(dict.into_any())
}

/// What both protocols say of a tensor, if it is where they reach.
fn interface<'py>(
    tensor: Tensor<'_, 'py>,
    info: &ta_info,
    is_there: bool,
) -> Result<Bound<'py, PyDict>> {
    let py = tensor.py();
    if info.flags & TA_TENSOR_REQUIRES_GRAD != 0 {
        return Err(absent(py, "can't export a tensor that requires grad; detach it first"));
    }
    let Some(typestr) = typestr(info.dtype).filter(|_| is_there) else {
        let name = dtype::name(info.dtype);
        let message = format!("no array interface describes elements of {name} there");
        return Err(PyAttributeError::new_err(message).into());
    };
    let itemsize = dtype::itemsize(info.dtype) as i64;
    let step = |&stride: &i64| stride.wrapping_mul(itemsize);
    let strides: Vec<i64> = tensor.strides().iter().map(step).collect();
    let read_only = info.flags & TA_TENSOR_READ_ONLY != 0;
    let dict = PyDict::new(py);
    dict.set_item(intern!(py, "version"), 3)?;
    dict.set_item(intern!(py, "typestr"), typestr)?;
    dict.set_item(intern!(py, "shape"), facts::tuple(py, tensor.shape())?)?;
    dict.set_item(intern!(py, "strides"), PyTuple::new(py, strides)?)?;
    dict.set_item(intern!(py, "data"), (info.data.addr(), read_only))?;
    Ok(dict)
}

/// Byte order, kind and size, as NumPy writes them.
fn typestr(dtype: ta_dtype) -> Option<String> {
    buffer::format(dtype)?;
    let kind = match dtype.code {
        TA_BOOL => 'b',
        TA_INT => 'i',
        TA_UINT => 'u',
        TA_FLOAT => 'f',
        _ => 'c',
    };
    let itemsize = dtype::itemsize(dtype);
    let order = match itemsize {
        1 => '|',
        _ if cfg!(target_endian = "little") => '<',
        _ => '>',
    };
    Some(format!("{order}{kind}{itemsize}"))
}
