//! What torch's exchange table does not say: gradients, and bits that change what memory means.
//! How a history goes on into torch's is written in Python, where torch's own doors are: `_torch.py`.

use std::ptr;
use std::sync::atomic::{AtomicPtr, Ordering};

use pyo3::ffi;
use pyo3::intern;
use pyo3::prelude::*;
use pyo3::sync::PyOnceLock;
use pyo3::types::PyType;

use crate::abi::*;
use crate::c;
use crate::error::Result;
use crate::source::dlpack::exchange::{Export, Exported};
use crate::source::numpy::loaded;
use crate::source::{Loan, Reference, Seen};
use crate::tensor;

/// What a torch tensor is, beside its memory.
#[derive(Clone, Copy)]
pub(crate) struct Facts {
    /// It requires grad, or has a history.
    pub(crate) requires_grad: bool,
    /// Its values are conjugates or negatives of what its memory holds.
    pub(crate) is_lazy: bool,
}

/// The facts of a torch tensor, `None` for anything else. Torch is never imported.
pub(crate) fn facts(object: &Bound<'_, PyAny>) -> Result<Option<Facts>> {
    let py = object.py();
    let Some(class) = class(py)? else { return Ok(None) };
    // By C's rules: torch's own `__instancecheck__` is Python code.
    // SAFETY: a live object and a type.
    if unsafe { ffi::PyObject_TypeCheck(object.as_ptr(), class.as_type_ptr()) } == 0 {
        return Ok(None);
    }
    if object.get_type().is(class) {
        return read(object).map(Some);
    }
    // Subclasses may refuse or change attributes: torch's own answer is wanted.
    let plain = py.import("torch")?.getattr("_C")?.getattr("DisableTorchFunctionSubclass")?;
    let scope = plain.call0()?;
    scope.call_method0("__enter__")?;
    let facts = read(object);
    scope.call_method1("__exit__", (py.None(), py.None(), py.None()))?;
    facts.map(Some)
}

/// `torch.Tensor`, if torch is loaded.
fn class(py: Python<'_>) -> Result<Option<&Bound<'_, PyType>>> {
    static CLASS: PyOnceLock<Py<PyType>> = PyOnceLock::new();
    if let Some(known) = CLASS.get(py) {
        return Ok(Some(known.bind(py)));
    }
    let Some(torch) = loaded::module(py, intern!(py, "torch"))? else { return Ok(None) };
    // A half-imported torch has no tensors yet.
    let Some(class) = torch.getattr_opt("Tensor")? else { return Ok(None) };
    let Ok(class) = class.cast_into::<PyType>() else { return Ok(None) };
    Ok(Some(CLASS.get_or_init(py, || class.unbind()).bind(py)))
}

fn read(object: &Bound<'_, PyAny>) -> Result<Facts> {
    let py = object.py();
    let is = |method| -> PyResult<bool> { object.call_method0(method)?.is_truthy() };
    Ok(Facts {
        requires_grad: object.getattr(intern!(py, "requires_grad"))?.is_truthy()?,
        is_lazy: is(intern!(py, "is_conj"))? || is(intern!(py, "is_neg"))?,
    })
}

/// What is asked of a `torch.Tensor` each time, found once: the C functions behind its attributes, and
/// its exchange table. Kept for ever, as the class is.
struct Known {
    class: *mut ffi::PyTypeObject,
    requires_grad: *mut ffi::PyObject,
    is_neg: *mut ffi::PyObject,
    table: Export,
}

static KNOWN: AtomicPtr<Known> = AtomicPtr::new(ptr::null_mut());

/// Remembers `torch.Tensor`, of which `object` is one, and its table.
///
/// # Errors
/// What looking raises.
pub(super) fn remember(object: &Bound<'_, PyAny>, table: Option<Export>) -> Result<()> {
    let py = object.py();
    let (Some(table), Some(class)) = (table, class(py)?) else { return Ok(()) };
    if !object.get_type().is(class) || !KNOWN.load(Ordering::Acquire).is_null() {
        return Ok(());
    }
    let requires_grad = class.getattr(intern!(py, "requires_grad"))?;
    let is_neg = class.getattr(intern!(py, "is_neg"))?;
    // Anything else is something that somebody has put there, to be asked as all are.
    if is_of(&requires_grad, &raw mut ffi::PyGetSetDescr_Type)
        && is_of(&is_neg, &raw mut ffi::PyMethodDescr_Type)
    {
        let known = Box::new(Known {
            class: class.as_type_ptr(),
            requires_grad: requires_grad.into_ptr(),
            is_neg: is_neg.into_ptr(),
            table,
        });
        // Two threads may get here once: one entry of two is then never used.
        KNOWN.store(Box::into_raw(known), Ordering::Release);
    }
    Ok(())
}

/// The DLPack tensor of a `torch.Tensor` that is nothing but its memory, on the CPU; `None`, without an
/// exception, for whatever else there is: it must be looked at.
#[inline]
pub(crate) fn plain(object: &Bound<'_, PyAny>) -> Option<Exported> {
    // SAFETY: NULL, or an entry that is never freed or changed.
    let known = unsafe { KNOWN.load(Ordering::Acquire).as_ref() }?;
    // SAFETY: a live object.
    if unsafe { ffi::Py_TYPE(object.as_ptr()) } != known.class {
        return None;
    }
    known.is_plain(object.as_ptr()).then_some(())?;
    let exported = known.table.run(object).ok()?;
    // Only complex numbers can be conjugates.
    (exported.is_on_cpu() && !exported.is_complex()).then_some(exported)
}

/// Whether an object is of a type, and not of one below it.
fn is_of(object: &Bound<'_, PyAny>, class: *mut ffi::PyTypeObject) -> bool {
    object.get_type().as_type_ptr() == class
}

impl Known {
    /// Whether an object of the class neither requires grad nor holds negatives.
    #[inline]
    fn is_plain(&self, object: *mut ffi::PyObject) -> bool {
        // SAFETY: a live object, which has a type.
        let class = unsafe { ffi::Py_TYPE(self.requires_grad) };
        // SAFETY: the type of a live object.
        let Some(get) = (unsafe { (*class).tp_descr_get }) else { return false };
        // SAFETY: a descriptor of the object's class.
        let requires_grad = unsafe { get(self.requires_grad, object, self.class.cast()) };
        is_false(requires_grad) && {
            // SAFETY: a method of the object's class, and one argument.
            is_false(unsafe {
                ffi::PyObject_Vectorcall(self.is_neg, &raw const object, 1, ptr::null_mut())
            })
        }
    }
}

/// Whether an answer, which is given up, is False; a failure is no answer.
#[inline]
fn is_false(answer: *mut ffi::PyObject) -> bool {
    if answer.is_null() {
        // SAFETY: attached; whoever asks again will hear of it.
        unsafe { ffi::PyErr_Clear() };
        return false;
    }
    // SAFETY: a new reference.
    unsafe { ffi::Py_DECREF(answer) };
    // SAFETY: attached.
    answer == unsafe { ffi::Py_False() }
}

/// The same values in memory of their own.
pub(super) fn resolved<'py>(object: &Bound<'py, PyAny>) -> Result<Bound<'py, PyAny>> {
    let py = object.py();
    let resolved = object.call_method0(intern!(py, "resolve_conj"))?;
    Ok(resolved.call_method0(intern!(py, "resolve_neg"))?)
}

/// A tensor of ours over the memory of one that requires grad, with a history that goes on in torch's.
pub(super) fn continued<'a>(object: &Bound<'a, PyAny>) -> Result<Seen<'a>> {
    let py = object.py();
    let bridge = py.import(intern!(py, "tarray._torch"))?;
    let made = bridge.call_method1(intern!(py, "continued"), (object,))?;
    let Some(tensor) = tensor::of(&made) else { unreachable!("what is recorded is a tensor") };
    let value = ta_source_value { tensor: tensor.handle() };
    let source = c::source(TA_SOURCE_TENSOR, TA_ORIGIN_DLPACK, value);
    Ok(Seen { source, loan: Loan::Kept(Box::new(Reference::of(made))) })
}
