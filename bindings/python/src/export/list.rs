//! `Tensor.tolist()`: elements as nested lists of Python numbers.

use pyo3::ffi;
use pyo3::prelude::*;

use crate::arguments::{Arguments, Signature};
use crate::asarray;
use crate::c;
use crate::dtype;
use crate::error::{Failure, Result};
use crate::export::element::{self, Read};
use crate::export::{CPU, is_host};
use crate::options::Request;
use crate::tensor::method::methods;
use crate::tensor::{self, Slots, Tensor};

pub(super) fn fill(slots: &mut Slots) {
    slots.methods.extend(methods! {
        c"tolist" => tolist, c"tolist($self, /)\n--\n\nThe elements as nested lists of Python numbers; a number if there are no axes.

>>> import tarray
>>> tarray.asarray([[1, 2], [3, 4]]).tolist()
[[1, 2], [3, 4]]";
    });
}

fn tolist<'py>(tensor: Tensor<'_, 'py>, given: Arguments<'_, 'py>) -> Result<Bound<'py, PyAny>> {
    static SIGNATURE: Signature<0> = Signature::new("tolist", [], 0, 0);
    SIGNATURE.parse(given)?;
    match element::reader(tensor.dtype()) {
        Some(read) if is_host(tensor.device()) => nested(tensor, read),
        _ => converted(tensor),
    }
}

/// By way of a copy whose elements can be read here.
fn converted<'py>(tensor: Tensor<'_, 'py>) -> Result<Bound<'py, PyAny>> {
    let mut request = Request::default();
    request.options.dtype = element::readable(tensor.dtype());
    request.options.device = CPU;
    let copy = asarray::convert(&tensor.object(), &request)?;
    match (tensor::of(&copy), element::reader(request.options.dtype)) {
        (Some(copy), Some(read)) => nested(copy, read),
        _ => unreachable!("a conversion makes a tensor of the dtype that was asked for"),
    }
}

fn nested<'py>(tensor: Tensor<'_, 'py>, read: Read) -> Result<Bound<'py, PyAny>> {
    let itemsize = dtype::itemsize(tensor.dtype()).cast_signed();
    // SAFETY: a live handle.
    let data = unsafe { c::ta_data(tensor.handle()) }.cast();
    let walk = Walk { py: tensor.py(), itemsize, read };
    walk.list(data, tensor.shape(), tensor.strides())
}

/// What is the same on every level.
struct Walk<'py> {
    py: Python<'py>,
    itemsize: isize,
    read: Read,
}

impl<'py> Walk<'py> {
    fn list(&self, data: *const u8, shape: &[i64], strides: &[i64]) -> Result<Bound<'py, PyAny>> {
        let (Some((&extent, shape)), Some((&stride, strides))) =
            (shape.split_first(), strides.split_first())
        else {
            // SAFETY: the address of an element, as its indices are within their extents.
            return element::object(self.py, unsafe { (self.read)(data) });
        };
        // SAFETY: attached.
        let list = unsafe { ffi::PyList_New(extent as ffi::Py_ssize_t) };
        let list = element::object(self.py, list)?;
        let step = (stride as isize).wrapping_mul(self.itemsize);
        for index in 0..extent as isize {
            // An address is made up only to be read one level below, if there is an element.
            let item = data.wrapping_offset(index.wrapping_mul(step));
            let item = if shape.is_empty() {
                // SAFETY: the address of an element.
                unsafe { (self.read)(item) }
            } else {
                self.list(item, shape, strides)?.into_ptr()
            };
            if item.is_null() {
                return Err(Failure::Raised(PyErr::fetch(self.py)));
            }
            // SAFETY: a new list with that many empty places; the reference is given away.
            unsafe { ffi::PyList_SET_ITEM(list.as_ptr(), index, item) };
        }
        Ok(list)
    }
}
