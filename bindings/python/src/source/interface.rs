//! The dict of `__array_interface__` and `__cuda_array_interface__`.

use pyo3::exceptions::PyOverflowError;
use pyo3::intern;
use pyo3::prelude::*;
use pyo3::types::{PyBool, PyDict, PyString, PyTuple};

use crate::abi::*;
use crate::dtype;
use crate::error::{Failure, Result, type_name};

/// What both dicts say.
pub(super) struct Interface<'a> {
    pub(super) dtype: ta_dtype,
    /// `TA_MEMORY_BYTE_SWAPPED` or 0.
    pub(super) swapped: u64,
    pub(super) shape: Vec<i64>,
    pub(super) strides_bytes: Option<Vec<i64>>,
    /// What `data` is; `None` if it is not there.
    pub(super) data: Option<Bound<'a, PyAny>>,
    dict: Bound<'a, PyDict>,
    name: &'static str,
}

impl<'a> Interface<'a> {
    /// Reads what an attribute `name` gave.
    ///
    /// # Errors
    /// `TypeError` for a wrong type, a missing key, a dtype that no tensor has, or a mask.
    pub(super) fn of(given: &Bound<'a, PyAny>, name: &'static str) -> Result<Interface<'a>> {
        let py = given.py();
        let Ok(dict) = given.cast::<PyDict>() else {
            return Err(Failure::kind(format!("{name} must be a dict, not {}", type_name(given))));
        };
        if entry(dict, intern!(py, "mask"))?.is_some() {
            return Err(Failure::kind(format!("{name} has a mask, which a tensor would lose")));
        }
        let need =
            |key| entry(dict, key)?.ok_or_else(|| Failure::kind(format!("{name} has no {key}")));
        let (dtype, swapped) = typestr(&need(intern!(py, "typestr"))?)?;
        let shape = extents(&need(intern!(py, "shape"))?, name, "shape")?;
        let strides_bytes = match entry(dict, intern!(py, "strides"))? {
            Some(strides) => Some(extents(&strides, name, "strides")?),
            None => None,
        };
        if strides_bytes.as_ref().is_some_and(|strides| strides.len() != shape.len()) {
            return Err(Failure::value(format!("{name} has not as many strides as extents")));
        }
        let data = entry(dict, intern!(py, "data"))?;
        Ok(Interface { dtype, swapped, shape, strides_bytes, data, dict: dict.clone(), name })
    }

    /// The address in `data` and whether it is read-only; `None` if `data` is something else.
    pub(super) fn pointer(&self) -> Result<Option<(usize, bool)>> {
        let Some(Ok(pair)) = self.data.as_ref().map(|data| data.cast::<PyTuple>()) else {
            return Ok(None);
        };
        if pair.len() != 2 {
            return Err(self.not_a_pair());
        }
        let (address, read_only) = (pair.get_item(0)?, pair.get_item(1)?);
        let address = if address.is_none() { 0 } else { number(&address, self.name, "data")? };
        let Ok(read_only) = read_only.cast::<PyBool>() else { return Err(self.not_a_pair()) };
        Ok(Some((address, read_only.is_true())))
    }

    #[cold]
    pub(super) fn not_a_pair(&self) -> Failure {
        Failure::kind(format!("data of {} must be a tuple of an int and a bool", self.name))
    }

    /// The stream on which the memory was last written; 0 for none.
    pub(super) fn stream(&self) -> Result<i64> {
        match entry(&self.dict, intern!(self.dict.py(), "stream"))? {
            None => Ok(0),
            Some(stream) => match number(&stream, self.name, "stream")? {
                stream @ 1.. => Ok(stream),
                other => {
                    let message =
                        format!("stream of {} must be at least 1, not {other}", self.name);
                    Err(Failure::value(message))
                }
            },
        }
    }

    /// Bytes before the first element, where `data` is a buffer.
    pub(super) fn offset(&self) -> Result<usize> {
        match entry(&self.dict, intern!(self.dict.py(), "offset"))? {
            Some(offset) => number(&offset, self.name, "offset"),
            None => Ok(0),
        }
    }
}

/// An entry that is there and not None.
fn entry<'a>(
    dict: &Bound<'a, PyDict>,
    key: &Bound<'a, PyString>,
) -> Result<Option<Bound<'a, PyAny>>> {
    Ok(dict.get_item(key)?.filter(|value| !value.is_none()))
}

/// An integer that must fit.
fn number<'py, T>(given: &Bound<'py, PyAny>, name: &str, key: &str) -> Result<T>
where
    T: for<'a> FromPyObject<'a, 'py, Error = PyErr>,
{
    given.extract().map_err(|raised: PyErr| {
        match raised.is_instance_of::<PyOverflowError>(given.py()) {
            true => Failure::value(format!("{key} of {name} has {given}, which is out of range")),
            false => Failure::Raised(raised),
        }
    })
}

fn extents(given: &Bound<'_, PyAny>, name: &str, key: &str) -> Result<Vec<i64>> {
    let Ok(given) = given.cast::<PyTuple>() else {
        return Err(Failure::kind(format!("{key} of {name} must be a tuple of ints")));
    };
    given.iter().map(|extent| number(&extent, name, key)).collect()
}

/// A dtype and its byte order, like `<f4`.
fn typestr(given: &Bound<'_, PyAny>) -> Result<(ta_dtype, u64)> {
    let Ok(text) = given.cast::<PyString>() else {
        return Err(Failure::kind(format!("typestr must be a str, not {}", type_name(given))));
    };
    let text = text.to_cow()?;
    let mut letters = text.chars();
    let (order, kind) = (letters.next(), letters.next());
    let size = letters.as_str().parse().ok();
    let found = kind.zip(size).and_then(|(kind, size)| dtype::by_kind(kind, size));
    let swapped = match order {
        Some('<') => cfg!(target_endian = "big"),
        Some('>') => cfg!(target_endian = "little"),
        Some('|' | '=') => false,
        _ => return Err(Failure::kind(format!("typestr {text:?} begins with no byte order"))),
    };
    match found {
        Some(found) => Ok((found, if swapped { TA_MEMORY_BYTE_SWAPPED } else { 0 })),
        None => Err(Failure::kind(format!("no tensor has elements of typestr {text:?}"))),
    }
}
