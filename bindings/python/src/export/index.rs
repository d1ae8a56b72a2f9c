//! Indexing: `tensor[…]` as views, length and iteration.

use std::ffi::CStr;

use pyo3::exceptions::{PyIndexError, PyTypeError};
use pyo3::ffi;
use pyo3::prelude::*;
use pyo3::types::{PyBool, PyEllipsis, PyInt, PySlice, PyTuple};

use crate::abi::*;
use crate::border;
use crate::dtype;
use crate::error::{Failure, Result, type_name};
use crate::export::element;
use crate::export::window::Window;
use crate::tensor::method;
use crate::tensor::{self, Handle, Slots, Tensor};

pub(super) fn fill(slots: &mut Slots) {
    slots.mapping.mp_length = Some(length);
    slots.mapping.mp_subscript = Some(get);
    slots.sequence.sq_length = Some(length);
    slots.sequence.sq_item = Some(item);
    slots.sequence.sq_contains = Some(contains);
    slots.class.tp_iter = Some(iterate);
}

/// # Safety
/// Called by the interpreter as `mp_length` or `sq_length`.
unsafe extern "C" fn length(receiver: *mut ffi::PyObject) -> ffi::Py_ssize_t {
    border::guard(-1, |py| {
        // SAFETY: passed on from the interpreter.
        let tensor = unsafe { Tensor::receiver(py, receiver) };
        match tensor.shape().first() {
            Some(&extent) => Ok(extent as ffi::Py_ssize_t),
            None => Err(PyTypeError::new_err("len() of a tensor without axes").into()),
        }
    })
}

/// # Safety
/// Called by the interpreter as `tp_iter`.
unsafe extern "C" fn iterate(receiver: *mut ffi::PyObject) -> *mut ffi::PyObject {
    // SAFETY: passed on from the interpreter.
    unsafe { method::read(receiver, iterator) }
}

fn iterator<'py>(tensor: Tensor<'_, 'py>) -> Result<Bound<'py, PyAny>> {
    if tensor.ndim() == 0 {
        return Err(PyTypeError::new_err("iteration over a tensor without axes").into());
    }
    // SAFETY: attached, and a sequence.
    element::object(tensor.py(), unsafe { ffi::PySeqIter_New(tensor.object().as_ptr()) })
}

/// Equality of tensors is identity, so Python's own search would say no to every number.
///
/// # Safety
/// Called by the interpreter as `sq_contains`.
unsafe extern "C" fn contains(_: *mut ffi::PyObject, _: *mut ffi::PyObject) -> std::ffi::c_int {
    border::guard(-1, |_| {
        Err(Failure::kind("`in` does not search a tensor: search its tolist() or numpy()"))
    })
}

/// # Safety
/// Called by the interpreter as `sq_item`: a negative position has been counted from the end.
unsafe extern "C" fn item(
    receiver: *mut ffi::PyObject,
    position: ffi::Py_ssize_t,
) -> *mut ffi::PyObject {
    border::object(|py| {
        // SAFETY: passed on from the interpreter.
        let tensor = unsafe { Tensor::receiver(py, receiver) };
        let mut selection = Selection::of(tensor);
        if position < 0 {
            return Err(outside(position, 0, tensor.shape()));
        }
        selection.at(position)?;
        tensor::wrap(py, selection.open()?)
    })
}

/// # Safety
/// Called by the interpreter as `mp_subscript`.
unsafe extern "C" fn get(
    receiver: *mut ffi::PyObject,
    key: *mut ffi::PyObject,
) -> *mut ffi::PyObject {
    border::object(|py| {
        // SAFETY: a tensor, passed on from the interpreter.
        let tensor = unsafe { Tensor::receiver(py, receiver) };
        // SAFETY: an argument, alive during the call.
        let key = unsafe { Borrowed::from_ptr(py, key) };
        tensor::wrap(py, select(tensor, &key)?)
    })
}

/// The view that `tensor[key]` is.
pub(super) fn select<'py>(tensor: Tensor<'_, 'py>, key: &Bound<'py, PyAny>) -> Result<Handle> {
    let mut selection = Selection::of(tensor);
    match key.cast::<PyTuple>() {
        Ok(keys) => {
            let named = keys.iter().filter(|key| !key.is_none() && !is_ellipsis(key)).count();
            let mut open = tensor.ndim().checked_sub(named).map(Some);
            for key in keys.iter() {
                if is_ellipsis(&key) {
                    let axes = open.as_mut().and_then(Option::take);
                    selection.skip(axes.ok_or_else(|| ellipses(named, tensor.ndim()))?);
                } else {
                    selection.apply(&key)?;
                }
            }
        }
        Err(_) if is_ellipsis(key) => {}
        Err(_) => selection.apply(key)?,
    }
    selection.open()
}

fn is_ellipsis(key: &Bound<'_, PyAny>) -> bool {
    key.is_exact_instance_of::<PyEllipsis>()
}

#[cold]
fn ellipses(named: usize, ndim: usize) -> Failure {
    if named > ndim {
        return too_many(ndim);
    }
    PyIndexError::new_err("an index may have only one ellipsis").into()
}

#[cold]
fn too_many(ndim: usize) -> Failure {
    PyIndexError::new_err(format!("too many indices for a tensor with {ndim} axes")).into()
}

#[cold]
fn outside(position: isize, axis: usize, shape: &[i64]) -> Failure {
    let message = match shape.get(axis) {
        None => return too_many(shape.len()),
        Some(extent) => {
            format!("index {position} is out of bounds for axis {axis} with size {extent}")
        }
    };
    PyIndexError::new_err(message).into()
}

/// A view in the making: one index after another is applied to the axes of a tensor.
struct Selection<'a, 'py> {
    tensor: Tensor<'a, 'py>,
    /// The next axis of the tensor.
    axis: usize,
    window: Window,
    /// Axes of the window that `None` has made, whose strides are found last.
    added: Vec<usize>,
    /// What the last index that changed something did, as PyTorch calls it.
    name: &'static CStr,
}

impl<'a, 'py> Selection<'a, 'py> {
    fn of(tensor: Tensor<'a, 'py>) -> Selection<'a, 'py> {
        let (shape, strides) =
            (Vec::with_capacity(tensor.ndim()), Vec::with_capacity(tensor.ndim()));
        let window = Window { shape, strides, offset: 0 };
        let name = c"AliasBackward0";
        Selection { tensor, axis: 0, window, added: Vec::new(), name }
    }

    /// One index that is not an ellipsis.
    fn apply(&mut self, key: &Bound<'py, PyAny>) -> Result<()> {
        if key.is_none() {
            self.name = c"UnsqueezeBackward0";
            self.added.push(self.window.shape.len());
            self.window.shape.push(1);
            self.window.strides.push(1);
            return Ok(());
        }
        if let Ok(slice) = key.cast::<PySlice>() {
            return self.range(slice);
        }
        let position = position(key)?;
        self.at(position)
    }

    /// The next axis: its extent and stride.
    fn next(&mut self) -> Result<(isize, i64)> {
        let axis = self.axis;
        let Some(&extent) = self.tensor.shape().get(axis) else {
            return Err(too_many(self.tensor.ndim()));
        };
        self.axis += 1;
        Ok((extent as isize, self.tensor.strides()[axis]))
    }

    /// An integer: the axis goes.
    fn at(&mut self, position: isize) -> Result<()> {
        let (extent, stride) = self.next()?;
        self.name = c"SelectBackward0";
        let from_start = if position < 0 { position + extent } else { position };
        if !(0..extent).contains(&from_start) {
            return Err(outside(position, self.axis - 1, self.tensor.shape()));
        }
        self.advance(from_start, stride);
        Ok(())
    }

    /// A slice: the axis gets shorter, or turns round.
    fn range(&mut self, slice: &Bound<'py, PySlice>) -> Result<()> {
        let (extent, stride) = self.next()?;
        self.name = c"SliceBackward0";
        let range = slice.indices(extent)?;
        if range.slicelength > 0 {
            self.advance(range.start, stride);
        }
        self.window.shape.push(range.slicelength as i64);
        // Only a step that is never made can be too large.
        let step = if range.slicelength > 1 { range.step as i64 } else { 1 };
        self.window.strides.push(stride.wrapping_mul(step));
        Ok(())
    }

    fn advance(&mut self, by: isize, stride: i64) {
        // In a tensor without elements the way to one may be longer than any memory.
        let way = (by as i64).wrapping_mul(stride);
        self.window.offset = self.window.offset.wrapping_add(way);
    }

    /// Axes that stay as they are.
    fn skip(&mut self, axes: usize) {
        let range = self.axis..self.axis + axes;
        self.window.shape.extend_from_slice(&self.tensor.shape()[range.clone()]);
        self.window.strides.extend_from_slice(&self.tensor.strides()[range]);
        self.axis += axes;
    }

    fn open(mut self) -> Result<Handle> {
        self.skip(self.tensor.ndim() - self.axis);
        let Window { shape, strides, .. } = &mut self.window;
        for &axis in self.added.iter().rev() {
            // As far as all that follows it reaches: so a compact view stays compact.
            strides[axis] = match shape.get(axis + 1) {
                Some(extent) => strides[axis + 1].wrapping_mul(*extent),
                None => 1,
            };
        }
        self.window.open(self.tensor, self.name)
    }
}

/// The position that an object is.
///
/// # Errors
/// `IndexError` for what is no integer, arrays and truth values above all.
fn position(key: &Bound<'_, PyAny>) -> Result<isize> {
    let is_plain = key.is_exact_instance_of::<PyInt>();
    // SAFETY: a live object.
    if !is_plain && (unsafe { ffi::PyIndex_Check(key.as_ptr()) } == 0 || is_array(key)?) {
        return Err(refused(key));
    }
    // SAFETY: a static that is set before any code of ours runs.
    let too_large = unsafe { ffi::PyExc_IndexError };
    // SAFETY: attached, and an object with an index.
    let position = unsafe { ffi::PyNumber_AsSsize_t(key.as_ptr(), too_large) };
    match position {
        -1 => PyErr::take(key.py()).map_or(Ok(-1), |raised| Err(raised.into())),
        position => Ok(position),
    }
}

/// Whether an object is an array of positions or truths, though it may have an index too.
fn is_array(key: &Bound<'_, PyAny>) -> Result<bool> {
    if key.is_instance_of::<PyBool>() {
        return Ok(true);
    }
    let has_axes = match key.getattr_opt("ndim")? {
        Some(ndim) => ndim.extract::<usize>().is_ok_and(|ndim| ndim > 0),
        None => false,
    };
    let is_truth = match key.getattr_opt("dtype")? {
        Some(dtype) => dtype::parse::any(&dtype).is_ok_and(|dtype| dtype.code == TA_BOOL),
        None => false,
    };
    Ok(has_axes || is_truth)
}

#[cold]
fn refused(key: &Bound<'_, PyAny>) -> Failure {
    PyIndexError::new_err(format!(
        "an index is an integer, a slice, `...`, None or a tuple of those, not {}: a tensor is not \
         indexed with arrays of positions or truths",
        type_name(key)
    ))
    .into()
}
