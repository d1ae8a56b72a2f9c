//! What a caller asks for, checked.

use crate::abi::*;
use crate::devices;
use crate::model::device::Device;
use crate::model::dtype::DType;
use crate::model::error::{Error, Result};
use crate::model::plan::{CopyMode, Demand};
use crate::model::view::View;

/// Does the result require a gradient?
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Grad {
    /// No.
    #[default]
    No,
    /// Yes.
    Yes,
    /// As the source has it; only a tensor has.
    AsSource,
}

/// What the result of `asarray` must be.
#[derive(Clone, Copy, Debug)]
#[doc(alias = "ta_options")]
pub struct Request {
    /// Element type; `None`: the source's, or inferred.
    pub dtype: Option<DType>,
    /// What real numbers and bytes without a dtype become.
    pub default_dtype: DType,
    /// Where; `None`: where the source is.
    pub device: Option<Device>,
    /// May memory be shared?
    pub copy: CopyMode,
    /// Does it require a gradient?
    pub grad: Grad,
    /// It must be writable.
    pub writable: bool,
    /// It must be C-contiguous.
    pub contiguous: bool,
    /// It is marked read-only, even if its memory could be written.
    pub read_only: bool,
    /// Bit `1 << TA_ORIGIN_…` for each allowed source; 0 for all.
    pub accept: u64,
    /// The consumer's stream, by the array API's numbers; 0 for none.
    pub stream: i64,
}

impl Default for Request {
    fn default() -> Request {
        Request::DEFAULT
    }
}

impl Request {
    /// Anything, shared if possible.
    pub const DEFAULT: Request = Request {
        dtype: None,
        default_dtype: DType::F32,
        device: None,
        copy: CopyMode::IfNeeded,
        grad: Grad::No,
        writable: false,
        contiguous: false,
        read_only: false,
        accept: 0,
        stream: 0,
    };

    /// The same request, for a copy.
    ///
    /// # Errors
    /// `TA_ERR_INVALID_ARGUMENT` if it says never to copy.
    pub fn always_copy(&self) -> Result<Request> {
        if self.copy == CopyMode::Never {
            let message =
                format_args!("options.copy is TA_COPY_NEVER in a call that always copies");
            return Err(Error::new(TA_ERR_INVALID_ARGUMENT, message));
        }
        Ok(Request { copy: CopyMode::Always, ..*self })
    }

    /// The part of it that the decision needs.
    pub fn demand(&self) -> Demand {
        Demand { copy: self.copy, writable: self.writable, contiguous: self.contiguous }
    }

    /// DLPack's flags, with the mark that was asked for.
    pub fn mark(&self, flags: u64) -> u64 {
        if self.read_only { flags | DLPACK_READ_ONLY } else { flags }
    }

    /// That a source of this `TA_ORIGIN_…` is allowed.
    ///
    /// # Errors
    /// `TA_ERR_KIND`.
    #[inline]
    pub fn check_accepts(&self, origin: i32) -> Result<()> {
        let bit = 1u64.checked_shl(origin as u32).unwrap_or(0);
        match self.accept == 0 || self.accept & bit != 0 {
            true => Ok(()),
            false => Err(not_accepted(origin)),
        }
    }

    /// That a stream, if one is given, belongs to a device whose streams somebody here knows: who serves
    /// the memory of `view`, if that is there already. Returns the number by which any thread can wait
    /// for it; 0 for none.
    ///
    /// # Errors
    /// `TA_ERR_DEVICE`.
    #[inline]
    pub fn check_stream(stream: i64, device: Device, view: Option<&View<'_>>) -> Result<i64> {
        match stream {
            0 | -1 => Ok(0),
            1.. if device != Device::CPU => lasting(stream, device, view.copied()),
            _ => Err(unknown_stream(stream, device)),
        }
    }

    /// Whether a result of `dtype` requires a gradient, the source's flag being `source`.
    ///
    /// # Errors
    /// `TA_ERR_GRAD` if it should, but cannot.
    #[inline]
    pub fn requires_grad(&self, source: bool, dtype: DType) -> Result<bool> {
        let wanted = match self.grad {
            Grad::No => false,
            Grad::Yes => true,
            Grad::AsSource => source,
        };
        match wanted && !dtype.is_differentiable() {
            true => Err(no_gradient(dtype)),
            false => Ok(wanted),
        }
    }
}

/// What [`Request::check_stream`] returns of a stream; `view` is a copy, so that the caller need not have
/// it in memory.
#[inline(never)]
fn lasting(stream: i64, device: Device, view: Option<View<'_>>) -> Result<i64> {
    let backend = match view.filter(|view| view.device() == device) {
        Some(view) => devices::serving(&view)?,
        None => devices::backend(device)?,
    };
    Ok(backend.lasting(stream))
}

#[cold]
#[inline(never)]
fn not_accepted(origin: i32) -> Error {
    let name = crate::model::provenance::origin_name(origin).to_string_lossy();
    let message = format_args!("a source of kind {name} is not among those that accept allows");
    Error::new(TA_ERR_KIND, message)
}

#[cold]
#[inline(never)]
fn unknown_stream(stream: i64, device: Device) -> Error {
    let message = format_args!("stream {stream}: no backend here knows streams of {device}");
    Error::new(TA_ERR_DEVICE, message)
}

#[cold]
#[inline(never)]
fn no_gradient(dtype: DType) -> Error {
    let message = format_args!(
        "only tensors of floating point and complex dtype can require gradients, not {dtype}"
    );
    Error::new(TA_ERR_GRAD, message)
}

/// How a tensor is to be lent.
#[derive(Clone, Copy, Debug)]
#[doc(alias = "ta_export_options")]
pub struct ExportRequest {
    /// The newest (major, minor) that the consumer understands.
    pub max_version: Option<(u32, u32)>,
    /// Where the consumer wants the elements.
    pub device: Option<Device>,
    /// May memory be shared?
    pub copy: CopyMode,
    /// Lend it read-only, even if it is writable.
    pub read_only: bool,
    /// The consumer's stream; 0 for none.
    pub stream: i64,
}

impl ExportRequest {
    /// As it is, where it is, in the newest version.
    pub const DEFAULT: ExportRequest = ExportRequest {
        max_version: None,
        device: None,
        copy: CopyMode::IfNeeded,
        read_only: false,
        stream: 0,
    };
}
