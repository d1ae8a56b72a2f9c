//! `tarray.Node`: a recorded operation, `grad_fn` of the tensor that it made.

use std::hash::{DefaultHasher, Hash, Hasher};
use std::ptr::NonNull;

use pyo3::prelude::*;
use pyo3::types::PyTuple;

use crate::abi::*;
use crate::c;
use crate::error::Result;
use crate::history::record;
use crate::tensor::method::attributes;
use crate::tensor::{Slots, Tensor};

pub(super) fn fill(slots: &mut Slots) {
    slots.attributes.extend(attributes! {
        c"grad_fn" => grad_fn, c"The operation that made the tensor, a Node; None for a leaf.

>>> import tarray
>>> t = tarray.asarray([1.0], requires_grad=True)
>>> (t * 2).grad_fn.name()
'MulBackward0'";
    });
}

/// A recorded operation, or the place of a leaf where gradients arrive.
///
/// Two are equal if they are the same operation. Made by operations: there is no constructor.
///
/// >>> import tarray
/// >>> t = tarray.asarray([1.0], requires_grad=True)
/// >>> node = (-t + 1).grad_fn
/// >>> node.name()
/// 'AddBackward0'
/// >>> [(next and next.name(), index) for next, index in node.next_functions]
/// [('NegBackward0', 0), (None, 0)]
#[pyclass(frozen, module = "tarray", name = "Node")]
pub(crate) struct Node(Option<Operation>);

/// A share in a node of the library.
struct Operation(NonNull<ta_node>);

// SAFETY: the library's nodes may be used and released on any thread.
unsafe impl Send for Operation {}
// SAFETY: as above.
unsafe impl Sync for Operation {}

impl Operation {
    /// Takes over a share.
    ///
    /// # Safety
    /// `node` is NULL or a share that nobody else gives up.
    unsafe fn from_raw(node: *mut ta_node) -> Option<Operation> {
        NonNull::new(node).map(Operation)
    }

    fn as_ptr(&self) -> *mut ta_node {
        self.0.as_ptr()
    }
}

impl Drop for Operation {
    fn drop(&mut self) {
        // SAFETY: our own share, given up once.
        unsafe { c::ta_node_release(self.as_ptr()) };
    }
}

fn grad_fn<'py>(tensor: Tensor<'_, 'py>) -> Result<Bound<'py, PyAny>> {
    let py = tensor.py();
    // SAFETY: a live handle.
    let node = unsafe { c::ta_grad_fn(tensor.handle()) };
    // SAFETY: NULL or a share that the library has given.
    match unsafe { Operation::from_raw(node) } {
        None => Ok(py.None().into_bound(py)),
        Some(operation) => Ok(Bound::new(py, Node(Some(operation)))?.into_any()),
    }
}

#[pymethods]
impl Node {
    /// What the operation is called, as PyTorch calls it.
    fn name(&self) -> String {
        match &self.0 {
            None => "AccumulateGrad".into(),
            Some(operation) => {
                // SAFETY: a live node.
                let name = unsafe { c::ta_node_name(operation.as_ptr()) };
                // SAFETY: NUL-terminated, and alive as long as the node.
                unsafe { c::text(name) }
            }
        }
    }

    /// Where the inputs of the operation come from: pairs of a Node, or None where no gradient is
    /// wanted, and 0, as every operation has one result.
    #[getter]
    fn next_functions<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyTuple>> {
        let Some(operation) = &self.0 else { return Ok(PyTuple::empty(py)) };
        // SAFETY: a live node.
        let count = unsafe { c::ta_node_num_inputs(operation.as_ptr()) };
        let next = |index| {
            let mut next = std::ptr::null_mut();
            // SAFETY: a live node, and room for a pointer.
            let kind = unsafe { c::ta_node_input(operation.as_ptr(), index, &raw mut next) };
            let node = match kind {
                TA_INPUT_NONE => None,
                // SAFETY: NULL for a leaf, else a share that the library has given.
                _ => Some(Bound::new(py, Node(unsafe { Operation::from_raw(next) }))?),
            };
            (node, 0).into_pyobject(py)
        };
        PyTuple::new(py, (0..count).map(next).collect::<PyResult<Vec<_>>>()?)
    }

    /// The callable that `record` was given; None for other operations, and once a backward pass has
    /// let it go.
    #[getter]
    fn _backward(&self, py: Python<'_>) -> Option<Py<PyAny>> {
        record::callable(py, self.0.as_ref()?.as_ptr())
    }

    fn __eq__(&self, other: &Bound<'_, PyAny>) -> bool {
        let Ok(other) = other.cast::<Node>() else { return false };
        match (&self.0, &other.get().0) {
            (Some(one), Some(other)) => one.0 == other.0,
            _ => std::ptr::eq(self, other.get()),
        }
    }

    fn __hash__(&self) -> u64 {
        let mut hasher = DefaultHasher::new();
        self.address().hash(&mut hasher);
        hasher.finish()
    }

    fn __repr__(&self) -> String {
        format!("<{} object at {:#x}>", self.name(), self.address())
    }
}

impl Node {
    fn address(&self) -> usize {
        match &self.0 {
            Some(operation) => operation.as_ptr().addr(),
            None => std::ptr::from_ref(self).addr(),
        }
    }
}
