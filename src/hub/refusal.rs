//! Why memory could not be shared, in words.

use crate::abi::{TA_ERR_CANNOT_ALIAS, TA_ORIGIN_NUMPY};
use crate::hub::asarray::Target;
use crate::model::error::Error;
use crate::model::layout::List;
use crate::model::plan::Reason;
use crate::model::provenance::{Provenance, reason_name};
use crate::model::view::View;

/// The contract quotes this text, full stop and all: programs look for it.
pub(super) const OF_VALUES: &str = "can't alias arbitrary sequence into a tensor.";

/// And this one, for scalars that are NumPy's.
pub(super) fn of_typed_scalar(origin: i32) -> &'static str {
    match origin {
        TA_ORIGIN_NUMPY => "can't alias NumPy scalars",
        _ => "can't alias typed scalars",
    }
}

/// Why sharing was refused: the reason, what the source has, and what was asked for.
#[cold]
#[inline(never)]
pub(super) fn refusal(reason: Reason, view: &View<'_>, target: Target) -> Error {
    let text = |message: std::fmt::Arguments<'_>| Error::new(TA_ERR_CANNOT_ALIAS, message);
    match reason {
        Reason::Dtype => text(format_args!(
            "can't alias memory of dtype {} into dtype {}",
            view.dtype(),
            target.dtype
        )),
        Reason::Device => text(format_args!(
            "can't alias memory on device {} into device {}",
            view.device(),
            target.device
        )),
        Reason::ByteOrder => text(format_args!(
            "can't alias memory in foreign byte order: {} is needed in native order",
            view.dtype()
        )),
        Reason::StrideAlignment => text(format_args!(
            "can't alias memory over the alignment of its strides: one is no multiple of the {} bytes of {}",
            view.dtype().itemsize(),
            view.dtype()
        )),
        Reason::ReadOnly => text(format_args!("can't alias read-only memory as writable")),
        Reason::NotContiguous => text(format_args!(
            "can't alias memory of shape {} that is not C-contiguous as contiguous",
            List(view.shape())
        )),
        Reason::Producer => of_made(reason),
        Reason::NotMemory | Reason::Requested => text(format_args!("{OF_VALUES}")),
    }
}

/// Why sharing was refused where the memory is no longer the source's own.
#[cold]
pub(super) fn of_made(reason: Reason) -> Error {
    let text = |message: std::fmt::Arguments<'_>| Error::new(TA_ERR_CANNOT_ALIAS, message);
    match reason {
        Reason::Producer => {
            text(format_args!("can't alias the source's memory: its producer gave a copy"))
        }
        _ => {
            let reason = reason_name(Provenance::copy(0, reason).reason).to_string_lossy();
            text(format_args!(
                "can't alias the source's memory: it was copied for this call already, because of: {reason}"
            ))
        }
    }
}
