//! What a tensor says of itself.

use std::ffi::{c_char, c_void};
use std::mem::ManuallyDrop;
use std::slice;

use crate::abi::*;
use crate::ffi::handle::handle;
use crate::ffi::options::repr_style;
use crate::ffi::{guard, non_null, sized, text};
use crate::hub;
use crate::model::dtype::DType;
use crate::model::tensor::Tensor;

/// Fills `*out` with everything there is to know about a tensor.
///
/// \param tensor  Live handle, not NULL. Borrowed.
/// \param out     Receives the facts, not NULL; its `struct_size` is set by the caller. Fields
///                that this library does not know become zero. Written only on TA_OK.
/// \param err     Where to put a message, or NULL to go without.
///
/// \retval TA_OK                    `*out` is filled; its pointers live as long as the handle.
/// \retval TA_ERR_NULL_ARGUMENT     `tensor` or `out` is NULL.
/// \retval TA_ERR_INVALID_ARGUMENT  `out->struct_size` is smaller than the first `ta_info`.
///
/// Since: ABI 0.
#[unsafe(no_mangle)]
#[must_use]
pub unsafe extern "C" fn ta_describe(
    tensor: *const ta_tensor,
    out: *mut ta_info,
    err: *mut ta_error,
) -> ta_status {
    let body = || {
        // SAFETY: NULL or a live handle, by the caller's contract.
        let tensor = unsafe { handle(tensor, "tensor") }?;
        let out = non_null(out, "out")?;
        // SAFETY: not NULL, with `struct_size` bytes, by the caller's contract.
        unsafe { sized::write(out, tensor.info(), "out") }
    };
    // SAFETY: `err` is NULL or writable by this function's own contract.
    unsafe { guard(err, body) }
}

/// Runs `fact` on a handle that may be NULL.
///
/// # Safety
/// `tensor` is NULL or a live handle.
pub(super) unsafe fn fact<T>(
    tensor: *const ta_tensor,
    otherwise: T,
    fact: impl FnOnce(&Tensor) -> T,
) -> T {
    if tensor.is_null() {
        return otherwise;
    }
    // SAFETY: a live handle; ManuallyDrop leaves the caller's share alone.
    fact(&ManuallyDrop::new(unsafe { Tensor::from_raw(tensor) }))
}

/// Where element (0, …, 0) is, for reading.
///
/// \param tensor  Live handle, or NULL.
///
/// \return The address, or the handle on devices that have handles; NULL for NULL, and possibly
///         NULL if there are no elements. Valid as long as the handle is.
///
/// Since: ABI 0.
#[unsafe(no_mangle)]
#[must_use]
pub unsafe extern "C" fn ta_data(tensor: *const ta_tensor) -> *const c_void {
    // SAFETY: NULL or a live handle, by the caller's contract.
    unsafe { fact(tensor, std::ptr::null(), |tensor| tensor.data().cast_const().cast()) }
}

/// Where element (0, …, 0) is, for writing.
///
/// \param tensor  Live handle, or NULL.
///
/// \return As ta_data; NULL also if the tensor is read-only. The library does not order writes:
///         writers and readers of one memory agree among themselves.
///
/// Since: ABI 0.
#[unsafe(no_mangle)]
#[must_use]
pub unsafe extern "C" fn ta_mutable_data(tensor: *mut ta_tensor) -> *mut c_void {
    let data = |tensor: &Tensor| match tensor.is_read_only() {
        true => std::ptr::null_mut(),
        false => tensor.data().cast(),
    };
    // SAFETY: NULL or a live handle, by the caller's contract.
    unsafe { fact(tensor, std::ptr::null_mut(), data) }
}

/// What the elements are.
///
/// \param tensor  Live handle, or NULL.
///
/// \return The dtype; all zero for NULL.
///
/// Since: ABI 0.
#[unsafe(no_mangle)]
#[must_use]
pub unsafe extern "C" fn ta_dtype_of(tensor: *const ta_tensor) -> ta_dtype {
    // SAFETY: NULL or a live handle, by the caller's contract.
    unsafe { fact(tensor, DType::UNSET, Tensor::dtype) }
}

/// Where the memory is.
///
/// \param tensor  Live handle, or NULL.
///
/// \return The device; all zero for NULL.
///
/// Since: ABI 0.
#[unsafe(no_mangle)]
#[must_use]
pub unsafe extern "C" fn ta_device_of(tensor: *const ta_tensor) -> ta_device {
    // SAFETY: NULL or a live handle, by the caller's contract.
    unsafe { fact(tensor, ta_device { device_type: 0, index: 0 }, Tensor::device) }
}

/// Number of axes.
///
/// \param tensor  Live handle, or NULL.
///
/// \return 0 to TA_MAX_NDIM; 0 for NULL.
///
/// Since: ABI 0.
#[unsafe(no_mangle)]
#[must_use]
pub unsafe extern "C" fn ta_ndim(tensor: *const ta_tensor) -> i32 {
    // SAFETY: NULL or a live handle, by the caller's contract.
    unsafe { fact(tensor, 0, |tensor| tensor.shape().len() as i32) }
}

/// Extent of each axis.
///
/// \param tensor  Live handle, or NULL.
///
/// \return ta_ndim(tensor) extents, in elements, valid as long as the handle is; NULL for NULL.
///
/// Since: ABI 0.
#[unsafe(no_mangle)]
#[must_use]
pub unsafe extern "C" fn ta_shape(tensor: *const ta_tensor) -> *const i64 {
    // SAFETY: NULL or a live handle, by the caller's contract.
    unsafe { fact(tensor, std::ptr::null(), |tensor| tensor.shape().as_ptr()) }
}

/// Distance between neighbours on each axis.
///
/// \param tensor  Live handle, or NULL.
///
/// \return ta_ndim(tensor) strides, in elements, of either sign, valid as long as the handle
///         is; NULL for NULL.
///
/// Since: ABI 0.
#[unsafe(no_mangle)]
#[must_use]
pub unsafe extern "C" fn ta_strides(tensor: *const ta_tensor) -> *const i64 {
    // SAFETY: NULL or a live handle, by the caller's contract.
    unsafe { fact(tensor, std::ptr::null(), |tensor| tensor.strides().as_ptr()) }
}

/// Number of elements.
///
/// \param tensor  Live handle, or NULL.
///
/// \return The product of the extents (1 without axes); 0 for NULL.
///
/// Since: ABI 0.
#[unsafe(no_mangle)]
#[must_use]
pub unsafe extern "C" fn ta_numel(tensor: *const ta_tensor) -> i64 {
    // SAFETY: NULL or a live handle, by the caller's contract.
    unsafe { fact(tensor, 0, Tensor::numel) }
}

/// Whether nobody may write through this tensor.
///
/// \param tensor  Live handle, or NULL.
///
/// \return 1 or 0; 1 for NULL.
///
/// Since: ABI 0.
#[unsafe(no_mangle)]
#[must_use]
pub unsafe extern "C" fn ta_is_read_only(tensor: *const ta_tensor) -> i32 {
    // SAFETY: NULL or a live handle, by the caller's contract.
    unsafe { fact(tensor, 1, |tensor| i32::from(tensor.is_read_only())) }
}

/// Whether the elements stand one after another in C order. Strides of axes of extent 1 do not
/// matter, and of a tensor without elements none.
///
/// \param tensor  Live handle, or NULL.
///
/// \return 1 or 0; 0 for NULL.
///
/// Since: ABI 0.
#[unsafe(no_mangle)]
#[must_use]
pub unsafe extern "C" fn ta_is_contiguous(tensor: *const ta_tensor) -> i32 {
    // SAFETY: NULL or a live handle, by the caller's contract.
    unsafe { fact(tensor, 0, |tensor| i32::from(tensor.is_contiguous())) }
}

/// Reads one element as a number of the host language.
///
/// \param tensor  Live handle, not NULL. Borrowed.
/// \param index   ta_ndim(tensor) positions, each from 0 to its extent - 1. NULL only if there
///                are no axes.
/// \param out     Receives the value, not NULL. Written only on TA_OK.
/// \param err     Where to put a message, or NULL to go without.
///
/// \retval TA_OK                 `*out` is the value; unsigned integers up to 2**63-1 come as
///                               TA_SCALAR_INT.
/// \retval TA_ERR_NULL_ARGUMENT  `tensor`, `out`, or `index` is NULL.
/// \retval TA_ERR_OUT_OF_BOUNDS  A position is outside its axis.
/// \retval TA_ERR_DTYPE          The dtype has no values that a scalar can hold.
/// \retval TA_ERR_DEVICE         No backend here can read the memory.
///
/// Since: ABI 0.
#[unsafe(no_mangle)]
#[must_use]
pub unsafe extern "C" fn ta_item(
    tensor: *const ta_tensor,
    index: *const i64,
    out: *mut ta_scalar,
    err: *mut ta_error,
) -> ta_status {
    let body = || {
        // SAFETY: NULL or a live handle, by the caller's contract.
        let tensor = unsafe { handle(tensor, "tensor") }?;
        let out = non_null(out, "out")?;
        let index = match tensor.shape().len() {
            0 => &[],
            // SAFETY: not NULL, and the caller vouches for one position per axis.
            ndim => unsafe { slice::from_raw_parts(non_null(index, "index")?, ndim) },
        };
        let value = hub::item(&tensor, index)?;
        // SAFETY: not NULL, and the caller vouches for one write.
        unsafe { out.write(value.into()) };
        Ok(())
    };
    // SAFETY: `err` is NULL or writable by this function's own contract.
    unsafe { guard(err, body) }
}

/// Prints a tensor as PyTorch prints one: `tensor([1., 2.])`.
///
/// Elements that the CPU cannot read, and those of a dtype without values, are printed as `...`.
///
/// \param tensor    Live handle, not NULL. Borrowed.
/// \param options   How to print, or NULL for PyTorch's defaults.
/// \param buffer    Receives UTF-8, NUL-terminated, cut at a character if `capacity` is too
///                  small. NULL only if `capacity` is 0.
/// \param capacity  Bytes of `buffer`.
/// \param length    Receives the length of the whole text in bytes, without the NUL: compare it
///                  with `capacity`. May be NULL. Written only on TA_OK.
/// \param err       Where to put a message, or NULL to go without.
///
/// \retval TA_OK                    Printed, perhaps cut.
/// \retval TA_ERR_NULL_ARGUMENT     `tensor` is NULL, or `buffer` with a capacity.
/// \retval TA_ERR_INVALID_ARGUMENT  An option is outside its range.
/// \retval TA_ERR_UNSUPPORTED       A struct newer than this library.
/// \retval TA_ERR_OUT_OF_MEMORY     Memory for the text could not be had.
///
/// Since: ABI 0.
#[unsafe(no_mangle)]
#[must_use]
pub unsafe extern "C" fn ta_repr(
    tensor: *const ta_tensor,
    options: *const ta_repr_options,
    buffer: *mut c_char,
    capacity: usize,
    length: *mut usize,
    err: *mut ta_error,
) -> ta_status {
    let body = || {
        // SAFETY: NULL or a live handle, by the caller's contract.
        let tensor = unsafe { handle(tensor, "tensor") }?;
        if capacity != 0 {
            non_null(buffer, "buffer")?;
        }
        // SAFETY: NULL or a sized struct, by the caller's contract.
        let style = unsafe { repr_style(options) }?;
        let printed = hub::repr(&tensor, &style)?;
        // SAFETY: the caller vouches for `capacity` bytes.
        unsafe { text::write(&printed, buffer, capacity) };
        if !length.is_null() {
            // SAFETY: not NULL, and the caller vouches for one write.
            unsafe { length.write(printed.len()) };
        }
        Ok(())
    };
    // SAFETY: `err` is NULL or writable by this function's own contract.
    unsafe { guard(err, body) }
}

/// The name of a dtype, like `float32`; numbers for one that has no name, like `int4`.
///
/// \param dtype     Any value.
/// \param buffer    Receives it, NUL-terminated, cut if `capacity` is too small. NULL only if
///                  `capacity` is 0; a NULL buffer receives nothing.
/// \param capacity  Bytes of `buffer`; 32 are always enough.
///
/// \return The length of the whole name in bytes, without the NUL.
///
/// Since: ABI 0.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn ta_dtype_name(
    dtype: ta_dtype,
    buffer: *mut c_char,
    capacity: usize,
) -> usize {
    let name = text::Short::new(format_args!("{dtype}"));
    if !buffer.is_null() {
        // SAFETY: the caller vouches for `capacity` bytes.
        unsafe { text::write(name.as_str(), buffer, capacity) };
    }
    name.as_str().len()
}

/// The name of a TA_ORIGIN_… number, like `dlpack`.
///
/// \param origin  Any value.
///
/// \return A static string; `unknown` for a number without a name.
///
/// Since: ABI 0.
#[unsafe(no_mangle)]
#[must_use]
pub extern "C" fn ta_origin_name(origin: i32) -> *const c_char {
    crate::model::provenance::origin_name(origin).as_ptr()
}

/// The name of a TA_REASON_… number, like `dtype`.
///
/// \param reason  Any value.
///
/// \return A static string; `unknown` for a number without a name, and empty for TA_REASON_NONE.
///
/// Since: ABI 0.
#[unsafe(no_mangle)]
#[must_use]
pub extern "C" fn ta_reason_name(reason: i32) -> *const c_char {
    crate::model::provenance::reason_name(reason).as_ptr()
}
