//! Whether operations are recorded, a setting of each thread.

use std::cell::Cell;

thread_local! {
    static ENABLED: Cell<bool> = const { Cell::new(true) };
}

/// Whether this thread records operations.
#[doc(alias = "ta_grad_enabled")]
pub fn is_enabled() -> bool {
    ENABLED.get()
}

/// Sets whether this thread records operations; returns what it was.
#[doc(alias = "ta_set_grad_enabled")]
pub fn set_enabled(enabled: bool) -> bool {
    ENABLED.replace(enabled)
}

/// Nothing is recorded on this thread until it is dropped.
pub(super) struct Disabled {
    before: bool,
}

impl Disabled {
    pub(super) fn new() -> Disabled {
        Disabled { before: set_enabled(false) }
    }
}

impl Drop for Disabled {
    fn drop(&mut self) {
        set_enabled(self.before);
    }
}
