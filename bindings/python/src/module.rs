//! The extension module `tarray._tarray`.
//!
//! It may be loaded by the main interpreter only, as tensors pass between threads and libraries that
//! do not know whose they are. (PyO3 refuses others too, but not under Python 3.11.)

use std::ffi::CStr;

use pyo3::exceptions::PyImportError;
use pyo3::ffi;
use pyo3::prelude::*;

use crate::abi::{TA_ABI_VERSION, TA_OK};
use crate::error::{Class, Failure, Result};
use crate::export::pickle;
use crate::source::buffer;
use crate::tensor::provenance;
use crate::{asarray, c, device, dtype, history, relatives, settings, tensor};

const ASARRAY_DOC: &CStr = c"asarray(obj, *, dtype=None, device=None, copy=None, requires_grad=False, writable=None, contiguous=None, accept=None)
--

Converts obj to a tensor, sharing its memory whenever that is possible.

obj is the first of these that it fits:

  a tensor                      the same object, if nothing is to differ
  a NumPy array or scalar       a scalar is always copied
  a DLPack capsule, or an object with __dlpack__
  an object with __cuda_array_interface__
  a buffer                      bytes, grouped by the size of dtype, 1-D
  an object with __array_interface__, __array_struct__ or __array__
  a bool, int, float, complex   always copied, 0-d
  a sequence                    of numbers, sequences, arrays, tensors: always copied, stacked

The shape is that of obj; a sequence adds an axis per level.

dtype: by default that of obj. Python numbers have one like PyTorch's: bool, int64, the default
  dtype (see set_default_dtype), or the complex dtype of that; a buffer has the default dtype.
  Also taken are names, NumPy's, torch's and ml_dtypes' dtypes, and bool, int, float, complex.
device: by default that of obj. A tarray.device, a string like 'cuda:1', or DLPack's (type, index).
copy: None shares memory if nothing asks for a copy, True never does, False does or raises.
requires_grad: False, True, or None for as it is in obj.
writable: with True, read-only memory is copied.
contiguous: with True, memory that is not in C order is copied.
accept: the kinds of source that are allowed, at any level: a set of 'tensor', 'numpy', 'dlpack',
  'cuda_array_interface', 'buffer', 'array_interface', 'scalar', 'sequence'.

provenance says of the result whether memory is shared, and why not. Raises TypeError for an
object of no kind or of one that is not accepted, RequestError (a ValueError and a RuntimeError) for
a request that cannot be met, such as copy=False where a copy is needed, RangeError for a number that
does not fit, ValueError for a ragged sequence, BufferError where a DLPack producer refuses,
and what obj's own methods raise. A call that fails changes nothing: a capsule can be used again.

>>> import tarray
>>> buffer = bytearray(8)
>>> t = tarray.asarray(buffer, dtype=tarray.int32)
>>> t[0] = 255
>>> buffer
bytearray(b'\\xff\\x00\\x00\\x00\\x00\\x00\\x00\\x00')
>>> tarray.asarray([[1, 2], [3, 4.5]], dtype=tarray.float64)
tensor([[1.0000, 2.0000],
        [3.0000, 4.5000]], dtype=tarray.float64)
>>> tarray.asarray(t, dtype=tarray.int8, copy=False)
Traceback (most recent call last):
tarray.RequestError: can't alias memory of dtype int32 into dtype int8";

/// Fast functions: read by the interpreter, never changed.
struct Functions([ffi::PyMethodDef; 12]);

// SAFETY: pointers to constants.
unsafe impl Sync for Functions {}

static FUNCTIONS: Functions = Functions([
    tensor::method::entry(c"asarray", asarray::asarray, ASARRAY_DOC),
    relatives::FUNCTIONS[0],
    relatives::FUNCTIONS[1],
    relatives::FUNCTIONS[2],
    relatives::FUNCTIONS[3],
    history::FUNCTIONS[0],
    history::FUNCTIONS[1],
    history::FUNCTIONS[2],
    history::FUNCTIONS[3],
    history::FUNCTIONS[4],
    history::FUNCTIONS[5],
    ffi::PyMethodDef::zeroed(),
]);

#[pymodule(gil_used = false)]
fn _tarray(module: &Bound<'_, PyModule>) -> PyResult<()> {
    if !is_main_interpreter() {
        let message =
            "tarray can be imported by the main interpreter only, not by a sub-interpreter";
        return Err(PyImportError::new_err(message));
    }
    if c::ta_abi_version() != TA_ABI_VERSION {
        let message = format!("needs libtarray with ABI {TA_ABI_VERSION}, found another");
        return Err(PyImportError::new_err(message));
    }
    let functions = FUNCTIONS.0.as_ptr().cast_mut();
    // SAFETY: a table that lives for ever and ends with an empty entry.
    if unsafe { ffi::PyModule_AddFunctions(module.as_ptr(), functions) } != 0 {
        return Err(PyErr::fetch(module.py()));
    }
    for name in ["asarray", "tensor", "from_numpy", "frombuffer", "from_dlpack"] {
        module.index()?.append(name)?;
    }
    for name in ["add", "sub", "mul", "neg", "sum", "record"] {
        module.index()?.append(name)?;
    }
    tensor::add_to(module)?;
    dtype::add_to(module)?;
    module.add_class::<device::Device>()?;
    history::add_to(module)?;
    pickle::add_to(module)?;
    module.add("Provenance", provenance::class(module.py())?)?;
    for class in Class::ALL {
        let class = class.of(module.py())?;
        module.add(class.name()?, class)?;
    }
    module.add("BufferFormatWarning", buffer::format_warning(module.py())?)?;
    module.add_function(wrap_pyfunction!(settings::get_default_dtype, module)?)?;
    module.add_function(wrap_pyfunction!(settings::set_default_dtype, module)?)?;
    module.add_function(wrap_pyfunction!(settings::get_printoptions, module)?)?;
    module.add_function(wrap_pyfunction!(settings::set_printoptions, module)?)?;
    module.add_function(wrap_pyfunction!(device::devices, module)?)?;
    module.add_function(wrap_pyfunction!(live_tensors, module)?)?;
    module.add_function(wrap_pyfunction!(set_num_threads, module)?)?;
    // SAFETY: a static string of the library.
    module.add("__version__", unsafe { c::text(c::ta_version()) })
}

fn is_main_interpreter() -> bool {
    // SAFETY: called by an interpreter.
    let current = unsafe { ffi::PyInterpreterState_Get() };
    // SAFETY: a live interpreter, and it has a number; that of the main one is 0.
    unsafe { ffi::PyInterpreterState_GetID(current) == 0 }
}

/// How many tensors of this library are alive in the process, those of other languages included.
///
/// >>> import tarray
/// >>> before = tarray.live_tensors()
/// >>> t = tarray.asarray([1, 2])
/// >>> tarray.live_tensors() - before
/// 1
#[pyfunction]
fn live_tensors() -> usize {
    c::ta_live_tensors()
}

/// Sets how many threads one large copy may use; 0 means as many as the machine has cores.
///
/// Results never depend on it. Raises ValueError for a negative number.
///
/// >>> import tarray
/// >>> tarray.set_num_threads(1)
/// >>> tarray.set_num_threads(0)
#[pyfunction]
#[pyo3(signature = (num, /))]
fn set_num_threads(num: i32) -> Result<()> {
    match c::ta_set_num_threads(num) {
        TA_OK => Ok(()),
        _ => Err(Failure::value(format!("the number of threads must not be negative, got {num}"))),
    }
}
