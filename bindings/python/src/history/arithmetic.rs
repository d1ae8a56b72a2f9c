//! `+`, `-`, `*`, `sum`: for histories to exist, and with them.

use std::ffi::CStr;

use pyo3::ffi;
use pyo3::intern;
use pyo3::prelude::*;
use pyo3::types::{PyFloat, PyList, PyTuple};

use crate::abi::*;
use crate::arguments::{Argument, Arguments, Signature};
use crate::border;
use crate::c;
use crate::detached;
use crate::dtype;
use crate::error::{Failure, Result, type_name};
use crate::export::{window, write};
use crate::history::leaf;
use crate::options::{Request, some, truth};
use crate::settings;
use crate::source::numpy::loaded;
use crate::source::{self, scalar};
use crate::tensor::facts::{MOST_AXES, axis, number};
use crate::tensor::method::{self, methods};
use crate::tensor::{self, Handle, Slots, Tensor};

pub(super) fn fill(slots: &mut Slots) {
    slots.number.nb_add = Some(plus);
    slots.number.nb_subtract = Some(minus);
    slots.number.nb_multiply = Some(times);
    slots.number.nb_negative = Some(negative);
    slots.number.nb_inplace_add = Some(plus_in_place);
    slots.number.nb_inplace_subtract = Some(minus_in_place);
    slots.number.nb_inplace_multiply = Some(times_in_place);
    slots.methods.extend(methods! {
        c"sum" => sum_method, c"sum($self, /, dim=None, keepdim=False)\n--\n\nThe sum of all elements, or along one axis or several: see sum().

>>> import tarray
>>> tarray.asarray([[1, 2], [3, 4]]).sum(0)
tensor([4, 6])";
    });
}

pub(super) const ADD_DOC: &CStr = c"add(input, other)
--

The sum of two tensors, or of a tensor and a number: input + other.

Shapes broadcast, and dtypes are promoted as PyTorch does it: a number only decides if it is of a
higher kind (a float among integers, a complex number among floats). A NumPy scalar is a number, and a
NumPy array the tensor that asarray() makes of it, on either side. Raises ValueError for
shapes that do not broadcast, DtypeError for dtypes without a common one.

>>> import tarray
>>> tarray.add(tarray.asarray([1, 2]), 0.5)
tensor([1.5000, 2.5000])";

pub(super) const SUB_DOC: &CStr = c"sub(input, other)
--

The difference of two tensors, or of a tensor and a number: input - other. See add().

Raises DtypeError if one of them is truth values.

>>> import tarray
>>> tarray.sub(1, tarray.asarray([1, 2]))
tensor([ 0, -1])";

pub(super) const MUL_DOC: &CStr = c"mul(input, other)
--

The product of two tensors, or of a tensor and a number: input * other. See add().

>>> import tarray
>>> tarray.mul(tarray.asarray([[1], [2]]), tarray.asarray([3, 4]))
tensor([[3, 4],
        [6, 8]])";

pub(super) const NEG_DOC: &CStr = c"neg(input)
--

The tensor with the other sign: -input. Raises DtypeError for truth values.

>>> import tarray
>>> tarray.neg(tarray.asarray([1, -2]))
tensor([-1,  2])";

pub(super) const SUM_DOC: &CStr = c"sum(input, dim=None, keepdim=False)
--

The sum of all elements of a tensor, or along one axis or several.

dim is an axis or a tuple of axes, which may count from the end; with keepdim they stay, with extent
1. Integers and truth values are added up as int64. Raises IndexError if there is no such axis, and
ValueError for one that is named twice.

>>> import tarray
>>> tarray.sum(tarray.asarray([[1, 2], [3, 4]]), dim=1, keepdim=True)
tensor([[3],
        [7]])";

/// An operation with two operands.
#[derive(Clone, Copy)]
struct Binary {
    function: unsafe extern "C" fn(
        *const ta_tensor,
        *const ta_tensor,
        *mut *mut ta_tensor,
        *mut ta_error,
    ) -> ta_status,
    /// Whether `True` is the number 1 to it, as to Python. The library, like PyTorch, subtracts no
    /// truth values: it has to see them as such.
    counts_truth: bool,
}

impl Binary {
    const SUM: Binary = Binary { function: c::ta_add, counts_truth: true };
    const DIFFERENCE: Binary = Binary { function: c::ta_sub, counts_truth: false };
    const PRODUCT: Binary = Binary { function: c::ta_mul, counts_truth: true };
}

/// One operand: a tensor, or one that was made of a number.
enum Operand {
    Given(*const ta_tensor),
    Made(Handle),
}

impl Operand {
    /// `None` for what is neither a tensor, an array nor a number, and for arrays of a class that has
    /// operators of its own. A number becomes like the other operand.
    fn of(
        object: &Bound<'_, PyAny>,
        operation: Binary,
        other: Tensor<'_, '_>,
    ) -> Result<Option<Operand>> {
        if let Some(tensor) = tensor::of(object) {
            return Ok(Some(Operand::Given(tensor.handle())));
        }
        if let Some(numpy) = loaded::types(object.py())? {
            if numpy.is_array(object) {
                if !numpy.has_arrays_operators(object)? {
                    return Ok(None);
                }
                let request = Request::default();
                let made = source::look(object, &request)?.take(object.py(), &request)?;
                return Ok(Some(Operand::Made(made)));
            }
            if numpy.is_scalar(object) && !object.is_instance_of::<PyFloat>() {
                let number = object.call_method0(intern!(object.py(), "item"))?;
                return Operand::number(&number, operation, other);
            }
        }
        Operand::number(object, operation, other)
    }

    /// `None` for what is no number of Python's.
    fn number(
        object: &Bound<'_, PyAny>,
        operation: Binary,
        other: Tensor<'_, '_>,
    ) -> Result<Option<Operand>> {
        let Some(scalar) = scalar::of(object)? else { return Ok(None) };
        let mut request = Request::default();
        request.options.dtype = match scalar.kind {
            TA_SCALAR_BOOL if !operation.counts_truth => dtype::BOOL,
            _ => dtype_of(&scalar, other),
        };
        let value = ta_source_value { scalar };
        window::asarray(value, TA_SOURCE_SCALAR, &request).map(|made| Some(Operand::Made(made)))
    }

    fn handle(&self) -> *const ta_tensor {
        match self {
            Operand::Given(handle) => *handle,
            Operand::Made(handle) => handle.as_ptr(),
        }
    }
}

/// The dtype that a number has beside a tensor: the tensor's, unless the number is of a higher kind.
fn dtype_of(scalar: &ta_scalar, other: Tensor<'_, '_>) -> ta_dtype {
    let dtype = other.dtype();
    let kind = match scalar.kind {
        TA_SCALAR_BOOL => 0,
        TA_SCALAR_INT | TA_SCALAR_UINT => 1,
        TA_SCALAR_FLOAT => 2,
        _ => 3,
    };
    match kind {
        // Floats narrower than 32 bits are computed in float32: so the number is not rounded before.
        _ if kind <= self::kind(dtype) => match dtype.code {
            TA_FLOAT | TA_BFLOAT if dtype.bits < 32 && other.ndim() > 0 => dtype::FLOAT32,
            _ => dtype,
        },
        1 => ta_dtype { code: TA_INT, bits: 64, lanes: 1 },
        2 => settings::default_dtype(),
        _ => complex(if self::kind(dtype) == 2 { dtype } else { settings::default_dtype() }),
    }
}

/// Truth values, integers, floats, complex numbers.
fn kind(dtype: ta_dtype) -> u8 {
    match dtype.code {
        TA_BOOL => 0,
        TA_INT | TA_UINT => 1,
        TA_COMPLEX => 3,
        _ => 2,
    }
}

/// The complex numbers of two such floats.
fn complex(float: ta_dtype) -> ta_dtype {
    let bits = if float.code == TA_FLOAT { 2 * float.bits } else { 64 };
    ta_dtype { code: TA_COMPLEX, bits, lanes: 1 }
}

/// The result of an operation; `None` if an operand is neither a tensor, an array nor a number, or
/// none is a tensor.
fn operate(
    operation: Binary,
    left: &Bound<'_, PyAny>,
    right: &Bound<'_, PyAny>,
) -> Result<Option<Handle>> {
    let Some(tensor) = tensor::of(left).or_else(|| tensor::of(right)) else { return Ok(None) };
    let Some(a) = Operand::of(left, operation, tensor)? else { return Ok(None) };
    let Some(b) = Operand::of(right, operation, tensor)? else { return Ok(None) };
    let (a, b) = (a.handle(), b.handle());
    // SAFETY: live handles.
    let bytes = unsafe { detached::bytes_of(a) };
    // SAFETY: live handles.
    let bytes = bytes.max(unsafe { detached::bytes_of(b) });
    // SAFETY: live handles.
    let make = |out, err| unsafe { (operation.function)(a, b, out, err) };
    // SAFETY: that function writes a share on TA_OK.
    let run = || unsafe { Handle::made(make) };
    // SAFETY: handles that the caller and the operands hold.
    unsafe { detached::run(left.py(), bytes, run) }.map(Some)
}

/// Runs an operator; Python asks the other operand about what is not ours.
///
/// # Safety
/// Called by the interpreter with its operands.
unsafe fn operator(
    operation: Binary,
    left: *mut ffi::PyObject,
    right: *mut ffi::PyObject,
) -> *mut ffi::PyObject {
    border::object(|py| {
        // SAFETY: alive during the call.
        let left = unsafe { Borrowed::from_ptr(py, left) };
        // SAFETY: alive during the call.
        let right = unsafe { Borrowed::from_ptr(py, right) };
        match operate(operation, &left, &right)? {
            Some(result) => tensor::wrap(py, result),
            None => Ok(py.NotImplemented().into_bound(py)),
        }
    })
}

/// Runs an operator that writes its result to the left operand.
///
/// # Safety
/// As [`operator`]; `left` is a tensor.
unsafe fn operator_in_place(
    operation: Binary,
    left: *mut ffi::PyObject,
    right: *mut ffi::PyObject,
) -> *mut ffi::PyObject {
    border::object(|py| {
        // SAFETY: passed on from this function's contract.
        let target = unsafe { Tensor::receiver(py, left) };
        // SAFETY: alive during the call.
        let right = unsafe { Borrowed::from_ptr(py, right) };
        write::check_writable(target)?;
        let Some(result) = operate(operation, &target.object(), &right)? else {
            return Ok(py.NotImplemented().into_bound(py));
        };
        let result = tensor::wrap(py, result)?;
        check_fits(&result, target)?;
        write::copy(target.handle(), &result)?;
        Ok(target.object().to_owned())
    })
}

/// That a result can stand where its left operand does, without loss.
fn check_fits(result: &Bound<'_, PyAny>, target: Tensor<'_, '_>) -> Result<()> {
    let Some(result) = tensor::of(result) else { unreachable!("an operation makes a tensor") };
    if result.shape() != target.shape() {
        let (given, want) = (result.shape(), target.shape());
        let message =
            format!("a result of shape {given:?} does not fit a tensor of shape {want:?}");
        return Err(Failure::value(message));
    }
    if kind(result.dtype()) > kind(target.dtype()) {
        let (given, want) = (dtype::name(result.dtype()), dtype::name(target.dtype()));
        let message = format!("a result of dtype {given} does not fit a tensor of dtype {want}");
        return Err(Failure::Status(TA_ERR_DTYPE, message));
    }
    if leaf::is_required(result) {
        let message = "an operand requires grad, and writes are not recorded: write `a = a + b`";
        return Err(Failure::Status(TA_ERR_GRAD, message.into()));
    }
    Ok(())
}

/// Slots of a binary operator, and its function.
macro_rules! operators {
    ($($slot:ident, $in_place:ident, $named:ident, $name:literal, $operation:path;)*) => {$(
        /// # Safety
        /// Called by the interpreter as a slot of numbers.
        unsafe extern "C" fn $slot(
            left: *mut ffi::PyObject,
            right: *mut ffi::PyObject,
        ) -> *mut ffi::PyObject {
            // SAFETY: passed on from the interpreter.
            unsafe { operator($operation, left, right) }
        }

        /// # Safety
        /// Called by the interpreter as a slot of numbers, with a tensor on the left.
        unsafe extern "C" fn $in_place(
            left: *mut ffi::PyObject,
            right: *mut ffi::PyObject,
        ) -> *mut ffi::PyObject {
            // SAFETY: passed on from the interpreter.
            unsafe { operator_in_place($operation, left, right) }
        }

        /// # Safety
        /// Called by the interpreter as `METH_FASTCALL | METH_KEYWORDS`.
        pub(super) unsafe extern "C" fn $named(
            _module: *mut ffi::PyObject,
            values: *const *mut ffi::PyObject,
            count: ffi::Py_ssize_t,
            names: *mut ffi::PyObject,
        ) -> *mut ffi::PyObject {
            static SIGNATURE: Signature<2> = Signature::new($name, ["input", "other"], 2, 2);
            border::object(|py| {
                // SAFETY: passed on from the interpreter.
                let given = SIGNATURE.parse(unsafe { Arguments::new(py, values, count, names) })?;
                let [Some(input), Some(other)] = given else {
                    unreachable!("the signature demands both")
                };
                match operate($operation, &input, &other)? {
                    Some(result) => tensor::wrap(py, result),
                    None => Err(neither($name, &input, &other)),
                }
            })
        }
    )*};
}

operators! {
    plus, plus_in_place, add, "add", Binary::SUM;
    minus, minus_in_place, sub, "sub", Binary::DIFFERENCE;
    times, times_in_place, mul, "mul", Binary::PRODUCT;
}

#[cold]
fn neither(name: &str, input: &Bound<'_, PyAny>, other: &Bound<'_, PyAny>) -> Failure {
    let (input, other) = (type_name(input), type_name(other));
    Failure::kind(format!(
        "{name}() takes two tensors, or a tensor and a number, not {input} and {other}"
    ))
}

/// # Safety
/// Called by the interpreter as `nb_negative`.
unsafe extern "C" fn negative(receiver: *mut ffi::PyObject) -> *mut ffi::PyObject {
    // SAFETY: passed on from the interpreter.
    unsafe { method::read(receiver, negated) }
}

fn negated<'py>(tensor: Tensor<'_, 'py>) -> Result<Bound<'py, PyAny>> {
    let handle = tensor.handle();
    // SAFETY: a live handle.
    let make = |out, err| unsafe { c::ta_neg(handle, out, err) };
    made(tensor, make)
}

/// # Safety
/// Called by the interpreter as `METH_FASTCALL | METH_KEYWORDS`.
pub(super) unsafe extern "C" fn neg(
    _module: *mut ffi::PyObject,
    values: *const *mut ffi::PyObject,
    count: ffi::Py_ssize_t,
    names: *mut ffi::PyObject,
) -> *mut ffi::PyObject {
    static SIGNATURE: Signature<1> = Signature::new("neg", ["input"], 1, 1);
    border::object(|py| {
        // SAFETY: passed on from the interpreter.
        let [input] = SIGNATURE.parse(unsafe { Arguments::new(py, values, count, names) })?;
        negated(only_tensor("neg", &input)?)
    })
}

/// The result of a function of the library that reads one tensor and writes a share on `TA_OK`.
fn made<'py>(
    tensor: Tensor<'_, 'py>,
    make: impl FnOnce(*mut *mut ta_tensor, *mut ta_error) -> ta_status,
) -> Result<Bound<'py, PyAny>> {
    // SAFETY: a live handle.
    let bytes = unsafe { detached::bytes_of(tensor.handle()) };
    // SAFETY: as every caller's function does.
    let run = || unsafe { Handle::made(make) };
    // SAFETY: a handle that the caller holds.
    let result = unsafe { detached::run(tensor.py(), bytes, run) };
    tensor::wrap(tensor.py(), result?)
}

fn only_tensor<'a, 'py>(function: &str, given: &'a Argument<'_, 'py>) -> Result<Tensor<'a, 'py>> {
    let Some(given) = given else { unreachable!("the signature demands it") };
    tensor::of(given).ok_or_else(|| {
        Failure::kind(format!("{function}() takes a tensor, not {}", type_name(given)))
    })
}

/// # Safety
/// Called by the interpreter as `METH_FASTCALL | METH_KEYWORDS`.
pub(super) unsafe extern "C" fn sum(
    _module: *mut ffi::PyObject,
    values: *const *mut ffi::PyObject,
    count: ffi::Py_ssize_t,
    names: *mut ffi::PyObject,
) -> *mut ffi::PyObject {
    static SIGNATURE: Signature<3> = Signature::new("sum", ["input", "dim", "keepdim"], 3, 1);
    border::object(|py| {
        // SAFETY: passed on from the interpreter.
        let given = SIGNATURE.parse(unsafe { Arguments::new(py, values, count, names) })?;
        let [input, dim, keepdim] = given;
        summed(only_tensor("sum", &input)?, dim, keepdim)
    })
}

fn sum_method<'py>(
    tensor: Tensor<'_, 'py>,
    given: Arguments<'_, 'py>,
) -> Result<Bound<'py, PyAny>> {
    static SIGNATURE: Signature<2> = Signature::new("sum", ["dim", "keepdim"], 2, 0);
    let [dim, keepdim] = SIGNATURE.parse(given)?;
    summed(tensor, dim, keepdim)
}

fn summed<'py>(
    tensor: Tensor<'_, 'py>,
    dim: Argument<'_, 'py>,
    keepdim: Argument<'_, 'py>,
) -> Result<Bound<'py, PyAny>> {
    let axes = axes(tensor, dim)?;
    let keep = truth(keepdim, "keepdim")? == Some(true);
    let (handle, (axes, count)) = (tensor.handle(), (axes.as_ptr(), axes.len()));
    // SAFETY: a live handle, and so many axes.
    let make = |out, err| unsafe { c::ta_sum(handle, axes, count, keep.into(), out, err) };
    made(tensor, make)
}

/// The axes that are named; none for all.
fn axes(tensor: Tensor<'_, '_>, dim: Argument<'_, '_>) -> Result<Vec<i64>> {
    let Some(dim) = some(dim) else { return Ok(Vec::new()) };
    // A tensor without axes is summed as if it had one, as PyTorch does.
    let one = |dim: &Bound<'_, PyAny>| Ok(axis(number(dim)?, tensor.ndim().max(1))? as i64);
    if dim.is_instance_of::<PyTuple>() || dim.is_instance_of::<PyList>() {
        return dim.try_iter()?.take(MOST_AXES + 1).map(|dim| one(&dim?)).collect();
    }
    Ok(vec![one(&dim)?])
}
