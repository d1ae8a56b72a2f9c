//! Letting Python objects go from any thread, at any time.
//!
//! The library runs these callbacks whenever the last tensor over a piece of memory is gone:
//! with the GIL or without, on threads that Python has never seen, after the interpreter has
//! gone, and while an exception is on its way.

use std::ffi::{c_int, c_void};

use pyo3::ffi;

/// Drops the strong reference that `owner` is.
///
/// # Safety
/// `owner` is a strong reference that nobody else drops.
pub(crate) unsafe extern "C" fn object(owner: *mut c_void) {
    // SAFETY: `attached` runs it with the interpreter's leave; the reference is ours to drop.
    attached(|| unsafe { ffi::Py_DECREF(owner.cast()) });
}

/// Runs `work` attached to the interpreter, keeping an exception that is on its way. If the
/// interpreter is going or gone, does nothing: what `work` would let go is leaked, as there is
/// nobody left who could want it back.
pub(crate) fn attached(work: impl FnOnce()) {
    if is_attached() {
        keeping_exception(work);
        return;
    }
    // SAFETY: may be called at any time.
    if unsafe { ffi::Py_IsInitialized() } == 0 || is_finalizing() {
        return;
    }
    // SAFETY: the interpreter is there, and this thread is not attached to it.
    let state = unsafe { ffi::PyGILState_Ensure() };
    keeping_exception(work);
    // SAFETY: undoes the call above.
    unsafe { ffi::PyGILState_Release(state) };
}

/// Runs `work` on a thread that is attached, keeping an exception that is on its way.
#[inline]
pub(crate) fn keeping_exception(work: impl FnOnce()) {
    // SAFETY: attached, by both callers.
    if unsafe { ffi::PyErr_Occurred() }.is_null() {
        return work();
    }
    let (mut kind, mut value, mut trace) =
        (std::ptr::null_mut(), std::ptr::null_mut(), std::ptr::null_mut());
    // Deprecated since 3.12, and the only way in 3.11.
    // SAFETY: attached; three locals to be filled.
    #[allow(deprecated)]
    unsafe {
        ffi::PyErr_Fetch(&raw mut kind, &raw mut value, &raw mut trace)
    };
    work();
    // SAFETY: attached; what was fetched above is given back.
    #[allow(deprecated)]
    unsafe {
        ffi::PyErr_Restore(kind, value, trace)
    };
}

/// Whether this thread may touch Python objects. Not `PyGILState_Check`, which always says yes
/// once a sub-interpreter has been made.
fn is_attached() -> bool {
    // SAFETY: may be called at any time.
    let current = unsafe { ffi::compat::PyThreadState_GetUnchecked() };
    if cfg!(Py_3_12) {
        // The current thread's, since 3.12.
        return !current.is_null();
    }
    // Before, the state of whichever thread holds the GIL.
    // SAFETY: may be called at any time.
    !current.is_null() && current == unsafe { ffi::PyGILState_GetThisThreadState() }
}

unsafe extern "C" {
    #[cfg_attr(not(Py_3_13), link_name = "_Py_IsFinalizing")]
    safe fn Py_IsFinalizing() -> c_int;
}

fn is_finalizing() -> bool {
    Py_IsFinalizing() != 0
}
