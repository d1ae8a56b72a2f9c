//! Why a call was refused: a status of the C ABI and a sentence.

use std::fmt::{self, Write};
use std::ops::Deref;

use crate::abi::{TA_ERR_OUT_OF_MEMORY, TA_MESSAGE_SIZE, ta_status};

/// Shorthand for results of this crate.
pub type Result<T, E = Error> = std::result::Result<T, E>;

/// A refusal. One pointer, so that a call that succeeds carries no room for it around; when memory
/// for what it points to could not be had, that is what it says.
#[derive(Debug)]
pub struct Error(Option<Box<[Refusal; 1]>>);

/// What an [`Error`] says. The message is English, lower case, without a full stop, and names the
/// argument and the offending value.
#[derive(Debug)]
pub struct Refusal {
    /// A `TA_ERR_…` code.
    pub status: ta_status,
    message: String,
}

impl Deref for Error {
    type Target = Refusal;

    fn deref(&self) -> &Refusal {
        static NO_MEMORY: Refusal =
            Refusal { status: TA_ERR_OUT_OF_MEMORY, message: String::new() };
        self.0.as_ref().map_or(&NO_MEMORY, |only| &only[0])
    }
}

impl Error {
    /// An error whose message is `message`, cut at the size that `ta_error` can hold.
    #[cold]
    #[inline(never)]
    pub fn new(status: ta_status, message: fmt::Arguments<'_>) -> Error {
        let (mut text, mut only) = (Bounded(String::new()), Vec::new());
        if text.0.try_reserve_exact(TA_MESSAGE_SIZE).is_err() || only.try_reserve_exact(1).is_err()
        {
            return Error(None);
        }
        // Bounded refuses what does not fit; what was written before stays.
        let _ = text.write_fmt(message);
        only.push(Refusal { status, message: text.0 });
        Error(only.into_boxed_slice().try_into().ok())
    }

    /// Memory for `what` could not be had.
    #[cold]
    #[inline(never)]
    pub fn out_of_memory(what: &'static str, bytes: usize) -> Error {
        Error::new(TA_ERR_OUT_OF_MEMORY, format_args!("out of memory: {bytes} bytes for {what}"))
    }

    /// The same error with `prefix` before its message.
    #[cold]
    #[inline(never)]
    pub fn within(self, prefix: fmt::Arguments<'_>) -> Error {
        Error::new(self.status, format_args!("{prefix}: {}", self.message))
    }
}

impl Refusal {
    /// The sentence; empty only when memory for it could not be had.
    pub fn message(&self) -> &str {
        &self.message
    }
}

/// A string that never grows past its capacity and never splits a character.
struct Bounded(String);

impl Write for Bounded {
    fn write_str(&mut self, text: &str) -> fmt::Result {
        let room = TA_MESSAGE_SIZE - 1 - self.0.len();
        let fits = text.floor_char_boundary(room.min(text.len()));
        self.0.push_str(&text[..fits]);
        if fits == text.len() { Ok(()) } else { Err(fmt::Error) }
    }
}

/// A host's bytes, as far as they are text.
pub struct Readable<'b>(pub &'b [u8]);

impl fmt::Display for Readable<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.utf8_chunks().try_for_each(|chunk| f.write_str(chunk.valid()))
    }
}
