//! Asking for memory before it is read.

/// Bytes that come at once.
pub(super) const LINE: usize = 64;

/// Asks for `count` lines of the cache, so many bytes apart. They come into its second level: the lines of a
/// large matrix fall on few places of the first.
#[inline(never)]
#[cfg(all(target_arch = "x86_64", not(miri)))]
pub(super) fn lines(at: *const u8, pitch: isize, count: usize) {
    use std::arch::x86_64::{_MM_HINT_T1, _mm_prefetch};

    for place in 0..count.cast_signed() {
        let line = at.wrapping_offset(pitch.wrapping_mul(place));
        // SAFETY: every x86-64 has the instruction, which no address makes fail.
        unsafe { _mm_prefetch::<_MM_HINT_T1>(line.cast()) };
    }
}

#[cfg(not(all(target_arch = "x86_64", not(miri))))]
pub(super) fn lines(_: *const u8, _: isize, _: usize) {}
