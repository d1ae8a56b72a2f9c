//! What a foreign object says it is: one file per kind, in the order in which they are asked.
//!
//! A source's `look(object, request)` answers `None` if the object is not of its kind, else what
//! the library must know ([`Seen::source`]) and what must be given up if the library does not
//! take it ([`Seen::loan`]). It owns nothing else, decides nothing, and may fail only for an
//! object of its kind.

mod array_interface;
mod attribute;
pub(crate) mod buffer;
pub(crate) mod capsule;
mod cuda_array_interface;
pub(crate) mod dlpack;
mod interface;
pub(crate) mod numpy;
pub(crate) mod scalar;
pub(crate) mod sequence;
mod tensor;

use std::ptr::NonNull;

use pyo3::ffi;
use pyo3::prelude::*;
use pyo3::types::{PyBool, PyByteArray, PyBytes, PyComplex, PyFloat, PyInt};

use crate::abi::*;
use crate::c;
use crate::detached::{self, Steady};
use crate::error::{Failure, Result};
use crate::options::Request;
use crate::release;
use crate::tensor::Handle;

/// An object that has been looked at.
pub(crate) struct Seen<'a> {
    /// What the library is told.
    pub(crate) source: ta_source,
    /// What the source borrows, and what the library may take.
    pub(crate) loan: Loan<'a>,
}

/// What is held for a source until the library has taken it; dropping it gives it back.
pub(crate) enum Loan<'a> {
    /// The source borrows only from the object itself.
    Nothing,
    /// A strong reference, which [`release::object`] drops once the library has taken it.
    Object(#[allow(dead_code)] Reference),
    /// Anything else.
    Kept(Box<dyn Kept + 'a>),
}

/// Something held for a source. Dropping it, before it is [taken](Kept::taken), undoes
/// everything: the object is as it was.
pub(crate) trait Kept {
    /// The library has taken what is its to take: let the rest go.
    fn taken(self: Box<Self>);
}

/// A strong reference that goes to the library.
pub(crate) struct Reference(NonNull<ffi::PyObject>);

impl Reference {
    /// Another reference to an object.
    #[inline]
    pub(crate) fn to(object: &Bound<'_, PyAny>) -> Reference {
        Reference::of(object.clone())
    }

    /// This very reference.
    #[inline]
    pub(crate) fn of(object: Bound<'_, PyAny>) -> Reference {
        // SAFETY: objects are never at NULL.
        Reference(unsafe { NonNull::new_unchecked(object.into_ptr()) })
    }

    /// The `owner` of a source, with [`release::object`] as its `release`.
    #[inline]
    pub(crate) fn owner(&self) -> *mut std::ffi::c_void {
        self.0.as_ptr().cast()
    }
}

impl Kept for Reference {
    /// The library holds what it needs by itself.
    fn taken(self: Box<Self>) {}
}

impl Drop for Reference {
    fn drop(&mut self) {
        // SAFETY: our own reference, dropped once, and nobody has taken it.
        unsafe { release::object(self.owner()) };
    }
}

impl<'a> Seen<'a> {
    /// A source that borrows only from its object.
    #[inline]
    pub(crate) fn borrowed(source: ta_source) -> Seen<'a> {
        Seen { source, loan: Loan::Nothing }
    }

    /// The same source, of memory that was made for this call, because of this `TA_REASON_…`.
    pub(crate) fn made(mut self, reason: i32) -> Seen<'a> {
        self.source.made = reason;
        self
    }

    /// Hands the source to the library.
    ///
    /// # Errors
    /// What the library says, or what Python code raised in a callback; the object is then as
    /// it was.
    #[inline]
    pub(crate) fn take(self, py: Python<'_>, request: &Request) -> Result<Handle> {
        self.take_with(py, request, make)
    }

    /// Hands the source to a function of the library that takes sources.
    ///
    /// # Errors
    /// As [`Seen::take`].
    #[inline]
    pub(crate) fn take_with(
        self,
        py: Python<'_>,
        request: &Request,
        make: impl FnOnce(&ta_source, &Request) -> Result<Handle>,
    ) -> Result<Handle> {
        let bytes = detached::bytes_to_copy(&self.source, &request.options);
        let steady = detached::is_large(bytes).then(|| Steady::of(&self.source));
        let source = steady.as_ref().map_or(&self.source, |steady| &steady.source);
        // SAFETY: only sequences call back, and they are not large; releases attach themselves.
        match unsafe { detached::run(py, bytes, || make(source, request)) } {
            Ok(handle) => {
                self.loan.taken();
                Ok(handle)
            }
            Err(failure) => Err(request.raised.take().map_or(failure, Failure::Raised)),
        }
    }
}

/// The tensor that the library makes of a source that a `look` has filled, and whose loan is held.
#[inline]
pub(crate) fn make(source: &ta_source, request: &Request) -> Result<Handle> {
    let (source, options) = (&raw const *source, &raw const request.options);
    // SAFETY: the loan holds what the source borrows, by what every caller passes.
    let make = |out, err| unsafe { c::ta_asarray(source, options, out, err) };
    // SAFETY: that function writes a share on TA_OK.
    unsafe { Handle::made(make) }
}

impl Loan<'_> {
    #[inline]
    fn taken(self) {
        match self {
            Loan::Nothing => {}
            Loan::Object(reference) => std::mem::forget(reference),
            Loan::Kept(kept) => kept.taken(),
        }
    }
}

/// How a kind of source is asked.
type Look = for<'a> fn(&Bound<'a, PyAny>, &'a Request) -> Result<Option<Seen<'a>>>;

/// The kinds, in the order of the contract: the first that fits is taken.
const KINDS: [Look; 9] = [
    tensor::look,
    numpy::look,
    capsule::look,
    dlpack::look,
    cuda_array_interface::look,
    buffer::look,
    array_interface::look,
    scalar::look,
    sequence::look,
];

/// Looks at any object.
///
/// # Errors
/// `TypeError` if it is of no kind; what the kind that it is of says.
#[inline]
pub(crate) fn look<'a>(object: &Bound<'a, PyAny>, request: &'a Request) -> Result<Seen<'a>> {
    request.declined.take();
    if let Some(seen) = shortcut(object, request)? {
        return Ok(seen);
    }
    for look in KINDS {
        if let Some(seen) = look(object, request)? {
            return Ok(seen);
        }
    }
    Err(request.no_way_left(object))
}

/// Python's own numbers, bytes and lists speak none of the protocols that come before theirs, so there
/// is no need to ask.
fn shortcut<'a>(object: &Bound<'a, PyAny>, request: &'a Request) -> Result<Option<Seen<'a>>> {
    if sequence::is_plain(object) {
        return sequence::look(object, request);
    }
    if object.is_exact_instance_of::<PyBytes>() || object.is_exact_instance_of::<PyByteArray>() {
        return buffer::look(object, request);
    }
    let number = object.is_exact_instance_of::<PyFloat>()
        || object.is_exact_instance_of::<PyInt>()
        || object.is_exact_instance_of::<PyBool>()
        || object.is_exact_instance_of::<PyComplex>();
    if number { scalar::look(object, request) } else { Ok(None) }
}
