//! The type object: what every file adds to it, put together once.
//!
//! A static type in CPython's sense (not a heap type): its objects do not count references to
//! it, which is a fifth of what making one costs.
//!
//! Not tracked by the garbage collector: a reference from here to the owner of memory is not this
//! object's own. It belongs to the handle, which C code and other tensors may share and let go of
//! on any thread at any time, also while the collector counts; to follow it as if it were would
//! make the collector take an owner in use for garbage.

use std::ffi::{CStr, c_ulong};
use std::mem::MaybeUninit;

use pyo3::ffi;
use pyo3::prelude::*;
use pyo3::types::PyType;

use crate::error::Result;
use crate::tensor::{facts, object, print, share};

/// What files add to the type; zero is "nothing".
pub(crate) struct Slots {
    pub(crate) class: ffi::PyTypeObject,
    pub(crate) number: ffi::PyNumberMethods,
    pub(crate) sequence: ffi::PySequenceMethods,
    pub(crate) mapping: ffi::PyMappingMethods,
    pub(crate) buffer: ffi::PyBufferProcs,
    pub(crate) methods: Vec<ffi::PyMethodDef>,
    pub(crate) attributes: Vec<ffi::PyGetSetDef>,
}

const DOC: &CStr = c"Numbers in memory, with a shape, a dtype and a device.

Made by asarray() and its relatives; there is no constructor. A tensor shares its memory with
what it was made from where that was possible: see provenance.

It keeps the owner of that memory alive. An object that keeps a tensor of its own memory therefore
lives until one lets go of the other, as with a NumPy array: the garbage collector does not see
through tensors, whose memory may be in use by C at the same time. Keep a weak reference instead.

>>> import tarray
>>> t = tarray.asarray([[1, 2], [3, 4]])
>>> t.shape, t.dtype
((2, 2), tarray.int64)";

/// Makes the type and adds it to the module.
pub(crate) fn add_to(module: &Bound<'_, PyModule>) -> Result<()> {
    let py = module.py();
    if object::class().is_null() {
        make(py)?;
    }
    // SAFETY: ready, and alive for ever.
    let class = unsafe { PyType::from_borrowed_type_ptr(py, object::class()) };
    module.add("Tensor", &class)?;
    crate::export::add_attributes(&class)
}

fn make(py: Python<'_>) -> Result<()> {
    // SAFETY: integers, nullable pointers and nullable functions, for which zero is a value.
    let mut slots: Slots = unsafe { zeroed() };
    slots.class.ob_base.ob_base = ffi::PyObject_HEAD_INIT;
    slots.class.tp_name = c"tarray.Tensor".as_ptr();
    slots.class.tp_doc = DOC.as_ptr();
    slots.class.tp_basicsize = object::SIZE;
    slots.class.tp_dealloc = Some(object::dealloc);
    slots.class.tp_weaklistoffset = object::WEAKREFS;
    let flags: c_ulong = ffi::Py_TPFLAGS_DEFAULT | ffi::Py_TPFLAGS_DISALLOW_INSTANTIATION;
    // Without a GIL the field is atomic.
    #[allow(clippy::useless_conversion)]
    (slots.class.tp_flags = flags.into());
    facts::fill(&mut slots);
    print::fill(&mut slots);
    share::fill(&mut slots);
    crate::export::fill(&mut slots);
    crate::history::fill(&mut slots);
    publish(py, slots)
}

/// Everything zero, and the tables empty.
///
/// # Safety
/// Zero is a value of each table of slots.
unsafe fn zeroed() -> Slots {
    // SAFETY (of each line): passed on from this function's contract.
    Slots {
        // SAFETY: as above.
        class: unsafe { MaybeUninit::zeroed().assume_init() },
        // SAFETY: as above.
        number: unsafe { MaybeUninit::zeroed().assume_init() },
        // SAFETY: as above.
        sequence: unsafe { MaybeUninit::zeroed().assume_init() },
        // SAFETY: as above.
        mapping: unsafe { MaybeUninit::zeroed().assume_init() },
        // SAFETY: as above.
        buffer: unsafe { MaybeUninit::zeroed().assume_init() },
        methods: Vec::new(),
        attributes: Vec::new(),
    }
}

/// Ties the tables to the type and readies it. All of it lives for ever, as a type does.
fn publish(py: Python<'_>, mut slots: Slots) -> Result<()> {
    // An all-zero entry ends a table.
    slots.methods.push(ffi::PyMethodDef::zeroed());
    // SAFETY: nullable pointers and functions.
    slots.attributes.push(unsafe { MaybeUninit::zeroed().assume_init() });
    let mut class = slots.class;
    class.tp_methods = slots.methods.leak().as_mut_ptr();
    class.tp_getset = slots.attributes.leak().as_mut_ptr();
    class.tp_as_number = Box::leak(Box::new(slots.number));
    class.tp_as_sequence = Box::leak(Box::new(slots.sequence));
    class.tp_as_mapping = Box::leak(Box::new(slots.mapping));
    class.tp_as_buffer = Box::leak(Box::new(slots.buffer));
    let class = Box::leak(Box::new(class));
    object::ready(py, class)?;
    object::set_class(class);
    Ok(())
}
