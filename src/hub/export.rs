//! Lending a tensor as the consumer wants it: copied or moved first, if it asks for that.

use crate::abi::*;
use crate::devices::{self, DEFAULT_STREAM};
use crate::dlpack;
use crate::hub::{ExportRequest, Request, Source, asarray};
use crate::model::error::{Error, Result};
use crate::model::plan::CopyMode;
use crate::model::tensor::Tensor;

/// Lends a tensor in the struct with a version.
///
/// # Errors
/// As `ta_to_dlpack` lists them.
#[doc(alias = "ta_to_dlpack")]
pub fn to_dlpack(
    tensor: &Tensor,
    request: &ExportRequest,
) -> Result<*mut DLManagedTensorVersioned> {
    if let Some((0, minor)) = request.max_version {
        return Err(too_old(minor));
    }
    let read_only = if request.read_only { DLPACK_READ_ONLY } else { 0 };
    match prepare(tensor, request)? {
        None => dlpack::lend(tensor, read_only),
        // The same memory, for work on another stream.
        Some(alias) if alias.provenance().aliased != 0 => dlpack::lend(&alias, read_only),
        // The consumer will be the sole owner of a copy made for it.
        Some(copy) => dlpack::lend(&copy, read_only | DLPACK_IS_COPIED),
    }
}

/// What [`to_dlpack`] lends where nothing is asked of a tensor that is ready and has no gradient state;
/// `None` leaves the rest to it.
#[inline(always)]
pub fn to_dlpack_at_once(tensor: &Tensor) -> Option<*mut DLManagedTensorVersioned> {
    (tensor.stream() == 0 && tensor.gradient().is_none()).then(|| tensor.lend())
}

#[cold]
#[inline(never)]
fn too_old(minor: u32) -> Error {
    let message = format_args!(
        "a consumer of DLPack 0.{minor} does not know the struct with a version: lend the legacy one"
    );
    Error::new(TA_ERR_EXPORT, message)
}

/// Lends a tensor in the struct without one.
///
/// # Errors
/// As `ta_to_dlpack_legacy` lists them.
#[doc(alias = "ta_to_dlpack_legacy")]
pub fn to_dlpack_legacy(tensor: &Tensor, request: &ExportRequest) -> Result<*mut DLManagedTensor> {
    if request.read_only {
        let message = format_args!("the struct without a version cannot say that it is read-only");
        return Err(Error::new(TA_ERR_EXPORT, message));
    }
    dlpack::lend_legacy(prepare(tensor, request)?.as_ref().unwrap_or(tensor))
}

/// The tensor to lend instead of this one: a copy, or a handle for another stream, if one is asked for.
#[inline(always)]
fn prepare(tensor: &Tensor, request: &ExportRequest) -> Result<Option<Tensor>> {
    let as_it_is = request.copy != CopyMode::Always && request.device.is_none();
    let is_ready = request.stream == -1 || request.stream == 0 && tensor.stream() == 0;
    // One that requires grad cannot be lent at all, so there is nothing to copy for.
    if as_it_is && is_ready || tensor.requires_grad() { Ok(None) } else { moved(tensor, request) }
}

/// The tensor on the device, with the copy and for the stream that are asked for, if it is not that
/// already.
#[inline(never)]
fn moved(tensor: &Tensor, request: &ExportRequest) -> Result<Option<Tensor>> {
    let wanted = Request {
        device: request.device,
        copy: request.copy,
        stream: consumer(tensor, request)?,
        ..Request::default()
    };
    let ready = asarray(Source::Tensor(tensor, TA_ORIGIN_TENSOR), &wanted)?.settle();
    Ok((!ready.is(tensor)).then_some(ready))
}

/// The stream of the consumer. One who names none works on the default one or, with memory that the
/// CPU reads, in no stream at all.
fn consumer(tensor: &Tensor, request: &ExportRequest) -> Result<i64> {
    let (device, ready) = (tensor.device(), tensor.stream());
    let stays = request.device.is_none_or(|wanted| wanted.device_type == device.device_type);
    match request.stream {
        0 if ready == 0 || !stays => Ok(0),
        0 if device.is_host_readable() => {
            devices::wait(&tensor.view())?;
            Ok(-1)
        }
        // Nobody here need know the device: it is handed on as it came.
        0 if ready == DEFAULT_STREAM => Ok(0),
        0 => Ok(DEFAULT_STREAM),
        named => Ok(named),
    }
}
