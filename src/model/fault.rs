//! Places where a test makes the library panic, to see what its border makes of it. The feature
//! `faults` is for `tests/boundary` alone: without it a place is nothing, and no library that is
//! shipped has it.

/// A place where a bug might be: panics if a test has planned it.
#[inline(always)]
pub(crate) fn point() {
    #[cfg(feature = "faults")]
    planned::reach();
}

#[cfg(feature = "faults")]
pub use planned::{after, reached};

#[cfg(feature = "faults")]
mod planned {
    use std::cell::Cell;

    thread_local! {
        static REACHED: Cell<usize> = const { Cell::new(0) };
        static FATAL: Cell<Option<usize>> = const { Cell::new(None) };
    }

    /// Plans a panic at the place that this thread reaches after `places` others; `None`: none.
    pub fn after(places: Option<usize>) {
        REACHED.set(0);
        FATAL.set(places);
    }

    /// How many places this thread has reached since then.
    pub fn reached() -> usize {
        REACHED.get()
    }

    pub(super) fn reach() {
        let before = REACHED.replace(REACHED.get() + 1);
        assert!(FATAL.get() != Some(before), "tarray: injected fault");
    }
}
