//! Rows and columns of elements in memory, and moving their bytes from one such patch to another.

use super::isa::Isa;
use super::{every_other, interleave, prefetch, reversed, transpose};

/// A rectangle of elements.
#[derive(Clone, Copy)]
pub(super) struct Patch {
    /// The first one.
    pub(super) at: *mut u8,
    /// Bytes from one row to the next.
    pub(super) row: isize,
    /// Bytes from one column to the next.
    pub(super) column: isize,
    /// How many rows.
    pub(super) rows: usize,
    /// How many columns.
    pub(super) columns: usize,
}

impl Patch {
    /// A patch of the same extents whose elements of `size` bytes stand one after another from `at` on.
    pub(super) fn dense_like(self, at: *mut u8, size: usize) -> Patch {
        let column = size.cast_signed();
        Patch { at, column, row: column * self.columns.cast_signed(), ..self }
    }

    /// Whether the elements of each row, of `size` bytes, stand one after another.
    pub(super) fn has_dense_rows(&self, size: usize) -> bool {
        self.columns == 1 || self.column == size.cast_signed()
    }

    /// Whether the elements of each column do, and not those of each row.
    pub(super) fn has_dense_columns(&self, size: usize) -> bool {
        self.row == size.cast_signed() && self.column.unsigned_abs() > size
    }

    /// Whether all elements do.
    pub(super) fn is_dense(&self, size: usize) -> bool {
        let pitch = size.wrapping_mul(self.columns).cast_signed();
        self.has_dense_rows(size) && (self.rows == 1 || self.row == pitch)
    }

    /// The same elements as a single row, if they are dense.
    pub(super) fn in_one_row(self) -> Patch {
        Patch { rows: 1, columns: self.count(), ..self }
    }

    /// How many elements.
    pub(super) fn count(&self) -> usize {
        self.rows * self.columns
    }

    /// The same elements with rows for columns.
    pub(super) fn flipped(self) -> Patch {
        let Patch { at, row, column, rows, columns } = self;
        Patch { at, row: column, column: row, rows: columns, columns: rows }
    }

    /// The first byte of a row.
    pub(super) fn row_at(&self, row: usize) -> *mut u8 {
        self.at.wrapping_offset(self.row.wrapping_mul(row.cast_signed()))
    }

    /// The rectangle from a row and a column on.
    pub(super) fn part(&self, row: usize, column: usize, rows: usize, columns: usize) -> Patch {
        let along = self.column.wrapping_mul(column.cast_signed());
        Patch { at: self.row_at(row).wrapping_offset(along), rows, columns, ..*self }
    }

    /// Asks for the lines of a patch that is to be read soon and has dense columns.
    pub(super) fn prefetch_columns(self, size: usize) {
        for offset in (0..self.rows * size).step_by(prefetch::LINE) {
            prefetch::lines(self.at.wrapping_add(offset), self.column, self.columns);
        }
    }
}

/// Copies the elements of `from` to those of `to`, which has the same extents, `size` bytes each.
///
/// # Safety
/// All elements of `from` can be read and all of `to` written, and none overlap.
/// The processor has the instructions of `isa`.
pub(super) unsafe fn copy(from: Patch, to: Patch, size: usize, isa: Isa) {
    if from.has_dense_rows(size) && to.has_dense_rows(size) {
        for row in 0..to.rows {
            let bytes = size * to.columns;
            // SAFETY: the elements of a row stand one after another; the caller vouches for them.
            unsafe { from.row_at(row).copy_to_nonoverlapping(to.row_at(row), bytes) };
        }
        return;
    }
    // SAFETY: passed on from this function's contract.
    let is_done = unsafe { interleave::run(from, to, size, isa) }
        // SAFETY: as above, with rows for columns.
        || unsafe { interleave::run(from.flipped(), to.flipped(), size, isa) }
        // SAFETY: as at first.
        || unsafe { every_other::run(from, to, size, isa) };
    if is_done {
        return;
    }
    match size {
        // SAFETY: passed on from this function's contract.
        1 => unsafe { copy_sized::<1>(from, to, isa) },
        // SAFETY: as above.
        2 => unsafe { copy_sized::<2>(from, to, isa) },
        // SAFETY: as above.
        4 => unsafe { copy_sized::<4>(from, to, isa) },
        // SAFETY: as above.
        8 => unsafe { copy_sized::<8>(from, to, isa) },
        // SAFETY: as above.
        16 => unsafe { copy_sized::<16>(from, to, isa) },
        _ => copy_lines(from, to, |from, to| {
            // SAFETY: lines of the patches that the caller vouches for.
            unsafe { copy_each(from, to, size) }
        }),
    }
}

/// [`copy`] for a size known to the compiler.
///
/// # Safety
/// As for [`copy`].
unsafe fn copy_sized<const N: usize>(from: Patch, to: Patch, isa: Isa) {
    let size = N.cast_signed();
    let line = |from, to| {
        // SAFETY: lines of the patches that the caller vouches for.
        unsafe { copy_line::<N>(from, to, isa) }
    };
    if from.has_dense_columns(N) && to.column == size {
        // SAFETY: passed on from this function's contract.
        unsafe { transpose::run::<N>(from, to, isa, line) }
    } else if from.flipped().has_dense_columns(N) && to.row == size {
        // SAFETY: as above.
        unsafe { transpose::run::<N>(from.flipped(), to.flipped(), isa, line) }
    } else {
        copy_lines(from, to, line);
    }
}

/// Elements at even distances.
#[derive(Clone, Copy)]
pub(super) struct Line {
    at: *mut u8,
    step: isize,
    len: usize,
}

/// Calls `line` with the rows of both sides, or the columns where those are longer.
pub(super) fn copy_lines(from: Patch, to: Patch, line: impl Fn(Line, Line)) {
    let (from, to) = if to.rows > to.columns { (from.flipped(), to.flipped()) } else { (from, to) };
    for row in 0..to.rows {
        line(
            Line { at: from.row_at(row), step: from.column, len: to.columns },
            Line { at: to.row_at(row), step: to.column, len: to.columns },
        );
    }
}

/// Copies one line, `N` bytes an element; what the compiler can make vectors of has a loop of its own.
///
/// # Safety
/// As for [`copy`].
unsafe fn copy_line<const N: usize>(from: Line, to: Line, isa: Isa) {
    let size = N.cast_signed();
    if to.step != size {
        // SAFETY: passed on from this function's contract.
        return unsafe { copy_each(from, to, N) };
    }
    if from.step == 0 {
        // SAFETY: passed on from this function's contract.
        unsafe { repeat::<N>(from.at, to.at, to.len) };
    } else if from.step == -size {
        // SAFETY: the elements stand one before another, and the caller vouches for them.
        unsafe { reversed::run::<N>(from.at, to.at, to.len, isa) };
    } else {
        // SAFETY: passed on from this function's contract.
        unsafe { copy_each(from, to, N) }
    }
}

/// Writes one element, `N` bytes, `len` times side by side.
///
/// # Safety
/// The element can be read, the target written, and they do not overlap.
unsafe fn repeat<const N: usize>(from: *const u8, to: *mut u8, len: usize) {
    // As many as one store of any width takes; all sizes of elements divide it.
    const PATTERN: usize = 64;
    let mut pattern = [0u8; PATTERN];
    for element in pattern.chunks_exact_mut(N) {
        // SAFETY: the caller vouches for the element, and the chunk has its size.
        unsafe { from.copy_to_nonoverlapping(element.as_mut_ptr(), N) };
    }
    let bytes = N * len;
    let whole = bytes / PATTERN * PATTERN;
    for done in (0..whole).step_by(PATTERN) {
        // SAFETY: within the target, for which the caller vouches.
        unsafe { pattern.as_ptr().copy_to_nonoverlapping(to.wrapping_add(done), PATTERN) };
    }
    // SAFETY: as above, and less than the pattern.
    unsafe { pattern.as_ptr().copy_to_nonoverlapping(to.wrapping_add(whole), bytes - whole) };
}

/// Copies element by element.
///
/// # Safety
/// As for [`copy`].
#[inline(always)]
unsafe fn copy_each(from: Line, to: Line, size: usize) {
    let (mut read, mut write) = (from.at, to.at);
    for _ in 0..to.len {
        // SAFETY: the caller vouches for every element of both lines.
        unsafe { read.copy_to_nonoverlapping(write, size) };
        read = read.wrapping_offset(from.step);
        write = write.wrapping_offset(to.step);
    }
}

/// Reverses every `unit` bytes of the elements, which have `size` bytes each.
///
/// # Safety
/// All elements can be read and written, and are initialised.
pub(super) unsafe fn swap(patch: Patch, size: usize, unit: usize) {
    for row in 0..patch.rows {
        for column in 0..patch.columns {
            let at = patch.part(row, column, 1, 1).at;
            // SAFETY: one element, for which the caller vouches.
            let element = unsafe { std::slice::from_raw_parts_mut(at, size) };
            element.chunks_exact_mut(unit).for_each(<[u8]>::reverse);
        }
    }
}
