//! What tensor a nested sequence makes: its shape and its dtype.
//!
//! Every item is looked at, not only the first of each level, so ragged input never passes. While
//! that goes on, what is seen is written down as what it seems to become: mostly that turns out to
//! be right, and there is no need to walk a second time.

use crate::abi::*;
use crate::hub::output::Output;
use crate::hub::path::Path;
use crate::hub::walk::{Leaf, Visitor, walk};
use crate::hub::{Request, Sequence};
use crate::model::alloc::Block;
use crate::model::dtype::DType;
use crate::model::error::{Error, Result};
use crate::model::layout::{self, List, MAX_NDIM};
use crate::model::prefix::Dims;
use crate::model::promote::{complex, promote};
use crate::model::scalar::Scalar;

/// The tensor that a sequence makes.
pub(super) struct Found<'s> {
    pub(super) shape: &'s [i64],
    pub(super) dtype: DType,
    /// DLPack's padding flag, where all parts have it.
    pub(super) flags: u64,
    /// Whether a tensor among the parts does.
    pub(super) requires_grad: bool,
    /// All elements, if they could be written while they were looked at.
    pub(super) block: Option<Block>,
}

/// Looks at all of a sequence; what is found lies in `scan`, which is too large to be moved about.
///
/// # Errors
/// `TA_ERR_RAGGED` with the path; `TA_ERR_DTYPE` if its dtypes have nothing in common;
/// `TA_ERR_OVERFLOW` if its integers have not; and what the walk refuses.
pub(super) fn discover<'s>(
    sequence: &dyn Sequence,
    request: &Request,
    scan: &'s mut Scan,
) -> Result<Found<'s>> {
    walk(sequence, request, scan)?;
    let shape = &*scan.extents.known;
    layout::numel(shape)?;
    let dtype = match request.dtype {
        Some(dtype) => dtype,
        None => scan.kinds.common()?,
    };
    dtype.check()?;
    let padded = scan.padded == Some(true) && dtype.is_subbyte();
    let flags = if padded { DLPACK_SUBBYTE_PADDED } else { 0 };
    let block = match std::mem::replace(&mut scan.ahead, Ahead::No) {
        Ahead::Writing(output) if output.dtype() == dtype => output.finish(),
        _ => None,
    };
    Ok(Found { shape, dtype, flags, requires_grad: scan.requires_grad, block })
}

/// The dtype that a single number gets.
///
/// # Errors
/// `TA_ERR_DTYPE` for a complex number where the default dtype has no complex partner.
#[inline(always)]
pub(super) fn of_scalar(value: Scalar, default: DType) -> Result<DType> {
    match value {
        Scalar::Bool(_) => Ok(DType::BOOL),
        Scalar::Int(_) => Ok(DType::I64),
        Scalar::UInt(_) => Ok(DType::U64),
        Scalar::Float(_) => Ok(default),
        Scalar::Complex(..) => complex_of(value, default),
    }
}

/// The dtype that a complex number gets.
fn complex_of(value: Scalar, default: DType) -> Result<DType> {
    complex(default).ok_or_else(|| {
        let message = format_args!("{default} has no complex dtype to infer for {value}");
        Error::new(TA_ERR_DTYPE, message)
    })
}

/// What is known so far of a sequence.
pub(super) struct Scan {
    extents: Extents,
    kinds: Kinds,
    given: Option<DType>,
    padded: Option<bool>,
    requires_grad: bool,
    ahead: Ahead,
}

/// What has been written while it was looked at.
enum Ahead {
    /// Nothing, as nothing has been seen that tells how much there will be.
    NotYet,
    /// All that has been seen, as elements of the dtype that it has in common.
    Writing(Output),
    /// Nothing, as that is not so simple.
    No,
}

impl Scan {
    /// Nothing yet, of a sequence that is asked for like this.
    #[inline(always)]
    pub(super) fn of(request: &Request) -> Scan {
        Scan {
            extents: Extents { known: Dims::empty(), complete: false },
            kinds: Kinds::of(request.default_dtype),
            given: request.dtype,
            padded: None,
            requires_grad: false,
            ahead: Ahead::NotYet,
        }
    }

    /// Writes what has just been seen. Whatever stands in the way is left to the second walk, which
    /// says what it is and where.
    fn write(&mut self, write: impl FnOnce(&mut Output) -> Result<()>) {
        if matches!(self.ahead, Ahead::No) {
            return;
        }
        let dtype = match self.given {
            Some(dtype) => Ok(dtype),
            None => self.kinds.common(),
        };
        let Ok(dtype) = dtype.and_then(|dtype| dtype.check().map(|()| dtype)) else {
            self.ahead = Ahead::No;
            return;
        };
        if let Ahead::NotYet = self.ahead {
            let output = Output::new(&self.extents.known, dtype);
            self.ahead = output.map_or(Ahead::No, Ahead::Writing);
        }
        if let Ahead::Writing(output) = &mut self.ahead
            && (output.dtype() != dtype || write(output).is_err())
        {
            self.ahead = Ahead::No;
        }
    }
}

impl Visitor for Scan {
    fn enter(&mut self, path: &Path, len: usize) -> Result<()> {
        self.extents.sequence(path, len)
    }

    fn leaf(&mut self, path: &Path, leaf: Leaf<'_>) -> Result<()> {
        self.extents.leaf(path, leaf.shape())?;
        if let Leaf::Tracked(_) = leaf {
            // Where it stands is for its history to know, which is made in the second walk.
            (self.requires_grad, self.ahead) = (true, Ahead::No);
        }
        let view = leaf.view();
        if let Some(view) = view {
            let padded = view.flags() & DLPACK_SUBBYTE_PADDED != 0;
            self.padded = Some(self.padded.unwrap_or(true) && padded);
        }
        if self.given.is_none() {
            match (view, &leaf) {
                (Some(view), _) => {
                    self.kinds.typed(view.dtype()).map_err(|error| path.located(error))?;
                }
                (None, Leaf::Scalar(value)) => self.kinds.scalar(*value, || path.clone())?,
                (None, _) => {}
            }
        }
        self.write(|output| output.leaf(&leaf));
        Ok(())
    }

    fn numbers(&mut self, path: &Path, start: usize, values: &[Scalar]) -> Result<()> {
        // What one of them says of the shape, all of them say.
        if !self.extents.number(path.depth() + 1) {
            self.extents.leaf(&path.item(start), &[])?;
        }
        if self.given.is_none() {
            self.kinds.numbers(values, |offset| path.item(start + offset))?;
        }
        self.write(|output| output.numbers(path, start, values));
        Ok(())
    }
}

/// The shape so far: what the first item of each level said, and all others must repeat.
struct Extents {
    known: Dims,
    /// A leaf has been seen: there are no more axes than `count`.
    complete: bool,
}

impl Extents {
    /// Whether there may be numbers at this depth, which is known from then on.
    fn number(&mut self, depth: usize) -> bool {
        let fits = self.known.len() == depth;
        self.complete |= fits;
        fits
    }

    /// A sequence of `len` items at `path`. An empty one ends the shape like a leaf.
    fn sequence(&mut self, path: &Path, len: usize) -> Result<()> {
        let depth = path.depth();
        let extent = i64::try_from(len).map_err(|_| layout::overflow(&[i64::MAX]))?;
        let agrees = match (depth < self.known.len(), self.complete) {
            (true, _) => self.known[depth] == extent,
            (false, complete) => !complete,
        };
        if !agrees {
            return Err(self.ragged(path, format_args!("a sequence of length {len}")));
        }
        if depth == self.known.len() {
            self.known.push(extent);
        }
        if len == 0 { self.end(path, &[0], depth + 1) } else { Ok(()) }
    }

    /// Something with a shape at `path`.
    fn leaf(&mut self, path: &Path, shape: &[i64]) -> Result<()> {
        let depth = path.depth();
        let total = depth + shape.len();
        if total > MAX_NDIM {
            let message = format_args!("too many dimensions: item {path} makes {total} of them");
            return Err(Error::new(TA_ERR_LAYOUT, message));
        }
        let shared = self.known.len().min(total);
        let agrees = shape.iter().zip(&self.known[depth.min(shared)..shared]).all(|(a, b)| a == b);
        if !agrees {
            return Err(self.ragged_shape(path, shape));
        }
        for axis in self.known.len()..total {
            if self.complete {
                return Err(self.ragged_shape(path, shape));
            }
            self.known.push(shape[axis - depth]);
        }
        self.end(path, shape, total)
    }

    /// A leaf says that there are `total` axes.
    fn end(&mut self, path: &Path, shape: &[i64], total: usize) -> Result<()> {
        if total != self.known.len() {
            return Err(self.ragged_shape(path, shape));
        }
        self.complete = true;
        Ok(())
    }

    #[cold]
    fn ragged_shape(&self, path: &Path, shape: &[i64]) -> Error {
        match shape.is_empty() {
            true => self.ragged(path, format_args!("a scalar")),
            false => self.ragged(path, format_args!("of shape {}", List(shape))),
        }
    }

    #[cold]
    fn ragged(&self, path: &Path, what: std::fmt::Arguments<'_>) -> Error {
        let expected = &self.known[path.depth().min(self.known.len())..];
        let message = match expected.is_empty() {
            true => format_args!("ragged sequence: item {path} is {what}, but others are scalars"),
            false => format_args!(
                "ragged sequence: item {path} is {what}, but others have shape {}",
                List(expected)
            ),
        };
        Error::new(TA_ERR_RAGGED, message)
    }
}

/// The dtypes and numbers so far.
struct Kinds {
    default: DType,
    /// What those that have a dtype have in common.
    typed: Option<DType>,
    bools: bool,
    integers: bool,
    /// The first integer below zero, and where.
    negative: Option<(i64, Path)>,
    /// The first integer from 2**63 on, and where.
    large: Option<(u64, Path)>,
}

impl Kinds {
    /// Nothing yet; real numbers are of this dtype.
    #[inline(always)]
    fn of(default: DType) -> Kinds {
        Kinds { default, typed: None, bools: false, integers: false, negative: None, large: None }
    }

    fn typed(&mut self, dtype: DType) -> Result<()> {
        self.typed = Some(match self.typed {
            Some(common) if common == dtype => common,
            Some(common) => promote(common, dtype)?,
            None => dtype,
        });
        Ok(())
    }

    /// Numbers, one at least; `path` says where each is.
    fn numbers(&mut self, values: &[Scalar], path: impl Fn(usize) -> Path) -> Result<()> {
        // Mostly they are all of one kind, and then one of them speaks for all.
        if values.iter().all(|value| matches!(value, Scalar::Float(_))) {
            return self.typed(self.default);
        }
        if values.iter().all(|value| matches!(value, Scalar::Int(0..))) {
            self.integers = true;
            return Ok(());
        }
        if values.iter().all(|value| matches!(value, Scalar::Bool(_))) {
            self.bools = true;
            return Ok(());
        }
        let mut each = values.iter().enumerate();
        each.try_for_each(|(offset, &value)| self.scalar(value, || path(offset)))
    }

    /// A number; `path` says where it is.
    fn scalar(&mut self, value: Scalar, path: impl FnOnce() -> Path) -> Result<()> {
        match value {
            Scalar::Bool(_) => self.bools = true,
            Scalar::Int(v) => {
                self.integers = true;
                if v < 0 && self.negative.is_none() {
                    self.negative = Some((v, path()));
                }
            }
            Scalar::UInt(v) if self.large.is_none() => self.large = Some((v, path())),
            Scalar::UInt(_) => {}
            Scalar::Float(_) => return self.typed(self.default),
            Scalar::Complex(..) => return self.typed(complex_of(value, self.default)?),
        }
        Ok(())
    }

    /// The dtype of all; the default one where there is nothing.
    #[inline(always)]
    fn common(&self) -> Result<DType> {
        match (self.typed, self.bools || self.integers || self.large.is_some()) {
            (Some(typed), false) => Ok(typed),
            _ => self.common_with_numbers(),
        }
    }

    fn common_with_numbers(&self) -> Result<DType> {
        let numbers = match (&self.large, self.integers, self.bools) {
            (Some(_), _, _) => Some(DType::U64),
            (None, true, _) => Some(DType::I64),
            (None, false, true) => Some(DType::BOOL),
            (None, false, false) => None,
        };
        match (self.typed, numbers) {
            (typed, None) => Ok(typed.unwrap_or(self.default)),
            // Large or small, an integer of the host's is just a number beside a complex one.
            (Some(typed), Some(_)) if typed.is_complex() => Ok(typed),
            (Some(typed), Some(numbers)) => promote(typed, numbers),
            (None, Some(numbers)) => self.check_integers().map(|()| numbers),
        }
    }

    /// That one integer dtype holds all integers.
    fn check_integers(&self) -> Result<()> {
        let (Some((low, here)), Some((high, there))) = (&self.negative, &self.large) else {
            return Ok(());
        };
        let message = format_args!(
            "no integer dtype holds both item {here}, which is {low}, and item {there}, which is {high}"
        );
        Err(Error::new(TA_ERR_OVERFLOW, message))
    }
}
