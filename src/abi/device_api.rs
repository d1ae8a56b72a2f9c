//! What a host tells of a device, and how it plugs its own in: a sized table of functions.

use std::ffi::{c_char, c_void};

use crate::abi::{ta_device, ta_dtype, ta_error, ta_status};

/// Bytes of `ta_device_info.name`, the terminating NUL included.
pub const TA_DEVICE_NAME_SIZE: usize = 128;

/// What there is to know about a device.
#[repr(C)]
#[derive(Clone, Copy)]
pub struct ta_device_info {
    /// `sizeof(ta_device_info)`, set by the caller.
    pub struct_size: usize,
    /// Which device this is about.
    pub device: ta_device,
    /// What its maker calls it; NUL-terminated UTF-8, empty if nobody knows.
    pub name: [c_char; TA_DEVICE_NAME_SIZE],
    /// Bytes of memory it has; 0 if nobody knows.
    pub total_bytes: u64,
    /// Bytes of memory that are free at this moment; 0 if nobody knows.
    pub free_bytes: u64,
    /// CUDA's compute capability, or what its maker counts like it: major. 0: none.
    pub capability_major: i32,
    /// And minor.
    pub capability_minor: i32,
}

/// One place in memory, on a device or on the host.
#[repr(C)]
#[derive(Clone, Copy)]
pub struct ta_place {
    /// Where it is: a device of the backend's, or one whose memory the CPU reads as it is
    /// (`TA_DEVICE_CPU` and pinned host memory).
    pub device: ta_device,
    /// What `allocate` gave, or an address in it where the device has addresses; on the host, an address.
    pub data: *mut c_void,
    /// Bytes behind `data`.
    pub byte_offset: u64,
}

/// Elements at a place, in strided order.
#[repr(C)]
#[derive(Clone, Copy)]
pub struct ta_elements {
    /// Where element (0, …, 0) is.
    pub place: ta_place,
    /// Distance between neighbours on each axis, in bytes, of either sign or zero.
    pub strides_bytes: *const i64,
    /// What they are.
    pub dtype: ta_dtype,
    /// Zero.
    pub reserved: i32,
}

/// A device of the host's own: how its memory is had, moved and waited for.
///
/// Every function gets the `user_data` of `ta_device_register` first, may be called on any thread
/// and by several at once, and must not unwind, longjmp, or call this library. One that returns a
/// status returns `TA_OK` or a failure that changed nothing, with a message in `err` (a status
/// that is no `TA_ERR_…` becomes `TA_ERR_CALLBACK`). The library holds no lock while one runs.
///
/// A stream is a queue of work that is done in order. Its number is the host's: 1 is the default
/// stream, which each device has, others are what callers put into `ta_options.stream` and the like.
/// Work on a stream may go on after the function that queued it has returned; the library calls
/// `synchronize` before the host reads what was copied, or reuses what is being copied.
///
/// Zero-initialise the table; fields left zero have a meaning only where they say so.
#[repr(C)]
#[derive(Clone, Copy)]
pub struct ta_device_api {
    /// `sizeof(ta_device_api)`.
    pub struct_size: usize,
    /// Writes how many devices of this type there are to `*out`.
    pub count: Option<
        unsafe extern "C" fn(
            user_data: *mut c_void,
            out: *mut i32,
            err: *mut ta_error,
        ) -> ta_status,
    >,
    /// Writes the index of the calling thread's current device to `*out`. NULL: always 0.
    pub current: Option<
        unsafe extern "C" fn(
            user_data: *mut c_void,
            out: *mut i32,
            err: *mut ta_error,
        ) -> ta_status,
    >,
    /// Describes a device in `*out`, which arrives zeroed but for `struct_size` and `device`.
    /// NULL: there is nothing to tell.
    pub describe: Option<
        unsafe extern "C" fn(
            user_data: *mut c_void,
            index: i32,
            out: *mut ta_device_info,
            err: *mut ta_error,
        ) -> ta_status,
    >,
    /// Writes a handle of (or, where the device has addresses, the address of) `size_bytes` bytes,
    /// more than 0, to `*out`; they may be used by work on `stream` from now on.
    pub allocate: Option<
        unsafe extern "C" fn(
            user_data: *mut c_void,
            index: i32,
            size_bytes: usize,
            stream: i64,
            out: *mut *mut c_void,
            err: *mut ta_error,
        ) -> ta_status,
    >,
    /// Gives back what `allocate` gave, when the work that is on `stream` now is done. Must not
    /// wait for that; cannot fail.
    pub free: Option<
        unsafe extern "C" fn(
            user_data: *mut c_void,
            index: i32,
            data: *mut c_void,
            size_bytes: usize,
            stream: i64,
        ),
    >,
    /// Queues a copy of `size_bytes` bytes, more than 0, that do not overlap. At least one of the two
    /// places is on a device of this type; the stream is the target's device's or, if that is the
    /// host, the source's.
    pub copy: Option<
        unsafe extern "C" fn(
            user_data: *mut c_void,
            target: *const ta_place,
            source: *const ta_place,
            size_bytes: usize,
            stream: i64,
            err: *mut ta_error,
        ) -> ta_status,
    >,
    /// Queues a strided copy of elements within one device, converted if the dtypes differ, by the
    /// rules of this library (see ta_asarray). `TA_ERR_UNSUPPORTED`: not these dtypes or not so many axes, and
    /// the library does it on the host, or writes by one `copy` for each run of bytes. NULL: never.
    pub convert: Option<
        unsafe extern "C" fn(
            user_data: *mut c_void,
            ndim: i32,
            shape: *const i64,
            target: *const ta_elements,
            source: *const ta_elements,
            stream: i64,
            err: *mut ta_error,
        ) -> ta_status,
    >,
    /// Makes work that is queued on the second stream from now on wait for what is on the first
    /// stream now, without waiting itself. NULL: each stream is done before any function returns.
    pub order: Option<
        unsafe extern "C" fn(
            user_data: *mut c_void,
            first_index: i32,
            first_stream: i64,
            second_index: i32,
            second_stream: i64,
            err: *mut ta_error,
        ) -> ta_status,
    >,
    /// Waits until the work that is on a stream now is done; 0: on any stream of the device. It fails
    /// for work that failed, or if the device is lost: then, too, nothing of that work goes on.
    pub synchronize: Option<
        unsafe extern "C" fn(
            user_data: *mut c_void,
            index: i32,
            stream: i64,
            err: *mut ta_error,
        ) -> ta_status,
    >,
    /// Writes the index of the device whose memory an address is in to `*out`, or -1 if it is in none.
    /// NULL: nobody knows.
    pub device_of: Option<
        unsafe extern "C" fn(
            user_data: *mut c_void,
            address: *const c_void,
            out: *mut i32,
            err: *mut ta_error,
        ) -> ta_status,
    >,
    /// Runs once, when the device is unregistered and the last tensor on it is gone. May be NULL.
    pub release: Option<unsafe extern "C" fn(user_data: *mut c_void)>,
}
