//! `__dlpack__` and `__dlpack_device__`: tensors in capsules, by the array API standard.

use std::ffi::{CStr, c_void};

use pyo3::exceptions::PyTypeError;
use pyo3::ffi;
use pyo3::prelude::*;
use pyo3::sync::PyOnceLock;
use pyo3::types::{PyBool, PyTuple};

use crate::abi::*;
use crate::arguments::{Argument, Arguments, Signature};
use crate::c;
use crate::detached;
use crate::device;
use crate::error::{Failure, Result, type_name};
use crate::options::{some, truth};
use crate::release;
use crate::tensor::method::methods;
use crate::tensor::{Slots, Tensor};

pub(super) fn fill(slots: &mut Slots) {
    slots.methods.extend(methods! {
        c"__dlpack__" => [short] dlpack, c"__dlpack__($self, /, *, stream=None, max_version=None, dl_device=None, copy=None)\n--\n\nLends the tensor to another library: a capsule that holds a DLPack tensor.

Without max_version, or below (1, 0), the capsule is of the struct without a version, which is
refused for a read-only tensor. Raises ExchangeError (a BufferError) if the tensor cannot be
lent as asked, and if it requires grad.

>>> import tarray
>>> tarray.asarray([1.0]).__dlpack__(max_version=(1, 3))  # doctest: +ELLIPSIS
<capsule object \"dltensor_versioned\" at 0x...>";
        c"__dlpack_device__" => [short] dlpack_device, c"__dlpack_device__($self, /)\n--\n\nThe device by DLPack's numbers: (type, index).

>>> import tarray
>>> tarray.asarray([1.0]).__dlpack_device__()
(1, 0)";
    });
}

static SIGNATURE: Signature<4> =
    Signature::new("__dlpack__", ["stream", "max_version", "dl_device", "copy"], 0, 0);

fn dlpack<'py>(tensor: Tensor<'_, 'py>, given: Arguments<'_, 'py>) -> Result<Bound<'py, PyAny>> {
    let [stream, max_version, dl_device, copy] = SIGNATURE.parse(given)?;
    let options = ta_export_options {
        struct_size: size_of::<ta_export_options>(),
        max_major: 0,
        max_minor: 0,
        device: target(dl_device)?,
        copy: match truth(copy, "copy")? {
            None => TA_COPY_IF_NEEDED,
            Some(true) => TA_COPY_ALWAYS,
            Some(false) => TA_COPY_NEVER,
        },
        reserved: 0,
        flags: 0,
        stream: stream_number(stream, tensor)?,
    };
    match version(max_version)? {
        Some((max_major, max_minor)) => {
            let options = ta_export_options { max_major, max_minor, ..options };
            lend::<DLManagedTensorVersioned>(tensor, &options)
        }
        None => lend::<DLManagedTensor>(tensor, &options),
    }
}

/// The newest version that a consumer knows; none if it only knows the struct without one.
fn version(given: Argument<'_, '_>) -> Result<Option<(u32, u32)>> {
    let Some(given) = some(given) else { return Ok(None) };
    let Ok((major, minor)) = given.extract::<(i64, i64)>() else {
        let class = type_name(&given);
        let message = format!("max_version must be a tuple of two ints or None, not {class}");
        return Err(PyTypeError::new_err(message).into());
    };
    // Newer than can be said is newer than anything that we make.
    let known = |number: i64| u32::try_from(number.max(0)).unwrap_or(u32::MAX);
    Ok((major >= 1).then(|| (known(major), known(minor))))
}

/// Where the consumer wants the elements. Some say (1, None) of the CPU.
fn target(given: Argument<'_, '_>) -> Result<ta_device> {
    let Some(given) = some(given) else { return Ok(device::UNSET) };
    let Ok((device_type, index)) = given.extract::<(i32, Option<i32>)>() else {
        let class = type_name(&given);
        let message = format!("dl_device must be a tuple (type, index) or None, not {class}");
        return Err(PyTypeError::new_err(message).into());
    };
    match device_type {
        1.. => Ok(ta_device { device_type, index: index.unwrap_or(0) }),
        _ => Err(refusal(format!("no device has the type {device_type}"))),
    }
}

/// The consumer's stream, by the numbers of the standard.
fn stream_number(given: Argument<'_, '_>, tensor: Tensor<'_, '_>) -> Result<i64> {
    let Some(given) = some(given) else { return Ok(0) };
    let number = given.extract::<i64>();
    match number {
        Ok(number) if !given.is_instance_of::<PyBool>() => match number {
            // The library's 0 means that there is none.
            0 if tensor.device().device_type != TA_DEVICE_ROCM => {
                Err(Failure::value("stream 0 is ambiguous: 1 and 2 are the default streams"))
            }
            1 | 2 if tensor.device().device_type == TA_DEVICE_ROCM => {
                Err(Failure::value(format!("ROCm has no stream {number}: 0 is the default stream")))
            }
            -1.. => Ok(number),
            _ => Err(Failure::value(format!("there is no stream {number}"))),
        },
        _ => {
            let message = format!("stream must be an int or None, not {}", type_name(&given));
            Err(PyTypeError::new_err(message).into())
        }
    }
}

/// `ExchangeError`, which is a `BufferError`.
#[cold]
pub(super) fn refusal(message: impl Into<String>) -> Failure {
    Failure::Status(TA_ERR_EXPORT, message.into())
}

/// What the library refuses to lend, the standard calls a `BufferError`.
pub(super) fn as_refusal(failure: Failure) -> Failure {
    match failure {
        Failure::Status(
            TA_ERR_CANNOT_ALIAS | TA_ERR_DEVICE | TA_ERR_UNSUPPORTED | TA_ERR_DTYPE,
            message,
        ) => refusal(message),
        other => other,
    }
}

/// A struct that a capsule holds.
pub(super) trait Managed: Sized + 'static {
    /// The capsule's name until a consumer takes what is in it.
    const NAME: &CStr;
    /// The library's function that lends one.
    const LEND: unsafe extern "C" fn(
        *const ta_tensor,
        *const ta_export_options,
        *mut *mut Self,
        *mut ta_error,
    ) -> ta_status;

    /// Gives it back.
    ///
    /// # Safety
    /// `managed` was lent by [`Self::LEND`], and is not used afterwards.
    unsafe fn end(managed: *mut Self);
}

impl Managed for DLManagedTensorVersioned {
    const NAME: &CStr = c"dltensor_versioned";
    const LEND: unsafe extern "C" fn(
        *const ta_tensor,
        *const ta_export_options,
        *mut *mut Self,
        *mut ta_error,
    ) -> ta_status = c::ta_to_dlpack;

    unsafe fn end(managed: *mut Self) {
        // SAFETY: a live struct, by this function's contract.
        if let Some(deleter) = unsafe { (*managed).deleter } {
            // SAFETY: run once, by this function's contract.
            unsafe { deleter(managed) };
        }
    }
}

impl Managed for DLManagedTensor {
    const NAME: &CStr = c"dltensor";
    const LEND: unsafe extern "C" fn(
        *const ta_tensor,
        *const ta_export_options,
        *mut *mut Self,
        *mut ta_error,
    ) -> ta_status = c::ta_to_dlpack_legacy;

    unsafe fn end(managed: *mut Self) {
        // SAFETY: a live struct, by this function's contract.
        if let Some(deleter) = unsafe { (*managed).deleter } {
            // SAFETY: run once, by this function's contract.
            unsafe { deleter(managed) };
        }
    }
}

fn lend<'py, M: Managed>(
    tensor: Tensor<'_, 'py>,
    options: &ta_export_options,
) -> Result<Bound<'py, PyAny>> {
    let handle = tensor.handle();
    // The library sees sooner that nothing is asked for where there is nothing to read.
    let is_plain =
        options.device == device::UNSET && options.copy == TA_COPY_IF_NEEDED && options.stream == 0;
    let asked = if is_plain { std::ptr::null() } else { &raw const *options };
    let lend = || {
        let mut managed: *mut M = std::ptr::null_mut();
        // SAFETY: a live handle, NULL or options of that size, and a local.
        c::call(|err| unsafe { M::LEND(handle, asked, &raw mut managed, err) })?;
        Ok(managed)
    };
    let bytes = match options.copy {
        // SAFETY: a live handle.
        TA_COPY_ALWAYS => unsafe { detached::bytes_of(handle) },
        _ => 0,
    };
    // SAFETY: a handle that the caller holds.
    let managed = unsafe { detached::run(tensor.py(), bytes, lend) }.map_err(as_refusal)?;
    // SAFETY: attached; a loan, a static name, and the destructor for both.
    let capsule =
        unsafe { ffi::PyCapsule_New(managed.cast::<c_void>(), M::NAME.as_ptr(), Some(end::<M>)) };
    if capsule.is_null() {
        // SAFETY: lent above, and nobody else has it.
        unsafe { M::end(managed) };
        return Err(Failure::Raised(PyErr::fetch(tensor.py())));
    }
    // SAFETY: a new reference.
    Ok(unsafe { Bound::from_owned_ptr(tensor.py(), capsule) })
}

/// Gives back what no consumer has taken: who takes it renames the capsule.
///
/// # Safety
/// Called by the interpreter as the destructor of a capsule that `lend` made.
unsafe extern "C" fn end<M: Managed>(capsule: *mut ffi::PyObject) {
    // SAFETY: a capsule, and a static name.
    if unsafe { ffi::PyCapsule_IsValid(capsule, M::NAME.as_ptr()) } == 0 {
        return;
    }
    // SAFETY: valid, so this cannot fail.
    let managed = unsafe { ffi::PyCapsule_GetPointer(capsule, M::NAME.as_ptr()) };
    // SAFETY: lent by `lend`, and still here.
    release::keeping_exception(|| unsafe { M::end(managed.cast()) });
}

fn dlpack_device<'py>(
    tensor: Tensor<'_, 'py>,
    given: Arguments<'_, 'py>,
) -> Result<Bound<'py, PyAny>> {
    static SIGNATURE: Signature<0> = Signature::new("__dlpack_device__", [], 0, 0);
    SIGNATURE.parse(given)?;
    static CPU: PyOnceLock<Py<PyTuple>> = PyOnceLock::new();
    let (py, device) = (tensor.py(), tensor.device());
    let tuple = |device: ta_device| PyTuple::new(py, [device.device_type, device.index]);
    if device != super::CPU {
        return Ok(tuple(device)?.into_any());
    }
    let known = CPU.get_or_try_init(py, || tuple(device).map(Bound::unbind))?;
    Ok(known.bind(py).clone().into_any())
}
