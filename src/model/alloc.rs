//! The one allocator of the library: fallible, and 64-byte aligned for elements.
//!
//! Every handle, loan and element buffer comes from [`allocate`], so that running out of
//! memory is an error of the call, never the end of the process.

use std::alloc::{self, Layout};
use std::ptr::{self, NonNull};

use crate::model::error::{Error, Result};

/// Alignment of element memory, in bytes: a cache line, a full vector register, and what JAX
/// needs to take an array without copying it.
pub const ALIGNMENT: usize = 64;

/// Memory for `layout`, not initialised.
///
/// # Errors
/// `TA_ERR_OUT_OF_MEMORY`, naming `what`.
pub fn allocate(layout: Layout, what: &'static str) -> Result<NonNull<u8>> {
    let start = match layout.size() {
        0 => ptr::without_provenance_mut(layout.align()),
        // SAFETY: the size is not zero.
        _ => unsafe { alloc::alloc(layout) },
    };
    NonNull::new(start).ok_or_else(|| Error::out_of_memory(what, layout.size()))
}

/// Gives memory back to the allocator.
///
/// # Safety
/// `start` came from [`allocate`] with the same `layout`, and is not used afterwards.
pub unsafe fn free(start: NonNull<u8>, layout: Layout) {
    if layout.size() != 0 {
        // SAFETY: allocated with this layout, by the caller's contract.
        unsafe { alloc::dealloc(start.as_ptr(), layout) };
    }
}

/// Element memory of our own: aligned to [`ALIGNMENT`], freed when dropped.
#[derive(Debug)]
pub struct Block {
    start: NonNull<u8>,
    layout: Layout,
}

// SAFETY: a block is plain memory without thread affinity; access goes through its owner.
unsafe impl Send for Block {}
// SAFETY: as above; shared references only give out the address.
unsafe impl Sync for Block {}

impl Block {
    /// `size` bytes, not initialised.
    ///
    /// # Errors
    /// `TA_ERR_OUT_OF_MEMORY`, also for a size that no allocation can have.
    pub fn new(size: usize) -> Result<Block> {
        const WHAT: &str = "elements";
        let layout = Layout::from_size_align(size, ALIGNMENT)
            .map_err(|_| Error::out_of_memory(WHAT, size))?;
        Ok(Block { start: allocate(layout, WHAT)?, layout })
    }

    /// First byte; dangling, but aligned, if the block is empty.
    pub fn start(&self) -> *mut u8 {
        self.start.as_ptr()
    }

    /// Bytes.
    pub fn size(&self) -> usize {
        self.layout.size()
    }
}

impl Drop for Block {
    fn drop(&mut self) {
        // SAFETY: allocated by `new` with this layout, and dropped once.
        unsafe { free(self.start, self.layout) };
    }
}
