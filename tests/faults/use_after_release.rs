//! A planted fault, to prove that Miri watches the library's memory: reads a tensor's elements
//! after the last share in them was given up.
// The fault is the point.
#![allow(clippy::undocumented_unsafe_blocks)]

use std::ptr;

use tarray::abi::*;
use tarray::ffi::*;

fn main() {
    let mut source: ta_source = unsafe { std::mem::zeroed() };
    (source.struct_size, source.kind) = (size_of::<ta_source>(), TA_SOURCE_SCALAR);
    source.value.scalar.kind = TA_SCALAR_INT;
    let mut tensor = ptr::null_mut();
    let made = unsafe { ta_asarray(&source, ptr::null(), &raw mut tensor, ptr::null_mut()) };
    assert_eq!(made, TA_OK);
    let element: *const i64 = unsafe { ta_data(tensor) }.cast();
    unsafe { ta_release(tensor) };
    println!("{}", unsafe { element.read() });
}
