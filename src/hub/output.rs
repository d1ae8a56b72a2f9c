//! The elements of a sequence, written one after the other: numbers one by one, arrays by memory copy.

use crate::convert::memory;
use crate::devices;
use crate::hub::element;
use crate::hub::path::Path;
use crate::hub::walk::Leaf;
use crate::model::alloc::Block;
use crate::model::dtype::DType;
use crate::model::error::Result;
use crate::model::layout;
use crate::model::scalar::Scalar;
use crate::model::view::View;

/// A block that is being filled in C order.
pub(super) struct Output {
    block: Block,
    dtype: DType,
    /// How many elements there are to be.
    count: i64,
    /// The element that comes next.
    next: i64,
}

impl Output {
    /// Room for all elements of `shape`.
    ///
    /// # Errors
    /// `TA_ERR_LAYOUT`, `TA_ERR_OUT_OF_MEMORY`.
    pub(super) fn new(shape: &[i64], dtype: DType) -> Result<Output> {
        let count = layout::numel(shape)?;
        Ok(Output { block: memory::room(count, dtype)?, dtype, count, next: 0 })
    }

    /// What the elements are.
    pub(super) fn dtype(&self) -> DType {
        self.dtype
    }

    /// The block, if all of it has been written.
    pub(super) fn finish(self) -> Option<Block> {
        (self.next == self.count).then_some(self.block)
    }

    /// Writes numbers that stand at `path` from item `start` on.
    ///
    /// # Errors
    /// `TA_ERR_OVERFLOW`, `TA_ERR_DTYPE`, with the path; `TA_ERR_INTERNAL` if there is no room.
    pub(super) fn numbers(&mut self, path: &Path, start: usize, values: &[Scalar]) -> Result<()> {
        let mut done = 0;
        while let Some(&first) = values.get(done) {
            let rest = &values[done..];
            let plain = memory::put_plain(rest, &mut self.block, self.next, self.dtype)?;
            self.next += plain as i64;
            if plain == 0 {
                self.number(first).map_err(|error| path.item(start + done).located(error))?;
            }
            done += plain.max(1);
        }
        Ok(())
    }

    /// Writes what is no sequence.
    ///
    /// # Errors
    /// `TA_ERR_OVERFLOW`, `TA_ERR_DTYPE`, `TA_ERR_DEVICE`; `TA_ERR_INTERNAL` if there is no room.
    pub(super) fn leaf(&mut self, leaf: &Leaf<'_>) -> Result<()> {
        match leaf {
            Leaf::Scalar(value) => self.number(*value),
            Leaf::Typed(view) if view.dtype() != self.dtype => self.number(memory::value(view)?),
            Leaf::Typed(view) | Leaf::Array(view) => self.elements(view),
            Leaf::Tracked(tensor) => self.elements(&tensor.view()),
        }
    }

    fn number(&mut self, value: Scalar) -> Result<()> {
        memory::put(element::fit(value, self.dtype)?, &mut self.block, self.next, self.dtype)?;
        self.next += 1;
        Ok(())
    }

    fn elements(&mut self, view: &View<'_>) -> Result<()> {
        let Output { block, dtype, next, .. } = self;
        devices::read(view, |view| memory::place(view, block, *next, *dtype))?;
        self.next += view.numel();
        Ok(())
    }
}
