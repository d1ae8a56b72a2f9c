//! Where in a nested sequence something is: `[0][2]`.

use std::fmt;

use crate::model::error::Error;
use crate::model::layout::MAX_NDIM;

/// The indices that lead to an item.
#[derive(Clone, Copy)]
pub(super) struct Path {
    steps: [usize; MAX_NDIM],
    depth: usize,
}

impl Path {
    pub(super) const ROOT: Path = Path { steps: [0; MAX_NDIM], depth: 0 };

    /// How many indices it has.
    pub(super) fn depth(&self) -> usize {
        self.depth
    }

    /// The indices.
    pub(super) fn indices(&self) -> Box<[i64]> {
        self.steps[..self.depth].iter().map(|&step| step as i64).collect()
    }

    /// An error that does not know where in the sequence it happened.
    pub(super) fn located(&self, error: Error) -> Error {
        match self.depth {
            0 => error,
            _ => error.within(format_args!("item {self}")),
        }
    }

    /// One level down, to item `index`. The caller has checked that there is such a level.
    pub(super) fn push(&mut self, index: usize) {
        self.steps[self.depth] = index;
        self.depth += 1;
    }

    /// One level up.
    pub(super) fn pop(&mut self) {
        self.depth -= 1;
    }
}

impl fmt::Display for Path {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.steps[..self.depth].iter().try_for_each(|step| write!(f, "[{step}]"))
    }
}
