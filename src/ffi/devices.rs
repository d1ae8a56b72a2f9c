//! Devices: what there is, what they are called, and a host's own.

use std::ffi::{CStr, c_char, c_void};

use crate::abi::*;
use crate::devices::{self, Backend};
use crate::ffi::device_api::Plugin;
use crate::ffi::{guard, non_null, sized, text};
use crate::model::device::Device;
use crate::model::error::{Error, Result};
use crate::model::shared::{Counted, Room};

/// Plugs in the devices of one type: from now on ta_asarray and its relatives reach their memory.
///
/// A device of this library's own (CUDA) is replaced; the CPU cannot be. Tensors that there are stay
/// with the functions that they were made by, or came in under; what came in of a type that nobody
/// had is served by these.
///
/// \param device_type  One of TA_DEVICE_…, or a number of the host's own. Devices without a name are
///                     called by their number, like `device64:0`.
/// \param api          The functions, not NULL. Copied; what they need must stay until `release` has run.
/// \param user_data    First argument of each function; never looked at.
/// \param err          Where to put a message, or NULL to go without.
///
/// \retval TA_OK                    Registered; `release` is the library's to run.
/// \retval TA_ERR_NULL_ARGUMENT     `api` is NULL, or a function in it that must be there.
/// \retval TA_ERR_INVALID_ARGUMENT  `device_type` is below 1, the CPU's, or registered already.
/// \retval TA_ERR_UNSUPPORTED       A table newer than this library.
/// \retval TA_ERR_OUT_OF_MEMORY     Memory for the entry could not be had.
///
/// Since: ABI 0.
#[unsafe(no_mangle)]
#[must_use]
pub unsafe extern "C" fn ta_device_register(
    device_type: i32,
    api: *const ta_device_api,
    user_data: *mut c_void,
    err: *mut ta_error,
) -> ta_status {
    let body = || {
        // SAFETY: NULL or a sized struct whose functions keep its promises, by the caller's contract.
        let (plugin, claim) = unsafe { Plugin::new(device_type, api, user_data) }?;
        let room = Room::new("a device")?;
        devices::register(device_type, || {
            let plugged: Box<Counted<dyn Backend>> = room.fill(plugin.owning(claim.take()));
            plugged.into()
        })
    };
    // SAFETY: `err` is NULL or writable by this function's own contract.
    unsafe { guard(err, body) }
}

/// Takes back what ta_device_register did. Tensors on the devices stay as they are, and keep the
/// functions in use: they are read, written, copied and handed to streams by them, also after the type
/// has been registered again. `release` runs when the last of them is gone, or inside the call.
/// The devices themselves are no longer known: neither to ta_synchronize nor as a place for something new.
///
/// \param device_type  A type that was registered.
/// \param err          Where to put a message, or NULL to go without.
///
/// \retval TA_OK                    Nothing new is made on these devices but copies of what is there.
/// \retval TA_ERR_INVALID_ARGUMENT  `device_type` is not registered.
///
/// Since: ABI 0.
#[unsafe(no_mangle)]
#[must_use]
pub unsafe extern "C" fn ta_device_unregister(device_type: i32, err: *mut ta_error) -> ta_status {
    let body = || devices::unregister(device_type);
    // SAFETY: `err` is NULL or writable by this function's own contract.
    unsafe { guard(err, body) }
}

/// Lists the devices that memory can be had on, by type and index. A type whose `count` fails is left
/// out; what it says is the error of whoever asks for a device of it.
///
/// \param out       Receives at most `capacity` devices; NULL if `capacity` is 0.
/// \param capacity  How many there is room for.
/// \param count     Receives how many there are, not NULL. Written only on TA_OK.
/// \param err       Where to put a message, or NULL to go without.
///
/// \retval TA_OK                 Written.
/// \retval TA_ERR_NULL_ARGUMENT  `count` is NULL, or `out` with room.
/// \retval TA_ERR_OUT_OF_MEMORY  Memory for the list could not be had.
///
/// Since: ABI 0.
#[unsafe(no_mangle)]
#[must_use]
pub unsafe extern "C" fn ta_device_list(
    out: *mut ta_device,
    capacity: usize,
    count: *mut usize,
    err: *mut ta_error,
) -> ta_status {
    let body = || {
        let count = non_null(count, "count")?;
        if capacity != 0 {
            non_null(out, "out")?;
        }
        let devices = devices::list()?;
        let room = devices.len().min(capacity);
        // SAFETY: room for `capacity` devices, by the caller's contract; the list is ours.
        unsafe { devices.as_ptr().copy_to_nonoverlapping(out, room) };
        // SAFETY: not NULL, and the caller vouches for one write.
        unsafe { count.write(devices.len()) };
        Ok(())
    };
    // SAFETY: `err` is NULL or writable by this function's own contract.
    unsafe { guard(err, body) }
}

/// Describes a device.
///
/// \param device  The device; index -1 is the current one of its type.
/// \param out     Filled in, not NULL; `struct_size` is set by the caller. Written only on TA_OK.
/// \param err     Where to put a message, or NULL to go without.
///
/// \retval TA_OK                    Written.
/// \retval TA_ERR_NULL_ARGUMENT     `out` is NULL.
/// \retval TA_ERR_INVALID_ARGUMENT  The device or `out->struct_size` is outside its range.
/// \retval TA_ERR_DEVICE            There is no such device; the message lists what there is.
///
/// Since: ABI 0.
#[unsafe(no_mangle)]
#[must_use]
pub unsafe extern "C" fn ta_device_describe(
    device: ta_device,
    out: *mut ta_device_info,
    err: *mut ta_error,
) -> ta_status {
    let body = || {
        let out = non_null(out, "out")?;
        let device = devices::resolve(device.normalised()?)?;
        let info = devices::find(device)?.describe(device)?;
        let mut told = sized::zeroed::<ta_device_info>();
        told.device = device;
        // SAFETY: an array of this size.
        unsafe { text::write(&info.name, told.name.as_mut_ptr(), TA_DEVICE_NAME_SIZE) };
        (told.total_bytes, told.free_bytes) = (info.total_bytes, info.free_bytes);
        (told.capability_major, told.capability_minor) = info.capability;
        // SAFETY: not NULL, and writable for as many bytes as its size says.
        unsafe { sized::write(out, told, "out") }
    };
    // SAFETY: `err` is NULL or writable by this function's own contract.
    unsafe { guard(err, body) }
}

/// Reads a device as people write it: `cpu`, `cuda`, `cuda:1`. Without an index it is the current
/// one, -1; `cpu:0` is `cpu`. `hip`, `mps` and `xpu` are PyTorch's names of `rocm`, `metal` and `oneapi`.
///
/// \param text  NUL-terminated, not NULL.
/// \param out   Receives the device, not NULL. Written only on TA_OK.
/// \param err   Where to put a message, or NULL to go without.
///
/// \retval TA_OK                 Written.
/// \retval TA_ERR_NULL_ARGUMENT  `text` or `out` is NULL.
/// \retval TA_ERR_DEVICE         No device is called so.
///
/// Since: ABI 0.
#[unsafe(no_mangle)]
#[must_use]
pub unsafe extern "C" fn ta_device_parse(
    text: *const c_char,
    out: *mut ta_device,
    err: *mut ta_error,
) -> ta_status {
    let body = || {
        let (text, out) = (non_null(text, "text")?, non_null(out, "out")?);
        // SAFETY: not NULL, and NUL-terminated by the caller's contract.
        let text = unsafe { CStr::from_ptr(text) };
        let device = Device::parse(&text.to_string_lossy())?;
        // SAFETY: not NULL, and the caller vouches for one write.
        unsafe { out.write(device) };
        Ok(())
    };
    // SAFETY: `err` is NULL or writable by this function's own contract.
    unsafe { guard(err, body) }
}

/// The name of a device, as ta_device_parse reads it: like `cuda:1`, and `device64:0` for one whose
/// type has no name.
///
/// \param device    Any value; index -1 is the current one of its type.
/// \param buffer    Receives it, NUL-terminated, cut if `capacity` is too small. NULL only if
///                  `capacity` is 0; a NULL buffer receives nothing.
/// \param capacity  Bytes of `buffer`; 32 are always enough.
///
/// \return The length of the whole name in bytes, without the NUL.
///
/// Since: ABI 0.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn ta_device_name(
    device: ta_device,
    buffer: *mut c_char,
    capacity: usize,
) -> usize {
    let name = text::Short::new(format_args!("{device}"));
    if !buffer.is_null() {
        // SAFETY: the caller vouches for `capacity` bytes.
        unsafe { text::write(name.as_str(), buffer, capacity) };
    }
    name.as_str().len()
}

/// Finds the device whose memory an address is in.
///
/// \param device_type  The type of device to ask.
/// \param address      Any address; never followed by this library.
/// \param out          Receives the device, not NULL. Written only on TA_OK.
/// \param err          Where to put a message, or NULL to go without.
///
/// \retval TA_OK                    Written.
/// \retval TA_ERR_NULL_ARGUMENT     `out` is NULL.
/// \retval TA_ERR_INVALID_ARGUMENT  `device_type` is below 1.
/// \retval TA_ERR_DEVICE            It is in the memory of no such device, or there is none.
///
/// Since: ABI 0.
#[unsafe(no_mangle)]
#[must_use]
pub unsafe extern "C" fn ta_device_of_address(
    device_type: i32,
    address: *const c_void,
    out: *mut ta_device,
    err: *mut ta_error,
) -> ta_status {
    let body = || {
        let out = non_null(out, "out")?;
        let kind = Device { device_type, index: -1 }.normalised()?;
        let found = devices::backend(kind)?.device_of(address.cast())?;
        let found = found.ok_or_else(|| {
            let message = format_args!("address {address:p} is in the memory of no {kind} device");
            Error::new(TA_ERR_DEVICE, message)
        })?;
        // SAFETY: not NULL, and the caller vouches for one write.
        unsafe { out.write(found) };
        Ok(())
    };
    // SAFETY: `err` is NULL or writable by this function's own contract.
    unsafe { guard(err, body) }
}

/// Waits until the work that is on a stream now is done.
///
/// \param device  The device; index -1 is the current one of its type.
/// \param stream  The stream, as in `ta_options`; 0 for every stream of the device.
/// \param err     Where to put a message, or NULL to go without.
///
/// \retval TA_OK                    Done.
/// \retval TA_ERR_INVALID_ARGUMENT  The device or the stream is outside its range.
/// \retval TA_ERR_DEVICE            There is no such device, or its work failed.
///
/// Since: ABI 0.
#[unsafe(no_mangle)]
#[must_use]
pub unsafe extern "C" fn ta_synchronize(
    device: ta_device,
    stream: i64,
    err: *mut ta_error,
) -> ta_status {
    let body = || synchronize(device, stream);
    // SAFETY: `err` is NULL or writable by this function's own contract.
    unsafe { guard(err, body) }
}

fn synchronize(device: ta_device, stream: i64) -> Result<()> {
    if stream < 0 {
        let message = format_args!("there is no stream {stream}");
        return Err(Error::new(TA_ERR_INVALID_ARGUMENT, message));
    }
    let device = devices::resolve(device.normalised()?)?;
    devices::find(device)?.synchronize(device, stream)
}
