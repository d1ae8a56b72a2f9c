//! `tarray.device`: where memory is.

use std::ffi::CString;

use pyo3::exceptions::PyTypeError;
use pyo3::intern;
use pyo3::prelude::*;
use pyo3::types::{PyDict, PyString};

use crate::abi::*;
use crate::c;
use crate::error::{Failure, Result, type_name};

/// "None given", in a request.
pub(crate) const UNSET: ta_device = ta_device { device_type: 0, index: 0 };
const CPU: ta_device = ta_device { device_type: TA_DEVICE_CPU, index: 0 };
/// The index that means the current device of a type.
const CURRENT: i32 = -1;

/// Where memory is: a type and, but for the CPU, an index.
///
/// `device("cuda:1")`, `device("cuda", 1)` and `device((2, 1))` (DLPack's numbers) are the same.
/// Without an index it is the current device of its type; there is a single CPU, whatever the
/// index.
///
/// >>> import tarray
/// >>> tarray.device("cpu:0") == tarray.device("cpu")
/// True
/// >>> tarray.device("cuda:1").index
/// 1
#[pyclass(frozen, eq, hash, module = "tarray", name = "device")]
#[derive(PartialEq, Eq, Hash)]
pub(crate) struct Device {
    pub(crate) raw: ta_device,
}

#[pymethods]
impl Device {
    #[new]
    #[pyo3(signature = (type_, index=None, /))]
    fn new(type_: &Bound<'_, PyAny>, index: Option<i32>) -> Result<Device> {
        let raw = parse(type_)?;
        match index {
            None => Ok(Device { raw }),
            Some(_) if has_index(type_, raw) => {
                Err(Failure::value(format!("{} already has an index", text(raw))))
            }
            Some(index) => Ok(Device { raw: normalised(raw.device_type, index)? }),
        }
    }

    /// The type's name, like ``"cuda"``.
    #[getter]
    fn r#type(&self) -> String {
        type_text(self.raw.device_type)
    }

    /// Which one of its type; None for the CPU, and for the current one.
    #[getter]
    fn index(&self) -> Option<i32> {
        (self.raw.device_type != TA_DEVICE_CPU && self.raw.index != CURRENT)
            .then_some(self.raw.index)
    }

    /// What there is to know about it: a dict of its maker's name for it, its memory and how much of that
    /// is free, in bytes (0 if nobody knows), and its capability, as CUDA counts it.
    ///
    /// >>> import tarray
    /// >>> sorted(tarray.device("cpu").properties())
    /// ['capability', 'free_memory', 'name', 'total_memory']
    fn properties<'py>(&self, py: Python<'py>) -> Result<Bound<'py, PyDict>> {
        let info = described(self.raw)?;
        let dict = PyDict::new(py);
        // SAFETY: NUL-terminated by the library.
        dict.set_item(intern!(py, "name"), unsafe { c::text(info.name.as_ptr()) })?;
        dict.set_item(intern!(py, "total_memory"), info.total_bytes)?;
        dict.set_item(intern!(py, "free_memory"), info.free_bytes)?;
        let capability = (info.capability_major, info.capability_minor);
        dict.set_item(intern!(py, "capability"), capability)?;
        Ok(dict)
    }

    fn __str__(&self) -> String {
        text(self.raw)
    }

    fn __repr__(&self) -> String {
        match self.index() {
            None => format!("device(type='{}')", self.r#type()),
            Some(index) => format!("device(type='{}', index={index})", self.r#type()),
        }
    }

    fn __reduce__<'py>(slf: &Bound<'py, Device>) -> PyResult<Bound<'py, PyAny>> {
        let raw = slf.get().raw;
        let pair = ((raw.device_type, raw.index),);
        Ok((slf.get_type(), pair).into_pyobject(slf.py())?.into_any())
    }
}

/// Whether what a device was made of has said which one of its type it is.
fn has_index(given: &Bound<'_, PyAny>, raw: ta_device) -> bool {
    match given.cast::<PyString>() {
        Ok(text) => text.to_string_lossy().contains(':'),
        Err(_) => raw.device_type != TA_DEVICE_CPU && raw.index != CURRENT,
    }
}

/// The object of a device.
pub(crate) fn object(py: Python<'_>, raw: ta_device) -> Result<Bound<'_, Device>> {
    Ok(Bound::new(py, Device { raw })?)
}

/// The device that an object stands for: ours, a string, a DLPack pair, torch's.
///
/// # Errors
/// `TypeError` if it stands for none; `RequestError` for a string or pair that names none.
pub(crate) fn parse(object: &Bound<'_, PyAny>) -> Result<ta_device> {
    if let Ok(ours) = object.cast_exact::<Device>() {
        return Ok(ours.get().raw);
    }
    if let Ok(text) = object.cast::<PyString>() {
        return of_text(&text.to_cow()?);
    }
    if let Ok((device_type, index)) = object.extract::<(i32, i32)>() {
        return normalised(device_type, index);
    }
    let class = object.get_type();
    let module = class.getattr(intern!(object.py(), "__module__"))?;
    if class.name()? == "device" && module.eq("torch")? {
        return of_text(&object.str()?.to_cow()?);
    }
    Err(PyTypeError::new_err(format!(
        "device must be a tarray.device, a string or a DLPack (type, index) pair, not {}",
        type_name(object)
    ))
    .into())
}

fn of_text(text: &str) -> Result<ta_device> {
    let given = CString::new(text).map_err(|_| unknown(format!("no device is called {text:?}")))?;
    let mut device = UNSET;
    // SAFETY: a NUL-terminated text, and a local.
    c::call(|err| unsafe { c::ta_device_parse(given.as_ptr(), &raw mut device, err) })?;
    Ok(device)
}

fn normalised(device_type: i32, index: i32) -> Result<ta_device> {
    match (device_type, index) {
        (TA_DEVICE_CPU, _) => Ok(CPU),
        (1.., CURRENT..) => Ok(ta_device { device_type, index }),
        _ => Err(unknown(format!("no such device: type {device_type}, index {index}"))),
    }
}

fn unknown(message: String) -> Failure {
    Failure::Status(TA_ERR_DEVICE, message)
}

fn type_text(device_type: i32) -> String {
    text(ta_device { device_type, index: CURRENT })
}

/// How the library prints it.
fn text(device: ta_device) -> String {
    let mut name = [0; 33];
    // SAFETY: as much room as is said.
    unsafe { c::ta_device_name(device, name.as_mut_ptr(), name.len()) };
    // SAFETY: NUL-terminated by the library.
    unsafe { c::text(name.as_ptr()) }
}

fn described(device: ta_device) -> Result<ta_device_info> {
    let mut info = ta_device_info {
        struct_size: size_of::<ta_device_info>(),
        device: UNSET,
        name: [0; TA_DEVICE_NAME_SIZE],
        total_bytes: 0,
        free_bytes: 0,
        capability_major: 0,
        capability_minor: 0,
    };
    // SAFETY: a local, which has its size.
    c::call(|err| unsafe { c::ta_device_describe(device, &raw mut info, err) }).map(|()| info)
}

/// Every device that there is memory on: the CPU, what drivers of this machine have, and what a host has
/// plugged in.
///
/// >>> import tarray
/// >>> tarray.devices()[0]
/// device(type='cpu')
#[pyfunction]
pub(crate) fn devices() -> Result<Vec<Device>> {
    let mut found = vec![UNSET; 16];
    loop {
        let mut count = 0;
        // SAFETY: as much room as is said, and a local.
        c::call(|err| unsafe {
            c::ta_device_list(found.as_mut_ptr(), found.len(), &raw mut count, err)
        })?;
        let room = found.len();
        found.resize(count, UNSET);
        if count <= room {
            return Ok(found.into_iter().map(|raw| Device { raw }).collect());
        }
    }
}
