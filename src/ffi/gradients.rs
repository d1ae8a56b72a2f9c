//! Gradients: who requires one, what has arrived, and the backward pass.

use crate::abi::*;
use crate::ffi::facts::fact;
use crate::ffi::guard;
use crate::ffi::handle::{given, handle, of_one};
use crate::history;
use crate::model::tensor::Tensor;

/// Whether a tensor requires a gradient.
///
/// \param tensor  Live handle, or NULL.
///
/// \return 1 or 0; 0 for NULL.
///
/// Since: ABI 0.
#[unsafe(no_mangle)]
#[must_use]
pub unsafe extern "C" fn ta_requires_grad(tensor: *const ta_tensor) -> i32 {
    // SAFETY: NULL or a live handle, by the caller's contract.
    unsafe { fact(tensor, 0, |tensor| i32::from(tensor.requires_grad())) }
}

/// Changes whether a leaf requires a gradient (like `Tensor.requires_grad_`). What was recorded before
/// stays as it was; a gradient on its way to a leaf that requires none any more is dropped. Handles
/// that share a history (see ta_asarray) share the flag.
///
/// \param tensor         Live handle, not NULL.
/// \param requires_grad  0 or not.
/// \param err            Where to put a message, or NULL to go without.
///
/// \retval TA_OK                 Set; for a tensor with a history, it was 1 and stays so.
/// \retval TA_ERR_NULL_ARGUMENT  `tensor` is NULL.
/// \retval TA_ERR_GRAD           Elements that cannot have a gradient, or 0 for a tensor with a
///                               history: ta_detach it instead.
///
/// Since: ABI 0.
#[unsafe(no_mangle)]
#[must_use]
pub unsafe extern "C" fn ta_set_requires_grad(
    tensor: *mut ta_tensor,
    requires_grad: i32,
    err: *mut ta_error,
) -> ta_status {
    let body = || {
        // SAFETY: NULL or a live handle, by the caller's contract.
        let tensor = unsafe { handle(tensor, "tensor") }?;
        history::set_requires_grad(&tensor, requires_grad != 0)
    };
    // SAFETY: `err` is NULL or writable by this function's own contract.
    unsafe { guard(err, body) }
}

/// Whether no recorded operation made a tensor.
///
/// \param tensor  Live handle, or NULL.
///
/// \return 1 or 0; 1 for NULL.
///
/// Since: ABI 0.
#[unsafe(no_mangle)]
#[must_use]
pub unsafe extern "C" fn ta_is_leaf(tensor: *const ta_tensor) -> i32 {
    // SAFETY: NULL or a live handle, by the caller's contract.
    unsafe { fact(tensor, 1, |tensor| i32::from(tensor.is_leaf())) }
}

/// Makes another handle over the same memory, without a history: a leaf that requires no gradient
/// (like `Tensor.detach`).
///
/// \param tensor  Live handle, not NULL. Borrowed.
/// \param out     Receives the handle, not NULL. Written only on TA_OK; ta_release it.
/// \param err     Where to put a message, or NULL to go without.
///
/// \retval TA_OK                 `*out` is a live handle.
/// \retval TA_ERR_NULL_ARGUMENT  `tensor` or `out` is NULL.
/// \retval TA_ERR_OUT_OF_MEMORY  Memory for the handle could not be had.
///
/// Since: ABI 0.
#[unsafe(no_mangle)]
#[must_use]
pub unsafe extern "C" fn ta_detach(
    tensor: *const ta_tensor,
    out: *mut *mut ta_tensor,
    err: *mut ta_error,
) -> ta_status {
    // SAFETY: passed on from this function's contract.
    let body = || unsafe { of_one(tensor, out, history::detach) };
    // SAFETY: `err` is NULL or writable by this function's own contract.
    unsafe { guard(err, body) }
}

/// The gradient that has arrived at a leaf.
///
/// A later backward pass does not change it: the sum is a tensor of its own, and this function then
/// returns that (PyTorch adds in place).
///
/// \param tensor  Live handle, or NULL.
///
/// \return A share in it, to be released; NULL if there is none, and for NULL.
///
/// Since: ABI 0.
#[unsafe(no_mangle)]
#[must_use]
pub unsafe extern "C" fn ta_grad(tensor: *const ta_tensor) -> *mut ta_tensor {
    let grad = |tensor: &Tensor| history::grad(tensor);
    // SAFETY: NULL or a live handle, by the caller's contract.
    unsafe { fact(tensor, None, grad) }.map_or(std::ptr::null_mut(), Tensor::into_raw)
}

/// Replaces the gradient of a leaf; what was there is released.
///
/// A gradient lives as long as its leaf has it. Leaves that are each other's gradients, in a ring of any
/// length, keep one another alive until one of them is given another, or none.
///
/// \param tensor  Live handle, not NULL.
/// \param grad    What it is to be: of the tensor's shape, dtype and device, without a history.
///                Shared, not copied. NULL clears it.
/// \param err     Where to put a message, or NULL to go without.
///
/// \retval TA_OK                 Set.
/// \retval TA_ERR_NULL_ARGUMENT  `tensor` is NULL.
/// \retval TA_ERR_GRAD           The tensor is no leaf or its elements cannot have a gradient, or
///                               `grad` cannot be it; the message says why.
///
/// Since: ABI 0.
#[unsafe(no_mangle)]
#[must_use]
pub unsafe extern "C" fn ta_set_grad(
    tensor: *mut ta_tensor,
    grad: *const ta_tensor,
    err: *mut ta_error,
) -> ta_status {
    let body = || {
        // SAFETY: NULL or a live handle, by the caller's contract.
        let tensor = unsafe { handle(tensor, "tensor") }?;
        // SAFETY: NULL or a live handle, by the caller's contract.
        let grad = unsafe { given(grad) };
        history::set_grad(&tensor, grad.as_deref())
    };
    // SAFETY: `err` is NULL or writable by this function's own contract.
    unsafe { guard(err, body) }
}

/// Computes the gradients of a tensor with respect to all leaves that it was computed from, and adds
/// them to theirs (see ta_grad).
///
/// Operations are differentiated newest first, on this thread; those of the host by their callbacks. All
/// leaves get their gradients at the end, or none does: a call that fails has changed nothing, and
/// released nothing. Any number of threads may do this at once, also towards the same leaves: no
/// gradient is lost.
///
/// \param tensor        Live handle, not NULL.
/// \param gradient      The gradient of the final result with respect to `tensor`, in its shape. NULL: 1,
///                      for a tensor of one real element.
/// \param retain_graph  0: what the operations saved is released, so that there is no second time. Else it
///                      is kept.
/// \param err           Where to put a message, or NULL to go without.
///
/// \retval TA_OK                 The leaves have their gradients.
/// \retval TA_ERR_NULL_ARGUMENT  `tensor` is NULL.
/// \retval TA_ERR_GRAD           `tensor` does not require grad; `gradient` is missing or cannot be its
///                               gradient; the graph has been released; memory that an operation
///                               needs has been written in place; or a callback wrote what cannot
///                               be the gradient of its input.
/// \retval TA_ERR_DTYPE          There is no arithmetic on, or conversion between, elements on the way.
/// \retval TA_ERR_DEVICE         A gradient is due on a device that is not there, or the device failed.
/// \retval TA_ERR_CALLBACK       A callback failed; a status of its own is passed on instead.
/// \retval TA_ERR_OUT_OF_MEMORY  Memory for a gradient could not be had.
///
/// Since: ABI 0.
#[unsafe(no_mangle)]
#[must_use]
pub unsafe extern "C" fn ta_backward(
    tensor: *const ta_tensor,
    gradient: *const ta_tensor,
    retain_graph: i32,
    err: *mut ta_error,
) -> ta_status {
    let body = || {
        // SAFETY: NULL or a live handle, by the caller's contract.
        let tensor = unsafe { handle(tensor, "tensor") }?;
        // SAFETY: NULL or a live handle, by the caller's contract.
        let gradient = unsafe { given(gradient) };
        history::backward(&tensor, gradient.as_deref(), retain_graph != 0)
    };
    // SAFETY: `err` is NULL or writable by this function's own contract.
    unsafe { guard(err, body) }
}

/// Sets whether operations of this thread are recorded (0 is `torch.no_grad`). At first they are. While
/// they are not, results of operations, copies and views require no grad unless asked to by
/// TA_GRAD_YES, and leaves may be written in place.
///
/// \param enabled  0 or not.
///
/// \return What it was, 1 or 0: set it back.
///
/// Thread safety: a setting of the calling thread, which no other thread sees.
/// Since: ABI 0.
#[unsafe(no_mangle)]
pub extern "C" fn ta_set_grad_enabled(enabled: i32) -> i32 {
    i32::from(history::set_enabled(enabled != 0))
}

/// Whether operations of this thread are recorded.
///
/// \return 1 or 0.
///
/// Since: ABI 0.
#[unsafe(no_mangle)]
#[must_use]
pub extern "C" fn ta_grad_enabled() -> i32 {
    i32::from(history::is_enabled())
}
