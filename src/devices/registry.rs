//! Which backend has which device: a host's first, else one of ours, which is started on first use.

use std::fmt;
use std::sync::{PoisonError, RwLock};

use crate::abi::*;
use crate::devices::backend::Backend;
use crate::devices::cpu::Cpu;
use crate::devices::cuda;
use crate::model::device::Device;
use crate::model::error::{Error, Result};
use crate::model::lists;
use crate::model::shared::{Counted, Shared};

/// What memory is for here.
const WHAT: &str = "a device";

/// What hosts have registered, by device type.
static REGISTERED: RwLock<Vec<(i32, Shared<dyn Backend>)>> = RwLock::new(Vec::new());

static CPU: Counted<Cpu> = Counted::forever(Cpu);

/// Lets the backend that `make` gives have the devices of this type. It is made when nothing can
/// fail any more.
///
/// # Errors
/// `TA_ERR_INVALID_ARGUMENT` if there is a backend for them, or the CPU is meant; `TA_ERR_OUT_OF_MEMORY`.
#[doc(alias = "ta_device_register")]
pub fn register(device_type: i32, make: impl FnOnce() -> Shared<dyn Backend>) -> Result<()> {
    let name = kind(device_type)?;
    if device_type == TA_DEVICE_CPU {
        let message = format_args!("device_type is cpu, which cannot be replaced");
        return Err(Error::new(TA_ERR_INVALID_ARGUMENT, message));
    }
    let mut registered = REGISTERED.write().unwrap_or_else(PoisonError::into_inner);
    if registered.iter().any(|(taken, _)| *taken == device_type) {
        let message = format_args!("device_type {name} ({device_type}) is registered already");
        return Err(Error::new(TA_ERR_INVALID_ARGUMENT, message));
    }
    let entry = size_of::<(i32, Shared<dyn Backend>)>();
    registered.try_reserve(1).map_err(|_| Error::out_of_memory(WHAT, entry))?;
    registered.push((device_type, make()));
    Ok(())
}

/// Takes a host's backend back. Tensors on its devices keep it alive.
///
/// # Errors
/// `TA_ERR_INVALID_ARGUMENT` if no host has registered one.
#[doc(alias = "ta_device_unregister")]
pub fn unregister(device_type: i32) -> Result<()> {
    let name = kind(device_type)?;
    let mut registered = REGISTERED.write().unwrap_or_else(PoisonError::into_inner);
    let place = registered.iter().position(|(known, _)| *known == device_type);
    let removed = place.map(|place| registered.swap_remove(place));
    // Its release is the host's code: not under our lock.
    drop(registered);
    match removed {
        Some(_) => Ok(()),
        None => {
            let message = format_args!("device_type {name} ({device_type}) is not registered");
            Err(Error::new(TA_ERR_INVALID_ARGUMENT, message))
        }
    }
}

/// A device type, for messages.
fn kind(device_type: i32) -> Result<Device> {
    Device { device_type, index: -1 }.normalised()
}

/// The backend that a host has plugged in for devices of this type.
pub(super) fn plugged(device_type: i32) -> Option<Shared<dyn Backend>> {
    let registered = REGISTERED.read().unwrap_or_else(PoisonError::into_inner);
    registered.iter().find(|(known, _)| *known == device_type).map(|(_, shared)| shared.clone())
}

/// The backend that has devices of this type, if there is one.
fn present(device_type: i32) -> Option<Shared<dyn Backend>> {
    plugged(device_type).or_else(|| match device_type {
        TA_DEVICE_CPU => Some(Shared::in_static(&CPU)),
        ours if cuda::TYPES.contains(&ours) => cuda::backend().ok(),
        _ => None,
    })
}

/// The backend that has devices of this type.
///
/// # Errors
/// `TA_ERR_DEVICE`, with what was looked for and what there is.
pub fn backend(device: Device) -> Result<Shared<dyn Backend>> {
    if let Some(shared) = present(device.device_type) {
        return Ok(shared);
    }
    // Of CUDA, the error that says why there is none.
    own(device)
}

/// The backend that serves memory which came while no host had plugged in its device type: one of ours or,
/// where we have none, whoever has that type now.
///
/// # Errors
/// As [`backend`].
pub(super) fn unplugged(device: Device) -> Result<Shared<dyn Backend>> {
    match cuda::TYPES.contains(&device.device_type) {
        true => own(device),
        false => backend(device),
    }
}

/// The backend of ours for CUDA's types.
fn own(device: Device) -> Result<Shared<dyn Backend>> {
    match cuda::TYPES.contains(&device.device_type).then(cuda::backend) {
        Some(Ok(shared)) => Ok(shared),
        Some(Err(error)) => Err(missing(device, error.message())),
        None => Err(missing(device, "")),
    }
}

/// The backend that has this very device.
///
/// # Errors
/// `TA_ERR_DEVICE`, with what there is.
pub fn find(device: Device) -> Result<Shared<dyn Backend>> {
    let backend = backend(device)?;
    if device.index < backend.count(device.device_type)? {
        Ok(backend)
    } else {
        Err(missing(device, ""))
    }
}

/// The device itself: where -1 stands for the current one, that one.
///
/// # Errors
/// `TA_ERR_DEVICE` if nobody knows the current one.
pub fn resolve(device: Device) -> Result<Device> {
    match device.index {
        -1 => Ok(Device { index: backend(device)?.current(device.device_type)?, ..device }),
        _ => Ok(device),
    }
}

/// Every device there is, by type and index. A type that cannot be counted now is left out: whoever asks
/// for a device of it is told why.
///
/// # Errors
/// `TA_ERR_OUT_OF_MEMORY`.
#[doc(alias = "ta_device_list")]
pub fn list() -> Result<Vec<Device>> {
    let mut types = {
        let registered = REGISTERED.read().unwrap_or_else(PoisonError::into_inner);
        lists::collect(registered.iter().map(|(device_type, _)| Ok(*device_type)), WHAT)?
    };
    for ours in [TA_DEVICE_CPU, TA_DEVICE_CUDA] {
        lists::push(&mut types, ours, WHAT)?;
    }
    types.sort_unstable();
    types.dedup();
    let mut found = Vec::new();
    for device_type in types {
        let Some(backend) = present(device_type) else { continue };
        for index in 0..backend.count(device_type).unwrap_or(0) {
            lists::push(&mut found, Device { device_type, index }, WHAT)?;
        }
    }
    Ok(found)
}

/// No such device; `why` is empty or says more.
#[cold]
fn missing(device: Device, why: &str) -> Error {
    let (before, after) = if why.is_empty() { ("", "") } else { (" (", ")") };
    let there = Listed(list());
    let message =
        format_args!("no backend here has {device}{before}{why}{after}; there is: {there}");
    Error::new(TA_ERR_DEVICE, message)
}

/// Devices as `cpu, cuda:0`.
struct Listed(Result<Vec<Device>>);

impl fmt::Display for Listed {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let devices = self.0.as_deref().unwrap_or(&[Device::CPU]);
        for (place, device) in devices.iter().enumerate() {
            write!(f, "{}{device}", if place == 0 { "" } else { ", " })?;
        }
        Ok(())
    }
}
