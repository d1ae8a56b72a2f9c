//! The arithmetic of shapes and strides, against arithmetic that cannot overflow.

use std::collections::HashSet;

use tarray::model::layout;

use crate::Draw;

pub fn run(draw: &mut Draw<'_>) {
    let shape = draw.extents();
    let shape = &shape[..shape.len().min(layout::MAX_NDIM)];
    let strides = draw.strides(shape.len());
    let lawful = shape.iter().all(|&extent| extent >= 0);
    let empty = shape.contains(&0);
    let product = shape.iter().try_fold(1i128, |product, &n| product.checked_mul(i128::from(n)));
    let exact = if empty { Some(0) } else { product.filter(|&n| n <= i64::MAX.into()) };
    let numel = layout::numel(shape).ok();
    assert_eq!(numel.map(i128::from), exact.filter(|_| lawful), "{shape:?}");
    if !lawful {
        return;
    }

    let mut compact = vec![0; shape.len()];
    if layout::compact_strides(shape, 1, &mut compact).is_ok() && !empty {
        assert!(layout::is_contiguous(shape, compact.iter().copied(), 1));
        let mut step = 1i128;
        for (&stride, &extent) in compact.iter().zip(shape).rev() {
            assert_eq!(i128::from(stride), step);
            step *= i128::from(extent);
        }
    }

    let span = layout::span(shape, strides.iter().copied());
    match (span, exact_span(shape, &strides)) {
        (Ok(span), exact) => {
            let span = span.map(|(low, high)| (i128::from(low), i128::from(high)));
            assert_eq!(span, exact, "{shape:?} {strides:?}");
        }
        (Err(_), exact) => {
            let (low, high) = exact.expect("an empty layout has no reach");
            let steps = shape.iter().zip(&strides);
            let long =
                steps.map(|(&n, &step)| (i128::from(n) - 1) * i128::from(step)).any(too_long);
            assert!(long || too_long(low) || too_long(high), "{shape:?} {strides:?}");
        }
    }

    if numel.is_some_and(|numel| numel <= 4096) && !empty {
        same_elements(shape, &strides);
        copied(shape, &strides);
    }
}

fn too_long(reach: i128) -> bool {
    i64::try_from(reach).is_err()
}

fn exact_span(shape: &[i64], strides: &[i64]) -> Option<(i128, i128)> {
    let steps = shape.iter().zip(strides).map(|(&n, &step)| (i128::from(n) - 1) * i128::from(step));
    let add = |(low, high): (i128, i128), step: i128| {
        (low.saturating_add(step.min(0)), high.saturating_add(step.max(0)))
    };
    (!shape.contains(&0)).then(|| steps.fold((0, 0), add))
}

/// Every offset of a layout, in C order.
fn offsets(shape: &[i64], strides: &[i64]) -> Vec<i128> {
    let mut offsets = vec![0i128];
    for (&extent, &stride) in shape.iter().zip(strides) {
        let axis = |at: i128| (0..extent).map(move |i| at + i128::from(i) * i128::from(stride));
        offsets = offsets.into_iter().flat_map(axis).collect();
    }
    offsets
}

/// A layout that is called free of overlap is; one axis alone is always judged right.
fn same_elements(shape: &[i64], strides: &[i64]) {
    let all = offsets(shape, strides);
    let distinct = all.iter().collect::<HashSet<_>>().len() == all.len();
    let says = layout::is_non_overlapping(shape, strides);
    assert!(!says || distinct, "{shape:?} {strides:?}");
    if shape.iter().filter(|&&extent| extent > 1).count() == 1 {
        assert_eq!(says, distinct, "{shape:?} {strides:?}");
    }
}

/// A copy is dense, each element in a place of its own.
fn copied(shape: &[i64], strides: &[i64]) {
    let mut dense = vec![0; shape.len()];
    if layout::copy_strides(shape, strides, &mut dense).is_ok() {
        let mut all = offsets(shape, &dense);
        all.sort_unstable();
        assert!(all.iter().copied().eq(0..all.len() as i128), "{shape:?} {strides:?} {dense:?}");
    }
}
