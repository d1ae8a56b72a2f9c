//! Capsules: a DLPack tensor on its way from one library to another.
//!
//! A capsule is claimed by renaming it, before anything else: whoever else holds it, on another
//! thread too, then sees that it is taken. If the call fails it gets its old name back, and with
//! it the duty of its destructor to let the tensor go.

use std::ffi::{CStr, c_char, c_void};
use std::ptr;

use pyo3::ffi;
use pyo3::prelude::*;
use pyo3::sync::critical_section::with_critical_section;

use crate::abi::*;
use crate::c;
use crate::error::{Failure, Result};
use crate::options::Request;
use crate::source::{Kept, Loan, Seen};

/// What a capsule is called while its tensor is there to be taken, and afterwards.
struct Names {
    fresh: &'static CStr,
    used: &'static CStr,
}

const VERSIONED: Names = Names { fresh: c"dltensor_versioned", used: c"used_dltensor_versioned" };
const LEGACY: Names = Names { fresh: c"dltensor", used: c"used_dltensor" };

#[inline]
pub(super) fn look<'a>(
    object: &Bound<'a, PyAny>,
    request: &'a Request,
) -> Result<Option<Seen<'a>>> {
    if !is_capsule(object) {
        return Ok(None);
    }
    request.check_accepts(TA_ORIGIN_DLPACK)?;
    Claim::of(object).map(|claim| Some(claim.seen()))
}

pub(crate) fn is_capsule(object: &Bound<'_, PyAny>) -> bool {
    // SAFETY: a live object.
    unsafe { ffi::PyCapsule_CheckExact(object.as_ptr()) != 0 }
}

/// The tensor in a capsule.
#[derive(Clone, Copy)]
pub(super) enum Managed {
    Versioned(*mut DLManagedTensorVersioned),
    Legacy(*mut DLManagedTensor),
}

/// A capsule that nobody else can claim as long as this lives, nor after it was taken.
pub(super) struct Claim<'a> {
    capsule: Bound<'a, PyAny>,
    /// The name to give back, as its maker's own pointer; NULL once the tensor was taken.
    name: *const c_char,
    pub(super) managed: Managed,
}

impl<'a> Claim<'a> {
    /// Claims a capsule.
    ///
    /// # Errors
    /// `RequestError` if it has been used, `TypeError` if it holds something else.
    pub(super) fn of(capsule: &Bound<'a, PyAny>) -> Result<Claim<'a>> {
        with_critical_section(capsule, || {
            // SAFETY: a capsule.
            let name = unsafe { ffi::PyCapsule_GetName(capsule.as_ptr()) };
            // SAFETY: NULL or a string that lives as long as the capsule.
            let text = (!name.is_null()).then(|| unsafe { CStr::from_ptr(name) });
            let names = match text {
                Some(text) if text == VERSIONED.fresh => VERSIONED,
                Some(text) if text == LEGACY.fresh => LEGACY,
                other => return Err(refusal(other)),
            };
            // SAFETY: a capsule of this name.
            let pointer = unsafe { ffi::PyCapsule_GetPointer(capsule.as_ptr(), name) };
            // SAFETY: a capsule, and a string that lives for ever.
            unsafe { ffi::PyCapsule_SetName(capsule.as_ptr(), names.used.as_ptr()) };
            Ok(Claim { capsule: capsule.clone(), name, managed: Managed::of(&names, pointer) })
        })
    }

    /// The source that its tensor is.
    pub(super) fn seen(self) -> Seen<'a> {
        Seen { source: self.managed.source(), loan: Loan::Kept(Box::new(self)) }
    }
}

impl Managed {
    fn of(names: &Names, pointer: *mut c_void) -> Managed {
        match names.fresh == LEGACY.fresh {
            true => Managed::Legacy(pointer.cast()),
            false => Managed::Versioned(pointer.cast()),
        }
    }

    /// Whether its producer marked it as a copy. Of another major version only that version is
    /// known: the library will say that it does not know the rest.
    pub(super) fn says_copied(self) -> bool {
        let Managed::Versioned(tensor) = self else { return false };
        // SAFETY: a tensor by its capsule's name; the version comes first in all versions.
        let major = unsafe { (*tensor).version.major };
        // SAFETY: a live tensor of our major version, so of this layout.
        major == DLPACK_VERSION.major && unsafe { (*tensor).flags.bits() } & DLPACK_IS_COPIED != 0
    }

    fn source(self) -> ta_source {
        let (kind, value) = match self {
            Managed::Versioned(dlpack) => (TA_SOURCE_DLPACK, ta_source_value { dlpack }),
            Managed::Legacy(dlpack_legacy) => {
                (TA_SOURCE_DLPACK_LEGACY, ta_source_value { dlpack_legacy })
            }
        };
        c::source(kind, TA_ORIGIN_DLPACK, value)
    }
}

#[cold]
fn refusal(name: Option<&CStr>) -> Failure {
    match name {
        Some(name) if name == VERSIONED.used || name == LEGACY.used => Failure::Status(
            TA_ERR_CANNOT_ALIAS,
            "the DLPack capsule has been used already: its tensor can be taken only once".into(),
        ),
        Some(name) => Failure::kind(format!(
            "a capsule named {:?} holds no DLPack tensor",
            name.to_string_lossy()
        )),
        None => Failure::kind("a capsule without a name holds no DLPack tensor"),
    }
}

impl Kept for Claim<'_> {
    /// The capsule keeps the name that says so, and its destructor leaves the tensor alone.
    fn taken(mut self: Box<Self>) {
        self.name = ptr::null();
    }
}

impl Drop for Claim<'_> {
    fn drop(&mut self) {
        if !self.name.is_null() {
            // SAFETY: a capsule, and the name that it came with.
            unsafe { ffi::PyCapsule_SetName(self.capsule.as_ptr(), self.name) };
        }
    }
}
