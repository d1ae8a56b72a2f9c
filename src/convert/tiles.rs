//! A walk cut into tiles: patches that fit the cache, numbered, for any order and any thread.

use super::patch::Patch;
use super::walk::{Axis, MAX_AXES, Walk};
use std::ops::Range;

/// How large tiles may be.
#[derive(Clone, Copy)]
pub(super) enum Limit {
    /// So many elements, as they go through scratch memory.
    Elements(usize),
    /// As many as one likes, as they do not.
    Rows,
}

/// Columns of a tile without scratch memory: enough to forget what a tile costs, few enough to
/// share among threads.
const LONG: usize = 1 << 16;

/// Squares of a tile in which the two sides cross, side by side. The pages of so many source lines
/// are still known to the processor when the squares below come to them again.
const STRIP: usize = 8;

/// The tiles of a walk.
pub(super) struct Tiles<'w> {
    walk: &'w Walk,
    /// What steps from tile to tile; the last two are the rows and the columns.
    axes: [Axis; MAX_AXES + 1],
    rank: usize,
    row: Axis,
    column: Axis,
    /// Whether the source's shortest steps are along the rows.
    is_crossing: bool,
    /// Extents of a tile that is not at the margin.
    rows: usize,
    columns: usize,
}

impl<'w> Tiles<'w> {
    /// Cuts so that each side is read and written along its short steps within a tile.
    pub(super) fn new(walk: &'w Walk, limit: Limit) -> Tiles<'w> {
        let (column, others) = walk.axes().split_last().expect("a walk has an axis");
        let crossing = crossing(others, column);
        let place = crossing.or(others.len().checked_sub(1));
        let row = place.map_or(Axis::UNIT, |place| others[place]);
        let (rows, columns) = extents(row.extent, column.extent, limit, crossing.is_some());
        let mut axes = [Axis::UNIT; MAX_AXES + 1];
        let mut rank = 0;
        for (_, axis) in others.iter().enumerate().filter(|(other, _)| Some(*other) != place) {
            axes[rank] = *axis;
            rank += 1;
        }
        axes[rank] = row.in_steps_of(rows);
        axes[rank + 1] = column.in_steps_of(columns);
        let is_crossing = crossing.is_some();
        if is_crossing {
            axes.swap(rank, rank + 1);
        }
        Tiles { walk, axes, rank: rank + 2, row, column: *column, is_crossing, rows, columns }
    }

    /// How many tiles.
    pub(super) fn count(&self) -> usize {
        self.axes[..self.rank].iter().map(|axis| axis.extent).product()
    }

    /// Calls `visit` with both sides of the tiles numbered `range`.
    pub(super) fn visit(&self, range: Range<usize>, mut visit: impl FnMut(Patch, Patch)) {
        let mut index = [0; MAX_AXES + 1];
        let index = &mut index[..self.rank];
        let (mut from, mut to) = self.walk.start();
        let mut rest = range.start;
        for (axis, index) in self.axes.iter().zip(&mut *index).rev() {
            *index = rest % axis.extent;
            rest /= axis.extent;
            from = from.wrapping_offset(axis.source.wrapping_mul(index.cast_signed()));
            to = to.wrapping_offset(axis.target.wrapping_mul(index.cast_signed()));
        }
        for _ in range {
            let [.., outer, inner] = *index else { return };
            let (row, column) = if self.is_crossing { (inner, outer) } else { (outer, inner) };
            let rows = self.rows.min(self.row.extent - row * self.rows);
            let columns = self.columns.min(self.column.extent - column * self.columns);
            let (row, column) = (self.row.source, self.column.source);
            let source = Patch { at: from, row, column, rows, columns };
            let (row, column) = (self.row.target, self.column.target);
            visit(source, Patch { at: to, row, column, rows, columns });
            for (axis, index) in self.axes.iter().zip(&mut *index).rev() {
                from = from.wrapping_offset(axis.source);
                to = to.wrapping_offset(axis.target);
                *index += 1;
                if *index < axis.extent {
                    break;
                }
                let back = axis.extent.cast_signed().wrapping_neg();
                from = from.wrapping_offset(axis.source.wrapping_mul(back));
                to = to.wrapping_offset(axis.target.wrapping_mul(back));
                *index = 0;
            }
        }
    }
}

/// The axis along which the source has shorter steps than along `column`, the target's shortest.
fn crossing(others: &[Axis], column: &Axis) -> Option<usize> {
    let shorter = others.iter().enumerate().filter(|(_, axis)| axis.crosses(column));
    shorter.min_by_key(|(_, axis)| axis.source.unsigned_abs()).map(|(place, _)| place)
}

/// Rows and columns of a tile, of axes with so many: squares where the two sides cross.
fn extents(rows: usize, columns: usize, limit: Limit, is_crossing: bool) -> (usize, usize) {
    let limit = match limit {
        Limit::Rows => {
            let columns = columns.min(LONG);
            return (rows.min(LONG / columns), columns);
        }
        Limit::Elements(limit) => limit,
    };
    if !is_crossing {
        let columns = columns.min(limit);
        return (rows.min(limit / columns), columns);
    }
    let side = 1 << (limit.ilog2() / 2);
    let narrow = rows.min(side);
    let columns = columns.min(limit / narrow);
    (rows.min(limit / columns), STRIP * columns)
}
