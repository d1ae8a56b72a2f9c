//! Status codes and the caller-owned error.

use std::ffi::c_char;

/// What a call came to. 0 is success; 1–99 the caller's fault; 100–199 the data cannot be
/// exchanged as asked; 200–299 resources; 900–999 this library's bug. Codes are added, never
/// reused: treat a code that you do not know as failure.
pub type ta_status = i32;

/// The call did what its description says.
pub const TA_OK: ta_status = 0;

/// A pointer argument, or a pointer in a struct, is NULL where it must not be.
pub const TA_ERR_NULL_ARGUMENT: ta_status = 1;
/// A value is outside its documented range, or two values contradict each other.
pub const TA_ERR_INVALID_ARGUMENT: ta_status = 2;
/// A shape or strides that no memory can have: negative extent, too many axes, overflow.
pub const TA_ERR_LAYOUT: ta_status = 3;
/// A dtype that does not exist, or that cannot be used or converted as asked.
pub const TA_ERR_DTYPE: ta_status = 4;
/// A view, index or offset reaches outside the memory that it is taken of.
pub const TA_ERR_OUT_OF_BOUNDS: ta_status = 5;
/// A number does not fit the requested dtype, or no dtype can hold it.
pub const TA_ERR_OVERFLOW: ta_status = 6;
/// A nested sequence whose parts have different shapes, or that changed while it was read.
pub const TA_ERR_RAGGED: ta_status = 7;
/// A source of a kind that is not accepted here (a type error in most languages).
pub const TA_ERR_KIND: ta_status = 8;
/// A write to a tensor that is read-only, or has elements that share memory.
pub const TA_ERR_NOT_WRITABLE: ta_status = 9;
/// A callback of the host failed without a status of its own.
pub const TA_ERR_CALLBACK: ta_status = 10;
/// Gradients stand in the way: required of elements that cannot have one, to be written in place,
/// of another shape than their tensor, or of a graph that has been released.
pub const TA_ERR_GRAD: ta_status = 11;

/// Sharing memory was demanded and is impossible; the message names the reason.
pub const TA_ERR_CANNOT_ALIAS: ta_status = 100;
/// A struct, kind, flag or version newer than this library: it cannot tell what was asked.
pub const TA_ERR_UNSUPPORTED: ta_status = 101;
/// No backend here can reach, read or move memory of the device.
pub const TA_ERR_DEVICE: ta_status = 102;
/// The tensor cannot be lent like this: read-only to a legacy consumer, or it requires grad.
pub const TA_ERR_EXPORT: ta_status = 103;

/// Memory could not be had.
pub const TA_ERR_OUT_OF_MEMORY: ta_status = 200;

/// A bug of this library, stopped at its border; no ownership has moved.
pub const TA_ERR_INTERNAL: ta_status = 900;

/// Bytes of `ta_error.message`, the terminating NUL included.
pub const TA_MESSAGE_SIZE: usize = 512;

/// Where a failing call puts its reason. The caller owns it, sets `struct_size` (see
/// `TA_ERROR_INIT`) and passes its address as the last argument, or NULL to go without.
/// Written only on failure; never read. May be reused for many calls, by one thread at a time.
#[repr(C)]
#[derive(Clone, Copy)]
pub struct ta_error {
    /// `sizeof(ta_error)`, set by the caller. A smaller value: nothing is written.
    pub struct_size: usize,
    /// The status that the call returned.
    pub status: ta_status,
    /// Zero.
    pub reserved: i32,
    /// NUL-terminated UTF-8, lower case, no full stop; cut at a character if too long.
    pub message: [c_char; TA_MESSAGE_SIZE],
}
