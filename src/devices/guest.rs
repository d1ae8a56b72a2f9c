//! Memory of somebody else's on a device.

use std::fmt;
use std::sync::{Mutex, PoisonError};

use crate::devices::backend::Backend;
use crate::devices::registry::{plugged, unplugged};
use crate::model::alloc;
use crate::model::device::Device;
use crate::model::error::Result;
use crate::model::lists;
use crate::model::owner::{Claim, DeviceMemory, Owner};
use crate::model::shared::Shared;

/// Memory that came from outside. Its owner knows nothing of our streams, so dropping it waits for
/// those that were named to us before it lets the memory go.
pub struct Guest {
    // Let go before the share in the backend is, whose functions may serve its owner too.
    owner: Owner,
    /// Whose devices these were when it came; `None`: no host's.
    backend: Option<Shared<dyn Backend>>,
    device: Device,
    /// Streams that have used it, and who knows them.
    users: Mutex<Vec<(Shared<dyn Backend>, i64)>>,
}

impl Guest {
    /// Room for memory on `device`, taken when nothing can fail any more.
    ///
    /// # Errors
    /// `TA_ERR_OUT_OF_MEMORY`.
    pub fn expected(device: Device) -> Result<Box<Guest>> {
        let (owner, users) = (Owner::Nobody, Mutex::new(Vec::new()));
        let backend = plugged(device.device_type);
        alloc::boxed(Guest { owner, backend, device, users }, "memory on a device")
    }

    /// The owner of the memory that was expected.
    pub fn take(mut self: Box<Guest>, claim: Claim) -> Owner {
        self.owner = claim.take();
        Owner::Device(self)
    }

    /// Who serves it.
    ///
    /// # Errors
    /// `TA_ERR_DEVICE` if that was no host's, and nobody else has the device.
    pub(super) fn backend(&self) -> Result<Shared<dyn Backend>> {
        match &self.backend {
            Some(plugged) => Ok(plugged.clone()),
            None => unplugged(self.device),
        }
    }

    /// Work on a stream of its device uses it too, from now on.
    ///
    /// # Errors
    /// `TA_ERR_DEVICE`, `TA_ERR_OUT_OF_MEMORY`; nothing has changed then.
    pub fn used_on(&self, stream: i64) -> Result<()> {
        let backend = self.backend()?;
        let user = backend.lasting(stream);
        let mut users = self.users.lock().unwrap_or_else(PoisonError::into_inner);
        if users.iter().any(|(whose, known)| whose.is(&backend) && *known == user) {
            return Ok(());
        }
        lists::push(&mut users, (backend, user), "a stream")
    }
}

impl DeviceMemory for Guest {
    fn is_ours(&self) -> bool {
        false
    }
}

impl Drop for Guest {
    fn drop(&mut self) {
        let users = self.users.get_mut().unwrap_or_else(PoisonError::into_inner);
        for (backend, stream) in users {
            // Also when that fails, no work goes on: see there.
            let _ = backend.synchronize(self.device, *stream);
        }
    }
}

impl fmt::Debug for Guest {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:?} on {}", self.owner, self.device)
    }
}
