//! Strided copies where a device has no kernel for them: one copy of bytes after another.

use std::ptr;

use crate::convert::Walk;
use crate::devices::backend::{Backend, Place};
use crate::model::error::Result;
use crate::model::layout::MAX_NDIM;

/// The bytes that stand side by side on both sides of a copy, as far as they do.
///
/// What is between them in the target is never touched, so that others may write it meanwhile; a
/// copy through a block that spans the target would bring old bytes back.
pub(super) struct Runs(Walk);

impl Runs {
    /// Runs of elements of `itemsize` bytes, by the byte strides of both sides; `None` if there is no
    /// element.
    pub(super) fn of(
        shape: &[i64],
        target: &[i64],
        source: &[i64],
        itemsize: usize,
    ) -> Option<Runs> {
        let ndim = shape.len();
        // The bytes of an element are the last axis.
        let (mut extents, mut read, mut written) =
            ([itemsize as i64; MAX_NDIM + 1], [1; MAX_NDIM + 1], [1; MAX_NDIM + 1]);
        extents[..ndim].copy_from_slice(shape);
        read[..ndim].copy_from_slice(source);
        written[..ndim].copy_from_slice(target);
        let all = ..ndim + 1;
        // Offsets from the first element, as the device's handles cannot be added to.
        Walk::new(&extents[all], ptr::null(), &read[all], ptr::null_mut(), &written[all]).map(Runs)
    }

    /// Queues the copies.
    ///
    /// # Safety
    /// As [`Backend::copy`], of all elements; the target's do not overlap each other either.
    ///
    /// # Errors
    /// What the device's maker says; the runs before that one have been queued.
    pub(super) unsafe fn copy(
        &self,
        backend: &dyn Backend,
        target: Place,
        source: Place,
        stream: i64,
    ) -> Result<()> {
        let (bytes, outer) = match self.0.axes() {
            [outer @ .., run] if run.source == 1 && run.target == 1 => (run.extent, outer),
            axes => (1, axes),
        };
        let (from, to) = self.0.start();
        for number in 0..self.0.count() / bytes {
            let (mut rest, mut from, mut to) = (number, from, to);
            for axis in outer.iter().rev() {
                let position = (rest % axis.extent).cast_signed();
                from = from.wrapping_offset(position * axis.source);
                to = to.wrapping_offset(position * axis.target);
                rest /= axis.extent;
            }
            let (from, to) = (from.addr().cast_signed() as i64, to.addr().cast_signed() as i64);
            // SAFETY: passed on from this function's contract, as a run is inside the elements.
            unsafe { backend.copy(target.moved(to), source.moved(from), bytes, stream) }?;
        }
        Ok(())
    }
}
