//! Operations that the library computes by itself, on the CPU.

use std::slice;

use crate::abi::*;
use crate::ffi::handle::{give, handle, of_one};
use crate::ffi::{guard, non_null};
use crate::history;
use crate::model::error::{Error, Result};
use crate::model::tensor::Tensor;

/// Adds two tensors (like `torch.add`).
///
/// Shapes broadcast. The dtype is the one that holds both, where a tensor without axes gives way to one
/// with axes unless its numbers are of a higher kind (`torch.result_type`); integers wrap, truth values
/// are or-ed, floats narrower than 32 bits are computed in float32. The result is C-contiguous memory
/// of its own; if operations are recorded on this thread and an operand requires grad, it has a
/// history.
///
/// \param a    Live handle, not NULL. Borrowed.
/// \param b    Live handle, not NULL. Borrowed.
/// \param out  Receives the result, not NULL. Written only on TA_OK; ta_release it.
/// \param err  Where to put a message, or NULL to go without.
///
/// \retval TA_OK                    `*out` is a live handle.
/// \retval TA_ERR_NULL_ARGUMENT     `a`, `b` or `out` is NULL.
/// \retval TA_ERR_INVALID_ARGUMENT  The shapes do not broadcast.
/// \retval TA_ERR_LAYOUT            The result would be too large.
/// \retval TA_ERR_DTYPE             There is no common dtype, or no arithmetic on it.
/// \retval TA_ERR_DEVICE            An operand is on a device: operations are computed on the CPU only.
/// \retval TA_ERR_OUT_OF_MEMORY     Memory for the result could not be had.
///
/// Thread safety: the caller keeps writers from the operands' elements during the call.
/// Since: ABI 0.
#[unsafe(no_mangle)]
#[must_use]
pub unsafe extern "C" fn ta_add(
    a: *const ta_tensor,
    b: *const ta_tensor,
    out: *mut *mut ta_tensor,
    err: *mut ta_error,
) -> ta_status {
    // SAFETY: passed on from this function's contract.
    let body = || unsafe { of_two(a, b, out, history::add) };
    // SAFETY: `err` is NULL or writable by this function's own contract.
    unsafe { guard(err, body) }
}

/// Subtracts `b` from `a` (like `torch.sub`). As ta_add; truth values have no difference.
///
/// \param a    Live handle, not NULL. Borrowed.
/// \param b    Live handle, not NULL. Borrowed.
/// \param out  Receives the result, not NULL. Written only on TA_OK; ta_release it.
/// \param err  Where to put a message, or NULL to go without.
///
/// \retval TA_OK                 `*out` is a live handle.
/// \retval TA_ERR_NULL_ARGUMENT  `a`, `b` or `out` is NULL.
/// \retval TA_ERR_DTYPE          There is no common dtype, or no arithmetic on it, or an operand is bool.
/// \retval TA_ERR_…              Else as ta_add.
///
/// Thread safety: the caller keeps writers from the operands' elements during the call.
/// Since: ABI 0.
#[unsafe(no_mangle)]
#[must_use]
pub unsafe extern "C" fn ta_sub(
    a: *const ta_tensor,
    b: *const ta_tensor,
    out: *mut *mut ta_tensor,
    err: *mut ta_error,
) -> ta_status {
    // SAFETY: passed on from this function's contract.
    let body = || unsafe { of_two(a, b, out, history::subtract) };
    // SAFETY: `err` is NULL or writable by this function's own contract.
    unsafe { guard(err, body) }
}

/// Multiplies two tensors (like `torch.mul`). As ta_add; truth values are and-ed.
///
/// A recorded product shares the factors that its gradient needs. If their memory is written through
/// this library before the backward pass, that fails; writes through other handles to the memory, or
/// by other libraries, are not seen.
///
/// \param a    Live handle, not NULL. Borrowed.
/// \param b    Live handle, not NULL. Borrowed.
/// \param out  Receives the result, not NULL. Written only on TA_OK; ta_release it.
/// \param err  Where to put a message, or NULL to go without.
///
/// \retval TA_OK                 `*out` is a live handle.
/// \retval TA_ERR_NULL_ARGUMENT  `a`, `b` or `out` is NULL.
/// \retval TA_ERR_…              Else as ta_add.
///
/// Thread safety: the caller keeps writers from the operands' elements during the call.
/// Since: ABI 0.
#[unsafe(no_mangle)]
#[must_use]
pub unsafe extern "C" fn ta_mul(
    a: *const ta_tensor,
    b: *const ta_tensor,
    out: *mut *mut ta_tensor,
    err: *mut ta_error,
) -> ta_status {
    // SAFETY: passed on from this function's contract.
    let body = || unsafe { of_two(a, b, out, history::multiply) };
    // SAFETY: `err` is NULL or writable by this function's own contract.
    unsafe { guard(err, body) }
}

/// Turns the sign of a tensor (like `torch.neg`). As ta_add; truth values have no sign.
///
/// \param tensor  Live handle, not NULL. Borrowed.
/// \param out     Receives the result, not NULL. Written only on TA_OK; ta_release it.
/// \param err     Where to put a message, or NULL to go without.
///
/// \retval TA_OK                 `*out` is a live handle.
/// \retval TA_ERR_NULL_ARGUMENT  `tensor` or `out` is NULL.
/// \retval TA_ERR_DTYPE          There is no arithmetic on the elements, or they are bool.
/// \retval TA_ERR_…              Else as ta_add.
///
/// Thread safety: the caller keeps writers from the tensor's elements during the call.
/// Since: ABI 0.
#[unsafe(no_mangle)]
#[must_use]
pub unsafe extern "C" fn ta_neg(
    tensor: *const ta_tensor,
    out: *mut *mut ta_tensor,
    err: *mut ta_error,
) -> ta_status {
    // SAFETY: passed on from this function's contract.
    let body = || unsafe { of_one(tensor, out, history::negate) };
    // SAFETY: `err` is NULL or writable by this function's own contract.
    unsafe { guard(err, body) }
}

/// Adds up elements along axes (like `torch.sum`): pairwise, floats narrower than 32 bits in float32,
/// integers and truth values to int64. As ta_add else.
///
/// \param tensor    Live handle, not NULL. Borrowed.
/// \param axes      Axes to add up along; negative ones count from the back. NULL only if there are none.
/// \param num_axes  How many; 0 for all axes of the tensor.
/// \param keep      0: the result has no such axes. Else they stay, with extent 1.
/// \param out       Receives the result, not NULL. Written only on TA_OK; ta_release it.
/// \param err       Where to put a message, or NULL to go without.
///
/// \retval TA_OK                    `*out` is a live handle.
/// \retval TA_ERR_NULL_ARGUMENT     `tensor` or `out` is NULL, or `axes` with a number of them.
/// \retval TA_ERR_INVALID_ARGUMENT  More axes than TA_MAX_NDIM, or one is listed twice.
/// \retval TA_ERR_OUT_OF_BOUNDS     The tensor has no such axis.
/// \retval TA_ERR_DTYPE             There is no arithmetic on the elements.
/// \retval TA_ERR_…                 Else as ta_add.
///
/// Thread safety: the caller keeps writers from the tensor's elements during the call.
/// Since: ABI 0.
#[unsafe(no_mangle)]
#[must_use]
pub unsafe extern "C" fn ta_sum(
    tensor: *const ta_tensor,
    axes: *const i64,
    num_axes: usize,
    keep: i32,
    out: *mut *mut ta_tensor,
    err: *mut ta_error,
) -> ta_status {
    let body = || {
        let axes: &[i64] = match num_axes {
            0 => &[],
            1..=MOST_AXES => {
                let axes = non_null(axes, "axes")?;
                // SAFETY: not NULL, so as many axes by the caller's contract.
                unsafe { slice::from_raw_parts(axes, num_axes) }
            }
            _ => {
                let message = format_args!("num_axes must be at most {MOST_AXES}, got {num_axes}");
                return Err(Error::new(TA_ERR_INVALID_ARGUMENT, message));
            }
        };
        // SAFETY: passed on from this function's contract.
        unsafe { of_one(tensor, out, |tensor| history::sum(tensor, axes, keep != 0)) }
    };
    // SAFETY: `err` is NULL or writable by this function's own contract.
    unsafe { guard(err, body) }
}

const MOST_AXES: usize = TA_MAX_NDIM as usize;

/// Gives the caller what `operation` makes of two tensors.
///
/// # Safety
/// `a` and `b` are NULL or live handles; `out` is NULL or valid for one write.
unsafe fn of_two(
    a: *const ta_tensor,
    b: *const ta_tensor,
    out: *mut *mut ta_tensor,
    operation: fn(&Tensor, &Tensor) -> Result<Tensor>,
) -> Result<()> {
    // SAFETY: NULL or a live handle, by the caller's contract.
    let a = unsafe { handle(a, "a") }?;
    // SAFETY: NULL or a live handle, by the caller's contract.
    let b = unsafe { handle(b, "b") }?;
    let out = non_null(out, "out")?;
    let result = operation(&a, &b)?;
    // SAFETY: not NULL, and the caller vouches for one write.
    unsafe { give(result, out) };
    Ok(())
}
