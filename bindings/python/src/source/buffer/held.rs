//! A buffer that its exporter holds still: as long as it is held, a `bytearray` cannot move.

use std::ffi::{CStr, c_int, c_void};
use std::mem::MaybeUninit;
use std::slice;

use pyo3::ffi;
use pyo3::prelude::*;

use crate::abi::*;
use crate::error::{Failure, Result};
use crate::release;
use crate::source::Kept;

/// A `Py_buffer` on the heap: exporters may keep pointers into it.
pub(crate) struct Held(*mut ffi::Py_buffer);

impl Held {
    /// The buffer of an object, with everything that it can say.
    ///
    /// # Errors
    /// What the exporter raises.
    pub(crate) fn of(object: &Bound<'_, PyAny>) -> Result<Held> {
        let view = Box::new(MaybeUninit::<ffi::Py_buffer>::uninit());
        let view: *mut ffi::Py_buffer = Box::into_raw(view).cast();
        // Nobody is asked for a writable buffer: the answer says whether it is one.
        // SAFETY: a live object, and room for a view.
        let answer = unsafe { ffi::PyObject_GetBuffer(object.as_ptr(), view, ffi::PyBUF_FULL_RO) };
        if answer == 0 {
            return Ok(Held(view));
        }
        // SAFETY: from the Box above, and not filled.
        drop(unsafe { Box::from_raw(view.cast::<MaybeUninit<ffi::Py_buffer>>()) });
        Err(Failure::Raised(PyErr::fetch(object.py())))
    }

    fn view(&self) -> &ffi::Py_buffer {
        // SAFETY: filled when this was made.
        unsafe { &*self.0 }
    }

    /// What the exporter says its elements are; unsigned bytes if it says nothing.
    pub(crate) fn format(&self) -> String {
        match self.view().format {
            format if format.is_null() => "B".into(),
            // SAFETY: NUL-terminated, as long as the view.
            format => unsafe { CStr::from_ptr(format) }.to_string_lossy().into_owned(),
        }
    }

    pub(crate) fn itemsize(&self) -> isize {
        self.view().itemsize
    }

    /// Address of the first element.
    pub(crate) fn data(&self) -> *mut c_void {
        self.view().buf
    }

    /// Bytes of all elements.
    pub(crate) fn size(&self) -> usize {
        self.view().len.unsigned_abs()
    }

    /// `TA_MEMORY_READ_ONLY` or 0.
    pub(crate) fn flags(&self) -> u64 {
        if self.view().readonly != 0 { TA_MEMORY_READ_ONLY } else { 0 }
    }

    pub(crate) fn shape(&self) -> &[i64] {
        self.extents(self.view().shape)
    }

    /// Distances between neighbours, in bytes.
    pub(crate) fn strides(&self) -> &[i64] {
        self.extents(self.view().strides)
    }

    fn extents(&self, given: *mut ffi::Py_ssize_t) -> &[i64] {
        match given.is_null() {
            true => &[],
            // SAFETY: as many as axes; the two integers are alike (see source::numpy::array).
            false => unsafe {
                slice::from_raw_parts(given.cast(), self.view().ndim.unsigned_abs() as usize)
            },
        }
    }

    /// Whether elements are reached through pointers.
    pub(crate) fn is_indirect(&self) -> bool {
        let suboffsets = self.extents(self.view().suboffsets);
        suboffsets.iter().any(|&offset| offset >= 0)
    }

    /// Whether the bytes stand one after another in C order.
    pub(crate) fn is_contiguous(&self) -> bool {
        // SAFETY: a filled view.
        unsafe { ffi::PyBuffer_IsContiguous(self.0, b'C'.cast_signed()) != 0 }
    }

    /// Writes all bytes to `target`, in C order.
    ///
    /// # Errors
    /// What the interpreter raises.
    ///
    /// # Safety
    /// `target` has room for [`Held::size`] bytes.
    pub(super) unsafe fn gather(&self, target: *mut c_void, py: Python<'_>) -> Result<()> {
        let (size, order) = (self.view().len, b'C'.cast_signed());
        // SAFETY: a filled view, and the caller vouches for the room.
        let answer: c_int = unsafe { ffi::PyBuffer_ToContiguous(target, self.0, size, order) };
        if answer == 0 { Ok(()) } else { Err(Failure::Raised(PyErr::fetch(py))) }
    }

    /// The `owner` of a source, with [`release`] as its `release`.
    pub(crate) fn owner(&self) -> *mut c_void {
        self.0.cast()
    }
}

/// Lets a buffer go, from any thread.
///
/// # Safety
/// `owner` is a held view that nobody else lets go.
pub(crate) unsafe extern "C" fn release(owner: *mut c_void) {
    release::attached(|| {
        let view: *mut ffi::Py_buffer = owner.cast();
        // SAFETY: attached; a filled view, let go once, by this function's contract.
        unsafe { ffi::PyBuffer_Release(view) };
        // SAFETY: from a Box in `Held::of`.
        drop(unsafe { Box::from_raw(view) });
    });
}

impl Kept for Held {
    fn taken(self: Box<Self>) {
        std::mem::forget(*self);
    }
}

impl Drop for Held {
    fn drop(&mut self) {
        // SAFETY: not taken, so still ours.
        unsafe { release(self.owner()) };
    }
}
