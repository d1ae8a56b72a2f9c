//! Printing: any elements in any style.

use std::ptr;

use tarray::abi::*;
use tarray::ffi::*;

use crate::Draw;
use crate::exercise::print;
use crate::host::{Arena, Foreign, Said, error};

pub fn run(draw: &mut Draw<'_>) {
    let dtype = draw.dtype();
    let shape: Vec<i64> = (0..draw.below(5)).map(|_| i64::from(draw.byte() % 9)).collect();
    let flags = u64::from(draw.byte() % 8);
    let grad = i32::from(draw.byte() % 2);
    let arena = Arena::new(draw);
    let steps = crate::host::steps_in_bits(i128::from(dtype.spacing(true)), &shape, None);
    let bits = dtype.spacing(true) as u32;
    let Some(data) = arena.place(bits, &shape, &steps) else { return };
    let own = draw.bytes(256);
    // SAFETY: the arena is larger than this.
    unsafe { own.as_ptr().copy_to_nonoverlapping(arena.start(), own.len()) };
    let foreign = Foreign::new(Said {
        version: DLPackVersion { major: 1, minor: 3 },
        flags,
        data,
        byte_offset: 0,
        dtype,
        device: ta_device { device_type: TA_DEVICE_CPU, index: 0 },
        ndim: shape.len() as i32,
        shape: Some(shape),
        strides: None,
    });
    // SAFETY: plain numbers, for which zero is a value.
    let mut options: ta_options = unsafe { std::mem::zeroed() };
    (options.struct_size, options.requires_grad) = (size_of::<ta_options>(), grad);
    let (mut tensor, mut err) = (ptr::null_mut(), error());
    // SAFETY: as it says.
    let taken = unsafe { ta_from_dlpack(foreign.managed, &options, &raw mut tensor, &raw mut err) };
    if taken == TA_OK {
        print(tensor, draw);
        // SAFETY: a live handle.
        unsafe { ta_release(tensor) };
    }
    assert_eq!(ta_live_tensors(), 0);
}
