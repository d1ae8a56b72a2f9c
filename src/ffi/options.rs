//! Option structs, from C to what the hub understands.

use std::fmt;

use crate::abi::*;
use crate::ffi::sized;
use crate::hub::{ExportRequest, Grad, Request, Style};
use crate::model::device::Device;
use crate::model::dtype::DType;
use crate::model::error::{Error, Result};
use crate::model::plan::CopyMode;

/// Every bit that `ta_options.accept` knows.
const ACCEPT_ALL: u64 = TA_ACCEPT_TENSOR
    | TA_ACCEPT_MEMORY
    | TA_ACCEPT_NUMPY
    | TA_ACCEPT_DLPACK
    | TA_ACCEPT_CUDA_ARRAY_INTERFACE
    | TA_ACCEPT_BUFFER
    | TA_ACCEPT_ARRAY_INTERFACE
    | TA_ACCEPT_SCALAR
    | TA_ACCEPT_SEQUENCE;

/// More digits than any number has; Rust's formatting stops at 2**16.
const MOST_DIGITS: usize = 2000;

/// The request in a `ta_options`, kept in `room`; `None` for NULL, which asks for nothing.
///
/// # Safety
/// `options` is NULL or initialised for as many bytes as its size says.
#[inline]
pub(super) unsafe fn request(
    options: *const ta_options,
    room: &mut Option<Request>,
) -> Result<Option<&Request>> {
    match options.is_null() {
        true => Ok(None),
        // SAFETY: passed on from this function's contract.
        false => unsafe { given_request(options) }.map(|given| Some(&*room.insert(given))),
    }
}

/// # Safety
/// As for [`request`], and `options` is not NULL.
unsafe fn given_request(options: *const ta_options) -> Result<Request> {
    let mut completed = None;
    // SAFETY: passed on from this function's contract.
    let given = unsafe { sized::read(options, &mut completed, "options") }?;
    const KNOWN: u64 = TA_WANT_WRITABLE | TA_WANT_CONTIGUOUS | TA_MARK_READ_ONLY;
    check_known(given.flags, KNOWN, "options.flags")?;
    if given.flags & TA_WANT_WRITABLE != 0 && given.flags & TA_MARK_READ_ONLY != 0 {
        let message = format_args!(
            "options.flags has TA_WANT_WRITABLE and TA_MARK_READ_ONLY, which contradict"
        );
        return Err(Error::new(TA_ERR_INVALID_ARGUMENT, message));
    }
    check_known(given.accept, ACCEPT_ALL, "options.accept")?;
    let grad = match given.requires_grad {
        TA_GRAD_NO => Grad::No,
        TA_GRAD_YES => Grad::Yes,
        TA_GRAD_AS_SOURCE => Grad::AsSource,
        other => return Err(outside("options.requires_grad", other)),
    };
    Ok(Request {
        dtype: given.dtype.given(),
        default_dtype: default_dtype(given.default_dtype)?,
        device: given.device.given().map(Device::normalised).transpose()?,
        copy: copy_mode(given.copy)?,
        grad,
        writable: given.flags & TA_WANT_WRITABLE != 0,
        contiguous: given.flags & TA_WANT_CONTIGUOUS != 0,
        read_only: given.flags & TA_MARK_READ_ONLY != 0,
        accept: given.accept,
        stream: given.stream,
    })
}

/// The request in a `ta_export_options`, kept in `room`; NULL for all defaults.
///
/// # Safety
/// `options` is NULL or initialised for as many bytes as its size says.
#[inline]
pub(super) unsafe fn export_request(
    options: *const ta_export_options,
    room: &mut Option<ExportRequest>,
) -> Result<&ExportRequest> {
    match options.is_null() {
        true => Ok(&ExportRequest::DEFAULT),
        // SAFETY: passed on from this function's contract.
        false => unsafe { given_export_request(options) }.map(|given| &*room.insert(given)),
    }
}

/// # Safety
/// As for [`export_request`], and `options` is not NULL.
unsafe fn given_export_request(options: *const ta_export_options) -> Result<ExportRequest> {
    let mut completed = None;
    // SAFETY: passed on from this function's contract.
    let given = unsafe { sized::read(options, &mut completed, "options") }?;
    check_known(given.flags, TA_EXPORT_READ_ONLY, "options.flags")?;
    check_zero(given.reserved, "options.reserved")?;
    Ok(ExportRequest {
        max_version: match (given.max_major, given.max_minor) {
            (0, 0) => None,
            version => Some(version),
        },
        device: given.device.given().map(Device::normalised).transpose()?,
        copy: copy_mode(given.copy)?,
        read_only: given.flags & TA_EXPORT_READ_ONLY != 0,
        stream: given.stream,
    })
}

/// The style in a `ta_repr_options`; NULL for all defaults.
///
/// # Safety
/// `options` is NULL or initialised for as many bytes as its size says.
pub(super) unsafe fn repr_style(options: *const ta_repr_options) -> Result<Style> {
    let default = Style::default();
    if options.is_null() {
        return Ok(default);
    }
    let mut completed = None;
    // SAFETY: passed on from this function's contract.
    let given = unsafe { sized::read(options, &mut completed, "options") }?;
    check_zero(given.reserved, "options.reserved")?;
    let sci_mode = match given.sci_mode {
        TA_SCI_AUTO => None,
        TA_SCI_ON => Some(true),
        TA_SCI_OFF => Some(false),
        other => return Err(outside("options.sci_mode", other)),
    };
    Ok(Style {
        threshold: number(given.threshold, default.threshold as usize, "options.threshold")? as i64,
        precision: match number(given.precision.into(), default.precision, "options.precision")? {
            digits @ 0..=MOST_DIGITS => digits,
            _ => return Err(outside("options.precision", given.precision)),
        },
        edgeitems: number(given.edgeitems.into(), default.edgeitems, "options.edgeitems")?,
        linewidth: number(given.linewidth.into(), default.linewidth, "options.linewidth")?,
        sci_mode,
        default_dtype: default_dtype(given.default_dtype)?,
    })
}

/// A number of a `ta_repr_options`: 0 is the default, -1 is none.
fn number(given: i64, default: usize, argument: &'static str) -> Result<usize> {
    match given {
        0 => Ok(default),
        -1 => Ok(0),
        1.. => Ok(given as usize),
        _ => Err(outside(argument, given)),
    }
}

fn copy_mode(copy: i32) -> Result<CopyMode> {
    match copy {
        TA_COPY_IF_NEEDED => Ok(CopyMode::IfNeeded),
        TA_COPY_ALWAYS => Ok(CopyMode::Always),
        TA_COPY_NEVER => Ok(CopyMode::Never),
        other => Err(outside("options.copy", other)),
    }
}

/// The dtype of real numbers: one that PyTorch, too, takes for its default.
fn default_dtype(dtype: ta_dtype) -> Result<DType> {
    match dtype {
        DType::UNSET => Ok(DType::F32),
        DType::F16 | DType::BF16 | DType::F32 | DType::F64 => Ok(dtype),
        other => {
            let message = format_args!(
                "options.default_dtype must be float16, bfloat16, float32 or float64, got {other}"
            );
            Err(Error::new(TA_ERR_INVALID_ARGUMENT, message))
        }
    }
}

/// That a set of flags has none that we do not know.
pub(super) fn check_known(flags: u64, known: u64, argument: &'static str) -> Result<()> {
    match flags & !known {
        0 => Ok(()),
        unknown => Err(unknown_bits(argument, unknown)),
    }
}

#[cold]
#[inline(never)]
fn unknown_bits(argument: &'static str, bits: u64) -> Error {
    let message = format_args!("{argument} has bits that this library does not know: {bits:#x}");
    Error::new(TA_ERR_UNSUPPORTED, message)
}

/// That a reserved field is zero.
pub(super) fn check_zero(value: i32, argument: &'static str) -> Result<()> {
    if value == 0 { Ok(()) } else { Err(outside(argument, value)) }
}

/// A kind or flag of a newer caller.
#[cold]
#[inline(never)]
pub(super) fn unknown(argument: &'static str, value: i32) -> Error {
    let message = format_args!("{argument} is one that this library does not know: {value}");
    Error::new(TA_ERR_UNSUPPORTED, message)
}

#[cold]
#[inline(never)]
pub(super) fn outside(argument: &'static str, value: impl fmt::Display) -> Error {
    let message = format_args!("{argument} has a value that means nothing here: {value}");
    Error::new(TA_ERR_INVALID_ARGUMENT, message)
}
