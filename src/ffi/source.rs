//! `ta_source` and its members, from C to what the hub understands.

use crate::abi::*;
use crate::dlpack;
use crate::ffi::callback::Said;
use crate::ffi::options::{check_known, check_zero, outside, unknown};
use crate::ffi::sequence::Callbacks;
use crate::ffi::{extents, non_null, sized};
use crate::hub::{Origin, Request, Source, Values};
use crate::model::device::Device;
use crate::model::error::{Error, Result};
use crate::model::owner::Claim;
use crate::model::plan::Reason;
use crate::model::provenance::reason_of;
use crate::model::scalar::Scalar;
use crate::model::tensor::Tensor;
use crate::model::view::{Bytes, Description, Strides, View, Vouched};

/// What a parsed source is handed to, for as long as what it borrows is there.
pub(super) trait Then: Sized {
    type Made;

    /// Any source.
    fn source(self, source: Source<'_>) -> Result<Self::Made>;

    /// Values, for which there may be a shorter way.
    #[inline(always)]
    fn values(self, values: Values<'_>, origin: i32) -> Result<Self::Made> {
        self.source(Source::Values(values, origin))
    }
}

impl<T, F: FnOnce(Source<'_>) -> Result<T>> Then for F {
    type Made = T;

    #[inline(always)]
    fn source(self, source: Source<'_>) -> Result<T> {
        self(source)
    }
}

/// Parses a source and hands it on. Compiled into its caller: nothing of a source that is strided
/// memory has to lie in memory itself.
///
/// # Safety
/// `source` is NULL or initialised for as many bytes as its size says, and so is what it
/// describes; what it owns changes hands if the call succeeds.
#[inline(always)]
pub(super) unsafe fn parse<N: Then>(source: *const ta_source, then: N) -> Result<N::Made> {
    let mut completed = None;
    // SAFETY: passed on from this function's contract.
    let given = unsafe { sized::read(source, &mut completed, "source") }?;
    let origin = |own: i32| match given.origin {
        0 => Ok(own),
        TA_ORIGIN_TENSOR..=TA_ORIGIN_SEQUENCE => Ok(given.origin),
        other => Err(unknown("source.origin", other)),
    };
    let made = made(given)?;
    let memory_of = |own: i32| Ok(Origin { code: origin(own)?, made });
    match given.kind {
        TA_SOURCE_TENSOR => {
            // SAFETY: the member that `kind` names.
            let tensor = unsafe { &given.value.tensor };
            non_null(*tensor, "source.value.tensor")?;
            // SAFETY: a live handle, by the caller's contract.
            then.source(Source::Tensor(
                unsafe { Tensor::borrow(tensor) },
                origin(TA_ORIGIN_TENSOR)?,
            ))
        }
        TA_SOURCE_MEMORY => {
            // SAFETY: the member that `kind` names.
            let given = unsafe { &given.value.memory };
            // SAFETY: passed on from this function's contract.
            let (view, claim, origin) = unsafe { memory(given, memory_of(TA_ORIGIN_MEMORY)?) }?;
            then.source(Source::Memory(view, claim, origin))
        }
        TA_SOURCE_TYPED_SCALAR => {
            // SAFETY: the member that `kind` names.
            let given = unsafe { &given.value.typed_scalar };
            // SAFETY: passed on from this function's contract.
            let view = unsafe { typed_scalar(given) }?;
            then.values(Values::Typed(view), origin(TA_ORIGIN_SCALAR)?)
        }
        TA_SOURCE_DLPACK => {
            // SAFETY: the member that `kind` names.
            let managed = unsafe { given.value.dlpack };
            // SAFETY: passed on from this function's contract.
            let (view, claim, origin) =
                unsafe { dlpack(managed, "source.value.dlpack", memory_of(TA_ORIGIN_DLPACK)?) }?;
            then.source(Source::Memory(view, claim, origin))
        }
        TA_SOURCE_DLPACK_LEGACY => {
            // SAFETY: the member that `kind` names.
            let managed = unsafe { given.value.dlpack_legacy };
            // SAFETY: passed on from this function's contract.
            let (view, claim, origin) = unsafe {
                dlpack(managed, "source.value.dlpack_legacy", memory_of(TA_ORIGIN_DLPACK)?)
            }?;
            then.source(Source::Memory(view, claim, origin))
        }
        TA_SOURCE_BUFFER => {
            // SAFETY: the member that `kind` names.
            let given = unsafe { &given.value.buffer };
            // SAFETY: passed on from this function's contract.
            let (bytes, claim) = unsafe { buffer(given) }?;
            then.source(Source::Buffer(bytes, claim, memory_of(TA_ORIGIN_BUFFER)?))
        }
        TA_SOURCE_SCALAR => {
            // SAFETY: the member that `kind` names.
            let value = scalar(unsafe { &given.value.scalar })?;
            then.values(Values::Scalar(value), origin(TA_ORIGIN_SCALAR)?)
        }
        TA_SOURCE_SEQUENCE => {
            // SAFETY: the member that `kind` names.
            let sequence = unsafe { &given.value.sequence };
            let said = Said::nothing();
            // SAFETY: passed on from this function's contract.
            let callbacks = unsafe { Callbacks::new(sequence, &said) }?;
            then.values(Values::Sequence(&callbacks), origin(TA_ORIGIN_SEQUENCE)?)
        }
        0 => Err(outside("source.kind", 0)),
        other => Err(unknown("source.kind", other)),
    }
}

/// The strided memory that a source is, and its `TA_ORIGIN_…`, if it is its own; `None` also where [`parse`]
/// has an error to tell.
///
/// # Safety
/// As for [`parse`].
#[inline(always)]
pub(super) unsafe fn own_memory<'a>(source: *const ta_source) -> Option<(&'a ta_memory, i32)> {
    if source.is_null() {
        return None;
    }
    // SAFETY: not NULL, and the size comes first.
    let is_ours = unsafe { (*source).struct_size } == size_of::<ta_source>();
    // SAFETY: not NULL, and if it has all our fields, initialised by the caller's contract.
    let given = is_ours.then(|| unsafe { &*source })?;
    let code = match given.origin {
        0 => TA_ORIGIN_MEMORY,
        TA_ORIGIN_TENSOR..=TA_ORIGIN_SEQUENCE => given.origin,
        _ => return None,
    };
    if (given.kind, given.made, given.reserved) != (TA_SOURCE_MEMORY, TA_REASON_NONE, 0) {
        return None;
    }
    // SAFETY: the member that `kind` names.
    Some((unsafe { &given.value.memory }, code))
}

/// What strided memory says it is, not checked yet, and the claim on it; `None` where [`memory`] has an
/// error to tell, or a stream to look for.
///
/// # Safety
/// As for [`memory`].
#[inline(always)]
pub(super) unsafe fn glance<'a>(given: &ta_memory) -> Option<(Vouched<'a>, Claim)> {
    if given.stream != 0 {
        return None;
    }
    // SAFETY: passed on from this function's contract.
    let (described, claim) = unsafe { describe(given) }.ok()?;
    // SAFETY: the caller vouches for the memory.
    Some((unsafe { Vouched::new(described) }, claim))
}

/// Why the memory of a source was made for this call, if it was.
#[inline]
fn made(given: &ta_source) -> Result<Option<Reason>> {
    check_zero(given.reserved, "source.reserved")?;
    if given.made == TA_REASON_NONE { Ok(None) } else { made_because(given).map(Some) }
}

#[inline(never)]
fn made_because(given: &ta_source) -> Result<Reason> {
    let has_memory = matches!(
        given.kind,
        TA_SOURCE_MEMORY | TA_SOURCE_DLPACK | TA_SOURCE_DLPACK_LEGACY | TA_SOURCE_BUFFER
    );
    if !has_memory {
        let message = format_args!(
            "source.made is {}, but a source of kind {} has no memory that could be taken over",
            given.made, given.kind
        );
        return Err(Error::new(TA_ERR_INVALID_ARGUMENT, message));
    }
    reason_of(given.made).ok_or_else(|| unknown("source.made", given.made))
}

/// A DLPack tensor of either version.
///
/// # Safety
/// `managed` is NULL or initialised, and changes hands if the call succeeds.
#[inline(always)]
pub(super) unsafe fn dlpack<'a, M: dlpack::Managed>(
    managed: *mut M,
    argument: &'static str,
    origin: Origin,
) -> Result<(View<'a>, Claim, Origin)> {
    let managed = non_null(managed, argument)?;
    // SAFETY: not NULL, so initialised by the caller's contract.
    let (view, claim) = unsafe { dlpack::look(managed) }?;
    // DLPack promises that nobody but the consumer has such a copy.
    let copied = (view.flags() & DLPACK_IS_COPIED != 0).then_some(Reason::Producer);
    Ok((view, claim, Origin { made: origin.made.or(copied), ..origin }))
}

/// Strided memory.
///
/// # Safety
/// What it describes is there for `'a`, and its release changes hands if the call succeeds.
#[inline(always)]
pub(super) unsafe fn memory<'a>(
    given: &ta_memory,
    origin: Origin,
) -> Result<(View<'a>, Claim, Origin)> {
    // SAFETY: passed on from this function's contract.
    let (described, claim) = unsafe { describe(given) }?;
    // SAFETY: the caller vouches for the memory.
    let mut view = unsafe { View::new(described) }?;
    if given.stream != 0 {
        let ready = Request::check_stream(given.stream, view.device(), None)?;
        view = view.on_stream(ready);
    }
    Ok((view, claim, origin))
}

/// What strided memory says it is, but for its stream, and the claim on it.
///
/// # Safety
/// As for [`memory`].
#[inline(always)]
unsafe fn describe<'a>(given: &ta_memory) -> Result<(Description<'a>, Claim)> {
    const KNOWN: u64 = TA_MEMORY_READ_ONLY | TA_MEMORY_BYTE_SWAPPED | TA_MEMORY_SUBBYTE_PADDED;
    check_known(given.flags, KNOWN, "memory.flags")?;
    // SAFETY: NULL or ndim extents, by the caller's contract.
    let shape = unsafe { extents(given.shape, given.ndim, "memory.shape") }?;
    check_unused(&given.reserved, "memory.reserved")?;
    let strides = match given.strides_bytes.is_null() || shape.is_empty() {
        true => Strides::Compact,
        false => {
            // SAFETY: not NULL, so ndim strides by the caller's contract.
            Strides::Bytes(unsafe {
                extents(given.strides_bytes, given.ndim, "memory.strides_bytes")
            }?)
        }
    };
    let described = Description {
        data: given.data.cast(),
        byte_offset: given.byte_offset,
        dtype: given.dtype,
        device: given.device.given().unwrap_or(Device::CPU),
        shape,
        strides,
        swapped: given.flags & TA_MEMORY_BYTE_SWAPPED != 0,
        flags: dlpack_flags(given.flags),
        stream: 0,
        lender: None,
    };
    // SAFETY: the caller hands the release over if the call succeeds.
    let claim = unsafe { Claim::new(given.owner, given.release) };
    Ok((described, claim))
}

/// That fields of a newer caller are not in use.
fn check_unused(reserved: &[u64; 2], argument: &'static str) -> Result<()> {
    match reserved {
        [0, 0] => Ok(()),
        _ => Err(in_use(argument)),
    }
}

#[cold]
#[inline(never)]
fn in_use(argument: &'static str) -> Error {
    let message = format_args!("{argument} is not zero: this library does not know what it means");
    Error::new(TA_ERR_UNSUPPORTED, message)
}

/// `TA_MEMORY_…` as DLPack says it.
fn dlpack_flags(flags: u64) -> u64 {
    let one = |ours: u64, theirs: u64| if flags & ours != 0 { theirs } else { 0 };
    one(TA_MEMORY_READ_ONLY, DLPACK_READ_ONLY)
        | one(TA_MEMORY_SUBBYTE_PADDED, DLPACK_SUBBYTE_PADDED)
}

/// One element that has a dtype.
///
/// # Safety
/// Its bytes are there for `'a`.
unsafe fn typed_scalar<'a>(given: &ta_typed_scalar) -> Result<View<'a>> {
    check_known(given.flags, TA_MEMORY_BYTE_SWAPPED, "typed_scalar.flags")?;
    check_zero(given.reserved, "typed_scalar.reserved")?;
    let description = Description {
        data: non_null(given.data, "typed_scalar.data")?.cast_mut().cast(),
        byte_offset: 0,
        dtype: given.dtype,
        device: Device::CPU,
        shape: &[],
        strides: Strides::Compact,
        swapped: given.flags & TA_MEMORY_BYTE_SWAPPED != 0,
        // One element, on its own, always fills its bytes.
        flags: DLPACK_READ_ONLY | DLPACK_SUBBYTE_PADDED,
        stream: 0,
        lender: None,
    };
    // SAFETY: the caller vouches for the bytes.
    unsafe { View::new(description) }
}

/// A buffer of bytes.
///
/// # Safety
/// The bytes are there for `'a`, and their release changes hands if the call succeeds.
pub(super) unsafe fn buffer<'a>(given: &ta_buffer) -> Result<(Bytes<'a>, Claim)> {
    check_known(given.flags, TA_MEMORY_READ_ONLY, "buffer.flags")?;
    check_unused(&given.reserved, "buffer.reserved")?;
    // SAFETY: the caller vouches for the bytes.
    let bytes =
        unsafe { Bytes::new(given.data.cast(), given.size_bytes, dlpack_flags(given.flags)) }?;
    // SAFETY: the caller hands the release over if the call succeeds.
    Ok((bytes, unsafe { Claim::new(given.owner, given.release) }))
}

/// A number of the host language.
#[inline(always)]
pub(super) fn scalar(given: &ta_scalar) -> Result<Scalar> {
    check_zero(given.reserved, "scalar.reserved")?;
    // Each member is eight bytes or more of plain numbers, so reading any of them is defined.
    Ok(match given.kind {
        // SAFETY: the member that `kind` names.
        TA_SCALAR_BOOL => Scalar::Bool(unsafe { given.value.i } != 0),
        // SAFETY: the member that `kind` names.
        TA_SCALAR_INT => Scalar::Int(unsafe { given.value.i }),
        // SAFETY: the member that `kind` names.
        TA_SCALAR_UINT => Scalar::unsigned(unsafe { given.value.u }),
        // SAFETY: the member that `kind` names.
        TA_SCALAR_FLOAT => Scalar::Float(unsafe { given.value.f }),
        TA_SCALAR_COMPLEX => {
            // SAFETY: the member that `kind` names.
            let [re, im] = unsafe { given.value.c };
            Scalar::Complex(re, im)
        }
        other => return Err(outside("scalar.kind", other)),
    })
}

impl From<Scalar> for ta_scalar {
    fn from(value: Scalar) -> ta_scalar {
        let (kind, value) = match value {
            Scalar::Bool(v) => (TA_SCALAR_BOOL, ta_scalar_value { i: v.into() }),
            Scalar::Int(v) => (TA_SCALAR_INT, ta_scalar_value { i: v }),
            Scalar::UInt(v) => (TA_SCALAR_UINT, ta_scalar_value { u: v }),
            Scalar::Float(v) => (TA_SCALAR_FLOAT, ta_scalar_value { f: v }),
            Scalar::Complex(re, im) => (TA_SCALAR_COMPLEX, ta_scalar_value { c: [re, im] }),
        };
        ta_scalar { kind, reserved: 0, value }
    }
}
