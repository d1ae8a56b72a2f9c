//! Failures: from the library's statuses to Python's exceptions.

use std::ffi::CStr;

use pyo3::exceptions::*;
use pyo3::ffi;
use pyo3::prelude::*;
use pyo3::sync::PyOnceLock;
use pyo3::types::{PyTuple, PyType};

use crate::abi::*;

/// Why a call failed.
#[derive(Debug)]
pub(crate) enum Failure {
    /// Python code raised this: it goes out as it is.
    Raised(PyErr),
    /// A status, of the library or of ours, and its message: inside a sequence the library
    /// puts the item's index path in front of it.
    Status(ta_status, String),
}

/// What everything here returns.
pub(crate) type Result<T> = std::result::Result<T, Failure>;

impl From<PyErr> for Failure {
    fn from(raised: PyErr) -> Failure {
        Failure::Raised(raised)
    }
}

impl From<Failure> for PyErr {
    fn from(failure: Failure) -> PyErr {
        Python::attach(|py| failure.into_err(py))
    }
}

impl Failure {
    /// A wrong kind of object: `TypeError`.
    #[cold]
    pub(crate) fn kind(message: impl Into<String>) -> Failure {
        Failure::Status(TA_ERR_KIND, message.into())
    }

    /// A wrong value: `ValueError`.
    #[cold]
    pub(crate) fn value(message: impl Into<String>) -> Failure {
        Failure::Status(TA_ERR_INVALID_ARGUMENT, message.into())
    }

    /// The exception.
    #[cold]
    pub(crate) fn into_err(self, py: Python<'_>) -> PyErr {
        let (status, message) = match self {
            Failure::Raised(raised) => return raised,
            Failure::Status(status, message) => (status, message),
        };
        match status {
            TA_ERR_KIND => PyTypeError::new_err(message),
            TA_ERR_DTYPE => Class::Dtype.err(py, message),
            TA_ERR_OVERFLOW => Class::Range.err(py, message),
            TA_ERR_NOT_WRITABLE | TA_ERR_GRAD | TA_ERR_CANNOT_ALIAS | TA_ERR_DEVICE => {
                Class::Request.err(py, message)
            }
            TA_ERR_UNSUPPORTED | TA_ERR_EXPORT => Class::Exchange.err(py, message),
            TA_ERR_OUT_OF_MEMORY => PyMemoryError::new_err(message),
            TA_ERR_CALLBACK => PyRuntimeError::new_err(message),
            ..TA_ERR_CANNOT_ALIAS => PyValueError::new_err(message),
            _ => PySystemError::new_err(message),
        }
    }
}

/// The exception classes of this package: each may be caught as what PyTorch raises there, and
/// as what Python would call it.
#[derive(Clone, Copy)]
pub(crate) enum Class {
    Request,
    Range,
    Dtype,
    Exchange,
}

impl Class {
    pub(crate) const ALL: [Class; 4] =
        [Class::Request, Class::Range, Class::Dtype, Class::Exchange];

    fn name(self) -> &'static CStr {
        match self {
            Class::Request => c"tarray.RequestError",
            Class::Range => c"tarray.RangeError",
            Class::Dtype => c"tarray.DtypeError",
            Class::Exchange => c"tarray.ExchangeError",
        }
    }

    fn doc(self) -> &'static CStr {
        match self {
            Class::Request => c"A request that cannot be met: `copy=False` where a copy is needed, a device that nobody here
can reach, a write to a read-only tensor. A ValueError, and what PyTorch raises, a RuntimeError.

>>> import tarray
>>> try:
...     tarray.asarray([1, 2], copy=False)
... except tarray.RequestError as error:
...     print(error)
can't alias arbitrary sequence into a tensor.",
            Class::Range => c"A number that does not fit the dtype, or that no dtype can hold: a RequestError and an
OverflowError.

>>> import tarray
>>> try:
...     tarray.asarray([1, 256], dtype='uint8')
... except tarray.RangeError as error:
...     print(error)
item [1]: value 256 does not fit uint8, which holds 0 to 255",
            Class::Dtype => c"A dtype that does not exist, or that cannot be used or converted as asked: a TypeError and a
RuntimeError.

>>> import tarray
>>> try:
...     tarray.asarray([1.5], dtype='float4_e2m1fn')
... except tarray.DtypeError as error:
...     print('float4' in str(error))
True",
            Class::Exchange => c"A tensor that cannot be exchanged as asked: read-only to a consumer that could not be told, one
that requires grad, an unknown DLPack version. A BufferError and a RuntimeError.

>>> import tarray
>>> try:
...     tarray.asarray([1.0], requires_grad=True).__dlpack__()
... except tarray.ExchangeError:
...     print('detach first')
detach first",
        }
    }

    fn bases<'py>(self, py: Python<'py>) -> PyResult<Bound<'py, PyTuple>> {
        let value = py.get_type::<PyValueError>();
        let runtime = py.get_type::<PyRuntimeError>();
        match self {
            Class::Request => PyTuple::new(py, [value, runtime]),
            Class::Range => {
                let request = Class::Request.of(py)?.clone();
                PyTuple::new(py, [request, py.get_type::<PyOverflowError>()])
            }
            Class::Dtype => PyTuple::new(py, [py.get_type::<PyTypeError>(), runtime]),
            Class::Exchange => PyTuple::new(py, [py.get_type::<PyBufferError>(), runtime]),
        }
    }

    /// The class object.
    pub(crate) fn of<'py>(self, py: Python<'py>) -> PyResult<&'py Bound<'py, PyType>> {
        static CLASSES: [PyOnceLock<Py<PyType>>; 4] = [const { PyOnceLock::new() }; 4];
        let class = CLASSES[self as usize].get_or_try_init(py, || {
            let bases = self.bases(py)?;
            let (name, doc) = (self.name().as_ptr(), self.doc().as_ptr());
            let (bases, no_dict) = (bases.as_ptr(), std::ptr::null_mut());
            // SAFETY: attached; two strings and a tuple of classes.
            let class = unsafe { ffi::PyErr_NewExceptionWithDoc(name, doc, bases, no_dict) };
            // SAFETY: NULL with an exception, or a new reference.
            let class = unsafe { Bound::from_owned_ptr_or_err(py, class) }?;
            PyResult::Ok(class.cast_into::<PyType>()?.unbind())
        })?;
        Ok(class.bind(py))
    }

    /// An instance, to be raised.
    #[cold]
    fn err(self, py: Python<'_>, message: String) -> PyErr {
        match self.of(py) {
            Ok(class) => PyErr::from_type(class.clone(), message),
            Err(raised) => raised,
        }
    }
}

/// The name of an object's type, as messages give it.
pub(crate) fn type_name(object: &Bound<'_, PyAny>) -> String {
    object.get_type().name().map_or_else(|_| "object".into(), |name| name.to_string())
}
