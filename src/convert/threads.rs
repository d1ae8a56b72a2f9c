//! Large copies on several threads, none of which outlives the call.
//!
//! The tiles are cut into ranges by number. Every element belongs to one tile and is
//! converted alike in each, so the number of threads never changes a result. There is no
//! pool: a forked child would find its threads gone.

use std::ops::Range;
use std::sync::atomic::{AtomicUsize, Ordering::Relaxed};
use std::thread;

/// Copies that write fewer bytes stay on the caller's thread.
const LARGE: usize = 16 << 20;

/// Bytes that are worth a thread of their own.
const SHARE: usize = 4 << 20;

static THREADS: AtomicUsize = AtomicUsize::new(0);

/// Sets how many threads a large copy may use in this process; 0 for as many as there are processors.
///
/// A matter of speed alone: no result depends on it. Copies that run already are not affected.
#[doc(alias = "ta_set_num_threads")]
pub fn set_num_threads(n: usize) {
    THREADS.store(n, Relaxed);
}

/// Calls `work` with disjoint ranges that make up `0..count`, to write so many bytes.
pub(super) fn split(count: usize, bytes: usize, work: impl Fn(Range<usize>) + Sync) {
    let threads = if bytes < LARGE { 1 } else { limit().min(bytes / SHARE) };
    split_over(threads, count, &work);
}

fn limit() -> usize {
    match THREADS.load(Relaxed) {
        0 => thread::available_parallelism().map_or(1, usize::from),
        n => n,
    }
}

/// [`split`] with everything decided: one range per thread, the first for the caller's own.
pub(super) fn split_over(threads: usize, count: usize, work: &(impl Fn(Range<usize>) + Sync)) {
    let share = count.div_ceil(threads.max(1));
    if share >= count {
        return work(0..count);
    }
    thread::scope(|scope| {
        for start in (share..count).step_by(share) {
            let range = start..count.min(start + share);
            let ours = range.clone();
            let spawned = thread::Builder::new().spawn_scoped(scope, move || work(range));
            // Threads may be used up; the work is then done here.
            if spawned.is_err() {
                work(ours);
            }
        }
        work(0..share);
    });
}
