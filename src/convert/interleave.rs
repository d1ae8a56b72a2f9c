//! Between pixels and planes: elements that alternate between two, three or four rows, and the rows.
//!
//! A loop that takes all members of a group at once is one that the compiler makes shuffles of.

use super::isa::Isa;
use super::patch::Patch;
use super::steps::Unaligned;
use std::mem::MaybeUninit;

/// Moves so many groups between a dense side, the first of the pointers for [`split`] and the
/// second for [`merge`], and rows that are so many bytes apart.
///
/// The contract of each: all elements can be read and written, and none overlap.
type Groups = unsafe fn(*const u8, *mut u8, isize, usize);

/// Copies a patch that is dense by columns to one with dense rows, or the other way round, if the
/// columns are groups of two to four elements; returns whether it was one.
///
/// # Safety
/// As for [`copy`](super::patch::copy), on a processor with these instructions.
pub(super) unsafe fn run(from: Patch, to: Patch, size: usize, isa: Isa) -> bool {
    let pixels = |side: Patch| side.flipped().is_dense(size) && side.rows > 1;
    let loops = Loops::of(size, to.rows);
    match loops {
        Some(loops) if pixels(from) && to.has_dense_rows(size) => {
            // SAFETY: as the caller vouches; `to.rows` elements of `from` make a group.
            unsafe { loops.split.by(isa)(from.at, to.at, to.row, to.columns) };
            true
        }
        Some(loops) if pixels(to) && from.has_dense_rows(size) => {
            // SAFETY: as above, with the sides exchanged.
            unsafe { loops.merge.by(isa)(from.at, to.at, from.row, to.columns) };
            true
        }
        _ => false,
    }
}

/// One loop for each instruction set.
#[derive(Clone, Copy)]
struct Compiled {
    portable: Groups,
    #[cfg(target_arch = "x86_64")]
    avx2: Groups,
}

impl Compiled {
    fn by(self, isa: Isa) -> Groups {
        match isa {
            Isa::Portable => self.portable,
            // One loop for both: these are many, and the library is to stay small.
            #[cfg(target_arch = "x86_64")]
            Isa::Avx2 | Isa::Avx512 => self.avx2,
        }
    }
}

/// Both ways for one size of element and of group.
struct Loops {
    split: Compiled,
    merge: Compiled,
}

impl Loops {
    fn of(size: usize, group: usize) -> Option<Loops> {
        match size {
            1 => Loops::grouped::<u8>(group),
            2 => Loops::grouped::<u16>(group),
            4 => Loops::grouped::<u32>(group),
            8 => Loops::grouped::<u64>(group),
            _ => None,
        }
    }

    fn grouped<T: Copy>(group: usize) -> Option<Loops> {
        Some(match group {
            2 => Loops { split: split::compiled::<T, 2>(), merge: merge::compiled::<T, 2>() },
            3 => Loops { split: split::compiled::<T, 3>(), merge: merge::compiled::<T, 3>() },
            4 => Loops { split: split::compiled::<T, 4>(), merge: merge::compiled::<T, 4>() },
            _ => return None,
        })
    }
}

/// A loop for each instruction set of one function, which is inlined into them.
macro_rules! compiled {
    ($name:ident) => {
        mod $name {
            use super::*;

            pub(super) fn compiled<T: Copy, const K: usize>() -> Compiled {
                Compiled {
                    portable: super::$name::<T, K>,
                    #[cfg(target_arch = "x86_64")]
                    avx2: avx2::<T, K>,
                }
            }

            /// # Safety
            /// As for all [`Groups`], on a processor with these instructions.
            #[cfg(target_arch = "x86_64")]
            #[target_feature(enable = "avx2")]
            unsafe fn avx2<T: Copy, const K: usize>(
                from: *const u8,
                to: *mut u8,
                pitch: isize,
                len: usize,
            ) {
                // SAFETY: passed on from this function's contract.
                unsafe { super::$name::<T, K>(from, to, pitch, len) }
            }
        }
    };
}

compiled!(split);
compiled!(merge);

/// Groups of `K` to `K` rows.
///
/// # Safety
/// As for all [`Groups`].
#[inline(always)]
unsafe fn split<T: Copy, const K: usize>(from: *const u8, to: *mut u8, pitch: isize, len: usize) {
    // SAFETY: by this function's contract; nothing needs alignment.
    let from = unsafe { std::slice::from_raw_parts(from.cast::<Unaligned<[T; K]>>(), len) };
    let rows: [_; K] = std::array::from_fn(|row| {
        let at = to.wrapping_offset(pitch.wrapping_mul(row.cast_signed()));
        // SAFETY: as above; the rows do not overlap.
        unsafe { std::slice::from_raw_parts_mut(at.cast::<MaybeUninit<Unaligned<T>>>(), len) }
    });
    for (place, group) in from.iter().enumerate() {
        let group = group.0;
        for row in 0..K {
            rows[row][place].write(Unaligned(group[row]));
        }
    }
}

/// `K` rows to groups of `K`.
///
/// # Safety
/// As for all [`Groups`].
#[inline(always)]
unsafe fn merge<T: Copy, const K: usize>(from: *const u8, to: *mut u8, pitch: isize, len: usize) {
    let rows: [_; K] = std::array::from_fn(|row| {
        let at = from.wrapping_offset(pitch.wrapping_mul(row.cast_signed()));
        // SAFETY: by this function's contract; nothing needs alignment.
        unsafe { std::slice::from_raw_parts(at.cast::<Unaligned<T>>(), len) }
    });
    let to = to.cast::<MaybeUninit<Unaligned<[T; K]>>>();
    // SAFETY: as above.
    let to = unsafe { std::slice::from_raw_parts_mut(to, len) };
    for (place, group) in to.iter_mut().enumerate() {
        group.write(Unaligned(std::array::from_fn(|row| rows[row][place].0)));
    }
}
