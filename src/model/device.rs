//! Where memory is: DLPack's (type, index), as open integers.

use std::fmt;

pub use crate::abi::ta_device as Device;
use crate::abi::*;
use crate::model::error::{Error, Result};

impl Device {
    /// Ordinary host memory.
    pub const CPU: Device = Device { device_type: TA_DEVICE_CPU, index: 0 };

    /// In an option or source struct, "none given".
    pub const UNSET: Device = Device { device_type: 0, index: 0 };

    /// This device, or `None` where it is [`Device::UNSET`].
    pub fn given(self) -> Option<Device> {
        (self != Device::UNSET).then_some(self)
    }

    /// The one way to write a device: there is a single CPU, whatever index came with it
    /// (Arrow says -1, careless producers anything).
    ///
    /// # Errors
    /// `TA_ERR_INVALID_ARGUMENT` for a type below 1 or, but for the CPU, an index below -1.
    #[inline]
    pub fn normalised(self) -> Result<Device> {
        match self {
            Device { device_type: TA_DEVICE_CPU, .. } => Ok(Device::CPU),
            Device { device_type: 1.., index: -1.. } => Ok(self),
            _ => Err(no_device(self)),
        }
    }

    /// [`Device::normalised`] for memory that is somewhere: its index is not a wish.
    ///
    /// # Errors
    /// `TA_ERR_INVALID_ARGUMENT`, also for the index -1 of a device other than the CPU.
    #[inline]
    pub fn located(self) -> Result<Device> {
        self.normalised().and_then(|device| match device.index {
            -1 => Err(nowhere(device)),
            _ => Ok(device),
        })
    }

    /// Whether the CPU may read the memory as it is. Managed memory is not in: it may only be
    /// read once its device is synchronised, which takes a backend.
    pub fn is_host_readable(self) -> bool {
        matches!(self.device_type, TA_DEVICE_CPU | TA_DEVICE_CUDA_HOST | TA_DEVICE_ROCM_HOST)
    }

    /// Whether `data` is an address that offsets can be added to, instead of a handle.
    /// Of devices that we do not know, we do not know it.
    pub fn has_addresses(self) -> bool {
        matches!(
            self.device_type,
            TA_DEVICE_CPU
                | TA_DEVICE_CUDA
                | TA_DEVICE_CUDA_HOST
                | TA_DEVICE_ROCM
                | TA_DEVICE_ROCM_HOST
                | TA_DEVICE_CUDA_MANAGED
                | TA_DEVICE_ONE_API
        )
    }

    fn name(self) -> Option<&'static str> {
        Some(match self.device_type {
            TA_DEVICE_CPU => "cpu",
            TA_DEVICE_CUDA => "cuda",
            TA_DEVICE_CUDA_HOST => "cuda_host",
            TA_DEVICE_OPENCL => "opencl",
            TA_DEVICE_VULKAN => "vulkan",
            TA_DEVICE_METAL => "metal",
            TA_DEVICE_VPI => "vpi",
            TA_DEVICE_ROCM => "rocm",
            TA_DEVICE_ROCM_HOST => "rocm_host",
            TA_DEVICE_EXT_DEV => "ext_dev",
            TA_DEVICE_CUDA_MANAGED => "cuda_managed",
            TA_DEVICE_ONE_API => "oneapi",
            TA_DEVICE_WEB_GPU => "webgpu",
            TA_DEVICE_HEXAGON => "hexagon",
            TA_DEVICE_MAIA => "maia",
            TA_DEVICE_TRN => "trn",
            _ => return None,
        })
    }
}

#[cold]
#[inline(never)]
fn no_device(it: Device) -> Error {
    let message = format_args!("no such device: type {}, index {}", it.device_type, it.index);
    Error::new(TA_ERR_INVALID_ARGUMENT, message)
}

#[cold]
#[inline(never)]
fn nowhere(it: Device) -> Error {
    let message =
        format_args!("memory cannot be on the current {it} device, only on a certain one");
    Error::new(TA_ERR_INVALID_ARGUMENT, message)
}

/// `cpu`, `cuda:1`, `cuda` for the current one, `device19:0` for one without a name.
impl fmt::Display for Device {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.name() {
            Some(name) => f.write_str(name)?,
            None => write!(f, "device{}", self.device_type)?,
        }
        match (self.device_type, self.index) {
            (TA_DEVICE_CPU, _) | (_, -1) => Ok(()),
            (_, index) => write!(f, ":{index}"),
        }
    }
}
