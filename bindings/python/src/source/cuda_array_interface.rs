//! `__cuda_array_interface__`: read and checked, then refused, as nothing here reaches a device.

use pyo3::intern;
use pyo3::prelude::*;

use crate::abi::*;
use crate::error::{Failure, Result, type_name};
use crate::options::Request;
use crate::source::interface::Interface;
use crate::source::{Seen, attribute};

const NAME: &str = "__cuda_array_interface__";

pub(super) fn look<'a>(
    object: &Bound<'a, PyAny>,
    request: &'a Request,
) -> Result<Option<Seen<'a>>> {
    let Some(given) = attribute::of(object, intern!(object.py(), NAME))? else { return Ok(None) };
    request.check_accepts(TA_ORIGIN_CUDA_ARRAY_INTERFACE)?;
    let interface = Interface::of(&given, NAME)?;
    let (address, _) = interface.pointer()?.ok_or_else(|| interface.not_a_pair())?;
    let message = format!(
        "can't read the CUDA memory at {address:#x} of {}: no backend here reaches a CUDA device",
        type_name(object)
    );
    Err(Failure::Status(TA_ERR_DEVICE, message))
}
