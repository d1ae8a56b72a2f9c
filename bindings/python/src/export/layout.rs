//! Other shapes and orders of axes over the same memory.

use std::ffi::CStr;

use pyo3::exceptions::{PyIndexError, PyOverflowError};
use pyo3::ffi;
use pyo3::prelude::*;
use pyo3::types::{PyBool, PyList, PyTuple};

use crate::abi::*;
use crate::arguments::{Arguments, Signature};
use crate::asarray;
use crate::border;
use crate::c;
use crate::error::{Failure, Result};
use crate::export::impossible;
use crate::export::window::Window;
use crate::options::Request;
use crate::tensor::facts::{MOST_AXES, axis, number};
use crate::tensor::method::{attributes, methods};
use crate::tensor::{self, Slots, Tensor};

pub(super) fn fill(slots: &mut Slots) {
    slots.methods.extend(methods! {
        c"transpose" => transpose, c"transpose($self, /, dim0, dim1)\n--\n\nA view with two axes exchanged.

Raises IndexError if there is no such axis.

>>> import tarray
>>> tarray.asarray([[1, 2, 3], [4, 5, 6]]).transpose(0, 1).shape
(3, 2)";
    });
    slots.methods.push(variadic(c"reshape", reshape_entry, c"reshape($self, /, *shape)\n--\n\nThe same elements in another shape, of which one extent may be -1: a view if the strides allow it,
else a copy.

Raises RequestError (a ValueError and a RuntimeError) if the number of elements differs.

>>> import tarray
>>> tarray.asarray([1, 2, 3, 4]).reshape(2, -1).tolist()
[[1, 2], [3, 4]]"));
    slots.methods.push(variadic(c"permute", permute_entry, c"permute($self, /, *dims)\n--\n\nA view with the axes in another order: each is named once.

Raises IndexError for an axis that does not exist, RequestError for one named twice or not at all.

>>> import tarray
>>> tarray.asarray([[[1, 2, 3]]]).permute(2, 0, 1).shape
(3, 1, 1)"));
    slots.attributes.extend(attributes! {
        c"T" => transposed, c"A view of a matrix with its two axes exchanged; a tensor without axes is its own.

Raises RequestError for any other number of axes: see mT and permute().

>>> import tarray
>>> tarray.asarray([[1, 2, 3]]).T.shape
(3, 1)";
        c"mT" => matrices_transposed, c"A view with the last two axes exchanged.

Raises RequestError if there are fewer than two.

>>> import tarray
>>> tarray.asarray([[[1, 2, 3], [4, 5, 6]]]).mT.shape
(1, 3, 2)";
    });
}

/// An entry of a method that takes any number of positional arguments.
fn variadic(name: &'static CStr, method: ffi::PyCFunction, doc: &'static CStr) -> ffi::PyMethodDef {
    ffi::PyMethodDef {
        ml_name: name.as_ptr(),
        ml_meth: ffi::PyMethodDefPointer { PyCFunction: method },
        ml_flags: ffi::METH_VARARGS,
        ml_doc: doc.as_ptr(),
    }
}

/// Integers given one by one, or as one tuple or list; none if a tensor has no such numbers.
fn integers(given: &Bound<'_, PyAny>) -> Result<Option<Vec<i64>>> {
    let given = given.cast::<PyTuple>().map_err(|raised| Failure::Raised(raised.into()))?;
    if given.len() == 1 {
        let only = given.get_item(0)?;
        if only.is_instance_of::<PyTuple>() || only.is_instance_of::<PyList>() {
            return unless_huge(&only);
        }
    }
    unless_huge(given)
}

/// The integers of a sequence; none if a tensor has no such numbers.
///
/// # Errors
/// `TypeError` for anything else, `ValueError` for more than there can be axes.
pub(super) fn unless_huge(given: &Bound<'_, PyAny>) -> Result<Option<Vec<i64>>> {
    let mut integers = Vec::new();
    for item in given.try_iter()? {
        let item = item?;
        if integers.len() == MOST_AXES {
            return Err(Failure::value(format!("no tensor has more than {MOST_AXES} axes")));
        }
        // Truth values are no integers, as in PyTorch.
        if item.is_instance_of::<PyBool>() {
            return Err(Failure::kind("an integer is wanted, not bool"));
        }
        match item.extract::<i64>() {
            Ok(integer) => integers.push(integer),
            Err(raised) if raised.is_instance_of::<PyOverflowError>(given.py()) => return Ok(None),
            Err(raised) => return Err(Failure::Raised(raised)),
        }
    }
    Ok(Some(integers))
}

/// # Safety
/// Called by the interpreter as `METH_VARARGS`.
unsafe extern "C" fn reshape_entry(
    receiver: *mut ffi::PyObject,
    given: *mut ffi::PyObject,
) -> *mut ffi::PyObject {
    border::object(|py| {
        // SAFETY: a tensor, passed on from the interpreter.
        let tensor = unsafe { Tensor::receiver(py, receiver) };
        // SAFETY: a tuple, alive during the call.
        let given = unsafe { Borrowed::from_ptr(py, given) };
        match integers(&given)? {
            Some(mut shape) => {
                complete(tensor, &mut shape)?;
                reshape(tensor, shape)
            }
            None => Err(impossible(py, "no tensor has an extent of that size".into())),
        }
    })
}

/// The elements in a shape that is complete.
fn reshape<'py>(tensor: Tensor<'_, 'py>, shape: Vec<i64>) -> Result<Bound<'py, PyAny>> {
    if let Some(strides) = strides_for(&shape, tensor) {
        // SAFETY: a live handle.
        let name = match unsafe { c::ta_is_contiguous(tensor.handle()) } {
            0 => c"ReshapeAliasBackward0",
            _ => c"ViewBackward0",
        };
        let window = Window { shape, strides, offset: 0 };
        return tensor::wrap(tensor.py(), window.open(tensor, name)?);
    }
    let mut request = Request::default();
    request.options.requires_grad = TA_GRAD_AS_SOURCE;
    request.options.flags = TA_WANT_CONTIGUOUS;
    let compact = asarray::convert(&tensor.object(), &request)?;
    let Some(compact) = tensor::of(&compact) else { unreachable!("a conversion makes a tensor") };
    let strides = strides_for(&shape, compact);
    let Some(strides) = strides else { unreachable!("what is in C order has any shape") };
    let window = Window { shape, strides, offset: 0 };
    tensor::wrap(tensor.py(), window.open(compact, c"UnsafeViewBackward0")?)
}

/// Puts a number in the place of -1, and checks that there are as many elements as before.
fn complete(tensor: Tensor<'_, '_>, shape: &mut [i64]) -> Result<()> {
    let numel = tensor.numel();
    let misfit = |shape: &[i64]| {
        let message = format!("{numel} elements do not make a tensor of shape {shape:?}");
        impossible(tensor.py(), message)
    };
    let known = shape.iter().filter(|extent| **extent != -1);
    let known = known.map(|&extent| i128::from(extent)).try_fold(1i128, i128::checked_mul);
    let negative = shape.iter().any(|extent| *extent < -1);
    let Some(known) = known.filter(|_| !negative) else { return Err(misfit(shape)) };
    let mut open = shape.iter().enumerate().filter(|(_, extent)| **extent == -1);
    match (open.next(), open.next()) {
        (None, _) if known == i128::from(numel) => Ok(()),
        (Some((place, _)), None) if known != 0 && i128::from(numel) % known == 0 => {
            shape[place] = (i128::from(numel) / known) as i64;
            Ok(())
        }
        _ => Err(misfit(shape)),
    }
}

/// The strides by which a view of this shape finds the elements in their order; none if no
/// strides do. The number of elements is the same.
fn strides_for(shape: &[i64], tensor: Tensor<'_, '_>) -> Option<Vec<i64>> {
    let mut blocks = blocks(tensor).into_iter();
    // What is left of the block in work, and how far its next axis steps.
    let (mut left, mut step) = (1i64, 1i64);
    let mut strides = vec![0; shape.len()];
    for (stride, &extent) in strides.iter_mut().zip(shape).rev() {
        if left == 1 && extent > 1 {
            (left, step) = blocks.next().unwrap_or((1, 1));
        }
        *stride = step;
        // Without elements any strides do: those that elements would have.
        if tensor.numel() > 0 {
            if left % extent != 0 {
                return None;
            }
            left /= extent;
        }
        step = step.wrapping_mul(extent.max(1));
    }
    Some(strides)
}

/// Runs of axes that step as one, the fastest first: number of elements and stride of each.
fn blocks(tensor: Tensor<'_, '_>) -> Vec<(i64, i64)> {
    let mut blocks: Vec<(i64, i64)> = Vec::new();
    if tensor.numel() == 0 {
        return blocks;
    }
    let axes = tensor.shape().iter().zip(tensor.strides()).rev();
    for (&extent, &stride) in axes.filter(|(extent, _)| **extent != 1) {
        match blocks.last_mut() {
            Some((size, step)) if stride == size.wrapping_mul(*step) => *size *= extent,
            _ => blocks.push((extent, stride)),
        }
    }
    blocks
}

/// # Safety
/// Called by the interpreter as `METH_VARARGS`.
unsafe extern "C" fn permute_entry(
    receiver: *mut ffi::PyObject,
    given: *mut ffi::PyObject,
) -> *mut ffi::PyObject {
    border::object(|py| {
        // SAFETY: a tensor, passed on from the interpreter.
        let tensor = unsafe { Tensor::receiver(py, receiver) };
        // SAFETY: a tuple, alive during the call.
        let given = unsafe { Borrowed::from_ptr(py, given) };
        let mut order = Vec::new();
        let Some(dims) = integers(&given)? else {
            return Err(PyIndexError::new_err("no tensor has that many axes").into());
        };
        for dim in dims {
            order.push(axis(dim as isize, tensor.ndim())?);
        }
        permute(tensor, &order, c"PermuteBackward0")
    })
}

fn permute<'py>(
    tensor: Tensor<'_, 'py>,
    order: &[usize],
    name: &CStr,
) -> Result<Bound<'py, PyAny>> {
    let ndim = tensor.ndim();
    if order.len() != ndim || (0..ndim).any(|axis| !order.contains(&axis)) {
        let message = format!("axes {order:?} are not each of {ndim} axes once");
        return Err(impossible(tensor.py(), message));
    }
    let picked = |of: &[i64]| order.iter().map(|&axis| of[axis]).collect();
    let window =
        Window { shape: picked(tensor.shape()), strides: picked(tensor.strides()), offset: 0 };
    tensor::wrap(tensor.py(), window.open(tensor, name)?)
}

fn transpose<'py>(tensor: Tensor<'_, 'py>, given: Arguments<'_, 'py>) -> Result<Bound<'py, PyAny>> {
    static SIGNATURE: Signature<2> = Signature::new("transpose", ["dim0", "dim1"], 2, 2);
    let [Some(first), Some(second)] = SIGNATURE.parse(given)? else {
        unreachable!("the signature demands both")
    };
    // A tensor without axes may be told to exchange its none, as in PyTorch.
    let ndim = tensor.ndim();
    let axis = |given| axis(number(given)?, ndim.max(1));
    exchanged(tensor, axis(&first)?, axis(&second)?, c"TransposeBackward0")
}

fn exchanged<'py>(
    tensor: Tensor<'_, 'py>,
    first: usize,
    second: usize,
    name: &CStr,
) -> Result<Bound<'py, PyAny>> {
    let mut order: Vec<usize> = (0..tensor.ndim()).collect();
    if !order.is_empty() {
        order.swap(first, second);
    }
    permute(tensor, &order, name)
}

fn transposed<'py>(tensor: Tensor<'_, 'py>) -> Result<Bound<'py, PyAny>> {
    match tensor.ndim() {
        0 | 2 => exchanged(tensor, 0, 1, c"PermuteBackward0"),
        ndim => {
            let message = format!("T is of a matrix, not of {ndim} axes: see mT and permute()");
            Err(impossible(tensor.py(), message))
        }
    }
}

fn matrices_transposed<'py>(tensor: Tensor<'_, 'py>) -> Result<Bound<'py, PyAny>> {
    match tensor.ndim() {
        ndim @ 2.. => exchanged(tensor, ndim - 2, ndim - 1, c"TransposeBackward0"),
        ndim => {
            let message = format!("mT is of matrices, not of {ndim} axes");
            Err(impossible(tensor.py(), message))
        }
    }
}
