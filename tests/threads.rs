//! Many threads at one handle: shares, loans, views and gradients, and nothing is lost. Run by
//! itself, and with ThreadSanitizer in the library.
// Calls go through the C ABI, with arguments that each test has just made.
#![allow(clippy::undocumented_unsafe_blocks)]

mod support;

use std::ffi::c_void;
use std::ptr;
use std::thread;

use support::*;
use tarray::abi::*;
use tarray::ffi::*;
use tarray::model::dtype::DType;

const THREADS: usize = 8;

/// Fewer where every step is interpreted.
const ROUNDS: usize = if cfg!(miri) { 3 } else { 200 };

/// Does `work` with one handle on many threads, as often as there are rounds.
fn on_many_threads(tensor: *mut ta_tensor, work: fn(*mut ta_tensor)) {
    let address = tensor.expose_provenance();
    thread::scope(|scope| {
        for _ in 0..THREADS {
            scope.spawn(move || {
                for _ in 0..ROUNDS {
                    work(ptr::with_exposed_provenance_mut(address));
                }
            });
        }
    });
}

fn taken(lent: &Lent) -> *mut ta_tensor {
    let (mut tensor, managed) = (ptr::null_mut(), lent.managed);
    let status = unsafe { ta_from_dlpack(managed, ptr::null(), &raw mut tensor, ptr::null_mut()) };
    assert_eq!(status, TA_OK);
    tensor
}

#[test]
fn shares_loans_and_views_come_and_go() {
    let lent = Lent::new(DType::F32, &[4], &[1]);
    let tensor = taken(&lent);

    on_many_threads(tensor, |tensor| {
        let share = unsafe { ta_retain(tensor) };
        let (mut loan, mut legacy, mut view) = (ptr::null_mut(), ptr::null_mut(), ptr::null_mut());
        let read_only = ta_export_options { flags: TA_EXPORT_READ_ONLY, ..export_options() };
        let lent = unsafe { ta_to_dlpack(share, &read_only, &raw mut loan, ptr::null_mut()) };
        assert_eq!(lent, TA_OK);
        let lent =
            unsafe { ta_to_dlpack_legacy(share, ptr::null(), &raw mut legacy, ptr::null_mut()) };
        assert_eq!(lent, TA_OK);
        let shape = [2i64];
        let viewed = unsafe {
            ta_view(share, 1, shape.as_ptr(), ptr::null(), 1, &raw mut view, ptr::null_mut())
        };
        assert_eq!(viewed, TA_OK);
        unsafe { ta_release(share) };
        give_back(loan);
        unsafe { ta_release(view) };
        give_back_legacy(legacy);
    });

    assert_eq!(lent.runs(), 0);
    unsafe { ta_release(tensor) };
    assert_eq!(lent.runs(), 1);
}

/// The gradient of the sum of `x + x` is 2, as often as it is asked for.
#[test]
fn no_gradient_is_lost() {
    let lent = Lent::new(DType::F64, &[4], &[1]);
    let leaf = taken(&lent);
    assert_eq!(unsafe { ta_set_requires_grad(leaf, 1, ptr::null_mut()) }, TA_OK);

    on_many_threads(leaf, |leaf| {
        let (mut double, mut sum) = (ptr::null_mut(), ptr::null_mut());
        assert_eq!(unsafe { ta_add(leaf, leaf, &raw mut double, ptr::null_mut()) }, TA_OK);
        let summed = unsafe { ta_sum(double, ptr::null(), 0, 0, &raw mut sum, ptr::null_mut()) };
        assert_eq!(summed, TA_OK);
        unsafe { ta_release(double) };
        assert_eq!(unsafe { ta_backward(sum, ptr::null(), 0, ptr::null_mut()) }, TA_OK);
        unsafe { ta_release(sum) };
        let grad = unsafe { ta_grad(leaf) };
        unsafe { ta_release(grad) };
    });

    let grad = unsafe { ta_grad(leaf) };
    let mut last: ta_scalar = unsafe { std::mem::zeroed() };
    let read = unsafe { ta_item(grad, [3i64].as_ptr(), &raw mut last, ptr::null_mut()) };
    assert_eq!(read, TA_OK);
    assert_eq!(unsafe { last.value.f }, 2.0 * (THREADS * ROUNDS) as f64);
    unsafe { ta_release(grad) };
    unsafe { ta_release(leaf) };
    assert_eq!(lent.runs(), 1);
}

/// What an operation of the host is told: a number that is gone when it is dropped.
struct Told {
    number: u64,
}

unsafe extern "C" fn no_gradients(
    _: *mut c_void,
    _: *const ta_tensor,
    _: *const i32,
    _: *mut *mut ta_tensor,
    _: usize,
    _: *mut ta_error,
) -> ta_status {
    TA_OK
}

unsafe extern "C" fn forget(told: *mut c_void) {
    drop(unsafe { Box::from_raw(told.cast::<Told>()) });
}

unsafe extern "C" fn read(number: *mut c_void, told: *mut c_void) {
    let told: &Told = unsafe { &*told.cast() };
    // Time for others to release it.
    thread::yield_now();
    unsafe { number.cast::<u64>().write(told.number) };
}

/// While one thread looks at what an operation was told, another one's pass releases the operation.
#[test]
fn no_thread_loses_what_it_looks_at() {
    let lent = Lent::new(DType::F64, &[], &[]);
    let leaf = taken(&lent);
    assert_eq!(unsafe { ta_set_requires_grad(leaf, 1, ptr::null_mut()) }, TA_OK);

    for _ in 0..ROUNDS {
        let result = operation(leaf);
        let address = result.expose_provenance();
        thread::scope(|scope| {
            for _ in 0..2 {
                scope.spawn(move || {
                    let result = ptr::with_exposed_provenance::<ta_tensor>(address);
                    let (node, mut number) = (unsafe { ta_grad_fn(result) }, 0u64);
                    let context = (&raw mut number).cast();
                    let looked =
                        unsafe { ta_node_visit(node, Some(no_gradients), Some(read), context) };
                    assert_eq!(number, if looked == 1 { 7 } else { 0 });
                    unsafe { ta_node_release(node) };
                });
            }
            scope.spawn(move || {
                let result = ptr::with_exposed_provenance(address);
                let passed = unsafe { ta_backward(result, ptr::null(), 0, ptr::null_mut()) };
                assert_eq!(passed, TA_OK);
            });
        });
        unsafe { ta_release(result) };
    }

    unsafe { ta_release(leaf) };
    assert_eq!(lent.runs(), 1);
}

/// The result of an operation of the host on a leaf.
fn operation(leaf: *mut ta_tensor) -> *mut ta_tensor {
    let inputs = [leaf.cast_const()];
    let operation = ta_operation {
        struct_size: size_of::<ta_operation>(),
        name: c"ToldBackward0".as_ptr(),
        inputs: inputs.as_ptr(),
        num_inputs: 1,
        backward: Some(no_gradients),
        drop: Some(forget),
        user_data: Box::into_raw(Box::new(Told { number: 7 })).cast(),
        ..unsafe { std::mem::zeroed() }
    };
    let output = source(TA_SOURCE_TENSOR, |member| member.tensor = leaf);
    let mut result = ptr::null_mut();
    let recorded =
        unsafe { ta_record(&operation, &output, ptr::null(), &raw mut result, ptr::null_mut()) };
    assert_eq!(recorded, TA_OK);
    result
}
