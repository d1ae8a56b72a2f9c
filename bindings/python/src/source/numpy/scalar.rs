//! NumPy scalars: one value that has a dtype.

use std::slice;
use std::sync::atomic::{AtomicPtr, Ordering};

use pyo3::ffi;
use pyo3::prelude::*;

use crate::abi::*;
use crate::c;
use crate::error::Result;
use crate::options::Request;
use crate::source::numpy::array;
use crate::source::numpy::loaded::Types;
use crate::source::{Kept, Loan, Seen};

/// A type of NumPy scalars of which it is known where their value is: behind the head, as
/// `numpy/arrayscalars.h` lays out all numbers.
struct Known {
    class: *mut ffi::PyTypeObject,
    dtype: ta_dtype,
}

const PLACES: usize = 32;

/// Filled without a lock, never emptied: NumPy's own types live for ever.
static KNOWN: [AtomicPtr<Known>; PLACES] = [const { AtomicPtr::new(std::ptr::null_mut()) }; PLACES];

fn place(class: *mut ffi::PyTypeObject) -> &'static AtomicPtr<Known> {
    &KNOWN[(class.addr() >> 5) % PLACES]
}

/// The value of a NumPy scalar whose type has been seen before: borrowed from the object.
#[inline]
pub(crate) fn plain(object: &Bound<'_, PyAny>) -> Option<ta_typed_scalar> {
    // SAFETY: a live object.
    let class = unsafe { ffi::Py_TYPE(object.as_ptr()) };
    // SAFETY: NULL, or an entry that is never freed or changed.
    let known = unsafe { place(class).load(Ordering::Acquire).as_ref() };
    let dtype = known.filter(|known| known.class == class)?.dtype;
    let data = object.as_ptr().wrapping_add(1).cast_const().cast();
    Some(ta_typed_scalar { data, dtype, reserved: 0, flags: 0 })
}

/// Remembers a type, if it is one of NumPy's own and `value`, a scalar of it, has its bytes there.
fn remember(value: &Bound<'_, PyAny>, read: &ta_typed_scalar) {
    let class = value.get_type();
    let size = usize::from(read.dtype.bits / 8);
    // SAFETY: a live type.
    let room = unsafe { (*class.as_type_ptr()).tp_basicsize };
    // SAFETY: as above.
    let flags = unsafe { ffi::PyType_GetFlags(class.as_type_ptr()) };
    let is_numpys = flags & ffi::Py_TPFLAGS_IMMUTABLETYPE != 0
        && class.module().is_ok_and(|module| module == "numpy")
        && usize::try_from(room).is_ok_and(|room| room >= size_of::<ffi::PyObject>() + size);
    if !is_numpys
        || read.flags != 0
        || !place(class.as_type_ptr()).load(Ordering::Acquire).is_null()
    {
        return;
    }
    // SAFETY: within the object, by the size of its type.
    let lies = unsafe { slice::from_raw_parts(value.as_ptr().wrapping_add(1).cast::<u8>(), size) };
    // SAFETY: the bytes of one element, by what `described` fills in.
    let are_there = lies == unsafe { slice::from_raw_parts(read.data.cast::<u8>(), size) };
    if are_there && size != 0 {
        let entry =
            Box::into_raw(Box::new(Known { class: class.as_type_ptr(), dtype: read.dtype }));
        let (place, empty) = (place(class.as_type_ptr()), std::ptr::null_mut());
        if place.compare_exchange(empty, entry, Ordering::AcqRel, Ordering::Acquire).is_err() {
            // Another thread was first: its entry serves as well.
            // SAFETY: made above, and published nowhere.
            drop(unsafe { Box::from_raw(entry) });
        }
    }
}

/// Looks at a NumPy scalar, by way of the array without axes that it becomes: so every scalar
/// type is read right, those of ml_dtypes too.
pub(super) fn look<'a>(
    object: &Bound<'a, PyAny>,
    numpy: &Types,
    request: &'a Request,
) -> Result<Seen<'a>> {
    request.check_accepts(TA_ORIGIN_NUMPY)?;
    if let Some(typed_scalar) = plain(object) {
        let value = ta_source_value { typed_scalar };
        return Ok(Seen::borrowed(c::source(TA_SOURCE_TYPED_SCALAR, TA_ORIGIN_NUMPY, value)));
    }
    let array = numpy.scalar_as_array(object)?;
    let seen = array::described(&array, TA_ORIGIN_NUMPY)?;
    // SAFETY: the member that `described` fills.
    let memory = unsafe { seen.source.value.memory };
    let typed_scalar = ta_typed_scalar {
        data: memory.data,
        dtype: memory.dtype,
        reserved: 0,
        flags: memory.flags & TA_MEMORY_BYTE_SWAPPED,
    };
    remember(object, &typed_scalar);
    let value = ta_source_value { typed_scalar };
    let source = c::source(TA_SOURCE_TYPED_SCALAR, TA_ORIGIN_NUMPY, value);
    Ok(Seen { source, loan: Loan::Kept(Box::new(Value(seen.loan))) })
}

/// What holds the value's bytes: only during the call, as the value is copied.
struct Value<'a>(#[allow(dead_code)] Loan<'a>);

impl Kept for Value<'_> {
    fn taken(self: Box<Self>) {}
}
