//! Letting Python objects go from any thread, at any time.
//!
//! The library runs these callbacks whenever the last tensor over a piece of memory is gone:
//! with the GIL or without, on threads that Python has never seen, after the interpreter has
//! gone, and while an exception is on its way.

use std::cell::Cell;
use std::ffi::{c_int, c_void};
use std::mem::ManuallyDrop;

use pyo3::ffi;

/// Drops the strong reference that `owner` is.
///
/// # Safety
/// `owner` is a strong reference that nobody else drops.
pub(crate) unsafe extern "C" fn object(owner: *mut c_void) {
    // SAFETY: passed on from this function's contract.
    unsafe { nested(drop_reference, owner) };
}

unsafe extern "C" fn drop_reference(owner: *mut c_void) {
    // SAFETY: `attached` runs it with the interpreter's leave; the reference is `object`'s.
    attached(|| unsafe { ffi::Py_DECREF(owner.cast()) });
}

/// What lets something go.
type Release = unsafe extern "C" fn(*mut c_void);

/// How many releases may run inside one another: an owner may own a tensor that has an owner, and
/// so on, and every one of them takes its part of the stack.
const DEEPEST: usize = 50;

/// The releases of one thread. Nothing in it needs to be dropped: it can be used as long as the
/// thread runs, also while its other variables are going.
struct Releases {
    /// How many run inside one another.
    depth: Cell<usize>,
    /// Those that have been put off. Empty, and so without memory, when none runs.
    pending: Cell<ManuallyDrop<Vec<(Release, *mut c_void)>>>,
}

thread_local! {
    static RELEASES: Releases = const {
        Releases { depth: Cell::new(0), pending: Cell::new(ManuallyDrop::new(Vec::new())) }
    };
}

/// Runs `release(owner)`: at once, or if too many run inside one another, when the outermost has
/// come back.
///
/// # Safety
/// `release` may be given `owner`, now or later, attached or not, and nobody else does.
#[inline]
pub(crate) unsafe fn nested(release: Release, owner: *mut c_void) {
    RELEASES.with(|releases| {
        let depth = releases.depth.get();
        if depth >= DEEPEST {
            return releases.put_off(release, owner);
        }
        releases.depth.set(depth + 1);
        // SAFETY: passed on from this function's contract.
        unsafe { release(owner) };
        if depth == 0 {
            releases.finish();
        }
        releases.depth.set(depth);
    });
}

impl Releases {
    #[cold]
    fn put_off(&self, release: Release, owner: *mut c_void) {
        let mut pending = self.pending.take();
        pending.push((release, owner));
        self.pending.set(pending);
    }

    /// Ends the outermost release.
    #[inline]
    fn finish(&self) {
        let pending = self.pending.take();
        let is_done = pending.is_empty();
        self.pending.set(pending);
        if !is_done {
            self.catch_up();
        }
    }

    #[cold]
    fn catch_up(&self) {
        match is_attached() {
            true => keeping_exception(|| self.run_pending()),
            false => self.run_pending(),
        }
    }

    /// Runs what has been put off, which may put off more.
    fn run_pending(&self) {
        loop {
            let mut pending = self.pending.take();
            let Some((release, owner)) = pending.pop() else {
                return drop(ManuallyDrop::into_inner(pending));
            };
            self.pending.set(pending);
            // SAFETY: put off by `nested`, and run once.
            unsafe { release(owner) };
        }
    }
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
