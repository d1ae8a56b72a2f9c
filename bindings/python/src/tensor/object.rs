//! The object's layout, its life, and how Rust code sees it.

use std::ffi::c_int;
use std::marker::PhantomData;
use std::mem::MaybeUninit;
use std::ptr::{self, NonNull};
use std::sync::atomic::{AtomicPtr, Ordering};

use pyo3::ffi;
use pyo3::prelude::*;

use crate::abi::*;
use crate::c;
use crate::error::{Failure, Result};
use crate::release;
use crate::tensor::handle::Handle;

/// What a `tarray.Tensor` is in memory.
#[repr(C)]
pub(super) struct TensorObject {
    base: ffi::PyObject,
    handle: *mut ta_tensor,
    pub(super) weakrefs: *mut ffi::PyObject,
}

/// The type, once the module is there.
static TYPE: AtomicPtr<ffi::PyTypeObject> = AtomicPtr::new(ptr::null_mut());

/// The type object; NULL before [`super::add_to`] has run.
#[inline]
pub(super) fn class() -> *mut ffi::PyTypeObject {
    TYPE.load(Ordering::Acquire)
}

/// Makes `class` the type of all tensors.
pub(super) fn set_class(class: *mut ffi::PyTypeObject) {
    TYPE.store(class, Ordering::Release);
}

/// A borrowed `tarray.Tensor`.
#[derive(Clone, Copy)]
pub(crate) struct Tensor<'a, 'py> {
    object: Borrowed<'a, 'py, PyAny>,
    marker: PhantomData<&'a ta_tensor>,
}

/// The object as a tensor, if it is one.
#[inline]
pub(crate) fn of<'a, 'py>(object: &'a Bound<'py, PyAny>) -> Option<Tensor<'a, 'py>> {
    // The type is final, so there are no subclasses to look for.
    // SAFETY: a live object.
    let is_tensor = unsafe { ffi::Py_TYPE(object.as_ptr()) } == class();
    is_tensor.then(|| Tensor { object: object.as_borrowed(), marker: PhantomData })
}

impl<'a, 'py> Tensor<'a, 'py> {
    /// The receiver of a method or slot.
    ///
    /// # Safety
    /// `object` is a live `tarray.Tensor`, alive for `'a`.
    #[inline]
    pub(crate) unsafe fn receiver(py: Python<'py>, object: *mut ffi::PyObject) -> Tensor<'a, 'py> {
        // SAFETY: passed on from this function's contract.
        let object = unsafe { Borrowed::from_ptr(py, object) };
        Tensor { object, marker: PhantomData }
    }

    pub(crate) fn py(self) -> Python<'py> {
        self.object.py()
    }

    /// The Python object.
    pub(crate) fn object(self) -> Borrowed<'a, 'py, PyAny> {
        self.object
    }

    /// The library's handle: live as long as the object is.
    #[inline]
    pub(crate) fn handle(self) -> *mut ta_tensor {
        // SAFETY: of this layout, by what makes a `Tensor`.
        unsafe { (*self.object.as_ptr().cast::<TensorObject>()).handle }
    }

    /// Everything that the library says about it.
    pub(crate) fn info(self) -> Result<ta_info> {
        let mut info = MaybeUninit::<ta_info>::uninit();
        // SAFETY: the size comes first, and there is room for it.
        unsafe { info.as_mut_ptr().cast::<usize>().write(size_of::<ta_info>()) };
        // SAFETY: a live handle, and a struct of that size.
        c::call(|err| unsafe { c::ta_describe(self.handle(), info.as_mut_ptr(), err) })?;
        // SAFETY: filled by the library.
        Ok(unsafe { info.assume_init() })
    }

    /// Extents, in elements.
    pub(crate) fn shape(self) -> &'a [i64] {
        // SAFETY: a live handle.
        let shape = unsafe { c::ta_shape(self.handle()) };
        // SAFETY: not NULL for a live handle; as long as the handle.
        unsafe { std::slice::from_raw_parts(shape, self.ndim()) }
    }

    /// Distances between neighbours, in elements.
    pub(crate) fn strides(self) -> &'a [i64] {
        // SAFETY: a live handle.
        let strides = unsafe { c::ta_strides(self.handle()) };
        // SAFETY: not NULL for a live handle; as long as the handle.
        unsafe { std::slice::from_raw_parts(strides, self.ndim()) }
    }

    /// Number of axes.
    pub(crate) fn ndim(self) -> usize {
        // SAFETY: a live handle.
        unsafe { c::ta_ndim(self.handle()) }.unsigned_abs() as usize
    }

    /// Number of elements.
    pub(crate) fn numel(self) -> i64 {
        // SAFETY: a live handle.
        unsafe { c::ta_numel(self.handle()) }
    }

    /// What the elements are.
    pub(crate) fn dtype(self) -> ta_dtype {
        // SAFETY: a live handle.
        unsafe { c::ta_dtype_of(self.handle()) }
    }

    /// Where the memory is.
    pub(crate) fn device(self) -> ta_device {
        // SAFETY: a live handle.
        unsafe { c::ta_device_of(self.handle()) }
    }
}

/// A new Python object for a handle.
///
/// # Errors
/// `MemoryError`; the share is then given up.
#[inline]
pub(crate) fn wrap(py: Python<'_>, handle: Handle) -> Result<Bound<'_, PyAny>> {
    let Some(object) = spare::take().or_else(allocate) else {
        return Err(Failure::Raised(PyErr::fetch(py)));
    };
    // SAFETY: room for a TensorObject, and nobody else knows of it.
    unsafe { ffi::PyObject_Init(object.as_ptr().cast(), class()) };
    // SAFETY: as above.
    unsafe { (*object.as_ptr()).handle = handle.into_raw() };
    // SAFETY: as above.
    unsafe { (*object.as_ptr()).weakrefs = ptr::null_mut() };
    // SAFETY: a whole object, and the reference that PyObject_Init has given it.
    Ok(unsafe { Bound::from_owned_ptr(py, object.as_ptr().cast()) })
}

fn allocate() -> Option<NonNull<TensorObject>> {
    // SAFETY: attached, as every caller of `wrap` is.
    let memory = unsafe { ffi::PyObject_Malloc(size_of::<TensorObject>()) };
    if memory.is_null() {
        // SAFETY: as above.
        unsafe { ffi::PyErr_NoMemory() };
    }
    NonNull::new(memory.cast())
}

/// Ends an object's life.
///
/// # Safety
/// Called by the interpreter as `tp_dealloc`.
pub(super) unsafe extern "C" fn dealloc(object: *mut ffi::PyObject) {
    let tensor: *mut TensorObject = object.cast();
    // SAFETY: an object of this layout, seen by nobody else any more.
    if !unsafe { (*tensor).weakrefs }.is_null() {
        // SAFETY: as above.
        unsafe { ffi::PyObject_ClearWeakRefs(object) };
    }
    // SAFETY: as above.
    let handle = unsafe { (*tensor).handle };
    // A deleter of a DLPack producer may run Python code, which an exception on its way confuses.
    // SAFETY: the object's own share, given up once.
    release::keeping_exception(|| unsafe { c::ta_release(handle) });
    if !spare::put(tensor) {
        // SAFETY: from PyObject_Malloc.
        unsafe { ffi::PyObject_Free(object.cast()) };
    }
}

/// Memory of dead objects, for the next ones: half of what an object costs is its allocation.
#[cfg(not(Py_GIL_DISABLED))]
mod spare {
    use std::cell::UnsafeCell;
    use std::ptr::NonNull;

    use super::TensorObject;

    const ROOM: usize = 32;

    struct Stack {
        objects: [*mut TensorObject; ROOM],
        count: usize,
    }

    struct Guarded(UnsafeCell<Stack>);

    // SAFETY: only touched by threads that hold the GIL.
    unsafe impl Sync for Guarded {}

    static STACK: Guarded =
        Guarded(UnsafeCell::new(Stack { objects: [std::ptr::null_mut(); ROOM], count: 0 }));

    #[inline]
    pub(super) fn take() -> Option<NonNull<TensorObject>> {
        // SAFETY: `wrap` holds the GIL, and nothing below calls out.
        let stack = unsafe { &mut *STACK.0.get() };
        stack.count = stack.count.checked_sub(1)?;
        NonNull::new(stack.objects[stack.count])
    }

    #[inline]
    pub(super) fn put(object: *mut TensorObject) -> bool {
        // SAFETY: `dealloc` holds the GIL, and nothing below calls out.
        let stack = unsafe { &mut *STACK.0.get() };
        let Some(place) = stack.objects.get_mut(stack.count) else { return false };
        *place = object;
        stack.count += 1;
        true
    }
}

/// Without a GIL the interpreter's own allocator has a heap per thread: it is the better list.
#[cfg(Py_GIL_DISABLED)]
mod spare {
    use std::ptr::NonNull;

    use super::TensorObject;

    pub(super) fn take() -> Option<NonNull<TensorObject>> {
        None
    }

    pub(super) fn put(_object: *mut TensorObject) -> bool {
        false
    }
}

/// Where the list of weak references is, for the type.
pub(super) const WEAKREFS: ffi::Py_ssize_t =
    std::mem::offset_of!(TensorObject, weakrefs) as ffi::Py_ssize_t;

/// Bytes of an object, for the type.
pub(super) const SIZE: ffi::Py_ssize_t = size_of::<TensorObject>() as ffi::Py_ssize_t;

/// Readies a type.
///
/// # Errors
/// What the interpreter says.
pub(super) fn ready(py: Python<'_>, class: *mut ffi::PyTypeObject) -> Result<()> {
    // SAFETY: a type object that is filled in and lives for ever.
    let answer: c_int = unsafe { ffi::PyType_Ready(class) };
    if answer == 0 { Ok(()) } else { Err(Failure::Raised(PyErr::fetch(py))) }
}
