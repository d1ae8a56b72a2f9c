//! `__array_interface__`, `__array_struct__`, then `__array__`: arrays that are not NumPy's.

use std::ffi::{c_char, c_int, c_void};
use std::ptr;

use pyo3::exceptions::PyTypeError;
use pyo3::ffi;
use pyo3::intern;
use pyo3::prelude::*;
use pyo3::types::{PyDict, PyTuple};

use crate::abi::*;
use crate::c;
use crate::device;
use crate::dtype;
use crate::error::{Failure, Result, type_name};
use crate::options::Request;
use crate::release;
use crate::source::buffer::{self, Held};
use crate::source::interface::Interface;
use crate::source::numpy::{self, loaded};
use crate::source::{Kept, Loan, Reference, Seen, attribute};

pub(super) fn look<'a>(
    object: &Bound<'a, PyAny>,
    request: &'a Request,
) -> Result<Option<Seen<'a>>> {
    let py = object.py();
    if let Some(given) = attribute::of(object, intern!(py, "__array_interface__"))? {
        request.check_accepts(TA_ORIGIN_ARRAY_INTERFACE)?;
        return of_dict(object, &given).map(Some);
    }
    if let Some(given) = attribute::of(object, intern!(py, "__array_struct__"))? {
        request.check_accepts(TA_ORIGIN_ARRAY_INTERFACE)?;
        return of_struct(object, &given).map(Some);
    }
    let Some(method) = attribute::of(object, intern!(py, "__array__"))? else { return Ok(None) };
    request.check_accepts(TA_ORIGIN_ARRAY_INTERFACE)?;
    of_method(object, &method, request).map(Some)
}

/// Memory at an address, with extents that are read during the call.
pub(super) struct Described {
    pub(super) data: *mut c_void,
    pub(super) dtype: ta_dtype,
    pub(super) flags: u64,
    pub(super) shape: Vec<i64>,
    pub(super) strides_bytes: Option<Vec<i64>>,
    /// Unset: the CPU.
    pub(super) device: ta_device,
    /// The stream on which it was written; 0 for none.
    pub(super) stream: i64,
    /// `TA_ORIGIN_…`.
    pub(super) origin: i32,
}

impl Described {
    /// The source, for an owner.
    pub(super) fn seen<'a>(
        self,
        owner: *mut c_void,
        release: unsafe extern "C" fn(*mut c_void),
        loan: Loan<'a>,
    ) -> Result<Seen<'a>> {
        let memory = ta_memory {
            data: self.data,
            shape: self.shape.as_ptr(),
            strides_bytes: self.strides_bytes.as_ref().map_or(ptr::null(), |given| given.as_ptr()),
            dtype: self.dtype,
            device: self.device,
            ndim: c_int::try_from(self.shape.len()).map_err(|_| Failure::value("too many axes"))?,
            flags: self.flags,
            byte_offset: 0,
            stream: self.stream,
            reserved: [0; 2],
            owner,
            release: Some(release),
        };
        let value = ta_source_value { memory };
        let source = c::source(TA_SOURCE_MEMORY, self.origin, value);
        let loan = Loan::Kept(Box::new(Lent { loan, _extents: (self.shape, self.strides_bytes) }));
        Ok(Seen { source, loan })
    }
}

/// A loan and the extents of its memory, which only the call needs.
struct Lent<'a> {
    loan: Loan<'a>,
    _extents: (Vec<i64>, Option<Vec<i64>>),
}

impl Kept for Lent<'_> {
    fn taken(self: Box<Self>) {
        self.loan.taken();
    }
}

/// Both an object and what it gave: either may be what keeps the memory.
pub(super) fn keep_both<'a>(
    object: &Bound<'a, PyAny>,
    given: &Bound<'a, PyAny>,
) -> Result<Reference> {
    Ok(Reference::of(PyTuple::new(object.py(), [object, given])?.into_any()))
}

fn of_dict<'a>(object: &Bound<'a, PyAny>, given: &Bound<'a, PyAny>) -> Result<Seen<'a>> {
    let interface = Interface::of(given, "__array_interface__")?;
    if let Some((address, read_only)) = interface.pointer()? {
        let read_only = if read_only { TA_MEMORY_READ_ONLY } else { 0 };
        let described = Described {
            data: ptr::with_exposed_provenance_mut(address),
            dtype: interface.dtype,
            flags: interface.swapped | read_only,
            shape: interface.shape,
            strides_bytes: interface.strides_bytes,
            device: device::UNSET,
            stream: 0,
            origin: TA_ORIGIN_ARRAY_INTERFACE,
        };
        let reference = keep_both(object, given)?;
        let owner = reference.owner();
        return described.seen(owner, release::object, Loan::Object(reference));
    }
    of_dict_with_buffer(object, interface)
}

/// A dict whose memory is a buffer: that of `data`, or of the object itself.
fn of_dict_with_buffer<'a>(
    object: &Bound<'a, PyAny>,
    interface: Interface<'a>,
) -> Result<Seen<'a>> {
    let exporter = interface.data.as_ref().unwrap_or(object);
    if !buffer::is_buffer(exporter) {
        return Err(interface.not_a_pair());
    }
    let held = Held::of(exporter)?;
    if !held.is_contiguous() {
        return Err(buffer::refusal(exporter));
    }
    let offset = interface.offset()?;
    check_inside(&interface, offset, held.size())?;
    let described = Described {
        data: held.data().wrapping_byte_add(offset),
        dtype: interface.dtype,
        flags: interface.swapped | held.flags(),
        shape: interface.shape,
        strides_bytes: interface.strides_bytes,
        device: device::UNSET,
        stream: 0,
        origin: TA_ORIGIN_ARRAY_INTERFACE,
    };
    let owner = held.owner();
    described.seen(owner, buffer::release, Loan::Kept(Box::new(held)))
}

/// That every element lies within the buffer.
fn check_inside(interface: &Interface<'_>, offset: usize, size: usize) -> Result<()> {
    let shape = &interface.shape;
    if shape.contains(&0) {
        return Ok(());
    }
    let itemsize = dtype::itemsize(interface.dtype) as i128;
    let (mut low, mut high, mut compact) = (offset as i128, offset as i128 + itemsize, itemsize);
    for axis in (0..shape.len()).rev() {
        let step = match &interface.strides_bytes {
            Some(strides) => i128::from(strides[axis]),
            None => compact,
        };
        let reach = step.saturating_mul(i128::from(shape[axis]) - 1);
        low = low.saturating_add(reach.min(0));
        high = high.saturating_add(reach.max(0));
        compact = compact.saturating_mul(i128::from(shape[axis]));
    }
    if low >= 0 && high <= size as i128 {
        return Ok(());
    }
    let message = format!("__array_interface__ reaches outside its buffer of {size} bytes");
    Err(Failure::value(message))
}

/// `PyArrayInterface`, NumPy's published struct.
#[repr(C)]
struct Struct {
    two: c_int,
    ndim: c_int,
    kind: c_char,
    itemsize: c_int,
    flags: c_int,
    shape: *const isize,
    strides_bytes: *const isize,
    data: *mut c_void,
}

const NOT_SWAPPED: c_int = 0x0200;
const WRITEABLE: c_int = 0x0400;

fn of_struct<'a>(object: &Bound<'a, PyAny>, given: &Bound<'a, PyAny>) -> Result<Seen<'a>> {
    let invalid = || Failure::kind("__array_struct__ must be a capsule of a PyArrayInterface");
    // SAFETY: a live object; anything but a capsule without a name is not valid.
    if unsafe { ffi::PyCapsule_IsValid(given.as_ptr(), ptr::null()) } == 0 {
        return Err(invalid());
    }
    // SAFETY: a capsule without a name.
    let pointer = unsafe { ffi::PyCapsule_GetPointer(given.as_ptr(), ptr::null()) };
    // SAFETY: a PyArrayInterface, by what the attribute means; alive as the capsule is.
    let it = unsafe { &*pointer.cast::<Struct>() };
    let ndim = usize::try_from(it.ndim).map_err(|_| invalid())?;
    if it.two != 2 || (ndim != 0 && it.shape.is_null()) {
        return Err(invalid());
    }
    if it.ndim > TA_MAX_NDIM {
        let message = format!("no tensor has {ndim} axes, as __array_struct__ says");
        return Err(Failure::value(message));
    }
    let kind = char::from(it.kind.cast_unsigned());
    let size = usize::try_from(it.itemsize).map_err(|_| invalid())?;
    let Some(dtype) = dtype::by_kind(kind, size) else {
        return Err(Failure::kind(format!(
            "no tensor has elements of kind {kind:?}, {size} bytes"
        )));
    };
    let extents = |given: *const isize| match ndim {
        0 => Vec::new(),
        // SAFETY: as many as axes; the two integers are alike (see source::numpy::array).
        _ => unsafe { std::slice::from_raw_parts(given.cast::<i64>(), ndim) }.to_vec(),
    };
    let swapped = if it.flags & NOT_SWAPPED == 0 { TA_MEMORY_BYTE_SWAPPED } else { 0 };
    let read_only = if it.flags & WRITEABLE == 0 { TA_MEMORY_READ_ONLY } else { 0 };
    let described = Described {
        data: it.data,
        dtype,
        flags: swapped | read_only,
        shape: extents(it.shape),
        strides_bytes: (!it.strides_bytes.is_null()).then(|| extents(it.strides_bytes)),
        device: device::UNSET,
        stream: 0,
        origin: TA_ORIGIN_ARRAY_INTERFACE,
    };
    let reference = keep_both(object, given)?;
    let owner = reference.owner();
    described.seen(owner, release::object, Loan::Object(reference))
}

fn of_method<'a>(
    object: &Bound<'a, PyAny>,
    method: &Bound<'a, PyAny>,
    request: &Request,
) -> Result<Seen<'a>> {
    let py = object.py();
    let array = match request.options.copy {
        TA_COPY_NEVER => {
            let keywords = PyDict::new(py);
            keywords.set_item(intern!(py, "copy"), false)?;
            method.call((), Some(&keywords)).map_err(|raised| unsure(object, raised))?
        }
        _ => method.call0()?,
    };
    match loaded::types(py)? {
        Some(numpy) if numpy.is_array(&array) => {
            let is_fresh = numpy::array::is_sole_owner(&array);
            let seen = numpy::array::described(&array, TA_ORIGIN_ARRAY_INTERFACE)?;
            Ok(if is_fresh { seen.made(TA_REASON_PRODUCER) } else { seen })
        }
        _ => {
            let (class, given) = (type_name(object), type_name(&array));
            Err(Failure::kind(format!("__array__ of {class} gave {given}, not an array")))
        }
    }
}

/// Without the keyword there is no telling whether the array shares the object's memory.
#[cold]
fn unsure(object: &Bound<'_, PyAny>, raised: PyErr) -> Failure {
    if !raised.is_instance_of::<PyTypeError>(object.py()) {
        return Failure::Raised(raised);
    }
    let class = type_name(object);
    let message = format!("can't alias what __array__ of {class} gives: it takes no copy=False");
    Failure::Status(TA_ERR_CANNOT_ALIAS, message)
}
