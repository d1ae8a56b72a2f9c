//! Conversions of any layout, against the slow reference that the library's own tests have.

use std::ptr;

use tarray::abi::*;
use tarray::ffi::*;
use tarray::model::dtype::DType;

use crate::Draw;
use crate::exercise::layout;
use crate::host::{Arena, check_said, error, source};
use crate::reference::{decode, dtypes, encode, same};

pub fn run(draw: &mut Draw<'_>) {
    let convertible: Vec<DType> = dtypes().collect();
    let from = convertible[draw.below(convertible.len())];
    let to = convertible[draw.below(convertible.len())];
    let shape: Vec<i64> = (0..draw.below(4)).map(|_| i64::from(draw.byte() % 21)).collect();
    let unit = if draw.byte() % 8 == 0 { 1 } else { from.itemsize() as i64 };
    let strides: Vec<i64> =
        shape.iter().map(|_| (i64::from(draw.byte() % 32) - 12) * unit).collect();
    let swapped = draw.byte() % 4 == 0;
    let arena = Arena::new(draw);
    let bits = 8 * from.itemsize() as u32;
    let steps: Vec<i128> = strides.iter().map(|&step| 8 * i128::from(step)).collect();
    let Some(data) = arena.place(bits, &shape, &steps) else { return };
    let given = source(TA_SOURCE_MEMORY, |member| {
        member.memory.data = data.cast();
        member.memory.shape = shape.as_ptr();
        member.memory.strides_bytes = strides.as_ptr();
        member.memory.dtype = from;
        member.memory.ndim = shape.len() as i32;
        member.memory.flags = if swapped { TA_MEMORY_BYTE_SWAPPED } else { 0 };
    });
    // SAFETY: plain numbers, for which zero is a value.
    let mut options: ta_options = unsafe { std::mem::zeroed() };
    (options.struct_size, options.dtype, options.copy) =
        (size_of::<ta_options>(), to, TA_COPY_ALWAYS);
    options.flags = u64::from(draw.byte() % 2) * TA_WANT_CONTIGUOUS;
    let (mut out, mut err) = (ptr::null_mut(), error());
    // SAFETY: the memory is there.
    let status = unsafe { ta_asarray(&given, &options, &raw mut out, &raw mut err) };
    check_said(status, &err);
    assert_eq!(status, TA_OK);
    compare(data, &strides, from, swapped, out, to);
    // SAFETY: a live handle.
    unsafe { ta_release(out) };
    assert_eq!(ta_live_tensors(), 0);
}

/// That each element is what the reference makes of its source.
fn compare(
    data: *const u8,
    strides: &[i64],
    from: DType,
    swapped: bool,
    out: *mut ta_tensor,
    to: DType,
) {
    let (shape, out_strides) = layout(out);
    // SAFETY: a live handle.
    let converted: *const u8 = unsafe { ta_data(out) }.cast();
    let count = if shape.contains(&0) { 0 } else { shape.iter().product() };
    for flat in 0..count {
        let mut index = vec![0; shape.len()];
        let mut rest = flat;
        for (place, &extent) in index.iter_mut().zip(&shape).rev() {
            (*place, rest) = (rest % extent, rest / extent);
        }
        let at = |strides: &[i64]| index.iter().zip(strides).map(|(i, s)| i * s).sum::<i64>();
        let mut element = bytes(data.wrapping_offset(at(strides) as isize), from.itemsize());
        if swapped {
            for part in element.chunks_mut(from.component_size()) {
                part.reverse();
            }
        }
        let place = at(&out_strides) as isize * to.itemsize() as isize;
        let got = bytes(converted.wrapping_offset(place), to.itemsize());
        let want = encode(decode(&element, from), to);
        // Elements of the same dtype are moved, not read.
        let right = if from == to { got == element } else { same(&got, &want, to) };
        assert!(right, "{from} {element:x?} to {to}: {got:x?}, not {want:x?}");
    }
}

fn bytes(start: *const u8, count: usize) -> Vec<u8> {
    // SAFETY: an element of memory that is there.
    unsafe { std::slice::from_raw_parts(start, count) }.to_vec()
}
