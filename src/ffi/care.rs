//! Versions, counters and names: what a host needs to look after the library.

use std::ffi::c_char;

use crate::abi::*;
use crate::convert;
use crate::ffi::{guard, status};
use crate::model::error::Error;
use crate::model::tensor;

/// The version of the library, like `0.1.0`. Never changes its shape: safe to call first.
///
/// \return A static string.
///
/// Since: ABI 0.
#[unsafe(no_mangle)]
#[must_use]
pub extern "C" fn ta_version() -> *const c_char {
    concat!(env!("CARGO_PKG_VERSION"), "\0").as_ptr().cast()
}

/// The ABI number of the library: compare it with TA_ABI_VERSION when loading it at run time.
/// Never changes its shape: safe to call first.
///
/// \return TA_ABI_VERSION of the header that the library was built with.
///
/// Since: ABI 0.
#[unsafe(no_mangle)]
#[must_use]
pub extern "C" fn ta_abi_version() -> i32 {
    TA_ABI_VERSION
}

/// The name of a status, like `TA_ERR_DTYPE`.
///
/// \param status  Any value.
///
/// \return A static string; `TA_ERR_UNKNOWN` for a number without a name.
///
/// Since: ABI 0.
#[unsafe(no_mangle)]
#[must_use]
pub extern "C" fn ta_status_name(status: ta_status) -> *const c_char {
    status::name(status).as_ptr()
}

/// How many tensors are alive in this copy of the library: zero when nothing leaks.
///
/// \return The number of tensors that some handle or loan still holds.
///
/// Since: ABI 0.
#[unsafe(no_mangle)]
#[must_use]
pub extern "C" fn ta_live_tensors() -> usize {
    tensor::live()
}

/// Sets how many threads one large copy may use. Never changes results; no thread outlives a call.
///
/// \param count  At least 1, or 0 for as many as the process has cores.
///
/// \retval TA_OK                    Set, for this copy of the library.
/// \retval TA_ERR_INVALID_ARGUMENT  `count` is negative.
///
/// Since: ABI 0.
#[unsafe(no_mangle)]
#[must_use]
pub extern "C" fn ta_set_num_threads(count: i32) -> ta_status {
    let body = || match usize::try_from(count) {
        Ok(count) => {
            convert::set_num_threads(count);
            Ok(())
        }
        Err(_) => Err(Error::new(
            TA_ERR_INVALID_ARGUMENT,
            format_args!("count must not be negative, got {count}"),
        )),
    };
    // SAFETY: a NULL `err` is never written to.
    unsafe { guard(std::ptr::null_mut(), body) }
}
