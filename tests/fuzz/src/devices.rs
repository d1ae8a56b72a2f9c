//! Tensors on a device that lies: whatever it says, nothing is read where nothing is, and everything
//! that it gave comes back to it.

use std::ptr;

use tarray::abi::*;
use tarray::ffi::*;
use tarray::model::dtype::DType;

use crate::Draw;
use crate::device::Device;
use crate::exercise::{check_facts, info};
use crate::host::{Arena, check_said, error, source};

/// The most handles at a time.
const MOST: usize = 8;

pub fn run(draw: &mut Draw<'_>) {
    let (arena, device) = (Arena::new(draw), Device::new(draw));
    let (api, user) = (Device::table(), ptr::from_ref(&device).cast_mut().cast());
    let kind = device.device_type();
    // SAFETY: a table whose functions serve this device, which outlives every tensor on it.
    let status = unsafe { ta_device_register(kind, &api, user, ptr::null_mut()) };
    assert_eq!(status, TA_OK);
    let mut handles = Vec::new();
    while !draw.is_empty() {
        step(&arena, kind, &mut handles, draw);
    }
    device.be_honest();
    // SAFETY: registered above.
    assert_eq!(unsafe { ta_device_unregister(kind, ptr::null_mut()) }, TA_OK);
    for handle in handles {
        // SAFETY: a live handle.
        unsafe { ta_release(handle) };
    }
    assert_eq!((ta_live_tensors(), device.live_blocks(), device.releases()), (0, 0, 1));
}

fn step(arena: &Arena, kind: i32, handles: &mut Vec<*mut ta_tensor>, draw: &mut Draw<'_>) {
    let drawn = |draw: &mut Draw<'_>| {
        let count = handles.len();
        (count != 0).then(|| handles[draw.below(count)])
    };
    let made = match (draw.byte() % 9, drawn(draw)) {
        (0, _) | (_, None) => upload(arena, kind, draw),
        (1 | 2, Some(tensor)) => again(tensor, kind, draw),
        (3, Some(tensor)) => view(tensor, draw),
        (4, Some(tensor)) => there_and_back(tensor, kind, draw),
        (5, Some(tensor)) => {
            write(tensor, drawn(draw).unwrap_or(tensor), draw);
            None
        }
        (6, Some(tensor)) => {
            look(tensor, draw);
            None
        }
        (7, _) => {
            ask(kind, draw);
            None
        }
        (_, Some(_)) => {
            let gone = handles.swap_remove(draw.below(handles.len()));
            // SAFETY: a live handle, whose share goes.
            unsafe { ta_release(gone) };
            None
        }
    };
    let Some(made) = made else { return };
    check_facts(made);
    handles.push(made);
    if handles.len() > MOST {
        // SAFETY: a live handle, whose share goes.
        unsafe { ta_release(handles.swap_remove(0)) };
    }
}

/// Options with a place on the device or off it.
fn options(kind: i32, draw: &mut Draw<'_>) -> ta_options {
    let mut options = draw.options();
    options.device = draw.one_of(&[
        ta_device { device_type: kind, index: 0 },
        ta_device { device_type: kind, index: -1 },
        ta_device { device_type: kind, index: 1 },
        ta_device { device_type: kind, index: 9 },
        ta_device { device_type: TA_DEVICE_CPU, index: 0 },
        ta_device { device_type: 0, index: 0 },
    ]);
    options.stream = draw.one_of(&[0, 0, -1, 1, 2, 3]);
    options
}

/// The tensor of a call, if it made one.
fn outcome(
    call: impl FnOnce(*mut *mut ta_tensor, *mut ta_error) -> ta_status,
) -> Option<*mut ta_tensor> {
    let (mut out, mut err) = (ptr::null_mut(), error());
    let status = call(&raw mut out, &raw mut err);
    check_said(status, &err);
    assert_eq!(out.is_null(), status != TA_OK);
    (status == TA_OK).then_some(out)
}

fn upload(arena: &Arena, kind: i32, draw: &mut Draw<'_>) -> Option<*mut ta_tensor> {
    let shape = [i64::from(draw.byte() % 5), i64::from(draw.byte() % 5)];
    let given = source(TA_SOURCE_MEMORY, |member| {
        member.memory.data = arena.start().cast();
        member.memory.shape = shape.as_ptr();
        member.memory.dtype = draw.one_of(&[DType::F32, DType::U8, DType::C64, DType::F8_E5M2]);
        member.memory.ndim = 2;
    });
    let options = options(kind, draw);
    // SAFETY: what it describes is there, for longer than the tensor.
    outcome(|out, err| unsafe { ta_asarray(&given, &options, out, err) })
}

fn again(tensor: *mut ta_tensor, kind: i32, draw: &mut Draw<'_>) -> Option<*mut ta_tensor> {
    let given = source(TA_SOURCE_TENSOR, |member| member.tensor = tensor);
    let options = options(kind, draw);
    // SAFETY: a live handle.
    outcome(|out, err| unsafe { ta_asarray(&given, &options, out, err) })
}

fn view(tensor: *mut ta_tensor, draw: &mut Draw<'_>) -> Option<*mut ta_tensor> {
    let shape = draw.extents();
    let strides = draw.strides(shape.len());
    let (ndim, extents, steps) = (shape.len() as i32, shape.as_ptr(), strides.as_ptr());
    let offset = draw.stride();
    if shape.iter().fold(1i64, |count, &extent| count.saturating_mul(extent)) > 1 << 10 {
        return None;
    }
    // SAFETY: a live handle, and so many numbers.
    outcome(|out, err| unsafe { ta_view(tensor, ndim, extents, steps, offset, out, err) })
}

/// Lends it to a consumer on a stream, who takes the loan.
fn there_and_back(
    tensor: *mut ta_tensor,
    kind: i32,
    draw: &mut Draw<'_>,
) -> Option<*mut ta_tensor> {
    let asked = options(kind, draw);
    let lent = ta_export_options {
        struct_size: size_of::<ta_export_options>(),
        device: asked.device,
        copy: i32::from(draw.byte() % 3),
        stream: asked.stream,
        // SAFETY: plain numbers, for which zero is a value.
        ..unsafe { std::mem::zeroed() }
    };
    let (mut loan, mut err) = (ptr::null_mut(), error());
    // SAFETY: a live handle.
    let status = unsafe { ta_to_dlpack(tensor, &lent, &raw mut loan, &raw mut err) };
    check_said(status, &err);
    if status != TA_OK {
        return None;
    }
    let options = options(kind, draw);
    // SAFETY: just lent.
    let taken = outcome(|out, err| unsafe { ta_from_dlpack(loan, &options, out, err) });
    if taken.is_none() {
        // SAFETY: not taken, and so still ours to end.
        unsafe { (*loan).deleter.expect("a deleter")(loan) };
    }
    taken
}

fn write(target: *mut ta_tensor, other: *mut ta_tensor, draw: &mut Draw<'_>) {
    let (value, mut err) = (draw.scalar(), error());
    let status = match draw.byte() % 2 {
        // SAFETY: a live handle, and nobody else has the elements.
        0 => unsafe { ta_fill(target, &value, &raw mut err) },
        // SAFETY: as above.
        _ => unsafe { ta_copy_into(target, other, &raw mut err) },
    };
    check_said(status, &err);
}

/// Reads an element, and all of them as text.
fn look(tensor: *mut ta_tensor, draw: &mut Draw<'_>) {
    let index: Vec<i64> = (0..info(tensor).ndim).map(|_| draw.extent()).collect();
    let (mut value, mut err) = (draw.scalar(), error());
    // SAFETY: a live handle, and a position per axis.
    let status = unsafe { ta_item(tensor, index.as_ptr(), &raw mut value, &raw mut err) };
    check_said(status, &err);
    let (mut text, mut err) = ([0; 64], error());
    let (start, room) = (text.as_mut_ptr(), text.len());
    // SAFETY: a live handle, and a buffer of so many bytes.
    let status =
        unsafe { ta_repr(tensor, ptr::null(), start, room, ptr::null_mut(), &raw mut err) };
    check_said(status, &err);
}

/// Asks about the device itself.
fn ask(kind: i32, draw: &mut Draw<'_>) {
    let device = ta_device { device_type: kind, index: draw.one_of(&[-1, 0, 1, 2]) };
    let (mut list, mut count, mut err) = ([device; 3], 0, error());
    // SAFETY: room for three.
    let status = unsafe { ta_device_list(list.as_mut_ptr(), 3, &raw mut count, &raw mut err) };
    check_said(status, &err);
    // SAFETY: plain numbers, for which zero is a value.
    let (mut told, mut err): (ta_device_info, _) = (unsafe { std::mem::zeroed() }, error());
    told.struct_size = size_of::<ta_device_info>();
    // SAFETY: a struct of its size.
    let status = unsafe { ta_device_describe(device, &raw mut told, &raw mut err) };
    check_said(status, &err);
    assert_eq!(told.struct_size, size_of::<ta_device_info>());
    assert!(told.name.contains(&0));
    let (mut found, mut err) = (device, error());
    let at = ptr::from_ref(&device).cast();
    // SAFETY: an address that is not followed, and a local.
    let status = unsafe { ta_device_of_address(kind, at, &raw mut found, &raw mut err) };
    check_said(status, &err);
    let mut err = error();
    // SAFETY: a place for words.
    let status = unsafe { ta_synchronize(device, draw.one_of(&[0, 1, 5, -1]), &raw mut err) };
    check_said(status, &err);
}
