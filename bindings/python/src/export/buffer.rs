//! The buffer protocol: `memoryview(tensor)`, and everything that takes a buffer.

use std::ffi::{CStr, c_int, c_void};
use std::ptr;

use pyo3::ffi;

use crate::abi::*;
use crate::border;
use crate::dtype;
use crate::error::Result;
use crate::export::dlpack::refusal;
use crate::export::{is_host, settled};
use crate::tensor::{Slots, Tensor};

pub(super) fn fill(slots: &mut Slots) {
    slots.buffer.bf_getbuffer = Some(get);
    slots.buffer.bf_releasebuffer = Some(release);
}

/// How the `struct` module, and NumPy for complex numbers, writes a dtype.
pub(super) fn format(dtype: ta_dtype) -> Option<&'static CStr> {
    // C's long is what NumPy takes an int64 to be.
    const LONG_IS_64: bool = size_of::<std::ffi::c_long>() == 8;
    if dtype.lanes != 1 {
        return None;
    }
    Some(match (dtype.code, dtype.bits) {
        (TA_BOOL, 8) => c"?",
        (TA_INT, 8) => c"b",
        (TA_INT, 16) => c"h",
        (TA_INT, 32) => c"i",
        (TA_INT, 64) if LONG_IS_64 => c"l",
        (TA_INT, 64) => c"q",
        (TA_UINT, 8) => c"B",
        (TA_UINT, 16) => c"H",
        (TA_UINT, 32) => c"I",
        (TA_UINT, 64) if LONG_IS_64 => c"L",
        (TA_UINT, 64) => c"Q",
        (TA_FLOAT, 16) => c"e",
        (TA_FLOAT, 32) => c"f",
        (TA_FLOAT, 64) => c"d",
        (TA_COMPLEX, 64) => c"Zf",
        (TA_COMPLEX, 128) => c"Zd",
        _ => return None,
    })
}

/// Extents and strides of one view, in the buffer protocol's units.
struct Axes {
    shape: Vec<ffi::Py_ssize_t>,
    strides: Vec<ffi::Py_ssize_t>,
}

impl Axes {
    fn of(tensor: Tensor<'_, '_>) -> Axes {
        let itemsize = dtype::itemsize(tensor.dtype()).cast_signed();
        let shape = tensor.shape().iter().map(|&extent| extent as ffi::Py_ssize_t).collect();
        // Only a stride that is never stepped can be too large.
        let stride = |&stride: &i64| (stride as ffi::Py_ssize_t).wrapping_mul(itemsize);
        Axes { shape, strides: tensor.strides().iter().map(stride).collect() }
    }
}

/// # Safety
/// Called by the interpreter as `bf_getbuffer`.
unsafe extern "C" fn get(
    exporter: *mut ffi::PyObject,
    out: *mut ffi::Py_buffer,
    flags: c_int,
) -> c_int {
    border::nothing(|py| {
        if out.is_null() {
            return Err(refusal("no place to describe the buffer in"));
        }
        // SAFETY: not NULL, so the interpreter vouches for it; NULL says that nothing is lent.
        unsafe { (*out).obj = ptr::null_mut() };
        // SAFETY: passed on from the interpreter.
        let view = view(unsafe { Tensor::receiver(py, exporter) }, flags)?;
        // SAFETY: as above.
        unsafe { out.write(view) };
        Ok(())
    })
}

/// Describes a tensor as asked.
fn view(tensor: Tensor<'_, '_>, flags: c_int) -> Result<ffi::Py_buffer> {
    let info = tensor.info()?;
    let format = check(tensor, &info, flags)?;
    let asked = |bits: c_int| flags & bits == bits;
    let internal = Box::into_raw(Box::new(Axes::of(tensor)));
    // SAFETY: made above, and only changed through this pointer.
    let axes = unsafe { &mut *internal };
    let or_null = |given: bool, pointer: *mut ffi::Py_ssize_t| match given {
        true => pointer,
        false => ptr::null_mut(),
    };
    Ok(ffi::Py_buffer {
        buf: if info.data.is_null() { internal.cast() } else { info.data },
        obj: tensor.object().to_owned().into_ptr(),
        len: info.nbytes as ffi::Py_ssize_t,
        itemsize: dtype::itemsize(info.dtype).cast_signed(),
        readonly: (info.flags & TA_TENSOR_READ_ONLY != 0).into(),
        ndim: if asked(ffi::PyBUF_ND) { info.ndim } else { 1 },
        format: if asked(ffi::PyBUF_FORMAT) { format.as_ptr().cast_mut() } else { ptr::null_mut() },
        shape: or_null(asked(ffi::PyBUF_ND), axes.shape.as_mut_ptr()),
        strides: or_null(asked(ffi::PyBUF_STRIDES), axes.strides.as_mut_ptr()),
        suboffsets: ptr::null_mut(),
        internal: internal.cast::<c_void>(),
    })
}

/// That the tensor can be described as asked; its format.
fn check(tensor: Tensor<'_, '_>, info: &ta_info, flags: c_int) -> Result<&'static CStr> {
    let asked = |bits: c_int| flags & bits == bits;
    check_lent(info)?;
    let Some(format) = format(info.dtype) else {
        let name = dtype::name(info.dtype);
        return Err(refusal(format!("no buffer format describes elements of {name}")));
    };
    if asked(ffi::PyBUF_WRITABLE) && info.flags & TA_TENSOR_READ_ONLY != 0 {
        return Err(refusal("the tensor is read-only"));
    }
    let in_c_order = info.flags & TA_TENSOR_CONTIGUOUS != 0;
    let in_any_order = in_c_order || is_fortran(tensor);
    let needs_c_order = asked(ffi::PyBUF_C_CONTIGUOUS) || !asked(ffi::PyBUF_STRIDES);
    let met = (in_c_order || !needs_c_order)
        && (is_fortran(tensor) || !asked(ffi::PyBUF_F_CONTIGUOUS))
        && (in_any_order || !asked(ffi::PyBUF_ANY_CONTIGUOUS));
    if !met {
        return Err(refusal("the tensor is not contiguous as asked"));
    }
    settled(tensor.py(), info).map(|()| format)
}

/// That a tensor's bytes are lent at all, whatever its dtype and layout.
pub(super) fn check_lent(info: &ta_info) -> Result<()> {
    if info.flags & TA_TENSOR_REQUIRES_GRAD != 0 {
        return Err(refusal("can't export a tensor that requires grad; detach it first"));
    }
    if !is_host(info.device) {
        return Err(refusal("a buffer is in host memory, and the tensor is not"));
    }
    Ok(())
}

/// Whether the first axis varies fastest, without gaps.
fn is_fortran(tensor: Tensor<'_, '_>) -> bool {
    let mut expected = 1;
    tensor.numel() == 0
        || tensor.shape().iter().zip(tensor.strides()).all(|(&extent, &stride)| {
            let fits = extent == 1 || stride == expected;
            expected *= extent;
            fits
        })
}

/// # Safety
/// Called by the interpreter as `bf_releasebuffer`.
unsafe extern "C" fn release(_exporter: *mut ffi::PyObject, view: *mut ffi::Py_buffer) {
    // SAFETY: a view that `get` has filled, given back once.
    let internal = unsafe { (*view).internal };
    // SAFETY: boxed by `view`.
    drop(unsafe { Box::from_raw(internal.cast::<Axes>()) });
}
