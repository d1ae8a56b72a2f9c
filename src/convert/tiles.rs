//! A walk cut into tiles: patches that fit the cache, numbered, for any order and any thread.

use super::patch::Patch;
use super::walk::{Axis, MAX_AXES, Walk};
use crate::model::prefix::Prefix;
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

/// The tiles of a walk.
pub(super) struct Tiles<'w> {
    walk: &'w Walk,
    /// Which axis of the walk the rows are, where it has two; the columns are its last.
    place: Option<usize>,
    row: Axis,
    column: Axis,
    /// Whether the source's shortest steps are along the rows.
    is_crossing: bool,
    /// Steps from tile to tile: of rows and columns, or of columns and rows where the sides cross.
    plane: [Axis; 2],
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
        let is_crossing = crossing.is_some();
        let (down, along) = (row.in_steps_of(rows), column.in_steps_of(columns));
        let plane = if is_crossing { [along, down] } else { [down, along] };
        Tiles { walk, place, row, column: *column, is_crossing, plane, rows, columns }
    }

    /// What steps from tile to tile; the two of the plane last.
    fn axes(&self) -> impl DoubleEndedIterator<Item = Axis> {
        let others = &self.walk.axes()[..self.walk.axes().len() - 1];
        let outer = others.iter().enumerate().filter(|(other, _)| Some(*other) != self.place);
        outer.map(|(_, axis)| *axis).chain(self.plane)
    }

    /// How many tiles.
    pub(super) fn count(&self) -> usize {
        self.axes().map(|axis| axis.extent).product()
    }

    /// Calls `visit` with both sides of the tiles numbered `range`.
    pub(super) fn visit(&self, range: Range<usize>, mut visit: impl FnMut(Patch, Patch)) {
        let mut index = Prefix::<usize, { MAX_AXES + 1 }>::filled(0, self.axes().count());
        let (mut from, mut to) = self.walk.start();
        let mut rest = range.start;
        for (axis, index) in self.axes().rev().zip(index.iter_mut().rev()) {
            *index = rest % axis.extent;
            rest /= axis.extent;
            from = from.wrapping_offset(axis.source.wrapping_mul(index.cast_signed()));
            to = to.wrapping_offset(axis.target.wrapping_mul(index.cast_signed()));
        }
        let along = self.plane[1];
        let mut left = range.len();
        while left > 0 {
            let [.., outer, inner] = *index else { return };
            let run = left.min(along.extent - inner);
            for step in 0..run {
                let [source, target] = self.patches(outer, inner + step);
                let step = step.cast_signed();
                let from = from.wrapping_offset(along.source.wrapping_mul(step));
                let to = to.wrapping_offset(along.target.wrapping_mul(step));
                visit(Patch { at: from, ..source }, Patch { at: to, ..target });
            }
            left -= run;
            let mut steps = run;
            for (axis, index) in self.axes().rev().zip(index.iter_mut().rev()) {
                *index += steps;
                from = from.wrapping_offset(axis.source.wrapping_mul(steps.cast_signed()));
                to = to.wrapping_offset(axis.target.wrapping_mul(steps.cast_signed()));
                if *index < axis.extent {
                    break;
                }
                let back = axis.extent.cast_signed().wrapping_neg();
                from = from.wrapping_offset(axis.source.wrapping_mul(back));
                to = to.wrapping_offset(axis.target.wrapping_mul(back));
                (*index, steps) = (0, 1);
            }
        }
    }

    /// Both sides of the tile at a place of the plane, but for where they are.
    #[inline]
    fn patches(&self, outer: usize, inner: usize) -> [Patch; 2] {
        let (row, column) = if self.is_crossing { (inner, outer) } else { (outer, inner) };
        let rows = self.rows.min(self.row.extent - row * self.rows);
        let columns = self.columns.min(self.column.extent - column * self.columns);
        let patch = |row, column| Patch { at: std::ptr::null_mut(), row, column, rows, columns };
        [patch(self.row.source, self.column.source), patch(self.row.target, self.column.target)]
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
    let columns = columns.min(whole(limit / narrow));
    (rows.min(limit / columns), columns)
}

/// So many elements or a few less, such that in lines of any elements the next ones start where these do.
fn whole(elements: usize) -> usize {
    const LINE: usize = 64;

    if elements < LINE { elements } else { elements / LINE * LINE }
}
