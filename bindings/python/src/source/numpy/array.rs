//! `numpy.ndarray`: its fields are read as they lie in memory.

use std::ffi::{c_char, c_int};

use pyo3::ffi;
use pyo3::intern;
use pyo3::prelude::*;

use crate::abi::*;
use crate::c;
use crate::error::{Failure, Result, type_name};
use crate::options::Request;
use crate::release;
use crate::source::numpy::{descr, loaded};
use crate::source::{Loan, Reference, Seen};

/// The beginning of every array: `PyArrayObject_fields`, the same in NumPy 1 and 2.
#[repr(C)]
pub(super) struct Fields {
    base: ffi::PyObject,
    data: *mut c_char,
    ndim: c_int,
    shape: *mut isize,
    strides_bytes: *mut isize,
    owner: *mut ffi::PyObject,
    descr: *mut ffi::PyObject,
    flags: c_int,
}

/// `NPY_ARRAY_OWNDATA`
const OWNDATA: c_int = 0x0004;
/// `NPY_ARRAY_WRITEABLE`
const WRITEABLE: c_int = 0x0400;

// NumPy's extents are as wide as a pointer, the library's have 64 bits.
const _: () = assert!(size_of::<isize>() == size_of::<i64>(), "needs a 64-bit machine");

/// Looks at an array.
#[inline]
pub(super) fn look<'a>(object: &Bound<'a, PyAny>, request: &'a Request) -> Result<Seen<'a>> {
    request.check_accepts(TA_ORIGIN_NUMPY)?;
    described(object, TA_ORIGIN_NUMPY)
}

/// The memory of an array that can be told in a moment, and shared as it is: of NumPy's own class,
/// of a dtype that has been seen before, in native byte order, with strides in whole elements. Its
/// owner is the array, to which the caller gives a reference.
#[inline]
pub(crate) fn plain(object: &Bound<'_, PyAny>) -> Option<ta_memory> {
    if !loaded::is_plain_array(object) {
        return None;
    }
    // SAFETY: an array, so it begins with these fields; they only change under its owner's hands.
    let fields = unsafe { &*object.as_ptr().cast::<Fields>() };
    let (dtype, flags) = descr::known(fields.descr)?;
    let memory = fields.memory(object, dtype, flags);
    let size = i64::from(dtype.bits / 8);
    let whole = flags & TA_MEMORY_BYTE_SWAPPED == 0
        && (0..fields.ndim.unsigned_abs() as usize).all(|axis| {
            // SAFETY: as many strides as axes.
            let stride = unsafe { memory.strides_bytes.wrapping_add(axis).read() };
            stride & (size - 1) == 0
        });
    (whole && size.unsigned_abs().is_power_of_two()).then_some(memory)
}

impl Fields {
    /// The memory of the array that these are the fields of.
    #[inline]
    fn memory(&self, object: &Bound<'_, PyAny>, dtype: ta_dtype, flags: u64) -> ta_memory {
        let read_only = if self.flags & WRITEABLE == 0 { TA_MEMORY_READ_ONLY } else { 0 };
        ta_memory {
            data: self.data.cast(),
            shape: self.shape as *const i64,
            strides_bytes: self.strides_bytes as *const i64,
            dtype,
            device: crate::device::UNSET,
            ndim: self.ndim,
            flags: flags | read_only,
            byte_offset: 0,
            stream: 0,
            reserved: [0; 2],
            owner: object.as_ptr().cast(),
            release: Some(release::object),
        }
    }
}

/// What an array says, on behalf of whatever it came from.
///
/// # Errors
/// `TypeError` for what is no array, for a mask, and for a dtype that no tensor has.
#[inline]
pub(crate) fn described<'a>(object: &Bound<'a, PyAny>, origin: i32) -> Result<Seen<'a>> {
    match loaded::types(object.py())? {
        Some(numpy) if numpy.is_plain_array(object) => {}
        Some(numpy) if numpy.is_array(object) => refuse_masked(object)?,
        _ => return Err(Failure::kind(format!("{} is no NumPy array", type_name(object)))),
    }
    // SAFETY: an array, so it begins with these fields; they only change under its owner's hands.
    let fields = unsafe { &*object.as_ptr().cast::<Fields>() };
    let (dtype, swapped) = descr::cached(object.py(), fields.descr)?;
    let memory = fields.memory(object, dtype, swapped);
    let reference = Reference::to(object);
    let source = c::source(TA_SOURCE_MEMORY, origin, ta_source_value { memory });
    Ok(Seen { source, loan: Loan::Object(reference) })
}

/// Whether an array is the only one that knows its memory: it has allocated it, and nobody but the
/// caller has the array.
pub(crate) fn is_sole_owner(array: &Bound<'_, PyAny>) -> bool {
    // SAFETY: an array, by the caller's look at it, so it begins with these fields.
    let flags = unsafe { (*array.as_ptr().cast::<Fields>()).flags };
    // SAFETY: a live object.
    flags & OWNDATA != 0 && unsafe { ffi::Py_REFCNT(array.as_ptr()) } == 1
}

/// A mask would be lost.
fn refuse_masked(object: &Bound<'_, PyAny>) -> Result<()> {
    match is_masked(object)? {
        true => Err(Failure::kind(format!(
            "a {} has a mask, which a tensor would lose: give its filled() or its data",
            type_name(object)
        ))),
        false => Ok(()),
    }
}

/// Whether an array has a mask. `numpy.ma` is loaded if there is one.
pub(super) fn is_masked(array: &Bound<'_, PyAny>) -> Result<bool> {
    let name = intern!(array.py(), "numpy.ma");
    let Some(module) = loaded::module(array.py(), name)? else { return Ok(false) };
    match module.getattr_opt("MaskedArray")? {
        Some(masked) => Ok(array.is_instance(&masked)?),
        None => Ok(false),
    }
}
