//! Structs that begin with their own size, so that callers and library may differ in age.
//!
//! Smaller than the first release: refused. Smaller than ours: what is missing is zero, the
//! default. Larger: fine if the part we do not know is zero, else refused, as we would ignore
//! what was asked.

use std::mem::MaybeUninit;
use std::slice;

use crate::abi::*;
use crate::ffi::non_null;
use crate::model::error::{Error, Result};

/// A struct whose first field is `struct_size: usize`, and which is valid when all zero.
///
/// # Safety
/// Exactly that, and `repr(C)`.
pub(super) unsafe trait SizedStruct: Copy {
    /// Its size in the first release that had it.
    const FIRST: usize;
}

macro_rules! sized {
    ($($name:ident since $size:expr;)*) => {
        $(
            const _: () = assert!(std::mem::offset_of!($name, struct_size) == 0);
            // SAFETY: repr(C), asserted above; integers, raw pointers, nullable function pointers
            // and unions of them, for which zero is a value.
            unsafe impl SizedStruct for $name {
                const FIRST: usize = $size;
            }
        )*
    };
}

// The sizes of ABI 0. A field is only ever appended, and then the old size stays here.
sized! {
    ta_options since size_of::<ta_options>();
    ta_export_options since size_of::<ta_export_options>();
    ta_repr_options since size_of::<ta_repr_options>();
    ta_source since size_of::<ta_source>();
    ta_sequence_vtable since size_of::<ta_sequence_vtable>();
    ta_info since size_of::<ta_info>();
    ta_device_info since size_of::<ta_device_info>();
    ta_device_api since size_of::<ta_device_api>();
    ta_operation since size_of::<ta_operation>();
}

/// A struct that is all zero but for its size.
pub(super) fn zeroed<T: SizedStruct>() -> T {
    let mut value = MaybeUninit::<T>::zeroed();
    // SAFETY: the size comes first, and there is room for it.
    unsafe { value.as_mut_ptr().cast::<usize>().write(size_of::<T>()) };
    // SAFETY: zero is a value of every field, by the trait's contract.
    unsafe { value.assume_init() }
}

/// A struct of any age: theirs, or if it is older than ours, what is made of it in `completed`.
///
/// # Errors
/// `TA_ERR_NULL_ARGUMENT`; `TA_ERR_INVALID_ARGUMENT` if it is too small;
/// `TA_ERR_UNSUPPORTED` if what we do not know of it is not zero.
///
/// # Safety
/// `theirs` is NULL or initialised for as many bytes as its first field says, and stays as it is
/// for `'a`.
#[inline]
pub(super) unsafe fn read<'a, T: SizedStruct>(
    theirs: *const T,
    completed: &'a mut Option<T>,
    argument: &'static str,
) -> Result<&'a T> {
    // SAFETY: passed on from this function's contract.
    let size = unsafe { size(theirs, argument) }?;
    if size < size_of::<T>() {
        let ours = completed.insert(zeroed());
        // SAFETY: as many bytes as both have; one is a local of the caller's.
        unsafe { theirs.cast::<u8>().copy_to_nonoverlapping((&raw mut *ours).cast(), size) };
        return Ok(ours);
    }
    if size > size_of::<T>() {
        // SAFETY: passed on from this function's contract.
        unsafe { check_tail(theirs, size, argument) }?;
    }
    // SAFETY: not NULL, with all our fields, and of values that any bytes are one of.
    Ok(unsafe { &*theirs })
}

/// That the part that we do not know of a struct is zero.
///
/// # Safety
/// `theirs` is initialised for `size` bytes, which are more than ours.
#[cold]
unsafe fn check_tail<T>(theirs: *const T, size: usize, argument: &'static str) -> Result<()> {
    // SAFETY: within the bytes that the caller vouches for.
    let tail = unsafe { theirs.cast::<u8>().add(size_of::<T>()) };
    // SAFETY: as above, up to the end of them.
    let tail = unsafe { slice::from_raw_parts(tail, size - size_of::<T>()) };
    if tail.iter().any(|&byte| byte != 0) {
        let message = format_args!("{argument} has fields that this library does not know");
        return Err(Error::new(TA_ERR_UNSUPPORTED, message));
    }
    Ok(())
}

/// Fills in a struct of any age; what we do not know of it becomes zero.
///
/// # Errors
/// `TA_ERR_NULL_ARGUMENT`; `TA_ERR_INVALID_ARGUMENT` if it is too small.
///
/// # Safety
/// `theirs` is NULL or valid for writes of as many bytes as its first field says.
pub(super) unsafe fn write<T: SizedStruct>(
    theirs: *mut T,
    ours: T,
    argument: &'static str,
) -> Result<()> {
    // SAFETY: passed on from this function's contract.
    let size = unsafe { size(theirs, argument) }?;
    // SAFETY: as many bytes as both have; one is a local.
    unsafe {
        (&raw const ours)
            .cast::<u8>()
            .copy_to_nonoverlapping(theirs.cast(), size.min(size_of::<T>()))
    };
    if size > size_of::<T>() {
        // SAFETY: within the bytes that the caller vouches for.
        let tail = unsafe { theirs.cast::<u8>().add(size_of::<T>()) };
        // SAFETY: as above, up to the end of them.
        unsafe { tail.write_bytes(0, size - size_of::<T>()) };
    }
    // SAFETY: the size comes first; it is the caller's, and stays.
    unsafe { theirs.cast::<usize>().write(size) };
    Ok(())
}

/// The size that a struct says it has.
///
/// # Safety
/// `theirs` is NULL or its first field is initialised.
unsafe fn size<T: SizedStruct>(theirs: *const T, argument: &'static str) -> Result<usize> {
    let theirs = non_null(theirs, argument)?;
    // SAFETY: not NULL, and the size comes first.
    let size = unsafe { theirs.cast::<usize>().read() };
    match size < T::FIRST || size > isize::MAX as usize {
        true => Err(no_size(argument, T::FIRST, size)),
        false => Ok(size),
    }
}

#[cold]
#[inline(never)]
fn no_size(argument: &'static str, first: usize, size: usize) -> Error {
    let message = format_args!("{argument}.struct_size must be at least {first}, got {size}");
    Error::new(TA_ERR_INVALID_ARGUMENT, message)
}
