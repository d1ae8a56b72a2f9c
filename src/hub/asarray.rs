//! `asarray`: look → decide → take.

use std::sync::Arc;

use crate::abi::*;
use crate::convert::memory;
use crate::hub::lineage::Lineage;
use crate::hub::{Origin, Request, Sequence, Source, element, infer, refusal, stack};
use crate::model::device::Device;
use crate::model::dtype::DType;
use crate::model::error::{Error, Result};
use crate::model::gradient::Gradient;
use crate::model::layout;
use crate::model::make;
use crate::model::owner::{Claim, Owner};
use crate::model::plan::{CopyMode, Facts, Plan, Reason, decide};
use crate::model::prefix::Dims;
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
#[inline(never)]
pub fn asarray(source: Source<'_>, request: &Request) -> Result<Outcome> {
    make_tensor(source, request, &Lineage::AsRequested)
}

/// [`asarray`], with a word on what the result descends from.
pub(super) fn make_tensor(
    source: Source<'_>,
    request: &Request,
    lineage: &Lineage,
) -> Result<Outcome> {
    let origin = source.origin();
    request.check_accepts(origin)?;
    let of_values = |tensor: Result<Tensor>| tensor.map(Outcome::of);
    match source {
        Source::Tensor(tensor) => of_tensor(tensor, request, lineage).map(Outcome::of),
        Source::Memory(view, claim, origin) => share_or_copy(view, claim, origin, request, lineage),
        Source::Buffer(bytes, claim, origin) => {
            let dtype = request.dtype.unwrap_or(request.default_dtype);
            let shape = [bytes.count(dtype)?];
            share_or_copy(bytes.regroup(dtype, &shape)?, claim, origin, request, lineage)
        }
        Source::TypedScalar(view, _) => of_values(of_typed_scalar(&view, origin, request, lineage)),
        Source::Scalar(value, _) => of_values(of_scalar(value, origin, request, lineage)),
        Source::Sequence(items, _) => of_values(of_sequence(items, origin, request, lineage)),
    }
}

/// Makes a 1-D tensor over bytes; never copies.
///
/// # Errors
/// As `ta_frombuffer` lists them.
#[doc(alias = "ta_frombuffer")]
pub fn frombuffer(
    bytes: Bytes<'_>,
    claim: Claim<'_>,
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
    share_or_copy(
        view,
        claim,
        Origin::own(TA_ORIGIN_BUFFER),
        &Request { copy: CopyMode::Never, ..Request::default() },
        &Lineage::AsRequested,
    )
}

#[inline(never)]
fn of_tensor(tensor: &Tensor, request: &Request, lineage: &Lineage) -> Result<Tensor> {
    let view = tensor.view();
    let target = Target::of(&view, request)?;
    let requires_grad = request.requires_grad(tensor.requires_grad(), target.dtype)?;
    match decide(target.facts(&view, None), request.demand()) {
        Plan::Alias if lineage.is_free() && is_already(tensor, request, requires_grad) => {
            Ok(tensor.clone())
        }
        // The caller's own tensor never changes: another flag is another handle.
        Plan::Alias => {
            let gradient = lineage.of_alias(tensor, requires_grad);
            make::over(tensor, &view, request.mark(view.flags()), gradient)
        }
        Plan::Copy(reason) | Plan::Adopt(reason) => {
            let Facts { other_dtype, other_device, .. } = target.facts(&view, None);
            let converted = other_dtype || other_device;
            let gradient = lineage.of_copy(tensor, converted, requires_grad);
            copy(&view, target, TA_ORIGIN_TENSOR, reason, request, gradient)
        }
        Plan::Refused(reason) => Err(refusal::refusal(reason, &view, target)),
    }
}

/// Whether the tensor has all marks that the result is to have.
fn is_already(tensor: &Tensor, request: &Request, requires_grad: bool) -> bool {
    let flags = tensor.flags();
    requires_grad == tensor.requires_grad() && request.mark(flags) == flags
}

/// Makes a tensor of memory: [`asarray`] of a [`Source::Memory`]. Compiled into its caller, as
/// hardly anything is left of it where nothing is asked for.
///
/// # Errors
/// As there.
#[inline(always)]
pub fn of_memory(
    view: View<'_>,
    claim: Claim<'_>,
    origin: Origin,
    request: &Request,
) -> Result<Outcome> {
    request.check_accepts(origin.code)?;
    share_or_copy(view, claim, origin, request, &Lineage::AsRequested)
}

#[inline(always)]
fn share_or_copy(
    view: View<'_>,
    claim: Claim<'_>,
    origin: Origin,
    request: &Request,
    lineage: &Lineage,
) -> Result<Outcome> {
    let target = Target::of(&view, request)?;
    let requires_grad = request.requires_grad(false, target.dtype)?;
    let gradient = lineage.of_values(requires_grad);
    let provenance = match decide(target.facts(&view, origin.made), request.demand()) {
        Plan::Alias => Provenance::alias(origin.code),
        Plan::Adopt(reason) => Provenance::copy(origin.code, reason),
        Plan::Copy(reason) => {
            let tensor = copy(&view, target, origin.code, reason, request, gradient)?;
            return Ok(Outcome { tensor, spent: claim.take() });
        }
        Plan::Refused(reason) if origin.made.is_some() => return Err(refusal::of_made(reason)),
        Plan::Refused(reason) => return Err(refusal::refusal(reason, &view, target)),
    };
    let draft = Draft::new(&view, Marks { flags: request.mark(view.flags()), provenance })?;
    let (draft, root, taken) = (draft.with(gradient), claim.root(), claim.take());
    Ok(match root {
        Some(root) => Outcome { tensor: draft.adopt(Owner::Tensor(root)), spent: taken },
        None => Outcome::of(draft.adopt(taken)),
    })
}

#[cold]
#[inline(never)]
fn no_current(device: Device) -> Error {
    let message = format_args!("no backend here knows which {device} device is the current one");
    Error::new(TA_ERR_DEVICE, message)
}

/// What the result will be.
#[derive(Clone, Copy)]
pub(super) struct Target {
    pub(super) dtype: DType,
    pub(super) device: Device,
}

impl Target {
    #[inline(always)]
    fn of(view: &View<'_>, request: &Request) -> Result<Target> {
        let device = request.device.unwrap_or(view.device());
        let dtype = match request.dtype {
            Some(dtype) => dtype.check().map(|()| dtype)?,
            None => view.dtype(),
        };
        if device.index < 0 {
            return Err(no_current(device));
        }
        Request::check_stream(request.stream, device)?;
        Ok(Target { dtype, device })
    }

    /// The source set against the target.
    #[inline(always)]
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

/// A tensor over a converted copy of the view's elements.
#[inline(never)]
fn copy(
    view: &View<'_>,
    target: Target,
    origin: i32,
    reason: Reason,
    request: &Request,
    gradient: Option<Arc<dyn Gradient>>,
) -> Result<Tensor> {
    check_allocatable(target.device)?;
    let mut strides = Dims::zeros(view.shape().len());
    let block = memory::gather(view, target.dtype, request.contiguous, &mut strides)?;
    let flags = request.mark(view.flags() & DLPACK_SUBBYTE_PADDED);
    let provenance = Provenance::copy(origin, reason);
    let marks = Marks { flags, provenance };
    make::of_block(block, target.dtype, view.shape(), &strides, marks, gradient)
}

/// That memory for a result can be had there.
fn check_allocatable(device: Device) -> Result<()> {
    if device == Device::CPU {
        return Ok(());
    }
    let message = format_args!("no backend here has memory on {device}; there is: cpu");
    Err(Error::new(TA_ERR_DEVICE, message))
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

fn of_typed_scalar(
    view: &View<'_>,
    origin: i32,
    request: &Request,
    lineage: &Lineage,
) -> Result<Tensor> {
    check_values(refusal::of_typed_scalar(origin), request)?;
    let target = Target { dtype: request.dtype.unwrap_or(view.dtype()), device: Device::CPU };
    target.dtype.check()?;
    let requires_grad = request.requires_grad(false, target.dtype)?;
    let gradient = lineage.of_values(requires_grad);
    copy(view, target, origin, Reason::NotMemory, request, gradient)
}

fn of_scalar(value: Scalar, origin: i32, request: &Request, lineage: &Lineage) -> Result<Tensor> {
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
    let marks = Marks { flags: request.mark(0), provenance };
    make::of_block(block, dtype, &[], &[], marks, lineage.of_values(requires_grad))
}

fn of_sequence(
    sequence: &dyn Sequence,
    origin: i32,
    request: &Request,
    lineage: &Lineage,
) -> Result<Tensor> {
    check_values(refusal::OF_VALUES, request)?;
    let found = infer::discover(sequence, request)?;
    let requires_grad = request.requires_grad(found.requires_grad, found.dtype)?;
    let mut strides = Dims::zeros(found.shape().len());
    layout::compact_strides(found.shape(), 1, &mut strides)?;
    let (block, parts) = stack::stack(sequence, &found, request)?;
    let gradient = lineage.of_stack(&parts, requires_grad);
    let provenance = Provenance::copy(origin, Reason::NotMemory);
    let marks = Marks { flags: request.mark(found.flags), provenance };
    make::of_block(block, found.dtype, found.shape(), &strides, marks, gradient)
}
