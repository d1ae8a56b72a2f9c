//! A planted fault, to prove that ThreadSanitizer watches the library's memory: two threads write
//! the elements of one tensor, which the library does not guard.
// The fault is the point.
#![allow(clippy::undocumented_unsafe_blocks)]

use std::ptr;
use std::thread;

use tarray::abi::*;
use tarray::ffi::*;

fn main() {
    let mut source: ta_source = unsafe { std::mem::zeroed() };
    (source.struct_size, source.kind) = (size_of::<ta_source>(), TA_SOURCE_SCALAR);
    source.value.scalar.kind = TA_SCALAR_INT;
    let mut tensor = ptr::null_mut();
    let made = unsafe { ta_asarray(&source, ptr::null(), &raw mut tensor, ptr::null_mut()) };
    assert_eq!(made, TA_OK);
    let handle = tensor.expose_provenance();
    thread::scope(|scope| {
        for number in 0..2 {
            scope.spawn(move || {
                let tensor: *mut ta_tensor = ptr::with_exposed_provenance_mut(handle);
                let mut value: ta_scalar = unsafe { std::mem::zeroed() };
                (value.kind, value.value.i) = (TA_SCALAR_INT, number);
                for _ in 0..1000 {
                    assert_eq!(unsafe { ta_fill(tensor, &value, ptr::null_mut()) }, TA_OK);
                }
            });
        }
    });
    unsafe { ta_release(tensor) };
}
