//! Memory of ours on a device.

use std::fmt;
use std::ptr;
use std::sync::{Mutex, PoisonError};

use crate::devices::backend::{Backend, Place};
use crate::model::device::Device;
use crate::model::error::Result;
use crate::model::lists;
use crate::model::owner::DeviceMemory;
use crate::model::shared::Shared;

/// An allocation on a device. Dropping it gives it back when the work that uses it is done, without
/// waiting for that.
pub struct DeviceBlock {
    backend: Shared<dyn Backend>,
    device: Device,
    /// NULL if it has no bytes.
    data: *mut u8,
    bytes: usize,
    /// The stream that it was allocated on, and is freed on.
    home: i64,
    /// Other streams that have used it.
    users: Mutex<Vec<(Device, i64)>>,
}

// SAFETY: an address or handle, which is only given to the backend, and that may be called on any thread.
unsafe impl Send for DeviceBlock {}
// SAFETY: as above; the list of users is behind a lock.
unsafe impl Sync for DeviceBlock {}

impl DeviceBlock {
    /// `bytes` bytes for work on `stream`, not initialised.
    pub(super) fn new(
        backend: Shared<dyn Backend>,
        device: Device,
        bytes: usize,
        stream: i64,
    ) -> Result<DeviceBlock> {
        let data = match bytes {
            0 => ptr::null_mut(),
            _ => backend.allocate(device, bytes, stream)?,
        };
        let (home, users) = (backend.lasting(stream), Mutex::new(Vec::new()));
        Ok(DeviceBlock { backend, device, data, bytes, home, users })
    }

    /// Its first byte.
    pub(super) fn place(&self) -> Place {
        Place { device: self.device, data: self.data, byte_offset: 0 }
    }

    /// The stream that it is for, as any thread may name it.
    pub(super) fn home(&self) -> i64 {
        self.home
    }

    /// Its bytes.
    pub(super) fn bytes(&self) -> usize {
        self.bytes
    }

    /// Who made it.
    pub(super) fn backend(&self) -> &Shared<dyn Backend> {
        &self.backend
    }

    /// Work on a stream of this device uses it too, from now on.
    ///
    /// # Errors
    /// `TA_ERR_OUT_OF_MEMORY`; nothing has changed then.
    pub(super) fn used_on(&self, device: Device, stream: i64) -> Result<()> {
        let user = (device, self.backend.lasting(stream));
        let mut users = self.users.lock().unwrap_or_else(PoisonError::into_inner);
        if user == (self.device, self.home) || users.contains(&user) {
            return Ok(());
        }
        lists::push(&mut users, user, "a stream")
    }
}

impl DeviceMemory for DeviceBlock {
    fn is_ours(&self) -> bool {
        true
    }
}

impl Drop for DeviceBlock {
    fn drop(&mut self) {
        let users = self.users.get_mut().unwrap_or_else(PoisonError::into_inner);
        for &mut (device, stream) in users {
            if self.backend.order((device, stream), (self.device, self.home)).is_err() {
                // What cannot be queued behind the work has to wait for it here. If that fails too, the
                // device is lost, and no work goes on.
                let _ = self.backend.synchronize(device, stream);
            }
        }
        if self.bytes != 0 {
            // SAFETY: allocated by `new` with these numbers and dropped once; what other streams do
            // with it is now before what follows on its own.
            unsafe { self.backend.free(self.device, self.data, self.bytes, self.home) };
        }
    }
}

impl fmt::Debug for DeviceBlock {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} bytes at {:?} on {}", self.bytes, self.data, self.device)
    }
}
