//! Cells of a block that a layout reaches: adding elements to them, and taking what they hold.
//!
//! Where several elements of the layout share a cell it is taken apart, axis by axis, into parts
//! that do not.

use crate::convert::arithmetic::{self, Binary};
use crate::convert::memory;
use crate::model::alloc::Block;
use crate::model::dtype::DType;
use crate::model::error::Result;
use crate::model::layout::{self, MAX_NDIM};
use crate::model::view::View;

/// A row of cells: a block of numbers of one dtype.
pub struct Cells {
    block: Block,
    dtype: DType,
    count: [i64; 1],
}

impl Cells {
    /// `count` cells with zero in each.
    ///
    /// # Errors
    /// `TA_ERR_OUT_OF_MEMORY`.
    pub fn new(count: i64, dtype: DType) -> Result<Cells> {
        Ok(Cells { block: arithmetic::zeros(count, dtype)?, dtype, count: [count] })
    }

    fn window<'b>(&'b self, shape: &'b [i64], strides: &'b [i64], offset: i64) -> Result<View<'b>> {
        let whole = View::of_block(&self.block, self.dtype, &self.count, &[1], 0)?;
        whole.window(shape, strides, offset)
    }

    /// Adds each element of `source` to the cell that `strides`, and `offset` for the first, lead to.
    ///
    /// # Errors
    /// `TA_ERR_OUT_OF_BOUNDS`, `TA_ERR_DTYPE`, `TA_ERR_DEVICE`, `TA_ERR_OUT_OF_MEMORY`.
    pub fn add(&mut self, source: &View<'_>, strides: &[i64], offset: i64) -> Result<()> {
        let shape = source.shape();
        if layout::is_non_overlapping(shape, strides) {
            let window = self.window(shape, strides, offset)?;
            let sums = arithmetic::binary(Binary::Add, &window, source, self.dtype)?;
            return memory::spread(&sums, self.dtype, &window);
        }
        let mut steps = [0; MAX_NDIM];
        let steps = &mut steps[..shape.len()];
        source.element_strides(steps);
        for index in 0..shape[0] {
            let part = source.window(&shape[1..], &steps[1..], index * steps[0])?;
            self.add(&part, &strides[1..], offset + index * strides[0])?;
        }
        Ok(())
    }

    /// Writes what the cells hold to `target`, C-contiguous numbers of the same dtype, `start`
    /// elements into it. What was taken is zero then: of elements that share a cell, the first
    /// gets all.
    ///
    /// # Errors
    /// As [`Cells::add`].
    pub fn take(
        &mut self,
        shape: &[i64],
        strides: &[i64],
        offset: i64,
        target: &mut Block,
        start: i64,
    ) -> Result<()> {
        if layout::is_non_overlapping(shape, strides) {
            let window = self.window(shape, strides, offset)?;
            memory::place(&window, target, start, self.dtype)?;
            return memory::spread(
                &arithmetic::zeros(window.numel(), self.dtype)?,
                self.dtype,
                &window,
            );
        }
        let count = layout::numel(&shape[1..])?;
        for index in 0..shape[0] {
            let place = start + index * count;
            self.take(&shape[1..], &strides[1..], offset + index * strides[0], target, place)?;
        }
        Ok(())
    }
}
