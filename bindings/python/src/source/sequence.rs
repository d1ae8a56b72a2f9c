//! Sequences of anything, at any depth: read by the library through callbacks, not copied first.

use std::ffi::c_void;
use std::panic::{AssertUnwindSafe, catch_unwind};

use pyo3::ffi;
use pyo3::prelude::*;
use pyo3::types::{PyDict, PyList, PyTuple};

use crate::abi::*;
use crate::c;
use crate::error::{Failure, Result, type_name};
use crate::options::Request;
use crate::source::{self, Kept, Seen, numpy, scalar};
use crate::tensor::Handle;

/// Looks at any sequence.
pub(super) fn look<'a>(
    object: &Bound<'a, PyAny>,
    request: &'a Request,
) -> Result<Option<Seen<'a>>> {
    let items = match items(object, request)? {
        Some(items) => items,
        None => return Ok(None),
    };
    let mut reader = Box::new(Reader::of(items, request));
    let source = reader.source();
    Ok(Some(Seen { source, loan: source::Loan::Kept(reader) }))
}

/// The tensor of a list or tuple, if the object is one.
#[inline]
pub(crate) fn make(object: &Bound<'_, PyAny>, request: &Request) -> Option<Result<Handle>> {
    let mut reader = Reader::of(Items::plain(object)?, request);
    let made = source::make(&reader.source(), request);
    Some(made.map_err(|failure| request.raised.take().map_or(failure, Failure::Raised)))
}

/// The items of a sequence: the list or tuple that it is, or a list of what iterating gives.
fn items<'a>(object: &Bound<'a, PyAny>, request: &Request) -> Result<Option<Items<'a>>> {
    if let Ok(list) = object.cast::<PyList>() {
        return Ok(Some(Items::List(list.clone())));
    }
    if let Ok(tuple) = object.cast::<PyTuple>() {
        return Ok(Some(Items::Tuple(tuple.clone())));
    }
    // SAFETY: a live object.
    if unsafe { ffi::PySequence_Check(object.as_ptr()) } == 0 || is_text_or_mapping(object)? {
        return Ok(None);
    }
    request.check_accepts(TA_ORIGIN_SEQUENCE)?;
    // Iterators and classes have items but no length: they are not sequences.
    let length = object.len()?;
    let list = PyList::empty(object.py());
    for item in object.try_iter()? {
        list.append(item?)?;
        if list.len() > length {
            break;
        }
    }
    if list.len() != length {
        let class = type_name(object);
        let message = format!("a {class} of length {length} does not give as many items");
        return Err(Failure::Status(TA_ERR_RAGGED, message));
    }
    Ok(Some(Items::List(list)))
}

/// What looks like a sequence to C and is none to people.
fn is_text_or_mapping(object: &Bound<'_, PyAny>) -> Result<bool> {
    if object.is_instance_of::<pyo3::types::PyString>() || object.is_instance_of::<PyDict>() {
        return Ok(true);
    }
    Ok(object.cast::<pyo3::types::PyMapping>().is_ok())
}

enum Items<'a> {
    List(Bound<'a, PyList>),
    Tuple(Bound<'a, PyTuple>),
}

/// Whether an object is a list or tuple, and not of a subclass.
#[inline]
pub(crate) fn is_plain(object: &Bound<'_, PyAny>) -> bool {
    object.is_exact_instance_of::<PyList>() || object.is_exact_instance_of::<PyTuple>()
}

impl<'a> Items<'a> {
    /// Those of a list or tuple, if the object is one and not of a subclass.
    #[inline]
    fn plain(object: &Bound<'a, PyAny>) -> Option<Items<'a>> {
        if let Ok(list) = object.cast_exact::<PyList>() {
            return Some(Items::List(list.clone()));
        }
        object.cast_exact::<PyTuple>().ok().map(|tuple| Items::Tuple(tuple.clone()))
    }

    #[inline]
    fn len(&self) -> usize {
        match self {
            Items::List(list) => list.len(),
            Items::Tuple(tuple) => tuple.len(),
        }
    }

    /// The plain number that item `index` is, which is below the length.
    #[cfg(not(Py_GIL_DISABLED))]
    #[inline(always)]
    fn number(&self, index: usize) -> Option<ta_scalar> {
        let index = index.cast_signed();
        let (py, item) = match self {
            // SAFETY: a list, and the caller has just looked at its length.
            Items::List(list) => (list.py(), unsafe { ffi::PyList_GET_ITEM(list.as_ptr(), index) }),
            Items::Tuple(tuple) => {
                // SAFETY: a tuple, and the caller has looked at its length.
                (tuple.py(), unsafe { ffi::PyTuple_GET_ITEM(tuple.as_ptr(), index) })
            }
        };
        // SAFETY: alive: reading a plain number runs no code that could take it away.
        let item: Borrowed<'_, '_, PyAny> = unsafe { Borrowed::from_ptr(py, item) };
        scalar::plain(&item)
    }

    /// Without a GIL an item may go while it is read, so it is held.
    #[cfg(Py_GIL_DISABLED)]
    fn number(&self, index: usize) -> Option<ta_scalar> {
        self.get(index).ok().and_then(|item| scalar::plain(&item))
    }

    /// Fails if a list has become shorter meanwhile.
    #[inline]
    fn get(&self, index: usize) -> PyResult<Bound<'a, PyAny>> {
        match self {
            Items::List(list) => list.get_item(index),
            Items::Tuple(tuple) => tuple.get_item(index),
        }
    }
}

/// One sequence while the library walks it.
struct Reader<'a> {
    items: Items<'a>,
    request: &'a Request,
    /// What the library looks at, which lives until the next call.
    shown: Shown<'a>,
    /// The reader of the last item that was a list or tuple: it will do for the next.
    inner: Option<Box<Reader<'a>>>,
}

/// What an item lends.
enum Shown<'a> {
    /// Nothing, or what the inner reader holds.
    Nothing,
    /// All is the object's.
    Object(#[allow(dead_code)] Bound<'a, PyAny>),
    /// What a look at the object has found.
    Seen(#[allow(dead_code)] Box<(Seen<'a>, Bound<'a, PyAny>)>),
}

impl Kept for Reader<'_> {
    /// Nothing of a sequence is taken: its values are copied.
    fn taken(self: Box<Self>) {}
}

static VTABLE: ta_sequence_vtable = ta_sequence_vtable {
    struct_size: size_of::<ta_sequence_vtable>(),
    len: Some(len),
    item: Some(item),
    read: Some(read),
};

impl<'a> Reader<'a> {
    #[inline]
    fn of(items: Items<'a>, request: &'a Request) -> Reader<'a> {
        Reader { items, request, shown: Shown::Nothing, inner: None }
    }

    /// What the library is told, for as long as the reader stays where it is.
    #[inline]
    fn source(&mut self) -> ta_source {
        let user_data = (&raw mut *self).cast::<c_void>();
        let sequence = ta_sequence { vtable: &raw const VTABLE, user_data };
        c::source(TA_SOURCE_SEQUENCE, TA_ORIGIN_SEQUENCE, ta_source_value { sequence })
    }

    fn show(&mut self, index: usize) -> Result<ta_source> {
        self.shown = Shown::Nothing;
        let item = self.items.get(index).map_err(|_| shortened())?;
        if let Some(items) = Items::plain(&item) {
            return Ok(self.inner(items).source());
        }
        // An array is told in a moment; whether it is allowed is asked in a longer look.
        if self.request.options.accept == 0
            && let Some(memory) = numpy::plain_array(&item)
        {
            self.shown = Shown::Object(item);
            let value = ta_source_value { memory };
            return Ok(c::source(TA_SOURCE_MEMORY, TA_ORIGIN_NUMPY, value));
        }
        // What this item's export raised is the cause of its failure, and of no other's.
        let outer = self.request.declined.take();
        let seen = source::look(&item, self.request)?;
        self.request.declined.replace(outer);
        let source = seen.source;
        self.shown = Shown::Seen(Box::new((seen, item)));
        Ok(source)
    }

    /// The reader of an item's own items.
    fn inner(&mut self, items: Items<'a>) -> &mut Reader<'a> {
        match &mut self.inner {
            Some(inner) => {
                inner.items = items;
                inner
            }
            none => none.insert(Box::new(Reader::of(items, self.request))),
        }
    }

    /// Reads plain numbers until something else comes.
    fn read(&mut self, start: usize, out: *mut ta_scalar, count: usize) -> usize {
        self.shown = Shown::Nothing;
        let end = self.items.len().min(start.saturating_add(count));
        for index in start..end {
            let Some(number) = self.items.number(index) else { return index - start };
            // SAFETY: the library vouches for `count` places.
            unsafe { out.wrapping_add(index - start).write(number) };
        }
        end.saturating_sub(start)
    }
}

/// The library adds where in the sequence it was.
#[cold]
fn shortened() -> Failure {
    let message = "ragged sequence: its list became shorter while it was read";
    Failure::Status(TA_ERR_RAGGED, message.into())
}

/// Runs a callback of the library: what Python raises is kept, to go out in the end, what we say
/// is passed on, a panic stops here.
///
/// # Safety
/// `reader` is the `user_data` of a sequence of ours that the library walks; `err` is NULL or
/// writable.
unsafe fn callback<'a>(
    reader: *mut c_void,
    err: *mut ta_error,
    body: impl FnOnce(&mut Reader<'a>) -> Result<()>,
) -> ta_status {
    // SAFETY: passed on from this function's contract; the library calls from one thread.
    let reader = unsafe { &mut *reader.cast::<Reader<'a>>() };
    let request = reader.request;
    match catch_unwind(AssertUnwindSafe(|| body(reader))) {
        Ok(Ok(())) => TA_OK,
        Ok(Err(Failure::Raised(raised))) => {
            request.keep(raised);
            TA_ERR_CALLBACK
        }
        Ok(Err(Failure::Status(status, message))) => {
            // SAFETY: NULL or writable, by this function's contract.
            unsafe { c::say(err, &message) };
            status
        }
        Err(_) => TA_ERR_INTERNAL,
    }
}

unsafe extern "C" fn len(reader: *mut c_void, out: *mut usize, err: *mut ta_error) -> ta_status {
    let body = |reader: &mut Reader<'_>| {
        // SAFETY: writable, by the library's contract.
        unsafe { out.write(reader.items.len()) };
        Ok(())
    };
    // SAFETY: called by the library.
    unsafe { callback(reader, err, body) }
}

unsafe extern "C" fn item(
    reader: *mut c_void,
    index: usize,
    out: *mut ta_source,
    err: *mut ta_error,
) -> ta_status {
    let body = |reader: &mut Reader<'_>| {
        let source = reader.show(index)?;
        // SAFETY: writable, by the library's contract.
        unsafe { out.write(source) };
        Ok(())
    };
    // SAFETY: called by the library.
    unsafe { callback(reader, err, body) }
}

unsafe extern "C" fn read(
    reader: *mut c_void,
    start: usize,
    count: usize,
    out: *mut ta_scalar,
    written: *mut usize,
    err: *mut ta_error,
) -> ta_status {
    let body = |reader: &mut Reader<'_>| {
        let numbers = reader.read(start, out, count);
        // SAFETY: writable, by the library's contract.
        unsafe { written.write(numbers) };
        Ok(())
    };
    // SAFETY: called by the library.
    unsafe { callback(reader, err, body) }
}
