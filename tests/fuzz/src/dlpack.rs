//! DLPack tensors of both structs that say anything of themselves.

use std::ptr;

use tarray::abi::*;
use tarray::ffi::*;

use crate::Draw;
use crate::exercise::{exercise, info};
use crate::host::{Arena, Foreign, Said, check_said, error, steps_in_bits};

pub fn run(draw: &mut Draw<'_>) {
    let arena = Arena::new(draw);
    let (said, readable) = drawn(&arena, draw);
    let (major, version_known) = (said.version.major, said.version.major == 1);
    let made_for_us = said.flags & DLPACK_IS_COPIED != 0;
    let foreign = Foreign::new(said);
    let options = draw.options();
    let legacy = draw.byte() % 2 == 0;
    let (mut out, mut err) = (ptr::null_mut(), error());
    // What is not there must not be read, so it is not copied.
    let mut options = options;
    if !readable {
        options.copy = TA_COPY_NEVER;
    }
    let status = match legacy {
        // SAFETY: initialised; what it describes is there, or is not read.
        true => unsafe {
            ta_from_dlpack_legacy(foreign.legacy, &options, &raw mut out, &raw mut err)
        },
        // SAFETY: as above.
        false => unsafe { ta_from_dlpack(foreign.managed, &options, &raw mut out, &raw mut err) },
    };
    check_said(status, &err);
    assert_eq!(out.is_null(), status != TA_OK);
    assert!(
        legacy
            || version_known
            || status == TA_ERR_UNSUPPORTED
            || status == TA_ERR_INVALID_ARGUMENT,
        "{major}: {status}"
    );
    if status == TA_OK {
        // A copy that was made for this call is not called shared, but kept.
        let kept = info(out).provenance.aliased == 1 || made_for_us && foreign.runs.count() == 0;
        assert_eq!(foreign.runs.count(), u32::from(!kept));
        exercise(out, readable, draw);
        // SAFETY: a live handle.
        unsafe { ta_release(out) };
        assert_eq!(foreign.runs.count(), 1);
    } else {
        assert_eq!(foreign.runs.count(), 0);
    }
    assert_eq!(ta_live_tensors(), 0);
}

/// What a tensor says, and whether that is there to be read.
pub fn drawn(arena: &Arena, draw: &mut Draw<'_>) -> (Said, bool) {
    let dtype = draw.dtype();
    let shape = draw.extents();
    let strides = (draw.byte() % 4 != 0).then(|| draw.strides(shape.len()));
    let flags = if draw.rarely() { draw.number() } else { u64::from(draw.byte() % 8) };
    let spacing = dtype.spacing(flags & DLPACK_SUBBYTE_PADDED != 0);
    // The legacy struct has no flags: what it says is packed.
    let widest = spacing.max(dtype.spacing(true));
    let steps = steps_in_bits(i128::from(widest), &shape, strides.as_deref());
    let placed = arena.place(widest.try_into().unwrap_or(u32::MAX), &shape, &steps);
    let lies = draw.rarely();
    let ndim = if lies && draw.rarely() { draw.stride() as i32 } else { shape.len() as i32 };
    let readable = placed.is_some() && ndim as usize == shape.len();
    // A rank that is a lie must be refused: then the numbers behind it are not looked at.
    let ndim = if (0..=64).contains(&ndim) { shape.len() as i32 } else { ndim };
    let said = Said {
        version: DLPackVersion {
            major: if draw.rarely() { draw.number() as u32 } else { 1 },
            minor: u32::from(draw.byte()),
        },
        flags,
        data: match (placed, draw.rarely()) {
            (Some(data), false) => data,
            (Some(_), true) => ptr::null_mut(),
            (None, _) => ptr::without_provenance_mut(draw.number() as usize),
        },
        byte_offset: if placed.is_some() { 0 } else { draw.number() },
        dtype,
        device: draw.device(),
        ndim,
        shape: (!draw.rarely()).then_some(shape),
        strides,
    };
    // On a device whose memory the CPU may read, what is said must be there.
    (said, readable)
}
