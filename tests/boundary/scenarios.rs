//! Calls of every function that can fail, each with all that it is given, and what must hold when
//! it fails.

use std::ffi::c_void;
use std::ptr;
use std::sync::atomic::{AtomicUsize, Ordering};

use tarray::abi::*;
use tarray::ffi::*;
use tarray::model::dtype::DType;

use crate::injection::Plan;
use crate::support::*;

/// A call, made with a plan of faults.
pub struct Scenario {
    pub name: &'static str,
    /// The function under test.
    pub function: &'static str,
    /// Prepares, calls through the plan, checks and cleans up.
    pub run: fn(&mut Plan) -> ta_status,
    pub usually: ta_status,
}

pub const fn succeeds(
    name: &'static str,
    function: &'static str,
    run: fn(&mut Plan) -> ta_status,
) -> Scenario {
    Scenario { name, function, run, usually: TA_OK }
}

pub const SCENARIOS: &[Scenario] = &[
    succeeds("memory, shared", "ta_asarray", |plan| of_memory(plan, options())),
    succeeds("memory, converted", "ta_asarray", |plan| {
        of_memory(plan, ta_options { dtype: DType::F16, ..options() })
    }),
    Scenario {
        name: "memory that cannot be shared",
        function: "ta_asarray",
        run: |plan| {
            of_memory(plan, ta_options { dtype: DType::F16, copy: TA_COPY_NEVER, ..options() })
        },
        usually: TA_ERR_CANNOT_ALIAS,
    },
    succeeds("a tensor, marked", "ta_asarray", |plan| {
        of_tensor(plan, ta_options { flags: TA_MARK_READ_ONLY, ..options() })
    }),
    succeeds("a buffer", "ta_asarray", |plan| {
        let (mut bytes, runs) = ([0u8; 32], AtomicUsize::new(0));
        let given = source(TA_SOURCE_BUFFER, |member| member.buffer = buffer(&mut bytes, &runs));
        let status = made(plan, |out, err| unsafe { ta_asarray(&given, ptr::null(), out, err) });
        assert_eq!(runs.load(Ordering::SeqCst), usize::from(status == TA_OK));
        status
    }),
    succeeds("a scalar", "ta_asarray", |plan| {
        let value =
            ta_scalar { kind: TA_SCALAR_FLOAT, reserved: 0, value: ta_scalar_value { f: 2.5 } };
        let given = source(TA_SOURCE_SCALAR, |member| member.scalar = value);
        made(plan, |out, err| unsafe { ta_asarray(&given, ptr::null(), out, err) })
    }),
    succeeds("a typed scalar", "ta_asarray", |plan| {
        let value = 2.5f64;
        let given = source(TA_SOURCE_TYPED_SCALAR, |member| {
            member.typed_scalar = ta_typed_scalar {
                data: (&raw const value).cast(),
                dtype: DType::F64,
                reserved: 0,
                flags: 0,
            }
        });
        made(plan, |out, err| unsafe { ta_asarray(&given, ptr::null(), out, err) })
    }),
    succeeds("a nested sequence of numbers", "ta_asarray", |plan| of_list(plan, &nested(&[2, 3]))),
    succeeds("a sequence of arrays", "ta_asarray", |plan| {
        let lent = Lent::new(DType::F32, &[4], &[1]);
        let part = source(TA_SOURCE_DLPACK, |member| member.dlpack = lent.managed);
        let status = of_list(plan, &List(vec![Item::Source(part), Item::Source(part)]));
        assert_eq!(lent.runs(), 0, "a part is borrowed");
        status
    }),
    Scenario {
        name: "a ragged sequence",
        function: "ta_asarray",
        run: |plan| of_list(plan, &List(vec![Item::List(nested(&[2])), Item::List(nested(&[3]))])),
        usually: TA_ERR_RAGGED,
    },
    Scenario {
        name: "a sequence whose callback fails",
        function: "ta_asarray",
        run: |plan| of_list(plan, &List(vec![Item::List(nested(&[2])), Item::Failure])),
        usually: TA_ERR_CALLBACK,
    },
    succeeds("DLPack, shared", "ta_from_dlpack", |plan| from_dlpack(plan, options())),
    succeeds("DLPack, converted", "ta_from_dlpack", |plan| {
        from_dlpack(plan, ta_options { dtype: DType::I64, ..options() })
    }),
    succeeds("legacy DLPack, shared", "ta_from_dlpack_legacy", |plan| {
        from_dlpack_legacy(plan, options())
    }),
    succeeds("legacy DLPack, copied", "ta_from_dlpack_legacy", |plan| {
        from_dlpack_legacy(plan, ta_options { copy: TA_COPY_ALWAYS, ..options() })
    }),
    succeeds("lent", "ta_to_dlpack", |plan| to_dlpack(plan, export_options())),
    succeeds("lent read-only", "ta_to_dlpack", |plan| {
        to_dlpack(plan, ta_export_options { flags: TA_EXPORT_READ_ONLY, ..export_options() })
    }),
    succeeds("lent as a copy", "ta_to_dlpack", |plan| {
        to_dlpack(plan, ta_export_options { copy: TA_COPY_ALWAYS, ..export_options() })
    }),
    succeeds("lent without a version", "ta_to_dlpack_legacy", |plan| {
        with_tensor(|tensor| {
            let mut loan: *mut DLManagedTensor = ptr::null_mut();
            let status = plan.call(|| unsafe {
                ta_to_dlpack_legacy(tensor, ptr::null(), &raw mut loan, ptr::null_mut())
            });
            assert_eq!(loan.is_null(), status != TA_OK);
            if !loan.is_null() {
                give_back_legacy(loan);
            }
            status
        })
    }),
    succeeds("described memory", "ta_from_array", |plan| {
        let (mut data, runs) = ([0f32; 6], AtomicUsize::new(0));
        let given = memory(&mut data, &runs);
        let status = made(plan, |out, err| unsafe { ta_from_array(&given, out, err) });
        assert_eq!(runs.load(Ordering::SeqCst), usize::from(status == TA_OK));
        status
    }),
    succeeds("part of a buffer", "ta_frombuffer", |plan| {
        let (mut bytes, runs) = ([0u8; 32], AtomicUsize::new(0));
        let given = buffer(&mut bytes, &runs);
        let status =
            made(plan, |out, err| unsafe { ta_frombuffer(&given, DType::I16, 3, 4, out, err) });
        assert_eq!(runs.load(Ordering::SeqCst), usize::from(status == TA_OK));
        status
    }),
    succeeds("a copy", "ta_copy", |plan| {
        with_tensor(|tensor| {
            let f64 = ta_options { dtype: DType::F64, ..options() };
            made(plan, |out, err| unsafe { ta_copy(tensor, &f64, out, err) })
        })
    }),
    succeeds("a view", "ta_view", |plan| {
        with_tensor(|tensor| {
            let (shape, strides) = ([2i64, 2], [1i64, 2]);
            let (shape, strides) = (shape.as_ptr(), strides.as_ptr());
            made(plan, |out, err| unsafe { ta_view(tensor, 2, shape, strides, 1, out, err) })
        })
    }),
    succeeds("facts", "ta_describe", |plan| {
        with_tensor(|tensor| {
            let mut info: ta_info = unsafe { std::mem::zeroed() };
            info.struct_size = size_of::<ta_info>();
            let status =
                plan.call(|| unsafe { ta_describe(tensor, &raw mut info, ptr::null_mut()) });
            assert_eq!(info.numel, if status == TA_OK { 6 } else { 0 });
            status
        })
    }),
    succeeds("an element", "ta_item", |plan| {
        with_tensor(|tensor| {
            let (index, mut value) = ([5i64], zero());
            let status = plan.call(|| unsafe {
                ta_item(tensor, index.as_ptr(), &raw mut value, ptr::null_mut())
            });
            assert_eq!(value.kind != 0, status == TA_OK);
            status
        })
    }),
    succeeds("text", "ta_repr", |plan| {
        with_tensor(|tensor| {
            let (mut text, mut length) = ([7u8; 200], 0);
            let (start, capacity) = (text.as_mut_ptr().cast(), text.len());
            let status = plan.call(|| unsafe {
                ta_repr(tensor, ptr::null(), start, capacity, &raw mut length, ptr::null_mut())
            });
            assert_eq!(status == TA_OK, text != [7; 200] && length != 0);
            status
        })
    }),
    succeeds("text with everything in it", "ta_repr", |plan| {
        let lent = Lent::new(DType::C32, &[40, 40], &[40, 1]);
        let mut tensor = ptr::null_mut();
        let grad = ta_options { requires_grad: TA_GRAD_YES, ..options() };
        let managed = lent.managed;
        assert_eq!(
            unsafe { ta_from_dlpack(managed, &grad, &raw mut tensor, ptr::null_mut()) },
            TA_OK
        );
        let mut text = vec![7u8; 4000];
        let (start, capacity) = (text.as_mut_ptr().cast(), text.len());
        let scientific = ta_repr_options {
            struct_size: size_of::<ta_repr_options>(),
            sci_mode: TA_SCI_ON,
            ..unsafe { std::mem::zeroed() }
        };
        let status = plan.call(|| unsafe {
            ta_repr(tensor, &scientific, start, capacity, ptr::null_mut(), ptr::null_mut())
        });
        assert_eq!(status == TA_OK, text[0] != 7);
        unsafe { ta_release(tensor) };
        status
    }),
    succeeds("elements written over themselves", "ta_copy_into", |plan| {
        let lent = Lent::new(DType::F32, &[6], &[1]);
        unsafe { (*lent.managed).dl_tensor.data.cast::<f32>().write(4.0) };
        let mut whole = ptr::null_mut();
        let managed = lent.managed;
        assert_eq!(
            unsafe { ta_from_dlpack(managed, ptr::null(), &raw mut whole, ptr::null_mut()) },
            TA_OK
        );
        let (mut front, mut back, shape) = (ptr::null_mut(), ptr::null_mut(), [5i64]);
        for (offset, view) in [(0, &mut front), (1, &mut back)] {
            let made = unsafe {
                ta_view(whole, 1, shape.as_ptr(), ptr::null(), offset, view, ptr::null_mut())
            };
            assert_eq!(made, TA_OK);
        }
        let status = plan.call(|| unsafe { ta_copy_into(back, front, ptr::null_mut()) });
        let second = unsafe { ta_data(back).cast::<f32>().read() };
        assert_eq!(second, if status == TA_OK { 4.0 } else { 0.0 });
        for share in [whole, front, back] {
            unsafe { ta_release(share) };
        }
        status
    }),
    succeeds("one value everywhere", "ta_fill", |plan| {
        with_tensor(|tensor| {
            let one =
                ta_scalar { kind: TA_SCALAR_INT, reserved: 0, value: ta_scalar_value { i: 1 } };
            let status = plan.call(|| unsafe { ta_fill(tensor, &one, ptr::null_mut()) });
            let first = unsafe { ta_data(tensor).cast::<f32>().read() };
            assert_eq!(first, if status == TA_OK { 1.0 } else { 0.0 });
            status
        })
    }),
    succeeds("threads", "ta_set_num_threads", |plan| plan.call(|| ta_set_num_threads(0))),
];

/// Makes a tensor through the plan, and releases it.
pub fn made(
    plan: &mut Plan,
    call: impl FnOnce(*mut *mut ta_tensor, *mut ta_error) -> ta_status,
) -> ta_status {
    let (mut out, mut err) = (ptr::null_mut(), error());
    let status = plan.call(|| call(&raw mut out, &raw mut err));
    assert_eq!(out.is_null(), status != TA_OK, "out is written on success only");
    assert_eq!(err.status, status);
    unsafe { ta_release(out) };
    status
}

/// A tensor of six float32, all 0.
pub fn with_tensor(run: impl FnOnce(*mut ta_tensor) -> ta_status) -> ta_status {
    let lent = Lent::new(DType::F32, &[6], &[1]);
    let (mut tensor, managed) = (ptr::null_mut(), lent.managed);
    let made = unsafe { ta_from_dlpack(managed, ptr::null(), &raw mut tensor, ptr::null_mut()) };
    assert_eq!(made, TA_OK);
    let status = run(tensor);
    assert_eq!(lent.runs(), 0, "the caller's share is still there");
    unsafe { ta_release(tensor) };
    assert_eq!(lent.runs(), 1, "and no other");
    status
}

fn of_tensor(plan: &mut Plan, options: ta_options) -> ta_status {
    with_tensor(|tensor| {
        let given = source(TA_SOURCE_TENSOR, |member| member.tensor = tensor);
        let status = made(plan, |out, err| unsafe { ta_asarray(&given, &options, out, err) });
        assert_eq!(unsafe { ta_is_read_only(tensor) }, 0, "the caller's own tensor never changes");
        status
    })
}

pub fn of_memory(plan: &mut Plan, options: ta_options) -> ta_status {
    let (mut data, runs) = ([0f32; 6], AtomicUsize::new(0));
    let given = source(TA_SOURCE_MEMORY, |member| member.memory = memory(&mut data, &runs));
    let status = made(plan, |out, err| unsafe { ta_asarray(&given, &options, out, err) });
    assert_eq!(runs.load(Ordering::SeqCst), usize::from(status == TA_OK), "let go once");
    status
}

fn memory(data: &mut [f32; 6], runs: &AtomicUsize) -> ta_memory {
    static SHAPE: [i64; 2] = [2, 3];
    ta_memory {
        data: data.as_mut_ptr().cast(),
        shape: SHAPE.as_ptr(),
        dtype: DType::F32,
        ndim: 2,
        owner: ptr::from_ref(runs).cast_mut().cast(),
        release: Some(count_release),
        ..unsafe { std::mem::zeroed() }
    }
}

fn buffer(bytes: &mut [u8; 32], runs: &AtomicUsize) -> ta_buffer {
    ta_buffer {
        data: bytes.as_mut_ptr().cast(),
        size_bytes: bytes.len(),
        owner: ptr::from_ref(runs).cast_mut().cast(),
        release: Some(count_release),
        ..unsafe { std::mem::zeroed() }
    }
}

fn from_dlpack(plan: &mut Plan, options: ta_options) -> ta_status {
    let lent = Lent::new(DType::F32, &[2, 3], &[3, 1]);
    let managed = lent.managed;
    let status = made(plan, |out, err| unsafe { ta_from_dlpack(managed, &options, out, err) });
    assert_eq!(lent.runs(), usize::from(status == TA_OK), "let go once");
    status
}

fn from_dlpack_legacy(plan: &mut Plan, options: ta_options) -> ta_status {
    let lent = Lent::new(DType::F32, &[2, 3], &[3, 1]);
    let managed = lent.legacy;
    let status =
        made(plan, |out, err| unsafe { ta_from_dlpack_legacy(managed, &options, out, err) });
    assert_eq!(lent.runs(), usize::from(status == TA_OK), "let go once");
    status
}

fn to_dlpack(plan: &mut Plan, options: ta_export_options) -> ta_status {
    with_tensor(|tensor| {
        let mut loan: *mut DLManagedTensorVersioned = ptr::null_mut();
        let status =
            plan.call(|| unsafe { ta_to_dlpack(tensor, &options, &raw mut loan, ptr::null_mut()) });
        assert_eq!(loan.is_null(), status != TA_OK);
        if !loan.is_null() {
            give_back(loan);
        }
        status
    })
}

/// A host's sequence.
pub struct List(pub Vec<Item>);

pub enum Item {
    List(List),
    Source(ta_source),
    /// The host cannot say what it is.
    Failure,
}

fn zero() -> ta_scalar {
    ta_scalar { kind: 0, reserved: 0, value: ta_scalar_value { i: 0 } }
}

/// Zeros of this shape.
pub fn nested(shape: &[usize]) -> List {
    let number = source(TA_SOURCE_SCALAR, |member| {
        member.scalar = ta_scalar { kind: TA_SCALAR_INT, ..zero() };
    });
    let item = || match shape {
        [_] => Item::Source(number),
        _ => Item::List(nested(&shape[1..])),
    };
    List((0..shape[0]).map(|_| item()).collect())
}

fn of_list(plan: &mut Plan, list: &List) -> ta_status {
    let given = sequence(list);
    made(plan, |out, err| unsafe { ta_asarray(&given, ptr::null(), out, err) })
}

/// A sequence as a source.
pub fn sequence(list: &List) -> ta_source {
    static VTABLE: ta_sequence_vtable = ta_sequence_vtable {
        struct_size: size_of::<ta_sequence_vtable>(),
        len: Some(len),
        item: Some(item),
        read: None,
    };
    source(TA_SOURCE_SEQUENCE, |member| {
        member.sequence = ta_sequence {
            vtable: &raw const VTABLE,
            user_data: ptr::from_ref(list).cast_mut().cast(),
        };
    })
}

unsafe extern "C" fn len(list: *mut c_void, out: *mut usize, _: *mut ta_error) -> ta_status {
    unsafe { out.write((*list.cast::<List>()).0.len()) };
    TA_OK
}

unsafe extern "C" fn item(
    list: *mut c_void,
    index: usize,
    out: *mut ta_source,
    _: *mut ta_error,
) -> ta_status {
    let list: &List = unsafe { &*list.cast() };
    let item = match &list.0[index] {
        Item::List(inner) => sequence(inner),
        Item::Source(given) => *given,
        Item::Failure => return -1,
    };
    unsafe { out.write(item) };
    TA_OK
}
