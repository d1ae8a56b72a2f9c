//! Strided memory of every shape: shared where it can be, read right where it is copied, and
//! provenance says which.
// Calls go through the C ABI, with arguments that each test has just made.
#![allow(clippy::undocumented_unsafe_blocks)]
mod support;

use std::ptr;

use support::*;
use tarray::abi::*;
use tarray::ffi::*;
use tarray::model::dtype::DType;

/// A layout over `data`, in bytes, element (0, …, 0) being `start` bytes in.
struct Case {
    name: &'static str,
    shape: Vec<i64>,
    strides: Vec<i64>,
    start: usize,
    flags: u64,
}

impl Case {
    fn new(name: &'static str, shape: &[i64], strides: &[i64], start: usize) -> Case {
        Case { name, shape: shape.to_vec(), strides: strides.to_vec(), start, flags: 0 }
    }

    fn flags(self, flags: u64) -> Case {
        Case { flags, ..self }
    }

    fn source(&self, data: &[u8]) -> ta_source {
        source(TA_SOURCE_MEMORY, |member| {
            member.memory = ta_memory {
                data: data.as_ptr().wrapping_add(self.start).cast_mut().cast(),
                shape: self.shape.as_ptr(),
                strides_bytes: self.strides.as_ptr(),
                dtype: DType::I32,
                device: ta_device { device_type: 0, index: 0 },
                ndim: self.shape.len() as i32,
                flags: self.flags,
                byte_offset: 0,
                stream: 0,
                reserved: [0; 2],
                owner: ptr::null_mut(),
                release: None,
            }
        })
    }

    /// Every element in C order, read the slow way.
    fn elements(&self, data: &[u8]) -> Vec<i32> {
        let count: i64 = self.shape.iter().product();
        let element = |mut flat: i64| {
            let mut at = self.start as i64;
            for (extent, step) in self.shape.iter().zip(&self.strides).rev() {
                at += flat % extent * step;
                flat /= extent;
            }
            let bytes = data[at as usize..at as usize + 4].try_into().unwrap();
            match self.flags & TA_MEMORY_BYTE_SWAPPED {
                0 => i32::from_ne_bytes(bytes),
                _ => i32::from_ne_bytes(bytes).swap_bytes(),
            }
        };
        (0..count).map(element).collect()
    }

    fn reason(&self) -> i32 {
        let odd = |(extent, step): (&i64, &i64)| *extent > 1 && step % 4 != 0;
        let stepped = !self.shape.contains(&0);
        match self.flags & TA_MEMORY_BYTE_SWAPPED {
            0 if stepped && self.shape.iter().zip(&self.strides).any(odd) => {
                TA_REASON_STRIDE_ALIGNMENT
            }
            0 => TA_REASON_NONE,
            _ => TA_REASON_BYTE_ORDER,
        }
    }
}

fn cases() -> Vec<Case> {
    let ones = [1i64; 64];
    let mut sixty_four = ones;
    sixty_four[3] = 2;
    sixty_four[60] = 3;
    let mut steps = [4i64; 64];
    steps[3] = 12;
    vec![
        Case::new("C order", &[2, 3], &[12, 4], 0),
        Case::new("transposed", &[3, 2], &[4, 12], 0),
        Case::new("every second", &[4], &[8], 0),
        Case::new("backwards", &[5], &[-4], 16),
        Case::new("upside down", &[2, 3], &[-12, 4], 12),
        Case::new("repeated", &[3, 4], &[0, 4], 0),
        Case::new("overlapping", &[3, 3], &[4, 4], 0),
        Case::new("unaligned", &[3], &[4], 1),
        Case::new("odd strides", &[3], &[5], 0),
        Case::new("odd strides backwards", &[3], &[-7], 21),
        Case::new("an axis of one with an odd stride", &[1, 3], &[7, 4], 0),
        Case::new("no axes", &[], &[], 8),
        Case::new("no elements", &[3, 0], &[4, 4], 0),
        Case::new("no elements, odd strides", &[3, 0, 2], &[5, 3, 1], 0),
        Case::new("64 axes", &sixty_four, &steps, 0),
        Case::new("foreign byte order", &[2, 3], &[12, 4], 0).flags(TA_MEMORY_BYTE_SWAPPED),
        Case::new("foreign byte order, odd strides", &[3], &[9], 2).flags(TA_MEMORY_BYTE_SWAPPED),
        Case::new("read-only", &[2, 3], &[12, 4], 0).flags(TA_MEMORY_READ_ONLY),
    ]
}

fn data() -> Vec<u8> {
    (0..64u32).map(|i| (i * 37 + 11) as u8).collect()
}

/// The elements of a contiguous int32 tensor.
fn contents(tensor: *mut ta_tensor) -> Vec<i32> {
    let facts = info(tensor);
    assert_eq!(facts.dtype, DType::I32);
    let read =
        |i: i64| unsafe { facts.data.cast::<i32>().wrapping_offset(i as isize).read_unaligned() };
    (0..facts.numel).map(read).collect()
}

#[test]
fn memory_is_shared_unless_there_is_a_reason() {
    for case in cases() {
        let data = data();

        let tensor = asarray(&case.source(&data), &options()).unwrap();

        let facts = info(tensor);
        let aliased = i32::from(case.reason() == TA_REASON_NONE);
        let origin = TA_ORIGIN_MEMORY;
        let want = ta_provenance { origin, aliased, reason: case.reason(), staged: 0 };
        assert_eq!(facts.provenance, want, "{}", case.name);
        let shared = facts.data.cast_const().cast() == data.as_ptr().wrapping_add(case.start);
        assert_eq!(shared, aliased == 1, "{}: the same address", case.name);
        assert_eq!(unsafe { ta_is_read_only(tensor) } == 1, case.flags & TA_MEMORY_READ_ONLY != 0);
        unsafe { ta_release(tensor) };
    }
}

#[test]
fn sharing_is_refused_with_its_reason() {
    for case in cases() {
        let data = data();

        let outcome =
            asarray(&case.source(&data), &ta_options { copy: TA_COPY_NEVER, ..options() });

        match (case.reason(), outcome) {
            (TA_REASON_NONE, Ok(tensor)) => unsafe { ta_release(tensor) },
            (reason, Err((TA_ERR_CANNOT_ALIAS, message))) => {
                let word = if reason == TA_REASON_BYTE_ORDER { "byte order" } else { "stride" };
                assert!(message.contains(word), "{}: {message}", case.name);
            }
            (_, outcome) => panic!("{}: {outcome:?}", case.name),
        }
    }
}

#[test]
fn a_copy_has_the_same_elements_whatever_the_layout() {
    for case in cases() {
        let data = data();
        let request = ta_options { copy: TA_COPY_ALWAYS, flags: TA_WANT_CONTIGUOUS, ..options() };

        let tensor = asarray(&case.source(&data), &request).unwrap();

        assert_eq!(contents(tensor), case.elements(&data), "{}", case.name);
        assert_eq!(info(tensor).data.addr() % 64, 0, "{}: aligned", case.name);
        assert_eq!(info(tensor).provenance.reason, TA_REASON_REQUESTED);
        unsafe { ta_release(tensor) };
    }
}

#[test]
fn an_alias_is_read_through_its_strides() {
    for case in cases() {
        let data = data();
        let tensor = asarray(&case.source(&data), &options()).unwrap();

        for (flat, want) in case.elements(&data).into_iter().enumerate() {
            let mut rest = flat as i64;
            let mut index: Vec<i64> = case
                .shape
                .iter()
                .rev()
                .map(|extent| {
                    let position = rest % extent;
                    rest /= extent;
                    position
                })
                .collect();
            index.reverse();
            let mut value = ta_scalar { kind: 0, reserved: 0, value: ta_scalar_value { i: 0 } };
            let status =
                unsafe { ta_item(tensor, index.as_ptr(), &raw mut value, ptr::null_mut()) };
            assert_eq!((status, value.kind), (TA_OK, TA_SCALAR_INT), "{}", case.name);
            assert_eq!(unsafe { value.value.i }, i64::from(want), "{} {index:?}", case.name);
        }
        unsafe { ta_release(tensor) };
    }
}

#[test]
fn a_dense_layout_keeps_its_order_of_axes() {
    let data = data();
    let case = Case::new("transposed", &[3, 2], &[4, 12], 0);
    let copy = ta_options { copy: TA_COPY_ALWAYS, ..options() };

    let kept = asarray(&case.source(&data), &copy).unwrap();
    let made =
        asarray(&case.source(&data), &ta_options { flags: TA_WANT_CONTIGUOUS, ..copy }).unwrap();

    let strides = |tensor| unsafe { std::slice::from_raw_parts(info(tensor).strides, 2) };
    assert_eq!(strides(kept), [1, 3]);
    assert_eq!(strides(made), [2, 1]);
    unsafe { ta_release(kept) };
    unsafe { ta_release(made) };
}

#[test]
fn layouts_that_no_memory_has_are_refused() {
    let rows = [
        (vec![-1], vec![4], TA_ERR_LAYOUT),
        (vec![i64::MAX, 2], vec![4, 4], TA_ERR_LAYOUT),
        (vec![1 << 62], vec![4], TA_ERR_LAYOUT),
        (vec![3], vec![i64::MAX], TA_ERR_LAYOUT),
        (vec![2], vec![i64::MIN], TA_ERR_LAYOUT),
        (vec![2, 2], vec![i64::MAX, i64::MAX], TA_ERR_LAYOUT),
        (vec![1; 65], vec![4; 65], TA_ERR_LAYOUT),
    ];
    let data = data();
    for (shape, strides, want) in rows {
        let case = Case { name: "", shape, strides, start: 0, flags: 0 };
        let outcome = asarray(&case.source(&data), &options());
        assert_eq!(outcome.map_err(|(status, _)| status), Err(want), "{:?}", case.shape);
    }
}

#[test]
fn what_a_writer_needs_is_copied_or_refused() {
    let data = data();
    let case = Case::new("read-only", &[4], &[8], 0).flags(TA_MEMORY_READ_ONLY);
    for (flag, reason) in
        [(TA_WANT_WRITABLE, TA_REASON_READ_ONLY), (TA_WANT_CONTIGUOUS, TA_REASON_NOT_CONTIGUOUS)]
    {
        let request = ta_options { flags: flag, ..options() };
        let tensor = asarray(&case.source(&data), &request).unwrap();
        assert_eq!(info(tensor).provenance.reason, reason);
        assert_eq!(unsafe { ta_is_read_only(tensor) }, 0, "a copy is the caller's");
        unsafe { ta_release(tensor) };
        let never = asarray(&case.source(&data), &ta_options { copy: TA_COPY_NEVER, ..request });
        assert_eq!(never.unwrap_err().0, TA_ERR_CANNOT_ALIAS);
    }
}

/// Packed float4: two elements a byte, copied as a whole, viewed from whole bytes.
#[test]
fn packed_elements_are_carried() {
    let (bytes, shape, strides) = ([0x21u8, 0x43, 0x65], [6i64], ptr::null());
    let packed = source(TA_SOURCE_MEMORY, |member| {
        member.memory = ta_memory {
            data: bytes.as_ptr().cast_mut().cast(),
            shape: shape.as_ptr(),
            strides_bytes: strides,
            dtype: DType::F4_E2M1FN,
            device: ta_device { device_type: 0, index: 0 },
            ndim: 1,
            flags: 0,
            byte_offset: 0,
            stream: 0,
            reserved: [0; 2],
            owner: ptr::null_mut(),
            release: None,
        }
    });
    let tensor = asarray(&packed, &options()).unwrap();
    assert_eq!((info(tensor).nbytes, info(tensor).numel), (3, 6));
    let copy = asarray(&packed, &ta_options { copy: TA_COPY_ALWAYS, ..options() }).unwrap();
    assert_eq!(unsafe { std::slice::from_raw_parts(info(copy).data.cast::<u8>(), 3) }, bytes);
    let (extent, mut view) = ([2i64], ptr::null_mut());
    for (offset, want) in [(2, TA_OK), (1, TA_ERR_DTYPE), (5, TA_ERR_OUT_OF_BOUNDS)] {
        let got = unsafe {
            ta_view(tensor, 1, extent.as_ptr(), ptr::null(), offset, &raw mut view, ptr::null_mut())
        };
        assert_eq!(got, want, "offset {offset}");
    }
    assert_eq!(info(view).data.addr(), bytes.as_ptr().addr() + 1);
    for share in [tensor, copy, view] {
        unsafe { ta_release(share) };
    }
}

/// A float4 tensor of as many elements as `bytes` hold.
fn packed(bytes: &mut [u8], shape: &[i64; 1]) -> *mut ta_tensor {
    let source = source(TA_SOURCE_MEMORY, |member| {
        member.memory = ta_memory {
            data: bytes.as_mut_ptr().cast(),
            shape: shape.as_ptr(),
            dtype: DType::F4_E2M1FN,
            ndim: 1,
            ..unsafe { std::mem::zeroed() }
        }
    });
    asarray(&source, &options()).unwrap()
}

/// Three of six float4 elements end inside a byte, whose other half is not theirs.
#[test]
fn packed_elements_are_written_without_their_neighbours() {
    let (mut bytes, mut ones) = ([0x21u8, 0x43, 0x65], [0xffu8, 0xff]);
    let (whole, three) = ([6i64], [3i64]);
    let tensor = packed(&mut bytes, &whole);
    let (source, mut part) = (packed(&mut ones, &three), ptr::null_mut());
    let viewed = unsafe {
        ta_view(tensor, 1, three.as_ptr(), ptr::null(), 0, &raw mut part, ptr::null_mut())
    };
    assert_eq!(viewed, TA_OK);

    assert_eq!(unsafe { ta_copy_into(part, source, ptr::null_mut()) }, TA_OK);

    let written = unsafe { std::slice::from_raw_parts(info(tensor).data.cast::<u8>(), 3) };
    assert_eq!(written, [0xff, 0x4f, 0x65]);
    for share in [tensor, source, part] {
        unsafe { ta_release(share) };
    }
}

/// What to swap is known of numbers only; the rest is refused, never guessed.
#[test]
fn foreign_byte_order_is_refused_where_it_means_nothing() {
    let data = data();
    let rows = [
        (DType { code: 18, bits: 32, lanes: 1 }, Err(TA_ERR_DTYPE)),
        (DType { code: TA_OPAQUE_HANDLE, bits: 64, lanes: 1 }, Err(TA_ERR_DTYPE)),
        (DType { code: TA_INT, bits: 12, lanes: 1 }, Err(TA_ERR_DTYPE)),
        (DType { code: TA_FLOAT, bits: 128, lanes: 1 }, Ok(TA_REASON_BYTE_ORDER)),
        (DType { code: TA_FLOAT, bits: 32, lanes: 2 }, Ok(TA_REASON_BYTE_ORDER)),
        (DType::BOOL, Ok(TA_REASON_NONE)),
        (DType::F8_E5M2, Ok(TA_REASON_NONE)),
    ];
    for (dtype, want) in rows {
        let shape = [2i64];
        let source = source(TA_SOURCE_MEMORY, |member| {
            member.memory = ta_memory {
                data: data.as_ptr().cast_mut().cast(),
                shape: shape.as_ptr(),
                dtype,
                ndim: 1,
                flags: TA_MEMORY_BYTE_SWAPPED,
                ..unsafe { std::mem::zeroed() }
            }
        });
        let got = asarray(&source, &options()).map_err(|(status, _)| status);
        assert_eq!(got.map(|tensor| info(tensor).provenance.reason), want, "{dtype}");
        unsafe { ta_release(got.unwrap_or(ptr::null_mut())) };
    }
}

#[test]
fn an_empty_tensor_is_copied_whatever_its_other_extents() {
    let data = data();
    let case = Case::new("", &[0, 1 << 62, 4], &[8, 4, 4], 0);
    let copy = ta_options { copy: TA_COPY_ALWAYS, dtype: DType::F64, ..options() };

    let tensor = asarray(&case.source(&data), &copy).unwrap();

    assert_eq!((info(tensor).numel, info(tensor).nbytes), (0, 0));
    unsafe { ta_release(tensor) };
}

/// Repeated elements take no room, but a copy of them would.
#[test]
fn a_tensor_is_no_larger_than_a_copy_of_it_could_be() {
    let data = data();
    let case = Case::new("", &[1 << 40, 1 << 22], &[0, 0], 0);
    let outcome = asarray(&case.source(&data), &options());
    assert_eq!(outcome.map_err(|(status, _)| status), Err(TA_ERR_LAYOUT));
}

/// The file's own memory is reached between its elements, and nowhere else.
#[test]
fn views_stay_inside_their_tensor() {
    let data = data();
    let case = Case::new("backwards, every second", &[4], &[-8], 24);
    let tensor = asarray(&case.source(&data), &options()).unwrap();
    let rows = [
        (4, -2, 0, TA_OK),
        (7, -1, 0, TA_OK),
        (7, 1, -6, TA_OK),
        (1, 1, 0, TA_OK),
        (0, 1, 99, TA_OK),
        (1, 1, 1, TA_ERR_OUT_OF_BOUNDS),
        (8, -1, 0, TA_ERR_OUT_OF_BOUNDS),
        (2, 1, i64::MAX, TA_ERR_OUT_OF_BOUNDS),
        (2, i64::MIN, 0, TA_ERR_OUT_OF_BOUNDS),
        (3, i64::MAX, 0, TA_ERR_LAYOUT),
    ];
    for (extent, stride, offset, want) in rows {
        let (shape, strides, mut view) = ([extent], [stride], ptr::null_mut());
        let (shape, strides) = (shape.as_ptr(), strides.as_ptr());
        let got =
            unsafe { ta_view(tensor, 1, shape, strides, offset, &raw mut view, ptr::null_mut()) };
        assert_eq!(got, want, "extent {extent}, stride {stride}, offset {offset}");
        unsafe { ta_release(view) };
    }
    unsafe { ta_release(tensor) };
}
