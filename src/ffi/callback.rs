//! Calls into the host, and what it says when they fail.

use crate::abi::*;
use crate::ffi::status;
use crate::model::error::{Error, Readable, Result};
use crate::model::fault;

/// Calls a callback of `what` and turns its answer into ours. Not inlined: its error must not take room
/// on the stack of a walk that goes on into the item.
#[inline(never)]
pub(super) fn ask(what: &str, call: &mut dyn FnMut(*mut ta_error) -> ta_status) -> Result<()> {
    let mut said = ta_error {
        struct_size: size_of::<ta_error>(),
        status: TA_OK,
        reserved: 0,
        message: [0; TA_MESSAGE_SIZE],
    };
    fault::point();
    match call(&raw mut said) {
        TA_OK => Ok(()),
        answer => Err(failure(what, answer, &said)),
    }
}

/// What a callback that failed said of it.
#[cold]
#[inline(never)]
fn failure(what: &str, answer: ta_status, said: &ta_error) -> Error {
    let status = if status::is_failure(answer) { answer } else { TA_ERR_CALLBACK };
    // Up to the first NUL, or all of it: a host may have forgotten it.
    let bytes = said.message.map(|byte| byte.to_ne_bytes()[0]);
    let text = bytes.split(|&byte| byte == 0).next().unwrap_or(&[]);
    let is_silent = text.utf8_chunks().all(|chunk| chunk.valid().is_empty());
    match is_silent {
        true => {
            Error::new(status, format_args!("a callback of {what} failed with status {answer}"))
        }
        false => Error::new(status, format_args!("{}", Readable(text))),
    }
}
