//! What a copy goes through: axes flipped, sorted and merged.

use crate::model::prefix::Prefix;

/// Axes left after those of extent 1 are gone. Each doubles the number of elements at least,
/// and no two target elements share a byte, so memory has no room for more.
pub(super) const MAX_AXES: usize = 64;

/// One axis of both sides.
#[derive(Clone, Copy)]
pub(crate) struct Axis {
    /// How many elements.
    pub(crate) extent: usize,
    /// Bytes from one to the next in the source.
    pub(crate) source: isize,
    /// Bytes from one to the next in the target.
    pub(crate) target: isize,
}

impl Axis {
    /// No axis at all.
    pub(super) const UNIT: Axis = Axis { extent: 1, source: 0, target: 0 };

    /// The one axis that does for this axis and one inside it, if there is such.
    fn merged(self, inner: Axis) -> Option<Axis> {
        let span = inner.extent.cast_signed();
        let seamless = self.source == inner.source.wrapping_mul(span)
            && self.target == inner.target.wrapping_mul(span);
        seamless.then_some(Axis { extent: self.extent.wrapping_mul(inner.extent), ..inner })
    }

    /// Whether the source has shorter steps along this axis than along the target's shortest, `column`.
    pub(super) fn crosses(&self, column: &Axis) -> bool {
        self.source != 0 && self.source.unsigned_abs() < column.source.unsigned_abs()
    }

    /// The axis that takes `stride` elements of this one at a time, the last time perhaps fewer.
    pub(super) fn in_steps_of(self, stride: usize) -> Axis {
        let steps = stride.cast_signed();
        Axis {
            extent: self.extent.div_ceil(stride),
            source: self.source.wrapping_mul(steps),
            target: self.target.wrapping_mul(steps),
        }
    }
}

/// All elements of both sides, numbered from 0 in an order of our own choice.
pub(crate) struct Walk {
    axes: Prefix<Axis, MAX_AXES>,
    from: *const u8,
    to: *mut u8,
}

// SAFETY: a walk is addresses and numbers; who follows them vouches for the rest.
unsafe impl Sync for Walk {}

impl Walk {
    /// A walk over two strided sides; `None` if there is no element.
    pub(crate) fn new(
        shape: &[i64],
        from: *const u8,
        source: &[i64],
        to: *mut u8,
        target: &[i64],
    ) -> Option<Walk> {
        let mut walk = Walk::at(from, to);
        walk.go(shape, source.iter().copied(), target).then_some(walk)
    }

    /// A walk that starts at these elements and has nowhere to [`go`](Self::go) yet.
    #[inline(always)]
    pub(super) fn at(from: *const u8, to: *mut u8) -> Walk {
        Walk { axes: Prefix::empty(), from, to }
    }

    /// Goes along axes with these steps in the source and in the target; false if there is no element.
    /// In place: a walk is large to be moved.
    pub(super) fn go(
        &mut self,
        shape: &[i64],
        source: impl Iterator<Item = i64>,
        target: &[i64],
    ) -> bool {
        if shape.iter().any(|&extent| extent <= 0) {
            return false;
        }
        for ((&extent, source), &target) in shape.iter().zip(source).zip(target) {
            let axis =
                Axis { extent: extent as usize, source: source as isize, target: target as isize };
            if extent > 1 {
                self.insert(axis);
            }
        }
        self.merge();
        true
    }

    /// Adds an axis where it belongs: long target steps outside, so that writes go forward.
    fn insert(&mut self, mut axis: Axis) {
        if axis.target < 0 {
            let last = axis.extent.cast_signed() - 1;
            self.from = self.from.wrapping_offset(axis.source.wrapping_mul(last));
            self.to = self.to.wrapping_offset(axis.target.wrapping_mul(last));
            axis.source = axis.source.wrapping_neg();
            axis.target = axis.target.wrapping_neg();
        }
        let place = self.axes().iter().take_while(|outer| outer.target >= axis.target).count();
        if self.axes.len() < MAX_AXES {
            self.axes.push(axis);
            self.axes[place..].rotate_right(1);
        }
    }

    /// Makes one axis of neighbours that step alike; leaves one axis at least.
    fn merge(&mut self) {
        if self.axes.is_empty() {
            self.axes.push(Axis::UNIT);
        }
        let mut last = 0;
        for next in 1..self.axes.len() {
            let inner = self.axes[next];
            if let Some(both) = self.axes[last].merged(inner) {
                self.axes[last] = both;
            } else {
                last += 1;
                self.axes[last] = inner;
            }
        }
        while self.axes.len() > last + 1 {
            self.axes.pop();
        }
    }

    /// The axes, the one with the shortest target steps last; one at least.
    pub(crate) fn axes(&self) -> &[Axis] {
        &self.axes
    }

    /// The axis with the shortest target steps.
    pub(super) fn column(&self) -> &Axis {
        self.axes().last().expect("a walk has an axis")
    }

    /// Whether the source has shorter steps along another axis.
    #[inline(never)]
    pub(super) fn is_crossing(&self) -> bool {
        self.axes().iter().any(|axis| axis.crosses(self.column()))
    }

    /// The first element of either side.
    pub(crate) fn start(&self) -> (*mut u8, *mut u8) {
        (self.from.cast_mut(), self.to)
    }

    /// Whether elements of so many bytes stand one after another in the source and in the target.
    pub(super) fn is_dense(&self, source: usize, target: usize) -> bool {
        let [axis] = self.axes() else { return false };
        let are_steps = axis.source == source.cast_signed() && axis.target == target.cast_signed();
        axis.extent == 1 || are_steps
    }

    /// How many elements there are.
    #[inline(never)]
    pub(crate) fn count(&self) -> usize {
        self.axes().iter().fold(1, |count, axis| count.wrapping_mul(axis.extent))
    }
}
