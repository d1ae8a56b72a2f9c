//! Who keeps memory alive, and lets it go exactly once.

use std::any::Any;
use std::ffi::c_void;

use crate::model::alloc::Block;
use crate::model::release;
use crate::model::tensor::Tensor;

/// What a source would hand over: how to let its memory go. Inert: dropping a claim releases
/// nothing, so looking at a source owns nothing; only [`Claim::take`] makes an owner of it.
#[derive(Debug)]
pub struct Claim {
    owner: *mut c_void,
    release: Option<unsafe extern "C" fn(owner: *mut c_void)>,
}

impl Claim {
    /// A claim that runs `release(owner)` once it is taken and given up; `None`: the memory
    /// outlives every tensor.
    ///
    /// # Safety
    /// Whoever gets the claim may take it, if and when the call that it is made for succeeds:
    /// then nobody else releases. `release` may be called on any thread and does not unwind.
    pub unsafe fn new(
        owner: *mut c_void,
        release: Option<unsafe extern "C" fn(owner: *mut c_void)>,
    ) -> Claim {
        Claim { owner, release }
    }

    /// Takes the memory over. Cannot fail: everything that can comes before.
    pub fn take(self) -> Owner {
        match self.release {
            None => Owner::Nobody,
            Some(release) => Owner::Foreign(Foreign { owner: self.owner, release }),
        }
    }
}

/// What holds a tensor's memory. Dropping it lets the memory go.
#[derive(Debug)]
pub enum Owner {
    /// The memory outlives every tensor.
    Nobody,
    /// Our own allocation.
    Block(#[allow(dead_code)] Block),
    /// Memory on a device, and who serves it.
    Device(Box<dyn DeviceMemory>),
    /// Another tensor's share.
    Tensor(Tensor),
    /// Somebody else's memory.
    Foreign(#[allow(dead_code)] Foreign),
}

/// Memory on a device. Dropping it gives the memory back when the work that uses it is done. What
/// can be done with it is known where devices are.
pub trait DeviceMemory: Any + Send + Sync + std::fmt::Debug {
    /// Whether it is our own allocation.
    fn is_ours(&self) -> bool;
}

/// A taken claim.
#[derive(Debug)]
pub struct Foreign {
    owner: *mut c_void,
    release: unsafe extern "C" fn(owner: *mut c_void),
}

// SAFETY: `Claim::new` demands that `release` may be called on any thread.
unsafe impl Send for Foreign {}
// SAFETY: a shared reference gives no access to anything.
unsafe impl Sync for Foreign {}

impl Drop for Foreign {
    fn drop(&mut self) {
        // SAFETY: the claim was taken, by the contract of `Claim::new`; dropped once.
        unsafe { release::nested(self.release, self.owner) };
    }
}
