//! A host's sequence, behind its callbacks: nothing that they say is trusted.

use std::ffi::c_void;

use crate::abi::*;
use crate::ffi::callback::Said;
use crate::ffi::{sized, source};
use crate::hub::{CHUNK, Chunk, Sequence, Source};
use crate::model::error::{Error, Result};
use crate::model::prefix::Prefix;

type Len = unsafe extern "C" fn(*mut c_void, *mut usize, *mut ta_error) -> ta_status;
type Read = unsafe extern "C" fn(
    *mut c_void,
    usize,
    usize,
    *mut ta_scalar,
    *mut usize,
    *mut ta_error,
) -> ta_status;
type Item = unsafe extern "C" fn(*mut c_void, usize, *mut ta_source, *mut ta_error) -> ta_status;

/// Whose callbacks they are, in words.
const OF_SEQUENCE: &str = "the sequence";

/// The callbacks of one sequence.
pub(super) struct Callbacks<'s> {
    len: Len,
    item: Item,
    read: Option<Read>,
    user_data: *mut c_void,
    said: &'s Said,
}

impl<'s> Callbacks<'s> {
    /// What the host says of failures goes to `said`.
    ///
    /// # Errors
    /// `TA_ERR_NULL_ARGUMENT` without a table, `len` or `item`; what [`sized::read`] refuses.
    ///
    /// # Safety
    /// The table is initialised for as many bytes as its size says, and its callbacks do what
    /// `ta_sequence_vtable` says, as long as the result is used.
    pub(super) unsafe fn new(given: &ta_sequence, said: &'s Said) -> Result<Callbacks<'s>> {
        let mut completed = None;
        // SAFETY: passed on from this function's contract.
        let vtable = unsafe { sized::read(given.vtable, &mut completed, "sequence.vtable") }?;
        let missing = |name: &'static str| {
            Error::new(TA_ERR_NULL_ARGUMENT, format_args!("sequence.vtable.{name} is NULL"))
        };
        let len = vtable.len.ok_or_else(|| missing("len"))?;
        let item = vtable.item.ok_or_else(|| missing("item"))?;
        let (read, user_data) = (vtable.read, given.user_data);
        Ok(Callbacks { len, item, read, user_data, said })
    }
}

impl Sequence for Callbacks<'_> {
    fn count(&self) -> Result<usize> {
        let mut count = 0;
        // SAFETY: called as `ta_sequence_vtable` says, by the contract of `new`.
        self.said.ask(OF_SEQUENCE, &mut |err| unsafe {
            (self.len)(self.user_data, &raw mut count, err)
        })?;
        Ok(count)
    }

    fn item(&self, index: usize, visit: &mut dyn FnMut(Source<'_>)) -> Result<()> {
        let mut item = sized::zeroed::<ta_source>();
        // SAFETY: called as `ta_sequence_vtable` says, by the contract of `new`.
        self.said.ask(OF_SEQUENCE, &mut |err| unsafe {
            (self.item)(self.user_data, index, &raw mut item, err)
        })?;
        // A host that knows a larger struct must not have made ours so.
        item.struct_size = size_of::<ta_source>();
        // SAFETY: a local of this size; the host vouches for what it put in, until it is called
        // again, which `visit` does not outlast. The claim is not taken: the item is borrowed.
        unsafe {
            source::parse(&raw const item, |source: Source<'_>| {
                visit(source);
                Ok(())
            })
        }
    }

    fn read(&self, start: usize, count: usize, out: &mut Chunk) -> Result<()> {
        let Some(read) = self.read else { return Ok(()) };
        let zero = ta_scalar { kind: 0, reserved: 0, value: ta_scalar_value { c: [0.0; 2] } };
        let mut values = Prefix::<ta_scalar, CHUNK>::empty();
        values.fill_up(zero, count);
        let mut written = 0;
        let (first, claimed) = (values.as_mut_ptr(), &raw mut written);
        // SAFETY: called as `ta_sequence_vtable` says, by the contract of `new`; there is room.
        self.said.ask(OF_SEQUENCE, &mut |err| unsafe {
            read(self.user_data, start, count, first, claimed, err)
        })?;
        if written > count {
            let message = format_args!("read wrote {written} items, but was asked for {count}");
            return Err(Error::new(TA_ERR_CALLBACK, message));
        }
        for value in values.iter().take(written) {
            out.push(source::scalar(value)?);
        }
        Ok(())
    }
}
