//! NumPy scalars: one value that has a dtype.

use pyo3::prelude::*;

use crate::abi::*;
use crate::c;
use crate::error::Result;
use crate::options::Request;
use crate::source::numpy::array;
use crate::source::numpy::loaded::Types;
use crate::source::{Kept, Loan, Seen};

/// Looks at a NumPy scalar, by way of the array without axes that it becomes: so every scalar
/// type is read right, those of ml_dtypes too.
pub(super) fn look<'a>(
    object: &Bound<'a, PyAny>,
    numpy: &Types,
    request: &'a Request,
) -> Result<Seen<'a>> {
    request.check_accepts(TA_ORIGIN_NUMPY)?;
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
    let value = ta_source_value { typed_scalar };
    let source = c::source(TA_SOURCE_TYPED_SCALAR, TA_ORIGIN_NUMPY, value);
    Ok(Seen { source, loan: Loan::Kept(Box::new(Value(seen.loan))) })
}

/// What holds the value's bytes: only during the call, as the value is copied.
struct Value<'a>(#[allow(dead_code)] Loan<'a>);

impl Kept for Value<'_> {
    fn taken(self: Box<Self>) {}
}
