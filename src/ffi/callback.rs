//! Calls into the host, and what it says when they fail.

use std::ffi::{CStr, c_char};
use std::mem::{MaybeUninit, offset_of};

use crate::abi::*;
use crate::ffi::status;
use crate::model::error::{Error, Readable, Result};
use crate::model::fault;

/// Calls a callback of `what` and turns its answer into ours. Not inlined: its error must not take room
/// on the stack of a walk that goes on into the item.
#[inline(never)]
pub(super) fn ask(what: &str, call: &mut dyn FnMut(*mut ta_error) -> ta_status) -> Result<()> {
    let mut said = MaybeUninit::<ta_error>::uninit();
    let err = said.as_mut_ptr();
    // SAFETY: a local with room for all of it; the size comes first.
    unsafe { err.cast::<usize>().write(size_of::<ta_error>()) };
    // Only the first of its 512 bytes: clearing them would take longer than most callbacks.
    let message: *mut c_char = err.wrapping_byte_add(offset_of!(ta_error, message)).cast();
    // SAFETY: within the local.
    unsafe { message.write(0) };
    fault::point();
    match call(err) {
        TA_OK => Ok(()),
        answer => {
            // A callback that wrote no NUL must not lead further.
            // SAFETY: the last byte of the message, within the local.
            unsafe { message.wrapping_add(TA_MESSAGE_SIZE - 1).write(0) };
            // SAFETY: initialised up to its NUL: by the callback, as `ta_error` says, or above.
            Err(failure(what, answer, unsafe { CStr::from_ptr(message) }))
        }
    }
}

/// What a callback that failed said of it.
#[cold]
#[inline(never)]
fn failure(what: &str, answer: ta_status, said: &CStr) -> Error {
    let status = if status::is_failure(answer) { answer } else { TA_ERR_CALLBACK };
    let text = said.to_bytes();
    match text.is_empty() {
        true => {
            Error::new(status, format_args!("a callback of {what} failed with status {answer}"))
        }
        false => Error::new(status, format_args!("{}", Readable(text))),
    }
}
