//! `Tensor.backward`.

use std::cell::RefCell;

use pyo3::prelude::*;

use crate::abi::*;
use crate::arguments::{Arguments, Signature};
use crate::asarray;
use crate::c;
use crate::detached;
use crate::error::{Failure, Result};
use crate::options::{Request, some, truth};
use crate::tensor::method::methods;
use crate::tensor::{self, Slots, Tensor};

pub(super) fn fill(slots: &mut Slots) {
    slots.methods.extend(methods! {
        c"backward" => backward, c"backward($self, /, gradient=None, retain_graph=False)\n--\n\nAdds the gradients of the tensor to the grad of all leaves that it was computed from.

gradient is that of the final result with respect to the tensor, in its shape: a tensor, or anything
that asarray() takes. A tensor of one real element needs none. What the operations had saved is let
go unless retain_graph is true, and then there is no second time.

Raises RequestError for a tensor that does not require grad, a gradient that cannot be its, a graph
that has been let go, and memory that was needed and has been written in place; and what a recorded
operation raises. A call that fails changes nothing. Other threads run meanwhile, and may do the same:
no gradient is lost.

>>> import tarray
>>> t = tarray.asarray([1.0, 2.0, 3.0], requires_grad=True)
>>> (t * 10).sum().backward()
>>> t.grad
tensor([10., 10., 10.])";
    });
}

fn backward<'py>(tensor: Tensor<'_, 'py>, given: Arguments<'_, 'py>) -> Result<Bound<'py, PyAny>> {
    static SIGNATURE: Signature<2> = Signature::new("backward", ["gradient", "retain_graph"], 2, 0);
    let [gradient, retain_graph] = SIGNATURE.parse(given)?;
    let gradient =
        some(gradient).map(|given| asarray::convert(&given, &Request::default())).transpose()?;
    let gradient = gradient.as_ref().and_then(tensor::of);
    let gradient = gradient.map_or(std::ptr::null(), |given| given.handle().cast_const());
    let (root, retain) = (tensor.handle(), truth(retain_graph, "retain_graph")? == Some(true));
    let pass = Pass::begin();
    // SAFETY: live handles, or NULL for the gradient.
    let run = || c::call(|err| unsafe { c::ta_backward(root, gradient, retain.into(), err) });
    // SAFETY: handles that the caller holds; callbacks attach themselves.
    let outcome = unsafe { detached::run(tensor.py(), u64::MAX, run) };
    match (outcome, pass.end()) {
        (Ok(()), _) => Ok(tensor.py().None().into_bound(tensor.py())),
        (Err(Failure::Status(TA_ERR_CALLBACK, _)), Some(raised)) => Err(Failure::Raised(raised)),
        (Err(failure), _) => Err(failure),
    }
}

thread_local! {
    /// The passes under way on this thread, each inside a callback of the one before, with what
    /// Python code raised in it.
    static PASSES: RefCell<Vec<Option<PyErr>>> = const { RefCell::new(Vec::new()) };
}

/// How many passes are under way on this thread, each inside a callback of the one before.
#[pyfunction]
#[pyo3(name = "_passes")]
pub(super) fn passes() -> usize {
    PASSES.with_borrow(Vec::len)
}

/// A pass that Python waits for.
struct Pass;

impl Pass {
    fn begin() -> Pass {
        PASSES.with_borrow_mut(|passes| passes.push(None));
        Pass
    }

    /// What was raised in it.
    fn end(self) -> Option<PyErr> {
        PASSES.with_borrow_mut(Vec::pop).flatten()
    }
}

/// Keeps what an operation has raised, if Python waits for the pass: it comes out of `backward` as
/// itself.
pub(super) fn keep(raised: PyErr) {
    PASSES.with_borrow_mut(|passes| {
        if let Some(last) = passes.last_mut() {
            *last = Some(raised);
        }
    });
}
