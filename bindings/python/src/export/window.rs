//! Views: tensors over part of another one's memory.

use std::ffi::{CStr, c_int};
use std::ptr;

use pyo3::prelude::*;

use crate::abi::*;
use crate::c;
use crate::error::Result;
use crate::options::Request;
use crate::release;
use crate::tensor::{self, Handle, Tensor};

/// A shape, strides and an offset over the memory of a tensor, in elements.
pub(super) struct Window {
    pub(super) shape: Vec<i64>,
    pub(super) strides: Vec<i64>,
    pub(super) offset: i64,
}

impl Window {
    /// Makes the view. Of a tensor that requires grad it has a history, whose node is called `name`.
    pub(super) fn open(&self, tensor: Tensor<'_, '_>, name: &CStr) -> Result<Handle> {
        let ndim = i32::try_from(self.shape.len()).unwrap_or(i32::MAX);
        let (shape, strides) = (self.shape.as_ptr(), self.strides.as_ptr());
        // SAFETY: a live handle, and as many extents and strides as axes.
        let make = |out, err| unsafe {
            let (tensor, name, offset) = (tensor.handle(), name.as_ptr(), self.offset);
            c::ta_view_named(tensor, name, ndim, shape, strides, offset, out, err)
        };
        // SAFETY: that function writes a share on TA_OK.
        unsafe { Handle::made(make) }
    }
}

/// `ta_asarray` of a source that holds nothing but borrowed facts, or what it hands over.
pub(crate) fn asarray(value: ta_source_value, kind: i32, request: &Request) -> Result<Handle> {
    let source = c::source(kind, 0, value);
    let options = &raw const request.options;
    // SAFETY: a source whose member is filled, by every caller, and options.
    let make = |out, err| unsafe { c::ta_asarray(&raw const source, options, out, err) };
    // SAFETY: that function writes a share on TA_OK.
    unsafe { Handle::made(make) }
}

/// A tensor over the same memory, as elements of another dtype: in C order where no strides are given.
///
/// # Errors
/// What the library says of the description, which must stay within the tensor's memory.
pub(super) fn reread<'py>(
    tensor: Tensor<'_, 'py>,
    info: &ta_info,
    dtype: ta_dtype,
    shape: &[i64],
    strides_bytes: Option<&[i64]>,
) -> Result<Bound<'py, PyAny>> {
    let memory = ta_memory {
        data: info.data,
        shape: shape.as_ptr(),
        strides_bytes: strides_bytes.map_or(ptr::null(), <[i64]>::as_ptr),
        dtype,
        device: info.device,
        ndim: shape.len() as c_int,
        flags: if info.flags & TA_TENSOR_READ_ONLY != 0 { TA_MEMORY_READ_ONLY } else { 0 },
        byte_offset: info.byte_offset,
        stream: 0,
        reserved: [0; 2],
        owner: tensor.object().to_owned().into_ptr().cast(),
        release: Some(release::object),
    };
    let mut request = Request::default();
    request.options.copy = TA_COPY_NEVER;
    match asarray(ta_source_value { memory }, TA_SOURCE_MEMORY, &request) {
        Ok(handle) => tensor::wrap(tensor.py(), handle),
        Err(failure) => {
            // SAFETY: the reference made above, which the library has not taken.
            unsafe { release::object(memory.owner) };
            Err(failure)
        }
    }
}
