//! A place in one side of a walk, and the runs of evenly spaced elements from there on.

use super::walk::{Axis, MAX_AXES};

/// Elements at even distances.
#[derive(Clone, Copy)]
pub(super) struct Run {
    /// The first one.
    pub(super) at: *mut u8,
    /// Bytes from one to the next.
    pub(super) step: isize,
    /// How many.
    pub(super) len: usize,
}

impl Run {
    /// Whether elements of `size` bytes lie side by side.
    pub(super) fn is_dense(&self, size: usize) -> bool {
        self.len == 1 || self.step == size.cast_signed()
    }
}

/// The next element of one side.
///
/// It only computes addresses, by wrapping arithmetic: past the last element they mean
/// nothing, and are not followed.
pub(super) struct Cursor<'a> {
    axes: &'a [Axis],
    step: fn(&Axis) -> isize,
    index: [usize; MAX_AXES],
    at: *mut u8,
}

impl<'a> Cursor<'a> {
    /// The element number `start` from `base`; `step` picks the side. There is one axis at least.
    pub(super) fn new(
        axes: &'a [Axis],
        step: fn(&Axis) -> isize,
        base: *mut u8,
        start: usize,
    ) -> Cursor<'a> {
        let mut cursor = Cursor { axes, step, index: [0; MAX_AXES], at: base };
        let mut rest = start;
        for (axis, index) in axes.iter().zip(&mut cursor.index[..axes.len()]).rev() {
            *index = rest % axis.extent;
            rest /= axis.extent;
            cursor.at = cursor.at.wrapping_offset(step(axis).wrapping_mul(index.cast_signed()));
        }
        cursor
    }

    /// The elements up to the end of the inner axis, but at most `limit`; the cursor moves past them.
    pub(super) fn next_run(&mut self, limit: usize) -> Run {
        let rest = self.rest();
        let run = Run { len: rest.len.min(limit), ..rest };
        self.advance(run.len);
        run
    }

    /// The next `len` elements of `size` bytes if they lie side by side; then the cursor moves past them.
    pub(super) fn next_dense(&mut self, len: usize, size: usize) -> Option<*mut u8> {
        let rest = self.rest();
        let run = Run { len, ..rest };
        if len > rest.len || !run.is_dense(size) {
            return None;
        }
        self.advance(len);
        Some(run.at)
    }

    /// The run from here to the end of the inner axis.
    fn rest(&self) -> Run {
        let last = self.axes.len() - 1;
        let (inner, index) = (&self.axes[last], self.index[last]);
        Run { at: self.at, step: (self.step)(inner), len: inner.extent - index }
    }

    /// Moves by `len` elements, which the inner axis must have.
    fn advance(&mut self, len: usize) {
        let mut moved = len;
        let rank = self.axes.len();
        for (axis, index) in self.axes.iter().zip(&mut self.index[..rank]).rev() {
            let step = (self.step)(axis);
            self.at = self.at.wrapping_offset(step.wrapping_mul(moved.cast_signed()));
            *index += moved;
            if *index < axis.extent {
                return;
            }
            let span = axis.extent.cast_signed().wrapping_neg();
            self.at = self.at.wrapping_offset(step.wrapping_mul(span));
            *index = 0;
            moved = 1;
        }
    }
}
