//! Shares in what is not a tensor: like `Arc`, but running out of memory is an error.

use std::any::Any;
use std::mem::{ManuallyDrop, MaybeUninit};
use std::ops::Deref;
use std::ptr::{self, NonNull};
use std::sync::atomic::{AtomicUsize, Ordering};

use crate::model::alloc;
use crate::model::error::Result;
use crate::model::gradient::Gradient;

/// How many shares there are in something that goes with the last of them.
#[derive(Debug)]
pub(super) struct Shares(AtomicUsize);

impl Shares {
    /// One share.
    pub(super) const fn one() -> Shares {
        Shares(AtomicUsize::new(1))
    }

    /// Whether there is no other share than the caller's. What others did with theirs, until they gave
    /// them up, happened before this.
    pub(super) fn is_one(&self) -> bool {
        self.0.load(Ordering::Acquire) == 1
    }

    /// Takes another share, for who has one.
    pub(super) fn take(&self) {
        // So many shares can only be leaked ones; wrapping would free memory in use.
        if self.0.fetch_add(1, Ordering::Relaxed) > isize::MAX as usize {
            std::process::abort();
        }
    }

    /// Gives a share up, which is not used afterwards; whether it was the last one. What others did
    /// with theirs happened before that.
    #[must_use]
    pub(super) fn give_up(&self) -> bool {
        // Who has the only share need not ask anybody: no other thread can take one.
        if self.is_one() {
            return true;
        }
        // A load instead of a fence, so that ThreadSanitizer, which knows no fences, sees it too.
        self.0.fetch_sub(1, Ordering::Release) == 1 && self.0.load(Ordering::Acquire) == 0
    }
}

/// Something, and how many shares there are in it.
pub struct Counted<T: ?Sized> {
    shares: Shares,
    value: T,
}

impl<T> Counted<T> {
    /// One that is there from the beginning, and whose first share nobody gives up.
    pub const fn forever(value: T) -> Counted<T> {
        Counted { shares: Shares::one(), value }
    }

    /// What is shared.
    pub fn value(&self) -> &T {
        &self.value
    }
}

/// Room for something that will be shared: to be had while a call may still fail.
pub struct Room<T>(Box<MaybeUninit<Counted<T>>>);

impl<T> Room<T> {
    /// # Errors
    /// `TA_ERR_OUT_OF_MEMORY`, naming `what`.
    pub fn new(what: &'static str) -> Result<Room<T>> {
        alloc::boxed(MaybeUninit::uninit(), what).map(Room)
    }

    /// What is to be shared; as a box, which can be made one of a trait object.
    pub fn fill(self, value: T) -> Box<Counted<T>> {
        Box::write(self.0, Counted { shares: Shares::one(), value })
    }
}

/// A share in a `T`: cloning takes another one, and the last one drops it.
pub struct Shared<T: ?Sized>(NonNull<Counted<T>>);

// SAFETY: as of `Arc`: shares on several threads give each a reference, and any of them may drop it.
unsafe impl<T: ?Sized + Send + Sync> Send for Shared<T> {}
// SAFETY: as above.
unsafe impl<T: ?Sized + Send + Sync> Sync for Shared<T> {}

impl<T> Shared<T> {
    /// A share in `value`, which has no other.
    ///
    /// # Errors
    /// `TA_ERR_OUT_OF_MEMORY`, naming `what`.
    pub fn new(value: T, what: &'static str) -> Result<Shared<T>> {
        Room::new(what).map(|room| room.fill(value).into())
    }

    /// The share as a pointer.
    pub fn into_raw(self) -> NonNull<Counted<T>> {
        ManuallyDrop::new(self).0
    }

    /// The share behind a pointer.
    ///
    /// # Safety
    /// `raw` came from [`Shared::into_raw`] and its share is still there; it is the result's now.
    pub unsafe fn from_raw(raw: NonNull<Counted<T>>) -> Shared<T> {
        Shared(raw)
    }
}

impl<T: ?Sized> Shared<T> {
    /// A share in what stays forever.
    pub fn in_static(counted: &'static Counted<T>) -> Shared<T> {
        counted.shares.take();
        Shared(NonNull::from(counted))
    }

    /// Where it is: what tells it from others.
    pub fn as_ptr(&self) -> *const T {
        &raw const **self
    }

    /// Whether both are shares in one.
    pub fn is(&self, other: &Shared<T>) -> bool {
        ptr::addr_eq(self.0.as_ptr(), other.0.as_ptr())
    }

    fn counted(&self) -> &Counted<T> {
        // SAFETY: alive as long as a share is, and nobody has it for himself.
        unsafe { self.0.as_ref() }
    }
}

impl<T: ?Sized> From<Box<Counted<T>>> for Shared<T> {
    fn from(first: Box<Counted<T>>) -> Shared<T> {
        Shared(NonNull::from(Box::leak(first)))
    }
}

impl<T: Gradient> From<Shared<T>> for Shared<dyn Gradient> {
    fn from(state: Shared<T>) -> Shared<dyn Gradient> {
        Shared(state.into_raw())
    }
}

impl Shared<dyn Gradient> {
    /// The share as one in a `T`, if it is.
    pub fn downcast<T: Gradient>(self) -> Option<Shared<T>> {
        let state: &dyn Any = &*self;
        state.is::<T>().then(|| Shared(ManuallyDrop::new(self).0.cast()))
    }
}

impl<T: ?Sized> Deref for Shared<T> {
    type Target = T;

    fn deref(&self) -> &T {
        &self.counted().value
    }
}

impl<T: ?Sized> Clone for Shared<T> {
    fn clone(&self) -> Shared<T> {
        self.counted().shares.take();
        Shared(self.0)
    }
}

impl<T: ?Sized> Drop for Shared<T> {
    fn drop(&mut self) {
        if self.counted().shares.give_up() {
            // SAFETY: made of a box, and the last share in it is gone.
            drop(unsafe { Box::from_raw(self.0.as_ptr()) });
        }
    }
}
