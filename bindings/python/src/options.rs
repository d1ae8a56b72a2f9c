//! What a caller asks for: keyword arguments as `ta_options`.

use std::cell::RefCell;

use pyo3::exceptions::{PyBufferError, PyTypeError};
use pyo3::prelude::*;
use pyo3::types::{PyBool, PyString};

use crate::abi::*;
use crate::arguments::Argument;
use crate::error::{Failure, Result, type_name};
use crate::{device, dtype, settings};

/// One call's request, on its way through sources to the library.
pub(crate) struct Request {
    pub(crate) options: ta_options,
    /// What Python code raised inside a callback of this call: it goes out in the end.
    pub(crate) raised: RefCell<Option<PyErr>>,
    /// What the DLPack export of the object raised that is being read in another way.
    pub(crate) declined: RefCell<Option<PyErr>>,
}

impl Default for Request {
    #[inline]
    fn default() -> Request {
        let options = ta_options {
            struct_size: size_of::<ta_options>(),
            dtype: dtype::UNSET,
            default_dtype: settings::default_dtype(),
            device: device::UNSET,
            copy: TA_COPY_IF_NEEDED,
            requires_grad: TA_GRAD_NO,
            flags: 0,
            accept: 0,
            stream: 0,
        };
        Request { options, raised: RefCell::new(None), declined: RefCell::new(None) }
    }
}

impl Request {
    /// `dtype=`
    pub(crate) fn dtype(&mut self, given: Argument<'_, '_>) -> Result<()> {
        if let Some(given) = some(given) {
            self.options.dtype = dtype::parse::any(&given)?;
        }
        Ok(())
    }

    /// `device=`
    pub(crate) fn device(&mut self, given: Argument<'_, '_>) -> Result<()> {
        if let Some(given) = some(given) {
            self.options.device = device::parse(&given)?;
        }
        Ok(())
    }

    /// `copy=`
    pub(crate) fn copy(&mut self, given: Argument<'_, '_>) -> Result<()> {
        self.options.copy = match truth(given, "copy")? {
            None => TA_COPY_IF_NEEDED,
            Some(true) => TA_COPY_ALWAYS,
            Some(false) => TA_COPY_NEVER,
        };
        Ok(())
    }

    /// `requires_grad=`, of which None means something else than nothing.
    pub(crate) fn requires_grad(&mut self, given: Argument<'_, '_>) -> Result<()> {
        self.options.requires_grad = match given {
            None => TA_GRAD_NO,
            given => match truth(given, "requires_grad")? {
                None => TA_GRAD_AS_SOURCE,
                Some(true) => TA_GRAD_YES,
                Some(false) => TA_GRAD_NO,
            },
        };
        Ok(())
    }

    /// `writable=` and `contiguous=`
    pub(crate) fn want(
        &mut self,
        flag: u64,
        given: Argument<'_, '_>,
        parameter: &'static str,
    ) -> Result<()> {
        if truth(given, parameter)? == Some(true) {
            self.options.flags |= flag;
        }
        Ok(())
    }

    /// `accept=`: a set of source kinds.
    pub(crate) fn accept(&mut self, given: Argument<'_, '_>) -> Result<()> {
        let Some(given) = some(given) else { return Ok(()) };
        if given.is_instance_of::<PyString>() {
            let message = "accept must be a set of source kinds, not a single string";
            return Err(PyTypeError::new_err(message).into());
        }
        // No source of Python is plain memory: an empty set allows nothing.
        let mut accept = TA_ACCEPT_MEMORY;
        for name in given.try_iter()? {
            let name = name?;
            let name = name.cast::<PyString>().map_err(PyErr::from)?.to_cow()?;
            accept |= kind_bit(&name)?;
        }
        self.options.accept = accept;
        Ok(())
    }

    /// Asks before doing anything to a source that could be noticed, what the library asks
    /// again: whether sources of this `TA_ORIGIN_…` are allowed.
    ///
    /// # Errors
    /// `TypeError` if not.
    pub(crate) fn check_accepts(&self, origin: i32) -> Result<()> {
        if self.options.accept == 0 || self.options.accept & (1 << origin) != 0 {
            return Ok(());
        }
        // SAFETY: a static string of the library.
        let name = unsafe { crate::c::text(crate::c::ta_origin_name(origin)) };
        let message = format!("a source of kind {name} is not among those that accept allows");
        Err(Failure::kind(message))
    }

    /// Keeps what an export raised: the cause, if the other ways to read the object fail too.
    pub(crate) fn decline(&self, raised: PyErr) {
        self.declined.replace(Some(raised));
    }

    /// Whether an object whose DLPack export failed has no buffer to give either.
    pub(crate) fn is_declined_again(&self, py: Python<'_>, failure: &Failure) -> bool {
        let refused = matches!(failure, Failure::Raised(raised) if raised.is_instance_of::<PyBufferError>(py));
        refused && self.declined.borrow().is_some()
    }

    /// The failure of an object that is of no kind.
    #[cold]
    pub(crate) fn no_way_left(&self, object: &Bound<'_, PyAny>) -> Failure {
        let (py, class) = (object.py(), type_name(object));
        let declined = self.declined.borrow();
        let Some(raised) = declined.as_ref() else {
            return Failure::kind(format!("can't make a tensor of {class}"));
        };
        let message = format!("can't make a tensor of {class}: {}", raised.value(py));
        let status = match self.options.copy {
            TA_COPY_NEVER => TA_ERR_CANNOT_ALIAS,
            _ if raised.is_instance_of::<PyBufferError>(py) => TA_ERR_EXPORT,
            _ => TA_ERR_KIND,
        };
        Failure::Status(status, message)
    }

    /// The failure of this call, with what an export raised before as its cause.
    #[cold]
    pub(crate) fn because(&self, py: Python<'_>, failure: Failure) -> Failure {
        let Some(cause) = self.declined.take() else { return failure };
        let raised = failure.into_err(py);
        if raised.value(py).is(cause.value(py)) {
            return Failure::Raised(raised);
        }
        raised.set_cause(py, Some(cause));
        Failure::Raised(raised)
    }

    /// Keeps an exception to be raised when the library has come back from a callback.
    pub(crate) fn keep(&self, raised: PyErr) {
        self.raised.borrow_mut().get_or_insert(raised);
    }
}

fn kind_bit(name: &str) -> Result<u64> {
    Ok(match name {
        "tensor" => TA_ACCEPT_TENSOR,
        "numpy" => TA_ACCEPT_NUMPY,
        "dlpack" => TA_ACCEPT_DLPACK,
        "cuda_array_interface" => TA_ACCEPT_CUDA_ARRAY_INTERFACE,
        "buffer" => TA_ACCEPT_BUFFER,
        "array_interface" => TA_ACCEPT_ARRAY_INTERFACE,
        "scalar" => TA_ACCEPT_SCALAR,
        "sequence" => TA_ACCEPT_SEQUENCE,
        _ => {
            return Err(Failure::value(format!(
                "accept names an unknown kind of source: {name:?}"
            )));
        }
    })
}

/// An argument that is given and not None.
pub(crate) fn some<'a, 'py>(given: Argument<'a, 'py>) -> Argument<'a, 'py> {
    given.filter(|given| !given.is_none())
}

/// True, False or None, and nothing that is merely like one.
pub(crate) fn truth(given: Argument<'_, '_>, parameter: &'static str) -> Result<Option<bool>> {
    let Some(given) = some(given) else { return Ok(None) };
    match given.cast_exact::<PyBool>() {
        Ok(truth) => Ok(Some(truth.is_true())),
        Err(_) => {
            let class = type_name(&given);
            Err(PyTypeError::new_err(format!(
                "{parameter} must be True, False or None, not {class}"
            ))
            .into())
        }
    }
}
