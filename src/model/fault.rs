//! Faults that a test plans, to see what the library's border makes of them. The feature `faults`
//! is for `tests/boundary` alone: without it nothing here does anything, and no library that is
//! shipped has it.

/// A place where a bug might be: panics if a test has planned it.
#[inline(always)]
pub(crate) fn point() {
    #[cfg(feature = "faults")]
    assert!(!planned::PANIC.with(planned::Fault::is_due), "tarray: injected fault");
}

#[cfg(feature = "faults")]
pub use planned::{Fault, PANIC};

#[cfg(feature = "faults")]
mod planned {
    use std::cell::Cell;
    use std::thread::LocalKey;

    thread_local! {
        /// A panic, at one of the places where one may be planned.
        pub static PANIC: Fault = const { Fault::none() };
    }

    /// Something that goes wrong once on this thread.
    pub struct Fault {
        seen: Cell<usize>,
        due: Cell<Option<usize>>,
    }

    impl Fault {
        const fn none() -> Fault {
            Fault { seen: Cell::new(0), due: Cell::new(None) }
        }

        /// Plans a fault after so many occasions; `None`: none. Counts from now on.
        pub fn plan(fault: &'static LocalKey<Fault>, after: Option<usize>) {
            fault.with(|fault| {
                fault.seen.set(0);
                fault.due.set(after);
            });
        }

        /// How many occasions there were since then.
        pub fn seen(fault: &'static LocalKey<Fault>) -> usize {
            fault.with(|fault| fault.seen.get())
        }

        pub(super) fn is_due(&self) -> bool {
            let before = self.seen.replace(self.seen.get() + 1);
            self.due.get() == Some(before)
        }
    }
}
