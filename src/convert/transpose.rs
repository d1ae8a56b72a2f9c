//! Rows to columns: small squares in registers, the margins element by element.

use super::isa::Isa;
use super::patch::{Line, Patch, copy_lines};
use super::prefetch;

/// Bytes that are written at once where that can be.
const LINE: usize = 64;

/// Transposes a patch, and stores past the cache if told so.
///
/// The contract of each: all elements can be read and written, and none overlap; the columns of the
/// first patch and the rows of the second are dense, and the extents multiples of a square's. What is
/// stored past the cache is aligned to a square's line.
type Squares = unsafe fn(Patch, Patch, bool);

/// A loop over squares of one size of element.
#[derive(Clone, Copy)]
struct Kernel {
    /// Bytes of an element.
    size: usize,
    /// Extents of a square in the target.
    rows: usize,
    columns: usize,
    run: Squares,
}

impl Kernel {
    /// Transposes the whole squares from the first row and column on; returns how many rows and
    /// columns they are. `ahead` is as in [`stream`].
    ///
    /// # Safety
    /// As for all [`Squares`], whatever the extents.
    unsafe fn run(self, from: Patch, to: Patch, is_streamed: bool, ahead: isize) -> (usize, usize) {
        let rows = to.rows / self.rows * self.rows;
        let columns = to.columns / self.columns * self.columns;
        // A line of source and target at a time, so that each is in the cache once.
        let side = LINE / self.size;
        for row in (0..rows).step_by(side) {
            for column in (0..columns).step_by(side) {
                let (height, width) = (side.min(rows - row), side.min(columns - column));
                let [from, to] = [from, to].map(|side| side.part(row, column, height, width));
                if ahead != 0 {
                    prefetch::lines(from.at.wrapping_offset(ahead), from.column, width);
                }
                // SAFETY: whole squares, of what the caller vouches for.
                unsafe { (self.run)(from, to, is_streamed) };
            }
        }
        (rows, columns)
    }
}

/// Copies a patch whose columns are dense to one whose rows are, `N` bytes an element; `line` does
/// what is left of a line at the margins.
///
/// # Safety
/// As for [`copy`](super::patch::copy); `from.row` and `to.column` are `N`.
pub(super) unsafe fn run<const N: usize>(
    from: Patch,
    to: Patch,
    isa: Isa,
    line: impl Fn(Line, Line) + Copy,
) {
    let (mut from, mut to) = (from, to);
    for kernel in kernels(N, isa).into_iter().flatten() {
        // SAFETY: passed on from this function's contract.
        let (rows, columns) = unsafe { kernel.run(from, to, false, 0) };
        let (below, right) = (to.rows - rows, to.columns - columns);
        copy_lines(from.part(rows, 0, below, columns), to.part(rows, 0, below, columns), line);
        (from, to) = (from.part(0, columns, to.rows, right), to.part(0, columns, to.rows, right));
    }
    copy_lines(from, to, line);
}

/// The same past the cache, where whole lines can be stored at once; returns the rows and columns that
/// are done. What is to be read next is `ahead` bytes further on, or unknown if 0.
///
/// # Safety
/// As for [`run`], with elements of `size` bytes.
pub(super) unsafe fn stream(
    from: Patch,
    to: Patch,
    size: usize,
    ahead: isize,
    isa: Isa,
) -> (usize, usize) {
    let is_aligned = to.at.addr().is_multiple_of(LINE) && to.row % LINE.cast_signed() == 0;
    match wide(size, isa) {
        // SAFETY: passed on from this function's contract; lines are aligned, as just seen.
        Some(kernel) if is_aligned => unsafe { kernel.run(from, to, true, ahead) },
        _ => (0, 0),
    }
}

/// Whether there are squares whose lines are whole lines of the cache: then there is no need to put
/// these together elsewhere.
pub(super) fn has_whole_lines(size: usize, isa: Isa) -> bool {
    wide(size, isa).is_some()
}

/// The loops for elements of `size` bytes, that with the largest squares first.
#[cfg(all(target_arch = "x86_64", not(miri)))]
fn kernels(size: usize, isa: Isa) -> [Option<Kernel>; 2] {
    [wide(size, isa), x86::narrow(size)]
}

#[cfg(not(all(target_arch = "x86_64", not(miri))))]
fn kernels(_: usize, _: Isa) -> [Option<Kernel>; 0] {
    []
}

#[cfg(all(target_arch = "x86_64", not(miri)))]
fn wide(size: usize, isa: Isa) -> Option<Kernel> {
    if isa == Isa::Avx512 { x86::wide(size) } else { None }
}

#[cfg(not(all(target_arch = "x86_64", not(miri))))]
fn wide(_: usize, _: Isa) -> Option<Kernel> {
    None
}

/// Squares whose lines are 16 bytes each, one in a register or four side by side.
///
/// To interleave two lines moves what was an element's distance within one to half of it; after as
/// many rounds as the side has bits, columns have become lines. The pairs are spelled out, as lines
/// stay in registers only where no place is computed.
#[cfg(all(target_arch = "x86_64", not(miri)))]
mod x86 {
    use super::Kernel;
    use crate::convert::patch::Patch;
    use std::arch::x86_64::*;

    /// Bytes of a square's line.
    const PIECE: usize = size_of::<__m128i>();

    /// # Safety
    /// A piece can be read.
    #[inline]
    #[target_feature(enable = "sse2")]
    unsafe fn one(from: *const u8, _: isize) -> __m128i {
        // SAFETY: by this function's contract.
        unsafe { _mm_loadu_si128(from.cast()) }
    }

    /// # Safety
    /// Four pieces can be read, so many bytes apart.
    #[inline]
    #[target_feature(enable = "avx512f")]
    unsafe fn four(from: *const u8, pitch: isize) -> __m512i {
        let piece = |place: isize| {
            let at = from.wrapping_offset(pitch.wrapping_mul(place));
            // SAFETY: by this function's contract.
            unsafe { _mm_loadu_si128(at.cast()) }
        };
        let pieces = _mm512_castsi128_si512(piece(0));
        let pieces = _mm512_inserti32x4::<1>(pieces, piece(1));
        let pieces = _mm512_inserti32x4::<2>(pieces, piece(2));
        _mm512_inserti32x4::<3>(pieces, piece(3))
    }

    macro_rules! squares {
        ($table:ident: $features:literal, $load:ident, $store:ident, $stream:ident;
         $($name:ident: $size:literal, $rounds:literal, $low:ident, $high:ident, [$($pair:literal)*];)*) => {
            /// The loop for elements of `size` bytes.
            pub(super) fn $table(size: usize) -> Option<Kernel> {
                match size {
                    $($size => {
                        let rows = PIECE / $size;
                        let columns = rows * lanes($load);
                        Some(Kernel { size, rows, columns, run: $name })
                    })*
                    _ => None,
                }
            }

            $(
                /// # Safety
                /// As for all `Squares`, on a processor with these instructions.
                #[target_feature(enable = $features)]
                unsafe fn $name(from: Patch, to: Patch, is_streamed: bool) {
                    const SIDE: usize = PIECE / $size;
                    for column in (0..to.columns).step_by(SIDE * lanes($load)) {
                        for row in (0..to.rows).step_by(SIDE) {
                            let read = from.part(row, column, SIDE, SIDE);
                            let mut lines: [_; SIDE] = std::array::from_fn(|place| {
                                let at = read.flipped().row_at(place);
                                let pitch = read.column.wrapping_mul(SIDE.cast_signed());
                                // SAFETY: within the patch that the caller vouches for.
                                unsafe { $load(at, pitch) }
                            });
                            for _ in 0..$rounds {
                                let old = lines;
                                $(
                                    let (upper, lower) = (old[$pair], old[$pair + SIDE / 2]);
                                    lines[2 * $pair] = $low(upper, lower);
                                    lines[2 * $pair + 1] = $high(upper, lower);
                                )*
                            }
                            let write = to.part(row, column, SIDE, SIDE);
                            for (place, line) in lines.into_iter().enumerate() {
                                let at = write.row_at(place).cast();
                                match is_streamed {
                                    // SAFETY: as above, and aligned by the contract.
                                    true => unsafe { $stream(at, line) },
                                    // SAFETY: as above.
                                    false => unsafe { $store(at, line) },
                                }
                            }
                        }
                    }
                }
            )*
        };
    }

    /// How many pieces a loader takes.
    const fn lanes<V>(_: unsafe fn(*const u8, isize) -> V) -> usize {
        size_of::<V>() / PIECE
    }

    squares! {
        // Never past the cache, where pieces of a line would go one by one.
        narrow: "sse2", one, _mm_storeu_si128, _mm_storeu_si128;
        narrow_1: 1, 4, _mm_unpacklo_epi8, _mm_unpackhi_epi8, [0 1 2 3 4 5 6 7];
        narrow_2: 2, 3, _mm_unpacklo_epi16, _mm_unpackhi_epi16, [0 1 2 3];
        narrow_4: 4, 2, _mm_unpacklo_epi32, _mm_unpackhi_epi32, [0 1];
        narrow_8: 8, 1, _mm_unpacklo_epi64, _mm_unpackhi_epi64, [0];
    }

    squares! {
        wide: "avx512f,avx512bw", four, _mm512_storeu_si512, _mm512_stream_si512;
        wide_1: 1, 4, _mm512_unpacklo_epi8, _mm512_unpackhi_epi8, [0 1 2 3 4 5 6 7];
        wide_2: 2, 3, _mm512_unpacklo_epi16, _mm512_unpackhi_epi16, [0 1 2 3];
        wide_4: 4, 2, _mm512_unpacklo_epi32, _mm512_unpackhi_epi32, [0 1];
        wide_8: 8, 1, _mm512_unpacklo_epi64, _mm512_unpackhi_epi64, [0];
    }
}
