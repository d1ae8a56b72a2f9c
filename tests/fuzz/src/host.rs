//! A host: memory, and owners that count how often they are let go.

use std::cell::{Cell, RefCell};
use std::ffi::c_void;
use std::rc::Rc;

use dlpark::DlpackFlags;
use tarray::abi::*;
use tarray::model::dtype::DType;

use crate::Draw;

/// Bytes that any layout that fits may be laid over.
pub struct Arena {
    bytes: RefCell<Vec<u64>>,
}

impl Arena {
    /// Filled with what is drawn, over and over.
    pub fn new(draw: &mut Draw<'_>) -> Arena {
        let pattern = draw.number() | 1;
        let word = |i: u64| pattern.wrapping_mul(i.wrapping_mul(0x9e37_79b9_7f4a_7c15) | 1);
        Arena { bytes: RefCell::new((0..512).map(word).collect()) }
    }

    fn size(&self) -> i128 {
        8 * self.bytes.borrow().len() as i128
    }

    pub fn start(&self) -> *mut u8 {
        self.bytes.borrow_mut().as_mut_ptr().cast()
    }

    /// Where element (0, …, 0) must be for a layout with steps in bits to lie within the arena;
    /// `None` if it does not fit.
    pub fn place(&self, bits: u32, shape: &[i64], steps: &[i128]) -> Option<*mut u8> {
        if shape.iter().any(|&extent| extent < 0) {
            return None;
        }
        if shape.contains(&0) {
            return Some(self.start());
        }
        let (mut low, mut high) = (0i128, i128::from(bits));
        for (&extent, &step) in shape.iter().zip(steps) {
            let reach = step.checked_mul(i128::from(extent) - 1)?;
            let end = if reach < 0 { &mut low } else { &mut high };
            *end = end.checked_add(reach)?;
        }
        let (low, high) = (low.div_euclid(8), (high + 7).div_euclid(8));
        let fits = high.checked_sub(low)? <= self.size();
        fits.then(|| self.start().wrapping_offset(-low as isize))
    }
}

/// Steps in bits of a layout with strides in elements; compact without.
pub fn steps_in_bits(spacing: i128, shape: &[i64], strides: Option<&[i64]>) -> Vec<i128> {
    match strides {
        Some(strides) => {
            strides.iter().map(|&stride| i128::from(stride).saturating_mul(spacing)).collect()
        }
        None => {
            let mut step = spacing;
            let mut steps = vec![0; shape.len()];
            for (place, &extent) in steps.iter_mut().zip(shape).rev() {
                *place = step;
                step = step.saturating_mul(i128::from(extent.max(1)));
            }
            steps
        }
    }
}

/// How often something was let go.
#[derive(Clone, Default)]
pub struct Runs(Rc<Cell<u32>>);

impl Runs {
    pub fn count(&self) -> u32 {
        self.0.get()
    }

    fn run(&self) {
        self.0.set(self.0.get() + 1);
    }
}

/// An owner for `ta_memory` and `ta_buffer`; given up with [`forget_owner`] if nobody took it.
pub fn owner(runs: &Runs) -> *mut c_void {
    Box::into_raw(Box::new(runs.clone())).cast()
}

pub unsafe extern "C" fn release(owner: *mut c_void) {
    // SAFETY: made by `owner`, and a release runs once: that is what is tested.
    unsafe { Box::from_raw(owner.cast::<Runs>()) }.run();
}

/// Frees an owner that was not taken.
pub fn forget_owner(owner: *mut c_void) {
    // SAFETY: made by `owner`, and still there, as it was not taken.
    drop(unsafe { Box::from_raw(owner.cast::<Runs>()) });
}

/// A DLPack tensor of either struct in a block that its deleter frees, shape and strides too.
pub struct Foreign {
    pub managed: *mut DLManagedTensorVersioned,
    pub legacy: *mut DLManagedTensor,
    pub runs: Runs,
    block: *mut Block,
}

struct Block {
    managed: DLManagedTensorVersioned,
    legacy: DLManagedTensor,
    shape: Vec<i64>,
    strides: Vec<i64>,
    runs: Runs,
}

/// What a DLPack tensor is to say of itself.
pub struct Said {
    pub version: DLPackVersion,
    pub flags: u64,
    pub data: *mut u8,
    pub byte_offset: u64,
    pub dtype: DType,
    pub device: ta_device,
    pub ndim: i32,
    pub shape: Option<Vec<i64>>,
    pub strides: Option<Vec<i64>>,
}

impl Foreign {
    pub fn new(said: Said) -> Foreign {
        let (mut shape, mut strides) =
            (said.shape.clone().unwrap_or_default(), said.strides.clone().unwrap_or_default());
        let pointer = |given: bool, numbers: &mut Vec<i64>| match given {
            true => numbers.as_mut_ptr(),
            false => std::ptr::null_mut(),
        };
        let dl_tensor = DLTensor {
            data: said.data.cast(),
            device: said.device.into(),
            ndim: said.ndim,
            dtype: said.dtype.into(),
            shape: pointer(said.shape.is_some(), &mut shape),
            strides: pointer(said.strides.is_some(), &mut strides),
            byte_offset: said.byte_offset,
        };
        let runs = Runs::default();
        let block = Box::into_raw(Box::new(Block {
            managed: DLManagedTensorVersioned {
                version: said.version,
                manager_ctx: std::ptr::null_mut(),
                deleter: Some(delete),
                flags: DlpackFlags::from_bits_retain(said.flags),
                dl_tensor,
            },
            legacy: DLManagedTensor {
                dl_tensor,
                manager_ctx: std::ptr::null_mut(),
                deleter: Some(delete_legacy),
            },
            shape,
            strides,
            runs: runs.clone(),
        }));
        // SAFETY: just made.
        let (managed, legacy) = unsafe { (&raw mut (*block).managed, &raw mut (*block).legacy) };
        // SAFETY: as above.
        unsafe { (*managed).manager_ctx = block.cast() };
        // SAFETY: as above.
        unsafe { (*legacy).manager_ctx = block.cast() };
        Foreign { managed, legacy, runs, block }
    }
}

/// What was not taken is still its maker's.
impl Drop for Foreign {
    fn drop(&mut self) {
        if self.runs.count() == 0 {
            // SAFETY: made by `new`, and no deleter has run.
            drop(unsafe { Box::from_raw(self.block) });
        }
    }
}

unsafe extern "C" fn delete(managed: *mut DLManagedTensorVersioned) {
    // SAFETY: as it was made, and not deleted before: that is what is tested.
    free(unsafe { (*managed).manager_ctx });
}

unsafe extern "C" fn delete_legacy(managed: *mut DLManagedTensor) {
    // SAFETY: as it was made, and not deleted before: that is what is tested.
    free(unsafe { (*managed).manager_ctx });
}

fn free(context: *mut c_void) {
    // SAFETY: the block, by `Foreign::new`.
    let Block { runs, shape, strides, .. } = *unsafe { Box::from_raw(context.cast::<Block>()) };
    drop((shape, strides));
    runs.run();
}

pub fn error() -> ta_error {
    ta_error {
        struct_size: size_of::<ta_error>(),
        status: TA_OK,
        reserved: 0,
        message: [0; TA_MESSAGE_SIZE],
    }
}

/// That a call said why it failed, and only then.
pub fn check_said(status: ta_status, err: &ta_error) {
    assert_eq!(err.status, status);
    // SAFETY: a whole ta_error, which the library terminates.
    let message = unsafe { std::ffi::CStr::from_ptr(err.message.as_ptr()) };
    let message = message.to_str().expect("UTF-8");
    assert_eq!(message.is_empty(), status == TA_OK, "status {status}: {message:?}");
    assert_ne!(status, TA_ERR_INTERNAL, "{message}");
}

pub fn source(kind: i32, fill: impl FnOnce(&mut ta_source_value)) -> ta_source {
    // SAFETY: plain numbers and pointers, for which zero is a value.
    let mut source: ta_source = unsafe { std::mem::zeroed() };
    source.struct_size = size_of::<ta_source>();
    source.kind = kind;
    fill(&mut source.value);
    source
}
