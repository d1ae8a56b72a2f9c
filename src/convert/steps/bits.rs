//! Byte order.

use super::{Loop, Step, compiled};
use crate::convert::isa::Isa;

macro_rules! reversed {
    ($($name:ident: $number:ty;)*) => {$(
        struct $name;

        impl Step for $name {
            type From = $number;
            type To = $number;

            #[inline(always)]
            fn cast(from: $number) -> $number {
                from.swap_bytes()
            }
        }
    )*};
}

reversed! { Two: u16; Four: u32; Eight: u64; }

/// Whether [`swap`] has a loop for numbers of `unit` bytes.
pub(in crate::convert) fn is_swapped_at_once(unit: usize) -> bool {
    swap(unit, Isa::Portable).is_some()
}

/// The loop that reverses the bytes of every number of `unit` bytes.
pub(in crate::convert) fn swap(unit: usize, isa: Isa) -> Option<Loop> {
    Some(match unit {
        2 => compiled::<Two>(isa),
        4 => compiled::<Four>(isa),
        8 => compiled::<Eight>(isa),
        _ => return None,
    })
}
