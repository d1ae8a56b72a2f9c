//! The order in which a copy visits its elements: axes flipped, sorted and merged.

use super::cursor::Cursor;

/// Axes left after those of extent 1 are gone. Each doubles the number of elements at least,
/// and no two target elements share a byte, so memory has no room for more.
pub(super) const MAX_AXES: usize = 64;

/// Below this extent an inner axis is not worth a run of its own.
const SHORT: usize = 8;

/// One axis of both sides.
#[derive(Clone, Copy)]
pub(super) struct Axis {
    /// How many elements.
    pub(super) extent: usize,
    /// Bytes from one to the next in the source.
    pub(super) source: isize,
    /// Bytes from one to the next in the target.
    pub(super) target: isize,
}

impl Axis {
    const UNIT: Axis = Axis { extent: 1, source: 0, target: 0 };

    /// The one axis that does for this axis and one inside it, if there is such.
    fn merged(self, inner: Axis) -> Option<Axis> {
        let span = inner.extent.cast_signed();
        let seamless = self.source == inner.source.wrapping_mul(span)
            && self.target == inner.target.wrapping_mul(span);
        seamless.then_some(Axis { extent: self.extent.wrapping_mul(inner.extent), ..inner })
    }
}

/// All elements of both sides, numbered from 0 in an order of our own choice.
pub(super) struct Walk {
    axes: [Axis; MAX_AXES],
    rank: usize,
    from: *const u8,
    to: *mut u8,
}

// SAFETY: a walk is addresses and numbers; who follows them vouches for the rest.
unsafe impl Sync for Walk {}

impl Walk {
    /// A walk over two strided sides; `None` if there is no element.
    pub(super) fn new(
        shape: &[i64],
        from: *const u8,
        source: &[i64],
        to: *mut u8,
        target: &[i64],
    ) -> Option<Walk> {
        Walk::over(shape, from, source.iter().copied(), to, target)
    }

    /// A walk on which every source element is the one at `from`.
    pub(super) fn repeating(
        shape: &[i64],
        from: *const u8,
        to: *mut u8,
        target: &[i64],
    ) -> Option<Walk> {
        Walk::over(shape, from, std::iter::repeat(0), to, target)
    }

    fn over(
        shape: &[i64],
        from: *const u8,
        source: impl Iterator<Item = i64>,
        to: *mut u8,
        target: &[i64],
    ) -> Option<Walk> {
        if shape.iter().any(|&extent| extent <= 0) {
            return None;
        }
        let mut walk = Walk { axes: [Axis::UNIT; MAX_AXES], rank: 0, from, to };
        for ((&extent, source), &target) in shape.iter().zip(source).zip(target) {
            let axis =
                Axis { extent: extent as usize, source: source as isize, target: target as isize };
            if extent > 1 {
                walk.insert(axis);
            }
        }
        walk.merge();
        walk.lengthen();
        Some(walk)
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
        let Some(tail) = self.axes.get_mut(place..=self.rank) else { return };
        tail.rotate_right(1);
        tail[0] = axis;
        self.rank += 1;
    }

    /// Makes one axis of neighbours that step alike; leaves one axis at least.
    fn merge(&mut self) {
        let mut last = 0;
        for next in 1..self.rank {
            let inner = self.axes[next];
            if let Some(both) = self.axes[last].merged(inner) {
                self.axes[last] = both;
            } else {
                last += 1;
                self.axes[last] = inner;
            }
        }
        self.rank = last + 1;
    }

    /// Puts the longer of the two inner axes inside if the other makes short runs: three
    /// passes over an image's channels beat a run per pixel.
    fn lengthen(&mut self) {
        if let [.., outer, inner] = &mut self.axes[..self.rank]
            && inner.extent < SHORT
            && inner.extent < outer.extent
        {
            std::mem::swap(outer, inner);
        }
    }

    fn axes(&self) -> &[Axis] {
        &self.axes[..self.rank]
    }

    /// How many elements there are.
    pub(super) fn count(&self) -> usize {
        self.axes().iter().fold(1, |count, axis| count.wrapping_mul(axis.extent))
    }

    /// The source elements from number `start` on.
    pub(super) fn source(&self, start: usize) -> Cursor<'_> {
        Cursor::new(self.axes(), |axis| axis.source, self.from.cast_mut(), start)
    }

    /// The target elements from number `start` on.
    pub(super) fn target(&self, start: usize) -> Cursor<'_> {
        Cursor::new(self.axes(), |axis| axis.target, self.to, start)
    }
}
