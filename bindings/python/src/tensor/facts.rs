//! What a tensor says of itself: attributes without side effects.

use pyo3::IntoPyObjectExt;
use pyo3::ffi;
use pyo3::prelude::*;
use pyo3::types::{PyBool, PyTuple};

use crate::abi::TA_MAX_NDIM;
use crate::arguments::{Arguments, Signature};
use crate::c;
use crate::error::{Failure, Result};
use crate::options::some;
use crate::tensor::method::{attributes, methods};
use crate::tensor::object::SIZE;
use crate::tensor::slots::Slots;
use crate::tensor::{Tensor, provenance};
use crate::{device, dtype};

pub(super) fn fill(slots: &mut Slots) {
    slots.attributes.extend(attributes! {
        c"dtype" => element_type, c"What the elements are: a tarray.dtype.

>>> import tarray
>>> tarray.asarray([1.0]).dtype
tarray.float32";
        c"device" => place, c"Where the memory is: a tarray.device.

>>> import tarray
>>> tarray.asarray([1.0]).device
device(type='cpu')";
        c"shape" => shape, c"Extent of each axis, in elements: a tuple.

>>> import tarray
>>> tarray.asarray([[1, 2, 3], [4, 5, 6]]).shape
(2, 3)";
        c"ndim" => ndim, c"Number of axes.

>>> import tarray
>>> tarray.asarray([[1, 2], [3, 4]]).ndim
2";
        c"strides" => strides, c"Distance between neighbours on each axis, in elements: a tuple. NumPy counts bytes here.

>>> import tarray
>>> tarray.asarray([[1, 2, 3], [4, 5, 6]]).strides
(3, 1)";
        c"itemsize" => itemsize, c"Bytes of one element.

>>> import tarray
>>> tarray.asarray([1, 2]).itemsize
8";
        c"nbytes" => nbytes, c"Bytes that the elements need when they stand one after another.

>>> import tarray
>>> tarray.asarray([1, 2]).nbytes
16";
        c"read_only" => read_only, c"Whether nobody may write through this tensor.

>>> import tarray
>>> tarray.asarray(b'1234').read_only
True";
        c"provenance" => provenance::of, c"How the tensor came about: from what kind of source, whether it shares its memory, and if
not, why. See Provenance.

>>> import tarray
>>> tarray.asarray([1, 2]).provenance
tarray.Provenance(source='sequence', aliased=False, reason='not memory')";
    });
    slots.methods.extend(methods! {
        c"numel" => numel, c"numel($self, /)\n--\n\nNumber of elements.

>>> import tarray
>>> tarray.asarray([[1, 2], [3, 4]]).numel()
4";
        c"stride" => stride, c"stride($self, /, dim=None)\n--\n\nDistance between neighbours in elements: of every axis, or of axis `dim`.

Raises IndexError if there is no such axis.

>>> import tarray
>>> tarray.asarray([[1, 2], [3, 4]]).stride()
(2, 1)";
        c"data_ptr" => data_ptr, c"data_ptr($self, /)\n--\n\nAddress of the first element, as an int; valid as long as the tensor is.

>>> import tarray
>>> t = tarray.asarray([1, 2])
>>> t[1:].data_ptr() - t.data_ptr()
8";
        c"__sizeof__" => sizeof, c"__sizeof__($self, /)\n--\n\nBytes of the object and its elements, wherever they are and whoever else has them too.";
        c"is_contiguous" => is_contiguous, c"is_contiguous($self, /)\n--\n\nWhether the elements stand one after another in C order.

>>> import tarray
>>> t = tarray.asarray([[1, 2], [3, 4]])
>>> t.is_contiguous(), t.T.is_contiguous()
(True, False)";
    });
}

/// A number as an object.
fn object<'py, T: IntoPyObjectExt<'py>>(py: Python<'py>, value: T) -> Result<Bound<'py, PyAny>> {
    Ok(value.into_bound_py_any(py)?)
}

/// A tuple of extents or strides.
pub(crate) fn tuple<'py>(py: Python<'py>, values: &[i64]) -> Result<Bound<'py, PyAny>> {
    Ok(PyTuple::new(py, values)?.into_any())
}

pub(crate) fn truth(py: Python<'_>, value: bool) -> Result<Bound<'_, PyAny>> {
    Ok(PyBool::new(py, value).to_owned().into_any())
}

fn element_type<'py>(tensor: Tensor<'_, 'py>) -> Result<Bound<'py, PyAny>> {
    Ok(dtype::object(tensor.py(), tensor.dtype())?.into_any())
}

fn place<'py>(tensor: Tensor<'_, 'py>) -> Result<Bound<'py, PyAny>> {
    Ok(device::object(tensor.py(), tensor.device())?.into_any())
}

fn shape<'py>(tensor: Tensor<'_, 'py>) -> Result<Bound<'py, PyAny>> {
    tuple(tensor.py(), tensor.shape())
}

fn strides<'py>(tensor: Tensor<'_, 'py>) -> Result<Bound<'py, PyAny>> {
    tuple(tensor.py(), tensor.strides())
}

fn ndim<'py>(tensor: Tensor<'_, 'py>) -> Result<Bound<'py, PyAny>> {
    object(tensor.py(), tensor.ndim())
}

fn itemsize<'py>(tensor: Tensor<'_, 'py>) -> Result<Bound<'py, PyAny>> {
    object(tensor.py(), dtype::itemsize(tensor.dtype()))
}

fn nbytes<'py>(tensor: Tensor<'_, 'py>) -> Result<Bound<'py, PyAny>> {
    object(tensor.py(), tensor.info()?.nbytes)
}

fn sizeof<'py>(tensor: Tensor<'_, 'py>, given: Arguments<'_, 'py>) -> Result<Bound<'py, PyAny>> {
    static SIGNATURE: Signature<0> = Signature::new("__sizeof__", [], 0, 0);
    SIGNATURE.parse(given)?;
    object(tensor.py(), SIZE.unsigned_abs() as u64 + tensor.info()?.nbytes)
}

fn read_only<'py>(tensor: Tensor<'_, 'py>) -> Result<Bound<'py, PyAny>> {
    // SAFETY: a live handle.
    truth(tensor.py(), unsafe { c::ta_is_read_only(tensor.handle()) } != 0)
}

fn numel<'py>(tensor: Tensor<'_, 'py>, given: Arguments<'_, 'py>) -> Result<Bound<'py, PyAny>> {
    static SIGNATURE: Signature<0> = Signature::new("numel", [], 0, 0);
    SIGNATURE.parse(given)?;
    object(tensor.py(), tensor.numel())
}

fn stride<'py>(tensor: Tensor<'_, 'py>, given: Arguments<'_, 'py>) -> Result<Bound<'py, PyAny>> {
    static SIGNATURE: Signature<1> = Signature::new("stride", ["dim"], 1, 0);
    let [dim] = SIGNATURE.parse(given)?;
    match some(dim) {
        None => strides(tensor),
        Some(dim) => object(tensor.py(), tensor.strides()[axis(number(&dim)?, tensor.ndim())?]),
    }
}

/// The most axes of a tensor. Numbers of axes are not heard out beyond: the length of a list may be a
/// lie, and its iterator need not end.
pub(crate) const MOST_AXES: usize = TA_MAX_NDIM as usize;

/// The number of an axis; the nearest that there is for a larger one, which names no axis either.
///
/// # Errors
/// `TypeError` for what is no integer: truth values are none, as in PyTorch.
pub(crate) fn number(given: &Bound<'_, PyAny>) -> Result<isize> {
    if given.is_instance_of::<PyBool>() {
        return Err(Failure::kind("an axis is an integer, not bool"));
    }
    // SAFETY: attached, and a live object; without an exception class large numbers are cut off.
    let number = unsafe { ffi::PyNumber_AsSsize_t(given.as_ptr(), std::ptr::null_mut()) };
    match number {
        -1 => PyErr::take(given.py()).map_or(Ok(-1), |raised| Err(raised.into())),
        number => Ok(number),
    }
}

/// An axis from one that may count from the end.
///
/// # Errors
/// `IndexError` if there is none.
pub(crate) fn axis(given: isize, ndim: usize) -> Result<usize> {
    let from_start = if given < 0 { given + ndim.cast_signed() } else { given };
    match usize::try_from(from_start) {
        Ok(axis) if axis < ndim => Ok(axis),
        _ => Err(Failure::Raised(pyo3::exceptions::PyIndexError::new_err(format!(
            "axis {given} is out of range for a tensor with {ndim} axes"
        )))),
    }
}

fn data_ptr<'py>(tensor: Tensor<'_, 'py>, given: Arguments<'_, 'py>) -> Result<Bound<'py, PyAny>> {
    static SIGNATURE: Signature<0> = Signature::new("data_ptr", [], 0, 0);
    SIGNATURE.parse(given)?;
    // SAFETY: a live handle.
    object(tensor.py(), unsafe { c::ta_data(tensor.handle()) }.addr())
}

fn is_contiguous<'py>(
    tensor: Tensor<'_, 'py>,
    given: Arguments<'_, 'py>,
) -> Result<Bound<'py, PyAny>> {
    static SIGNATURE: Signature<0> = Signature::new("is_contiguous", [], 0, 0);
    SIGNATURE.parse(given)?;
    // SAFETY: a live handle.
    truth(tensor.py(), unsafe { c::ta_is_contiguous(tensor.handle()) } != 0)
}
