//! Foreign releases, one after the other where they would run too deep inside one another.
//!
//! A tensor's memory may be a loan of memory that was itself lent, and so on through any number of
//! libraries: each release runs the next, and each takes its part of the stack.

use std::cell::Cell;
use std::ffi::c_void;
use std::mem::ManuallyDrop;

/// What lets something go.
pub(super) type Release = unsafe extern "C" fn(*mut c_void);

/// How many releases may run inside one another on a thread.
const DEEPEST: usize = 50;

/// The releases of one thread. Nothing in it needs to be dropped: it can be used as long as the
/// thread runs, also while its other variables are going.
struct Releases {
    /// How many run inside one another.
    depth: Cell<usize>,
    /// Whether any have been put off.
    are_pending: Cell<bool>,
    /// Those that have been put off. Empty, and so without memory, when none runs.
    pending: Cell<ManuallyDrop<Vec<(Release, *mut c_void)>>>,
}

thread_local! {
    static RELEASES: Releases = const {
        Releases {
            depth: Cell::new(0),
            are_pending: Cell::new(false),
            pending: Cell::new(ManuallyDrop::new(Vec::new())),
        }
    };
}

/// Runs `release(owner)`: at once, or if too many run inside one another, when the outermost has
/// come back.
///
/// # Safety
/// `release` may be given `owner`, now or later on this thread, and nobody else does.
#[inline]
pub(super) unsafe fn nested(release: Release, owner: *mut c_void) {
    RELEASES.with(|releases| {
        let depth = releases.depth.get();
        if depth >= DEEPEST && releases.put_off(release, owner) {
            return;
        }
        releases.depth.set(depth + 1);
        // SAFETY: passed on from this function's contract.
        unsafe { release(owner) };
        if depth == 0 && releases.are_pending.get() {
            releases.catch_up();
        }
        releases.depth.set(depth);
    });
}

impl Releases {
    /// Keeps a release for later; false if there is no memory for that.
    #[cold]
    fn put_off(&self, release: Release, owner: *mut c_void) -> bool {
        let mut pending = self.pending.take();
        let has_room = pending.try_reserve(1).is_ok();
        if has_room {
            pending.push((release, owner));
            self.are_pending.set(true);
        }
        self.pending.set(pending);
        has_room
    }

    /// Runs what has been put off, which may put off more.
    #[cold]
    fn catch_up(&self) {
        loop {
            let mut pending = self.pending.take();
            let Some((release, owner)) = pending.pop() else {
                self.are_pending.set(false);
                return drop(ManuallyDrop::into_inner(pending));
            };
            self.pending.set(pending);
            // SAFETY: put off by `nested`, and run once.
            unsafe { release(owner) };
        }
    }
}
