//! What the integration tests share: foreign tensors that count, and calls through the C ABI.
// Each test binary uses its part; unsafe calls are through the C ABI, with what is made here.
#![allow(
    dead_code,
    clippy::undocumented_unsafe_blocks,
    clippy::multiple_unsafe_ops_per_block,
    clippy::missing_safety_doc,
    unreachable_pub
)]

use std::ffi::{CStr, c_void};
use std::mem;
use std::ptr;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use dlpark::DlpackFlags;
use tarray::abi::*;
use tarray::ffi::*;
use tarray::model::dtype::DType;

/// A foreign DLPack tensor, of either struct, in a block that its deleter frees: shape, strides and
/// elements too, as real producers do.
pub struct Lent {
    pub managed: *mut DLManagedTensorVersioned,
    pub legacy: *mut DLManagedTensor,
    runs: Arc<AtomicUsize>,
    block: *mut Block,
}

struct Block {
    managed: DLManagedTensorVersioned,
    legacy: DLManagedTensor,
    data: Vec<u8>,
    shape: Vec<i64>,
    strides: Vec<i64>,
    runs: Arc<AtomicUsize>,
}

impl Lent {
    /// A tensor of `dtype`; zeroed memory from its lowest element to its highest.
    pub fn new(dtype: DType, shape: &[i64], strides: &[i64]) -> Lent {
        let reach = |positive: bool| -> i64 {
            let steps = shape.iter().zip(strides).map(|(n, s)| (n - 1).max(0) * s);
            steps.filter(|step| (*step > 0) == positive).sum()
        };
        let size = dtype.itemsize() as i64;
        let (low, high) = (reach(false) * size, (reach(true) + 1) * size);
        let runs = Arc::new(AtomicUsize::new(0));
        let block = Box::into_raw(Box::new(Block {
            managed: unsafe { mem::zeroed() },
            legacy: unsafe { mem::zeroed() },
            data: vec![0u8; (high - low) as usize],
            shape: shape.to_vec(),
            strides: strides.to_vec(),
            runs: runs.clone(),
        }));
        let (data, shape_at, strides_at) = unsafe {
            ((*block).data.as_mut_ptr(), (*block).shape.as_mut_ptr(), (*block).strides.as_mut_ptr())
        };
        let dl_tensor = DLTensor {
            data: data.wrapping_offset(-low as isize).cast(),
            device: ta_device { device_type: TA_DEVICE_CPU, index: 0 }.into(),
            ndim: shape.len() as i32,
            dtype: dtype.into(),
            shape: shape_at,
            strides: strides_at,
            byte_offset: 0,
        };
        unsafe {
            (*block).managed = DLManagedTensorVersioned {
                version: DLPackVersion { major: 1, minor: 3 },
                manager_ctx: block.cast(),
                deleter: Some(free_versioned),
                flags: DlpackFlags::empty(),
                dl_tensor,
            };
            (*block).legacy = DLManagedTensor {
                dl_tensor,
                manager_ctx: block.cast(),
                deleter: Some(free_legacy),
            };
        }
        let (managed, legacy) = unsafe { (&raw mut (*block).managed, &raw mut (*block).legacy) };
        Lent { managed, legacy, runs, block }
    }

    pub fn flags(self, flags: u64) -> Lent {
        unsafe { (*self.managed).flags = DlpackFlags::from_bits_retain(flags) };
        self
    }

    /// How often a deleter has run.
    pub fn runs(&self) -> usize {
        self.runs.load(Ordering::SeqCst)
    }
}

/// What was not taken is still its maker's.
impl Drop for Lent {
    fn drop(&mut self) {
        if self.runs() == 0 {
            drop(unsafe { Box::from_raw(self.block) });
        }
    }
}

unsafe extern "C" fn free_versioned(managed: *mut DLManagedTensorVersioned) {
    free(unsafe { (*managed).manager_ctx });
}

unsafe extern "C" fn free_legacy(managed: *mut DLManagedTensor) {
    free(unsafe { (*managed).manager_ctx });
}

fn free(context: *mut c_void) {
    let block = unsafe { Box::from_raw(context.cast::<Block>()) };
    block.runs.fetch_add(1, Ordering::SeqCst);
}

/// A release callback that counts in the `AtomicUsize` behind its owner.
pub unsafe extern "C" fn count_release(owner: *mut c_void) {
    unsafe { &*owner.cast::<AtomicUsize>() }.fetch_add(1, Ordering::SeqCst);
}

/// Ends a loan, as a consumer does.
pub fn give_back(loan: *mut DLManagedTensorVersioned) {
    unsafe { (*loan).deleter.unwrap()(loan) };
}

/// Ends a loan of the legacy struct.
pub fn give_back_legacy(loan: *mut DLManagedTensor) {
    unsafe { (*loan).deleter.unwrap()(loan) };
}

pub fn options() -> ta_options {
    ta_options { struct_size: size_of::<ta_options>(), ..unsafe { mem::zeroed() } }
}

pub fn export_options() -> ta_export_options {
    ta_export_options { struct_size: size_of::<ta_export_options>(), ..unsafe { mem::zeroed() } }
}

pub fn error() -> ta_error {
    ta_error {
        struct_size: size_of::<ta_error>(),
        status: TA_OK,
        reserved: 0,
        message: [0; TA_MESSAGE_SIZE],
    }
}

pub fn message(error: &ta_error) -> String {
    unsafe { CStr::from_ptr(error.message.as_ptr()) }.to_str().unwrap().to_owned()
}

pub fn info(tensor: *const ta_tensor) -> ta_info {
    let mut info = ta_info { struct_size: size_of::<ta_info>(), ..unsafe { mem::zeroed() } };
    assert_eq!(unsafe { ta_describe(tensor, &raw mut info, ptr::null_mut()) }, TA_OK);
    info
}

/// A source of this kind whose member `fill` sets.
pub fn source(kind: i32, fill: impl FnOnce(&mut ta_source_value)) -> ta_source {
    let mut source: ta_source = unsafe { mem::zeroed() };
    source.struct_size = size_of::<ta_source>();
    source.kind = kind;
    fill(&mut source.value);
    source
}

/// `ta_asarray`, with the message where it fails.
pub fn asarray(source: &ta_source, options: &ta_options) -> Result<*mut ta_tensor, (i32, String)> {
    let (mut out, mut err) = (ptr::null_mut(), error());
    match unsafe { ta_asarray(source, options, &raw mut out, &raw mut err) } {
        TA_OK => Ok(out),
        status => {
            assert!(out.is_null(), "out is written only on success");
            assert_eq!(err.status, status);
            Err((status, message(&err)))
        }
    }
}

/// The text of a tensor, which is released.
pub fn text(tensor: *mut ta_tensor) -> String {
    let mut buffer = vec![0u8; 1 << 16];
    let (start, capacity) = (buffer.as_mut_ptr().cast(), buffer.len());
    let mut length = 0;
    let status =
        unsafe { ta_repr(tensor, ptr::null(), start, capacity, &raw mut length, ptr::null_mut()) };
    assert_eq!(status, TA_OK);
    unsafe { ta_release(tensor) };
    String::from_utf8(buffer[..length].to_vec()).unwrap()
}
