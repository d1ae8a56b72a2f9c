//! The second and third law: a failing call changes nothing, and what is taken is let go once.
// Calls go through the C ABI, with arguments that each test has just made.
#![allow(clippy::undocumented_unsafe_blocks)]

mod support;

use std::ptr;
use std::sync::atomic::{AtomicUsize, Ordering};

use support::*;
use tarray::abi::*;
use tarray::ffi::*;
use tarray::model::dtype::DType;

/// Requests, and whether a writable float32 tensor on the CPU meets them by sharing.
fn requests() -> Vec<(&'static str, ta_options, i32)> {
    vec![
        ("nothing", options(), TA_OK),
        ("never copy", ta_options { copy: TA_COPY_NEVER, ..options() }, TA_OK),
        ("copy", ta_options { copy: TA_COPY_ALWAYS, ..options() }, TA_OK),
        ("convert", ta_options { dtype: DType::F64, ..options() }, TA_OK),
        ("grad", ta_options { requires_grad: TA_GRAD_YES, ..options() }, TA_OK),
        (
            "convert, never copy",
            ta_options { dtype: DType::F64, copy: TA_COPY_NEVER, ..options() },
            TA_ERR_CANNOT_ALIAS,
        ),
        (
            "another device",
            ta_options {
                device: ta_device { device_type: TA_DEVICE_CUDA, index: 77 },
                ..options()
            },
            TA_ERR_DEVICE,
        ),
        (
            "no such dtype",
            ta_options { dtype: DType { code: TA_BOOL, bits: 1, lanes: 1 }, ..options() },
            TA_ERR_DTYPE,
        ),
        ("no conversion", ta_options { dtype: DType::F4_E2M1FN, ..options() }, TA_ERR_DTYPE),
        (
            "grad of integers",
            ta_options { dtype: DType::I8, requires_grad: TA_GRAD_YES, ..options() },
            TA_ERR_GRAD,
        ),
        ("not accepted", ta_options { accept: TA_ACCEPT_SCALAR, ..options() }, TA_ERR_KIND),
        ("a stream of the CPU", ta_options { stream: 7, ..options() }, TA_ERR_DEVICE),
        ("no such mode", ta_options { copy: 3, ..options() }, TA_ERR_INVALID_ARGUMENT),
        ("no such flag", ta_options { flags: 8, ..options() }, TA_ERR_UNSUPPORTED),
    ]
}

#[test]
fn a_dlpack_tensor_is_let_go_once_and_only_after_success() {
    for (name, options, want) in requests() {
        let lent = Lent::new(DType::F32, &[2, 3], &[3, 1]);
        let mut out = ptr::null_mut();

        let managed = lent.managed;
        let got = unsafe { ta_from_dlpack(managed, &options, &raw mut out, ptr::null_mut()) };

        assert_eq!(got, want, "{name}");
        assert_eq!(out.is_null(), want != TA_OK, "{name}: out is written only on success");
        let aliased = want == TA_OK && info(out).provenance.aliased == 1;
        assert_eq!(lent.runs(), usize::from(want == TA_OK && !aliased), "{name}: inside the call");
        unsafe { ta_release(out) };
        assert_eq!(lent.runs(), usize::from(want == TA_OK), "{name}: in the end");
    }
}

#[test]
fn a_legacy_tensor_is_let_go_once_and_only_after_success() {
    for (name, options, want) in requests() {
        let lent = Lent::new(DType::F32, &[2, 3], &[3, 1]);
        let mut out = ptr::null_mut();

        let managed = lent.legacy;
        let got =
            unsafe { ta_from_dlpack_legacy(managed, &options, &raw mut out, ptr::null_mut()) };

        assert_eq!(got, want, "{name}");
        unsafe { ta_release(out) };
        assert_eq!(lent.runs(), usize::from(want == TA_OK), "{name}");
    }
}

#[test]
fn described_memory_is_let_go_once_and_only_after_success() {
    for (name, options, want) in requests() {
        let (mut data, shape, runs) = ([0f32; 6], [2i64, 3], AtomicUsize::new(0));
        let memory = source(TA_SOURCE_MEMORY, |member| {
            member.memory = ta_memory {
                data: data.as_mut_ptr().cast(),
                shape: shape.as_ptr(),
                strides_bytes: ptr::null(),
                dtype: DType::F32,
                device: ta_device { device_type: 0, index: 0 },
                ndim: 2,
                flags: 0,
                byte_offset: 0,
                stream: 0,
                reserved: [0; 2],
                owner: (&raw const runs).cast_mut().cast(),
                release: Some(count_release),
            }
        });

        let got = asarray(&memory, &options);

        assert_eq!(got.as_ref().map_or_else(|(status, _)| *status, |_| TA_OK), want, "{name}");
        unsafe { ta_release(got.unwrap_or(ptr::null_mut())) };
        assert_eq!(runs.load(Ordering::SeqCst), usize::from(want == TA_OK), "{name}");
    }
}

#[test]
fn an_unknown_major_version_is_not_touched() {
    for major in [0, 2, 99, u32::MAX] {
        let lent = Lent::new(DType::F32, &[2], &[1]);
        unsafe { (*lent.managed).version.major = major };
        let (mut out, mut err) = (ptr::null_mut(), error());

        let managed = lent.managed;
        let got = unsafe { ta_from_dlpack(managed, ptr::null(), &raw mut out, &raw mut err) };

        assert_eq!(got, TA_ERR_UNSUPPORTED);
        assert!(message(&err).contains(&major.to_string()), "{}", message(&err));
        assert_eq!((lent.runs(), out.is_null()), (0, true));
    }
}

#[test]
fn every_share_keeps_the_memory_until_the_last_is_gone() {
    let lent = Lent::new(DType::F32, &[4], &[1]);
    let mut tensor = ptr::null_mut();
    let managed = lent.managed;
    assert_eq!(
        unsafe { ta_from_dlpack(managed, ptr::null(), &raw mut tensor, ptr::null_mut()) },
        TA_OK
    );

    let second = unsafe { ta_retain(tensor) };
    assert_eq!(second, tensor);
    let mut view = ptr::null_mut();
    let shape = [2i64];
    let viewed = unsafe {
        ta_view(tensor, 1, shape.as_ptr(), ptr::null(), 2, &raw mut view, ptr::null_mut())
    };
    assert_eq!(viewed, TA_OK);
    let mut loan = ptr::null_mut();
    assert_eq!(unsafe { ta_to_dlpack(view, ptr::null(), &raw mut loan, ptr::null_mut()) }, TA_OK);
    let mut marked = ptr::null_mut();
    let read_only = ta_export_options { flags: TA_EXPORT_READ_ONLY, ..export_options() };
    assert_eq!(unsafe { ta_to_dlpack(view, &read_only, &raw mut marked, ptr::null_mut()) }, TA_OK);
    let mut legacy = ptr::null_mut();
    assert_eq!(
        unsafe { ta_to_dlpack_legacy(view, ptr::null(), &raw mut legacy, ptr::null_mut()) },
        TA_OK
    );

    unsafe { ta_release(tensor) };
    unsafe { ta_release(view) };
    unsafe { ta_release(second) };
    assert_eq!(lent.runs(), 0, "loans hold it");
    assert_eq!(unsafe { (*loan).dl_tensor.data }, unsafe { (*marked).dl_tensor.data });
    assert_eq!(unsafe { (*marked).flags }.bits(), DLPACK_READ_ONLY);
    give_back(loan);
    give_back(marked);
    assert_eq!(lent.runs(), 0, "the legacy loan holds it");
    give_back_legacy(legacy);
    assert_eq!(lent.runs(), 1);
}

#[test]
fn the_last_share_may_go_on_any_thread() {
    let lent = Lent::new(DType::F32, &[4], &[1]);
    let mut tensor = ptr::null_mut();
    let managed = lent.managed;
    assert_eq!(
        unsafe { ta_from_dlpack(managed, ptr::null(), &raw mut tensor, ptr::null_mut()) },
        TA_OK
    );
    let address = tensor.expose_provenance();

    std::thread::scope(|scope| {
        for _ in 0..4 {
            scope.spawn(move || {
                let shared: *mut ta_tensor = ptr::with_exposed_provenance_mut(address);
                for _ in 0..50 {
                    let share = unsafe { ta_retain(shared) };
                    let mut loan = ptr::null_mut();
                    let lent =
                        unsafe { ta_to_dlpack(share, ptr::null(), &raw mut loan, ptr::null_mut()) };
                    assert_eq!(lent, TA_OK);
                    unsafe { ta_release(share) };
                    give_back(loan);
                }
            });
        }
    });

    assert_eq!(lent.runs(), 0);
    unsafe { ta_release(tensor) };
    assert_eq!(lent.runs(), 1);
}

#[test]
fn flags_survive_the_way_through() {
    for flags in [0, DLPACK_READ_ONLY, DLPACK_IS_COPIED, 1 << 40, (1 << 63) | DLPACK_READ_ONLY] {
        let lent = Lent::new(DType::F32, &[4], &[1]).flags(flags);
        let (mut tensor, mut loan) = (ptr::null_mut(), ptr::null_mut());
        let managed = lent.managed;
        assert_eq!(
            unsafe { ta_from_dlpack(managed, ptr::null(), &raw mut tensor, ptr::null_mut()) },
            TA_OK
        );

        assert_eq!(
            unsafe { ta_to_dlpack(tensor, ptr::null(), &raw mut loan, ptr::null_mut()) },
            TA_OK
        );

        // "For you alone" is no longer true: our handle has the memory, too.
        assert_eq!(unsafe { (*loan).flags }.bits(), flags & !DLPACK_IS_COPIED);
        assert_eq!(info(tensor).dlpack_flags, flags);
        assert_eq!(unsafe { ta_is_read_only(tensor) } == 1, flags & DLPACK_READ_ONLY != 0);
        assert_eq!(unsafe { ta_mutable_data(tensor) }.is_null(), flags & DLPACK_READ_ONLY != 0);
        give_back(loan);
        unsafe { ta_release(tensor) };
        assert_eq!(lent.runs(), 1);
    }
}

#[test]
fn a_tensor_that_has_all_that_is_asked_for_is_returned_itself() {
    let lent = Lent::new(DType::F32, &[4], &[1]);
    let mut tensor = ptr::null_mut();
    let managed = lent.managed;
    assert_eq!(
        unsafe { ta_from_dlpack(managed, ptr::null(), &raw mut tensor, ptr::null_mut()) },
        TA_OK
    );
    let own = source(TA_SOURCE_TENSOR, |member| member.tensor = tensor);

    let same =
        asarray(&own, &ta_options { dtype: DType::F32, copy: TA_COPY_NEVER, ..options() }).unwrap();
    assert_eq!(same, tensor);
    let with_grad = asarray(&own, &ta_options { requires_grad: TA_GRAD_YES, ..options() }).unwrap();
    assert_ne!(with_grad, tensor, "the caller's own tensor never changes");
    assert_eq!(info(tensor).flags & TA_TENSOR_REQUIRES_GRAD, 0);
    assert_eq!(info(with_grad).data, info(tensor).data);
    let mut loan = ptr::null_mut();
    let refused = unsafe { ta_to_dlpack(with_grad, ptr::null(), &raw mut loan, ptr::null_mut()) };
    assert_eq!((refused, loan.is_null()), (TA_ERR_EXPORT, true));

    for share in [same, tensor, with_grad] {
        unsafe { ta_release(share) };
    }
    assert_eq!(lent.runs(), 1);
}

#[test]
fn a_read_only_mark_is_a_handle_of_its_own() {
    let lent = Lent::new(DType::F32, &[4], &[1]);
    let mut tensor = ptr::null_mut();
    let managed = lent.legacy;
    let taken =
        unsafe { ta_from_dlpack_legacy(managed, ptr::null(), &raw mut tensor, ptr::null_mut()) };
    assert_eq!(taken, TA_OK);
    let own = source(TA_SOURCE_TENSOR, |member| member.tensor = tensor);
    let mark = ta_options { flags: TA_MARK_READ_ONLY, copy: TA_COPY_NEVER, ..options() };

    let marked = asarray(&own, &mark).unwrap();
    let again = asarray(&source(TA_SOURCE_TENSOR, |member| member.tensor = marked), &mark).unwrap();
    let both = ta_options { flags: TA_MARK_READ_ONLY | TA_WANT_WRITABLE, ..options() };

    assert_eq!(unsafe { ta_is_read_only(tensor) }, 0, "the caller's own tensor never changes");
    assert_eq!(unsafe { ta_is_read_only(marked) }, 1);
    assert_eq!(info(marked).data, info(tensor).data);
    assert_eq!(again, marked);
    assert_eq!(asarray(&own, &both).unwrap_err().0, TA_ERR_INVALID_ARGUMENT);
    for share in [tensor, marked, again] {
        unsafe { ta_release(share) };
    }
    assert_eq!(lent.runs(), 1);
}
