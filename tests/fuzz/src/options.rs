//! Option structs of any size and with anything in them, from callers older and newer than the library.

use std::ptr;

use tarray::abi::*;
use tarray::ffi::*;
use tarray::model::dtype::DType;

use crate::Draw;
use crate::host::{Arena, Foreign, Said, check_said, error};

pub fn run(draw: &mut Draw<'_>) {
    let arena = Arena::new(draw);
    let foreign = Foreign::new(Said {
        version: DLPackVersion { major: 1, minor: 3 },
        flags: 0,
        data: arena.start(),
        byte_offset: 0,
        dtype: draw.one_of(&[DType::F32, DType::I16, DType::C64, DType::F4_E2M1FN]),
        device: ta_device { device_type: TA_DEVICE_CPU, index: 0 },
        ndim: 2,
        shape: Some(vec![2, 4]),
        strides: None,
    });
    let (mut tensor, mut err) = (ptr::null_mut(), error());
    // SAFETY: as it should be.
    let taken =
        unsafe { ta_from_dlpack(foreign.managed, ptr::null(), &raw mut tensor, &raw mut err) };
    assert_eq!(taken, TA_OK);

    let which = draw.byte() % 3;
    let ours =
        [size_of::<ta_options>(), size_of::<ta_export_options>(), size_of::<ta_repr_options>()];
    let ours = ours[usize::from(which)];
    let Sized { words, size } = Sized::drawn(ours, draw);
    let given = words.as_ptr();
    let status = match which {
        0 => {
            let mut out = ptr::null_mut();
            let source = crate::host::source(TA_SOURCE_TENSOR, |member| member.tensor = tensor);
            // SAFETY: a sized struct with as many bytes as it says.
            let status = unsafe { ta_asarray(&source, given.cast(), &raw mut out, &raw mut err) };
            // SAFETY: NULL or a live handle.
            unsafe { ta_release(out) };
            status
        }
        1 => {
            let mut loan: *mut DLManagedTensorVersioned = ptr::null_mut();
            // SAFETY: a sized struct with as many bytes as it says.
            let status = unsafe { ta_to_dlpack(tensor, given.cast(), &raw mut loan, &raw mut err) };
            if status == TA_OK {
                // SAFETY: a loan is given back once.
                unsafe { (*loan).deleter.expect("a deleter")(loan) };
            }
            status
        }
        _ => {
            let (mut text, mut length) = ([0u8; 64], 0);
            let start = text.as_mut_ptr().cast();
            // SAFETY: a sized struct with as many bytes as it says.
            unsafe { ta_repr(tensor, given.cast(), start, 64, &raw mut length, &raw mut err) }
        }
    };
    check_said(status, &err);
    let bytes: Vec<u8> = words.iter().flat_map(|word| word.to_ne_bytes()).collect();
    if size < ours {
        assert_eq!(status, TA_ERR_INVALID_ARGUMENT);
    } else if bytes[ours..size].iter().any(|&byte| byte != 0) {
        assert_eq!(status, TA_ERR_UNSUPPORTED);
    }
    // SAFETY: a live handle.
    unsafe { ta_release(tensor) };
    assert_eq!((foreign.runs.count(), ta_live_tensors()), (1, 0));
}

/// A struct that begins with its size, in words.
struct Sized {
    words: Vec<u64>,
    size: usize,
}

impl Sized {
    fn drawn(ours: usize, draw: &mut Draw<'_>) -> Sized {
        let size = match draw.byte() {
            0..128 => ours,
            128..192 => ours + draw.below(64),
            _ => draw.below(ours + 64),
        };
        let mut words = vec![0; size.div_ceil(8).max(ours.div_ceil(8))];
        words[0] = size as u64;
        for word in &mut words[1..] {
            *word = match draw.byte() {
                0..200 => 0,
                200..230 => u64::from(draw.byte()) << (8 * draw.below(8)),
                _ => draw.number(),
            };
        }
        Sized { words, size }
    }
}
