//! An array on the stack of which only what is used is ever written.
//!
//! Room for the most axes there can be is half a kilobyte, and clearing it costs more than most
//! calls do otherwise.

use std::mem::MaybeUninit;
use std::ops::{Deref, DerefMut};

use crate::model::layout::MAX_NDIM;

/// A slice of at most `N` values that lives on the stack.
pub struct Prefix<T, const N: usize> {
    values: [MaybeUninit<T>; N],
    /// So many from the start are initialised.
    len: usize,
}

/// One number per axis: extents, strides or positions.
pub type Dims = Prefix<i64, MAX_NDIM>;

impl<T: Copy, const N: usize> Prefix<T, N> {
    /// Nothing yet.
    #[inline(always)]
    pub fn empty() -> Prefix<T, N> {
        Prefix { values: [const { MaybeUninit::uninit() }; N], len: 0 }
    }

    /// `len` times `value`; at most `N` times.
    #[inline(always)]
    pub fn filled(value: T, len: usize) -> Prefix<T, N> {
        let mut it = Prefix::empty();
        it.fill_up(value, len);
        it
    }

    /// As many more of `value` as make `len`; at most `N`. In place: a large one is not to be moved.
    #[inline]
    pub fn fill_up(&mut self, value: T, len: usize) {
        if let Some(more) = self.values[..len].get_mut(self.len..) {
            more.fill(MaybeUninit::new(value));
            self.len = len;
        }
    }

    /// One value more; there must be room.
    #[inline]
    pub fn push(&mut self, value: T) {
        self.values[self.len] = MaybeUninit::new(value);
        self.len += 1;
    }

    /// None any more.
    #[inline]
    pub fn clear(&mut self) {
        self.len = 0;
    }

    /// One value less, if there is one.
    #[inline]
    pub fn pop(&mut self) {
        self.len = self.len.saturating_sub(1);
    }
}

impl Dims {
    /// So many zeros.
    #[inline(always)]
    pub fn zeros(len: usize) -> Dims {
        Dims::filled(0, len)
    }
}

impl<T, const N: usize> Deref for Prefix<T, N> {
    type Target = [T];

    #[inline]
    fn deref(&self) -> &[T] {
        // SAFETY: that many are initialised: `filled` and `push` write what they count.
        unsafe { std::slice::from_raw_parts(self.values.as_ptr().cast(), self.len) }
    }
}

impl<T, const N: usize> DerefMut for Prefix<T, N> {
    #[inline]
    fn deref_mut(&mut self) -> &mut [T] {
        // SAFETY: as above.
        unsafe { std::slice::from_raw_parts_mut(self.values.as_mut_ptr().cast(), self.len) }
    }
}

impl<T: Copy, const N: usize> Clone for Prefix<T, N> {
    fn clone(&self) -> Prefix<T, N> {
        let mut copy = Prefix::empty();
        self.iter().for_each(|&value| copy.push(value));
        copy
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn holds_what_was_put_in() {
        let mut some = Prefix::<u8, 4>::filled(7, 2);
        some.push(1);
        some[0] = 2;
        let copy = some.clone();
        some.pop();
        assert_eq!((&*some, &*copy), (&[2, 7][..], &[2, 7, 1][..]));
        assert!(Dims::zeros(0).is_empty());
    }

    #[test]
    #[should_panic(expected = "out of range")]
    fn never_holds_more_than_it_has_room_for() {
        Prefix::<u8, 4>::filled(0, 5);
    }
}
