//! Calls about devices, like those in `scenarios`: of a device that the host plugs in, which has
//! ordinary memory.

use std::alloc::{Layout, alloc, dealloc};
use std::ffi::c_void;
use std::ptr;
use std::sync::atomic::{AtomicI32, AtomicUsize, Ordering};

use tarray::abi::*;
use tarray::ffi::*;

use crate::scenarios::{Scenario, made, succeeds, with_tensor};
use crate::support::*;

pub const DEVICES: &[Scenario] = &[
    succeeds("plugged in", "ta_device_register", |plan| {
        let (device_type, releases) = (next_type(), AtomicUsize::new(0));
        let status = plan.call(|| register(device_type, &releases));
        if status == TA_OK {
            assert_eq!(unsafe { ta_device_unregister(device_type, ptr::null_mut()) }, TA_OK);
        }
        assert_eq!(releases.load(Ordering::SeqCst), usize::from(status == TA_OK), "taken or not");
        status
    }),
    succeeds("unplugged", "ta_device_unregister", |plan| {
        let (device_type, releases) = (next_type(), AtomicUsize::new(0));
        assert_eq!(register(device_type, &releases), TA_OK);
        let status = plan.call(|| unsafe { ta_device_unregister(device_type, ptr::null_mut()) });
        assert_eq!(releases.load(Ordering::SeqCst), usize::from(status == TA_OK));
        if status != TA_OK {
            assert_eq!(unsafe { ta_device_unregister(device_type, ptr::null_mut()) }, TA_OK);
        }
        status
    }),
    // In place of CUDA's, so that nobody looks for its driver: what dlopen says is kept by a crate that
    // has no word for running out of memory.
    succeeds("listed", "ta_device_list", |plan| {
        with_device_of(TA_DEVICE_CUDA, |_| {
            let (mut all, mut count) = ([CPU; 64], usize::MAX);
            let (out, err) = (all.as_mut_ptr(), ptr::null_mut());
            let status = plan.call(|| unsafe { ta_device_list(out, 64, &raw mut count, err) });
            assert_eq!(count != usize::MAX, status == TA_OK);
            status
        })
    }),
    succeeds("described", "ta_device_describe", |plan| {
        with_device(|device| {
            let mut info: ta_device_info = unsafe { std::mem::zeroed() };
            info.struct_size = size_of::<ta_device_info>();
            let status =
                plan.call(|| unsafe { ta_device_describe(device, &raw mut info, ptr::null_mut()) });
            assert_eq!(info.device == device, status == TA_OK);
            status
        })
    }),
    succeeds("read", "ta_device_parse", |plan| {
        let (mut device, text) = (CPU, c"cuda:3".as_ptr());
        let status =
            plan.call(|| unsafe { ta_device_parse(text, &raw mut device, ptr::null_mut()) });
        assert_eq!(device.index == 3, status == TA_OK);
        status
    }),
    succeeds("found by an address", "ta_device_of_address", |plan| {
        with_device(|device| {
            let (mut found, address) = (CPU, ptr::null());
            let status = plan.call(|| unsafe {
                let (kind, err) = (device.device_type, ptr::null_mut());
                ta_device_of_address(kind, address, &raw mut found, err)
            });
            assert_eq!(found == device, status == TA_OK);
            status
        })
    }),
    succeeds("waited for", "ta_synchronize", |plan| {
        with_device(|device| plan.call(|| unsafe { ta_synchronize(device, 0, ptr::null_mut()) }))
    }),
    succeeds("moved there", "ta_copy", |plan| {
        with_device(|device| {
            let there = ta_options { device, ..options() };
            with_tensor(|tensor| {
                made(plan, |out, err| unsafe { ta_copy(tensor, &there, out, err) })
            })
        })
    }),
];

const CPU: ta_device = ta_device { device_type: TA_DEVICE_CPU, index: 0 };

/// A type that no other test has.
fn next_type() -> i32 {
    static NEXT: AtomicI32 = AtomicI32::new(1000);
    NEXT.fetch_add(1, Ordering::Relaxed)
}

/// The first device of a type that is plugged in for the time of the call.
fn with_device(run: impl FnOnce(ta_device) -> ta_status) -> ta_status {
    with_device_of(next_type(), run)
}

fn with_device_of(device_type: i32, run: impl FnOnce(ta_device) -> ta_status) -> ta_status {
    let releases = AtomicUsize::new(0);
    assert_eq!(register(device_type, &releases), TA_OK);
    let status = run(ta_device { device_type, index: 0 });
    assert_eq!(unsafe { ta_device_unregister(device_type, ptr::null_mut()) }, TA_OK);
    assert_eq!(releases.load(Ordering::SeqCst), 1);
    status
}

fn register(device_type: i32, releases: &AtomicUsize) -> ta_status {
    let api = ta_device_api {
        struct_size: size_of::<ta_device_api>(),
        count: Some(one),
        allocate: Some(allocate),
        free: Some(free),
        copy: Some(copy),
        synchronize: Some(synchronize),
        device_of: Some(device_of),
        release: Some(count_release),
        ..unsafe { std::mem::zeroed() }
    };
    let user_data = ptr::from_ref(releases).cast_mut().cast();
    unsafe { ta_device_register(device_type, &api, user_data, ptr::null_mut()) }
}

unsafe extern "C" fn one(_: *mut c_void, out: *mut i32, _: *mut ta_error) -> ta_status {
    unsafe { out.write(1) };
    TA_OK
}

fn layout(size: usize) -> Layout {
    Layout::from_size_align(size.max(1), 64).unwrap()
}

unsafe extern "C" fn allocate(
    _: *mut c_void,
    _: i32,
    size: usize,
    _: i64,
    out: *mut *mut c_void,
    _: *mut ta_error,
) -> ta_status {
    unsafe { out.write(alloc(layout(size)).cast()) };
    TA_OK
}

unsafe extern "C" fn free(_: *mut c_void, _: i32, data: *mut c_void, size: usize, _: i64) {
    unsafe { dealloc(data.cast(), layout(size)) };
}

unsafe extern "C" fn copy(
    _: *mut c_void,
    target: *const ta_place,
    source: *const ta_place,
    size: usize,
    _: i64,
    _: *mut ta_error,
) -> ta_status {
    let (target, source) = unsafe { (&*target, &*source) };
    let to = target.data.wrapping_byte_add(target.byte_offset as usize).cast::<u8>();
    let from = source.data.wrapping_byte_add(source.byte_offset as usize).cast::<u8>();
    unsafe { to.copy_from_nonoverlapping(from, size) };
    TA_OK
}

unsafe extern "C" fn synchronize(_: *mut c_void, _: i32, _: i64, _: *mut ta_error) -> ta_status {
    TA_OK
}

unsafe extern "C" fn device_of(
    _: *mut c_void,
    _: *const c_void,
    out: *mut i32,
    _: *mut ta_error,
) -> ta_status {
    unsafe { out.write(0) };
    TA_OK
}
