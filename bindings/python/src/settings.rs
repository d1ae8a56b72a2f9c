//! What this package remembers between calls: the default dtype and how tensors are printed.
//!
//! The library itself has no such state; both travel as options of each call.

use std::sync::Mutex;
use std::sync::atomic::{AtomicU32, Ordering};

use pyo3::prelude::*;
use pyo3::types::PyDict;

use crate::abi::*;
use crate::dtype::{self, Dtype};
use crate::error::{Failure, Result};

static DEFAULT_DTYPE: AtomicU32 = AtomicU32::new(pack(dtype::FLOAT32));

const fn pack(dtype: ta_dtype) -> u32 {
    u32::from_ne_bytes([dtype.code, dtype.bits, 1, 0])
}

/// What real numbers without a dtype become.
#[inline]
pub(crate) fn default_dtype() -> ta_dtype {
    let [code, bits, ..] = DEFAULT_DTYPE.load(Ordering::Relaxed).to_ne_bytes();
    ta_dtype { code, bits, lanes: 1 }
}

/// The dtype that Python floats, and buffers without a dtype, become.
///
/// >>> import tarray
/// >>> tarray.get_default_dtype()
/// tarray.float32
#[pyfunction]
pub(crate) fn get_default_dtype(py: Python<'_>) -> Result<Bound<'_, Dtype>> {
    dtype::object(py, default_dtype())
}

/// Sets the dtype that Python floats, and buffers without a dtype, become: float16, bfloat16,
/// float32 or float64.
///
/// Raises `TypeError` for any other.
///
/// >>> import tarray
/// >>> tarray.set_default_dtype(tarray.float64)
/// >>> tarray.asarray(1.0).dtype
/// tarray.float64
/// >>> tarray.set_default_dtype(tarray.float32)
#[pyfunction]
#[pyo3(signature = (d, /))]
pub(crate) fn set_default_dtype(d: &Bound<'_, PyAny>) -> Result<()> {
    let given = dtype::parse::any(d)?;
    match (given.code, given.bits, given.lanes) {
        (TA_FLOAT, 16 | 32 | 64, 1) | (TA_BFLOAT, 16, 1) => {
            DEFAULT_DTYPE.store(pack(given), Ordering::Relaxed);
            Ok(())
        }
        _ => Err(Failure::kind(format!(
            "the default dtype must be float16, bfloat16, float32 or float64, not {}",
            dtype::name(given)
        ))),
    }
}

/// As `ta_repr_options` has them, but -1 stands for nothing special: 0 is 0.
#[derive(Clone, Copy)]
struct PrintOptions {
    precision: i32,
    threshold: i64,
    edgeitems: i32,
    linewidth: i32,
    sci_mode: Option<bool>,
}

const DEFAULT: PrintOptions =
    PrintOptions { precision: 4, threshold: 1000, edgeitems: 3, linewidth: 80, sci_mode: None };

static PRINT_OPTIONS: Mutex<PrintOptions> = Mutex::new(DEFAULT);

fn print_options() -> PrintOptions {
    *PRINT_OPTIONS.lock().unwrap_or_else(std::sync::PoisonError::into_inner)
}

/// The options for `ta_repr`.
pub(crate) fn repr_options() -> ta_repr_options {
    let given = print_options();
    // The library reads 0 as "default" and -1 as "none".
    let number = |value: i32| if value == 0 { -1 } else { value };
    ta_repr_options {
        struct_size: size_of::<ta_repr_options>(),
        threshold: if given.threshold == 0 { -1 } else { given.threshold },
        precision: number(given.precision),
        edgeitems: number(given.edgeitems),
        linewidth: number(given.linewidth),
        sci_mode: match given.sci_mode {
            None => TA_SCI_AUTO,
            Some(true) => TA_SCI_ON,
            Some(false) => TA_SCI_OFF,
        },
        default_dtype: default_dtype(),
        reserved: 0,
    }
}

/// As many digits as the library prints.
const MOST_DIGITS: u16 = 2000;

/// Sets how tensors are printed; what is not given stays as it is.
///
/// `profile` is ``"default"``, ``"short"`` (2 digits, 2 edge items) or ``"full"`` (nothing is
/// summarised), and is applied first. `sci_mode` forces scientific notation on or off; to let
/// the values decide again, give a profile.
///
/// Raises `ValueError` for a `precision` above 2000.
///
/// >>> import tarray
/// >>> tarray.set_printoptions(precision=2)
/// >>> tarray.asarray([1.5])
/// tensor([1.50])
/// >>> tarray.set_printoptions(profile="default")
#[pyfunction]
#[pyo3(signature = (precision=None, threshold=None, edgeitems=None, linewidth=None, profile=None, sci_mode=None))]
pub(crate) fn set_printoptions(
    precision: Option<u16>,
    threshold: Option<Threshold>,
    edgeitems: Option<u16>,
    linewidth: Option<u16>,
    profile: Option<&str>,
    sci_mode: Option<bool>,
) -> Result<()> {
    if precision.is_some_and(|digits| digits > MOST_DIGITS) {
        return Err(Failure::value(format!("precision must be at most {MOST_DIGITS}")));
    }
    let mut now = match profile {
        None => print_options(),
        Some("default") => DEFAULT,
        Some("short") => PrintOptions { precision: 2, edgeitems: 2, ..DEFAULT },
        Some("full") => PrintOptions { threshold: i64::MAX, ..DEFAULT },
        Some(other) => {
            let message = format!("profile must be 'default', 'short' or 'full', not {other:?}");
            return Err(Failure::value(message));
        }
    };
    now.precision = precision.map_or(now.precision, i32::from);
    now.threshold = threshold.map_or(now.threshold, |Threshold(value)| value);
    now.edgeitems = edgeitems.map_or(now.edgeitems, i32::from);
    now.linewidth = linewidth.map_or(now.linewidth, i32::from);
    now.sci_mode = sci_mode.or(now.sci_mode);
    *PRINT_OPTIONS.lock().unwrap_or_else(std::sync::PoisonError::into_inner) = now;
    Ok(())
}

/// A number of elements; `inf` is allowed, as in PyTorch and NumPy.
pub(crate) struct Threshold(i64);

impl<'py> FromPyObject<'_, 'py> for Threshold {
    type Error = PyErr;

    fn extract(object: Borrowed<'_, 'py, PyAny>) -> PyResult<Threshold> {
        if let Ok(float) = object.extract::<f64>()
            && float == f64::INFINITY
        {
            return Ok(Threshold(i64::MAX));
        }
        let value = object.extract::<u32>()?;
        Ok(Threshold(value.into()))
    }
}

/// How tensors are printed, as a dict that `set_printoptions` takes.
///
/// >>> import tarray
/// >>> tarray.get_printoptions()["precision"]
/// 4
#[pyfunction]
pub(crate) fn get_printoptions(py: Python<'_>) -> PyResult<Bound<'_, PyDict>> {
    let now = print_options();
    let dict = PyDict::new(py);
    dict.set_item("precision", now.precision)?;
    match now.threshold {
        i64::MAX => dict.set_item("threshold", f64::INFINITY)?,
        threshold => dict.set_item("threshold", threshold)?,
    }
    dict.set_item("edgeitems", now.edgeitems)?;
    dict.set_item("linewidth", now.linewidth)?;
    dict.set_item("sci_mode", now.sci_mode)?;
    Ok(dict)
}
