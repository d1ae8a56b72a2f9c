//! Walking a nested sequence, in C order, through callbacks that may lie.

use crate::abi::*;
use crate::hub::path::Path;
use crate::hub::{Request, Sequence, Source, Values};
use crate::model::error::{Error, Result};
use crate::model::layout::MAX_NDIM;
use crate::model::prefix::Prefix;
use crate::model::scalar::Scalar;
use crate::model::tensor::Tensor;
use crate::model::view::View;

/// What is not a sequence.
pub(super) enum Leaf<'a> {
    /// A number without a dtype.
    Scalar(Scalar),
    /// One element that has a dtype.
    Typed(View<'a>),
    /// Memory with a layout.
    Array(View<'a>),
    /// A tensor that requires grad.
    Tracked(&'a Tensor),
}

impl<'a> Leaf<'a> {
    /// Its memory, if it has any.
    pub(super) fn view(&self) -> Option<View<'a>> {
        match self {
            Leaf::Array(view) | Leaf::Typed(view) => Some(*view),
            Leaf::Tracked(tensor) => Some(tensor.view()),
            Leaf::Scalar(_) => None,
        }
    }

    /// Its shape: that of an array, else none.
    pub(super) fn shape(&self) -> &[i64] {
        match self {
            Leaf::Array(view) => view.shape(),
            Leaf::Tracked(tensor) => tensor.shape(),
            Leaf::Typed(_) | Leaf::Scalar(_) => &[],
        }
    }
}

/// What a walk is for.
pub(super) trait Visitor {
    /// A sequence of `len` items begins at `path`.
    fn enter(&mut self, path: &Path, len: usize) -> Result<()>;

    /// A leaf is at `path`.
    fn leaf(&mut self, path: &Path, leaf: Leaf<'_>) -> Result<()>;

    /// These numbers without a dtype are the items of the sequence at `path` from `start` on; one
    /// at least.
    fn numbers(&mut self, path: &Path, start: usize, values: &[Scalar]) -> Result<()>;
}

/// Scalars that are read at once where the host can.
pub const CHUNK: usize = 128;

/// What is read at once.
pub type Chunk = Prefix<Scalar, CHUNK>;

/// Walks all of a sequence.
///
/// # Errors
/// What the visitor refuses; what the host says, with the path; `TA_ERR_KIND` for what `request`
/// does not accept, at any level; `TA_ERR_LAYOUT` for too many levels.
pub(super) fn walk(
    sequence: &dyn Sequence,
    request: &Request,
    visitor: &mut dyn Visitor,
) -> Result<()> {
    // Outside the walker, as half of what a small walk costs would be to move them there.
    let (mut values, mut path) = (Chunk::empty(), Path::root());
    Walker { request, visitor, path: &mut path, values: &mut values }.sequence(sequence)
}

struct Walker<'w> {
    request: &'w Request,
    visitor: &'w mut dyn Visitor,
    path: &'w mut Path,
    /// What was read last; one buffer for all levels.
    values: &'w mut Chunk,
}

impl Walker<'_> {
    fn sequence(&mut self, sequence: &dyn Sequence) -> Result<()> {
        if self.path.depth() == MAX_NDIM {
            let message =
                format_args!("too many dimensions: sequences are nested more than {MAX_NDIM} deep");
            return Err(Error::new(TA_ERR_LAYOUT, message));
        }
        let count = sequence.count().map_err(|error| self.located(error))?;
        self.visitor.enter(self.path, count)?;
        // Scalars tend to come together: where one is, the host is asked for those behind it.
        let (mut next, mut hopeful) = (0, true);
        while next < count {
            let read = if hopeful { self.scalars(sequence, next, count - next)? } else { 0 };
            hopeful = if read == 0 { self.item(sequence, next)? } else { true };
            next += read.max(1);
        }
        Ok(())
    }

    /// Visits the scalars from item `start` on that the host reads at once; returns how many.
    fn scalars(&mut self, sequence: &dyn Sequence, start: usize, left: usize) -> Result<usize> {
        self.values.clear();
        let read = sequence.read(start, left.min(CHUNK), self.values);
        read.map_err(|error| self.located(error))?;
        if !self.values.is_empty() {
            self.check_accepts(TA_ORIGIN_SCALAR)?;
            self.visitor.numbers(self.path, start, self.values)?;
        }
        Ok(self.values.len())
    }

    /// Visits one item, whatever it is; returns whether it was a scalar.
    fn item(&mut self, sequence: &dyn Sequence, index: usize) -> Result<bool> {
        self.path.push(index);
        let (mut seen, mut scalar) = (None, false);
        let shown = sequence.item(index, &mut |source| {
            scalar = matches!(source, Source::Values(Values::Scalar(_), _));
            seen = Some(self.source(source));
        });
        match (shown, seen) {
            (Err(error), _) => return Err(self.located(error)),
            (Ok(()), None) => {
                let message = format_args!("item {} was not shown", self.path);
                return Err(Error::new(TA_ERR_INTERNAL, message));
            }
            (Ok(()), Some(outcome)) => outcome?,
        }
        self.path.pop();
        Ok(scalar)
    }

    fn source(&mut self, source: Source<'_>) -> Result<()> {
        let origin = source.origin();
        self.check_accepts(origin)?;
        let leaf = match source {
            Source::Values(Values::Sequence(inner), _) => return self.sequence(inner),
            Source::Tensor(tensor, _) if tensor.requires_grad() => Leaf::Tracked(tensor),
            Source::Tensor(tensor, _) => Leaf::Array(tensor.view()),
            Source::Memory(view, _, _) => Leaf::Array(view),
            Source::Values(Values::Typed(view), _) => Leaf::Typed(view),
            Source::Values(Values::Scalar(value), _) => Leaf::Scalar(value),
            Source::Buffer(bytes, _, _) => {
                let dtype = self.request.dtype.unwrap_or(self.request.default_dtype);
                let shape = [bytes.count(dtype).map_err(|error| self.located(error))?];
                let view = bytes.regroup(dtype, &shape)?;
                return self.visitor.leaf(self.path, Leaf::Array(view));
            }
        };
        self.visitor.leaf(self.path, leaf)
    }

    fn check_accepts(&self, origin: i32) -> Result<()> {
        self.request.check_accepts(origin).map_err(|error| self.located(error))
    }

    fn located(&self, error: Error) -> Error {
        self.path.located(error)
    }
}
