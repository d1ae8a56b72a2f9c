//! `tarray.dtype`: one immutable object per element type, compared by identity.

pub(crate) mod parse;
mod table;

use std::sync::{Mutex, PoisonError};

use pyo3::intern;
use pyo3::prelude::*;
use pyo3::sync::PyOnceLock;
use pyo3::types::PyType;

use crate::abi::*;
use crate::c;
use crate::error::{Failure, Result};
use crate::export::numpy;

pub(crate) use table::*;

/// What one element of a tensor is.
///
/// There is one object per dtype, so dtypes compare by identity. `dtype(x)` takes what every
/// `dtype=` argument takes: a name, a NumPy dtype or scalar type, a torch dtype, an ml_dtypes
/// type, Python's bool, int, float or complex.
///
/// >>> import tarray
/// >>> tarray.dtype("float32") is tarray.float32
/// True
/// >>> tarray.bfloat16.name, tarray.bfloat16.itemsize, tarray.bfloat16.kind
/// ('bfloat16', 2, 'f')
#[pyclass(frozen, module = "tarray", name = "dtype")]
pub(crate) struct Dtype {
    pub(crate) raw: ta_dtype,
    name: String,
}

#[pymethods]
impl Dtype {
    #[new]
    fn new<'py>(obj: &Bound<'py, PyAny>) -> Result<Bound<'py, Dtype>> {
        object(obj.py(), parse::any(obj)?)
    }

    /// The name, like ``"float32"``.
    #[getter]
    fn name(&self) -> &str {
        &self.name
    }

    /// Bytes of one element.
    #[getter]
    fn itemsize(&self) -> usize {
        itemsize(self.raw)
    }

    /// Whether it is a real floating point dtype.
    #[getter]
    fn is_floating_point(&self) -> bool {
        is_floating_point(self.raw)
    }

    /// Whether it is a complex dtype.
    #[getter]
    fn is_complex(&self) -> bool {
        self.raw.code == TA_COMPLEX
    }

    /// One letter, as NumPy has it: ``b`` bool, ``i`` and ``u`` integers, ``f`` floating point,
    /// ``c`` complex, ``V`` anything else.
    #[getter]
    fn kind(&self) -> char {
        match self.raw.code {
            TA_BOOL => 'b',
            TA_INT => 'i',
            TA_UINT => 'u',
            TA_COMPLEX => 'c',
            _ if is_floating_point(self.raw) => 'f',
            _ => 'V',
        }
    }

    /// The ``numpy.dtype``, for which NumPy 2.4 asks wherever it takes a dtype. Raises TypeError where
    /// there is none.
    #[getter]
    fn __numpy_dtype__<'py>(&self, py: Python<'py>) -> Result<Bound<'py, PyAny>> {
        numpy::descr(py, self.raw)
    }

    fn __repr__(&self) -> String {
        format!("tarray.{}", self.name)
    }

    /// Pickled by name if the module has it under that name, else by DLPack's numbers.
    fn __reduce__(slf: &Bound<'_, Dtype>) -> PyResult<Py<PyAny>> {
        let (py, Dtype { raw, name }) = (slf.py(), slf.get());
        if NAMED.iter().any(|(named, _)| named == raw) {
            return Ok(name.into_pyobject(py)?.into_any().unbind());
        }
        let maker = slf.get_type().getattr(intern!(py, "_of"))?;
        let numbers = (raw.code, raw.bits, raw.lanes);
        Ok((maker, numbers).into_pyobject(py)?.into_any().unbind())
    }

    /// The dtype of DLPack's numbers.
    #[classmethod]
    fn _of<'py>(
        class: &Bound<'py, PyType>,
        code: u8,
        bits: u8,
        lanes: u16,
    ) -> Result<Bound<'py, Dtype>> {
        if bits == 0 || lanes == 0 {
            return Err(Failure::value("elements have bits and lanes"));
        }
        object(class.py(), ta_dtype { code, bits, lanes })
    }
}

/// Bytes of one element that stands alone.
pub(crate) fn itemsize(dtype: ta_dtype) -> usize {
    (usize::from(dtype.bits) * usize::from(dtype.lanes)).div_ceil(8)
}

/// Whether it is a real floating point dtype.
pub(crate) fn is_floating_point(dtype: ta_dtype) -> bool {
    matches!(dtype.code, TA_FLOAT | TA_BFLOAT | TA_FLOAT8_E3M4..=TA_FLOAT4_E2M1FN)
}

/// The library's name of a dtype.
pub(crate) fn name(dtype: ta_dtype) -> String {
    let mut buffer = [0; 64];
    // SAFETY: a local of that capacity.
    unsafe { c::ta_dtype_name(dtype, buffer.as_mut_ptr(), buffer.len()) };
    // SAFETY: the library has written a name and a NUL.
    unsafe { c::text(buffer.as_ptr()) }
}

/// The one object of a dtype.
pub(crate) fn object(py: Python<'_>, raw: ta_dtype) -> Result<Bound<'_, Dtype>> {
    static KNOWN: PyOnceLock<Vec<Py<Dtype>>> = PyOnceLock::new();
    let known = KNOWN.get_or_try_init(py, || -> PyResult<_> {
        NAMED.iter().map(|&(raw, name)| Py::new(py, Dtype { raw, name: name.into() })).collect()
    })?;
    match NAMED.iter().position(|&(named, _)| named == raw) {
        Some(index) => Ok(known[index].bind(py).clone()),
        None => other(py, raw),
    }
}

/// The object of a dtype without an attribute of its own, made when first needed.
fn other(py: Python<'_>, raw: ta_dtype) -> Result<Bound<'_, Dtype>> {
    static OTHERS: Mutex<Vec<Py<Dtype>>> = Mutex::new(Vec::new());
    let made = Py::new(py, Dtype { raw, name: name(raw) })?;
    // Nothing in here runs Python code, so the lock is short and cannot be waited for in a ring.
    let mut others = OTHERS.lock().unwrap_or_else(PoisonError::into_inner);
    let found = others.iter().find(|other| other.get().raw == raw);
    let object = match found {
        Some(found) => found.clone_ref(py),
        None => {
            others.push(made.clone_ref(py));
            made
        }
    };
    Ok(object.into_bound(py))
}

/// Makes every dtype an attribute of the module, under its names and PyTorch's aliases.
pub(crate) fn add_to(module: &Bound<'_, PyModule>) -> PyResult<()> {
    module.add_class::<Dtype>()?;
    for &(raw, name) in NAMED {
        module.add(name, object(module.py(), raw).map_err(PyErr::from)?)?;
    }
    for &(alias, raw) in ALIASES {
        module.add(alias, object(module.py(), raw).map_err(PyErr::from)?)?;
    }
    Ok(())
}
