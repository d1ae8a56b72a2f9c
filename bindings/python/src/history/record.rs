//! `tarray.record`: operations that Python computes by itself.

use std::collections::HashMap;
use std::ffi::{CStr, CString, c_void};
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::ptr::NonNull;
use std::sync::{LazyLock, Mutex, MutexGuard, PoisonError};

use pyo3::exceptions::{PyTypeError, PyValueError};
use pyo3::ffi;
use pyo3::prelude::*;
use pyo3::types::{PyList, PyString, PyTuple};

use crate::abi::*;
use crate::arguments::{Arguments, Signature};
use crate::asarray;
use crate::border;
use crate::c;
use crate::error::{Failure, Result, type_name};
use crate::history::backward;
use crate::options::Request;
use crate::release;
use crate::source;
use crate::tensor::{self, Handle};

pub(super) const DOC: &CStr = c"record(name, inputs, output, backward)
--

Makes a tensor of the result of an operation that the caller has computed, and records how to
differentiate it.

name is what its node is called, like 'ExpBackward0'; inputs the tensors that it was computed from;
output the result, anything that asarray() takes, whose memory is shared. backward(gradient) gets the
gradient of the result, a tensor, and returns those of the inputs: a tuple with one for each, tensors
or anything that asarray() takes, or None for zero; of one input, just that. A gradient that is larger
because the input was broadcast is added up.

The result requires grad if an input does and operations are recorded on this thread, or if there are
no inputs: then gradients leave through backward. It is another tensor in any case. backward is kept until a
pass without retain_graph, or with the last tensor whose history leads to it; if it keeps the result
alive, that is a cycle which only such a pass breaks. What it raises comes out of Tensor.backward().

Raises TypeError for inputs that are not tensors and a backward that cannot be called, and what
asarray() raises for output.

>>> import tarray, math
>>> x = tarray.asarray(2.0, requires_grad=True)
>>> y = math.exp(x.item())
>>> out = tarray.record('ExpBackward0', [x], y, lambda gradient: gradient * y)
>>> out
tensor(7.3891, grad_fn=<ExpBackward0>)
>>> out.backward()
>>> x.grad
tensor(7.3891)";

/// `record(…)` as the interpreter calls it.
///
/// # Safety
/// Called by the interpreter as `METH_FASTCALL | METH_KEYWORDS`.
pub(super) unsafe extern "C" fn record(
    _module: *mut ffi::PyObject,
    values: *const *mut ffi::PyObject,
    count: ffi::Py_ssize_t,
    names: *mut ffi::PyObject,
) -> *mut ffi::PyObject {
    static SIGNATURE: Signature<4> =
        Signature::new("record", ["name", "inputs", "output", "backward"], 4, 4);
    border::object(|py| {
        // SAFETY: passed on from the interpreter.
        let given = SIGNATURE.parse(unsafe { Arguments::new(py, values, count, names) })?;
        let [Some(name), Some(inputs), Some(output), Some(backward)] = given else {
            unreachable!("the signature demands all")
        };
        let name = name_of(&name)?;
        let inputs = tensors(&inputs)?;
        if !backward.is_callable() {
            let class = type_name(&backward);
            return Err(Failure::kind(format!("backward must be callable, not {class}")));
        }
        let request = Request::default();
        let record = |source: &ta_source, request: &Request| {
            recorded(&name, &inputs, &backward, source, request)
        };
        let made = source::look(&output, &request)
            .and_then(|seen| seen.take_with(py, &request, record))
            .map_err(|failure| request.because(py, failure));
        tensor::wrap(py, made?)
    })
}

fn name_of(given: &Bound<'_, PyAny>) -> Result<CString> {
    let Ok(name) = given.cast::<PyString>() else {
        return Err(Failure::kind(format!("name must be a string, not {}", type_name(given))));
    };
    CString::new(name.to_cow()?.as_bytes())
        .map_err(|_| Failure::value("name must not contain a NUL character"))
}

fn tensors<'py>(given: &Bound<'py, PyAny>) -> Result<Vec<Bound<'py, PyAny>>> {
    let mut inputs = Vec::new();
    for (index, input) in given.try_iter()?.enumerate() {
        let input = input?;
        if tensor::of(&input).is_none() {
            let class = type_name(&input);
            return Err(Failure::kind(format!("inputs[{index}] must be a Tensor, not {class}")));
        }
        inputs.push(input);
    }
    Ok(inputs)
}

/// The tensor that the library makes of a result that has been looked at.
fn recorded(
    name: &CStr,
    inputs: &[Bound<'_, PyAny>],
    backward: &Bound<'_, PyAny>,
    source: &ta_source,
    request: &Request,
) -> Result<Handle> {
    let handles = inputs.iter().filter_map(tensor::of).map(|input| input.handle().cast_const());
    let handles: Vec<_> = handles.collect();
    let key = kept::put(backward);
    let operation = ta_operation {
        struct_size: size_of::<ta_operation>(),
        name: name.as_ptr(),
        inputs: handles.as_ptr(),
        num_inputs: handles.len(),
        backward: Some(differentiate),
        user_data: std::ptr::without_provenance_mut(key),
        drop: Some(let_go),
        reserved: 0,
    };
    let (operation, source) = (&raw const operation, &raw const *source);
    let options = &raw const request.options;
    // SAFETY: live handles, a name, and what a `look` has filled; the key is the library's on TA_OK.
    let make = |out, err| unsafe { c::ta_record(operation, source, options, out, err) };
    // SAFETY: that function writes a share on TA_OK.
    let made = unsafe { Handle::made(make) };
    if made.is_err() {
        drop(kept::take(key));
    }
    made
}

/// The callables of all operations, under keys that are never used twice: the library is told a
/// key, so that nobody who looks for an operation can come upon one that is just going.
mod kept {
    use super::*;

    #[derive(Default)]
    struct Callables {
        by_key: HashMap<usize, Py<PyAny>>,
        last: usize,
    }

    static CALLABLES: LazyLock<Mutex<Callables>> = LazyLock::new(Mutex::default);

    fn lock() -> MutexGuard<'static, Callables> {
        // A table is whole at any time, whoever panicked.
        CALLABLES.lock().unwrap_or_else(PoisonError::into_inner)
    }

    pub(super) fn put(callable: &Bound<'_, PyAny>) -> usize {
        let mut callables = lock();
        callables.last += 1;
        let key = callables.last;
        callables.by_key.insert(key, callable.clone().unbind());
        key
    }

    pub(super) fn get(py: Python<'_>, key: usize) -> Option<Py<PyAny>> {
        lock().by_key.get(&key).map(|callable| callable.clone_ref(py))
    }

    pub(super) fn take(key: usize) -> Option<Py<PyAny>> {
        lock().by_key.remove(&key)
    }
}

/// The callable of an operation of ours.
///
/// `node` is live, by every caller.
pub(super) fn callable(py: Python<'_>, node: *const ta_node) -> Option<Py<PyAny>> {
    // SAFETY: a live node.
    let key = unsafe { c::ta_node_user_data(node, differentiate) };
    kept::get(py, key.addr())
}

/// Lets an operation go: `ta_operation.drop`.
unsafe extern "C" fn let_go(key: *mut c_void) {
    if let Some(callable) = kept::take(key.addr()) {
        // SAFETY: a strong reference that nobody else drops.
        unsafe { release::object(callable.into_ptr().cast()) };
    }
}

/// Asks Python for the gradients of an operation: `ta_operation.backward`.
///
/// # Safety
/// Called by the library.
unsafe extern "C" fn differentiate(
    key: *mut c_void,
    grad_output: *const ta_tensor,
    _needed: *const i32,
    grad_inputs: *mut *mut ta_tensor,
    num_inputs: usize,
    err: *mut ta_error,
) -> ta_status {
    let asked = || {
        Python::try_attach(|py| -> Result<()> {
            let Some(callable) = kept::get(py, key.addr()) else {
                unreachable!("a pass holds what it runs")
            };
            // SAFETY: a live handle.
            let share = unsafe { c::ta_retain(grad_output) };
            let Some(share) = NonNull::new(share) else { unreachable!("a live handle") };
            // SAFETY: a share of our own.
            let gradient = tensor::wrap(py, unsafe { Handle::from_raw(share) })?;
            let answer = callable.bind(py).call1((gradient,))?;
            let gradients = gradients(&answer, num_inputs)?;
            for (index, gradient) in gradients.iter().enumerate() {
                if let Some(gradient) = gradient.as_ref().and_then(tensor::of) {
                    // SAFETY: as many places as inputs.
                    let place = unsafe { grad_inputs.add(index) };
                    // SAFETY: a live handle.
                    let share = unsafe { c::ta_retain(gradient.handle()) };
                    // SAFETY: as above.
                    unsafe { place.write(share) };
                }
            }
            Ok(())
        })
    };
    let (status, message) = match catch_unwind(AssertUnwindSafe(asked)) {
        Ok(Some(Ok(()))) => return TA_OK,
        Ok(Some(Err(Failure::Status(status, message)))) => (status, message),
        Ok(Some(Err(Failure::Raised(raised)))) => {
            let message = raised.to_string();
            backward::keep(raised);
            (TA_ERR_CALLBACK, message)
        }
        Ok(None) => (TA_ERR_CALLBACK, "Python has gone".into()),
        Err(_) => (TA_ERR_INTERNAL, "a panic".into()),
    };
    // SAFETY: NULL or writable, by the library's contract.
    unsafe { c::say(err, &message) };
    status
}

/// What a callable answered, as tensors.
fn gradients<'py>(
    answer: &Bound<'py, PyAny>,
    count: usize,
) -> Result<Vec<Option<Bound<'py, PyAny>>>> {
    let answers: Vec<_> = if let Ok(tuple) = answer.cast::<PyTuple>() {
        tuple.iter().collect()
    } else if let Ok(list) = answer.cast::<PyList>() {
        list.iter().collect()
    } else if count == 1 {
        vec![answer.clone()]
    } else if answer.is_none() {
        return Ok(vec![None; count]);
    } else {
        let message =
            format!("backward must return a tuple of {count} gradients, not {}", type_name(answer));
        return Err(PyTypeError::new_err(message).into());
    };
    if answers.len() != count {
        let given = answers.len();
        let message = format!("backward returned {given} gradients for {count} inputs");
        return Err(PyValueError::new_err(message).into());
    }
    let tensor = |answer: Bound<'py, PyAny>| match answer.is_none() {
        true => Ok(None),
        false => asarray::convert(&answer, &Request::default()).map(Some),
    };
    answers.into_iter().map(tensor).collect()
}
