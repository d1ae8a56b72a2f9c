//! `tarray.Tensor`: a handle of the library as a Python object.

pub(crate) mod facts;
mod handle;
pub(crate) mod method;
mod object;
mod print;
pub(crate) mod provenance;
mod share;
mod slots;

pub(crate) use handle::Handle;
pub(crate) use object::{Tensor, of, wrap};
pub(crate) use slots::{Slots, add_to};
