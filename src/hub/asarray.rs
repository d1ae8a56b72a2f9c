//! `asarray`: look → decide → take.

use crate::abi::*;
use crate::convert::memory;
use crate::hub::{Origin, Request, Sequence, Source, element, infer, refusal, stack};
use crate::model::alloc::Block;
use crate::model::device::Device;
use crate::model::dtype::DType;
use crate::model::error::{Error, Result};
use crate::model::layout::{self, MAX_NDIM};
use crate::model::owner::{Claim, Owner};
use crate::model::plan::{CopyMode, Facts, Plan, Reason, decide};
use crate::model::provenance::Provenance;
use crate::model::scalar::Scalar;
use crate::model::tensor::{Draft, Marks, Tensor};
use crate::model::view::{Bytes, View};

/// A tensor, and what was taken for it but is not needed: memory that was copied.
///
/// Foreign memory goes when this does, not earlier: views of it may still be on the stack below.
#[must_use]
pub struct Outcome {
    tensor: Tensor,
    spent: Owner,
}

impl Outcome {
    fn of(tensor: Tensor) -> Outcome {
        Outcome { tensor, spent: Owner::Nobody }
    }

    /// Lets go what is not needed. No source of the call may be around any more.
    pub fn settle(self) -> Tensor {
        drop(self.spent);
        self.tensor
    }
}

/// Makes a tensor of anything that is a [`Source`].
///
/// A foreign claim is taken when nothing can fail any more, and only then.
///
/// # Errors
/// As `ta_asarray` lists them; the source is then as it was.
#[doc(alias = "ta_asarray")]
pub fn asarray(source: Source<'_>, request: &Request) -> Result<Outcome> {
    let origin = source.origin();
    request.check_accepts(origin)?;
    match source {
        Source::Tensor(tensor) => of_tensor(tensor, request).map(Outcome::of),
        Source::Memory(view, claim, origin) => of_memory(view, claim, origin, request),
        Source::Buffer(bytes, claim, origin) => {
            let dtype = request.dtype.unwrap_or(request.default_dtype);
            let shape = [bytes.count(dtype)?];
            of_memory(bytes.regroup(dtype, &shape)?, claim, origin, request)
        }
        Source::TypedScalar(view, _) => of_typed_scalar(&view, origin, request).map(Outcome::of),
        Source::Scalar(value, _) => of_scalar(value, origin, request).map(Outcome::of),
        Source::Sequence(items, _) => of_sequence(items, origin, request).map(Outcome::of),
    }
}

/// Makes a 1-D tensor over bytes; never copies.
///
/// # Errors
/// As `ta_frombuffer` lists them.
#[doc(alias = "ta_frombuffer")]
pub fn frombuffer(
    bytes: Bytes<'_>,
    claim: Claim,
    dtype: DType,
    count: i64,
    offset: usize,
) -> Result<Outcome> {
    let dtype = dtype
        .given()
        .ok_or_else(|| Error::new(TA_ERR_DTYPE, format_args!("frombuffer needs a dtype")))?;
    let rest = bytes.behind(offset)?;
    let shape = [match count {
        -1 => rest.count(dtype)?,
        0.. => count,
        _ => {
            let message = format_args!("count must be -1 or more, got {count}");
            return Err(Error::new(TA_ERR_INVALID_ARGUMENT, message));
        }
    }];
    let view = rest.regroup(dtype, &shape)?;
    of_memory(
        view,
        claim,
        Origin::own(TA_ORIGIN_BUFFER),
        &Request { copy: CopyMode::Never, ..Request::default() },
    )
}

fn of_tensor(tensor: &Tensor, request: &Request) -> Result<Tensor> {
    let view = tensor.view();
    let target = Target::of(&view, request)?;
    let requires_grad = request.requires_grad(tensor.requires_grad(), target.dtype)?;
    match decide(target.facts(&view, None), request.demand()) {
        Plan::Alias if is_already(tensor, request, requires_grad) => Ok(tensor.clone()),
        // The caller's own tensor never changes: another flag is another handle.
        Plan::Alias => {
            let provenance = Provenance::alias(TA_ORIGIN_TENSOR);
            let draft = share(&view, provenance, request, requires_grad)?;
            Ok(draft.adopt(Owner::Tensor(tensor.root())))
        }
        Plan::Copy(reason) | Plan::Adopt(reason) => {
            copy(&view, target, TA_ORIGIN_TENSOR, reason, request, requires_grad)
        }
        Plan::Refused(reason) => Err(refusal::refusal(reason, &view, target)),
    }
}

/// Whether the tensor has all marks that the result is to have.
fn is_already(tensor: &Tensor, request: &Request, requires_grad: bool) -> bool {
    let flags = tensor.flags();
    requires_grad == tensor.requires_grad() && request.mark(flags) == flags
}

fn of_memory(view: View<'_>, claim: Claim, origin: Origin, request: &Request) -> Result<Outcome> {
    let target = Target::of(&view, request)?;
    let requires_grad = request.requires_grad(false, target.dtype)?;
    let take = |claim: Claim, provenance: Provenance| {
        let draft = share(&view, provenance, request, requires_grad)?;
        Ok(Outcome::of(draft.adopt(claim.take())))
    };
    match decide(target.facts(&view, origin.made), request.demand()) {
        Plan::Alias => take(claim, Provenance::alias(origin.code)),
        Plan::Adopt(reason) => take(claim, Provenance::copy(origin.code, reason)),
        Plan::Copy(reason) => {
            let tensor = copy(&view, target, origin.code, reason, request, requires_grad)?;
            Ok(Outcome { tensor, spent: claim.take() })
        }
        Plan::Refused(reason) if origin.made.is_some() => Err(refusal::of_made(reason)),
        Plan::Refused(reason) => Err(refusal::refusal(reason, &view, target)),
    }
}

/// What the result will be.
#[derive(Clone, Copy)]
pub(super) struct Target {
    pub(super) dtype: DType,
    pub(super) device: Device,
}

impl Target {
    fn of(view: &View<'_>, request: &Request) -> Result<Target> {
        let dtype = request.dtype.unwrap_or(view.dtype());
        let device = request.device.unwrap_or(view.device());
        dtype.check()?;
        if device.index < 0 {
            let message =
                format_args!("no backend here knows which {device} device is the current one");
            return Err(Error::new(TA_ERR_DEVICE, message));
        }
        Request::check_stream(request.stream, device)?;
        Ok(Target { dtype, device })
    }

    /// The source set against the target.
    fn facts(self, view: &View<'_>, made: Option<Reason>) -> Facts {
        Facts {
            not_memory: false,
            other_device: self.device != view.device(),
            other_dtype: self.dtype != view.dtype(),
            swapped: view.is_swapped(),
            odd_strides: view.has_odd_strides(),
            read_only: view.is_read_only(),
            not_contiguous: !view.is_contiguous(),
            made,
        }
    }
}

/// A tensor over the view's memory, but for its owner.
fn share(
    view: &View<'_>,
    provenance: Provenance,
    request: &Request,
    requires_grad: bool,
) -> Result<Draft> {
    Draft::new(view, Marks { flags: request.mark(view.flags()), requires_grad, provenance })
}

/// A tensor over a converted copy of the view's elements.
fn copy(
    view: &View<'_>,
    target: Target,
    origin: i32,
    reason: Reason,
    request: &Request,
    requires_grad: bool,
) -> Result<Tensor> {
    check_allocatable(target.device)?;
    let mut strides = [0; MAX_NDIM];
    let strides = &mut strides[..view.shape().len()];
    let block = memory::gather(view, target.dtype, request.contiguous, strides)?;
    let flags = request.mark(view.flags() & DLPACK_SUBBYTE_PADDED);
    let provenance = Provenance::copy(origin, reason);
    own(block, target.dtype, view.shape(), strides, Marks { flags, requires_grad, provenance })
}

/// That memory for a result can be had there.
fn check_allocatable(device: Device) -> Result<()> {
    if device == Device::CPU {
        return Ok(());
    }
    let message = format_args!("no backend here has memory on {device}; there is: cpu");
    Err(Error::new(TA_ERR_DEVICE, message))
}

/// A tensor over a block of our own.
fn own(block: Block, dtype: DType, shape: &[i64], strides: &[i64], marks: Marks) -> Result<Tensor> {
    let draft = Draft::new(&View::of_block(&block, dtype, shape, strides, marks.flags)?, marks)?;
    Ok(draft.adopt(Owner::Block(block)))
}

/// Where values go: there is no source that could be on another device.
fn check_values(what: &str, request: &Request) -> Result<()> {
    let device = request.device.unwrap_or(Device::CPU);
    Request::check_stream(request.stream, device)?;
    let facts = Facts { not_memory: true, ..Facts::default() };
    if let Plan::Refused(_) = decide(facts, request.demand()) {
        return Err(Error::new(TA_ERR_CANNOT_ALIAS, format_args!("{what}")));
    }
    check_allocatable(device)
}

fn of_typed_scalar(view: &View<'_>, origin: i32, request: &Request) -> Result<Tensor> {
    check_values(refusal::of_typed_scalar(origin), request)?;
    let target = Target { dtype: request.dtype.unwrap_or(view.dtype()), device: Device::CPU };
    target.dtype.check()?;
    let requires_grad = request.requires_grad(false, target.dtype)?;
    copy(view, target, origin, Reason::NotMemory, request, requires_grad)
}

fn of_scalar(value: Scalar, origin: i32, request: &Request) -> Result<Tensor> {
    check_values(refusal::OF_VALUES, request)?;
    let dtype = match request.dtype {
        Some(dtype) => dtype,
        None => infer::of_scalar(value, request.default_dtype)?,
    };
    dtype.check()?;
    let requires_grad = request.requires_grad(false, dtype)?;
    let mut block = memory::room(1, dtype)?;
    memory::put(element::fit(value, dtype)?, &mut block, 0, dtype)?;
    let provenance = Provenance::copy(origin, Reason::NotMemory);
    own(block, dtype, &[], &[], Marks { flags: request.mark(0), requires_grad, provenance })
}

fn of_sequence(sequence: &dyn Sequence, origin: i32, request: &Request) -> Result<Tensor> {
    check_values(refusal::OF_VALUES, request)?;
    let found = infer::discover(sequence, request)?;
    let requires_grad = request.requires_grad(false, found.dtype)?;
    let mut strides = [0; MAX_NDIM];
    let strides = &mut strides[..found.shape().len()];
    layout::compact_strides(found.shape(), 1, strides)?;
    let block = stack::stack(sequence, &found, request)?;
    let provenance = Provenance::copy(origin, Reason::NotMemory);
    let flags = request.mark(found.flags);
    own(block, found.dtype, found.shape(), strides, Marks { flags, requires_grad, provenance })
}
