//! Who keeps memory alive, and lets it go exactly once.

use std::ffi::c_void;

use crate::model::alloc::Block;
use crate::model::device::Device;
use crate::model::error::Result;
use crate::model::release;
use crate::model::tensor::Tensor;

/// What a source would hand over: how to let its memory go. Inert: dropping a claim releases
/// nothing, so looking at a source owns nothing; only [`Claim::take`] makes an owner of it.
#[derive(Debug)]
pub struct Claim<'a> {
    owner: *mut c_void,
    release: Option<unsafe extern "C" fn(owner: *mut c_void)>,
    /// The tensor of ours that lent the memory, if one did.
    lender: Option<&'a Tensor>,
}

impl<'a> Claim<'a> {
    /// A claim that runs `release(owner)` once it is taken and given up; `None`: the memory
    /// outlives every tensor.
    ///
    /// # Safety
    /// Whoever gets the claim may take it, if and when the call that it is made for succeeds:
    /// then nobody else releases. `release` may be called on any thread and does not unwind.
    pub unsafe fn new(
        owner: *mut c_void,
        release: Option<unsafe extern "C" fn(owner: *mut c_void)>,
    ) -> Claim<'a> {
        Claim { owner, release, lender: None }
    }

    /// The same claim on memory that a tensor of ours keeps alive, and `release` gives a share of
    /// that tensor back: who takes it can hold the memory by a share of its own.
    pub fn lent_by(self, lender: Option<&'a Tensor>) -> Claim<'a> {
        Claim { lender, ..self }
    }

    /// The tensor that holds the memory, if it is one of ours.
    pub fn root(&self) -> Option<Tensor> {
        self.lender.map(Tensor::root)
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
    /// Our own allocation on a device.
    Device(Box<dyn DeviceMemory>),
    /// Another tensor's share.
    Tensor(Tensor),
    /// Somebody else's memory.
    Foreign(#[allow(dead_code)] Foreign),
}

/// Memory on a device. Dropping it gives the memory back when the work that uses it is done.
pub trait DeviceMemory: Send + Sync + std::fmt::Debug {
    /// Work on a stream of this device uses the memory too, from now on.
    ///
    /// # Errors
    /// `TA_ERR_OUT_OF_MEMORY`; nothing has changed then.
    fn used_on(&self, device: Device, stream: i64) -> Result<()>;
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
