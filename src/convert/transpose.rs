//! Rows to columns: small squares in registers, the margins element by element.

use super::patch::{Line, Patch, copy_lines};

/// Copies a patch whose columns are dense to one whose rows are, `N` bytes an element; `line` does
/// what is left of a line at the margins.
///
/// # Safety
/// As for [`copy`](super::patch::copy); `from.row` and `to.column` are `N`.
pub(super) unsafe fn run<const N: usize>(from: Patch, to: Patch, line: impl Fn(Line, Line) + Copy) {
    let side = side(N);
    let (rows, columns) = (to.rows / side * side, to.columns / side * side);
    // Along the source's dense columns first: each cache line is read to its end while it is there.
    for column in (0..columns).step_by(side) {
        for row in (0..rows).step_by(side) {
            let (read, write) =
                (from.part(row, column, side, side), to.part(row, column, side, side));
            // SAFETY: a square inside both patches, dense as the caller says.
            unsafe { square::<N>(read.at, read.column, write.at, write.row) };
        }
    }
    let (right, below) = (to.columns - columns, to.rows - rows);
    copy_lines(from.part(0, columns, to.rows, right), to.part(0, columns, to.rows, right), line);
    copy_lines(from.part(rows, 0, below, columns), to.part(rows, 0, below, columns), line);
}

/// Elements along the side of a square that is transposed at once; 1 where none is.
#[cfg(target_arch = "x86_64")]
fn side(size: usize) -> usize {
    if cfg!(miri) || size > 8 { 1 } else { 16 / size }
}

#[cfg(not(target_arch = "x86_64"))]
fn side(_: usize) -> usize {
    1
}

/// Transposes one square: lines of it are `from_pitch` apart in the source, `to_pitch` in the target.
///
/// # Safety
/// [`side`] lines of as many dense elements of `N` bytes can be read and written.
#[inline(always)]
unsafe fn square<const N: usize>(from: *const u8, from_pitch: isize, to: *mut u8, to_pitch: isize) {
    match N {
        #[cfg(target_arch = "x86_64")]
        // SAFETY: passed on from this function's contract.
        1 if side(1) > 1 => unsafe { x86::square_16(from, from_pitch, to, to_pitch) },
        #[cfg(target_arch = "x86_64")]
        // SAFETY: as above.
        2 if side(2) > 1 => unsafe { x86::square_8(from, from_pitch, to, to_pitch) },
        #[cfg(target_arch = "x86_64")]
        // SAFETY: as above.
        4 if side(4) > 1 => unsafe { x86::square_4(from, from_pitch, to, to_pitch) },
        #[cfg(target_arch = "x86_64")]
        // SAFETY: as above.
        8 if side(8) > 1 => unsafe { x86::square_2(from, from_pitch, to, to_pitch) },
        // SAFETY: a square of one element.
        _ => unsafe { from.copy_to_nonoverlapping(to, N) },
    }
}

/// Squares whose lines are one 16-byte register each, which every x86-64 has.
///
/// To interleave two lines moves what was an element's distance within one to half of it; after as
/// many rounds as the side has bits, columns have become lines.
#[cfg(target_arch = "x86_64")]
mod x86 {
    use std::arch::x86_64::*;

    macro_rules! squares {
        ($($name:ident, $side:literal, $rounds:literal, $low:ident, $high:ident;)*) => {$(
            /// # Safety
            /// As many lines of 16 bytes as the square has can be read and written.
            #[inline]
            #[target_feature(enable = "sse2")]
            pub(super) unsafe fn $name(
                from: *const u8,
                from_pitch: isize,
                to: *mut u8,
                to_pitch: isize,
            ) {
                let mut lines = [_mm_setzero_si128(); $side];
                for (place, line) in lines.iter_mut().enumerate() {
                    let at = from.wrapping_offset(from_pitch.wrapping_mul(place.cast_signed()));
                    // SAFETY: by this function's contract.
                    *line = unsafe { _mm_loadu_si128(at.cast()) };
                }
                for _ in 0..$rounds {
                    let old = lines;
                    for pair in 0..$side / 2 {
                        let (upper, lower) = (old[pair], old[pair + $side / 2]);
                        lines[2 * pair] = $low(upper, lower);
                        lines[2 * pair + 1] = $high(upper, lower);
                    }
                }
                for (place, line) in lines.into_iter().enumerate() {
                    let at = to.wrapping_offset(to_pitch.wrapping_mul(place.cast_signed()));
                    // SAFETY: by this function's contract.
                    unsafe { _mm_storeu_si128(at.cast(), line) };
                }
            }
        )*};
    }

    squares! {
        square_16, 16, 4, _mm_unpacklo_epi8, _mm_unpackhi_epi8;
        square_8, 8, 3, _mm_unpacklo_epi16, _mm_unpackhi_epi16;
        square_4, 4, 2, _mm_unpacklo_epi32, _mm_unpackhi_epi32;
        square_2, 2, 1, _mm_unpacklo_epi64, _mm_unpackhi_epi64;
    }
}
