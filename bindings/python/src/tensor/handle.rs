//! A share in a tensor of the library, given up when dropped.

use std::mem::ManuallyDrop;
use std::ptr::NonNull;

use crate::abi::*;
use crate::c;
use crate::error::Result;

/// An owned share.
pub(crate) struct Handle(NonNull<ta_tensor>);

impl Handle {
    /// The result of a function of the library that makes a tensor.
    ///
    /// # Errors
    /// What the function says.
    ///
    /// # Safety
    /// On `TA_OK`, the function has written a share to its out-parameter.
    #[inline]
    pub(crate) unsafe fn made(
        make: impl FnOnce(*mut *mut ta_tensor, *mut ta_error) -> ta_status,
    ) -> Result<Handle> {
        let mut out = std::ptr::null_mut();
        c::call(|err| make(&raw mut out, err))?;
        // SAFETY: written, by the caller's contract, and handles are never NULL.
        Ok(Handle(unsafe { NonNull::new_unchecked(out) }))
    }

    /// Takes over a share.
    ///
    /// # Safety
    /// `tensor` is a share that nobody else gives up.
    pub(crate) unsafe fn from_raw(tensor: NonNull<ta_tensor>) -> Handle {
        Handle(tensor)
    }

    #[inline]
    pub(crate) fn as_ptr(&self) -> *mut ta_tensor {
        self.0.as_ptr()
    }

    /// Gives the share to whoever gets the pointer.
    #[inline]
    pub(crate) fn into_raw(self) -> *mut ta_tensor {
        ManuallyDrop::new(self).as_ptr()
    }
}

impl Drop for Handle {
    fn drop(&mut self) {
        // SAFETY: our own share, given up once.
        unsafe { c::ta_release(self.as_ptr()) };
    }
}
