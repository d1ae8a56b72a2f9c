//! The C skin: parse, call, map. No decisions.
//!
//! `include/tarray.h` and `include/tarray.zig` are generated from the comments of the exported
//! functions, which are written for C readers. Their `\param` lines are the safety contract:
//! each pointer is NULL or what the line says; that is why there are no `# Safety` sections.
//! A body is: check → parse → call → write, and outputs are written last.
#![allow(clippy::missing_safety_doc)]
#![deny(clippy::unwrap_used, clippy::expect_used, clippy::indexing_slicing)]

mod callback;
mod care;
mod device_api;
mod devices;
mod facts;
mod gradients;
mod handle;
mod hub;
mod nodes;
mod operations;
mod options;
mod record;
mod relatives;
mod sequence;
mod sized;
mod source;
mod status;
mod text;
mod views;

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::slice;

pub use care::*;
pub use devices::*;
pub use facts::*;
pub use gradients::*;
pub use handle::{ta_mark_released, ta_release, ta_retain};
pub use hub::*;
pub use nodes::*;
pub use operations::*;
pub use record::*;
pub use relatives::*;
pub use views::*;

use crate::abi::*;
use crate::model::error::{Error, Result};
use crate::model::fault;
use crate::model::layout;

const _: () = assert!(cfg!(panic = "unwind"), "guard() needs panics that unwind");

/// Runs the body of an exported function: its error becomes a status and, if the caller wants
/// one, a message; its panic becomes `TA_ERR_INTERNAL`.
///
/// # Safety
/// `err` is NULL or valid for writes of as many bytes as its `struct_size` says.
#[inline]
unsafe fn guard(err: *mut ta_error, body: impl FnOnce() -> Result<()>) -> ta_status {
    // A body owns what it makes and writes its outputs last, so nothing half-done is seen.
    let body = || {
        fault::point();
        body()
    };
    match catch_unwind(AssertUnwindSafe(body)) {
        Ok(Ok(())) => TA_OK,
        // SAFETY: passed on from this function's contract.
        Ok(Err(error)) => unsafe { status::report(&error, err) },
        // SAFETY: passed on from this function's contract.
        Err(_) => unsafe { status::report(&our_bug(), err) },
    }
}

/// [`guard`], but not compiled into its caller, which has something shorter to do first.
///
/// # Safety
/// As for [`guard`].
#[inline(never)]
unsafe fn distant_guard(err: *mut ta_error, body: impl FnOnce() -> Result<()>) -> ta_status {
    // SAFETY: passed on from this function's contract.
    unsafe { guard(err, body) }
}

#[cold]
#[inline(never)]
fn our_bug() -> Error {
    let message = format_args!("a bug in tarray stopped the call; please report it");
    Error::new(TA_ERR_INTERNAL, message)
}

#[cold]
#[inline(never)]
fn null(argument: &'static str) -> Error {
    Error::new(TA_ERR_NULL_ARGUMENT, format_args!("{argument} is NULL"))
}

/// The pointer, if it is not NULL.
fn non_null<P: Pointer>(pointer: P, argument: &'static str) -> Result<P> {
    match pointer.is_null() {
        false => Ok(pointer),
        true => Err(null(argument)),
    }
}

/// `*const T` and `*mut T`.
trait Pointer: Copy {
    fn is_null(self) -> bool;
}

impl<T> Pointer for *const T {
    fn is_null(self) -> bool {
        self.is_null()
    }
}

impl<T> Pointer for *mut T {
    fn is_null(self) -> bool {
        self.is_null()
    }
}

/// Extents or strides from C.
///
/// # Safety
/// `values` is NULL or points to `ndim` numbers that stay as they are for `'a`.
unsafe fn extents<'a>(values: *const i64, ndim: i32, argument: &'static str) -> Result<&'a [i64]> {
    match layout::rank(ndim)? {
        0 => Ok(&[]),
        // SAFETY: not NULL, so ndim numbers by the caller's contract.
        ndim => Ok(unsafe { slice::from_raw_parts(non_null(values, argument)?, ndim) }),
    }
}
