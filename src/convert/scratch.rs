//! Typed scratch memory: rows of slots, each with room for one value of any kind.

use super::wide::Wide;

/// Room for one element or one wide value; the largest of either is a `complex128`.
#[derive(Clone, Copy)]
#[repr(C, align(16))]
pub(super) struct Slot([u8; 16]);

impl Slot {
    /// A slot with all bits zero, which is a value of every kind.
    pub(super) const ZERO: Slot = Slot([0; 16]);
}

/// The values in a row of slots: as many as there are slots, densely from the start.
pub(super) fn values<W: Wide>(slots: &[Slot]) -> &[W] {
    // SAFETY: a `Wide` is no larger and no more aligned than a slot, and any bits are one.
    unsafe { std::slice::from_raw_parts(slots.as_ptr().cast(), slots.len()) }
}

/// As [`values`], to be written.
pub(super) fn values_mut<W: Wide>(slots: &mut [Slot]) -> &mut [W] {
    // SAFETY: a `Wide` is no larger and no more aligned than a slot, and any bits are one.
    unsafe { std::slice::from_raw_parts_mut(slots.as_mut_ptr().cast(), slots.len()) }
}

/// All bytes of a row of slots.
pub(super) fn bytes_mut(slots: &mut [Slot]) -> &mut [u8] {
    // SAFETY: a slot is bytes and nothing else.
    unsafe { std::slice::from_raw_parts_mut(slots.as_mut_ptr().cast(), size_of_val(slots)) }
}
