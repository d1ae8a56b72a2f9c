//! Which backend has which memory: the one that it was made by, or came in under. A device type may be
//! unregistered and registered again, and what there is of the first stays with the first.

use std::any::Any;

use crate::devices::backend::Backend;
use crate::devices::block::DeviceBlock;
use crate::devices::guest::Guest;
use crate::devices::registry::backend;
use crate::model::device::Device;
use crate::model::error::Result;
use crate::model::shared::Shared;
use crate::model::view::View;

/// Memory that a tensor holds on a device.
enum Held<'a> {
    Ours(&'a DeviceBlock),
    Theirs(&'a Guest),
}

fn held<'a>(view: &View<'a>) -> Option<Held<'a>> {
    let memory: &dyn Any = view.lender()?.device_memory()?;
    let ours = memory.downcast_ref().map(Held::Ours);
    ours.or_else(|| memory.downcast_ref().map(Held::Theirs))
}

/// The backend that serves a view's memory. For memory that no tensor holds yet, it is the one that has the
/// device.
///
/// # Errors
/// `TA_ERR_DEVICE`, with what was looked for and what there is.
pub fn serving(view: &View<'_>) -> Result<Shared<dyn Backend>> {
    match held(view) {
        Some(Held::Ours(block)) => Ok(block.backend().clone()),
        Some(Held::Theirs(guest)) => guest.backend(),
        None => backend(view.device()),
    }
}

/// Makes work on `stream` of a view's device wait for its elements. Returns the number by which any
/// thread can wait for that work.
///
/// # Errors
/// `TA_ERR_DEVICE` if nobody knows streams of the device.
pub fn order(view: &View<'_>, stream: i64) -> Result<i64> {
    let (backend, device, ready) = (serving(view)?, view.device(), view.stream());
    if ready != 0 && ready != stream {
        backend.order((device, ready), (device, stream))?;
    }
    Ok(backend.lasting(stream))
}

/// Waits until a view's elements are ready.
///
/// # Errors
/// `TA_ERR_DEVICE`; what the device's maker says.
pub fn wait(view: &View<'_>) -> Result<()> {
    match view.stream() {
        0 => Ok(()),
        stream => serving(view)?.synchronize(view.device(), stream),
    }
}

/// Lets a view's memory, if a tensor holds it, be given back only after work on a stream.
///
/// # Errors
/// `TA_ERR_DEVICE`, `TA_ERR_OUT_OF_MEMORY`.
pub fn used_on(view: &View<'_>, stream: i64) -> Result<()> {
    match held(view) {
        Some(Held::Ours(block)) => block.used_on(view.device(), stream),
        Some(Held::Theirs(guest)) => guest.used_on(stream),
        None => Ok(()),
    }
}

/// Orders the giving back of a view's memory behind work on a stream that reads it; false if that is not
/// ours to order.
///
/// # Errors
/// `TA_ERR_OUT_OF_MEMORY`.
pub(super) fn hold(view: &View<'_>, device: Device, stream: i64) -> Result<bool> {
    match held(view) {
        Some(Held::Ours(block)) => block.used_on(device, stream).map(|()| true),
        Some(Held::Theirs(_)) | None => Ok(false),
    }
}
