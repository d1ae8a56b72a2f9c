//! Gradients and the graph that they go back through: the library's, seen from Python.
//!
//! [`leaf`] is what a tensor says of its own gradient, [`arithmetic`] makes histories, [`record`] lets
//! Python make others, [`backward`] goes back, and [`node`] shows the way.

mod arithmetic;
mod backward;
pub(crate) mod leaf;
mod mode;
mod node;
mod record;

use pyo3::ffi;
use pyo3::prelude::*;

use crate::c;
use crate::tensor::Slots;
use crate::tensor::method::entry;

/// The functions, for the module's table.
pub(crate) const FUNCTIONS: [ffi::PyMethodDef; 6] = [
    entry(c"add", arithmetic::add, arithmetic::ADD_DOC),
    entry(c"sub", arithmetic::sub, arithmetic::SUB_DOC),
    entry(c"mul", arithmetic::mul, arithmetic::MUL_DOC),
    entry(c"neg", arithmetic::neg, arithmetic::NEG_DOC),
    entry(c"sum", arithmetic::sum, arithmetic::SUM_DOC),
    entry(c"record", record::record, record::DOC),
];

/// Adds methods, attributes and operators to the type.
pub(crate) fn fill(slots: &mut Slots) {
    leaf::fill(slots);
    node::fill(slots);
    backward::fill(slots);
    arithmetic::fill(slots);
}

/// Adds the rest to the module.
pub(crate) fn add_to(module: &Bound<'_, PyModule>) -> PyResult<()> {
    module.add_class::<node::Node>()?;
    module.add_function(wrap_pyfunction!(mode::is_grad_enabled, module)?)?;
    module.add_function(wrap_pyfunction!(live_nodes, module)?)?;
    // Not for the public: for `_torch.py`, and for the contexts of `_mode.py`.
    module.setattr("_passes", wrap_pyfunction!(backward::passes, module)?)?;
    module.setattr("_set_grad_enabled", wrap_pyfunction!(mode::set_grad_enabled, module)?)
}

/// How many recorded operations are alive in the process, those of other languages included.
///
/// >>> import tarray
/// >>> before = tarray.live_nodes()
/// >>> t = tarray.asarray([1.0], requires_grad=True) * 2
/// >>> tarray.live_nodes() - before
/// 1
#[pyfunction]
fn live_nodes() -> usize {
    c::ta_live_nodes()
}
