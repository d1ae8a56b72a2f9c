//! The loops that change elements, one for each step that a conversion is made of.
//!
//! A step is a function of one number; [`compiled`] makes a loop of it for each instruction set,
//! and the compiler vectorises it. Loops work on dense native elements at any alignment.

mod bits;
mod complex;
pub(super) mod float8;
mod floats;
mod half;
mod integers;
mod round;
#[cfg(all(target_arch = "x86_64", not(miri)))]
mod streamed;
mod truth;
#[cfg(target_arch = "x86_64")]
mod vectors;

use super::isa::Isa;
use crate::model::dtype::DType;
use std::marker::PhantomData;
use std::mem::MaybeUninit;

pub(super) use bits::{is_swapped_at_once, swap};

/// Reads so many numbers from the first pointer and writes what becomes of them to the second.
///
/// The contract of each: all of them can be read and written, at any alignment, and the two
/// do not overlap.
pub(super) type Loop = unsafe fn(*const u8, *mut u8, usize);

/// What becomes of one number.
pub(super) trait Step {
    /// Plain bytes: any bits are a value.
    type From: Copy;
    /// Plain bytes: any bits are a value.
    type To: Copy;

    /// The new number. Always inlined, so that it is compiled for the loop's instructions.
    fn cast(from: Self::From) -> Self::To;
}

/// Two steps in one loop.
pub(super) struct Then<A, B>(PhantomData<(A, B)>);

impl<A: Step, B: Step<From = A::To>> Step for Then<A, B> {
    type From = A::From;
    type To = B::To;

    #[inline(always)]
    fn cast(from: A::From) -> B::To {
        B::cast(A::cast(from))
    }
}

/// A number at any address.
#[derive(Clone, Copy)]
#[repr(C, packed)]
pub(super) struct Unaligned<T>(pub(super) T);

/// The loop of a step, for these instructions.
pub(super) fn compiled<S: Step>(isa: Isa) -> Loop {
    match isa {
        Isa::Portable => portable::run::<S>,
        #[cfg(target_arch = "x86_64")]
        Isa::Avx2 => avx2::run::<S>,
        #[cfg(target_arch = "x86_64")]
        Isa::Avx512 => avx512::run::<S>,
    }
}

/// The loop of a step that is written by hand for the widest vectors.
pub(super) fn compiled_narrow<S: Step>(isa: Isa) -> Option<Loop> {
    match isa {
        Isa::Portable => Some(portable::run::<S>),
        #[cfg(target_arch = "x86_64")]
        Isa::Avx2 => Some(avx2::run::<S>),
        #[cfg(target_arch = "x86_64")]
        Isa::Avx512 => None,
    }
}

/// The loop of two steps at once, compiled for the widest vectors alone so that the library stays
/// small; elsewhere the two are taken one by one.
pub(super) fn fused<S: Step>(isa: Isa) -> Option<Loop> {
    match isa {
        #[cfg(target_arch = "x86_64")]
        Isa::Avx512 => Some(avx512::run::<S>),
        _ => None,
    }
}

/// A loop for one instruction set, in a module of its name.
macro_rules! instructions {
    ($(#[$cfg:meta])* $name:ident $($features:literal)?) => {
        $(#[$cfg])*
        mod $name {
            use super::*;

            /// # Safety
            /// As for every [`Loop`], on a processor with these instructions.
            $(#[target_feature(enable = $features)])?
            pub(super) unsafe fn run<S: Step>(from: *const u8, to: *mut u8, len: usize) {
                let from = from.cast::<Unaligned<S::From>>();
                let to = to.cast::<MaybeUninit<Unaligned<S::To>>>();
                // SAFETY: the caller vouches for the numbers, which need no alignment.
                let from = unsafe { std::slice::from_raw_parts(from, len) };
                // SAFETY: as above; what is written may be uninitialised before.
                each::<S>(from, unsafe { std::slice::from_raw_parts_mut(to, len) });
            }

            /// A function of its own, and not always inlined, because the compiler knows of arguments that
            /// they do not overlap: it need not look, nor have a second loop for when they do.
            $(#[target_feature(enable = $features)])?
            fn each<S: Step>(
                from: &[Unaligned<S::From>],
                to: &mut [MaybeUninit<Unaligned<S::To>>],
            ) {
                for (new, old) in to.iter_mut().zip(from) {
                    new.write(Unaligned(S::cast(old.0)));
                }
            }
        }
    };
}

instructions!(portable);
instructions!(#[cfg(target_arch = "x86_64")] avx2 "avx2,f16c");
instructions!(#[cfg(target_arch = "x86_64")] avx512 "avx2,f16c,avx512f,avx512bw,avx512dq,avx512vl");

/// Whether elements of one dtype are elements of the other without a step.
pub(super) fn have_same_bits(from: DType, to: DType) -> bool {
    integers::unsigned(from) == integers::unsigned(to)
}

/// The loop that leads from one dtype to another at once and stores whole lines of results past the cache;
/// `None` where there is none, or not for these instructions.
#[cfg(all(target_arch = "x86_64", not(miri)))]
pub(super) fn streamed(from: DType, to: DType, isa: Isa) -> Option<Loop> {
    if isa == Isa::Avx512 { streamed::between(from, to) } else { None }
}

#[cfg(not(all(target_arch = "x86_64", not(miri))))]
pub(super) fn streamed(_: DType, _: DType, _: Isa) -> Option<Loop> {
    None
}

/// The loop that leads from one dtype to another at once; `None` where there is none.
pub(super) fn between(from: DType, to: DType, isa: Isa) -> Option<Loop> {
    None.or_else(|| truth::between(from, to, isa))
        .or_else(|| integers::between(from, to, isa))
        .or_else(|| round::between(from, to, isa))
        .or_else(|| floats::between(from, to, isa))
        .or_else(|| half::between(from, to, isa))
        .or_else(|| float8::between(from, to, isa))
        .or_else(|| complex::between(from, to, isa))
}
