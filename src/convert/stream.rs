//! Stores that go past the cache, for targets too large to stay in it: a line that is written whole
//! need not be read first, and nothing else is driven out.

use super::isa::Isa;

/// Copies that read and write so many bytes together find little of them in the cache again.
pub(super) const LARGE: usize = 32 << 20;

/// Bytes that are converted before they are stored: few, so that the memory is read meanwhile.
pub(super) const BLOCK: usize = 1 << 10;

/// Bytes that are written at once.
pub(super) const LINE: usize = 64;

/// Copies so many lines of [`LINE`] bytes. The contract of each: they can be read and written and
/// do not overlap, and those that are written are aligned to their size.
type Lines = unsafe fn(*const u8, *mut u8, usize);

/// Copies by the widest stores that there are.
#[derive(Clone, Copy)]
pub(super) struct Stream(Lines);

impl Stream {
    pub(super) fn new(isa: Isa) -> Stream {
        Stream(match isa {
            #[cfg(all(target_arch = "x86_64", not(miri)))]
            Isa::Avx512 => x86::lines_avx512,
            #[cfg(all(target_arch = "x86_64", not(miri)))]
            _ => x86::lines,
            #[cfg(not(all(target_arch = "x86_64", not(miri))))]
            _ => lines,
        })
    }

    /// Copies `len` bytes. [`finish`] has to be called before others may look at them.
    ///
    /// # Safety
    /// So many bytes can be read and written, and they do not overlap.
    pub(super) unsafe fn copy(self, from: *const u8, to: *mut u8, len: usize) {
        let head = to.align_offset(LINE).min(len);
        let lines = (len - head) / LINE;
        let done = head + lines * LINE;
        // SAFETY: the bytes before the first line, of those that the caller vouches for.
        unsafe { from.copy_to_nonoverlapping(to, head) };
        // SAFETY: whole lines, as counted; `to + head` is at the start of one.
        unsafe { (self.0)(from.wrapping_add(head), to.wrapping_add(head), lines) };
        let (from, to) = (from.wrapping_add(done), to.wrapping_add(done));
        // SAFETY: the bytes behind the last line.
        unsafe { from.copy_to_nonoverlapping(to, len - done) };
    }
}

/// # Safety
/// As for all [`Lines`].
#[cfg(not(all(target_arch = "x86_64", not(miri))))]
unsafe fn lines(from: *const u8, to: *mut u8, count: usize) {
    // SAFETY: by this function's contract.
    unsafe { from.copy_to_nonoverlapping(to, count * LINE) };
}

#[cfg(all(target_arch = "x86_64", not(miri)))]
mod x86 {
    use super::LINE;
    use std::arch::x86_64::*;

    /// # Safety
    /// As for all `Lines`.
    #[target_feature(enable = "sse2")]
    pub(super) unsafe fn lines(from: *const u8, to: *mut u8, count: usize) {
        for done in (0..count * LINE).step_by(size_of::<__m128i>()) {
            // SAFETY: by this function's contract.
            let bytes = unsafe { _mm_loadu_si128(from.wrapping_add(done).cast()) };
            // SAFETY: as above; a line is aligned to more than a part of it.
            unsafe { _mm_stream_si128(to.wrapping_add(done).cast(), bytes) };
        }
    }

    /// # Safety
    /// As for all `Lines`, on a processor with these instructions.
    #[target_feature(enable = "avx512f")]
    pub(super) unsafe fn lines_avx512(from: *const u8, to: *mut u8, count: usize) {
        for done in (0..count * LINE).step_by(size_of::<__m512i>()) {
            // SAFETY: by this function's contract.
            let bytes = unsafe { _mm512_loadu_si512(from.wrapping_add(done).cast()) };
            // SAFETY: as above.
            unsafe { _mm512_stream_si512(to.wrapping_add(done).cast(), bytes) };
        }
    }
}

/// Makes what this thread has copied visible to others in the order of their other stores.
pub(super) fn finish() {
    #[cfg(all(target_arch = "x86_64", not(miri)))]
    // SAFETY: every x86-64 has the instruction.
    unsafe {
        std::arch::x86_64::_mm_sfence();
    }
}
