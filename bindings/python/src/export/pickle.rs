//! Pickling: what `_pickle.py` needs to take a tensor to pieces and to put it together.

use pyo3::intern;
use pyo3::prelude::*;

use crate::abi::*;
use crate::arguments::{Arguments, Signature};
use crate::asarray;
use crate::dtype::{self, Dtype};
use crate::error::{Failure, Result, type_name};
use crate::export::bytes::in_c_order;
use crate::export::layout;
use crate::options::Request;
use crate::source::buffer::{self, Held};
use crate::tensor::method::methods;
use crate::tensor::{self, Slots, Tensor};

pub(super) fn fill(slots: &mut Slots) {
    slots.methods.extend(methods! {
        c"__reduce_ex__" => reduce, c"__reduce_ex__($self, protocol, /)\n--\n\nHow a pickle makes the tensor again: with its elements, dtype, shape, order of axes in memory and
device, as a leaf without grad that requires grad if the tensor does.

From protocol 5 on the elements are a buffer: with pickle's buffer_callback they are not copied,
and what is loaded shares the memory of the buffers given, read-only if they are.

>>> import pickle, tarray
>>> t, buffers = tarray.asarray([1.0, 2.0]), []
>>> pickled = pickle.dumps(t, protocol=5, buffer_callback=buffers.append)
>>> pickle.loads(pickled, buffers=buffers).data_ptr() == t.data_ptr()
True";
    });
}

/// Adds what `_pickle.py` calls, which is not for the public.
pub(crate) fn add_to(module: &Bound<'_, PyModule>) -> PyResult<()> {
    module.setattr("_bytes", wrap_pyfunction!(bytes, module)?)?;
    module.setattr("_elements", wrap_pyfunction!(elements, module)?)
}

fn reduce<'py>(tensor: Tensor<'_, 'py>, given: Arguments<'_, 'py>) -> Result<Bound<'py, PyAny>> {
    static SIGNATURE: Signature<1> = Signature::new("__reduce_ex__", ["protocol"], 1, 1);
    let [protocol] = SIGNATURE.parse(given)?;
    let py = tensor.py();
    let reduced = py.import(intern!(py, "tarray._pickle"))?.getattr(intern!(py, "reduced"))?;
    Ok(reduced.call1((tensor.object(), protocol))?)
}

/// What [`in_c_order`] says of a tensor.
#[pyfunction]
#[pyo3(name = "_bytes")]
fn bytes<'py>(tensor: &Bound<'py, PyAny>) -> Result<(Bound<'py, PyAny>, bool)> {
    match tensor::of(tensor) {
        Some(tensor) => in_c_order(tensor),
        None => Err(Failure::kind(format!("a tensor has bytes, not {}", type_name(tensor)))),
    }
}

/// A tensor over a buffer of such bytes; a copy if their order is not this machine's.
#[pyfunction]
#[pyo3(name = "_elements")]
fn elements<'py>(
    buffer: &Bound<'py, PyAny>,
    dtype: &Bound<'py, Dtype>,
    shape: &Bound<'py, PyAny>,
    is_padded: bool,
    is_swapped: bool,
) -> Result<Bound<'py, PyAny>> {
    let (dtype, held) = (dtype.get().raw, Held::of(buffer)?);
    let Some(shape) = layout::unless_huge(shape)? else {
        return Err(Failure::value(format!("no tensor has the shape {shape}")));
    };
    if !held.is_contiguous() {
        return Err(buffer::refusal(buffer));
    }
    let size = held.size();
    if bytes_of(dtype, &shape, is_padded) != u128::try_from(size).ok() {
        let name = dtype::name(dtype);
        let message =
            format!("{size} bytes are not those of a tensor of {name} of shape {shape:?}");
        return Err(Failure::value(message));
    }
    let padded = if is_padded { TA_MEMORY_SUBBYTE_PADDED } else { 0 };
    // Packed elements of less than a byte, and bytes, are the same in both orders.
    let swapped = if is_swapped && dtype.bits > 8 { TA_MEMORY_BYTE_SWAPPED } else { 0 };
    asarray::make(buffer, &Request::default(), |_, _| {
        buffer::elements(held, dtype, &raw const *shape, &[], padded | swapped)
    })
}

/// How many bytes elements in C order fill; `None` for no shape of a tensor.
fn bytes_of(dtype: ta_dtype, shape: &[i64], is_padded: bool) -> Option<u128> {
    let count = shape
        .iter()
        .try_fold(1u128, |count, &extent| count.checked_mul(u128::try_from(extent).ok()?))?;
    let bits = match is_padded {
        true => 8 * dtype::itemsize(dtype),
        false => usize::from(dtype.bits) * usize::from(dtype.lanes),
    };
    Some(count.checked_mul(bits as u128)?.div_ceil(8))
}
