//! `__dlpack_c_exchange_api__`: DLPack between C libraries, without a Python call per tensor.

use std::alloc::{self, Layout};
use std::ffi::{CString, c_char, c_int, c_void};
use std::ptr::{self, NonNull};

use dlpark::ffi::{DLPackExchangeAPI, DLPackExchangeAPIHeader};
use pyo3::exceptions::PyTypeError;
use pyo3::ffi;
use pyo3::prelude::*;
use pyo3::types::PyType;

use crate::abi::*;
use crate::border;
use crate::c;
use crate::error::{Failure, Result, type_name};
use crate::export::dlpack::{Managed, as_refusal, refusal};
use crate::export::window;
use crate::options::Request;
use crate::tensor::{self, Handle, Tensor};

struct Table(DLPackExchangeAPI);

// SAFETY: never changed, and of functions that any thread may call.
unsafe impl Sync for Table {}

static TABLE: Table = Table(DLPackExchangeAPI {
    header: DLPackExchangeAPIHeader { version: DLPACK_VERSION, prev_api: ptr::null_mut() },
    managed_tensor_allocator: Some(allocate),
    managed_tensor_from_py_object_no_sync: Some(from_object),
    managed_tensor_to_py_object_no_sync: Some(to_object),
    dltensor_from_py_object_no_sync: Some(describe),
    current_work_stream: Some(current_work_stream),
});

/// Makes the table an attribute of the type.
pub(super) fn add_to(class: &Bound<'_, PyType>) -> Result<()> {
    let py = class.py();
    let table = (&raw const TABLE.0).cast_mut().cast();
    // SAFETY: attached; a table and a name that live for ever.
    let capsule = unsafe { ffi::PyCapsule_New(table, c"dlpack_exchange_api".as_ptr(), None) };
    // SAFETY: NULL with an exception, or a new reference.
    let capsule = unsafe { Bound::from_owned_ptr_or_err(py, capsule) }.map_err(Failure::Raised)?;
    // `setattr` is refused for a type that is not on the heap.
    // SAFETY: our own type, whose dict is its own.
    let dict = unsafe { (*class.as_type_ptr()).tp_dict };
    let name = c"__dlpack_c_exchange_api__".as_ptr();
    // SAFETY: attached; the dict of a type that is ready.
    if unsafe { ffi::PyDict_SetItemString(dict, name, capsule.as_ptr()) } != 0 {
        return Err(Failure::Raised(PyErr::fetch(py)));
    }
    // SAFETY: as above.
    unsafe { ffi::PyType_Modified(class.as_type_ptr()) };
    Ok(())
}

/// Lends an object's tensor.
///
/// # Safety
/// Called by a consumer by DLPack's rules: attached, with an object and room for a pointer.
unsafe extern "C" fn from_object(
    object: *mut c_void,
    out: *mut *mut DLManagedTensorVersioned,
) -> c_int {
    border::nothing(|py| {
        // SAFETY: passed on from this function's contract.
        let tensor = unsafe { receiver(py, object) }?;
        let lend = |err| {
            // SAFETY: a live handle; the consumer vouches for `out`.
            unsafe { c::ta_to_dlpack(tensor.handle(), ptr::null(), out, err) }
        };
        c::call(lend).map_err(as_refusal)?;
        Ok(())
    })
}

/// Describes an object's tensor without lending it.
///
/// # Safety
/// Called by a consumer by DLPack's rules: attached, with an object and room for a struct.
unsafe extern "C" fn describe(object: *mut c_void, out: *mut DLTensor) -> c_int {
    border::nothing(|py| {
        // SAFETY: passed on from this function's contract.
        let tensor = unsafe { receiver(py, object) }?;
        let info = tensor.info()?;
        if info.flags & TA_TENSOR_REQUIRES_GRAD != 0 {
            return Err(refusal("can't export a tensor that requires grad; detach it first"));
        }
        if info.flags & (TA_TENSOR_READ_ONLY | TA_TENSOR_SUBBYTE_PADDED) != 0 {
            let message =
                "a DLTensor cannot say that it is read-only or padded: take the managed one";
            return Err(refusal(message));
        }
        let mut managed = ptr::null_mut();
        let lend = |err| {
            // SAFETY: a live handle and a local.
            unsafe { c::ta_to_dlpack(tensor.handle(), ptr::null(), &raw mut managed, err) }
        };
        c::call(lend).map_err(as_refusal)?;
        // SAFETY: lent just now. Lent as it is, its shape and strides are those in the handle that are
        // for consumers, who may scribble on them.
        let description = unsafe { (*managed).dl_tensor };
        // SAFETY: lent above, and given back once.
        unsafe { <DLManagedTensorVersioned as Managed>::end(managed) };
        // SAFETY: the consumer vouches for it.
        unsafe { out.write(description) };
        Ok(())
    })
}

/// # Safety
/// `object` is a live object for `'a`.
unsafe fn receiver<'a, 'py>(py: Python<'py>, object: *mut c_void) -> Result<Tensor<'a, 'py>> {
    // SAFETY: passed on from this function's contract.
    let object = unsafe { Borrowed::<'a, 'py, PyAny>::from_ptr(py, object.cast()) };
    match tensor::of(&object) {
        // SAFETY: one of ours, and alive for `'a`.
        Some(_) => Ok(unsafe { Tensor::receiver(py, object.as_ptr()) }),
        None => {
            let message = format!("expected a tarray.Tensor, not {}", type_name(&object));
            Err(PyTypeError::new_err(message).into())
        }
    }
}

/// Makes an object of a tensor, which it takes. After a failure the tensor is still the
/// caller's: some consumers run its deleter then, and a leak is better than running it twice.
///
/// # Safety
/// Called by a consumer by DLPack's rules: attached, with a tensor and room for a pointer.
unsafe extern "C" fn to_object(
    managed: *mut DLManagedTensorVersioned,
    out: *mut *mut c_void,
) -> c_int {
    border::nothing(|py| {
        let value = ta_source_value { dlpack: managed };
        let handle = window::asarray(value, TA_SOURCE_DLPACK, &Request::default())?;
        // A share that is only given up once nothing can fail any more.
        // SAFETY: a live handle.
        let kept = unsafe { c::ta_retain(handle.as_ptr()) };
        let object = tensor::wrap(py, handle)?.into_ptr();
        // SAFETY: the share taken above.
        unsafe { c::ta_release(kept) };
        // SAFETY: the consumer vouches for it.
        unsafe { out.write(object.cast()) };
        Ok(())
    })
}

/// No work of this library is ever waiting on a stream: any device's default one will do.
///
/// # Safety
/// Called by a consumer by DLPack's rules, with room for a pointer.
unsafe extern "C" fn current_work_stream(
    _device_type: DLDeviceType,
    _device_id: i32,
    out: *mut *mut c_void,
) -> c_int {
    // SAFETY: the consumer vouches for it.
    unsafe { out.write(ptr::null_mut()) };
    0
}

type SetError = unsafe extern "C" fn(*mut c_void, *const c_char, *const c_char);

/// Makes a tensor of zeros like a prototype. Touches no Python object: the consumer need not be
/// attached.
///
/// # Safety
/// Called by a consumer by DLPack's rules, with a description and room for a pointer.
unsafe extern "C" fn allocate(
    prototype: *mut DLTensor,
    out: *mut *mut DLManagedTensorVersioned,
    error_ctx: *mut c_void,
    set_error: Option<SetError>,
) -> c_int {
    // SAFETY: the consumer vouches for it.
    let prototype = unsafe { &*prototype };
    // SAFETY: passed on from this function's contract.
    match unsafe { zeros(prototype) }.and_then(|handle| {
        // SAFETY: a live handle, and the consumer vouches for `out`.
        c::call(|err| unsafe { c::ta_to_dlpack(handle.as_ptr(), ptr::null(), out, err) })
    }) {
        Ok(()) => 0,
        Err(failure) => {
            // SAFETY: the consumer's own function and context.
            unsafe { report(failure, error_ctx, set_error) };
            -1
        }
    }
}

/// # Safety
/// `set_error` may be called with `error_ctx`.
unsafe fn report(failure: Failure, error_ctx: *mut c_void, set_error: Option<SetError>) {
    let (kind, message) = match failure {
        Failure::Status(TA_ERR_OUT_OF_MEMORY, message) => (c"MemoryError", message),
        Failure::Status(_, message) => (c"BufferError", message),
        Failure::Raised(_) => (c"RuntimeError", "an allocator must not run Python code".into()),
    };
    let message = CString::new(message).unwrap_or_default();
    if let Some(set_error) = set_error {
        // SAFETY: passed on from this function's contract; two strings.
        unsafe { set_error(error_ctx, kind.as_ptr(), message.as_ptr()) };
    }
}

/// # Safety
/// `prototype` has `ndim` extents.
unsafe fn zeros(prototype: &DLTensor) -> Result<Handle> {
    let device = ta_device::from(prototype.device);
    if device.device_type != TA_DEVICE_CPU {
        return Err(refusal("memory of devices other than the CPU cannot be allocated here"));
    }
    let dtype = ta_dtype::from(prototype.dtype);
    let ndim = usize::try_from(prototype.ndim).unwrap_or(0);
    if ndim > 0 && prototype.shape.is_null() {
        return Err(refusal("the prototype has axes but no shape"));
    }
    let shape: &[i64] = match ndim {
        0 => &[],
        // SAFETY: that many extents, by this function's contract.
        _ => unsafe { std::slice::from_raw_parts(prototype.shape, ndim) },
    };
    let block = Block::of(bytes(dtype, shape)?)?;
    let memory = ta_memory {
        data: block.data.as_ptr().cast(),
        shape: shape.as_ptr(),
        strides_bytes: ptr::null(),
        dtype,
        device,
        ndim: prototype.ndim,
        flags: 0,
        byte_offset: 0,
        stream: 0,
        reserved: [0; 2],
        owner: Box::into_raw(Box::new(block)).cast(),
        release: Some(free),
    };
    let mut request = Request::default();
    request.options.copy = TA_COPY_NEVER;
    let made = window::asarray(ta_source_value { memory }, TA_SOURCE_MEMORY, &request);
    if made.is_err() {
        // SAFETY: the library has not taken it.
        unsafe { free(memory.owner) };
    }
    made
}

/// Bytes of so many elements, packed if they are smaller than a byte.
fn bytes(dtype: ta_dtype, shape: &[i64]) -> Result<usize> {
    let bits = i128::from(dtype.bits) * i128::from(dtype.lanes);
    let bits = shape.iter().try_fold(bits, |bits, &extent| bits.checked_mul(extent.into()));
    let bytes = bits.filter(|bits| *bits >= 0).map(|bits| (bits + 7) / 8);
    let too_large = || Failure::Status(TA_ERR_LAYOUT, "no memory has such a shape".into());
    bytes.and_then(|bytes| usize::try_from(bytes).ok()).ok_or_else(too_large)
}

/// Memory of zeros.
struct Block {
    data: NonNull<u8>,
    layout: Layout,
}

impl Block {
    fn of(bytes: usize) -> Result<Block> {
        let failure =
            || Failure::Status(TA_ERR_OUT_OF_MEMORY, format!("can't allocate {bytes} bytes"));
        let layout = Layout::from_size_align(bytes.max(1), 64).map_err(|_| failure())?;
        // SAFETY: not of size zero.
        let data = unsafe { alloc::alloc_zeroed(layout) };
        Ok(Block { data: NonNull::new(data).ok_or_else(failure)?, layout })
    }
}

/// # Safety
/// `owner` is a boxed [`Block`] that nobody uses any more.
unsafe extern "C" fn free(owner: *mut c_void) {
    // SAFETY: passed on from this function's contract.
    let block = unsafe { Box::from_raw(owner.cast::<Block>()) };
    // SAFETY: allocated with this layout.
    unsafe { alloc::dealloc(block.data.as_ptr(), block.layout) };
}
