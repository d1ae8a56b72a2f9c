//! Calls into the host, and what it says when they fail.

use std::cell::RefCell;

use crate::abi::*;
use crate::ffi::status;
use crate::model::error::{Error, Readable, Result};
use crate::model::fault;

/// Where a host says why a callback failed. Who calls often keeps one: clearing it costs as much as
/// many a callback.
pub(super) struct Said(RefCell<ta_error>);

impl Said {
    /// Nothing yet.
    pub(super) fn nothing() -> Said {
        Said(RefCell::new(ta_error {
            struct_size: size_of::<ta_error>(),
            status: TA_OK,
            reserved: 0,
            message: [0; TA_MESSAGE_SIZE],
        }))
    }

    /// Calls a callback of `what` and turns its answer into ours.
    pub(super) fn ask(
        &self,
        what: &str,
        call: &mut dyn FnMut(*mut ta_error) -> ta_status,
    ) -> Result<()> {
        let mut said = self.0.borrow_mut();
        // What a host has scribbled here before is none of this answer.
        said.message[0] = 0;
        fault::point();
        match call(&raw mut *said) {
            TA_OK => Ok(()),
            answer => Err(failure(what, answer, &said)),
        }
    }
}

/// Calls a callback that is called once.
pub(super) fn ask(what: &str, call: &mut dyn FnMut(*mut ta_error) -> ta_status) -> Result<()> {
    Said::nothing().ask(what, call)
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
