//! `__cuda_array_interface__`: memory on a CUDA device, at an address that its driver knows.

use std::ptr;

use pyo3::intern;
use pyo3::prelude::*;

use crate::abi::*;
use crate::c;
use crate::error::{Failure, Result};
use crate::options::Request;
use crate::release;
use crate::source::array_interface::{Described, keep_both};
use crate::source::interface::Interface;
use crate::source::{Loan, Seen, attribute};

const NAME: &str = "__cuda_array_interface__";

pub(super) fn look<'a>(
    object: &Bound<'a, PyAny>,
    request: &'a Request,
) -> Result<Option<Seen<'a>>> {
    let Some(given) = attribute::of(object, intern!(object.py(), NAME))? else { return Ok(None) };
    request.check_accepts(TA_ORIGIN_CUDA_ARRAY_INTERFACE)?;
    let interface = Interface::of(&given, NAME)?;
    let (address, read_only) = interface.pointer()?.ok_or_else(|| interface.not_a_pair())?;
    let stream = interface.stream()?;
    let described = Described {
        data: ptr::with_exposed_provenance_mut(address),
        dtype: interface.dtype,
        flags: interface.swapped | if read_only { TA_MEMORY_READ_ONLY } else { 0 },
        device: owner_of(address, interface.shape.contains(&0))?,
        shape: interface.shape,
        strides_bytes: interface.strides_bytes,
        stream,
        origin: TA_ORIGIN_CUDA_ARRAY_INTERFACE,
    };
    let reference = keep_both(object, &given)?;
    let owner = reference.owner();
    described.seen(owner, release::object, Loan::Object(reference)).map(Some)
}

/// The device that has the memory: the dict does not say which. No memory is the first one's.
fn owner_of(address: usize, is_empty: bool) -> Result<ta_device> {
    let mut found = ta_device { device_type: TA_DEVICE_CUDA, index: 0 };
    if is_empty {
        return Ok(found);
    }
    let at = ptr::without_provenance(address);
    // SAFETY: an address that is not followed, and a local.
    let asked =
        c::call(|err| unsafe { c::ta_device_of_address(TA_DEVICE_CUDA, at, &raw mut found, err) });
    match asked {
        Ok(()) => Ok(found),
        Err(Failure::Status(status, why)) => {
            let message = format!("can't read the CUDA memory at {address:#x}: {why}");
            Err(Failure::Status(status, message))
        }
        Err(other) => Err(other),
    }
}
