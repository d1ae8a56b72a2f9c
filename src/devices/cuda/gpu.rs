//! One GPU: its primary context, and being in it.

use std::ffi::c_int;
use std::ptr;

use super::driver::{Context, Driver};
use super::kernels::Kernels;
use crate::model::error::Result;

/// Whether the device has memory pools, and so allocation in the order of streams.
const MEMORY_POOLS_SUPPORTED: c_int = 115;

/// A GPU in use: the context that it shares with everybody in the process, retained for good (of two
/// threads that start one at once, both retain it).
pub(super) struct Gpu {
    context: Context,
    /// Memory is had and given back in the order of streams.
    pub(super) is_pooled: bool,
    pub(super) kernels: Kernels,
}

// SAFETY: contexts may be made current on any thread, by several at once.
unsafe impl Send for Gpu {}
// SAFETY: as above.
unsafe impl Sync for Gpu {}

impl Gpu {
    pub(super) fn start(driver: &Driver, ordinal: c_int) -> Result<Gpu> {
        let mut device = 0;
        // SAFETY: writes a device's number.
        let code = unsafe { (driver.cuDeviceGet)(&raw mut device, ordinal) };
        driver.check("cuDeviceGet", code)?;
        let pools = attribute(driver, MEMORY_POOLS_SUPPORTED, device)?;
        let has_functions = driver.cuMemAllocAsync.is_some() && driver.cuMemFreeAsync.is_some();
        let mut context = ptr::null_mut();
        // SAFETY: writes the device's primary context.
        let code = unsafe { (driver.cuDevicePrimaryCtxRetain)(&raw mut context, device) };
        driver.check("cuDevicePrimaryCtxRetain", code)?;
        Ok(Gpu { context, is_pooled: pools != 0 && has_functions, kernels: Kernels::new() })
    }

    /// Makes the context the calling thread's, until the result goes.
    pub(super) fn enter<'d>(&self, driver: &'d Driver) -> Result<Entered<'d>> {
        // SAFETY: a context that is retained.
        driver.check("cuCtxPushCurrent", unsafe { (driver.cuCtxPushCurrent_v2)(self.context) })?;
        Ok(Entered(driver))
    }

    pub(super) fn context(&self) -> Context {
        self.context
    }
}

/// A number that a device has.
pub(super) fn attribute(driver: &Driver, which: c_int, device: c_int) -> Result<c_int> {
    let mut value = 0;
    // SAFETY: writes a number.
    let code = unsafe { (driver.cuDeviceGetAttribute)(&raw mut value, which, device) };
    driver.check("cuDeviceGetAttribute", code).map(|()| value)
}

/// The calling thread is in a GPU's context.
pub(super) struct Entered<'d>(&'d Driver);

impl Drop for Entered<'_> {
    fn drop(&mut self) {
        let mut left = ptr::null_mut();
        // SAFETY: pops what `enter` pushed on this thread. If it fails, the driver is going down.
        let _ = unsafe { (self.0.cuCtxPopCurrent_v2)(&raw mut left) };
    }
}
