//! Loops written by hand, for conversions that the processor has and the compiler does not find.

/// A loop over numbers of `$from` bytes, which become `$to` bytes; of `$lanes` of them at a time `$vector`
/// makes the results. The rest goes through a buffer on the stack.
macro_rules! vectors {
    ($name:ident, $features:literal, $lanes:literal, $from:literal => $to:literal, $vector:ident) => {
        /// # Safety
        /// As for every `Loop`, on a processor with these instructions.
        #[target_feature(enable = $features)]
        pub(super) unsafe fn $name(from: *const u8, to: *mut u8, len: usize) {
            const AT_ONCE: usize = 4 * $lanes;

            let read = |done: usize| {
                // SAFETY: called for vectors of numbers that are left to be read.
                unsafe { $vector(from.wrapping_add(done * $from)) }
            };
            let write = |done: usize, results| {
                // SAFETY: the place of results that are left to be written.
                unsafe { std::ptr::write_unaligned(to.wrapping_add(done * $to).cast(), results) }
            };
            let (many, whole) = (len / AT_ONCE * AT_ONCE, len / $lanes * $lanes);
            for done in (0..many).step_by(AT_ONCE) {
                // All are read before the first is written: a load waits for stores whose addresses
                // end in the same twelve bits.
                let places = [done, done + $lanes, done + 2 * $lanes, done + 3 * $lanes];
                let results = places.map(read);
                for (place, results) in places.into_iter().zip(results) {
                    write(place, results);
                }
            }
            for done in (many..whole).step_by($lanes) {
                write(done, read(done));
            }
            let rest = len - whole;
            let (mut old, mut new) = ([0u8; $lanes * $from], [0u8; $lanes * $to]);
            let (from, to) = (from.wrapping_add(whole * $from), to.wrapping_add(whole * $to));
            // SAFETY: the rest can be read, and is fewer numbers than the buffer holds.
            unsafe { from.copy_to_nonoverlapping(old.as_mut_ptr(), rest * $from) };
            // SAFETY: the buffer holds a vector.
            let results = unsafe { $vector(old.as_ptr()) };
            // SAFETY: as above.
            unsafe { std::ptr::write_unaligned(new.as_mut_ptr().cast(), results) };
            // SAFETY: the rest can be written, and the buffer holds it.
            unsafe { to.copy_from_nonoverlapping(new.as_ptr(), rest * $to) };
        }
    };
}

pub(super) use vectors;
