//! What can be done with a tensor: one file per way out, and per way of looking at its memory.
//!
//! Each file adds its methods and slots to the type in `fill`, and what is not a slot in
//! [`add_attributes`].

mod buffer;
mod bytes;
mod conversion;
mod dlpack;
mod element;
mod exchange;
mod index;
mod layout;
mod list;
pub(crate) mod numpy;
pub(crate) mod pickle;
mod scalar;
mod ufunc;
pub(crate) mod window;
pub(crate) mod write;

use pyo3::prelude::*;
use pyo3::types::PyType;

use crate::abi::*;
use crate::c;
use crate::error::{Class, Failure, Result};
use crate::tensor::Slots;

/// Lets every export add to the type.
pub(crate) fn fill(slots: &mut Slots) {
    dlpack::fill(slots);
    buffer::fill(slots);
    bytes::fill(slots);
    numpy::fill(slots);
    scalar::fill(slots);
    list::fill(slots);
    conversion::fill(slots);
    layout::fill(slots);
    index::fill(slots);
    write::fill(slots);
    pickle::fill(slots);
    ufunc::fill(slots);
}

/// Adds what is an attribute of the type itself, once the type is ready.
pub(crate) fn add_attributes(class: &Bound<'_, PyType>) -> Result<()> {
    exchange::add_to(class)
}

/// A request that the tensor cannot meet: `RequestError`.
#[cold]
fn impossible(py: Python<'_>, message: String) -> Failure {
    match Class::Request.of(py) {
        Ok(class) => Failure::Raised(PyErr::from_type(class.clone(), message)),
        Err(raised) => Failure::Raised(raised),
    }
}

/// Ordinary host memory.
const CPU: ta_device = ta_device { device_type: TA_DEVICE_CPU, index: 0 };

/// Whether this process may read memory of a device at its addresses, once it is [`settled`].
fn is_host(device: ta_device) -> bool {
    matches!(device.device_type, TA_DEVICE_CPU | TA_DEVICE_CUDA_HOST | TA_DEVICE_ROCM_HOST)
}

/// Waits until nothing is to be written any more to memory that the CPU is about to read.
fn settled(py: Python<'_>, info: &ta_info) -> Result<()> {
    let (device, stream) = (info.device, info.stream);
    match stream {
        0 => Ok(()),
        // SAFETY: numbers, and no memory of ours.
        _ => py.detach(|| c::call(|err| unsafe { c::ta_synchronize(device, stream, err) })),
    }
}
