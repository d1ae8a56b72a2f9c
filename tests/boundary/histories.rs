//! Calls that record, differentiate and change histories, like those in `scenarios`.

use std::ffi::c_void;
use std::ptr;
use std::sync::atomic::{AtomicUsize, Ordering};

use tarray::abi::*;
use tarray::ffi::*;

use crate::injection::Plan;
use crate::scenarios::{Item, List, Scenario, made, of_memory, sequence, succeeds, with_tensor};
use crate::support::*;

pub const HISTORIES: &[Scenario] = &[
    succeeds("a flag set", "ta_set_requires_grad", |plan| {
        with_tensor(|tensor| {
            let status = plan.call(|| unsafe { ta_set_requires_grad(tensor, 1, ptr::null_mut()) });
            assert_eq!(unsafe { ta_requires_grad(tensor) } == 1, status == TA_OK);
            status
        })
    }),
    succeeds("detached", "ta_detach", |plan| {
        with_product(|product| made(plan, |out, err| unsafe { ta_detach(product, out, err) }))
    }),
    succeeds("a gradient set", "ta_set_grad", |plan| {
        with_leaf(|leaf| {
            with_tensor(|grad| {
                let status = plan.call(|| unsafe { ta_set_grad(leaf, grad, ptr::null_mut()) });
                assert_eq!(takes_grad(leaf), status == TA_OK);
                status
            })
        })
    }),
    succeeds("a sum", "ta_add", |plan| of_two(plan, ta_add)),
    succeeds("a difference", "ta_sub", |plan| of_two(plan, ta_sub)),
    succeeds("a product", "ta_mul", |plan| of_two(plan, ta_mul)),
    succeeds("a sign turned", "ta_neg", |plan| {
        with_leaf(|leaf| made(plan, |out, err| unsafe { ta_neg(leaf, out, err) }))
    }),
    succeeds("all added up", "ta_sum", |plan| {
        with_leaf(|leaf| {
            made(plan, |out, err| unsafe { ta_sum(leaf, ptr::null(), 0, 0, out, err) })
        })
    }),
    succeeds("a named view", "ta_view_named", |plan| {
        with_leaf(|leaf| {
            let (shape, name) = ([3i64, 2], c"ReshapeBackward0".as_ptr());
            let shape = shape.as_ptr();
            made(plan, |out, err| unsafe {
                ta_view_named(leaf, name, 2, shape, ptr::null(), 0, out, err)
            })
        })
    }),
    succeeds("memory that requires grad", "ta_asarray", |plan| {
        of_memory(plan, ta_options { requires_grad: TA_GRAD_YES, ..options() })
    }),
    succeeds("parts with histories", "ta_asarray", |plan| {
        with_product(|product| {
            let part = source(TA_SOURCE_TENSOR, |member| member.tensor = product);
            let row = || Item::List(List(vec![Item::Source(part), Item::Source(part)]));
            let (rows, kept) = (
                List(vec![row(), row()]),
                ta_options { requires_grad: TA_GRAD_AS_SOURCE, ..options() },
            );
            let given = sequence(&rows);
            made(plan, |out, err| unsafe { ta_asarray(&given, &kept, out, err) })
        })
    }),
    succeeds("a copy with a history", "ta_copy", |plan| {
        with_leaf(|leaf| {
            let kept = ta_options { requires_grad: TA_GRAD_AS_SOURCE, ..options() };
            made(plan, |out, err| unsafe { ta_copy(leaf, &kept, out, err) })
        })
    }),
    succeeds("text of a history", "ta_repr", |plan| {
        with_product(|product| {
            let mut text = [7u8; 200];
            let (start, capacity) = (text.as_mut_ptr().cast(), text.len());
            let status = plan.call(|| unsafe {
                ta_repr(product, ptr::null(), start, capacity, ptr::null_mut(), ptr::null_mut())
            });
            assert_eq!(status == TA_OK, text[0] != 7);
            status
        })
    }),
    succeeds("gradients of a product", "ta_backward", |plan| {
        with_leaf(|leaf| {
            let (mut square, mut sum) = (ptr::null_mut(), ptr::null_mut());
            assert_eq!(unsafe { ta_mul(leaf, leaf, &raw mut square, ptr::null_mut()) }, TA_OK);
            let summed =
                unsafe { ta_sum(square, ptr::null(), 0, 0, &raw mut sum, ptr::null_mut()) };
            assert_eq!(summed, TA_OK);
            unsafe { ta_release(square) };
            let status = plan.call(|| unsafe { ta_backward(sum, ptr::null(), 0, ptr::null_mut()) });
            assert_eq!(takes_grad(leaf), status == TA_OK, "no leaf has half of it");
            unsafe { ta_release(sum) };
            status
        })
    }),
    succeeds("gradients by the host", "ta_backward", |plan| {
        with_leaf(|leaf| {
            let drops = AtomicUsize::new(0);
            let (mut result, mut sum) = (ptr::null_mut(), ptr::null_mut());
            let recorded = record(leaf, &drops, &raw mut result, ptr::null_mut());
            assert_eq!(recorded, TA_OK);
            let summed =
                unsafe { ta_sum(result, ptr::null(), 0, 0, &raw mut sum, ptr::null_mut()) };
            assert_eq!(summed, TA_OK);
            let status = plan.call(|| unsafe { ta_backward(sum, ptr::null(), 1, ptr::null_mut()) });
            assert_eq!(takes_grad(leaf), status == TA_OK);
            assert_eq!(drops.load(Ordering::SeqCst), 0, "the graph is retained");
            unsafe { ta_release(sum) };
            unsafe { ta_release(result) };
            assert_eq!(drops.load(Ordering::SeqCst), 1);
            status
        })
    }),
    succeeds("an operation of the host", "ta_record", |plan| {
        with_leaf(|leaf| {
            let drops = AtomicUsize::new(0);
            let status = made(plan, |out, err| record(leaf, &drops, out, err));
            assert_eq!(drops.load(Ordering::SeqCst), usize::from(status == TA_OK), "taken or not");
            status
        })
    }),
];

/// A history of so many operations, one after the other.
pub fn chain(length: usize) -> *mut ta_tensor {
    let mut last = ptr::null_mut();
    let status = with_leaf(|leaf| {
        last = unsafe { ta_retain(leaf) };
        (0..length).fold(TA_OK, |status, _| {
            let mut next = ptr::null_mut();
            let negated = unsafe { ta_neg(last, &raw mut next, ptr::null_mut()) };
            unsafe { ta_release(std::mem::replace(&mut last, next)) };
            status.max(negated)
        })
    });
    assert_eq!(status, TA_OK);
    last
}

/// Six float32 that require grad.
fn with_leaf(run: impl FnOnce(*mut ta_tensor) -> ta_status) -> ta_status {
    with_tensor(|tensor| {
        assert_eq!(unsafe { ta_set_requires_grad(tensor, 1, ptr::null_mut()) }, TA_OK);
        run(tensor)
    })
}

/// Their squares.
fn with_product(run: impl FnOnce(*mut ta_tensor) -> ta_status) -> ta_status {
    with_leaf(|leaf| {
        let mut product = ptr::null_mut();
        assert_eq!(unsafe { ta_mul(leaf, leaf, &raw mut product, ptr::null_mut()) }, TA_OK);
        let status = run(product);
        unsafe { ta_release(product) };
        status
    })
}

type OfTwo = unsafe extern "C" fn(
    *const ta_tensor,
    *const ta_tensor,
    *mut *mut ta_tensor,
    *mut ta_error,
) -> ta_status;

fn of_two(plan: &mut Plan, operation: OfTwo) -> ta_status {
    with_leaf(|a| with_leaf(|b| made(plan, |out, err| unsafe { operation(a, b, out, err) })))
}

/// Whether a gradient has arrived; it is taken away.
fn takes_grad(leaf: *mut ta_tensor) -> bool {
    let grad = unsafe { ta_grad(leaf) };
    unsafe { ta_release(grad) };
    assert_eq!(unsafe { ta_set_grad(leaf, ptr::null(), ptr::null_mut()) }, TA_OK);
    !grad.is_null()
}

/// Records the identity as an operation of the host, which counts its drops.
fn record(
    leaf: *mut ta_tensor,
    drops: &AtomicUsize,
    out: *mut *mut ta_tensor,
    err: *mut ta_error,
) -> ta_status {
    let inputs = [leaf.cast_const()];
    let operation = ta_operation {
        struct_size: size_of::<ta_operation>(),
        name: c"IdentityBackward0".as_ptr(),
        inputs: inputs.as_ptr(),
        num_inputs: 1,
        backward: Some(identity),
        drop: Some(count_release),
        user_data: ptr::from_ref(drops).cast_mut().cast(),
        ..unsafe { std::mem::zeroed() }
    };
    let output = source(TA_SOURCE_TENSOR, |member| member.tensor = leaf);
    unsafe { ta_record(&operation, &output, ptr::null(), out, err) }
}

unsafe extern "C" fn identity(
    _: *mut c_void,
    grad_output: *const ta_tensor,
    _: *const i32,
    grad_inputs: *mut *mut ta_tensor,
    _: usize,
    _: *mut ta_error,
) -> ta_status {
    unsafe { grad_inputs.write(ta_retain(grad_output)) };
    TA_OK
}
