//! Lending a tensor as DLPack. No bytes move here: the loan describes the memory as it is.

use std::alloc::Layout;
use std::ptr::NonNull;

use dlpark::DlpackFlags;

use crate::abi::*;
use crate::model::alloc;
use crate::model::error::{Error, Result};
use crate::model::tensor::Tensor;

/// Lends with `flags` on top of those that came in with the memory, but for IS_COPIED: that says
/// "for you alone", which another loan, or the handle, would make a lie.
///
/// Where that adds nothing, the handle's own struct is lent: one atomic increment. Else the loan
/// is a block of its own.
///
/// # Errors
/// `TA_ERR_EXPORT` if the tensor requires grad; `TA_ERR_OUT_OF_MEMORY`.
#[inline(always)]
pub fn lend(tensor: &Tensor, flags: u64) -> Result<*mut DLManagedTensorVersioned> {
    check_no_grad(tensor)?;
    let own = tensor.flags() & !DLPACK_IS_COPIED;
    if own | flags == own {
        return Ok(tensor.lend());
    }
    Loan::start(tensor, |dl_tensor, context| DLManagedTensorVersioned {
        version: DLPACK_VERSION,
        manager_ctx: context,
        deleter: Some(Loan::end),
        flags: DlpackFlags::from_bits_retain(own | flags),
        dl_tensor,
    })
}

/// Lends to a consumer that only knows the struct without flags.
///
/// # Errors
/// `TA_ERR_EXPORT` if the tensor requires grad, is read-only, or has padded elements: the
/// consumer could not be told; `TA_ERR_OUT_OF_MEMORY`.
pub fn lend_legacy(tensor: &Tensor) -> Result<*mut DLManagedTensor> {
    check_no_grad(tensor)?;
    let untold = |what: &str| {
        let message = format_args!(
            "can't lend a tensor that {what} as a DLPack tensor without a version, which cannot say so"
        );
        Error::new(TA_ERR_EXPORT, message)
    };
    if tensor.is_read_only() {
        return Err(untold("is read-only"));
    }
    if tensor.view().is_padded() {
        return Err(untold("has padded elements"));
    }
    Loan::start(tensor, |dl_tensor, context| DLManagedTensor {
        dl_tensor,
        manager_ctx: context,
        deleter: Some(Loan::end),
    })
}

#[inline]
fn check_no_grad(tensor: &Tensor) -> Result<()> {
    if tensor.requires_grad() { Err(requires_grad()) } else { Ok(()) }
}

#[cold]
#[inline(never)]
fn requires_grad() -> Error {
    let message = format_args!("can't export a tensor that requires grad; detach it first");
    Error::new(TA_ERR_EXPORT, message)
}

type Deleter<M> = unsafe extern "C" fn(*mut M);

/// The tensor of ours behind a struct with a version, if it is a loan of this library.
///
/// # Safety
/// `managed` is initialised, of major version 1, and stays as it is for `'a`.
#[inline]
pub(super) unsafe fn lender<'a>(managed: *const DLManagedTensorVersioned) -> Option<&'a Tensor> {
    // SAFETY: passed on from this function's contract.
    if let Some(tensor) = unsafe { Tensor::lender(managed) } {
        return Some(tensor);
    }
    // SAFETY: initialised, by the caller's contract.
    let deleter = unsafe { (*managed).deleter };
    // SAFETY: passed on from this function's contract.
    unsafe { Loan::lender(managed, deleter) }
}

/// The tensor of ours behind a struct without a version, if it is a loan of this library.
///
/// # Safety
/// `managed` is initialised, and stays as it is for `'a`.
#[inline]
pub(super) unsafe fn legacy_lender<'a>(managed: *const DLManagedTensor) -> Option<&'a Tensor> {
    // SAFETY: initialised, by the caller's contract.
    let deleter = unsafe { (*managed).deleter };
    // SAFETY: passed on from this function's contract.
    unsafe { Loan::lender(managed, deleter) }
}

/// A loan in a block of its own: the struct, and the share that it keeps alive.
#[repr(C)]
struct Loan<M> {
    managed: M,
    tensor: Tensor,
}

impl<M> Loan<M> {
    /// Allocates the block and fills it in; `fill` gets the tensor's description, and the
    /// context for [`Loan::end`].
    fn start(
        tensor: &Tensor,
        fill: impl FnOnce(DLTensor, *mut std::ffi::c_void) -> M,
    ) -> Result<*mut M> {
        let block: NonNull<Loan<M>> = alloc::allocate(Layout::new::<Loan<M>>(), "a loan")?.cast();
        let managed = fill(tensor.dl_tensor(), block.as_ptr().cast());
        // SAFETY: fresh memory of this size and alignment.
        unsafe { block.write(Loan { managed, tensor: tensor.clone() }) };
        Ok(block.as_ptr().cast())
    }

    /// The tensor that lent, if `deleter` shows that it was one of ours.
    ///
    /// # Safety
    /// `deleter` is that of `managed`, which is initialised and stays as it is for `'a`.
    #[inline]
    unsafe fn lender<'a>(managed: *const M, deleter: Option<Deleter<M>>) -> Option<&'a Tensor> {
        let end: Deleter<M> = Loan::<M>::end;
        deleter.filter(|&deleter| std::ptr::fn_addr_eq(deleter, end))?;
        // SAFETY: the struct that `start` gave out is the first field of its block.
        Some(unsafe { &(*managed.cast::<Loan<M>>()).tensor })
    }

    /// The deleter: gives up the share and the block.
    unsafe extern "C" fn end(managed: *mut M) {
        let Some(block) = NonNull::new(managed.cast::<Loan<M>>()) else { return };
        // SAFETY: the consumer calls the deleter once, with the struct that `start` gave out,
        // which is the first field of its block.
        let loan = unsafe { block.read() };
        // SAFETY: allocated by `start` with this layout; what was in it has been read out.
        unsafe { alloc::free(block.cast(), Layout::new::<Loan<M>>()) };
        drop(loan.tensor);
    }
}
