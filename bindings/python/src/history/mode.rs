//! Whether this thread records operations.

use pyo3::prelude::*;

use crate::c;

/// Whether operations of this thread are recorded: see `no_grad`.
///
/// >>> import tarray
/// >>> with tarray.no_grad():
/// ...     tarray.is_grad_enabled()
/// False
#[pyfunction]
pub(super) fn is_grad_enabled() -> bool {
    c::ta_grad_enabled() != 0
}

/// Sets it, and returns what it was.
#[pyfunction]
#[pyo3(name = "_set_grad_enabled", signature = (enabled, /))]
pub(super) fn set_grad_enabled(enabled: bool) -> bool {
    c::ta_set_grad_enabled(enabled.into()) != 0
}
