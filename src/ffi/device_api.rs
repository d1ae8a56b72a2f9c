//! A host's device, behind its table: a backend like ours, but nothing that it says is trusted.

use std::ffi::{CStr, c_void};

use crate::abi::*;
use crate::devices::{Backend, Elements, Info, Place};
use crate::ffi::callback::ask;
use crate::ffi::sized;
use crate::model::device::Device;
use crate::model::error::{Error, Result};
use crate::model::lists;
use crate::model::owner::{Claim, Owner};

/// Whose callbacks these are, in messages.
const WHOSE: &str = "the device";

type Count = unsafe extern "C" fn(*mut c_void, *mut i32, *mut ta_error) -> ta_status;
type Allocate = unsafe extern "C" fn(
    *mut c_void,
    i32,
    usize,
    i64,
    *mut *mut c_void,
    *mut ta_error,
) -> ta_status;
type Free = unsafe extern "C" fn(*mut c_void, i32, *mut c_void, usize, i64);
type Copy = unsafe extern "C" fn(
    *mut c_void,
    *const ta_place,
    *const ta_place,
    usize,
    i64,
    *mut ta_error,
) -> ta_status;
type Synchronize = unsafe extern "C" fn(*mut c_void, i32, i64, *mut ta_error) -> ta_status;

/// The functions of one kind of device, and what they are told.
pub(super) struct Plugin {
    device_type: i32,
    api: ta_device_api,
    count: Count,
    allocate: Allocate,
    free: Free,
    copy: Copy,
    synchronize: Synchronize,
    user_data: *mut c_void,
    /// Releases the host's side when this goes; nobody until the device is registered.
    #[allow(dead_code)]
    host: Owner,
}

// SAFETY: `ta_device_api` demands functions that may be called on any thread, by several at once.
unsafe impl Send for Plugin {}
// SAFETY: as above.
unsafe impl Sync for Plugin {}

impl Plugin {
    /// # Errors
    /// `TA_ERR_NULL_ARGUMENT` without a table or a function that must be there; what
    /// [`sized::read`] refuses.
    ///
    /// # Safety
    /// The table is NULL or initialised for as many bytes as its size says, and its functions do
    /// what `ta_device_api` says, until `release` runs.
    pub(super) unsafe fn new(
        device_type: i32,
        api: *const ta_device_api,
        user_data: *mut c_void,
    ) -> Result<(Plugin, Claim)> {
        let mut copied = None;
        // SAFETY: passed on from this function's contract.
        let api = *unsafe { sized::read(api, &mut copied, "api") }?;
        let missing = |name: &'static str| {
            Error::new(TA_ERR_NULL_ARGUMENT, format_args!("api.{name} is NULL"))
        };
        let plugin = Plugin {
            device_type,
            count: api.count.ok_or_else(|| missing("count"))?,
            allocate: api.allocate.ok_or_else(|| missing("allocate"))?,
            free: api.free.ok_or_else(|| missing("free"))?,
            copy: api.copy.ok_or_else(|| missing("copy"))?,
            synchronize: api.synchronize.ok_or_else(|| missing("synchronize"))?,
            api,
            user_data,
            host: Owner::Nobody,
        };
        // SAFETY: the caller hands the release over if the call succeeds.
        Ok((plugin, unsafe { Claim::new(user_data, api.release) }))
    }

    /// The same, once it is registered and the host's side is ours to release.
    pub(super) fn owning(self, host: Owner) -> Plugin {
        Plugin { host, ..self }
    }
}

impl From<Place> for ta_place {
    fn from(place: Place) -> ta_place {
        let Place { device, data, byte_offset } = place;
        ta_place { device, data: data.cast(), byte_offset }
    }
}

fn elements(elements: Elements<'_>) -> ta_elements {
    ta_elements {
        place: elements.place.into(),
        strides_bytes: elements.strides.as_ptr(),
        dtype: elements.dtype,
        reserved: 0,
    }
}

/// The most devices of one type: there is a list of them.
const MOST: i32 = 1 << 16;

/// That a number that a host gave is one, of a device or of how many there are.
fn check(number: i32, least: i32, what: &'static str) -> Result<i32> {
    match (least..=MOST).contains(&number) {
        true => Ok(number),
        false => {
            let message = format_args!("{what} of the device wrote {number}");
            Err(Error::new(TA_ERR_CALLBACK, message))
        }
    }
}

// Everywhere here: called as `ta_device_api` says, by the contract of `new`; pointers are to locals
// and slices that outlast the call.
impl Backend for Plugin {
    fn count(&self, _: i32) -> Result<i32> {
        let mut count = 0;
        // SAFETY: see above.
        ask(WHOSE, &mut |err| unsafe { (self.count)(self.user_data, &raw mut count, err) })?;
        check(count, 0, "count")
    }

    fn current(&self, _: i32) -> Result<i32> {
        let Some(current) = self.api.current else { return Ok(0) };
        let mut index = 0;
        // SAFETY: see above.
        ask(WHOSE, &mut |err| unsafe { current(self.user_data, &raw mut index, err) })?;
        check(index, 0, "current")
    }

    fn describe(&self, device: Device) -> Result<Info> {
        let Some(describe) = self.api.describe else { return Ok(Info::default()) };
        let mut info = sized::zeroed::<ta_device_info>();
        info.device = device;
        let index = device.index;
        // SAFETY: see above.
        ask(WHOSE, &mut |err| unsafe { describe(self.user_data, index, &raw mut info, err) })?;
        let name = info.name.map(|byte| byte.to_ne_bytes()[0]);
        let name = CStr::from_bytes_until_nul(&name).unwrap_or_default();
        Ok(Info {
            name: lists::copied_text(name.to_bytes(), "a name")?,
            total_bytes: info.total_bytes,
            free_bytes: info.free_bytes,
            capability: (info.capability_major, info.capability_minor),
        })
    }

    fn allocate(&self, device: Device, bytes: usize, stream: i64) -> Result<*mut u8> {
        let (mut data, index) = (std::ptr::null_mut(), device.index);
        // SAFETY: see above.
        ask(WHOSE, &mut |err| unsafe {
            (self.allocate)(self.user_data, index, bytes, stream, &raw mut data, err)
        })?;
        match data.is_null() {
            false => Ok(data.cast()),
            true => Err(Error::out_of_memory("elements on a device", bytes)),
        }
    }

    unsafe fn free(&self, device: Device, data: *mut u8, bytes: usize, stream: i64) {
        // SAFETY: see above; given back once, by the caller's contract.
        unsafe { (self.free)(self.user_data, device.index, data.cast(), bytes, stream) };
    }

    unsafe fn copy(&self, target: Place, source: Place, bytes: usize, stream: i64) -> Result<()> {
        let (target, source) = (ta_place::from(target), ta_place::from(source));
        let (target, source) = (&raw const target, &raw const source);
        // SAFETY: see above; the caller vouches for the bytes.
        ask(WHOSE, &mut |err| unsafe {
            (self.copy)(self.user_data, target, source, bytes, stream, err)
        })
    }

    unsafe fn convert(
        &self,
        shape: &[i64],
        target: Elements<'_>,
        source: Elements<'_>,
        stream: i64,
    ) -> Result<bool> {
        let Some(convert) = self.api.convert else { return Ok(false) };
        let (target, source) = (elements(target), elements(source));
        let (target, source) = (&raw const target, &raw const source);
        let (ndim, extents, user) = (shape.len() as i32, shape.as_ptr(), self.user_data);
        // SAFETY: see above; the caller vouches for the elements.
        let outcome = ask(WHOSE, &mut |err| unsafe {
            convert(user, ndim, extents, target, source, stream, err)
        });
        match outcome {
            Err(error) if error.status == TA_ERR_UNSUPPORTED => Ok(false),
            outcome => outcome.map(|()| true),
        }
    }

    fn order(&self, first: (Device, i64), second: (Device, i64)) -> Result<()> {
        let Some(order) = self.api.order else { return Ok(()) };
        let (one, two) = (first.0.index, second.0.index);
        // SAFETY: see above.
        ask(WHOSE, &mut |err| unsafe { order(self.user_data, one, first.1, two, second.1, err) })
    }

    fn synchronize(&self, device: Device, stream: i64) -> Result<()> {
        let index = device.index;
        // SAFETY: see above.
        ask(WHOSE, &mut |err| unsafe { (self.synchronize)(self.user_data, index, stream, err) })
    }

    fn device_of(&self, address: *const u8) -> Result<Option<Device>> {
        let Some(device_of) = self.api.device_of else { return Ok(None) };
        let mut index = -1;
        let address = address.cast();
        // SAFETY: see above.
        ask(WHOSE, &mut |err| unsafe { device_of(self.user_data, address, &raw mut index, err) })?;
        let index = check(index, -1, "device_of")?;
        Ok((index >= 0).then_some(Device { device_type: self.device_type, index }))
    }
}
