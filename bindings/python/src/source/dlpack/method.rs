//! `__dlpack__`: what is asked of a producer, and what of it one without keywords is spared.

use pyo3::exceptions::PyTypeError;
use pyo3::intern;
use pyo3::prelude::*;
use pyo3::sync::PyOnceLock;
use pyo3::types::{PyDict, PyTuple};

use crate::abi::*;
use crate::device;
use crate::error::{Failure, Result, type_name};
use crate::options::Request;
use crate::source::capsule::{self, Claim, Managed};
use crate::source::dlpack::legacy;
use crate::source::{Seen, attribute};

/// An object's `__dlpack__`, if it has one.
pub(super) fn of<'py>(object: &Bound<'py, PyAny>) -> Result<Option<Bound<'py, PyAny>>> {
    attribute::of(object, intern!(object.py(), "__dlpack__"))
}

/// Where an object says that its memory is; `None` if it does not say.
pub(super) fn device(object: &Bound<'_, PyAny>) -> Result<Option<ta_device>> {
    let py = object.py();
    let Some(method) = attribute::of(object, intern!(py, "__dlpack_device__"))? else {
        return Ok(None);
    };
    let pair = method.call0()?;
    let pair = pair.cast::<PyTuple>().map_err(PyErr::from)?;
    let (device_type, index) = (pair.get_item(0)?.extract()?, pair.get_item(1)?);
    let index = if index.is_none() { 0 } else { index.extract()? };
    Ok(Some(ta_device { device_type, index }))
}

/// Calls an object's `__dlpack__`, asking for no more than what is needed.
///
/// # Errors
/// What the producer raises; `TypeError` if it gives something else than a capsule.
pub(super) fn export<'a>(
    object: &Bound<'a, PyAny>,
    method: &Bound<'a, PyAny>,
    request: &Request,
) -> Result<Seen<'a>> {
    let source = device(object)?;
    let asked = Asked::of(source, request);
    let capsule = asked.call(method)?;
    if !capsule::is_capsule(&capsule) {
        let (class, given) = (type_name(object), type_name(&capsule));
        return Err(Failure::kind(format!("__dlpack__ of {class} gave {given}, not a capsule")));
    }
    let claim = Claim::of(&capsule)?;
    let moved = asked.moves(source) || (asked.device.is_some() && claim.managed.says_copied());
    let seen = match claim.managed {
        Managed::Legacy(tensor) if legacy::is_immutable(object)? => {
            legacy::read_only(claim, tensor)
        }
        _ => claim.seen(),
    };
    Ok(if moved { seen.made(TA_REASON_DEVICE) } else { seen })
}

/// What is asked beside the newest version.
struct Asked {
    /// Sharing or nothing.
    alias: bool,
    /// The device that the producer is to move its elements to.
    device: Option<ta_device>,
    /// The stream on which the elements must be there.
    stream: Option<i64>,
}

impl Asked {
    fn of(source: Option<ta_device>, request: &Request) -> Asked {
        let wanted = request.options.device;
        let alias = request.options.copy == TA_COPY_NEVER;
        let elsewhere = wanted != device::UNSET && source.is_some_and(|source| source != wanted);
        let stream = match source {
            _ if elsewhere && !alias => None,
            Some(ta_device { device_type: TA_DEVICE_CUDA | TA_DEVICE_CUDA_MANAGED, .. }) => Some(1),
            Some(ta_device { device_type: TA_DEVICE_ROCM, .. }) => Some(0),
            _ => None,
        };
        Asked { alias, device: (elsewhere && !alias).then_some(wanted), stream }
    }

    /// Whether elements get to the device that was asked for by a copy alone, even if the producer
    /// does not mark it as one (PyTorch does not): these devices have memory of their own.
    fn moves(&self, source: Option<ta_device>) -> bool {
        let is_apart = |device: Option<ta_device>| {
            device.is_some_and(|it| matches!(it.device_type, TA_DEVICE_CUDA | TA_DEVICE_ROCM))
        };
        self.device.is_some() && (is_apart(source) || is_apart(self.device))
    }

    fn call<'py>(&self, method: &Bound<'py, PyAny>) -> Result<Bound<'py, PyAny>> {
        let py = method.py();
        let mut answer = method.call((), Some(&self.keywords(py, Age::New)?));
        for age in [Age::Middle, Age::Old] {
            // A producer of old does not know the keywords: then the interpreter itself says so.
            let unknown = |raised: &PyErr| raised.get_type(py).is(py.get_type::<PyTypeError>());
            if !answer.as_ref().is_err_and(unknown) {
                break;
            }
            answer = method.call((), Some(&self.keywords(py, age)?));
        }
        Ok(answer?)
    }

    /// The keywords that a producer of some age knows.
    fn keywords<'py>(&self, py: Python<'py>, age: Age) -> Result<Bound<'py, PyDict>> {
        let keywords = PyDict::new(py);
        if age >= Age::Middle {
            keywords.set_item(intern!(py, "max_version"), version(py)?)?;
        }
        if let Some(stream) = self.stream {
            keywords.set_item(intern!(py, "stream"), stream)?;
        }
        if self.alias && age == Age::New {
            keywords.set_item(intern!(py, "copy"), false)?;
        }
        if let Some(device) = self.device.filter(|_| age == Age::New) {
            let pair = (device.device_type, device.index);
            keywords.set_item(intern!(py, "dl_device"), pair)?;
        }
        Ok(keywords)
    }
}

/// How much a producer knows.
#[derive(Clone, Copy, PartialEq, PartialOrd)]
enum Age {
    /// Only `stream`, if it is on a device that has some.
    Old,
    /// Versions too.
    Middle,
    /// Moving and copying too.
    New,
}

/// The newest version that is understood, as a tuple.
fn version(py: Python<'_>) -> PyResult<&Bound<'_, PyTuple>> {
    static VERSION: PyOnceLock<Py<PyTuple>> = PyOnceLock::new();
    let version = VERSION.get_or_try_init(py, || {
        let newest = (DLPACK_VERSION.major, DLPACK_VERSION.minor);
        newest.into_pyobject(py).map(Bound::unbind)
    })?;
    Ok(version.bind(py))
}
