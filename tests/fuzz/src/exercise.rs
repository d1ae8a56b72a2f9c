//! What can be done with any tensor, and what must hold for each.

use std::ptr;

use tarray::abi::*;
use tarray::ffi::*;

use crate::Draw;
use crate::host::{check_said, error};

pub fn info(tensor: *const ta_tensor) -> ta_info {
    // SAFETY: plain numbers and pointers, for which zero is a value.
    let mut info: ta_info = unsafe { std::mem::zeroed() };
    info.struct_size = size_of::<ta_info>();
    // SAFETY: a live handle, and a struct of this size.
    let status = unsafe { ta_describe(tensor, &raw mut info, ptr::null_mut()) };
    assert_eq!(status, TA_OK);
    info
}

/// Extents and strides of a tensor.
pub fn layout(tensor: *const ta_tensor) -> (Vec<i64>, Vec<i64>) {
    let info = info(tensor);
    // SAFETY: not NULL, and ndim of each, as long as the handle lives.
    let list =
        |numbers| unsafe { std::slice::from_raw_parts(numbers, info.ndim as usize) }.to_vec();
    (list(info.shape), list(info.strides))
}

/// That the facts of a tensor agree with each other.
pub fn check_facts(tensor: *const ta_tensor) {
    let info = info(tensor);
    let (shape, strides) = layout(tensor);
    let numel = if shape.contains(&0) { 0 } else { shape.iter().product() };
    assert_eq!(info.numel, numel);
    let mut step = 1i64;
    let mut contiguous = true;
    for (&extent, &stride) in shape.iter().zip(&strides).rev() {
        contiguous &= extent == 1 || stride == step;
        step = step.wrapping_mul(extent);
    }
    let says = info.flags & TA_TENSOR_CONTIGUOUS != 0;
    assert_eq!(says, contiguous || numel == 0, "{shape:?} {strides:?}");
}

/// Does with a tensor what a host might; reads elements only if they are `readable`.
pub fn exercise(tensor: *mut ta_tensor, readable: bool, draw: &mut Draw<'_>) {
    check_facts(tensor);
    lend(tensor, draw);
    if info(tensor).numel > 1 << 16 {
        return;
    }
    if readable {
        copy(tensor, draw);
        print(tensor, draw);
        item(tensor, draw);
    }
    view(tensor, draw);
}

/// Lends it and takes the loan back.
fn lend(tensor: *mut ta_tensor, draw: &mut Draw<'_>) {
    let flags = u64::from(draw.byte() % 2);
    let options = ta_export_options {
        struct_size: size_of::<ta_export_options>(),
        flags,
        // SAFETY: plain numbers, for which zero is a value.
        ..unsafe { std::mem::zeroed() }
    };
    let (mut loan, mut back, mut err) = (ptr::null_mut(), ptr::null_mut(), error());
    // SAFETY: a live handle.
    let status = unsafe { ta_to_dlpack(tensor, &options, &raw mut loan, &raw mut err) };
    check_said(status, &err);
    if status != TA_OK {
        assert_eq!(info(tensor).flags & TA_TENSOR_REQUIRES_GRAD, TA_TENSOR_REQUIRES_GRAD);
        return;
    }
    // SAFETY: just lent.
    let status = unsafe { ta_from_dlpack(loan, ptr::null(), &raw mut back, &raw mut err) };
    assert_eq!(status, TA_OK, "a loan can be taken back");
    let (first, second) = (info(tensor), info(back));
    assert_eq!(layout(tensor), layout(back));
    assert_eq!((first.dtype, first.numel), (second.dtype, second.numel));
    assert!(first.data == second.data || first.numel == 0);
    let read_only = first.flags & TA_TENSOR_READ_ONLY != 0 || flags & TA_EXPORT_READ_ONLY != 0;
    assert_eq!(second.flags & TA_TENSOR_READ_ONLY != 0, read_only);
    // SAFETY: a live handle.
    unsafe { ta_release(back) };
}

fn copy(tensor: *mut ta_tensor, draw: &mut Draw<'_>) {
    let mut options = draw.options();
    options.copy = TA_COPY_ALWAYS;
    let (mut out, mut err) = (ptr::null_mut(), error());
    // SAFETY: a live handle whose elements are there.
    let status = unsafe { ta_copy(tensor, &options, &raw mut out, &raw mut err) };
    check_said(status, &err);
    if status == TA_OK {
        check_facts(out);
        assert_eq!(layout(out).0, layout(tensor).0);
        // Onto itself: the same elements, or refused.
        // SAFETY: live handles, and nobody else has the elements.
        let _ = unsafe { ta_copy_into(out, tensor, ptr::null_mut()) };
        // SAFETY: a live handle.
        unsafe { ta_release(out) };
    }
}

pub fn print(tensor: *mut ta_tensor, draw: &mut Draw<'_>) {
    let mut style = ta_repr_options {
        struct_size: size_of::<ta_repr_options>(),
        // SAFETY: plain numbers, for which zero is a value.
        ..unsafe { std::mem::zeroed() }
    };
    style.threshold = i64::from(draw.byte()) - 1;
    style.precision =
        if draw.rarely() { draw.stride() as i32 } else { i32::from(draw.byte() % 20) };
    style.edgeitems = if draw.rarely() { draw.stride() as i32 } else { i32::from(draw.byte() % 5) };
    style.linewidth = if draw.rarely() { draw.stride() as i32 } else { i32::from(draw.byte()) };
    style.sci_mode = i32::from(draw.byte() % 4);
    let print = |buffer: &mut [u8]| {
        let (mut length, mut err) = (0, error());
        let start = buffer.as_mut_ptr().cast();
        // SAFETY: a live handle whose elements are there, and a buffer of so many bytes.
        let status =
            unsafe { ta_repr(tensor, &style, start, buffer.len(), &raw mut length, &raw mut err) };
        check_said(status, &err);
        (status, length)
    };
    let (status, length) = print(&mut []);
    if status != TA_OK {
        return;
    }
    let mut whole = vec![0; length + 1];
    assert_eq!(print(&mut whole), (TA_OK, length));
    assert_eq!(whole.pop(), Some(0));
    let text = std::str::from_utf8(&whole).expect("UTF-8");
    assert!(text.starts_with("tensor(") && text.ends_with(')'), "{text}");
    let cut = 1 + draw.below(40);
    let mut part = vec![7; cut];
    print(&mut part);
    let end = part.iter().position(|&byte| byte == 0).expect("terminated");
    assert_eq!(&part[..end], &whole[..end]);
}

fn item(tensor: *mut ta_tensor, draw: &mut Draw<'_>) {
    let (shape, _) = layout(tensor);
    let index: Vec<i64> = shape.iter().map(|_| draw.stride()).collect();
    let inside = index.iter().zip(&shape).all(|(at, extent)| (0..*extent).contains(at));
    let (mut value, mut err) = (draw.scalar(), error());
    // SAFETY: a live handle whose elements are there, and a position per axis.
    let status = unsafe { ta_item(tensor, index.as_ptr(), &raw mut value, &raw mut err) };
    check_said(status, &err);
    assert!(status == TA_OK || !inside || status != TA_ERR_OUT_OF_BOUNDS);
    assert!(status != TA_OK || inside);
}

/// Takes a view, and says whether it reaches where its parent does not.
pub fn view(tensor: *mut ta_tensor, draw: &mut Draw<'_>) {
    let shape = draw.extents();
    let strides = draw.strides(shape.len());
    let offset = draw.stride();
    let (mut out, mut err) = (ptr::null_mut(), error());
    let ndim = shape.len() as i32;
    let (extents, steps) = (shape.as_ptr(), strides.as_ptr());
    // SAFETY: a live handle, and so many numbers.
    let status =
        unsafe { ta_view(tensor, ndim, extents, steps, offset, &raw mut out, &raw mut err) };
    check_said(status, &err);
    if status != TA_OK {
        return;
    }
    check_facts(out);
    let (parent_shape, parent_strides) = layout(tensor);
    if let Some((low, high)) = reach(&shape, &strides) {
        let (least, most) = reach(&parent_shape, &parent_strides).expect("elements to view");
        let offset = i128::from(offset);
        assert!(low + offset >= least && high + offset <= most, "{shape:?} {strides:?} {offset}");
    }
    // SAFETY: a live handle.
    unsafe { ta_release(out) };
}

/// Lowest and highest element of a layout; `None` without elements.
fn reach(shape: &[i64], strides: &[i64]) -> Option<(i128, i128)> {
    if shape.contains(&0) {
        return None;
    }
    let steps = shape.iter().zip(strides).map(|(&n, &step)| (i128::from(n) - 1) * i128::from(step));
    Some(steps.fold((0, 0), |(low, high), step| {
        (low.saturating_add(step.min(0)), high.saturating_add(step.max(0)))
    }))
}
