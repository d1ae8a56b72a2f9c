//! What a foreign object says it is: borrowed facts, owning nothing.

use crate::hub::walk::Chunk;
use crate::model::error::Result;
use crate::model::owner::Claim;
use crate::model::plan::Reason;
use crate::model::scalar::Scalar;
use crate::model::tensor::Tensor;
use crate::model::view::{Bytes, View};

/// What memory came from.
#[derive(Clone, Copy, Debug)]
pub struct Origin {
    /// A `TA_ORIGIN_…`.
    pub code: i32,
    /// Why the memory was made for this call; `None`: it is the source's own.
    pub made: Option<Reason>,
}

impl Origin {
    /// The source's own memory.
    pub fn own(code: i32) -> Origin {
        Origin { code, made: None }
    }
}

/// Anything that becomes a tensor. What is no memory says by a `TA_ORIGIN_…` what it came from.
pub enum Source<'a> {
    /// A tensor of ours.
    Tensor(&'a Tensor, i32),
    /// Memory with a layout, and the claim on it.
    Memory(View<'a>, Claim, Origin),
    /// Bytes, and the claim on them.
    Buffer(Bytes<'a>, Claim, Origin),
    /// What has no memory that could be shared.
    Values(Values<'a>, i32),
}

/// Values that are copied in any case.
pub enum Values<'a> {
    /// One element that has a dtype.
    Typed(View<'a>),
    /// A number without a dtype.
    Scalar(Scalar),
    /// A nested sequence.
    Sequence(&'a dyn Sequence),
}

/// A sequence as its host walks it. Answers may change from call to call, and may be lies.
pub trait Sequence {
    /// Number of items.
    ///
    /// # Errors
    /// What the host says.
    fn count(&self) -> Result<usize>;

    /// Shows item `index` to `visit`, which cannot keep it; its claim is not to be taken.
    ///
    /// # Errors
    /// What the host says, or that what it describes is no source; `visit` has not run then.
    fn item(&self, index: usize, visit: &mut dyn FnMut(Source<'_>)) -> Result<()>;

    /// Reads at most `count` scalars, which `out` has room for, from item `start` on, up to the first
    /// item that is none. A host without this fast path reads nothing.
    ///
    /// # Errors
    /// What the host says.
    fn read(&self, start: usize, count: usize, out: &mut Chunk) -> Result<()>;
}

impl Source<'_> {
    /// The `TA_ORIGIN_…` of what it came from.
    pub(super) fn origin(&self) -> i32 {
        match *self {
            Source::Memory(_, _, origin) | Source::Buffer(_, _, origin) => origin.code,
            Source::Tensor(_, origin) | Source::Values(_, origin) => origin,
        }
    }
}
