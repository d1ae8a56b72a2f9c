//! The relatives of `ta_asarray`: always an alias, or always a copy.

use crate::abi::*;
use crate::ffi::handle::{give, of_one};
use crate::ffi::{guard, non_null, options, source};
use crate::hub::{self, Origin, Outcome, Request, Source};
use crate::model::plan::CopyMode;
use crate::model::tensor::Tensor;

/// Makes a tensor over strided memory; never copies (like `torch.from_numpy`).
///
/// \param memory  The memory, not NULL. On TA_OK its `release` is the library's to run.
/// \param out     Receives the tensor, not NULL. Written only on TA_OK; ta_release it.
/// \param err     Where to put a message, or NULL to go without.
///
/// \retval TA_OK                    `*out` is a live handle.
/// \retval TA_ERR_NULL_ARGUMENT     `memory`, `out`, `shape`, or `data` with elements is NULL.
/// \retval TA_ERR_INVALID_ARGUMENT  The device is outside its range.
/// \retval TA_ERR_LAYOUT            Shape or strides that no memory can have.
/// \retval TA_ERR_DTYPE             The dtype does not exist, or cannot be in foreign byte order.
/// \retval TA_ERR_UNSUPPORTED       A flag that this library does not know.
/// \retval TA_ERR_DEVICE            A stream of a device whose streams no backend here knows.
/// \retval TA_ERR_CANNOT_ALIAS      Swapped bytes, or strides that are no multiple of the element.
/// \retval TA_ERR_OUT_OF_MEMORY     Memory for the handle could not be had.
///
/// Since: ABI 0.
#[unsafe(no_mangle)]
#[must_use]
pub unsafe extern "C" fn ta_from_array(
    memory: *const ta_memory,
    out: *mut *mut ta_tensor,
    err: *mut ta_error,
) -> ta_status {
    let body = || {
        let (memory, out) = (non_null(memory, "memory")?, non_null(out, "out")?);
        // SAFETY: not NULL, and the caller vouches that it is initialised.
        let memory = unsafe { memory.read() };
        // SAFETY: the caller vouches for the pointers in it.
        let (view, claim, origin) =
            unsafe { source::memory(&memory, Origin::own(TA_ORIGIN_MEMORY)) }?;
        let source = Source::Memory(view, claim, origin);
        let outcome =
            hub::asarray(source, &Request { copy: CopyMode::Never, ..Request::default() })?;
        // SAFETY: not NULL, and the caller vouches for one write.
        unsafe { give(outcome.settle(), out) };
        Ok(())
    };
    // SAFETY: `err` is NULL or writable by this function's own contract.
    unsafe { guard(err, body) }
}

/// Makes a 1-D tensor over the bytes of a buffer; never copies (like `torch.frombuffer`).
///
/// \param buffer        The bytes, not NULL. On TA_OK its `release` is the library's to run.
/// \param dtype         What to read them as; must be given.
/// \param count         Elements to read; -1 for all that follow the offset.
/// \param offset_bytes  Bytes to skip; need not be aligned.
/// \param out           Receives the tensor, not NULL. Written only on TA_OK; ta_release it.
/// \param err           Where to put a message, or NULL to go without.
///
/// \retval TA_OK                    `*out` is a live handle.
/// \retval TA_ERR_NULL_ARGUMENT     `buffer`, `out`, or `data` with bytes is NULL.
/// \retval TA_ERR_INVALID_ARGUMENT  `count` is below -1, or it is -1 and the bytes behind the
///                                  offset are no multiple of the element.
/// \retval TA_ERR_UNSUPPORTED       A flag that this library does not know.
/// \retval TA_ERR_LAYOUT            More bytes or elements than memory can hold.
/// \retval TA_ERR_OUT_OF_BOUNDS     The offset or the elements lie outside the buffer.
/// \retval TA_ERR_DTYPE             The dtype is not given or does not exist.
/// \retval TA_ERR_OUT_OF_MEMORY     Memory for the handle could not be had.
///
/// Since: ABI 0.
#[unsafe(no_mangle)]
#[must_use]
pub unsafe extern "C" fn ta_frombuffer(
    buffer: *const ta_buffer,
    dtype: ta_dtype,
    count: i64,
    offset_bytes: usize,
    out: *mut *mut ta_tensor,
    err: *mut ta_error,
) -> ta_status {
    let body = || {
        let (buffer, out) = (non_null(buffer, "buffer")?, non_null(out, "out")?);
        // SAFETY: not NULL, and the caller vouches that it is initialised.
        let buffer = unsafe { buffer.read() };
        // SAFETY: the caller vouches for the pointers in it.
        let (bytes, claim) = unsafe { source::buffer(&buffer) }?;
        let outcome = hub::frombuffer(bytes, claim, dtype, count, offset_bytes)?;
        // SAFETY: not NULL, and the caller vouches for one write.
        unsafe { give(outcome.settle(), out) };
        Ok(())
    };
    // SAFETY: `err` is NULL or writable by this function's own contract.
    unsafe { guard(err, body) }
}

/// Copies a tensor into memory of its own: ta_asarray of it with TA_COPY_ALWAYS.
///
/// The order of axes is kept (a transposed matrix stays transposed), unless TA_WANT_CONTIGUOUS is
/// set or elements are repeated (zero strides): then the copy is C-contiguous.
///
/// \param tensor   Live handle, not NULL. Borrowed.
/// \param options  What the copy must be, or NULL for all defaults. TA_COPY_NEVER contradicts.
/// \param out      Receives the copy, not NULL. Written only on TA_OK; ta_release it.
/// \param err      Where to put a message, or NULL to go without.
///
/// \retval TA_OK                    `*out` is a live handle.
/// \retval TA_ERR_NULL_ARGUMENT     `tensor` or `out` is NULL.
/// \retval TA_ERR_INVALID_ARGUMENT  An option is outside its range or contradicts.
/// \retval TA_ERR_DTYPE             The dtype does not exist, or cannot be converted as asked.
/// \retval TA_ERR_GRAD              `options` require a gradient of elements that cannot have one.
/// \retval TA_ERR_KIND              `options->accept` does not allow tensors.
/// \retval TA_ERR_UNSUPPORTED       A struct or flag newer than this library.
/// \retval TA_ERR_DEVICE            Memory that no backend here can read or move.
/// \retval TA_ERR_OUT_OF_MEMORY     Memory for the copy could not be had.
///
/// Since: ABI 0.
#[unsafe(no_mangle)]
#[must_use]
pub unsafe extern "C" fn ta_copy(
    tensor: *const ta_tensor,
    options: *const ta_options,
    out: *mut *mut ta_tensor,
    err: *mut ta_error,
) -> ta_status {
    let copy = |tensor: &Tensor| {
        let mut room = None;
        // SAFETY: NULL or a sized struct, by the caller's contract.
        let request = unsafe { options::request(options, &mut room) }?;
        let request = request.unwrap_or(&Request::DEFAULT).always_copy()?;
        hub::asarray(Source::Tensor(tensor, TA_ORIGIN_TENSOR), &request).map(Outcome::settle)
    };
    // SAFETY: passed on from this function's contract.
    let body = || unsafe { of_one(tensor, out, copy) };
    // SAFETY: `err` is NULL or writable by this function's own contract.
    unsafe { guard(err, body) }
}
