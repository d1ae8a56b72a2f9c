//! `asarray`: look → decide → take.

use crate::abi::*;
use crate::convert::memory;
use crate::devices::{self, Guest, Wish};
use crate::hub::lineage::Lineage;
use crate::hub::{
    Origin, Request, Sequence, Source, Values, element, infer, place, refusal, stack,
};
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
use crate::model::shared::Shared;
use crate::model::tensor::{Draft, Marks, Room, Tensor};
use crate::model::view::{Bytes, View, Vouched};

/// A tensor, and what was taken for it but is not needed: memory that was copied.
///
/// Foreign memory goes when this does, not earlier: views of it may still be on the stack below.
#[must_use]
pub struct Outcome {
    tensor: Tensor,
    spent: Owner,
}

impl Outcome {
    /// Nothing but a tensor.
    pub fn of(tensor: Tensor) -> Outcome {
        Outcome { tensor, spent: Owner::Nobody }
    }

    /// Lets go what is not needed. No source of the call may be around any more.
    #[inline(always)]
    pub fn settle(self) -> Tensor {
        match self.spent {
            // Nothing to drop, which the compiler does not see.
            Owner::Nobody => std::mem::forget(self.spent),
            spent => drop(spent),
        }
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
    match source {
        Source::Tensor(tensor, origin) => {
            request.check_accepts(origin)?;
            of_tensor(tensor, origin, request, lineage).map(Outcome::of)
        }
        Source::Memory(view, claim, origin) => {
            request.check_accepts(origin.code)?;
            share_or_copy(view, claim, origin, request, lineage)
        }
        Source::Buffer(bytes, claim, origin) => {
            request.check_accepts(origin.code)?;
            let dtype = request.dtype.unwrap_or(request.default_dtype);
            let shape = [bytes.count(dtype)?];
            share_or_copy(bytes.regroup(dtype, &shape)?, claim, origin, request, lineage)
        }
        Source::Values(values, origin) => {
            make_of_values(&values, origin, request, lineage).map(Outcome::of)
        }
    }
}

/// Makes a tensor of values: [`asarray`] of a [`Source::Values`], of which there is nothing to take.
///
/// # Errors
/// As there.
pub fn of_values(values: &Values<'_>, origin: i32, request: &Request) -> Result<Tensor> {
    make_of_values(values, origin, request, &Lineage::AsRequested)
}

#[inline(never)]
fn make_of_values(
    values: &Values<'_>,
    origin: i32,
    request: &Request,
    lineage: &Lineage,
) -> Result<Tensor> {
    request.check_accepts(origin)?;
    match values {
        Values::Typed(view) => of_typed_scalar(view, origin, request, lineage),
        Values::Scalar(value) => of_scalar(*value, origin, request, lineage),
        Values::Sequence(items) => of_sequence(*items, origin, request, lineage),
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
    share_or_copy(
        view,
        claim,
        Origin::own(TA_ORIGIN_BUFFER),
        &Request { copy: CopyMode::Never, ..Request::default() },
        &Lineage::AsRequested,
    )
}

#[inline(never)]
fn of_tensor(tensor: &Tensor, origin: i32, request: &Request, lineage: &Lineage) -> Result<Tensor> {
    let view = tensor.view();
    let target = Target::of(&view, request)?;
    let requires_grad = request.requires_grad(tensor.requires_grad(), target.dtype)?;
    let facts = target.facts(&view, None);
    match decide(facts, request.demand()) {
        Plan::Alias if lineage.is_free() && is_already(tensor, request, requires_grad) => {
            used_on(&view, request.stream)?;
            Ok(tensor.clone())
        }
        // The caller's own tensor never changes: another flag is another handle.
        Plan::Alias => {
            let gradient = lineage.of_alias(tensor, requires_grad)?;
            let view = ordered(view, request.stream)?;
            used_on(&view, request.stream)?;
            make::over(tensor, &view, request.mark(view.flags()), gradient)
        }
        Plan::Copy(reason) | Plan::Adopt(reason) => {
            let converted = facts.other_dtype || facts.other_device;
            let gradient = lineage.of_copy(tensor, converted, requires_grad)?;
            let provenance = Provenance::copy(origin, reason);
            copy(&view, target, request, provenance, gradient)
        }
        Plan::Refused(reason) => Err(refusal::refusal(reason, &view, target)),
    }
}

/// Whether the tensor has all marks that the result is to have.
fn is_already(tensor: &Tensor, request: &Request, requires_grad: bool) -> bool {
    let flags = tensor.flags();
    requires_grad == tensor.requires_grad()
        && request.mark(flags) == flags
        && (request.stream < 1 || request.stream == tensor.stream())
}

/// Makes a tensor of what nearly every source is, of which nothing is asked: what [`asarray`] decides for
/// it, in a few steps. Gives the room back where it is something else, or something is wrong.
#[inline(always)]
pub fn of_plain(
    room: Room,
    memory: &Vouched<'_>,
    claim: Claim,
    origin: i32,
) -> Result<Outcome, Room> {
    if memory.description().flags & DLPACK_IS_COPIED != 0 {
        return Err(room);
    }
    Ok(adopt(room.fill_with_plain(memory, origin)?, memory.description().lender, claim))
}

/// Makes a tensor of memory that can be shared as it is, of which nothing is asked: what [`asarray`]
/// decides for it without much to weigh. `None` leaves the rest, and whatever is wrong, to [`asarray`].
pub fn of_memory(room: Room, memory: &Vouched<'_>, claim: Claim, origin: i32) -> Option<Outcome> {
    let described = memory.description();
    if described.flags & DLPACK_IS_COPIED != 0 || described.device != Device::CPU {
        return None;
    }
    Some(adopt(room.fill_with_any(memory, origin)?, described.lender, claim))
}

fn share_or_copy(
    view: View<'_>,
    claim: Claim,
    origin: Origin,
    request: &Request,
    lineage: &Lineage,
) -> Result<Outcome> {
    if request.stream != 0 && origin.code == TA_ORIGIN_DLPACK {
        return ready_on_stream(view, claim, origin, request, lineage);
    }
    share_or_copy_for(request.stream, view, claim, origin, request, lineage)
}

/// [`share_or_copy`] for a consumer who works on `consumer`, a stream of the source's device; below 1 none
/// is named.
#[inline(always)]
fn share_or_copy_for(
    consumer: i64,
    view: View<'_>,
    claim: Claim,
    origin: Origin,
    request: &Request,
    lineage: &Lineage,
) -> Result<Outcome> {
    let target = Target::of(&view, request)?;
    let requires_grad = request.requires_grad(false, target.dtype)?;
    let gradient = lineage.of_values(requires_grad)?;
    let provenance = match decide(target.facts(&view, origin.made), request.demand()) {
        Plan::Alias => Provenance::alias(origin.code),
        Plan::Adopt(reason) => Provenance::copy(origin.code, reason),
        Plan::Copy(reason) => {
            let provenance = Provenance::copy(origin.code, reason);
            let tensor = copy(&view, target, request, provenance, gradient)?;
            return Ok(Outcome { tensor, spent: claim.take() });
        }
        Plan::Refused(reason) if origin.made.is_some() => return Err(refusal::of_made(reason)),
        Plan::Refused(reason) => return Err(refusal::refusal(reason, &view, target)),
    };
    let view = ordered(view, request.stream)?;
    let draft = Draft::new(&view, Marks { flags: request.mark(view.flags()), provenance })?;
    let draft = draft.with(gradient)?;
    if view.device() != Device::CPU {
        return adopt_there(draft, view.device(), view.lender(), claim, consumer);
    }
    Ok(adopt(draft, view.lender(), claim))
}

/// Takes what the draft is over, for it to hold: a share, where a tensor of ours has lent it.
#[inline(always)]
fn adopt(draft: Draft, lender: Option<&Tensor>, claim: Claim) -> Outcome {
    let (root, taken) = (lender.map(Tensor::root), claim.take());
    match root {
        Some(root) => Outcome { tensor: draft.adopt(Owner::Tensor(root)), spent: taken },
        None => Outcome::of(draft.adopt(taken)),
    }
}

/// A tensor over memory on a device, which stays until the consumer's work is done.
#[inline(never)]
fn adopt_there(
    draft: Draft,
    device: Device,
    lender: Option<&Tensor>,
    claim: Claim,
    consumer: i64,
) -> Result<Outcome> {
    if let Some(lender) = lender {
        used_on(&lender.view(), consumer)?;
        let root = Owner::Tensor(lender.root());
        return Ok(Outcome { tensor: draft.adopt(root), spent: claim.take() });
    }
    let guest = Guest::expected(device)?;
    if consumer > 0 {
        guest.used_on(consumer)?;
    }
    Ok(Outcome::of(draft.adopt(guest.take(claim))))
}

/// Makes a tensor of a DLPack tensor whose producer has made it ready on the consumer's stream, which
/// is one of the source's device.
#[inline(never)]
fn ready_on_stream(
    view: View<'_>,
    claim: Claim,
    origin: Origin,
    request: &Request,
    lineage: &Lineage,
) -> Result<Outcome> {
    let ready = Request::check_stream(request.stream, view.device(), Some(&view))?;
    let seen_to = Request { stream: 0, ..*request };
    share_or_copy_for(ready, view.on_stream(ready), claim, origin, &seen_to, lineage)
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
        let device = match request.device {
            Some(device) => devices::resolve(device)?,
            None => view.device(),
        };
        let dtype = match request.dtype {
            Some(dtype) => dtype.check().map(|()| dtype)?,
            None => view.dtype(),
        };
        Request::check_stream(request.stream, device, Some(view))?;
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

/// The view as work on the consumer's stream sees it, if there is one: when its elements are ready.
#[inline(always)]
fn ordered(view: View<'_>, stream: i64) -> Result<View<'_>> {
    let ready = if stream < 1 { view.stream() } else { order(view, stream)? };
    Ok(view.on_stream(ready))
}

/// [`devices::order`] of a copy, so that the caller need not have the view in memory.
#[inline(never)]
fn order(view: View<'_>, stream: i64) -> Result<i64> {
    devices::order(&view, stream)
}

/// Lets the memory of a tensor be given back only after the consumer's work, if a stream of his is named.
#[inline]
fn used_on(view: &View<'_>, stream: i64) -> Result<()> {
    if stream < 1 { Ok(()) } else { devices::used_on(view, stream) }
}

/// A tensor over a converted copy of the view's elements.
#[inline(never)]
fn copy(
    view: &View<'_>,
    target: Target,
    request: &Request,
    provenance: Provenance,
    gradient: Option<Shared<dyn Gradient>>,
) -> Result<Tensor> {
    let mut strides = Dims::zeros(view.shape().len());
    let Target { dtype, device } = target;
    let marks = Marks { flags: request.mark(view.flags() & DLPACK_SUBBYTE_PADDED), provenance };
    if device == Device::CPU && view.device() == Device::CPU {
        let block = memory::gather(view, dtype, request.contiguous, &mut strides)?;
        return make::of_block(block, dtype, view.shape(), &strides, marks, gradient);
    }
    let Request { contiguous, stream, .. } = *request;
    let wish = Wish { dtype, device, contiguous, stream, to: None };
    let moved = devices::gather(view, &wish, &mut strides)?;
    moved.into_tensor(dtype, view.shape(), &strides, marks, gradient)
}

/// Where values go: there is no source that could be on another device.
fn check_values(what: &str, request: &Request) -> Result<()> {
    let device = request.device.unwrap_or(Device::CPU);
    Request::check_stream(request.stream, device, None)?;
    let facts = Facts { not_memory: true, ..Facts::default() };
    if let Plan::Refused(_) = decide(facts, request.demand()) {
        return Err(Error::new(TA_ERR_CANNOT_ALIAS, format_args!("{what}")));
    }
    Ok(())
}

fn of_typed_scalar(
    view: &View<'_>,
    origin: i32,
    request: &Request,
    lineage: &Lineage,
) -> Result<Tensor> {
    check_values(refusal::of_typed_scalar(origin), request)?;
    let dtype = request.dtype.unwrap_or(view.dtype());
    dtype.check()?;
    let requires_grad = request.requires_grad(false, dtype)?;
    let block = memory::gather(view, dtype, true, &mut [])?;
    let provenance = Provenance::copy(origin, Reason::NotMemory);
    let marks = Marks { flags: request.mark(view.flags() & DLPACK_SUBBYTE_PADDED), provenance };
    place::of_values(block, dtype, &[], &[], request, marks, lineage.of_values(requires_grad)?)
}

#[inline(always)]
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
    place::of_values(block, dtype, &[], &[], request, marks, lineage.of_values(requires_grad)?)
}

fn of_sequence(
    sequence: &dyn Sequence,
    origin: i32,
    request: &Request,
    lineage: &Lineage,
) -> Result<Tensor> {
    check_values(refusal::OF_VALUES, request)?;
    let mut scan = infer::Scan::of(request);
    let mut found = infer::discover(sequence, request, &mut scan)?;
    let requires_grad = request.requires_grad(found.requires_grad, found.dtype)?;
    // Filled where it stands: it is too large to be moved.
    let mut strides = Dims::empty();
    strides.fill_up(0, found.shape.len());
    layout::compact_strides(found.shape, 1, &mut strides)?;
    let (block, parts) = stack::stack(sequence, &mut found, request)?;
    let gradient = lineage.of_stack(&parts, requires_grad)?;
    let provenance = Provenance::copy(origin, Reason::NotMemory);
    let marks = Marks { flags: request.mark(found.flags), provenance };
    place::of_values(block, found.dtype, found.shape, &strides, request, marks, gradient)
}
