//! The hub: any array in, one handle, DLPack out.

use crate::abi::*;
use crate::dlpack::{self, Managed};
use crate::ffi::handle::{give, given, handle};
use crate::ffi::source::{self, Then};
use crate::ffi::{distant_guard, guard, non_null, options};
use crate::hub::{self, ExportRequest, Origin, Outcome, Request, Source, Values};
use crate::model::error::Result;
use crate::model::layout;
use crate::model::tensor::{Room, Tensor};

/// Makes a tensor of anything: shares the source's memory if that is possible, else copies.
///
/// The source is looked at first and taken last: on failure it is as it was. When the result
/// has everything that `options` ask for already and `source` is a tensor, the result is that
/// tensor, retained. How the result came about is in its provenance (see ta_describe).
///
/// \param source   What to read, not NULL. Borrowed during the call, except what its kind
///                 hands over on TA_OK (`release` callbacks, DLPack tensors).
/// \param options  What the result must be, or NULL for all defaults.
/// \param out      Receives the tensor, not NULL. Written only on TA_OK; ta_release it.
/// \param err      Where to put a message, or NULL to go without.
///
/// \retval TA_OK                    `*out` is a live handle.
/// \retval TA_ERR_NULL_ARGUMENT     `source`, `out`, or a pointer in the source is NULL.
/// \retval TA_ERR_INVALID_ARGUMENT  A field has a value outside its range.
/// \retval TA_ERR_LAYOUT            Shape or strides that no memory can have.
/// \retval TA_ERR_DTYPE             The dtype does not exist, cannot be inferred, or no
///                                  conversion to it exists.
/// \retval TA_ERR_GRAD              `options` require a gradient of elements that cannot have one.
/// \retval TA_ERR_OVERFLOW          A number does not fit the dtype; the message has its path.
/// \retval TA_ERR_RAGGED            Parts of a sequence differ in shape; the message has the path.
/// \retval TA_ERR_KIND              `options->accept` does not allow the source.
/// \retval TA_ERR_CALLBACK          A callback failed; a status of its own is passed on instead.
/// \retval TA_ERR_CANNOT_ALIAS      TA_COPY_NEVER, but a copy is needed; the message says why.
/// \retval TA_ERR_UNSUPPORTED       A struct, kind, flag or DLPack version newer than this library.
/// \retval TA_ERR_DEVICE            Memory that no backend here can read or move.
/// \retval TA_ERR_OUT_OF_MEMORY     Memory for the copy or the handle could not be had.
///
/// Since: ABI 0.
#[unsafe(no_mangle)]
#[must_use]
pub unsafe extern "C" fn ta_asarray(
    source: *const ta_source,
    options: *const ta_options,
    out: *mut *mut ta_tensor,
    err: *mut ta_error,
) -> ta_status {
    let body = || {
        if options.is_null() && !out.is_null() {
            // SAFETY: NULL or a sized struct, and the caller vouches for what it describes.
            if let Some(tensor) = unsafe { of_memory(source) } {
                // SAFETY: not NULL, and the caller vouches for one write.
                unsafe { give(tensor, out) };
                return Ok(());
            }
        }
        // SAFETY: passed on from this function's contract.
        unsafe { make(source, options, out) }
    };
    // SAFETY: `err` is NULL or writable by this function's own contract.
    unsafe { guard(err, body) }
}

/// Makes a tensor of a DLPack tensor: ta_asarray of a TA_SOURCE_DLPACK.
///
/// On TA_OK `managed` has changed hands: its deleter runs once, on whatever thread drops the
/// last share, or inside the call if the elements were copied. On any failure, an unknown major
/// version included, it is still the caller's and untouched. Any 1.x is understood; a NULL
/// deleter, NULL strides (compact) and `byte_offset` are too; flags are kept. A tensor that its
/// producer marks IS_COPIED is nobody else's: it is taken over as the copy that it is, with
/// TA_REASON_PRODUCER, where nothing else must change, and TA_COPY_NEVER is refused. Everything from the
/// lowest element to the highest must belong to one object: views may reach what lies between.
///
/// \param managed  The tensor to take, not NULL.
/// \param options  What the result must be, or NULL for all defaults.
/// \param out      Receives the tensor, not NULL. Written only on TA_OK; ta_release it.
/// \param err      Where to put a message, or NULL to go without.
///
/// \retval TA_OK                    `*out` is a live handle and `managed` is taken.
/// \retval TA_ERR_NULL_ARGUMENT     `managed` or `out` is NULL, or its shape, or its data with elements.
/// \retval TA_ERR_INVALID_ARGUMENT  An option or the device is outside its range.
/// \retval TA_ERR_LAYOUT            Negative or too large ndim, extent, strides or offset.
/// \retval TA_ERR_DTYPE             The dtype does not exist, or cannot be converted as asked.
/// \retval TA_ERR_GRAD              `options` require a gradient of elements that cannot have one.
/// \retval TA_ERR_KIND              `options->accept` does not allow DLPack.
/// \retval TA_ERR_CANNOT_ALIAS      TA_COPY_NEVER, but a copy is needed; the message says why.
/// \retval TA_ERR_UNSUPPORTED       The major version is not 1, or a struct or flag is newer than this library.
/// \retval TA_ERR_DEVICE            A copy of memory that no backend here can read or move.
/// \retval TA_ERR_OUT_OF_MEMORY     Memory for the copy or the handle could not be had.
///
/// Since: ABI 0.
#[unsafe(no_mangle)]
#[must_use]
pub unsafe extern "C" fn ta_from_dlpack(
    managed: *mut DLManagedTensorVersioned,
    options: *const ta_options,
    out: *mut *mut ta_tensor,
    err: *mut ta_error,
) -> ta_status {
    // SAFETY: passed on from this function's contract.
    let body = || unsafe { take(managed, options, out) };
    // SAFETY: `err` is NULL or writable by this function's own contract.
    unsafe { guard(err, body) }
}

/// Makes a tensor of a DLPack tensor of the struct without a version (before DLPack 1.0).
///
/// Everything as in ta_from_dlpack, except that there is no version to check and no flags:
/// the memory counts as writable.
///
/// \param managed  The tensor to take, not NULL.
/// \param options  What the result must be, or NULL for all defaults.
/// \param out      Receives the tensor, not NULL. Written only on TA_OK; ta_release it.
/// \param err      Where to put a message, or NULL to go without.
///
/// \retval TA_OK                 `*out` is a live handle and `managed` is taken.
/// \retval TA_ERR_NULL_ARGUMENT  `managed` or `out` is NULL, or its shape, or its data with elements.
/// \retval TA_ERR_…              Else as ta_from_dlpack, without the major version.
///
/// Since: ABI 0.
#[unsafe(no_mangle)]
#[must_use]
pub unsafe extern "C" fn ta_from_dlpack_legacy(
    managed: *mut DLManagedTensor,
    options: *const ta_options,
    out: *mut *mut ta_tensor,
    err: *mut ta_error,
) -> ta_status {
    // SAFETY: passed on from this function's contract.
    let body = || unsafe { take(managed, options, out) };
    // SAFETY: `err` is NULL or writable by this function's own contract.
    unsafe { guard(err, body) }
}

/// Lends a tensor to another library as a DLPack tensor.
///
/// No bytes move unless `options` ask for it: `*out` describes the memory that the tensor
/// shares, with all strides, and keeps it alive until its deleter has run, also past
/// ta_release(tensor). The deleter may run on any thread. READ_ONLY, SUBBYTE_TYPE_PADDED and
/// the unknown flags that came in with the memory go out with it. IS_COPIED promises that nobody
/// else has the memory: only a copy that this call makes says it.
///
/// \param tensor   Live handle, not NULL. Borrowed.
/// \param options  How to lend it, or NULL for as it is.
/// \param out      Receives the loan, not NULL. Written only on TA_OK; call its deleter once.
/// \param err      Where to put a message, or NULL to go without.
///
/// \retval TA_OK                    `*out` must reach its deleter exactly once.
/// \retval TA_ERR_NULL_ARGUMENT     `tensor` or `out` is NULL.
/// \retval TA_ERR_INVALID_ARGUMENT  An option is outside its range.
/// \retval TA_ERR_CANNOT_ALIAS      TA_COPY_NEVER, but another device was asked for.
/// \retval TA_ERR_UNSUPPORTED       A struct or flag newer than this library.
/// \retval TA_ERR_DEVICE            A copy that no backend here can make.
/// \retval TA_ERR_EXPORT            The tensor requires grad, or `max_major` is 0 with a minor
///                                  version (then use ta_to_dlpack_legacy).
/// \retval TA_ERR_OUT_OF_MEMORY     Memory for the loan or the copy could not be had.
///
/// Since: ABI 0.
#[unsafe(no_mangle)]
#[must_use]
pub unsafe extern "C" fn ta_to_dlpack(
    tensor: *const ta_tensor,
    options: *const ta_export_options,
    out: *mut *mut DLManagedTensorVersioned,
    err: *mut ta_error,
) -> ta_status {
    if options.is_null() && !out.is_null() {
        // SAFETY: NULL or a live handle, by the caller's contract.
        let tensor = unsafe { given(tensor) };
        if let Some(loan) = tensor.and_then(|tensor| hub::to_dlpack_at_once(&tensor)) {
            // SAFETY: not NULL, and the caller vouches for one write.
            unsafe { out.write(loan) };
            return TA_OK;
        }
    }
    // SAFETY: passed on from this function's contract.
    let body = || unsafe { lend(tensor, options, out, hub::to_dlpack) };
    // SAFETY: `err` is NULL or writable by this function's own contract.
    unsafe { distant_guard(err, body) }
}

/// Lends a tensor to a consumer that only knows the struct without a version.
///
/// As ta_to_dlpack; but that struct has no flags, so a tensor that is read-only, or whose
/// sub-byte elements are padded, is refused: the consumer could not be told.
///
/// \param tensor   Live handle, not NULL. Borrowed.
/// \param options  How to lend it, or NULL for as it is. The version in it is not looked at.
/// \param out      Receives the loan, not NULL. Written only on TA_OK; call its deleter once.
/// \param err      Where to put a message, or NULL to go without.
///
/// \retval TA_OK                    `*out` must reach its deleter exactly once.
/// \retval TA_ERR_NULL_ARGUMENT     `tensor` or `out` is NULL.
/// \retval TA_ERR_INVALID_ARGUMENT  An option is outside its range.
/// \retval TA_ERR_CANNOT_ALIAS      TA_COPY_NEVER, but another device was asked for.
/// \retval TA_ERR_UNSUPPORTED       A struct or flag newer than this library.
/// \retval TA_ERR_DEVICE            A copy that no backend here can make.
/// \retval TA_ERR_EXPORT            The tensor requires grad, is read-only or has padded elements.
/// \retval TA_ERR_OUT_OF_MEMORY     Memory for the loan or the copy could not be had.
///
/// Since: ABI 0.
#[unsafe(no_mangle)]
#[must_use]
pub unsafe extern "C" fn ta_to_dlpack_legacy(
    tensor: *const ta_tensor,
    options: *const ta_export_options,
    out: *mut *mut DLManagedTensor,
    err: *mut ta_error,
) -> ta_status {
    // SAFETY: passed on from this function's contract.
    let body = || unsafe { lend(tensor, options, out, hub::to_dlpack_legacy) };
    // SAFETY: `err` is NULL or writable by this function's own contract.
    unsafe { guard(err, body) }
}

/// Makes what was asked for of a source.
struct AsArray<'r>(&'r Request);

impl Then for AsArray<'_> {
    type Made = Outcome;

    #[inline(always)]
    fn source(self, source: Source<'_>) -> Result<Outcome> {
        hub::asarray(source, self.0)
    }

    #[inline(always)]
    fn values(self, values: Values<'_>, origin: i32) -> Result<Outcome> {
        hub::of_values(&values, origin, self.0).map(Outcome::of)
    }
}

/// Makes a tensor of any source.
///
/// # Safety
/// As `ta_asarray` says of its parameters.
#[inline(never)]
unsafe fn make(
    source: *const ta_source,
    options: *const ta_options,
    out: *mut *mut ta_tensor,
) -> Result<()> {
    let (out, mut room) = (non_null(out, "out")?, None);
    // SAFETY: NULL or a sized struct, by the caller's contract.
    let request = unsafe { options::request(options, &mut room) }?.unwrap_or(&Request::DEFAULT);
    // SAFETY: NULL or a sized struct, and the caller vouches for what it describes.
    let outcome = unsafe { source::parse(source, AsArray(request)) }?;
    // SAFETY: not NULL, and the caller vouches for one write.
    unsafe { give(outcome.settle(), out) };
    Ok(())
}

/// Makes a tensor of a DLPack tensor of either struct.
///
/// # Safety
/// As `ta_from_dlpack` says of its parameters.
#[inline(always)]
unsafe fn take<M: Managed>(
    managed: *mut M,
    options: *const ta_options,
    out: *mut *mut ta_tensor,
) -> Result<()> {
    if options.is_null() && !out.is_null() && !managed.is_null() {
        // SAFETY: initialised, and the caller vouches for what it describes.
        if let Some(tensor) = unsafe { of_dlpack(managed) } {
            // SAFETY: not NULL, and the caller vouches for one write.
            unsafe { give(tensor, out) };
            return Ok(());
        }
    }
    // SAFETY: passed on from this function's contract.
    unsafe { take_any(managed, options, out) }
}

/// The tensor of a DLPack tensor of which nothing is asked; `None` leaves what takes more than a few
/// steps, and whatever is wrong, to [`take_any`].
///
/// # Safety
/// `managed` is initialised, and changes hands if this succeeds.
#[inline(always)]
unsafe fn of_dlpack<M: Managed>(managed: *mut M) -> Option<Tensor> {
    // SAFETY: initialised, by the caller's contract.
    let ndim = unsafe { dlpack::rank(managed) }.ok()?;
    // First, as what is known before an allocation has to be put away during it.
    let room = Room::new(ndim).ok()?;
    // SAFETY: passed on from this function's contract; the rank is what was found.
    let (memory, claim) = unsafe { dlpack::glance(managed, ndim) }?;
    match hub::of_plain(room, &memory, claim, TA_ORIGIN_DLPACK) {
        Ok(outcome) => Some(outcome.settle()),
        // SAFETY: as above.
        Err(room) => unsafe { of_any_dlpack(room, managed, ndim) },
    }
}

/// [`of_dlpack`] of what is not plain. Looks anew, so that what it needs is not kept where it is not needed.
///
/// # Safety
/// As there, and `ndim` is its rank.
#[inline(never)]
unsafe fn of_any_dlpack<M: Managed>(room: Room, managed: *mut M, ndim: usize) -> Option<Tensor> {
    // SAFETY: passed on from this function's contract.
    let (memory, claim) = unsafe { dlpack::glance(managed, ndim) }?;
    hub::of_memory(room, &memory, claim, TA_ORIGIN_DLPACK).map(Outcome::settle)
}

/// The tensor of a source that is strided memory, as [`of_dlpack`]; `None` leaves the rest to [`make`].
///
/// # Safety
/// As `ta_asarray` says of its parameters.
#[inline(always)]
unsafe fn of_memory(source: *const ta_source) -> Option<Tensor> {
    // SAFETY: passed on from this function's contract.
    let (given, origin) = unsafe { source::own_memory(source) }?;
    let room = Room::new(layout::rank(given.ndim).ok()?).ok()?;
    // SAFETY: passed on from this function's contract.
    let (memory, claim) = unsafe { source::glance(given) }?;
    match hub::of_plain(room, &memory, claim, origin) {
        Ok(outcome) => Some(outcome.settle()),
        // SAFETY: as above.
        Err(room) => unsafe { of_any_memory(room, given, origin) },
    }
}

/// [`of_memory`] of what is not plain.
///
/// # Safety
/// As [`source::glance`].
#[inline(never)]
unsafe fn of_any_memory(room: Room, given: &ta_memory, origin: i32) -> Option<Tensor> {
    // SAFETY: passed on from this function's contract.
    let (memory, claim) = unsafe { source::glance(given) }?;
    hub::of_memory(room, &memory, claim, origin).map(Outcome::settle)
}

/// [`take`] of any tensor.
///
/// # Safety
/// As there.
#[inline(never)]
unsafe fn take_any<M: Managed>(
    managed: *mut M,
    options: *const ta_options,
    out: *mut *mut ta_tensor,
) -> Result<()> {
    let (out, mut room) = (non_null(out, "out")?, None);
    // SAFETY: NULL or a sized struct, by the caller's contract.
    let request = unsafe { options::request(options, &mut room) }?.unwrap_or(&Request::DEFAULT);
    // SAFETY: NULL or initialised, by the caller's contract.
    let (view, claim, origin) =
        unsafe { source::dlpack(managed, "managed", Origin::own(TA_ORIGIN_DLPACK)) }?;
    let outcome = hub::asarray(Source::Memory(view, claim, origin), request)?;
    // SAFETY: not NULL, and the caller vouches for one write.
    unsafe { give(outcome.settle(), out) };
    Ok(())
}

/// Lends a tensor in the struct that `loan` makes.
///
/// # Safety
/// As `ta_to_dlpack` says of its parameters.
unsafe fn lend<M>(
    tensor: *const ta_tensor,
    options: *const ta_export_options,
    out: *mut *mut M,
    loan: fn(&Tensor, &ExportRequest) -> Result<*mut M>,
) -> Result<()> {
    // SAFETY: NULL or a live handle, by the caller's contract.
    let tensor = unsafe { handle(tensor, "tensor") }?;
    let (out, mut request) = (non_null(out, "out")?, None);
    // SAFETY: NULL or a sized struct, by the caller's contract.
    let request = unsafe { options::export_request(options, &mut request) }?;
    let loan = loan(&tensor, request)?;
    // SAFETY: not NULL, and the caller vouches for one write.
    unsafe { out.write(loan) };
    Ok(())
}
