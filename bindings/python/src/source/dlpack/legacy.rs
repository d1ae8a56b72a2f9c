//! Legacy exports of libraries whose arrays never change: the struct cannot say so, we know.

use std::ffi::c_void;

use dlpark::DlpackFlags;
use pyo3::prelude::*;

use crate::abi::*;
use crate::c;
use crate::error::Result;
use crate::source::capsule::Claim;
use crate::source::{Kept, Loan, Seen, attribute};

/// The packages, by what `__module__` of their arrays' types begins with.
const IMMUTABLE: [&str; 3] = ["jax", "jaxlib", "tensorflow"];

/// Whether an object's type belongs to a library whose arrays never change.
pub(super) fn is_immutable(object: &Bound<'_, PyAny>) -> Result<bool> {
    let package = attribute::package(object)?;
    Ok(IMMUTABLE.contains(&package.as_str()))
}

/// The tensor of a claimed capsule as a versioned one that is marked read-only.
pub(super) fn read_only<'a>(claim: Claim<'a>, legacy: *mut DLManagedTensor) -> Seen<'a> {
    let managed = DLManagedTensorVersioned {
        version: DLPACK_VERSION,
        manager_ctx: legacy.cast::<c_void>(),
        deleter: Some(delete),
        flags: DlpackFlags::READ_ONLY,
        // SAFETY: a tensor by its capsule's name.
        dl_tensor: unsafe { (*legacy).dl_tensor },
    };
    let dlpack = Box::into_raw(Box::new(managed));
    let source = c::source(TA_SOURCE_DLPACK, TA_ORIGIN_DLPACK, ta_source_value { dlpack });
    Seen { source, loan: Loan::Kept(Box::new(Marked { dlpack, claim: Some(claim) })) }
}

/// Lets the tensor inside go, and the struct around it.
unsafe extern "C" fn delete(this: *mut DLManagedTensorVersioned) {
    // SAFETY: made by `read_only`, and let go once.
    let managed = unsafe { Box::from_raw(this) };
    let legacy: *mut DLManagedTensor = managed.manager_ctx.cast();
    // SAFETY: taken with the capsule.
    if let Some(deleter) = unsafe { (*legacy).deleter } {
        // SAFETY: called once, as a deleter is.
        unsafe { deleter(legacy) };
    }
}

/// The struct around a tensor, and the claim on it, until both are taken.
struct Marked<'a> {
    dlpack: *mut DLManagedTensorVersioned,
    claim: Option<Claim<'a>>,
}

impl Kept for Marked<'_> {
    fn taken(mut self: Box<Self>) {
        if let Some(claim) = self.claim.take() {
            Box::new(claim).taken();
        }
    }
}

impl Drop for Marked<'_> {
    fn drop(&mut self) {
        if self.claim.is_some() {
            // SAFETY: made by `read_only`, and not taken; the tensor inside stays its capsule's.
            drop(unsafe { Box::from_raw(self.dlpack) });
        }
    }
}
