//! The functions of libtarray, and how they are called.

use std::ffi::{c_char, c_void};
use std::mem::MaybeUninit;

use crate::abi::*;
use crate::error::{Failure, Result};

// An opaque struct has no layout that could be wrong.
#[allow(improper_ctypes)]
unsafe extern "C" {
    pub(crate) fn ta_asarray(
        source: *const ta_source,
        options: *const ta_options,
        out: *mut *mut ta_tensor,
        err: *mut ta_error,
    ) -> ta_status;
    pub(crate) fn ta_retain(tensor: *const ta_tensor) -> *mut ta_tensor;
    pub(crate) fn ta_from_dlpack(
        managed: *mut DLManagedTensorVersioned,
        options: *const ta_options,
        out: *mut *mut ta_tensor,
        err: *mut ta_error,
    ) -> ta_status;
    pub(crate) fn ta_release(tensor: *mut ta_tensor);
    pub(crate) fn ta_describe(
        tensor: *const ta_tensor,
        out: *mut ta_info,
        err: *mut ta_error,
    ) -> ta_status;
    pub(crate) fn ta_data(tensor: *const ta_tensor) -> *const c_void;
    pub(crate) fn ta_dtype_of(tensor: *const ta_tensor) -> ta_dtype;
    pub(crate) fn ta_device_of(tensor: *const ta_tensor) -> ta_device;
    pub(crate) fn ta_ndim(tensor: *const ta_tensor) -> i32;
    pub(crate) fn ta_shape(tensor: *const ta_tensor) -> *const i64;
    pub(crate) fn ta_strides(tensor: *const ta_tensor) -> *const i64;
    pub(crate) fn ta_numel(tensor: *const ta_tensor) -> i64;
    pub(crate) fn ta_is_read_only(tensor: *const ta_tensor) -> i32;
    pub(crate) fn ta_is_contiguous(tensor: *const ta_tensor) -> i32;
    pub(crate) fn ta_item(
        tensor: *const ta_tensor,
        index: *const i64,
        out: *mut ta_scalar,
        err: *mut ta_error,
    ) -> ta_status;
    pub(crate) fn ta_repr(
        tensor: *const ta_tensor,
        options: *const ta_repr_options,
        buffer: *mut c_char,
        capacity: usize,
        length: *mut usize,
        err: *mut ta_error,
    ) -> ta_status;
    pub(crate) fn ta_to_dlpack(
        tensor: *const ta_tensor,
        options: *const ta_export_options,
        out: *mut *mut DLManagedTensorVersioned,
        err: *mut ta_error,
    ) -> ta_status;
    pub(crate) fn ta_to_dlpack_legacy(
        tensor: *const ta_tensor,
        options: *const ta_export_options,
        out: *mut *mut DLManagedTensor,
        err: *mut ta_error,
    ) -> ta_status;
    pub(crate) fn ta_view_named(
        tensor: *const ta_tensor,
        name: *const c_char,
        ndim: i32,
        shape: *const i64,
        strides: *const i64,
        offset: i64,
        out: *mut *mut ta_tensor,
        err: *mut ta_error,
    ) -> ta_status;
    pub(crate) fn ta_copy_into(
        target: *mut ta_tensor,
        source: *const ta_tensor,
        err: *mut ta_error,
    ) -> ta_status;
    pub(crate) fn ta_fill(
        target: *mut ta_tensor,
        value: *const ta_scalar,
        err: *mut ta_error,
    ) -> ta_status;
    pub(crate) fn ta_device_parse(
        text: *const c_char,
        out: *mut ta_device,
        err: *mut ta_error,
    ) -> ta_status;
    pub(crate) fn ta_device_name(device: ta_device, buffer: *mut c_char, capacity: usize) -> usize;
    pub(crate) fn ta_device_list(
        out: *mut ta_device,
        capacity: usize,
        count: *mut usize,
        err: *mut ta_error,
    ) -> ta_status;
    pub(crate) fn ta_device_describe(
        device: ta_device,
        out: *mut ta_device_info,
        err: *mut ta_error,
    ) -> ta_status;
    pub(crate) fn ta_synchronize(device: ta_device, stream: i64, err: *mut ta_error) -> ta_status;
    pub(crate) fn ta_device_of_address(
        device_type: i32,
        address: *const c_void,
        out: *mut ta_device,
        err: *mut ta_error,
    ) -> ta_status;
    pub(crate) fn ta_requires_grad(tensor: *const ta_tensor) -> i32;
    pub(crate) fn ta_set_requires_grad(
        tensor: *mut ta_tensor,
        requires_grad: i32,
        err: *mut ta_error,
    ) -> ta_status;
    pub(crate) fn ta_is_leaf(tensor: *const ta_tensor) -> i32;
    pub(crate) fn ta_detach(
        tensor: *const ta_tensor,
        out: *mut *mut ta_tensor,
        err: *mut ta_error,
    ) -> ta_status;
    pub(crate) fn ta_grad(tensor: *const ta_tensor) -> *mut ta_tensor;
    pub(crate) fn ta_set_grad(
        tensor: *mut ta_tensor,
        grad: *const ta_tensor,
        err: *mut ta_error,
    ) -> ta_status;
    pub(crate) fn ta_backward(
        tensor: *const ta_tensor,
        gradient: *const ta_tensor,
        retain_graph: i32,
        err: *mut ta_error,
    ) -> ta_status;
    pub(crate) safe fn ta_set_grad_enabled(enabled: i32) -> i32;
    pub(crate) safe fn ta_grad_enabled() -> i32;
    pub(crate) fn ta_add(
        a: *const ta_tensor,
        b: *const ta_tensor,
        out: *mut *mut ta_tensor,
        err: *mut ta_error,
    ) -> ta_status;
    pub(crate) fn ta_sub(
        a: *const ta_tensor,
        b: *const ta_tensor,
        out: *mut *mut ta_tensor,
        err: *mut ta_error,
    ) -> ta_status;
    pub(crate) fn ta_mul(
        a: *const ta_tensor,
        b: *const ta_tensor,
        out: *mut *mut ta_tensor,
        err: *mut ta_error,
    ) -> ta_status;
    pub(crate) fn ta_neg(
        tensor: *const ta_tensor,
        out: *mut *mut ta_tensor,
        err: *mut ta_error,
    ) -> ta_status;
    pub(crate) fn ta_sum(
        tensor: *const ta_tensor,
        axes: *const i64,
        num_axes: usize,
        keep: i32,
        out: *mut *mut ta_tensor,
        err: *mut ta_error,
    ) -> ta_status;
    pub(crate) fn ta_record(
        operation: *const ta_operation,
        output: *const ta_source,
        options: *const ta_options,
        out: *mut *mut ta_tensor,
        err: *mut ta_error,
    ) -> ta_status;
    pub(crate) fn ta_grad_fn(tensor: *const ta_tensor) -> *mut ta_node;
    pub(crate) fn ta_node_release(node: *mut ta_node);
    pub(crate) fn ta_node_name(node: *const ta_node) -> *const c_char;
    pub(crate) fn ta_node_num_inputs(node: *const ta_node) -> usize;
    pub(crate) fn ta_node_input(node: *const ta_node, index: usize, next: *mut *mut ta_node)
    -> i32;
    pub(crate) fn ta_node_user_data(
        node: *const ta_node,
        backward: unsafe extern "C" fn(
            *mut c_void,
            *const ta_tensor,
            *const i32,
            *mut *mut ta_tensor,
            usize,
            *mut ta_error,
        ) -> ta_status,
    ) -> *mut c_void;
    pub(crate) safe fn ta_live_nodes() -> usize;
    pub(crate) fn ta_dtype_name(dtype: ta_dtype, buffer: *mut c_char, capacity: usize) -> usize;
    pub(crate) safe fn ta_origin_name(origin: i32) -> *const c_char;
    pub(crate) safe fn ta_reason_name(reason: i32) -> *const c_char;
    pub(crate) safe fn ta_live_tensors() -> usize;
    pub(crate) safe fn ta_version() -> *const c_char;
    pub(crate) safe fn ta_abi_version() -> i32;
    pub(crate) safe fn ta_set_num_threads(count: i32) -> ta_status;
}

/// Calls a function that reports failures, and turns its status and message into a [`Failure`].
///
/// # Errors
/// What the function says.
#[inline]
pub(crate) fn call(function: impl FnOnce(*mut ta_error) -> ta_status) -> Result<()> {
    let mut said = MaybeUninit::<ta_error>::uninit();
    // SAFETY: the size comes first, and there is room for it.
    unsafe { said.as_mut_ptr().cast::<usize>().write(size_of::<ta_error>()) };
    match function(said.as_mut_ptr()) {
        TA_OK => Ok(()),
        status => Err(failure(status, said.as_ptr())),
    }
}

#[cold]
fn failure(status: ta_status, said: *const ta_error) -> Failure {
    // SAFETY: the function failed, so it has written the message.
    let message: *const c_char = unsafe { &raw const (*said).message }.cast();
    // SAFETY: NUL-terminated by the library.
    let message = unsafe { text(message) };
    Failure::Status(status, message)
}

/// Text that the library wrote.
///
/// # Safety
/// `text` is NUL-terminated.
pub(crate) unsafe fn text(text: *const c_char) -> String {
    // SAFETY: passed on from this function's contract.
    unsafe { std::ffi::CStr::from_ptr(text) }.to_string_lossy().into_owned()
}

/// Writes the message of a failing callback, cut at a character if it is too long.
///
/// # Safety
/// `err` is NULL or a writable `ta_error`.
pub(crate) unsafe fn say(err: *mut ta_error, message: &str) {
    if err.is_null() {
        return;
    }
    let end = message.floor_char_boundary(TA_MESSAGE_SIZE - 1);
    // SAFETY: a whole ta_error, by the caller's contract.
    let target: *mut u8 = unsafe { &raw mut (*err).message }.cast();
    // SAFETY: shorter than the message's room; one of the two is ours.
    unsafe { target.copy_from_nonoverlapping(message.as_ptr(), end) };
    // SAFETY: inside the message's room.
    let target = unsafe { target.add(end) };
    // SAFETY: as above.
    unsafe { target.write(0) };
}

/// A source that is all zero but for its size, kind and origin.
#[inline]
pub(crate) fn source(kind: i32, origin: i32, value: ta_source_value) -> ta_source {
    let struct_size = size_of::<ta_source>();
    ta_source { struct_size, kind, origin, value, made: TA_REASON_NONE, reserved: 0 }
}
