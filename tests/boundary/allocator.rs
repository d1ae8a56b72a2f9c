//! The allocator of this test: counts, and fails where it is told to.
//!
//! Everything goes through it, what the library takes from its own allocator and what Rust's
//! collections take behind its back: one that cannot fail would end the process here.

use std::alloc::{GlobalAlloc, Layout, System};
use std::cell::Cell;
use std::ptr;

/// Which allocations of a thread fail, counted from when it was said.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Failing {
    /// None.
    None,
    /// One.
    Only(usize),
    /// All from one on: memory is used up.
    From(usize),
}

thread_local! {
    static FAILING: Cell<Failing> = const { Cell::new(Failing::None) };
    static ASKED: Cell<usize> = const { Cell::new(0) };
    static BLOCKS: Cell<isize> = const { Cell::new(0) };
}

/// From now on, these allocations of this thread fail.
pub fn fail(failing: Failing) {
    ASKED.set(0);
    FAILING.set(failing);
}

/// How many allocations this thread has asked for since then.
pub fn asked() -> usize {
    ASKED.get()
}

/// How many blocks this thread has that nobody gave back.
pub fn blocks() -> isize {
    BLOCKS.get()
}

struct Counting;

#[global_allocator]
static ALLOCATOR: Counting = Counting;

/// Whether the next allocation is to fail.
fn fails() -> bool {
    let number = ASKED.replace(ASKED.get() + 1);
    match FAILING.get() {
        Failing::None => false,
        Failing::Only(one) => number == one,
        Failing::From(first) => number >= first,
    }
}

// SAFETY: the system's allocator, which may be out of memory at any time.
unsafe impl GlobalAlloc for Counting {
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        if fails() {
            return ptr::null_mut();
        }
        BLOCKS.set(BLOCKS.get() + 1);
        unsafe { System.alloc(layout) }
    }

    unsafe fn dealloc(&self, start: *mut u8, layout: Layout) {
        BLOCKS.set(BLOCKS.get() - 1);
        unsafe { System.dealloc(start, layout) }
    }

    unsafe fn realloc(&self, start: *mut u8, layout: Layout, size: usize) -> *mut u8 {
        if fails() {
            return ptr::null_mut();
        }
        unsafe { System.realloc(start, layout, size) }
    }
}
