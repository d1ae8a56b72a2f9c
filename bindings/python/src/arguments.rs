//! Arguments of a fast call: names against a signature, without building tuples or dicts.

use std::slice;

use pyo3::exceptions::PyTypeError;
use pyo3::ffi;
use pyo3::prelude::*;
use pyo3::sync::PyOnceLock;
use pyo3::types::PyString;

use crate::error::Result;

/// What a fast call was given.
#[derive(Clone, Copy)]
pub(crate) struct Arguments<'a, 'py> {
    py: Python<'py>,
    positional: &'a [*mut ffi::PyObject],
    named: &'a [*mut ffi::PyObject],
    names: *mut ffi::PyObject,
}

/// One parameter's argument.
pub(crate) type Argument<'a, 'py> = Option<Borrowed<'a, 'py, PyAny>>;

impl<'a, 'py> Arguments<'a, 'py> {
    /// The arguments of a `METH_FASTCALL | METH_KEYWORDS` function.
    ///
    /// # Safety
    /// They are what the interpreter passed, and stay so for `'a`.
    #[inline]
    pub(crate) unsafe fn new(
        py: Python<'py>,
        values: *const *mut ffi::PyObject,
        count: ffi::Py_ssize_t,
        names: *mut ffi::PyObject,
    ) -> Arguments<'a, 'py> {
        let count = count.unsigned_abs();
        let named = match names.is_null() {
            true => 0,
            // SAFETY: not NULL, so a tuple of names by the calling convention.
            false => unsafe { ffi::PyTuple_GET_SIZE(names) }.unsigned_abs(),
        };
        let all = match count + named {
            0 => &[],
            // SAFETY: not empty, so that many values by the calling convention.
            all => unsafe { slice::from_raw_parts(values, all) },
        };
        let (positional, named) = all.split_at(count);
        Arguments { py, positional, named, names }
    }

    #[inline]
    fn borrowed(self, value: *mut ffi::PyObject) -> Borrowed<'a, 'py, PyAny> {
        // SAFETY: an argument, alive for `'a`.
        unsafe { Borrowed::from_ptr(self.py, value) }
    }

    fn name(self, index: usize) -> *mut ffi::PyObject {
        // SAFETY: there are as many names as named values.
        unsafe { ffi::PyTuple_GET_ITEM(self.names, index.cast_signed()) }
    }
}

/// The parameters of a function, in order.
pub(crate) struct Signature<const N: usize> {
    function: &'static str,
    names: [&'static str; N],
    positional: usize,
    required: usize,
    interned: PyOnceLock<[Py<PyString>; N]>,
}

impl<const N: usize> Signature<N> {
    /// The first `positional` parameters may be given by position, the first `required` must be
    /// given; every one has a name.
    pub(crate) const fn new(
        function: &'static str,
        names: [&'static str; N],
        positional: usize,
        required: usize,
    ) -> Signature<N> {
        Signature { function, names, positional, required, interned: PyOnceLock::new() }
    }

    /// Sorts arguments into parameters.
    ///
    /// # Errors
    /// `TypeError`, as Python words it.
    #[inline]
    pub(crate) fn parse<'a, 'py>(
        &self,
        given: Arguments<'a, 'py>,
    ) -> Result<[Argument<'a, 'py>; N]> {
        let mut parsed = [None; N];
        if given.positional.len() > self.positional {
            return Err(self.too_many(given.positional.len()));
        }
        for (slot, &value) in parsed.iter_mut().zip(given.positional) {
            *slot = Some(given.borrowed(value));
        }
        for (index, &value) in given.named.iter().enumerate() {
            let slot = &mut parsed[self.find(given.py, given.name(index))?];
            if slot.replace(given.borrowed(value)).is_some() {
                return Err(self.twice(&given.borrowed(given.name(index)).as_any().to_string()));
            }
        }
        match parsed[..self.required].iter().position(Option::is_none) {
            None => Ok(parsed),
            Some(missing) => Err(self.missing(missing)),
        }
    }

    /// The parameter of this name: almost always the very same interned string.
    fn find(&self, py: Python<'_>, name: *mut ffi::PyObject) -> Result<usize> {
        let interned = self
            .interned
            .get_or_init(py, || self.names.map(|name| PyString::intern(py, name).unbind()));
        if let Some(index) = interned.iter().position(|known| known.as_ptr() == name) {
            return Ok(index);
        }
        // SAFETY: keyword names are strings, alive during the call.
        let name = unsafe { Borrowed::from_ptr(py, name) };
        // What is no Unicode is no parameter's name either.
        let name = name.cast::<PyString>().map_err(PyErr::from)?;
        let text = name.to_string_lossy();
        self.names.iter().position(|&known| known == text).ok_or_else(|| self.unknown(&text))
    }

    #[cold]
    fn too_many(&self, given: usize) -> crate::error::Failure {
        let (function, takes) = (self.function, self.positional);
        let plural = if takes == 1 { "" } else { "s" };
        let were = if given == 1 { "was" } else { "were" };
        PyTypeError::new_err(format!(
            "{function}() takes {takes} positional argument{plural} but {given} {were} given"
        ))
        .into()
    }

    #[cold]
    fn missing(&self, index: usize) -> crate::error::Failure {
        let (function, name) = (self.function, self.names[index]);
        PyTypeError::new_err(format!("{function}() missing required argument: '{name}'")).into()
    }

    #[cold]
    fn twice(&self, name: &str) -> crate::error::Failure {
        let function = self.function;
        PyTypeError::new_err(format!("{function}() got multiple values for argument '{name}'"))
            .into()
    }

    #[cold]
    fn unknown(&self, name: &str) -> crate::error::Failure {
        let function = self.function;
        PyTypeError::new_err(format!("{function}() got an unexpected keyword argument '{name}'"))
            .into()
    }
}
