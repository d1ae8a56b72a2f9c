//! Described memory, buffers and typed scalars that say anything of themselves.

use std::ptr;

use tarray::abi::*;
use tarray::ffi::*;

use crate::Draw;
use crate::exercise::{exercise, info};
use crate::host::{Arena, Runs, check_said, error, forget_owner, owner, release, source};

pub fn run(draw: &mut Draw<'_>) {
    let arena = Arena::new(draw);
    match draw.byte() % 4 {
        0 | 1 => memory(&arena, draw),
        2 => buffer(&arena, draw),
        _ => typed_scalar(&arena, draw),
    }
    assert_eq!(ta_live_tensors(), 0);
}

fn memory(arena: &Arena, draw: &mut Draw<'_>) {
    let dtype = draw.dtype();
    let shape = draw.extents();
    let size = dtype.itemsize() as i64;
    let strides = (draw.byte() % 4 != 0).then(|| {
        let scale = if draw.byte() % 3 == 0 { 1 } else { size };
        let strides = draw.strides(shape.len());
        strides.into_iter().map(|stride| stride.wrapping_mul(scale)).collect::<Vec<_>>()
    });
    let bits = 8 * size as u32;
    let steps = match &strides {
        Some(strides) => strides.iter().map(|&step| 8 * i128::from(step)).collect(),
        None => crate::host::steps_in_bits(i128::from(bits), &shape, None),
    };
    let placed = arena.place(bits, &shape, &steps);
    let runs = Runs::default();
    let mut given = ta_memory {
        data: placed.unwrap_or(ptr::without_provenance_mut(draw.number() as usize)).cast(),
        shape: shape.as_ptr(),
        strides_bytes: strides.as_ref().map_or(ptr::null(), |strides| strides.as_ptr()),
        dtype,
        device: if draw.rarely() { draw.device() } else { ta_device { device_type: 0, index: 0 } },
        ndim: shape.len() as i32,
        flags: u64::from(draw.byte() % 8),
        byte_offset: 0,
        stream: if draw.rarely() { draw.stride() } else { 0 },
        reserved: [u64::from(draw.rarely()), 0],
        owner: owner(&runs),
        release: Some(release),
    };
    if placed.is_none() && draw.rarely() {
        given.byte_offset = draw.number();
    }
    let mut options = draw.options();
    if placed.is_none() {
        options.copy = TA_COPY_NEVER;
    }
    let mut given_source = source(TA_SOURCE_MEMORY, |member| member.memory = given);
    if draw.rarely() {
        given_source.origin = draw.stride() as i32;
    }
    let (mut out, mut err) = (ptr::null_mut(), error());
    let status = match draw.byte() % 4 {
        // SAFETY: what it describes is there, or is not read.
        0 => unsafe { ta_from_array(&given, &raw mut out, &raw mut err) },
        // SAFETY: as above.
        _ => unsafe { ta_asarray(&given_source, &options, &raw mut out, &raw mut err) },
    };
    check_said(status, &err);
    settle(status, out, &runs, given.owner, |tensor| exercise(tensor, placed.is_some(), draw));
}

fn buffer(arena: &Arena, draw: &mut Draw<'_>) {
    let runs = Runs::default();
    let size = 8 * usize::from(draw.byte()) + draw.below(8);
    let given = ta_buffer {
        data: if draw.rarely() { ptr::null_mut() } else { arena.start().cast() },
        size_bytes: if draw.rarely() { 0 } else { size },
        flags: u64::from(draw.byte() % 3),
        reserved: [0, u64::from(draw.rarely())],
        owner: owner(&runs),
        release: Some(release),
    };
    let (mut out, mut err) = (ptr::null_mut(), error());
    let status = if draw.byte() % 2 == 0 {
        let (dtype, count, offset) = (draw.dtype(), draw.stride(), draw.extent() as usize);
        // SAFETY: the bytes are there.
        unsafe { ta_frombuffer(&given, dtype, count, offset, &raw mut out, &raw mut err) }
    } else {
        let given = source(TA_SOURCE_BUFFER, |member| member.buffer = given);
        let options = draw.options();
        // SAFETY: the bytes are there.
        unsafe { ta_asarray(&given, &options, &raw mut out, &raw mut err) }
    };
    check_said(status, &err);
    settle(status, out, &runs, given.owner, |tensor| exercise(tensor, true, draw));
}

fn typed_scalar(arena: &Arena, draw: &mut Draw<'_>) {
    let dtype = draw.dtype();
    if dtype.itemsize() > 4096 {
        return;
    }
    let given = source(TA_SOURCE_TYPED_SCALAR, |member| {
        member.typed_scalar = ta_typed_scalar {
            data: arena.start().cast(),
            dtype,
            reserved: i32::from(draw.rarely()),
            flags: u64::from(draw.byte() % 4),
        };
    });
    let options = draw.options();
    let (mut out, mut err) = (ptr::null_mut(), error());
    // SAFETY: the element's bytes are there.
    let status = unsafe { ta_asarray(&given, &options, &raw mut out, &raw mut err) };
    check_said(status, &err);
    if status == TA_OK {
        exercise(out, true, draw);
        // SAFETY: a live handle.
        unsafe { ta_release(out) };
    }
}

/// That memory changed hands on success, and only then; `then` uses the tensor.
fn settle(
    status: ta_status,
    tensor: *mut ta_tensor,
    runs: &Runs,
    owner: *mut std::ffi::c_void,
    then: impl FnOnce(*mut ta_tensor),
) {
    assert_eq!(tensor.is_null(), status != TA_OK);
    if status != TA_OK {
        assert_eq!(runs.count(), 0);
        return forget_owner(owner);
    }
    let aliased = info(tensor).provenance.aliased == 1;
    assert_eq!(runs.count(), u32::from(!aliased));
    then(tensor);
    // SAFETY: a live handle.
    unsafe { ta_release(tensor) };
    assert_eq!(runs.count(), 1);
}
