//! Looking at a foreign DLPack tensor, without owning it.

use std::ffi::c_void;
use std::slice;

use dlpark::ManagedTensorBase;

use crate::abi::*;
use crate::devices::DEFAULT_STREAM;
use crate::dlpack::export;
use crate::model::device::Device;
use crate::model::error::{Error, Result};
use crate::model::layout;
use crate::model::owner::Claim;
use crate::model::tensor::Tensor;
use crate::model::view::{Description, Strides, View, Vouched};

/// The two structs, as far as they differ for who looks at them.
pub trait Managed: ManagedTensorBase {
    /// DLPack's flags; none in the legacy struct.
    ///
    /// # Errors
    /// `TA_ERR_UNSUPPORTED` if the struct is of a major version whose layout we do not know.
    ///
    /// # Safety
    /// `managed` is initialised, at least up to the part that all versions share.
    unsafe fn flags_of(managed: *const Self) -> Result<u64>;

    /// The tensor inside.
    ///
    /// # Safety
    /// `managed` is initialised, and of a version that [`Managed::flags_of`] accepts.
    unsafe fn tensor_of(managed: *const Self) -> DLTensor;

    /// The tensor of ours that lent it, if this library did.
    ///
    /// # Safety
    /// As for [`Managed::tensor_of`], and `managed` stays as it is for `'a`.
    unsafe fn lender_of<'a>(managed: *const Self) -> Option<&'a Tensor>;
}

impl Managed for DLManagedTensor {
    unsafe fn flags_of(_: *const Self) -> Result<u64> {
        Ok(0)
    }

    unsafe fn tensor_of(managed: *const Self) -> DLTensor {
        // SAFETY: initialised, by the caller's contract.
        unsafe { (*managed).dl_tensor }
    }

    unsafe fn lender_of<'a>(managed: *const Self) -> Option<&'a Tensor> {
        // SAFETY: passed on from this function's contract.
        unsafe { export::legacy_lender(managed) }
    }
}

impl Managed for DLManagedTensorVersioned {
    unsafe fn flags_of(managed: *const Self) -> Result<u64> {
        // SAFETY: the version comes first in every version of the struct.
        let version = unsafe { (*managed).version };
        if version.major != DLPACK_VERSION.major {
            return Err(unknown_version(version));
        }
        // SAFETY: a version whose layout we know.
        Ok(unsafe { (*managed).flags }.bits())
    }

    unsafe fn tensor_of(managed: *const Self) -> DLTensor {
        // SAFETY: initialised and of a known version, by the caller's contract.
        unsafe { (*managed).dl_tensor }
    }

    unsafe fn lender_of<'a>(managed: *const Self) -> Option<&'a Tensor> {
        // SAFETY: passed on from this function's contract.
        unsafe { export::lender(managed) }
    }
}

#[cold]
#[inline(never)]
fn unknown_version(version: DLPackVersion) -> Error {
    let message = format_args!(
        "DLPack {}.{} is not understood, only {}.x is",
        version.major, version.minor, DLPACK_VERSION.major
    );
    Error::new(TA_ERR_UNSUPPORTED, message)
}

#[cold]
#[inline(never)]
fn no_shape(ndim: usize) -> Error {
    let message = format_args!("shape of a DLPack tensor with ndim {ndim} is NULL");
    Error::new(TA_ERR_NULL_ARGUMENT, message)
}

/// What a DLPack tensor is, and the claim on it.
///
/// Takes nothing: the tensor stays its owner's until the claim is taken. Then its deleter, if it
/// has one, is the claim's to run.
///
/// # Errors
/// `TA_ERR_UNSUPPORTED` (major version), `TA_ERR_NULL_ARGUMENT` (no shape, or no data for
/// elements), and what [`View::new`] refuses.
///
/// # Safety
/// `managed` is initialised; what it describes is readable, as [`View::new`] demands, until its
/// deleter runs; the result is not used after that. The claim is dropped untaken unless the call
/// that `managed` was given to succeeds.
#[inline(always)]
pub unsafe fn look<'a, M: Managed>(managed: *mut M) -> Result<(View<'a>, Claim)> {
    // SAFETY: passed on from this function's contract.
    let ndim = unsafe { rank(managed) }?;
    // SAFETY: as above, and it has been accepted.
    let (described, claim) = unsafe { describe(managed, ndim) }?;
    // SAFETY: the caller vouches for the memory.
    Ok((unsafe { View::new(described) }?, claim))
}

/// The number of axes of a tensor of a version that is understood.
///
/// # Errors
/// `TA_ERR_UNSUPPORTED` (major version), `TA_ERR_LAYOUT`.
///
/// # Safety
/// As for [`look`].
#[inline(always)]
pub unsafe fn rank<M: Managed>(managed: *const M) -> Result<usize> {
    // SAFETY: initialised, by the caller's contract.
    unsafe { M::flags_of(managed) }?;
    // SAFETY: as above, and the version has been accepted.
    layout::rank(unsafe { M::tensor_of(managed) }.ndim)
}

/// What [`look`] looks at, not checked yet; `None` where `look` has an error to tell.
///
/// # Safety
/// As for [`look`], and [`rank`] has returned `ndim`.
#[inline(always)]
pub unsafe fn glance<'a, M: Managed>(managed: *mut M, ndim: usize) -> Option<(Vouched<'a>, Claim)> {
    // SAFETY: passed on from this function's contract.
    let (described, claim) = unsafe { describe(managed, ndim) }.ok()?;
    // SAFETY: the caller vouches for the memory.
    Some((unsafe { Vouched::new(described) }, claim))
}

/// What a DLPack tensor says it is, and the claim on it.
///
/// # Safety
/// As for [`glance`].
#[inline(always)]
unsafe fn describe<'a, M: Managed>(
    managed: *mut M,
    ndim: usize,
) -> Result<(Description<'a>, Claim)> {
    // SAFETY: initialised, by the caller's contract.
    let flags = unsafe { M::flags_of(managed) }?;
    // SAFETY: as above, and the version has been accepted.
    let tensor = unsafe { M::tensor_of(managed) };
    if ndim != 0 && tensor.shape.is_null() {
        return Err(no_shape(ndim));
    }
    let strides = match ndim == 0 || tensor.strides.is_null() {
        // Not lawful from DLPack 1.2 on, but everybody takes it and some still send it.
        true => Strides::Compact,
        // SAFETY: not NULL, so ndim strides, by the caller's contract.
        false => Strides::Elements(unsafe { slice::from_raw_parts(tensor.strides, ndim) }),
    };
    let described = Description {
        data: tensor.data.cast(),
        byte_offset: tensor.byte_offset,
        dtype: tensor.dtype.into(),
        device: tensor.device.into(),
        shape: match ndim {
            0 => &[],
            // SAFETY: not NULL, so ndim extents, by the caller's contract.
            _ => unsafe { slice::from_raw_parts(tensor.shape, ndim) },
        },
        strides,
        swapped: false,
        flags,
        stream: ready_on(tensor.device.into()),
        // A loan of ours that comes back joins those who share the memory: no chain of loans grows.
        // SAFETY: initialised, of an accepted version, and there until its deleter runs.
        lender: unsafe { M::lender_of(managed) },
    };
    // SAFETY: a DLPack deleter runs on any thread and does not unwind (dlpack.h); the caller hands
    // the tensor over if its call succeeds.
    let claim = unsafe { Claim::new(managed.cast(), Some(release::<M>)) };
    Ok((described, claim))
}

/// The stream on which a producer that was told of none has its elements ready, by the array API.
#[inline(always)]
fn ready_on(device: Device) -> i64 {
    if device.is_host_readable() { 0 } else { DEFAULT_STREAM }
}

/// Runs the deleter of a taken DLPack tensor, if it has one.
unsafe extern "C" fn release<M: Managed>(managed: *mut c_void) {
    // SAFETY: initialised and handed over, by the contract of `look` and `Claim::take`; its
    // version has been accepted, so dlpark does not refuse it.
    drop(unsafe { dlpark::Managed::<M>::from_raw(managed.cast()) });
}
