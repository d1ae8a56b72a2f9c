//! The bytes of a strided buffer in C order, in memory of their own.

use std::ffi::c_void;

use pyo3::prelude::*;

use crate::abi::*;
use crate::c;
use crate::error::{Failure, Result};
use crate::source::buffer::Held;
use crate::source::{Kept, Loan, Seen};

/// What every consumer counts as aligned.
#[repr(align(64))]
struct Line(#[allow(dead_code)] [u8; 64]);

/// Gathered bytes: of `size`, the last line may have more room.
pub(super) struct Gathered {
    lines: Vec<Line>,
    size: usize,
}

impl Gathered {
    /// Gathers the bytes of a held buffer.
    ///
    /// # Errors
    /// `MemoryError`; what the interpreter raises.
    pub(super) fn of(held: &Held, py: Python<'_>) -> Result<Gathered> {
        let size = held.size();
        let mut lines = Vec::<Line>::new();
        lines.try_reserve_exact(size.div_ceil(size_of::<Line>())).map_err(|_| {
            Failure::Status(TA_ERR_OUT_OF_MEMORY, format!("no memory for {size} bytes"))
        })?;
        // SAFETY: as many lines as the bytes fill.
        unsafe { held.gather(lines.as_mut_ptr().cast(), py) }?;
        Ok(Gathered { lines, size })
    }

    /// The source: memory that the library takes over as the copy that it is.
    pub(super) fn seen<'a>(self) -> Seen<'a> {
        let mut it = Box::new(self);
        let buffer = ta_buffer {
            data: it.lines.as_mut_ptr().cast(),
            size_bytes: it.size,
            flags: 0,
            reserved: [0; 2],
            owner: (&raw mut *it).cast(),
            release: Some(release),
        };
        let source = c::source(TA_SOURCE_BUFFER, TA_ORIGIN_BUFFER, ta_source_value { buffer });
        Seen { source, loan: Loan::Kept(it) }.made(TA_REASON_NOT_CONTIGUOUS)
    }
}

impl Kept for Gathered {
    fn taken(self: Box<Self>) {
        std::mem::forget(self);
    }
}

/// Lets gathered bytes go.
unsafe extern "C" fn release(owner: *mut c_void) {
    // SAFETY: a `Gathered` in a Box that was taken, and is given back once.
    drop(unsafe { Box::from_raw(owner.cast::<Gathered>()) });
}
