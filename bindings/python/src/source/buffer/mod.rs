//! The buffer protocol: bytes, grouped by the size of a dtype, whatever the buffer says they are.

pub(crate) mod format;
mod gathered;
mod held;
mod warning;

use std::ffi::c_int;
use std::ptr;

use pyo3::ffi;
use pyo3::prelude::*;

use crate::abi::*;
use crate::c;
use crate::device;
use crate::dtype;
use crate::error::{Failure, Result, type_name};
use crate::options::Request;
use crate::source::{Loan, Seen};

use gathered::Gathered;
pub(crate) use held::{Held, release};
pub(crate) use warning::class as format_warning;

pub(super) fn look<'a>(
    object: &Bound<'a, PyAny>,
    request: &'a Request,
) -> Result<Option<Seen<'a>>> {
    if !is_buffer(object) {
        return Ok(None);
    }
    request.check_accepts(TA_ORIGIN_BUFFER)?;
    let held = match Held::of(object) {
        Err(failure) if request.is_declined_again(object.py(), &failure) => return Ok(None),
        held => held?,
    };
    if request.options.dtype == dtype::UNSET && !format::is_bytes(&held.format()) {
        warning::warn(object.py(), &held.format(), request.options.default_dtype)?;
    }
    if held.is_contiguous() {
        return Ok(Some(bytes(held)));
    }
    if request.options.copy == TA_COPY_NEVER {
        return Err(refusal(object));
    }
    Ok(Some(Gathered::of(&held, object.py())?.seen()))
}

/// Whether an object exports a buffer.
pub(crate) fn is_buffer(object: &Bound<'_, PyAny>) -> bool {
    // SAFETY: a live object.
    unsafe { ffi::PyObject_CheckBuffer(object.as_ptr()) != 0 }
}

/// A source of all bytes of a buffer, which must stand one after another.
pub(crate) fn bytes<'a>(held: Held) -> Seen<'a> {
    let buffer = ta_buffer {
        data: held.data(),
        size_bytes: held.size(),
        flags: held.flags(),
        reserved: [0; 2],
        owner: held.owner(),
        release: Some(release),
    };
    let source = c::source(TA_SOURCE_BUFFER, TA_ORIGIN_BUFFER, ta_source_value { buffer });
    Seen { source, loan: Loan::Kept(Box::new(held)) }
}

/// A source of elements in a buffer: their extents, and strides in bytes, of which there are none
/// for C order. Both are read when the source is taken.
///
/// # Errors
/// `ValueError` for more axes than C counts.
pub(crate) fn elements<'a>(
    held: Held,
    dtype: ta_dtype,
    shape: *const [i64],
    strides_bytes: *const [i64],
    flags: u64,
) -> Result<Seen<'a>> {
    let memory = ta_memory {
        data: held.data(),
        shape: shape.cast(),
        strides_bytes: if strides_bytes.is_empty() { ptr::null() } else { strides_bytes.cast() },
        dtype,
        device: device::UNSET,
        ndim: c_int::try_from(shape.len()).map_err(|_| Failure::value("too many axes"))?,
        flags: held.flags() | flags,
        byte_offset: 0,
        stream: 0,
        reserved: [0; 2],
        owner: held.owner(),
        release: Some(release),
    };
    let source = c::source(TA_SOURCE_MEMORY, TA_ORIGIN_BUFFER, ta_source_value { memory });
    Ok(Seen { source, loan: Loan::Kept(Box::new(held)) })
}

/// That a buffer's bytes do not stand one after another.
#[cold]
pub(crate) fn refusal(object: &Bound<'_, PyAny>) -> Failure {
    let class = type_name(object);
    let message = format!("can't alias a {class} as bytes: they are not C-contiguous");
    Failure::Status(TA_ERR_CANNOT_ALIAS, message)
}
