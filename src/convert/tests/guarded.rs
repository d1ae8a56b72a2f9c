//! Bytes with nothing behind them, or nothing before them: there, no page can be read or written.

/// Every allocation is guarded.
#[cfg(any(miri, not(unix)))]
pub(super) type Guarded = Vec<u8>;
#[cfg(all(unix, not(miri)))]
pub(super) use pages::Guarded;

/// A copy of `bytes` that ends where the last guarded page begins, or begins where the first one ends.
pub(super) fn guarded(bytes: &[u8], is_last: bool) -> Guarded {
    #[cfg(any(miri, not(unix)))]
    let (guarded, _) = (bytes.to_vec(), is_last);
    #[cfg(all(unix, not(miri)))]
    let guarded = Guarded::new(bytes, is_last);
    guarded
}

#[cfg(all(unix, not(miri)))]
mod pages {
    use std::ops::{Deref, DerefMut};

    /// As large as pages are anywhere, or larger.
    const PAGE: usize = 1 << 16;

    pub(in super::super) struct Guarded {
        /// All pages: one that is guarded, those that hold the bytes, and another guarded one.
        pages: *mut u8,
        size: usize,
        /// Where the bytes are among them.
        start: usize,
        len: usize,
    }

    impl Guarded {
        pub(super) fn new(bytes: &[u8], is_last: bool) -> Guarded {
            let room = bytes.len().next_multiple_of(PAGE);
            let size = room + 2 * PAGE;
            let flags = libc::MAP_PRIVATE | libc::MAP_ANONYMOUS;
            // SAFETY: fresh pages, wherever there is room.
            let pages =
                unsafe { libc::mmap(std::ptr::null_mut(), size, libc::PROT_NONE, flags, -1, 0) };
            assert_ne!(pages, libc::MAP_FAILED);
            let pages: *mut u8 = pages.cast();
            let open = pages.wrapping_add(PAGE).cast();
            // SAFETY: pages of those that have just been made.
            let code = unsafe { libc::mprotect(open, room, libc::PROT_READ | libc::PROT_WRITE) };
            assert_eq!(code, 0);
            let start = PAGE + if is_last { room - bytes.len() } else { 0 };
            let mut guarded = Guarded { pages, size, start, len: bytes.len() };
            guarded.copy_from_slice(bytes);
            guarded
        }
    }

    impl Deref for Guarded {
        type Target = [u8];

        fn deref(&self) -> &[u8] {
            // SAFETY: within the open pages, which are zero from the beginning.
            unsafe { std::slice::from_raw_parts(self.pages.wrapping_add(self.start), self.len) }
        }
    }

    impl DerefMut for Guarded {
        fn deref_mut(&mut self) -> &mut [u8] {
            // SAFETY: as above.
            unsafe { std::slice::from_raw_parts_mut(self.pages.wrapping_add(self.start), self.len) }
        }
    }

    impl Drop for Guarded {
        fn drop(&mut self) {
            // SAFETY: all that was mapped, once.
            unsafe { libc::munmap(self.pages.cast(), self.size) };
        }
    }
}
