//! Whether NumPy is loaded, and which types are its own.

use std::sync::atomic::{AtomicPtr, Ordering};

use pyo3::ffi;
use pyo3::intern;
use pyo3::prelude::*;
use pyo3::sync::PyOnceLock;
use pyo3::types::{PyDict, PyString, PyType};

use crate::error::Result;
use crate::source::numpy::array::{Fields, is_masked};

/// NumPy's types.
pub(crate) struct Types {
    array: Py<PyType>,
    scalar: Py<PyType>,
    descr: Py<PyType>,
}

/// NumPy's types, if some code has imported NumPy.
#[inline]
pub(crate) fn types(py: Python<'_>) -> Result<Option<&Types>> {
    static TYPES: PyOnceLock<Types> = PyOnceLock::new();
    if let Some(known) = TYPES.get(py) {
        return Ok(Some(known));
    }
    let Some(found) = find(py)? else { return Ok(None) };
    let known = TYPES.get_or_init(py, || found);
    ARRAY.store(known.array.as_ptr().cast(), Ordering::Release);
    Ok(Some(known))
}

/// The array type, once it has been found: arrays are told by it in one comparison.
static ARRAY: AtomicPtr<ffi::PyTypeObject> = AtomicPtr::new(std::ptr::null_mut());

/// An array, not of a subclass. May say no of NumPy's first array.
#[inline]
pub(crate) fn is_plain_array(object: &Bound<'_, PyAny>) -> bool {
    // SAFETY: a live object, whose type is never NULL.
    let class = unsafe { ffi::Py_TYPE(object.as_ptr()) };
    class == ARRAY.load(Ordering::Acquire)
}

#[cold]
fn find(py: Python<'_>) -> Result<Option<Types>> {
    let Some(numpy) = module(py, intern!(py, "numpy"))? else { return Ok(None) };
    // A half-imported NumPy has no types yet, and so no arrays.
    let class = |name: &str| -> PyResult<Option<Py<PyType>>> {
        let found = numpy.getattr_opt(name)?;
        Ok(found.and_then(|found| found.cast_into::<PyType>().ok()).map(Bound::unbind))
    };
    let types = (class("ndarray")?, class("generic")?, class("dtype")?);
    let (Some(array), Some(scalar), Some(descr)) = types else { return Ok(None) };
    if !has_fields(array.bind(py)) {
        return Ok(None);
    }
    Ok(Some(Types { array, scalar, descr }))
}

/// Whether a class can be `numpy.ndarray`: whose objects are large enough for what is read of
/// them, and which no class statement made. Anybody can put a module of that name in place.
fn has_fields(class: &Bound<'_, PyType>) -> bool {
    let class = class.as_type_ptr();
    // SAFETY: a live type.
    let size = unsafe { (*class).tp_basicsize };
    // SAFETY: as above.
    let flags = unsafe { ffi::PyType_GetFlags(class) };
    usize::try_from(size).is_ok_and(|size| size >= size_of::<Fields>())
        && flags & ffi::Py_TPFLAGS_IMMUTABLETYPE != 0
}

/// A module that is loaded.
pub(crate) fn module<'py>(
    py: Python<'py>,
    name: &Bound<'py, PyString>,
) -> Result<Option<Bound<'py, PyAny>>> {
    static MODULES: AtomicPtr<ffi::PyObject> = AtomicPtr::new(std::ptr::null_mut());
    let mut modules = MODULES.load(Ordering::Acquire);
    if modules.is_null() {
        let dict = py.import("sys")?.getattr(intern!(py, "modules"))?;
        modules = dict.cast_into::<PyDict>().map_err(PyErr::from)?.into_ptr();
        MODULES.store(modules, Ordering::Release);
    }
    // SAFETY: a reference of `MODULES`, never given up.
    let modules = unsafe { Bound::from_borrowed_ptr(py, modules) };
    Ok(modules.cast::<PyDict>().map_err(PyErr::from)?.get_item(name)?)
}

impl Types {
    /// An array, of a subclass too.
    #[inline]
    pub(crate) fn is_array(&self, object: &Bound<'_, PyAny>) -> bool {
        is_instance(object, &self.array)
    }

    /// Whether operators do with an array what they do with NumPy's own: those of masked arrays, and
    /// NumPy's functions of a class of arrays with a unit, say, do something else.
    pub(crate) fn has_arrays_operators(&self, array: &Bound<'_, PyAny>) -> Result<bool> {
        if self.is_plain_array(array) {
            return Ok(true);
        }
        let (py, name) = (array.py(), intern!(array.py(), "__array_ufunc__"));
        let functions = array.get_type().getattr(name)?;
        Ok(functions.is(&self.array.bind(py).getattr(name)?) && !is_masked(array)?)
    }

    /// A NumPy scalar, of ml_dtypes too.
    #[inline]
    pub(crate) fn is_scalar(&self, object: &Bound<'_, PyAny>) -> bool {
        is_instance(object, &self.scalar)
    }

    /// The array without axes that a NumPy scalar becomes, whatever its class says.
    pub(crate) fn scalar_as_array<'py>(
        &self,
        scalar: &Bound<'py, PyAny>,
    ) -> PyResult<Bound<'py, PyAny>> {
        let py = scalar.py();
        self.scalar.bind(py).call_method1(intern!(py, "__array__"), (scalar,))
    }

    /// A `numpy.dtype`.
    pub(crate) fn is_descr(&self, object: &Bound<'_, PyAny>) -> bool {
        is_instance(object, &self.descr)
    }

    /// The type of a NumPy scalar.
    pub(crate) fn is_scalar_type(&self, class: &Bound<'_, PyType>) -> PyResult<bool> {
        class.is_subclass(self.scalar.bind(class.py()))
    }

    /// `numpy.dtype`
    pub(crate) fn descr<'py>(&self, py: Python<'py>) -> Bound<'py, PyType> {
        self.descr.bind(py).clone()
    }

    /// Not an array of a subclass.
    #[inline]
    pub(crate) fn is_plain_array(&self, object: &Bound<'_, PyAny>) -> bool {
        // SAFETY: a live object.
        let class = unsafe { ffi::Py_TYPE(object.as_ptr()) };
        class.cast() == self.array.as_ptr()
    }
}

/// By C's rules: `__instancecheck__` is not asked.
#[inline]
fn is_instance(object: &Bound<'_, PyAny>, class: &Py<PyType>) -> bool {
    // SAFETY: a live object and a type.
    unsafe { ffi::PyObject_TypeCheck(object.as_ptr(), class.as_ptr().cast()) != 0 }
}
