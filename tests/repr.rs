//! Printing is PyTorch's: the examples of section 9 of its page.
// Calls go through the C ABI, with arguments that each test has just made.
#![allow(clippy::undocumented_unsafe_blocks)]

mod support;

use std::ffi::c_void;
use std::ptr;

use support::*;
use tarray::abi::*;
use tarray::ffi::*;
use tarray::model::dtype::DType;

/// A contiguous tensor of these elements.
fn tensor<T: Copy>(
    values: &[T],
    shape: &[i64],
    dtype: DType,
    options: &ta_options,
) -> *mut ta_tensor {
    let memory = source(TA_SOURCE_MEMORY, |member| {
        member.memory = ta_memory {
            data: values.as_ptr().cast_mut().cast::<c_void>(),
            shape: shape.as_ptr(),
            strides_bytes: ptr::null(),
            dtype,
            device: ta_device { device_type: 0, index: 0 },
            ndim: shape.len() as i32,
            flags: 0,
            byte_offset: 0,
            stream: 0,
            reserved: [0; 2],
            owner: ptr::null_mut(),
            release: None,
        }
    });
    asarray(&memory, &ta_options { copy: TA_COPY_ALWAYS, ..*options }).unwrap()
}

fn floats(values: &[f32], shape: &[i64]) -> String {
    text(tensor(values, shape, DType::F32, &options()))
}

#[test]
fn real_numbers() {
    let rows: [(&[f32], &[i64], &str); 19] = [
        (&[1.0], &[], "tensor(1.)"),
        (&[1.5], &[], "tensor(1.5000)"),
        (&[-0.0], &[], "tensor(-0.)"),
        (&[1e8], &[], "tensor(100000000.)"),
        (&[1.1e8], &[], "tensor(1.1000e+08)"),
        (&[1e-5], &[], "tensor(1.0000e-05)"),
        (&[f32::NAN], &[], "tensor(nan)"),
        (&[f32::NEG_INFINITY], &[], "tensor(-inf)"),
        (&[1.0, 2.5], &[2], "tensor([1.0000, 2.5000])"),
        (&[1.0, 1001.0], &[2], "tensor([1.0000e+00, 1.0010e+03])"),
        (&[1.0, 1000.0], &[2], "tensor([   1., 1000.])"),
        (
            &[1.5, f32::NAN, f32::INFINITY, f32::NEG_INFINITY],
            &[4],
            "tensor([1.5000,    nan,    inf,   -inf])",
        ),
        (&[0.0, f32::NAN], &[2], "tensor([0., nan])"),
        (&[1234.5678], &[1], "tensor([1234.5677])"),
        (&[-1.0, 2.0], &[2], "tensor([-1.,  2.])"),
        (&[0.0, 0.0, 0.0, 0.0], &[2, 2], "tensor([[0., 0.],\n        [0., 0.]])"),
        (
            &[1.0, 2.0, 3.0, 4.0, 5.0, 6.0, 7.0, 8.0],
            &[2, 2, 2],
            "tensor([[[1., 2.],\n         [3., 4.]],\n\n        [[5., 6.],\n         [7., 8.]]])",
        ),
        (&[], &[0], "tensor([])"),
        (&[], &[2, 0], "tensor([], size=(2, 0))"),
    ];
    for (values, shape, want) in rows {
        assert_eq!(floats(values, shape), want);
    }
}

#[test]
fn other_dtypes() {
    let plain = options();
    assert_eq!(text(tensor(&[1i64, -20], &[2], DType::I64, &plain)), "tensor([  1, -20])");
    assert_eq!(text(tensor(&[1u8, 0], &[2], DType::BOOL, &plain)), "tensor([ True, False])");
    assert_eq!(text(tensor(&[7i32], &[1], DType::I32, &plain)), "tensor([7], dtype=tarray.int32)");
    assert_eq!(
        text(tensor(&[0.5f64], &[], DType::F64, &plain)),
        "tensor(0.5000, dtype=tarray.float64)"
    );
    let complex = [1.0f32, 2.0, 3.0, -4.0];
    assert_eq!(text(tensor(&complex, &[2], DType::C64, &plain)), "tensor([1.+2.j, 3.-4.j])");
    let complex = [1.0f32, 2.0, 3.5, -4.0];
    assert_eq!(
        text(tensor(&complex, &[2], DType::C64, &plain)),
        "tensor([1.0000+2.j, 3.5000-4.j])"
    );
    let none: [i32; 0] = [];
    assert_eq!(
        text(tensor(&none, &[2, 0], DType::I32, &plain)),
        "tensor([], size=(2, 0), dtype=tarray.int32)"
    );
    assert_eq!(text(tensor(&none, &[0], DType::I64, &plain)), "tensor([], dtype=tarray.int64)");
    let grad = ta_options { requires_grad: TA_GRAD_YES, ..plain };
    assert_eq!(
        text(tensor(&[1.0f32], &[1], DType::F32, &grad)),
        "tensor([1.], requires_grad=True)"
    );
    assert_eq!(
        text(tensor(&[0x38u8], &[1], DType::F8_E4M3FN, &plain)),
        "tensor([1.], dtype=tarray.float8_e4m3fn)"
    );
    assert_eq!(
        text(tensor(&[0x38u8], &[2], DType::F4_E2M1FN, &plain)),
        "tensor(..., size=(2,), dtype=tarray.float4_e2m1fn)"
    );
}

#[test]
fn long_tensors_wrap_and_are_summarised() {
    let many: Vec<i64> = (0..30).collect();
    assert_eq!(
        text(tensor(&many, &[30], DType::I64, &options())),
        "tensor([ 0,  1,  2,  3,  4,  5,  6,  7,  8,  9, 10, 11, 12, 13, 14, 15, 16, 17,\n        \
         18, 19, 20, 21, 22, 23, 24, 25, 26, 27, 28, 29])"
    );
    let more: Vec<i64> = (0..1001).collect();
    assert_eq!(
        text(tensor(&more, &[1001], DType::I64, &options())),
        "tensor([   0,    1,    2,  ...,  998,  999, 1000])"
    );
    let grid = vec![0.0f32; 1100];
    assert_eq!(
        floats(&grid, &[100, 11]),
        "tensor([[0., 0., 0.,  ..., 0., 0., 0.],\n        \
         [0., 0., 0.,  ..., 0., 0., 0.],\n        \
         [0., 0., 0.,  ..., 0., 0., 0.],\n        \
         ...,\n        \
         [0., 0., 0.,  ..., 0., 0., 0.],\n        \
         [0., 0., 0.,  ..., 0., 0., 0.],\n        \
         [0., 0., 0.,  ..., 0., 0., 0.]])"
    );
}

#[test]
fn a_suffix_that_would_pass_the_margin_gets_a_line_of_its_own() {
    let wide: Vec<i32> = (1..=23).collect();
    let printed = text(tensor(&wide, &[23], DType::I32, &options()));
    assert_eq!(
        printed,
        "tensor([ 1,  2,  3,  4,  5,  6,  7,  8,  9, 10, 11, 12, 13, 14, 15, 16, 17, 18,\n        \
         19, 20, 21, 22, 23], dtype=tarray.int32)"
    );
    let row: Vec<i32> = (1..=17).collect();
    assert_eq!(
        text(tensor(&row, &[17], DType::I32, &options())),
        "tensor([ 1,  2,  3,  4,  5,  6,  7,  8,  9, 10, 11, 12, 13, 14, 15, 16, 17],\n       \
         dtype=tarray.int32)"
    );
}

#[test]
fn what_cannot_be_shown_leaves_less_to_be_implied() {
    let shape = [2i64];
    let far = source(TA_SOURCE_MEMORY, |member| {
        member.memory = ta_memory {
            data: ptr::without_provenance_mut(64),
            shape: shape.as_ptr(),
            dtype: DType::I64,
            ndim: 1,
            device: ta_device { device_type: TA_DEVICE_CUDA, index: 1 },
            ..unsafe { std::mem::zeroed() }
        }
    });
    assert_eq!(
        text(asarray(&far, &options()).unwrap()),
        "tensor(..., device='cuda:1', size=(2,), dtype=tarray.int64)"
    );
}

#[test]
fn options_change_the_text_or_are_refused() {
    let base = ta_repr_options {
        struct_size: size_of::<ta_repr_options>(),
        ..unsafe { std::mem::zeroed() }
    };
    let rows = [
        (ta_repr_options { precision: 2, ..base }, Ok("tensor([0.33, 0.67])")),
        (ta_repr_options { precision: -1, ..base }, Ok("tensor([0, 1])")),
        (
            ta_repr_options { sci_mode: TA_SCI_ON, precision: 1, ..base },
            Ok("tensor([3.3e-01, 6.7e-01])"),
        ),
        (ta_repr_options { threshold: 1, edgeitems: -1, ..base }, Ok("tensor([...], size=(2,))")),
        (
            ta_repr_options { default_dtype: DType::F64, precision: 1, ..base },
            Ok("tensor([0.3, 0.7], dtype=tarray.float32)"),
        ),
        (ta_repr_options { precision: 2001, ..base }, Err(TA_ERR_INVALID_ARGUMENT)),
        (ta_repr_options { edgeitems: -2, ..base }, Err(TA_ERR_INVALID_ARGUMENT)),
        (ta_repr_options { sci_mode: 3, ..base }, Err(TA_ERR_INVALID_ARGUMENT)),
    ];
    let tensor = tensor(&[1.0f32 / 3.0, 2.0 / 3.0], &[2], DType::F32, &options());
    for (style, want) in rows {
        let (mut buffer, mut length) = ([0u8; 200], 0);
        let start = buffer.as_mut_ptr().cast();
        let status =
            unsafe { ta_repr(tensor, &style, start, 200, &raw mut length, ptr::null_mut()) };
        let got = if status == TA_OK {
            Ok(str::from_utf8(&buffer[..length]).unwrap())
        } else {
            Err(status)
        };
        assert_eq!(got, want);
    }
    unsafe { ta_release(tensor) };
}
