//! Every status that the header declares, and a call that comes to it.

use std::ptr;

use tarray::abi::*;
use tarray::ffi::*;
use tarray::model::dtype::DType;
use tarray::model::fault::{Fault, PANIC};

use crate::allocator::{self, Failing};
use crate::scenarios::{Item, List, nested, sequence};
use crate::support::*;

/// What `ta_from_dlpack` says of six float32.
fn taken(options: ta_options) -> ta_status {
    changed(|_| {}, options)
}

/// What it says of a tensor that `change` has been at.
fn changed(change: impl FnOnce(&mut DLManagedTensorVersioned), options: ta_options) -> ta_status {
    let lent = Lent::new(DType::F32, &[6], &[1]);
    change(unsafe { &mut *lent.managed });
    let (mut out, managed) = (ptr::null_mut(), lent.managed);
    let status = unsafe { ta_from_dlpack(managed, &options, &raw mut out, ptr::null_mut()) };
    unsafe { ta_release(out) };
    status
}

/// What a call says of a tensor of six float32.
fn said(options: ta_options, call: impl FnOnce(*mut ta_tensor) -> ta_status) -> ta_status {
    let lent = Lent::new(DType::F32, &[6], &[1]);
    let (mut tensor, managed) = (ptr::null_mut(), lent.managed);
    let made = unsafe { ta_from_dlpack(managed, &options, &raw mut tensor, ptr::null_mut()) };
    assert_eq!(made, TA_OK);
    let status = call(tensor);
    unsafe { ta_release(tensor) };
    status
}

fn listed(list: List, options: ta_options) -> ta_status {
    let (given, mut out) = (sequence(&list), ptr::null_mut());
    let status = unsafe { ta_asarray(&given, &options, &raw mut out, ptr::null_mut()) };
    unsafe { ta_release(out) };
    status
}

/// A case for each.
fn reached() -> Vec<ta_status> {
    let two: [i64; 1] = [2];
    let read_only = ta_options { flags: TA_MARK_READ_ONLY, ..options() };
    let requires_grad = ta_options { requires_grad: TA_GRAD_YES, ..options() };
    vec![
        taken(options()),
        unsafe { ta_from_dlpack(ptr::null_mut(), ptr::null(), ptr::null_mut(), ptr::null_mut()) },
        taken(ta_options { copy: 3, ..options() }),
        changed(|managed| managed.dl_tensor.ndim = -1, options()),
        taken(ta_options { dtype: DType::F4_E2M1FN, ..options() }),
        said(options(), |tensor| unsafe {
            let mut out = ptr::null_mut();
            ta_view(tensor, 1, two.as_ptr(), ptr::null(), 5, &raw mut out, ptr::null_mut())
        }),
        {
            let large = source(TA_SOURCE_SCALAR, |member| {
                member.scalar.kind = TA_SCALAR_INT;
                member.scalar.value.i = 300;
            });
            listed(List(vec![Item::Source(large)]), ta_options { dtype: DType::U8, ..options() })
        },
        listed(List(vec![Item::List(nested(&[2])), Item::List(nested(&[3]))]), options()),
        taken(ta_options { accept: TA_ACCEPT_SCALAR, ..options() }),
        said(read_only, |tensor| unsafe { ta_copy_into(tensor, tensor, ptr::null_mut()) }),
        listed(List(vec![Item::Failure]), options()),
        taken(ta_options { dtype: DType::I8, requires_grad: TA_GRAD_YES, ..options() }),
        taken(ta_options { dtype: DType::F64, copy: TA_COPY_NEVER, ..options() }),
        changed(|managed| managed.version.major = 2, options()),
        taken(ta_options {
            device: ta_device { device_type: TA_DEVICE_VPI, index: 0 },
            ..options()
        }),
        said(requires_grad, |tensor| unsafe {
            let mut loan: *mut DLManagedTensorVersioned = ptr::null_mut();
            ta_to_dlpack(tensor, ptr::null(), &raw mut loan, ptr::null_mut())
        }),
        said(options(), |tensor| {
            let mut out = ptr::null_mut();
            allocator::fail(Failing::Only(0));
            let status = unsafe { ta_copy(tensor, ptr::null(), &raw mut out, ptr::null_mut()) };
            allocator::fail(Failing::None);
            status
        }),
        {
            Fault::plan(&PANIC, Some(0));
            let status = ta_set_num_threads(0);
            Fault::plan(&PANIC, None);
            status
        },
    ]
}

#[test]
fn every_status_is_reached() {
    let header = include_str!("../../include/tarray.h");
    let defines = header.lines().filter_map(|line| line.strip_prefix("#define TA_"));
    let mut declared: Vec<(ta_status, &str)> = defines
        .filter_map(|define| define.split_once(' '))
        .filter(|(name, _)| *name == "OK" || name.starts_with("ERR_"))
        .map(|(name, value)| (value.parse().unwrap(), name))
        .collect();
    declared.sort_unstable();
    assert!(declared.len() > 15, "only {declared:?}: the search is broken");

    let mut reached = reached();
    reached.sort_unstable();

    for (status, name) in &declared {
        assert!(reached.contains(status), "nothing comes to TA_{name}");
    }
    assert_eq!(reached.len(), declared.len(), "a case for each: {reached:?}, {declared:?}");
}
