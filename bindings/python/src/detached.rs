//! Long work of the library, while other threads run Python.
//!
//! What a call borrows must not be taken away meanwhile: memory is kept by a strong reference, a
//! locked buffer, a claimed capsule or a share in a tensor, and the caller holds that. Elements
//! may change, as they may under NumPy's own copies.

use pyo3::prelude::*;

use crate::abi::*;
use crate::c;
use crate::dtype;

/// From how many bytes on others may run: moving so many takes some tens of microseconds, letting
/// the interpreter go and coming back a tenth of one.
const LARGE: u64 = 1 << 18;

/// Whether others may run while so many bytes are moved.
#[inline]
pub(crate) fn is_large(bytes: u64) -> bool {
    bytes >= LARGE
}

/// Runs work of the library that moves so many bytes, detached from the interpreter if they are
/// many.
///
/// # Safety
/// `work` touches no Python object, but in callbacks that attach themselves.
#[inline]
pub(crate) unsafe fn run<T>(py: Python<'_>, bytes: u64, work: impl FnOnce() -> T) -> T {
    if !is_large(bytes) {
        return work();
    }
    let work = Here(work);
    py.detach(move || Here(work.take()())).take()
}

/// What stays on its thread, which is the same one while it is detached.
struct Here<T>(T);

// SAFETY: `run` makes and takes it on one thread.
unsafe impl<T> Send for Here<T> {}

impl<T> Here<T> {
    fn take(self) -> T {
        self.0
    }
}

/// A source that may be read while nobody holds its object's fields still: an ndarray keeps its
/// extents in memory that goes when it gets another shape.
pub(crate) struct Steady {
    pub(crate) source: ta_source,
    _extents: Box<[i64]>,
}

impl Steady {
    /// The same source, with extents of its own.
    #[cold]
    pub(crate) fn of(source: &ta_source) -> Steady {
        let mut source = *source;
        let mut extents = Vec::new();
        if source.kind != TA_SOURCE_MEMORY {
            return Steady { source, _extents: extents.into() };
        }
        // SAFETY: the member that `kind` names.
        let memory = unsafe { &mut source.value.memory };
        let ndim = memory.ndim.unsigned_abs() as usize;
        for given in [memory.shape, memory.strides_bytes] {
            if !given.is_null() {
                // SAFETY: as many as axes, by what a `look` fills in.
                extents.extend_from_slice(unsafe { std::slice::from_raw_parts(given, ndim) });
            }
        }
        // Boxing may move them, so they are pointed to behind it.
        let extents: Box<[i64]> = extents.into();
        let mut place = extents.as_ptr();
        for given in [&mut memory.shape, &mut memory.strides_bytes] {
            if !given.is_null() {
                *given = place;
                place = place.wrapping_add(ndim);
            }
        }
        Steady { source, _extents: extents }
    }
}

/// How many bytes of a source `ta_asarray` will look at to copy them; 0 where it will most likely
/// share them, and for sequences, which call back all the time.
#[inline]
pub(crate) fn bytes_to_copy(source: &ta_source, options: &ta_options) -> u64 {
    let plain = options.copy == TA_COPY_IF_NEEDED
        && options.dtype == dtype::UNSET
        && options.flags & (TA_WANT_WRITABLE | TA_WANT_CONTIGUOUS) == 0;
    // SAFETY: the member that `kind` names.
    let is_swapped = || unsafe { source.value.memory }.flags & TA_MEMORY_BYTE_SWAPPED != 0;
    if options.copy == TA_COPY_NEVER
        || (plain && !(source.kind == TA_SOURCE_MEMORY && is_swapped()))
    {
        return 0;
    }
    size(source)
}

/// How many bytes the elements of a tensor fill.
///
/// # Safety
/// `tensor` is a live handle.
pub(crate) unsafe fn bytes_of(tensor: *const ta_tensor) -> u64 {
    // SAFETY: passed on from this function's contract.
    let numel = unsafe { c::ta_numel(tensor) };
    // SAFETY: as above.
    let dtype = unsafe { c::ta_dtype_of(tensor) };
    numel.unsigned_abs().saturating_mul(dtype::itemsize(dtype) as u64)
}

/// The bytes of a source that has a size; 0 for any other.
fn size(source: &ta_source) -> u64 {
    let of_shape = |shape: *const i64, ndim: i32, dtype: ta_dtype| {
        let shape = match ndim {
            // SAFETY: as many extents as axes, by what a `look` fills in or a producer lends.
            1..=TA_MAX_NDIM if !shape.is_null() => unsafe {
                std::slice::from_raw_parts(shape, ndim.unsigned_abs() as usize)
            },
            // Also what the library will refuse, whatever there is to be read.
            _ => &[],
        };
        let count = shape.iter().map(|n| n.unsigned_abs());
        count.fold(dtype::itemsize(dtype) as u64, u64::saturating_mul)
    };
    let of_dlpack = |tensor: &DLTensor| of_shape(tensor.shape, tensor.ndim, tensor.dtype.into());
    match source.kind {
        TA_SOURCE_MEMORY => {
            // SAFETY: the member that `kind` names.
            let memory = unsafe { &source.value.memory };
            of_shape(memory.shape, memory.ndim, memory.dtype)
        }
        // SAFETY: the member that `kind` names.
        TA_SOURCE_BUFFER => unsafe { source.value.buffer }.size_bytes as u64,
        TA_SOURCE_TENSOR => {
            // SAFETY: the member that `kind` names.
            let tensor = unsafe { source.value.tensor };
            // SAFETY: a live handle.
            unsafe { bytes_of(tensor) }
        }
        TA_SOURCE_DLPACK => {
            // SAFETY: the member that `kind` names.
            let managed = unsafe { source.value.dlpack };
            // SAFETY: a live tensor; the version comes first in all versions.
            match unsafe { (*managed).version.major } == DLPACK_VERSION.major {
                // SAFETY: a live tensor of our major version, so of this layout.
                true => of_dlpack(unsafe { &(*managed).dl_tensor }),
                false => 0,
            }
        }
        TA_SOURCE_DLPACK_LEGACY => {
            // SAFETY: the member that `kind` names.
            let managed = unsafe { source.value.dlpack_legacy };
            // SAFETY: a live tensor.
            of_dlpack(unsafe { &(*managed).dl_tensor })
        }
        _ => 0,
    }
}
