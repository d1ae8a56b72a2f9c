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

    /// The device that `text` names, as it is printed, or by a name that PyTorch has for it.
    ///
    /// # Errors
    /// `TA_ERR_DEVICE`.
    #[doc(alias = "ta_device_parse")]
    pub fn parse(text: &str) -> Result<Device> {
        let unknown = || {
            let message = format_args!("no device is called {text:?}");
            Error::new(TA_ERR_DEVICE, message)
        };
        let (name, index) = match text.split_once(':') {
            None => (text, -1),
            Some((name, index)) => (name, number(index).ok_or_else(unknown)?),
        };
        let known = NAMES.iter().find(|(known, _)| *known == name).map(|(_, number)| *number);
        let device_type = known.or_else(|| name.strip_prefix(NAMELESS).and_then(number));
        let device_type = device_type.filter(|number| *number > 0).ok_or_else(unknown)?;
        Device { device_type, index }.normalised()
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

/// What devices without a name are called, before their number.
const NAMELESS: &str = "device";

/// The first name of each type is the one that is printed.
const NAMES: &[(&str, i32)] = &[
    ("cpu", TA_DEVICE_CPU),
    ("cuda", TA_DEVICE_CUDA),
    ("cuda_host", TA_DEVICE_CUDA_HOST),
    ("opencl", TA_DEVICE_OPENCL),
    ("vulkan", TA_DEVICE_VULKAN),
    ("metal", TA_DEVICE_METAL),
    ("mps", TA_DEVICE_METAL),
    ("vpi", TA_DEVICE_VPI),
    ("rocm", TA_DEVICE_ROCM),
    ("hip", TA_DEVICE_ROCM),
    ("rocm_host", TA_DEVICE_ROCM_HOST),
    ("ext_dev", TA_DEVICE_EXT_DEV),
    ("cuda_managed", TA_DEVICE_CUDA_MANAGED),
    ("oneapi", TA_DEVICE_ONE_API),
    ("xpu", TA_DEVICE_ONE_API),
    ("webgpu", TA_DEVICE_WEB_GPU),
    ("hexagon", TA_DEVICE_HEXAGON),
    ("maia", TA_DEVICE_MAIA),
    ("trn", TA_DEVICE_TRN),
];

/// A number as it is printed: digits only, and no zero before others.
fn number(text: &str) -> Option<i32> {
    let plain = text.bytes().all(|byte| byte.is_ascii_digit());
    let plain = plain && (text == "0" || !text.starts_with('0'));
    text.parse().ok().filter(|_| plain)
}

/// `cpu`, `cuda:1`, `cuda` for the current one, `device19:0` for one without a name.
impl fmt::Display for Device {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match NAMES.iter().find(|(_, known)| *known == self.device_type) {
            Some((name, _)) => f.write_str(name)?,
            None => write!(f, "{NAMELESS}{}", self.device_type)?,
        }
        match (self.device_type, self.index) {
            (TA_DEVICE_CPU, _) | (_, -1) => Ok(()),
            (_, index) => write!(f, ":{index}"),
        }
    }
}
