//! The CPU as a backend: every call is done when it returns, so its streams have nothing to do.

use std::alloc::Layout;
use std::ptr::NonNull;

use crate::abi::TA_ERR_DEVICE;
use crate::devices::backend::{Backend, Elements, Info, Place};
use crate::model::alloc::{self, ALIGNMENT};
use crate::model::device::Device;
use crate::model::error::{Error, Result};
use crate::model::lists;

pub(super) struct Cpu;

fn layout(bytes: usize) -> Result<Layout> {
    Layout::from_size_align(bytes, ALIGNMENT).map_err(|_| Error::out_of_memory("elements", bytes))
}

impl Backend for Cpu {
    fn count(&self, _: i32) -> Result<i32> {
        Ok(1)
    }

    fn current(&self, _: i32) -> Result<i32> {
        Ok(0)
    }

    fn describe(&self, _: Device) -> Result<Info> {
        // SAFETY: asks for numbers, touches no memory of ours.
        let number = |name| unsafe { libc::sysconf(name) };
        let page = u64::try_from(number(libc::_SC_PAGESIZE)).unwrap_or(0);
        let pages = |name| u64::try_from(number(name)).unwrap_or(0).saturating_mul(page);
        Ok(Info {
            name: lists::copied_text(std::env::consts::ARCH.as_bytes(), "a name")?,
            total_bytes: pages(libc::_SC_PHYS_PAGES),
            free_bytes: pages(libc::_SC_AVPHYS_PAGES),
            capability: (0, 0),
        })
    }

    fn allocate(&self, _: Device, bytes: usize, _: i64) -> Result<*mut u8> {
        alloc::allocate(layout(bytes)?, "elements").map(NonNull::as_ptr)
    }

    unsafe fn free(&self, _: Device, data: *mut u8, bytes: usize, _: i64) {
        if let (Some(data), Ok(layout)) = (NonNull::new(data), layout(bytes)) {
            // SAFETY: allocated with this layout, by the caller's contract.
            unsafe { alloc::free(data, layout) };
        }
    }

    unsafe fn copy(&self, target: Place, source: Place, bytes: usize, _: i64) -> Result<()> {
        let (from, to) = (host(source)?, host(target)?);
        // SAFETY: both have so many bytes, by the caller's contract, and the CPU reaches them.
        unsafe { from.copy_to_nonoverlapping(to, bytes) };
        Ok(())
    }

    unsafe fn convert(&self, _: &[i64], _: Elements<'_>, _: Elements<'_>, _: i64) -> Result<bool> {
        // What the CPU reaches is converted by `convert`, which needs no queue.
        Ok(false)
    }

    fn order(&self, _: (Device, i64), _: (Device, i64)) -> Result<()> {
        Ok(())
    }

    fn synchronize(&self, _: Device, _: i64) -> Result<()> {
        Ok(())
    }

    fn device_of(&self, _: *const u8) -> Result<Option<Device>> {
        Ok(None)
    }
}

/// The address of a place that the CPU reaches.
fn host(place: Place) -> Result<*mut u8> {
    match place.device.is_host_readable() {
        true => Ok(place.data),
        false => {
            let message = format_args!("the CPU does not reach memory on {}", place.device);
            Err(Error::new(TA_ERR_DEVICE, message))
        }
    }
}
