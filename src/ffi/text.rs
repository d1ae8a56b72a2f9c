//! Text on its way out: NUL-terminated, never cut inside a character.

use std::ffi::c_char;
use std::fmt::{self, Write};
use std::str;

/// Writes as much of `text` as fits, and a NUL; nothing if there is no room at all.
///
/// # Safety
/// `buffer` is valid for writes of `capacity` bytes.
pub(super) unsafe fn write(text: &str, buffer: *mut c_char, capacity: usize) {
    let Some(room) = capacity.checked_sub(1) else { return };
    let length = text.floor_char_boundary(room.min(text.len()));
    // SAFETY: length < capacity, and the two do not overlap: one is ours.
    unsafe { text.as_ptr().copy_to_nonoverlapping(buffer.cast(), length) };
    // SAFETY: length < capacity.
    let end = unsafe { buffer.add(length) };
    // SAFETY: inside the buffer, as above.
    unsafe { end.write(0) };
}

/// A short text that needs no allocation.
pub(super) struct Short {
    bytes: [u8; 32],
    length: usize,
}

impl Short {
    /// The text of `arguments`, cut if it is longer than any name of ours.
    pub(super) fn new(arguments: fmt::Arguments<'_>) -> Short {
        let mut short = Short { bytes: [0; 32], length: 0 };
        // What does not fit is refused; what was written before stays.
        let _ = short.write_fmt(arguments);
        short
    }

    pub(super) fn as_str(&self) -> &str {
        self.bytes.get(..self.length).and_then(|bytes| str::from_utf8(bytes).ok()).unwrap_or("")
    }
}

impl Write for Short {
    fn write_str(&mut self, text: &str) -> fmt::Result {
        let end = self.length + text.len();
        self.bytes.get_mut(self.length..end).ok_or(fmt::Error)?.copy_from_slice(text.as_bytes());
        self.length = end;
        Ok(())
    }
}
