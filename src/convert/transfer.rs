//! One copy, planned: what is done to each of its tiles.
//!
//! ```text
//! source ── gather ─▶ scratch ── stage ─▶ scratch ── … ── stage ─▶ scratch ── scatter or stream ─▶ target
//! ```
//!
//! Scratch memory stays in the L1 cache, and each end of the chain falls away where the elements
//! lie ready: a dense source is read in place, a dense target written by the last stage itself.

use super::Pages;
use super::every_other;
use super::isa::Isa;
use super::patch::{self, Patch};
use super::path::Path;
use super::stream::{self, Stream};
use super::tiles::{Limit, Tiles};
use super::transpose;
use super::walk::Walk;
use std::mem::MaybeUninit;
use std::ops::Range;

/// Bytes of a block of elements where they are widest. Two blocks are in use at a time.
pub(super) const BLOCK: usize = 16 << 10;

/// Bytes of a block of elements that go through stages alone: source and target want room too.
const STAGED: usize = 4 << 10;

/// Rows with fewer elements are gathered, rather than converted one by one.
const SHORT: usize = 64;

/// Bytes of a row that is worth storing past the cache: in shorter ones too few lines are whole.
const STREAMED: usize = 256;

/// Rows and columns from which on a tile is read line by line before it is transposed.
const FULL: usize = 8;

/// Where elements are between gathering and scattering.
#[repr(C, align(64))]
struct Scratch(MaybeUninit<[u8; BLOCK]>);

/// A planned copy.
pub(super) struct Transfer<'w> {
    tiles: Tiles<'w>,
    path: Path,
    /// Bytes to be reversed in the target afterwards, where no stage does it; else 1.
    unit: usize,
    is_direct: bool,
    stream: Option<Stream>,
    isa: Isa,
}

impl<'w> Transfer<'w> {
    /// Plans to bring the elements of `walk` along `path`, then to reverse every `unit` bytes.
    pub(super) fn new(
        walk: &'w Walk,
        path: Path,
        unit: usize,
        isa: Isa,
        pages: Pages,
    ) -> Transfer<'w> {
        let bytes = walk.count().saturating_mul(path.source + path.target);
        // What the system has just zeroed is in the cache, where it is best overwritten, but for the
        // scattered lines of a transposed tile.
        let is_gone = pages == Pages::Used || walk.is_crossing();
        let is_large = bytes >= stream::LARGE && is_gone;
        Transfer::planned(walk, path, unit, isa, is_large)
    }

    /// [`Transfer::new`], with stores past the cache where they can be, or not.
    pub(super) fn planned(
        walk: &'w Walk,
        path: Path,
        unit: usize,
        isa: Isa,
        is_large: bool,
    ) -> Transfer<'w> {
        let column = walk.column();
        let from_rows = column.source == path.source.cast_signed();
        let to_rows = column.target == path.target.cast_signed();
        // One element over and over is written as fast as memory takes it without a detour.
        let is_repeated = path.stages().is_empty() && column.source == 0;
        // What no block holds is copied from place to place, whether it stands side by side or not.
        let is_huge = path.source > BLOCK;
        let is_streamed = is_large && to_rows && unit == 1 && !is_repeated && !is_huge;
        let is_crossing = walk.is_crossing();
        let is_direct = match path.stages().len() {
            0 if is_huge => true,
            0 if is_streamed => {
                from_rows
                    || !is_crossing && every_other::is_streamed(column.source, path.source, isa)
            }
            0 => {
                from_rows && to_rows || !is_crossing || transpose::has_whole_lines(path.source, isa)
            }
            1 => {
                let is_loop = !is_streamed || path.streamed.is_some();
                from_rows && to_rows && is_loop && column.extent >= SHORT
            }
            _ => false,
        };
        let block = match (is_crossing, is_streamed) {
            (true, _) => BLOCK,
            (false, true) => stream::BLOCK * path.stages().len().max(1),
            (false, false) => STAGED,
        };
        let block = (block / path.widest()).max(1);
        let is_in_rows = is_direct && !is_crossing;
        let limit = if is_in_rows { Limit::Rows } else { Limit::Elements(block) };
        let stream = is_streamed.then(|| Stream::new(isa));
        Transfer { tiles: Tiles::new(walk, limit), path, unit, is_direct, stream, isa }
    }

    /// How many tiles there are.
    pub(super) fn count(&self) -> usize {
        self.tiles.count()
    }

    /// Does what there is to do with the tiles numbered `range`.
    ///
    /// # Safety
    /// All elements of these tiles can be read in the source and written in the target, by this
    /// thread alone, and none overlap; both sides are as the path says.
    pub(super) unsafe fn run(&self, range: Range<usize>) {
        let mut scratch = [const { Scratch(MaybeUninit::uninit()) }; 2];
        let scratch = scratch.each_mut().map(|block| block.0.as_mut_ptr().cast());
        // One behind the visit, so that a tile that has to be asked for comes while another is worked on.
        let mut last = None;
        self.tiles.visit(range, |source, target| {
            if let Some((here, there)) = last.replace((source, target)) {
                // SAFETY: one of the tiles that the caller vouches for.
                unsafe { self.tile(here, there, Some(source), scratch) };
            }
        });
        if let Some((here, there)) = last {
            // SAFETY: as above.
            unsafe { self.tile(here, there, None, scratch) };
        }
        if self.stream.is_some() {
            stream::finish();
        }
    }

    /// One tile; `next` is the source of the one after it.
    ///
    /// # Safety
    /// As for [`run`](Self::run); the scratch blocks are this thread's.
    unsafe fn tile(
        &self,
        source: Patch,
        target: Patch,
        next: Option<Patch>,
        scratch: [*mut u8; 2],
    ) {
        match (self.is_direct, source.has_dense_columns(self.path.source)) {
            // SAFETY: passed on from this function's contract.
            (true, _) => unsafe { self.direct(source, target) },
            // SAFETY: as above.
            (false, true) => unsafe { self.transposed(source, target, next, scratch) },
            // SAFETY: as above.
            (false, false) => unsafe { self.by_scratch(source, target, scratch) },
        }
    }

    /// Columns to rows, from place to place as far as whole lines of the cache can be stored past it.
    ///
    /// # Safety
    /// As for [`tile`](Self::tile).
    unsafe fn transposed(
        &self,
        source: Patch,
        target: Patch,
        next: Option<Patch>,
        scratch: [*mut u8; 2],
    ) {
        let (mut rows, mut columns) = (0, 0);
        if self.stream.is_some() && self.path.stages().is_empty() {
            let distance = |next: Patch| next.at.addr().wrapping_sub(source.at.addr());
            let ahead = next.map_or(0, distance).cast_signed();
            // SAFETY: passed on from this function's contract; what is streamed has dense rows.
            (rows, columns) =
                unsafe { transpose::stream(source, target, self.path.source, ahead, self.isa) };
        }
        if let Some(next) = next
            && rows == 0
        {
            next.prefetch_columns(self.path.source);
        }
        let (below, right) = (target.rows - rows, target.columns - columns);
        for (row, column, rows, columns) in
            [(rows, 0, below, columns), (0, columns, target.rows, right)]
        {
            let [source, target] =
                [source, target].map(|side| side.part(row, column, rows, columns));
            if target.count() > 0 {
                // SAFETY: a part of the tile.
                unsafe { self.by_scratch(source, target, scratch) };
            }
        }
    }

    /// From place to place, row by row.
    ///
    /// # Safety
    /// As for [`run`](Self::run).
    unsafe fn direct(&self, source: Patch, target: Patch) {
        let is_changed = !self.path.stages().is_empty();
        match self.stream {
            _ if is_changed => {
                for row in 0..target.rows {
                    let (from, to) = (source.row_at(row), target.row_at(row));
                    // SAFETY: a row that is dense on both sides.
                    unsafe { self.change(from, to, target.columns) };
                }
            }
            Some(stream) if source.has_dense_rows(self.path.source) => {
                // SAFETY: rows that are dense on both sides.
                unsafe { stream_rows(stream, source, target, self.path.target) };
            }
            Some(_) => {
                // SAFETY: rows with a gap between elements, or this would not be direct.
                unsafe { every_other::stream(source, target, self.path.target, self.isa) };
            }
            None => {
                // SAFETY: passed on from this function's contract.
                unsafe { patch::copy(source, target, self.path.target, self.isa) };
            }
        }
        if self.unit > 1 {
            // SAFETY: just written.
            unsafe { patch::swap(target, self.path.target, self.unit) };
        }
    }

    /// The only stage, for a row that is dense on both sides; past the cache, its whole lines.
    ///
    /// # Safety
    /// So many elements can be read and written, and do not overlap.
    unsafe fn change(&self, from: *const u8, to: *mut u8, count: usize) {
        let size = self.path.target;
        let head = to.align_offset(stream::LINE);
        let lines = self.path.streamed.filter(|_| self.stream.is_some());
        let Some(lines) = lines.filter(|_| head.is_multiple_of(size)) else {
            // SAFETY: passed on from this function's contract.
            return unsafe { self.path.run(from, to, count) };
        };
        let head = count.min(head / size);
        let middle = (count - head) * size / stream::LINE * stream::LINE / size;
        let side =
            |done| (from.wrapping_add(done * self.path.source), to.wrapping_add(done * size));
        let (tail, body) = (side(head + middle), side(head));
        // SAFETY: the first of the elements that the caller vouches for.
        unsafe { self.path.run(from, to, head) };
        // SAFETY: the next of them; what they become starts at a line and is whole lines.
        unsafe { lines(body.0, body.1, middle) };
        // SAFETY: the rest of them.
        unsafe { self.path.run(tail.0, tail.1, count - head - middle) };
    }

    /// Through scratch memory, in which two blocks change places with each stage.
    ///
    /// # Safety
    /// As for [`run`](Self::run); there are no more elements than in a block.
    unsafe fn by_scratch(&self, source: Patch, target: Patch, scratch: [*mut u8; 2]) {
        let [mut free, mut next] = scratch;
        let stages = self.path.stages();
        let mut from = source.at;
        let size = self.path.source;
        if !source.is_dense(size) || stages.is_empty() {
            let mut lines = source;
            if source.has_dense_columns(size) && source.rows >= FULL && source.columns >= FULL {
                // Line by line first: the lines of a large matrix fall on few places of the cache,
                // and would drive each other out while they are transposed.
                let dense = source.flipped().dense_like(next, size);
                // SAFETY: the caller vouches for the source, and a block has room for the tile.
                unsafe { patch::copy(source.flipped(), dense, size, self.isa) };
                lines = dense.flipped();
            }
            // SAFETY: as above; the two blocks do not overlap.
            unsafe { patch::copy(lines, source.dense_like(free, size), size, self.isa) };
            from = free;
            (free, next) = (next, free);
        }
        let is_ready = target.is_dense(self.path.target) && self.stream.is_none();
        for (place, stage) in stages.iter().flatten().enumerate() {
            let is_last = place + 1 == stages.len();
            let to = if is_last && is_ready { target.at } else { free };
            // SAFETY: the elements are dense where the stage before has put them, and there is room
            // for them in the target or the other block.
            unsafe { stage.run(from, to, target.count()) };
            from = to;
            (free, next) = (next, free);
        }
        if from != target.at {
            let result = target.dense_like(from, self.path.target);
            // SAFETY: the caller vouches for the target, which the result has the extents of.
            unsafe { self.put(result, target) };
        }
        if self.unit > 1 {
            // SAFETY: just written.
            unsafe { patch::swap(target, self.path.target, self.unit) };
        }
    }

    /// # Safety
    /// As for [`patch::copy`].
    unsafe fn put(&self, result: Patch, target: Patch) {
        let size = self.path.target;
        let (result, target) = match target.is_dense(size) {
            true => (result.in_one_row(), target.in_one_row()),
            false => (result, target),
        };
        match self.stream {
            Some(stream) if size * target.columns >= STREAMED => {
                // SAFETY: passed on; the target has dense rows, or would not be streamed.
                unsafe { stream_rows(stream, result, target, size) };
            }
            // SAFETY: passed on from this function's contract.
            _ => unsafe { patch::copy(result, target, size, self.isa) },
        }
    }
}

/// # Safety
/// As for [`patch::copy`]; both have dense rows.
unsafe fn stream_rows(stream: Stream, from: Patch, to: Patch, size: usize) {
    for row in 0..to.rows {
        // SAFETY: rows of so many bytes.
        unsafe { stream.copy(from.row_at(row), to.row_at(row), size * to.columns) };
    }
}
