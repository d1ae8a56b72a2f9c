//! Lending a tensor as the consumer wants it: copied or moved first, if it asks for that.

use crate::abi::*;
use crate::dlpack;
use crate::hub::{ExportRequest, Request, Source, asarray};
use crate::model::error::{Error, Result};
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
        let message = format_args!(
            "a consumer of DLPack 0.{minor} does not know the struct with a version: lend the legacy one"
        );
        return Err(Error::new(TA_ERR_EXPORT, message));
    }
    let ready = prepare(tensor, request)?;
    let read_only = if request.read_only { DLPACK_READ_ONLY } else { 0 };
    dlpack::lend(&ready, copied_flag(tensor, &ready) | read_only)
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
    dlpack::lend_legacy(&prepare(tensor, request)?)
}

/// The tensor to lend: this one, or a copy that was asked for.
fn prepare(tensor: &Tensor, request: &ExportRequest) -> Result<Tensor> {
    if tensor.requires_grad() {
        return Ok(tensor.clone());
    }
    let wanted = Request {
        device: request.device,
        copy: request.copy,
        stream: request.stream,
        ..Request::default()
    };
    Ok(asarray(Source::Tensor(tensor), &wanted)?.settle())
}

/// IS_COPIED, if the consumer will be the sole owner of a copy made for it.
fn copied_flag(tensor: &Tensor, ready: &Tensor) -> u64 {
    if ready.is(tensor) { 0 } else { DLPACK_IS_COPIED }
}
