//! Values, dtypes and shapes of the operations, without any history.

#[path = "support/tensors.rs"]
mod tensors;

use tarray::abi::*;
use tarray::history::{add, multiply, negate, subtract, sum};
use tarray::hub;
use tarray::model::dtype::DType;
use tarray::model::error::Result;
use tarray::model::scalar::Scalar;
use tarray::model::tensor::Tensor;
use tensors::*;

type Function = fn(&Tensor, &Tensor) -> Result<Tensor>;

fn ints(dtype: DType, numbers: &[i64]) -> Tensor {
    let numbers: Vec<_> = numbers.iter().map(|&number| Scalar::Int(number)).collect();
    tensor(dtype, &[numbers.len() as i64], &numbers)
}

fn floats(dtype: DType, numbers: &[f64]) -> Tensor {
    let numbers: Vec<_> = numbers.iter().map(|&number| Scalar::Float(number)).collect();
    tensor(dtype, &[numbers.len() as i64], &numbers)
}

#[test]
fn integers_wrap() {
    type Row = (&'static str, Function, DType, [i64; 2], [i64; 2], [i64; 2]);
    let rows: [Row; 8] = [
        ("add", add, DType::U8, [250, 1], [10, 2], [4, 3]),
        ("sub", subtract, DType::U8, [1, 7], [2, 7], [255, 0]),
        ("mul", multiply, DType::U8, [16, 3], [17, 5], [16, 15]),
        ("add", add, DType::I8, [127, -128], [1, -1], [-128, 127]),
        ("mul", multiply, DType::I16, [256, -3], [128, 3], [-32768, -9]),
        ("add", add, DType::I32, [i64::from(i32::MAX), 0], [1, 0], [i64::from(i32::MIN), 0]),
        ("sub", subtract, DType::I64, [i64::MIN, 5], [1, 7], [i64::MAX, -2]),
        ("mul", multiply, DType::U16, [65535, 2], [65535, 3], [1, 6]),
    ];
    for (name, function, dtype, a, b, want) in rows {
        let got = function(&ints(dtype, &a), &ints(dtype, &b)).unwrap();
        assert_eq!(got.dtype(), dtype, "{name} {dtype}");
        assert_eq!(values(&got), want.map(Scalar::Int), "{name} {dtype}");
    }
    let lowest = negate(&ints(DType::I8, &[-128, 5])).unwrap();
    assert_eq!(values(&lowest), [-128, -5].map(Scalar::Int));
    let unsigned = negate(&ints(DType::U32, &[1])).unwrap();
    assert_eq!(values(&unsigned), [Scalar::Int(i64::from(u32::MAX))]);
    let large = tensor(DType::U64, &[1], &[Scalar::UInt(u64::MAX)]);
    assert_eq!(values(&add(&large, &large).unwrap()), [Scalar::UInt(u64::MAX - 1)]);
}

#[test]
fn truth_values_are_joined_and_have_no_sign() {
    let truth = |values: [bool; 4]| tensor(DType::BOOL, &[4], &values.map(Scalar::Bool));
    let (a, b) = (truth([false, false, true, true]), truth([false, true, false, true]));
    assert_eq!(values(&add(&a, &b).unwrap()), [false, true, true, true].map(Scalar::Bool));
    assert_eq!(values(&multiply(&a, &b).unwrap()), [false, false, false, true].map(Scalar::Bool));
    let numbers = ints(DType::I16, &[1, 2, 3, 4]);
    for outcome in [subtract(&a, &b), subtract(&a, &numbers), subtract(&numbers, &a), negate(&a)] {
        let error = outcome.unwrap_err();
        assert_eq!(error.status, TA_ERR_DTYPE);
        assert!(error.message().contains("bool"), "{}", error.message());
    }
    assert_eq!(values(&add(&numbers, &a).unwrap()), [1, 2, 4, 5].map(Scalar::Int));
}

/// Narrow floats are computed in float32 and rounded once.
#[test]
fn floats_of_every_width_are_computed() {
    let dtypes = [
        DType::F16,
        DType::BF16,
        DType::F32,
        DType::F64,
        DType::F8_E5M2,
        DType::F8_E4M3FN,
        DType::F8_E4M3FNUZ,
        DType::F8_E5M2FNUZ,
        DType::F8_E3M4,
        DType::F8_E4M3,
        DType::F8_E4M3B11FNUZ,
    ];
    for dtype in dtypes {
        let (a, b) = (floats(dtype, &[1.5, -2.0, 0.25]), floats(dtype, &[0.5, 3.0, 0.25]));
        for (function, want) in [
            (add as Function, [2.0, 1.0, 0.5]),
            (subtract, [1.0, -5.0, 0.0]),
            (multiply, [0.75, -6.0, 0.0625]),
        ] {
            let got = function(&a, &b).unwrap();
            assert_eq!((got.dtype(), reals(&got)), (dtype, want.to_vec()));
        }
        assert_eq!(reals(&negate(&a).unwrap()), [-1.5, 2.0, -0.25], "{dtype}");
    }
    // 2048 + 1 is not a float16, and 2048 + 1 + 1 would be if the sum were rounded only once.
    let half = floats(DType::F16, &[2048.0]);
    let one = floats(DType::F16, &[1.0]);
    assert_eq!(reals(&add(&add(&half, &one).unwrap(), &one).unwrap()), [2048.0]);
    assert_eq!(
        reals(&sum(&floats(DType::F16, &[2048.0, 1.0, 1.0]), &[], false).unwrap()),
        [2050.0]
    );
}

#[test]
fn complex_numbers_are_computed() {
    for dtype in [DType::C32, DType::C64, DType::C128] {
        let a = tensor(dtype, &[1], &[Scalar::Complex(1.0, 2.0)]);
        let b = tensor(dtype, &[1], &[Scalar::Complex(3.0, -1.0)]);
        assert_eq!(values(&add(&a, &b).unwrap()), [Scalar::Complex(4.0, 1.0)], "{dtype}");
        assert_eq!(values(&subtract(&a, &b).unwrap()), [Scalar::Complex(-2.0, 3.0)], "{dtype}");
        assert_eq!(values(&multiply(&a, &b).unwrap()), [Scalar::Complex(5.0, 5.0)], "{dtype}");
        assert_eq!(values(&negate(&a).unwrap()), [Scalar::Complex(-1.0, -2.0)], "{dtype}");
        let both = tensor(dtype, &[2], &[Scalar::Complex(1.0, 2.0), Scalar::Complex(0.5, 0.5)]);
        assert_eq!(values(&sum(&both, &[], false).unwrap()), [Scalar::Complex(1.5, 2.5)]);
    }
}

/// Rows: the dtypes of a tensor with axes and of another, with axes or without, and of the result.
#[test]
fn dtypes_are_promoted_as_pytorch_does() {
    let rows = [
        (DType::I32, DType::F16, true, DType::F16),
        (DType::F16, DType::BF16, true, DType::F32),
        (DType::F32, DType::F64, true, DType::F64),
        (DType::F32, DType::F64, false, DType::F32),
        (DType::I8, DType::I64, false, DType::I8),
        (DType::I8, DType::F64, false, DType::F64),
        (DType::F32, DType::C128, false, DType::C64),
        (DType::BOOL, DType::U8, false, DType::U8),
    ];
    for (of_axes, of_other, has_axes, want) in rows {
        let one = |dtype, axes: bool| {
            let shape: &[i64] = if axes { &[1] } else { &[] };
            tensor(dtype, shape, &[Scalar::Int(1)])
        };
        let (a, b) = (one(of_axes, true), one(of_other, has_axes));
        for (a, b) in [(&a, &b), (&b, &a)] {
            let got = multiply(a, b).unwrap();
            assert_eq!(got.dtype(), want, "{of_axes} and {of_other}");
        }
    }
    let (small, large) = (ints(DType::U16, &[1]), ints(DType::I64, &[1]));
    assert_eq!(add(&small, &large).unwrap_err().status, TA_ERR_DTYPE);
}

#[test]
fn shapes_broadcast() {
    type Row = (&'static [i64], &'static [i64], Option<&'static [i64]>);
    let rows: [Row; 9] = [
        (&[2, 3], &[2, 3], Some(&[2, 3])),
        (&[2, 1], &[3], Some(&[2, 3])),
        (&[], &[2, 2], Some(&[2, 2])),
        (&[], &[], Some(&[])),
        (&[1], &[0], Some(&[0])),
        (&[3, 1, 2], &[4, 1], Some(&[3, 4, 2])),
        (&[0, 3], &[1], Some(&[0, 3])),
        (&[2], &[3], None),
        (&[0], &[2], None),
    ];
    for (a, b, want) in rows {
        let of = |shape: &[i64]| doubles(shape, &vec![1.0; shape.iter().product::<i64>() as usize]);
        for (a, b) in [(a, b), (b, a)] {
            match (add(&of(a), &of(b)), want) {
                (Ok(got), Some(want)) => assert_eq!(got.shape(), want, "{a:?} and {b:?}"),
                (Err(error), None) => {
                    assert_eq!(error.status, TA_ERR_INVALID_ARGUMENT, "{a:?} and {b:?}");
                }
                (got, want) => panic!("{a:?} and {b:?}: {:?}, not {want:?}", got.is_ok()),
            }
        }
    }
}

/// Operands with any strides, also of another dtype than the result.
#[test]
fn operands_are_read_by_their_strides() {
    let matrix = doubles(&[2, 3], &[1.0, 2.0, 3.0, 4.0, 5.0, 6.0]);
    let transposed = hub::view(&matrix, &[3, 2], Some(&[1, 3]), 0, None).unwrap();
    let flipped = hub::view(&matrix, &[3, 2], Some(&[-2, -1]), 5, None).unwrap();
    let narrow = floats(DType::F32, &[0.5, 1.5]);

    let got = add(&multiply(&transposed, &flipped).unwrap(), &narrow).unwrap();

    assert!(got.is_contiguous());
    assert_eq!(got.provenance().reason, TA_REASON_COMPUTED);
    assert_eq!(reals(&got), [6.5, 21.5, 8.5, 16.5, 6.5, 7.5]);
    assert_eq!(reals(&negate(&flipped).unwrap()), [-6.0, -5.0, -4.0, -3.0, -2.0, -1.0]);
    assert_eq!(reals(&sum(&transposed, &[0], false).unwrap()), [6.0, 15.0]);
}

/// Rows: axes, whether they are kept, and the shape and values of the sum of 1 to 6 in (2, 3).
#[test]
fn sums_go_along_axes() {
    let matrix = doubles(&[2, 3], &[1.0, 2.0, 3.0, 4.0, 5.0, 6.0]);
    type Row = (&'static [i64], bool, &'static [i64], &'static [f64]);
    let rows: [Row; 8] = [
        (&[], false, &[], &[21.0]),
        (&[], true, &[1, 1], &[21.0]),
        (&[0], false, &[3], &[5.0, 7.0, 9.0]),
        (&[0], true, &[1, 3], &[5.0, 7.0, 9.0]),
        (&[-1], false, &[2], &[6.0, 15.0]),
        (&[-1], true, &[2, 1], &[6.0, 15.0]),
        (&[1, 0], false, &[], &[21.0]),
        (&[-2], false, &[3], &[5.0, 7.0, 9.0]),
    ];
    for (axes, keep, shape, want) in rows {
        let got = sum(&matrix, axes, keep).unwrap();
        assert_eq!(got.shape(), shape, "{axes:?}");
        assert_eq!(reals(&got), want, "{axes:?}");
    }
    for (axes, status) in [
        (&[2][..], TA_ERR_OUT_OF_BOUNDS),
        (&[-3], TA_ERR_OUT_OF_BOUNDS),
        (&[i64::MIN], TA_ERR_OUT_OF_BOUNDS),
        (&[0, -2], TA_ERR_INVALID_ARGUMENT),
    ] {
        assert_eq!(sum(&matrix, axes, false).unwrap_err().status, status, "{axes:?}");
    }
    let nothing = sum(&doubles(&[0, 2], &[]), &[0], false).unwrap();
    assert_eq!((nothing.shape(), reals(&nothing)), (&[2][..], vec![0.0, 0.0]));
    assert_eq!(sum(&doubles(&[2, 0], &[]), &[0], false).unwrap().shape(), [0]);
}

#[test]
fn integers_and_truth_values_add_up_to_int64() {
    for dtype in [DType::BOOL, DType::U8, DType::I8, DType::I32, DType::I64, DType::U64] {
        let got = sum(&ints(dtype, &[1; 300]), &[], false).unwrap();
        assert_eq!((got.dtype(), values(&got)), (DType::I64, vec![Scalar::Int(300)]), "{dtype}");
    }
}

/// One after another, a million times 0.1 would be off in the third digit of a float32.
#[test]
fn sums_are_accurate() {
    let count = if cfg!(miri) { 1_000 } else { 1_000_000 };
    for (dtype, tolerance) in [(DType::F32, 1e-6), (DType::F64, 1e-14), (DType::F16, 1e-3)] {
        let rows = floats(dtype, &vec![0.1; count]);
        let exact = reals(&rows)[0] * count as f64;
        // float16 ends at 65504.
        let rows = match dtype {
            DType::F16 => multiply(&rows, &floats(DType::F16, &[0.5])).unwrap(),
            _ => rows,
        };
        let exact = if dtype == DType::F16 { exact / 2.0 } else { exact };
        let got = reals(&sum(&rows, &[], false).unwrap())[0];
        assert!((got - exact).abs() <= tolerance * exact, "{dtype}: {got}, not {exact}");
    }
}

#[test]
fn elements_without_arithmetic_are_refused() {
    let lanes = DType { code: TA_FLOAT, bits: 32, lanes: 2 };
    let bytes = ints(DType::U8, &[0; 16]);
    let odd = {
        use tarray::model::make;
        use tarray::model::provenance::Provenance;
        use tarray::model::tensor::Marks;
        let block = tarray::convert::memory::room(2, lanes).unwrap();
        let marks = Marks { flags: 0, provenance: Provenance::COMPUTED };
        make::of_block(block, lanes, &[2], &[1], marks, None).unwrap()
    };
    for outcome in [add(&odd, &odd), negate(&odd), sum(&odd, &[], false), multiply(&odd, &bytes)] {
        assert_eq!(outcome.unwrap_err().status, TA_ERR_DTYPE);
    }
}
