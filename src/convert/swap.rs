//! Byte order.

use crate::model::dtype::DType;

/// Bytes of each number within an element of `dtype` whose order is reversed if `swapped`; 1 means
/// that there is nothing to do.
pub(super) fn unit(dtype: DType, swapped: bool) -> usize {
    if swapped { dtype.component_size() } else { 1 }
}

/// Reverses every group of `unit` bytes.
pub(super) fn swap(bytes: &mut [u8], unit: usize) {
    match unit {
        0 | 1 => {}
        2 => reverse::<2>(bytes),
        4 => reverse::<4>(bytes),
        8 => reverse::<8>(bytes),
        _ => bytes.chunks_exact_mut(unit).for_each(<[u8]>::reverse),
    }
}

fn reverse<const N: usize>(bytes: &mut [u8]) {
    for group in bytes.as_chunks_mut::<N>().0 {
        group.reverse();
    }
}
