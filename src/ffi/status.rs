//! Statuses and errors on their way out.

use std::ffi::{CStr, c_char};
use std::mem::offset_of;

use crate::abi::*;
use crate::ffi::text;
use crate::model::error::Error;

macro_rules! statuses {
    ($($status:ident),* $(,)?) => {
        /// The name of a status; `TA_ERR_UNKNOWN` for one that this library does not know.
        #[doc(alias = "ta_status_name")]
        pub(super) fn name(status: ta_status) -> &'static CStr {
            match status {
                $($status => {
                    const NAME: &CStr = match CStr::from_bytes_with_nul(
                        concat!(stringify!($status), "\0").as_bytes(),
                    ) {
                        Ok(name) => name,
                        Err(_) => c"",
                    };
                    NAME
                })*
                _ => c"TA_ERR_UNKNOWN",
            }
        }

        /// Whether a callback's answer is one of our failures, to be passed on as it is.
        pub(super) fn is_failure(status: ta_status) -> bool {
            status != TA_OK && [$($status),*].contains(&status)
        }
    };
}

// Numbers are never reused; a retired one would stay here as a comment.
statuses!(
    TA_OK,
    TA_ERR_NULL_ARGUMENT,
    TA_ERR_INVALID_ARGUMENT,
    TA_ERR_LAYOUT,
    TA_ERR_DTYPE,
    TA_ERR_OUT_OF_BOUNDS,
    TA_ERR_OVERFLOW,
    TA_ERR_RAGGED,
    TA_ERR_KIND,
    TA_ERR_NOT_WRITABLE,
    TA_ERR_CALLBACK,
    TA_ERR_GRAD,
    TA_ERR_CANNOT_ALIAS,
    TA_ERR_UNSUPPORTED,
    TA_ERR_DEVICE,
    TA_ERR_EXPORT,
    TA_ERR_OUT_OF_MEMORY,
    TA_ERR_INTERNAL,
);

/// Writes an error where the caller wants it, and returns its status.
///
/// # Safety
/// `err` is NULL or valid for writes of as many bytes as its `struct_size` says.
#[cold]
#[inline(never)]
pub(super) unsafe fn report(error: &Error, err: *mut ta_error) -> ta_status {
    if err.is_null() {
        return error.status;
    }
    // SAFETY: not NULL, so its first field, the size, can be read.
    let size = unsafe { err.cast::<usize>().read() };
    if size < size_of::<ta_error>() {
        return error.status;
    }
    // SAFETY: a whole ta_error, by its size.
    unsafe { (*err).status = error.status };
    // SAFETY: as above; the message is inside it.
    let message: *mut c_char = unsafe { err.byte_add(offset_of!(ta_error, message)) }.cast();
    // SAFETY: TA_MESSAGE_SIZE bytes of a whole ta_error.
    unsafe { text::write(error.message(), message, TA_MESSAGE_SIZE) };
    error.status
}
