//! The one allocator of the library: fallible, and 64-byte aligned for elements.
//!
//! Every handle, loan and element buffer comes from [`allocate`], so that running out of
//! memory is an error of the call, never the end of the process.

use std::alloc::{self, Layout};
use std::ptr::{self, NonNull};

use crate::model::error::{Error, Result};
use crate::model::fault;

/// Alignment of element memory, in bytes: a cache line, a full vector register, and what JAX
/// needs to take an array without copying it.
pub const ALIGNMENT: usize = 64;

/// What one entry of the processor's page tables can cover at most, in bytes, on the machines
/// where that matters most.
const HUGE_PAGE: usize = 2 << 20;

/// From this many bytes on, element memory starts at a huge page and asks for them: a large copy
/// into fresh memory otherwise takes longer to be given its pages, one by one, than to be made.
const LARGE: usize = 2 * HUGE_PAGE;

/// Memory for `layout`, not initialised.
///
/// # Errors
/// `TA_ERR_OUT_OF_MEMORY`, naming `what`.
#[inline(always)]
pub fn allocate(layout: Layout, what: &'static str) -> Result<NonNull<u8>> {
    fault::point();
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

/// A box around `value`.
///
/// # Errors
/// `TA_ERR_OUT_OF_MEMORY`, naming `what`.
pub fn boxed<T>(value: T, what: &'static str) -> Result<Box<T>> {
    let place: NonNull<T> = allocate(Layout::new::<T>(), what)?.cast();
    // SAFETY: fresh memory of this size and alignment.
    unsafe { place.write(value) };
    // SAFETY: from the global allocator, with the layout of what it holds.
    Ok(unsafe { Box::from_raw(place.as_ptr()) })
}

/// Up to this many bytes are aligned by hand in a plain allocation that is larger: allocators keep
/// lists of free memory for those, and take ten times as long where an alignment is asked for.
const SMALL: usize = 1024;

/// The alignment that every allocation has.
const PLAIN: usize = 16;

/// Element memory of our own: aligned to [`ALIGNMENT`], freed when dropped.
#[derive(Debug)]
pub struct Block {
    allocated: NonNull<u8>,
    size: usize,
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
        let layout = Block::layout(size).map_err(|_| Error::out_of_memory(WHAT, size))?;
        let block = Block { allocated: allocate(layout, WHAT)?, size };
        if size >= LARGE {
            block.ask_for_huge_pages();
        }
        Ok(block)
    }

    /// What is allocated for a block of `size` bytes.
    fn layout(size: usize) -> std::result::Result<Layout, alloc::LayoutError> {
        match size {
            1..=SMALL => Layout::from_size_align(size + ALIGNMENT - PLAIN, PLAIN),
            LARGE.. => Layout::from_size_align(size, HUGE_PAGE),
            _ => Layout::from_size_align(size, ALIGNMENT),
        }
    }

    /// Tells the system that the whole block will be written. Advice: it may not be taken.
    #[cfg(all(target_os = "linux", not(miri)))]
    fn ask_for_huge_pages(&self) {
        let whole = self.size() / HUGE_PAGE * HUGE_PAGE;
        // SAFETY: whole pages within the block, and the advice changes no byte of them.
        unsafe { libc::madvise(self.start().cast(), whole, libc::MADV_HUGEPAGE) };
    }

    #[cfg(not(all(target_os = "linux", not(miri))))]
    fn ask_for_huge_pages(&self) {}

    /// First byte; dangling, but aligned, if the block is empty.
    #[inline]
    pub fn start(&self) -> *mut u8 {
        let allocated = self.allocated.as_ptr();
        allocated.wrapping_add(allocated.addr().wrapping_neg() % ALIGNMENT)
    }

    /// Bytes.
    pub fn size(&self) -> usize {
        self.size
    }
}

impl Drop for Block {
    fn drop(&mut self) {
        if let Ok(layout) = Block::layout(self.size) {
            // SAFETY: allocated by `new` with this layout, and dropped once.
            unsafe { free(self.allocated, layout) };
        }
    }
}
