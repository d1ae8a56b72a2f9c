//! Handles: how a [`Tensor`] becomes a `ta_tensor *` and back.

use std::ffi::c_void;
use std::mem::ManuallyDrop;
use std::sync::atomic::{AtomicI32, Ordering};

use crate::abi::*;
use crate::ffi::non_null;
use crate::model::error::Result;
use crate::model::tensor::Tensor;

/// The tensor behind a handle that stays the caller's.
///
/// # Safety
/// `tensor` is NULL or a live handle, and stays one while the result is used.
pub(super) unsafe fn handle(
    tensor: *const ta_tensor,
    argument: &'static str,
) -> Result<ManuallyDrop<Tensor>> {
    let tensor = non_null(tensor, argument)?;
    // SAFETY: a live handle; ManuallyDrop leaves the caller's share alone.
    Ok(ManuallyDrop::new(unsafe { Tensor::from_raw(tensor) }))
}

/// Gives a share to the caller: the last thing that a call does.
///
/// # Safety
/// `out` is valid for one write.
pub(super) unsafe fn give(tensor: Tensor, out: *mut *mut ta_tensor) {
    // SAFETY: the caller vouches for one write.
    unsafe { out.write(tensor.into_raw()) };
}

/// The tensor behind a handle that may be left out.
///
/// # Safety
/// As [`handle`].
pub(super) unsafe fn given(tensor: *const ta_tensor) -> Option<ManuallyDrop<Tensor>> {
    // SAFETY: not NULL, so a live handle; ManuallyDrop leaves the caller's share alone.
    (!tensor.is_null()).then(|| ManuallyDrop::new(unsafe { Tensor::from_raw(tensor) }))
}

/// Gives the caller what `operation` makes of a tensor.
///
/// # Safety
/// `tensor` is NULL or a live handle, and `out` is NULL or valid for one write.
pub(super) unsafe fn of_one(
    tensor: *const ta_tensor,
    out: *mut *mut ta_tensor,
    operation: impl FnOnce(&Tensor) -> Result<Tensor>,
) -> Result<()> {
    // SAFETY: NULL or a live handle, by the caller's contract.
    let tensor = unsafe { handle(tensor, "tensor") }?;
    let out = non_null(out, "out")?;
    let result = operation(&tensor)?;
    // SAFETY: not NULL, and the caller vouches for one write.
    unsafe { give(result, out) };
    Ok(())
}

/// Takes another share in a tensor.
///
/// \param tensor  Live handle, or NULL.
///
/// \return `tensor`, to be released once more; NULL for NULL.
///
/// Since: ABI 0.
#[unsafe(no_mangle)]
#[must_use]
pub unsafe extern "C" fn ta_retain(tensor: *const ta_tensor) -> *mut ta_tensor {
    if !tensor.is_null() {
        // SAFETY: a live handle; ManuallyDrop leaves the caller's share alone.
        let shared = ManuallyDrop::new(unsafe { Tensor::from_raw(tensor) });
        std::mem::forget(Tensor::clone(&shared));
    }
    tensor.cast_mut()
}

/// Gives up a share in a tensor; the last one lets its memory go.
///
/// Memory that came from elsewhere is let go by running its `release` callback or its DLPack
/// deleter, once, on this thread. Loans made by ta_to_dlpack are shares of their own.
///
/// \param tensor  A share that the caller owns, not used afterwards; or NULL, which does nothing.
///
/// Since: ABI 0.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn ta_release(tensor: *mut ta_tensor) {
    if !tensor.is_null() {
        // SAFETY: a live handle whose share the caller gives up.
        unsafe { Tensor::give_up(tensor) };
    }
}

/// A `release` callback that is ready made: it sets a number of the host's from 0 to 1.
///
/// For hosts whose own code cannot run on any thread, or not inside any call: `owner` of the
/// `ta_memory` or `ta_buffer` is the address of an int32_t that is 0. The host keeps that number
/// and the memory until it finds a 1 there, whenever it looks; this write is the last that the
/// library does with either.
///
/// \param owner  Address of an int32_t, or NULL, which does nothing.
///
/// Since: ABI 0.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn ta_mark_released(owner: *mut c_void) {
    if !owner.is_null() {
        // SAFETY: an int32_t of the host's, which only reads it until it is 1.
        let flag = unsafe { AtomicI32::from_ptr(owner.cast()) };
        flag.store(1, Ordering::Release);
    }
}
