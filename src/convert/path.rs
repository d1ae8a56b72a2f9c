//! Which steps lead from elements of one dtype to those of another.
//!
//! There is a loop for each step, not for each of the 552 pairs: 16-bit and 8-bit floats go through
//! `float32`, a complex number through its real part or a complex number of other precision. No
//! step on such a way rounds what the next one would have kept, so a path gives what PyTorch gives.

use super::isa::Isa;
use super::steps::{self, Loop};
use crate::model::dtype::DType;

/// Three steps between dtypes, and the bytes reversed before and after.
const MAX_STAGES: usize = 5;

/// One loop over a block of elements.
#[derive(Clone, Copy)]
pub(super) struct Stage {
    run: Loop,
    /// Numbers in an element: 2 where the parts of complex numbers are converted.
    numbers: usize,
    /// Bytes of an element afterwards.
    pub(super) size: usize,
}

impl Stage {
    /// Converts `count` elements.
    ///
    /// # Safety
    /// As many elements can be read and written, at any alignment, and the two do not overlap.
    #[inline]
    pub(super) unsafe fn run(&self, from: *const u8, to: *mut u8, count: usize) {
        // SAFETY: passed on from this function's contract.
        unsafe { (self.run)(from, to, self.numbers * count) }
    }
}

/// How elements change on their way.
#[derive(Clone, Copy)]
pub(super) struct Path {
    stages: [Option<Stage>; MAX_STAGES],
    len: usize,
    /// The only stage, for results that are whole lines and go past the cache.
    pub(super) streamed: Option<Loop>,
    /// Bytes of a source element.
    pub(super) source: usize,
    /// Bytes of a target element.
    pub(super) target: usize,
}

impl Path {
    /// The way from one dtype and byte order to another, by loops for these instructions; `None`
    /// if there is none.
    ///
    /// Between dtypes of the same bits there is always one that leaves the bits as they are, so byte order
    /// has to be looked at first: see [`steps::is_swapped_at_once`].
    pub(super) fn between(
        (from, from_swapped): (DType, bool),
        (to, to_swapped): (DType, bool),
        isa: Isa,
    ) -> Option<Path> {
        let (source, target) = (from.itemsize(), to.itemsize());
        let mut path = Path { stages: [None; MAX_STAGES], len: 0, streamed: None, source, target };
        if steps::have_same_bits(from, to) {
            if from_swapped != to_swapped {
                path.swap(from, isa)?;
            }
            return Some(path);
        }
        if from_swapped {
            path.swap(from, isa)?;
        }
        path.go(from, to, isa)?;
        if to_swapped {
            path.swap(to, isa)?;
        }
        if path.len == 1 {
            path.streamed = steps::streamed(from, to, isa);
        }
        Some(path)
    }

    /// The stages, first to last.
    pub(super) fn stages(&self) -> &[Option<Stage>] {
        &self.stages[..self.len]
    }

    /// Takes `count` elements along a path of one stage or none.
    ///
    /// # Safety
    /// As many elements can be read and written, at any alignment, and the two do not overlap.
    pub(super) unsafe fn run(&self, from: *const u8, to: *mut u8, count: usize) {
        match self.stages().first() {
            // SAFETY: passed on from this function's contract.
            Some(Some(stage)) => unsafe { stage.run(from, to, count) },
            // SAFETY: as above; elements of the same bits have the same size.
            _ => unsafe { from.copy_to_nonoverlapping(to, count * self.source) },
        }
    }

    /// Bytes of an element where it takes the most of them.
    pub(super) fn widest(&self) -> usize {
        let sizes = self.stages().iter().flatten().map(|stage| stage.size);
        sizes.fold(self.source.max(self.target), usize::max)
    }

    fn push(&mut self, run: Loop, numbers: usize, size: usize) -> Option<()> {
        *self.stages.get_mut(self.len)? = Some(Stage { run, numbers, size });
        self.len += 1;
        Some(())
    }

    /// Reverses the bytes of each number, where there are several.
    fn swap(&mut self, dtype: DType, isa: Isa) -> Option<()> {
        let (unit, size) = (dtype.component_size(), dtype.itemsize());
        match unit {
            1 => Some(()),
            _ => self.push(steps::swap(unit, isa)?, size / unit, size),
        }
    }

    /// Adds the steps from one dtype to another.
    fn go(&mut self, from: DType, to: DType, isa: Isa) -> Option<()> {
        if let Some((run, numbers)) = at_once(from, to, isa) {
            return self.push(run, numbers, to.itemsize());
        }
        let between = halfway(from, to)?;
        if between == from || between == to {
            return None;
        }
        self.go(from, between, isa)?;
        self.go(between, to, isa)
    }
}

/// Whether elements of one dtype become elements of another, different one: between all that have a
/// name and fill bytes there is a path.
pub(super) fn exists(from: DType, to: DType) -> bool {
    from != to && [from, to].iter().all(|dtype| dtype.is_named() && !dtype.is_subbyte())
}

fn at_once(from: DType, to: DType, isa: Isa) -> Option<(Loop, usize)> {
    match (from.is_complex() && to.is_complex(), part(from), part(to)) {
        (true, Some(from), Some(to)) => Some((steps::between(from, to, isa)?, 2)),
        _ => Some((steps::between(from, to, isa)?, 1)),
    }
}

/// What the parts of a complex dtype are.
fn part(complex: DType) -> Option<DType> {
    Some(match complex {
        DType::C32 => DType::F16,
        DType::C64 => DType::F32,
        DType::C128 => DType::F64,
        _ => return None,
    })
}

/// A dtype on the way between two that no single step connects.
fn halfway(from: DType, to: DType) -> Option<DType> {
    match (from.is_complex(), to.is_complex()) {
        (true, true) => Some(DType::C64),
        (false, true) => part(to),
        (true, false) if from == DType::C32 => Some(DType::C64),
        (true, false) => part(from),
        (false, false) => Some(DType::F32),
    }
}
