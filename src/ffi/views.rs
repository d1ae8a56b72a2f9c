//! Views of a tensor, and writes into one.

use std::ffi::{CStr, c_char};

use crate::abi::*;
use crate::ffi::handle::{give, handle};
use crate::ffi::{extents, guard, non_null, source};
use crate::hub;
use crate::model::error::Result;

/// Makes a tensor over part of another one's memory: any shape, strides and offset that stay
/// inside it (like `torch.as_strided`, but checked).
///
/// The view may reach exactly the elements between the lowest and the highest that `tensor`
/// itself reaches. It shares the memory, and is read-only if `tensor` is. Of a tensor that requires
/// grad, while operations are recorded on this thread, it has a history: `AsStridedBackward0`.
///
/// \param tensor   Live handle, not NULL. Borrowed; the view keeps the memory alive by itself.
/// \param ndim     Number of axes of the view, 0 to TA_MAX_NDIM.
/// \param shape    Extents, `ndim` of them, in elements. NULL only if `ndim` is 0.
/// \param strides  Distance between neighbours on each axis, in elements, of either sign. NULL:
///                 C-contiguous.
/// \param offset   Elements from `tensor`'s element (0, …, 0) to the view's; of either sign.
/// \param out      Receives the view, not NULL. Written only on TA_OK; ta_release it.
/// \param err      Where to put a message, or NULL to go without.
///
/// \retval TA_OK                    `*out` is a live handle.
/// \retval TA_ERR_NULL_ARGUMENT     `tensor`, `out`, or `shape` is NULL.
/// \retval TA_ERR_LAYOUT            Shape or strides that no memory can have.
/// \retval TA_ERR_OUT_OF_BOUNDS     The view reaches outside the tensor.
/// \retval TA_ERR_DTYPE             Packed sub-byte elements, and the offset is inside a byte.
/// \retval TA_ERR_OUT_OF_MEMORY     Memory for the handle could not be had.
///
/// Since: ABI 0.
#[unsafe(no_mangle)]
#[must_use]
pub unsafe extern "C" fn ta_view(
    tensor: *const ta_tensor,
    ndim: i32,
    shape: *const i64,
    strides: *const i64,
    offset: i64,
    out: *mut *mut ta_tensor,
    err: *mut ta_error,
) -> ta_status {
    // SAFETY: passed on from this function's contract.
    let body = || unsafe { view(tensor, ndim, shape, strides, offset, None, out) };
    // SAFETY: `err` is NULL or writable by this function's own contract.
    unsafe { guard(err, body) }
}

/// ta_view, with a name for what was done: a binding that offers views of its own (`Tensor.t`, an index)
/// calls their nodes as PyTorch does, `TransposeBackward0` or `SelectBackward0`.
///
/// \param tensor   Live handle, not NULL. Borrowed; the view keeps the memory alive by itself.
/// \param name     What the view's node is called, if it has one. Copied; not NULL.
/// \param ndim     As in ta_view.
/// \param shape    As in ta_view.
/// \param strides  As in ta_view.
/// \param offset   As in ta_view.
/// \param out      Receives the view, not NULL. Written only on TA_OK; ta_release it.
/// \param err      Where to put a message, or NULL to go without.
///
/// \retval TA_OK                 `*out` is a live handle.
/// \retval TA_ERR_NULL_ARGUMENT  `tensor`, `name`, `out`, or `shape` is NULL.
/// \retval TA_ERR_…              Else as ta_view.
///
/// Since: ABI 0.
#[unsafe(no_mangle)]
#[must_use]
pub unsafe extern "C" fn ta_view_named(
    tensor: *const ta_tensor,
    name: *const c_char,
    ndim: i32,
    shape: *const i64,
    strides: *const i64,
    offset: i64,
    out: *mut *mut ta_tensor,
    err: *mut ta_error,
) -> ta_status {
    let body = || {
        // SAFETY: not NULL, so a NUL-terminated string by the caller's contract.
        let name = unsafe { CStr::from_ptr(non_null(name, "name")?) };
        // SAFETY: passed on from this function's contract.
        unsafe { view(tensor, ndim, shape, strides, offset, Some(name), out) }
    };
    // SAFETY: `err` is NULL or writable by this function's own contract.
    unsafe { guard(err, body) }
}

/// Gives the caller a view.
///
/// # Safety
/// As `ta_view` says of its parameters.
unsafe fn view(
    tensor: *const ta_tensor,
    ndim: i32,
    shape: *const i64,
    strides: *const i64,
    offset: i64,
    name: Option<&CStr>,
    out: *mut *mut ta_tensor,
) -> Result<()> {
    // SAFETY: NULL or a live handle, by the caller's contract.
    let tensor = unsafe { handle(tensor, "tensor") }?;
    let out = non_null(out, "out")?;
    // SAFETY: NULL or `ndim` extents, by the caller's contract.
    let shape = unsafe { extents(shape, ndim, "shape") }?;
    let strides = match strides.is_null() {
        true => None,
        // SAFETY: not NULL, so `ndim` strides by the caller's contract.
        false => Some(unsafe { extents(strides, ndim, "strides") }?),
    };
    let view = hub::view(&tensor, shape, strides, offset, name)?;
    // SAFETY: not NULL, and the caller vouches for one write.
    unsafe { give(view, out) };
    Ok(())
}

/// Copies the elements of one tensor into another, converting and broadcasting (like
/// `Tensor.copy_`). Memory that the two share is read before it is written.
///
/// \param target  Live handle, not NULL. Its elements are overwritten.
/// \param source  Live handle, not NULL. Its shape broadcasts to the target's.
/// \param err     Where to put a message, or NULL to go without.
///
/// \retval TA_OK                    Copied.
/// \retval TA_ERR_NULL_ARGUMENT     `target` or `source` is NULL.
/// \retval TA_ERR_INVALID_ARGUMENT  The shapes do not broadcast.
/// \retval TA_ERR_NOT_WRITABLE      The target is read-only, or several of its elements share one
///                                  place in memory.
/// \retval TA_ERR_GRAD              The target requires grad. A leaf may be written while no
///                                  operations are recorded on this thread (ta_set_grad_enabled).
/// \retval TA_ERR_DTYPE             There is no conversion between the two dtypes.
/// \retval TA_ERR_DEVICE            No backend here can read or write the memory, or the device
///                                  failed: then some elements may have been written.
/// \retval TA_ERR_OUT_OF_MEMORY     The two overlap, and memory to copy through could not be had.
///
/// Thread safety: the caller keeps others from the target's elements during the call.
/// Since: ABI 0.
#[unsafe(no_mangle)]
#[must_use]
pub unsafe extern "C" fn ta_copy_into(
    target: *mut ta_tensor,
    source: *const ta_tensor,
    err: *mut ta_error,
) -> ta_status {
    let body = || {
        // SAFETY: NULL or a live handle, by the caller's contract.
        let target = unsafe { handle(target, "target") }?;
        // SAFETY: NULL or a live handle, by the caller's contract.
        let source = unsafe { handle(source, "source") }?;
        hub::copy_into(&target, &source)
    };
    // SAFETY: `err` is NULL or writable by this function's own contract.
    unsafe { guard(err, body) }
}

/// Writes one value to every element (like `Tensor.fill_`).
///
/// \param target  Live handle, not NULL. Its elements are overwritten.
/// \param value   The value, not NULL.
/// \param err     Where to put a message, or NULL to go without.
///
/// \retval TA_OK                    Written.
/// \retval TA_ERR_NULL_ARGUMENT     `target` or `value` is NULL.
/// \retval TA_ERR_INVALID_ARGUMENT  `value->kind` is none of TA_SCALAR_….
/// \retval TA_ERR_OVERFLOW          The value does not fit the dtype.
/// \retval TA_ERR_NOT_WRITABLE      The target is read-only, or several of its elements share one
///                                  place in memory.
/// \retval TA_ERR_GRAD              The target requires grad. A leaf may be written while no
///                                  operations are recorded on this thread (ta_set_grad_enabled).
/// \retval TA_ERR_DTYPE             The dtype cannot hold such a value.
/// \retval TA_ERR_DEVICE            No backend here can write the memory, or the device failed: then
///                                  some elements may have been written.
///
/// Thread safety: the caller keeps others from the target's elements during the call.
/// Since: ABI 0.
#[unsafe(no_mangle)]
#[must_use]
pub unsafe extern "C" fn ta_fill(
    target: *mut ta_tensor,
    value: *const ta_scalar,
    err: *mut ta_error,
) -> ta_status {
    let body = || {
        // SAFETY: NULL or a live handle, by the caller's contract.
        let target = unsafe { handle(target, "target") }?;
        let value = non_null(value, "value")?;
        // SAFETY: not NULL, and the caller vouches that it is initialised.
        let value = source::scalar(&unsafe { value.read() })?;
        hub::fill(&target, value)
    };
    // SAFETY: `err` is NULL or writable by this function's own contract.
    unsafe { guard(err, body) }
}
