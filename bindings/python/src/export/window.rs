//! Views: tensors over part of another one's memory.

use std::ffi::CStr;

use crate::abi::*;
use crate::c;
use crate::error::Result;
use crate::options::Request;
use crate::tensor::{Handle, Tensor};

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
