//! Where in a nested sequence something is: `[0][2]`.

use std::fmt;

use crate::history::A_HISTORY;
use crate::model::error::{Error, Result};
use crate::model::layout::MAX_NDIM;
use crate::model::lists;
use crate::model::prefix::Prefix;

/// The indices that lead to an item.
#[derive(Clone)]
pub(super) struct Path(Prefix<usize, MAX_NDIM>);

impl Path {
    /// The path to the whole.
    #[inline(always)]
    pub(super) fn root() -> Path {
        Path(Prefix::empty())
    }

    /// How many indices it has.
    pub(super) fn depth(&self) -> usize {
        self.0.len()
    }

    /// The indices.
    ///
    /// # Errors
    /// `TA_ERR_OUT_OF_MEMORY`.
    pub(super) fn indices(&self) -> Result<Vec<i64>> {
        lists::collect(self.0.iter().map(|&step| Ok(step as i64)), A_HISTORY)
    }

    /// An error that does not know where in the sequence it happened.
    pub(super) fn located(&self, error: Error) -> Error {
        match self.depth() {
            0 => error,
            _ => error.within(format_args!("item {self}")),
        }
    }

    /// One level down, to item `index`. The caller has checked that there is such a level.
    pub(super) fn push(&mut self, index: usize) {
        self.0.push(index);
    }

    /// One level up.
    pub(super) fn pop(&mut self) {
        self.0.pop();
    }

    /// The path to item `index` of what this one leads to.
    pub(super) fn item(&self, index: usize) -> Path {
        let mut path = self.clone();
        path.push(index);
        path
    }
}

impl fmt::Display for Path {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.iter().try_for_each(|step| write!(f, "[{step}]"))
    }
}
