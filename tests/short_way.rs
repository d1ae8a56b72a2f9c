//! A call without options has ways of its own for what nearly every call has. They lead where the way of
//! a call whose options are all defaults leads, to a result as to a refusal.
// Calls go through the C ABI, with arguments that each test has just made.
#![allow(clippy::undocumented_unsafe_blocks, clippy::multiple_unsafe_ops_per_block)]
mod support;

use std::ffi::c_void;
use std::ptr;
use std::slice;
use std::sync::atomic::{AtomicUsize, Ordering};

use dlpark::DlpackFlags;
use support::*;
use tarray::abi::*;
use tarray::ffi::*;
use tarray::model::dtype::DType;

const HUGE: i64 = 1 << 62;

/// Extents, and strides in elements if there are any.
const LAYOUTS: &[(&[i64], Option<&[i64]>)] = &[
    (&[], None),
    (&[], Some(&[])),
    (&[3, 4], None),
    (&[3, 4], Some(&[4, 1])),
    (&[3, 4], Some(&[1, 3])),
    (&[3, 4], Some(&[-4, 1])),
    (&[3, 4], Some(&[0, 1])),
    (&[1, 4], Some(&[4, 1])),
    (&[1, 4], Some(&[9, 1])),
    (&[4, 1], Some(&[1, 7])),
    (&[4, 1], Some(&[1, HUGE])),
    (&[2, 3, 4], Some(&[12, 4, 1])),
    (&[2, 1, 2, 1, 2], Some(&[4, 4, 2, 2, 1])),
    (&[4], Some(&[2])),
    (&[0], Some(&[1])),
    (&[3, 0, 2], None),
    (&[3, 0, 2], Some(&[5, 3, 1])),
    (&[0, HUGE, HUGE], None),
    (&[-1], Some(&[1])),
    (&[3, -4], None),
    (&[0, -4], Some(&[1, 1])),
    (&[1 << 40], None),
    (&[1 << 40], Some(&[1])),
    (&[1 << 40, 1 << 22], Some(&[1 << 22, 1])),
    (&[HUGE, 2], Some(&[2, 1])),
    (&[HUGE, 4], Some(&[4, 1])),
    (&[i64::MAX], None),
    (&[4], Some(&[i64::MAX])),
];

const DTYPES: &[DType] = &[
    DType::F32,
    DType::U8,
    DType::BOOL,
    DType::C128,
    DType::F8_E4M3FN,
    DType::F4_E2M1FN,
    DType { code: TA_INT, bits: 4, lanes: 2 },
    DType { code: TA_FLOAT, bits: 32, lanes: 3 },
    DType { code: TA_FLOAT, bits: 32, lanes: 0 },
    DType { code: TA_INT, bits: 0, lanes: 1 },
    DType { code: TA_BOOL, bits: 16, lanes: 1 },
    DType { code: TA_BFLOAT, bits: 32, lanes: 1 },
    DType { code: TA_COMPLEX, bits: 24, lanes: 1 },
    DType { code: 99, bits: 16, lanes: 1 },
    DType { code: 99, bits: 12, lanes: 1 },
];

const DEVICES: &[(i32, i32)] =
    &[(TA_DEVICE_CPU, 0), (TA_DEVICE_CPU, -1), (TA_DEVICE_CUDA, 1), (TA_DEVICE_OPENCL, 0), (-3, 0)];

/// More than any layout above reaches that could be copied, on both sides of the middle.
static ELEMENTS: [u128; 64] = [7; 64];

/// Addresses of the first element, and offsets behind them.
fn places() -> [(*mut c_void, u64); 6] {
    let middle = ELEMENTS.as_ptr().wrapping_add(32).cast_mut().cast::<c_void>();
    [
        (middle, 0),
        (middle.wrapping_byte_add(1), 3),
        (ptr::null_mut(), 0),
        (ptr::null_mut(), 64),
        (ptr::without_provenance_mut(usize::MAX - 10), 0),
        (middle, u64::MAX - 10),
    ]
}

/// All that a caller sees of a tensor, and of a loan of it; but not where a copy is.
#[derive(Debug, PartialEq)]
struct Seen {
    facts: String,
    dims: Vec<i64>,
    loan: String,
    lent_dims: Vec<i64>,
}

fn seen(tensor: *mut ta_tensor, export: *const ta_export_options, is_copied: bool) -> Seen {
    let it = info(tensor);
    let dims = |shape: *const i64, strides: *const i64, ndim: i32| {
        let [shape, strides] =
            [shape, strides].map(|dims| unsafe { slice::from_raw_parts(dims, ndim as usize) });
        [shape, strides].concat()
    };
    let mut loan = ptr::null_mut();
    assert_eq!(unsafe { ta_to_dlpack(tensor, export, &raw mut loan, ptr::null_mut()) }, TA_OK);
    let (flags, lent) = unsafe { ((*loan).flags.bits(), (*loan).dl_tensor) };
    let place = |data: *mut c_void| (!is_copied).then_some(data);
    let seen = Seen {
        facts: format!(
            "{:?} {} {:?} {:?} {} {} {:x} {:x} {:?} {}",
            (place(it.data), it.byte_offset),
            it.ndim,
            it.dtype,
            it.device,
            it.numel,
            it.nbytes,
            it.flags,
            it.dlpack_flags,
            it.provenance,
            it.stream
        ),
        dims: dims(it.shape, it.strides, it.ndim),
        loan: format!(
            "{flags:x} {:?} {:?} {:?} {}",
            place(lent.data),
            ta_device::from(lent.device),
            DType::from(lent.dtype),
            lent.byte_offset
        ),
        lent_dims: dims(lent.shape, lent.strides, lent.ndim),
    };
    unsafe { ta_release(tensor) };
    give_back(loan);
    seen
}

/// What one call makes, or its status and message.
type Outcome = Result<Seen, (ta_status, String)>;

/// That `call`, given options or none, has the same outcome either way; returns it.
fn compare(
    what: &dyn Fn() -> String,
    is_copied: bool,
    call: &dyn Fn(*const ta_options, *mut *mut ta_tensor, *mut ta_error) -> ta_status,
) -> Outcome {
    let outcome = |options, export| {
        let (mut out, mut err) = (ptr::null_mut(), error());
        match call(options, &raw mut out, &raw mut err) {
            TA_OK => Ok(seen(out, export, is_copied)),
            status => Err((status, message(&err))),
        }
    };
    let short = outcome(ptr::null(), ptr::null());
    assert_eq!(short, outcome(&options(), &export_options()), "{}", what());
    short
}

/// How often something was refused and made.
#[derive(Default)]
struct Tally {
    refused: usize,
    made: usize,
}

impl Tally {
    fn count(&mut self, outcome: &Outcome) {
        *if outcome.is_ok() { &mut self.made } else { &mut self.refused } += 1;
    }

    fn check(&self) {
        assert!(self.made > 10 && self.refused > 10, "{} {}", self.made, self.refused);
    }
}

unsafe extern "C" fn count_versioned(managed: *mut DLManagedTensorVersioned) {
    unsafe { *(*managed).manager_ctx.cast::<usize>() += 1 };
}

unsafe extern "C" fn count_legacy(managed: *mut DLManagedTensor) {
    unsafe { *(*managed).manager_ctx.cast::<usize>() += 1 };
}

/// Positions in the lists: every layout with what is usual of the rest, but for one thing or two. Miri has
/// time for some of them.
fn combinations() -> impl Iterator<Item = (usize, usize, usize, usize)> {
    let layouts = 0..LAYOUTS.len();
    let all = layouts.flat_map(|layout| (0..DTYPES.len()).map(move |dtype| (layout, dtype)));
    let all = all.flat_map(|it| (0..DEVICES.len()).map(move |device| (it, device)));
    let all = all.flat_map(|it| (0..places().len()).map(move |place| (it, place)));
    let all = all.step_by(if cfg!(miri) { 211 } else { 1 });
    all.map(|(((layout, dtype), device), place)| (layout, dtype, device, place)).filter(
        |&(_, dtype, device, place)| {
            [dtype, device, place].iter().filter(|index| **index != 0).count() <= 2
        },
    )
}

#[test]
fn a_dlpack_tensor_is_taken_the_same_without_options() {
    let mut tally = Tally::default();
    for (layout, dtype, device, place) in combinations() {
        let (shape, strides) = LAYOUTS[layout];
        let (device_type, index) = DEVICES[device];
        let (data, byte_offset) = places()[place];
        let mut runs = 0usize;
        let manager_ctx = (&raw mut runs).cast();
        let dl_tensor = DLTensor {
            data,
            device: ta_device { device_type, index }.into(),
            ndim: shape.len() as i32,
            dtype: DTYPES[dtype].into(),
            shape: if shape.is_empty() { ptr::null_mut() } else { shape.as_ptr().cast_mut() },
            strides: strides.map_or(ptr::null_mut(), |strides| strides.as_ptr().cast_mut()),
            byte_offset,
        };
        let what = || format!("{shape:?} {strides:?} {dl_tensor:?}");
        let mut made = 0;
        for (flags, major) in [(0, 1), (1, 1), (2, 1), (3, 1), (4, 1), (1 << 9, 1), (0, 2)] {
            let mut managed = DLManagedTensorVersioned {
                version: DLPackVersion { major, minor: 0 },
                manager_ctx,
                deleter: Some(count_versioned),
                flags: DlpackFlags::from_bits_retain(flags),
                dl_tensor,
            };
            let managed = &raw mut managed;
            let outcome = compare(&what, false, &|options, out, err| unsafe {
                ta_from_dlpack(managed, options, out, err)
            });
            tally.count(&outcome);
            made += 2 * usize::from(outcome.is_ok());
        }
        let mut legacy = DLManagedTensor { dl_tensor, manager_ctx, deleter: Some(count_legacy) };
        let legacy = &raw mut legacy;
        let outcome = compare(&what, false, &|options, out, err| unsafe {
            ta_from_dlpack_legacy(legacy, options, out, err)
        });
        made += 2 * usize::from(outcome.is_ok());
        assert_eq!(unsafe { ptr::read_volatile(&raw const runs) }, made, "{}", what());
    }
    tally.check();
}

#[test]
fn memory_is_taken_the_same_without_options() {
    let mut tally = Tally::default();
    for (layout, dtype, device, place) in combinations() {
        let (shape, strides) = LAYOUTS[layout];
        let (device_type, index) = DEVICES[device];
        let (data, byte_offset) = places()[place];
        let dtype = DTYPES[dtype];
        // Copies are made of layouts that lie within the elements there are.
        let is_small =
            shape.iter().chain(strides.unwrap_or(&[])).all(|n| n.abs() < 16) && place < 2;
        let few = [(0, 0), (TA_MEMORY_READ_ONLY, 0), (TA_MEMORY_SUBBYTE_PADDED, 0), (1 << 40, 0)];
        let more = [(TA_MEMORY_BYTE_SWAPPED, 0), (0, 1), (TA_MEMORY_BYTE_SWAPPED, 1)];
        let more = if is_small && device < 2 { &more[..] } else { &[] };
        for &(flags, odd) in few.iter().chain(more) {
            let is_copied = flags & TA_MEMORY_BYTE_SWAPPED != 0 || odd != 0;
            let size = dtype.itemsize() as i64;
            let bytes = |step: &i64| step.wrapping_mul(size) + odd;
            let strides_bytes = strides.map(|steps| steps.iter().map(bytes).collect::<Vec<_>>());
            let runs = AtomicUsize::new(0);
            let mut memory = source(TA_SOURCE_MEMORY, |member| {
                member.memory = ta_memory {
                    data,
                    shape: shape.as_ptr(),
                    strides_bytes: strides_bytes
                        .as_ref()
                        .map_or(ptr::null(), |steps| steps.as_ptr()),
                    dtype,
                    device: ta_device { device_type, index },
                    ndim: shape.len() as i32,
                    flags,
                    byte_offset,
                    stream: 0,
                    reserved: [0; 2],
                    owner: (&raw const runs).cast_mut().cast(),
                    release: Some(count_release),
                }
            });
            for (origin, made) in [
                (0, 0),
                (TA_ORIGIN_NUMPY, 0),
                (77, 0),
                (0, TA_REASON_REQUESTED),
                (0, TA_REASON_PRODUCER),
            ] {
                (memory.origin, memory.made) = (origin, made);
                let what = || {
                    format!(
                        "{shape:?} {strides_bytes:?} {dtype} {device:?} {flags:x} {origin} {made}"
                    )
                };
                let before = runs.load(Ordering::Relaxed);
                let outcome = compare(&what, is_copied, &|options, out, err| unsafe {
                    ta_asarray(&raw const memory, options, out, err)
                });
                tally.count(&outcome);
                let after = runs.load(Ordering::Relaxed);
                assert_eq!(after - before, 2 * usize::from(outcome.is_ok()), "{}", what());
            }
        }
    }
    tally.check();
}
