//! Views: tensors over part of another one's memory.

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
    /// All of a tensor.
    pub(super) fn whole(tensor: Tensor<'_, '_>) -> Window {
        let (shape, strides) = (tensor.shape().to_vec(), tensor.strides().to_vec());
        Window { shape, strides, offset: 0 }
    }

    /// Makes the view. It requires grad if the tensor does, so that no write slips past that.
    pub(super) fn open(&self, tensor: Tensor<'_, '_>) -> Result<Handle> {
        let ndim = i32::try_from(self.shape.len()).unwrap_or(i32::MAX);
        let (shape, strides) = (self.shape.as_ptr(), self.strides.as_ptr());
        // SAFETY: a live handle, and as many extents and strides as axes.
        let make = |out, err| unsafe {
            c::ta_view(tensor.handle(), ndim, shape, strides, self.offset, out, err)
        };
        // SAFETY: that function writes a share on TA_OK.
        let view = unsafe { Handle::made(make) }?;
        match tensor.info()?.flags & TA_TENSOR_REQUIRES_GRAD {
            0 => Ok(view),
            _ => requiring_grad(&view),
        }
    }
}

fn requiring_grad(view: &Handle) -> Result<Handle> {
    let mut request = Request::default();
    request.options.requires_grad = TA_GRAD_YES;
    asarray(ta_source_value { tensor: view.as_ptr() }, TA_SOURCE_TENSOR, &request)
}

/// `ta_asarray` of a source that holds nothing but borrowed facts, or what it hands over.
pub(super) fn asarray(value: ta_source_value, kind: i32, request: &Request) -> Result<Handle> {
    let source = c::source(kind, 0, value);
    let options = &raw const request.options;
    // SAFETY: a source whose member is filled, by every caller, and options.
    let make = |out, err| unsafe { c::ta_asarray(&raw const source, options, out, err) };
    // SAFETY: that function writes a share on TA_OK.
    unsafe { Handle::made(make) }
}
