//! `frombuffer`: a tensor over a buffer, by a dtype or by the buffer's own format and shape.

use std::ffi::CStr;

use pyo3::ffi;
use pyo3::prelude::*;

use crate::abi::*;
use crate::arguments::{Arguments, Signature};
use crate::asarray;
use crate::border;
use crate::dtype;
use crate::error::{Failure, Result, type_name};
use crate::options::{Request, some};
use crate::source::Seen;
use crate::source::buffer::format::{self, Format};
use crate::source::buffer::{self, Held};

pub(super) const DOC: &CStr = c"frombuffer(obj, *, dtype=None, count=-1, offset=0, requires_grad=False)
--

Makes a tensor that shares the memory of an object with the buffer protocol: never copies.

With a dtype the bytes are read as that, 1-D. Without one, dtype and shape are the buffer's own
(1-D if a count or an offset is given). `count` is in elements, -1 for all that follow; `offset` is in
bytes. The tensor is read-only if the buffer is, and the buffer stays locked as long as the
tensor or a view of it lives: a bytearray cannot be resized.

Raises TypeError for an object without a buffer, ValueError for a count or an offset outside it, for
bytes that are no multiple of the element and for a format that is no dtype, and RequestError
where memory cannot be shared: foreign byte order, bytes that are not contiguous.

>>> import array, tarray
>>> tarray.frombuffer(array.array('i', [1, 2, 3]))
tensor([1, 2, 3], dtype=tarray.int32)
>>> tarray.frombuffer(b'\\x00\\x01\\x02', dtype=tarray.uint8, offset=1)
tensor([1, 2], dtype=tarray.uint8)";

/// # Safety
/// Called by the interpreter as `METH_FASTCALL | METH_KEYWORDS`.
pub(super) unsafe extern "C" fn frombuffer(
    _module: *mut ffi::PyObject,
    values: *const *mut ffi::PyObject,
    count: ffi::Py_ssize_t,
    names: *mut ffi::PyObject,
) -> *mut ffi::PyObject {
    static SIGNATURE: Signature<5> =
        Signature::new("frombuffer", ["obj", "dtype", "count", "offset", "requires_grad"], 1, 1);
    border::object(|py| {
        // SAFETY: passed on from the interpreter.
        let given = SIGNATURE.parse(unsafe { Arguments::new(py, values, count, names) })?;
        let [Some(object), dtype, count, offset, requires_grad] = given else {
            unreachable!("the signature demands the object")
        };
        let window = Window {
            count: count.map_or(Ok(-1), |count| count.extract())?,
            offset: offset.map_or(Ok(0), |offset| offset.extract())?,
        };
        let mut request = Request::default();
        request.options.copy = TA_COPY_NEVER;
        request.requires_grad(requires_grad)?;
        let held = hold(&object)?;
        match some(dtype) {
            Some(_) => request.dtype(dtype)?,
            None if window == WHOLE => {
                return asarray::make(&object, &request, |_, _| elements(held));
            }
            None => request.options.dtype = native(&held)?,
        }
        let wanted = request.options.dtype;
        asarray::make(&object, &request, |object, _| bytes(object, held, window, wanted))
    })
}

/// Which part of the bytes.
#[derive(Clone, Copy, PartialEq)]
struct Window {
    /// Elements, or less than 0 for all that follow.
    count: i64,
    /// Bytes before the first.
    offset: i64,
}

const WHOLE: Window = Window { count: -1, offset: 0 };

fn hold(object: &Bound<'_, PyAny>) -> Result<Held> {
    if !buffer::is_buffer(object) {
        let class = type_name(object);
        return Err(Failure::kind(format!("{class} does not implement the buffer protocol")));
    }
    Held::of(object)
}

/// What the buffer's format says.
fn stated(held: &Held) -> Result<Format> {
    let text = held.format();
    let fits = |found: &Format| dtype::itemsize(found.dtype) as isize == held.itemsize();
    format::parse(&text).filter(fits).ok_or_else(|| {
        Failure::value(format!("no dtype is like the buffer's format {text:?}: give a dtype"))
    })
}

/// What the buffer's format says, in native order.
fn native(held: &Held) -> Result<ta_dtype> {
    let found = stated(held)?;
    if found.swapped && found.dtype.bits > 8 {
        let text = held.format();
        let message = format!("can't alias a buffer in foreign byte order: its format is {text:?}");
        return Err(Failure::Status(TA_ERR_CANNOT_ALIAS, message));
    }
    Ok(found.dtype)
}

/// The elements that a buffer says it has, in its own shape.
fn elements<'a>(held: Held) -> Result<Seen<'a>> {
    let dtype = native(&held)?;
    if held.is_indirect() {
        return Err(Failure::Status(
            TA_ERR_CANNOT_ALIAS,
            "can't alias a buffer whose elements are reached through pointers".into(),
        ));
    }
    let (shape, strides) = (&raw const *held.shape(), &raw const *held.strides());
    buffer::elements(held, dtype, shape, strides, 0)
}

/// Part of the bytes of a buffer, for elements of a dtype.
fn bytes<'a>(
    object: &Bound<'a, PyAny>,
    held: Held,
    window: Window,
    dtype: ta_dtype,
) -> Result<Seen<'a>> {
    if !held.is_contiguous() {
        return Err(buffer::refusal(object));
    }
    let (size, offset) = (held.size(), window.offset);
    let start = usize::try_from(offset).ok().filter(|start| *start <= size).ok_or_else(|| {
        Failure::value(format!("offset {offset} is outside the buffer of {size} bytes"))
    })?;
    let length = length(size - start, window.count, dtype)?;
    let mut seen = buffer::bytes(held);
    // SAFETY: the member that `bytes` fills.
    let whole = unsafe { seen.source.value.buffer };
    let data = whole.data.wrapping_byte_add(start);
    seen.source.value.buffer = ta_buffer { data, size_bytes: length, ..whole };
    Ok(seen)
}

/// Bytes of `count` elements, of which there must be as many.
fn length(rest: usize, count: i64, dtype: ta_dtype) -> Result<usize> {
    let Ok(count) = u64::try_from(count) else { return Ok(rest) };
    let bits = u128::from(count) * u128::from(dtype.bits) * u128::from(dtype.lanes);
    if bits % 8 != 0 {
        return Err(Failure::value(format!("{count} elements end inside a byte")));
    }
    match usize::try_from(bits / 8) {
        Ok(length) if length <= rest => Ok(length),
        _ => Err(Failure::value(format!(
            "{count} elements of {} do not fit {rest} bytes",
            dtype::name(dtype)
        ))),
    }
}
