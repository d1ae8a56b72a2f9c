//! Views of views, by elements: each reads what its layout says, from memory of its parent.

use std::ptr;

use tarray::abi::*;
use tarray::ffi::*;
use tarray::model::dtype::DType;

use crate::Draw;
use crate::exercise::{check_facts, layout, view};
use crate::host::{check_said, error, source};

/// Elements of the memory that is viewed: each is its own number.
const COUNT: i64 = 48;

pub fn run(draw: &mut Draw<'_>) {
    let numbers: Vec<i64> = (0..COUNT).collect();
    let given = source(TA_SOURCE_BUFFER, |member| {
        member.buffer.data = numbers.as_ptr().cast_mut().cast();
        member.buffer.size_bytes = size_of_val(&numbers[..]);
        member.buffer.flags = TA_MEMORY_READ_ONLY;
    });
    // SAFETY: plain numbers, for which zero is a value.
    let mut options: ta_options = unsafe { std::mem::zeroed() };
    (options.struct_size, options.dtype) = (size_of::<ta_options>(), DType::I64);
    let (mut tensor, mut err) = (ptr::null_mut(), error());
    // SAFETY: the bytes are there.
    let made = unsafe { ta_asarray(&given, &options, &raw mut tensor, &raw mut err) };
    assert_eq!(made, TA_OK);

    let mut first = 0i64;
    while !draw.is_empty() {
        view(tensor, draw);
        let shape: Vec<i64> = draw.extents().into_iter().take(4).collect();
        let strides = draw.strides(shape.len());
        let offset = draw.stride();
        let mut child = ptr::null_mut();
        let (extents, steps) = (shape.as_ptr(), strides.as_ptr());
        let ndim = shape.len() as i32;
        err = error();
        // SAFETY: a live handle, and so many numbers.
        let status =
            unsafe { ta_view(tensor, ndim, extents, steps, offset, &raw mut child, &raw mut err) };
        check_said(status, &err);
        if status != TA_OK {
            continue;
        }
        // SAFETY: a live handle; the child keeps the memory.
        unsafe { ta_release(tensor) };
        tensor = child;
        first += if shape.contains(&0) { 0 } else { offset };
        check_elements(tensor, first);
        if shape.contains(&0) {
            break;
        }
    }
    // SAFETY: a live handle.
    unsafe { ta_release(tensor) };
    assert_eq!(ta_live_tensors(), 0);
}

/// That every element is the number of its place.
fn check_elements(tensor: *mut ta_tensor, first: i64) {
    check_facts(tensor);
    let (shape, strides) = layout(tensor);
    if shape.contains(&0) || shape.iter().product::<i64>() > 4096 {
        return;
    }
    let mut index = vec![0; shape.len()];
    loop {
        let place = first + index.iter().zip(&strides).map(|(at, step)| at * step).sum::<i64>();
        let mut value = ta_scalar { kind: 0, reserved: 0, value: ta_scalar_value { i: -1 } };
        // SAFETY: a live handle, and a position per axis.
        let status = unsafe { ta_item(tensor, index.as_ptr(), &raw mut value, ptr::null_mut()) };
        // SAFETY: an integer, as all elements are.
        assert_eq!((status, unsafe { value.value.i }), (TA_OK, place), "{shape:?} {strides:?}");
        assert!((0..COUNT).contains(&place), "outside: {place}");
        let Some(axis) = (0..shape.len()).rev().find(|&axis| index[axis] + 1 < shape[axis]) else {
            return;
        };
        index[axis] += 1;
        index[axis + 1..].fill(0);
    }
}
