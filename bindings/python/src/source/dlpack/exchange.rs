//! The C exchange API: a type's table of functions, which is twenty times as fast as `__dlpack__`.

use std::ptr::{self, NonNull};

use dlpark::ffi::{DLPackExchangeAPI, DLPackExchangeAPIHeader};
use pyo3::ffi;
use pyo3::intern;
use pyo3::prelude::*;

use crate::abi::*;
use crate::c;
use crate::error::{Failure, Result};
use crate::source::{Kept, Loan, Seen, attribute};

/// A function that makes a DLPack tensor of an object of its type.
#[derive(Clone, Copy)]
pub(super) struct Export(
    unsafe extern "C" fn(
        *mut std::ffi::c_void,
        *mut *mut DLManagedTensorVersioned,
    ) -> std::ffi::c_int,
);

/// How an object's type exports, if it has a table that this DLPack understands.
pub(super) fn of(object: &Bound<'_, PyAny>) -> Result<Option<Export>> {
    let name = intern!(object.py(), "__dlpack_c_exchange_api__");
    let Some(capsule) = attribute::of_type(object, name)? else { return Ok(None) };
    let name = c"dlpack_exchange_api".as_ptr();
    // SAFETY: a live object; anything but a capsule of that name is not valid.
    if unsafe { ffi::PyCapsule_IsValid(capsule.as_ptr(), name) } == 0 {
        return Ok(None);
    }
    // SAFETY: a capsule of that name.
    let newest = unsafe { ffi::PyCapsule_GetPointer(capsule.as_ptr(), name) };
    // SAFETY: DLPack's own name for its table, which lives as long as the process.
    Ok(unsafe { understood(newest.cast()) })
}

/// The first table in a chain whose major version is ours.
///
/// # Safety
/// `header` is NULL or begins a table that lives for ever.
unsafe fn understood(mut header: *const DLPackExchangeAPIHeader) -> Option<Export> {
    // SAFETY: NULL or a table, by this function's contract and DLPack's.
    while let Some(given) = unsafe { header.as_ref() } {
        if given.version.major == DLPACK_VERSION.major {
            let table: *const DLPackExchangeAPI = header.cast();
            // SAFETY: of our major version, so of this layout.
            let function = unsafe { (*table).managed_tensor_from_py_object_no_sync };
            return function.map(Export);
        }
        header = given.prev_api;
    }
    None
}

impl Export {
    /// Makes the tensor of an object.
    ///
    /// # Errors
    /// What the function raised.
    pub(super) fn run(self, object: &Bound<'_, PyAny>) -> Result<Exported> {
        let mut managed = ptr::null_mut();
        // SAFETY: attached, an object of the table's type, and room for a pointer.
        let answer = unsafe { (self.0)(object.as_ptr().cast(), &raw mut managed) };
        if answer != 0 {
            return Err(Failure::Raised(PyErr::fetch(object.py())));
        }
        let managed = NonNull::new(managed)
            .ok_or_else(|| Failure::kind("the DLPack exchange function gave no tensor"))?;
        Ok(Exported(managed))
    }
}

/// A tensor that is let go when this is dropped.
pub(crate) struct Exported(NonNull<DLManagedTensorVersioned>);

impl Exported {
    /// Whether the CPU may read its memory as soon as it likes.
    pub(super) fn is_on_cpu(&self) -> bool {
        // SAFETY: a live tensor; everything up to the flags is the same in all versions.
        if unsafe { (*self.0.as_ptr()).version.major } != DLPACK_VERSION.major {
            return true; // the library will say that it does not know it
        }
        // SAFETY: a live tensor of our version.
        let device: ta_device = unsafe { (*self.0.as_ptr()).dl_tensor.device }.into();
        device.device_type == TA_DEVICE_CPU
    }

    /// Whether its elements are complex numbers.
    pub(super) fn is_complex(&self) -> bool {
        // SAFETY: a live tensor; the version comes first in all versions.
        if unsafe { (*self.0.as_ptr()).version.major } != DLPACK_VERSION.major {
            return false;
        }
        // SAFETY: a live tensor of our version.
        let dtype: ta_dtype = unsafe { (*self.0.as_ptr()).dl_tensor.dtype }.into();
        dtype.code == TA_COMPLEX
    }

    /// The struct itself, which stays this one's until it is [taken](Kept::taken).
    pub(crate) fn as_ptr(&self) -> *mut DLManagedTensorVersioned {
        self.0.as_ptr()
    }

    /// The library has taken it.
    pub(crate) fn forget(self) {
        std::mem::forget(self);
    }

    /// The source that it is.
    pub(super) fn seen<'a>(self) -> Seen<'a> {
        let value = ta_source_value { dlpack: self.0.as_ptr() };
        let source = c::source(TA_SOURCE_DLPACK, TA_ORIGIN_DLPACK, value);
        Seen { source, loan: Loan::Kept(Box::new(self)) }
    }
}

impl Kept for Exported {
    fn taken(self: Box<Self>) {
        std::mem::forget(*self);
    }
}

impl Drop for Exported {
    fn drop(&mut self) {
        // SAFETY: a live tensor of our own.
        if let Some(deleter) = unsafe { (*self.0.as_ptr()).deleter } {
            // SAFETY: called once, as a deleter is.
            unsafe { deleter(self.0.as_ptr()) };
        }
    }
}
