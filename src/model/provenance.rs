//! How a tensor came about: from what, shared or copied, and why.

use std::ffi::CStr;

pub use crate::abi::ta_provenance as Provenance;
use crate::abi::*;
use crate::model::plan::Reason;

impl Provenance {
    /// Shares the memory of a source of this `TA_ORIGIN_…`.
    pub fn alias(origin: i32) -> Provenance {
        Provenance { origin, aliased: 1, reason: TA_REASON_NONE, staged: 0 }
    }

    /// Copied from a source of this `TA_ORIGIN_…`.
    pub fn copy(origin: i32, reason: Reason) -> Provenance {
        let reason = match reason {
            Reason::Requested => TA_REASON_REQUESTED,
            Reason::Dtype => TA_REASON_DTYPE,
            Reason::Device => TA_REASON_DEVICE,
            Reason::ByteOrder => TA_REASON_BYTE_ORDER,
            Reason::StrideAlignment => TA_REASON_STRIDE_ALIGNMENT,
            Reason::ReadOnly => TA_REASON_READ_ONLY,
            Reason::NotContiguous => TA_REASON_NOT_CONTIGUOUS,
            Reason::NotMemory => TA_REASON_NOT_MEMORY,
            Reason::Producer => TA_REASON_PRODUCER,
        };
        Provenance { origin, aliased: 0, reason, staged: 0 }
    }

    /// The same, for elements of a device that went through memory of the host, or did not.
    #[must_use]
    pub fn staged(self, staged: bool) -> Provenance {
        Provenance { staged: staged.into(), ..self }
    }

    /// Computed from tensors.
    pub const COMPUTED: Provenance =
        Provenance { origin: TA_ORIGIN_TENSOR, aliased: 0, reason: TA_REASON_COMPUTED, staged: 0 };
}

/// The reason that a `TA_REASON_…` is; `None` if it is none.
pub fn reason_of(reason: i32) -> Option<Reason> {
    Some(match reason {
        TA_REASON_REQUESTED => Reason::Requested,
        TA_REASON_DTYPE => Reason::Dtype,
        TA_REASON_DEVICE => Reason::Device,
        TA_REASON_BYTE_ORDER => Reason::ByteOrder,
        TA_REASON_STRIDE_ALIGNMENT => Reason::StrideAlignment,
        TA_REASON_READ_ONLY => Reason::ReadOnly,
        TA_REASON_NOT_CONTIGUOUS => Reason::NotContiguous,
        TA_REASON_NOT_MEMORY => Reason::NotMemory,
        TA_REASON_PRODUCER => Reason::Producer,
        _ => return None,
    })
}

/// The name of a `TA_ORIGIN_…`, as the contract spells it.
#[doc(alias = "ta_origin_name")]
pub fn origin_name(origin: i32) -> &'static CStr {
    match origin {
        TA_ORIGIN_TENSOR => c"tensor",
        TA_ORIGIN_MEMORY => c"memory",
        TA_ORIGIN_NUMPY => c"numpy",
        TA_ORIGIN_DLPACK => c"dlpack",
        TA_ORIGIN_CUDA_ARRAY_INTERFACE => c"cuda_array_interface",
        TA_ORIGIN_BUFFER => c"buffer",
        TA_ORIGIN_ARRAY_INTERFACE => c"array_interface",
        TA_ORIGIN_SCALAR => c"scalar",
        TA_ORIGIN_SEQUENCE => c"sequence",
        _ => c"unknown",
    }
}

/// The name of a `TA_REASON_…`, as the contract spells it.
#[doc(alias = "ta_reason_name")]
pub fn reason_name(reason: i32) -> &'static CStr {
    match reason {
        TA_REASON_NONE => c"",
        TA_REASON_REQUESTED => c"requested",
        TA_REASON_DTYPE => c"dtype",
        TA_REASON_DEVICE => c"device",
        TA_REASON_BYTE_ORDER => c"byte order",
        TA_REASON_STRIDE_ALIGNMENT => c"alignment of strides",
        TA_REASON_READ_ONLY => c"read-only",
        TA_REASON_NOT_CONTIGUOUS => c"not contiguous",
        TA_REASON_NOT_MEMORY => c"not memory",
        TA_REASON_PRODUCER => c"producer",
        TA_REASON_COMPUTED => c"computed",
        _ => c"unknown",
    }
}
