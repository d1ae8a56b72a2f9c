//! CUDA through its driver: device memory, pinned host memory and managed memory.
//!
//! The table of functions leaves room for another driver of the same shape.

mod driver;
mod gpu;
mod kernels;
mod ptx;
#[cfg(test)]
mod tests;

use std::ffi::{CStr, c_int, c_uint, c_void};
use std::process;
use std::ptr;

use once_cell::race::OnceBox;

use crate::abi::*;
use crate::devices::backend::{Backend, Elements, Info, Place};
use crate::model::alloc;
use crate::model::device::Device;
use crate::model::error::{Error, Result};
use crate::model::lists;
use crate::model::shared::{Counted, Shared};
use driver::{Address, Driver, Event, Stream};
use gpu::Gpu;

/// The device types that this driver has.
pub(super) const TYPES: [i32; 3] = [TA_DEVICE_CUDA, TA_DEVICE_CUDA_HOST, TA_DEVICE_CUDA_MANAGED];

// Numbers of the driver's header.
const COMPUTE_CAPABILITY_MAJOR: c_int = 75;
const COMPUTE_CAPABILITY_MINOR: c_int = 76;
const POINTER_MEMORY_TYPE: c_int = 2;
const POINTER_IS_MANAGED: c_int = 8;
const POINTER_DEVICE_ORDINAL: c_int = 9;
const MEMORY_TYPE_HOST: c_uint = 1;
const HOST_ALLOC_PORTABLE: c_uint = 1;
const MANAGED_ATTACH_GLOBAL: c_uint = 1;
const EVENT_DISABLE_TIMING: c_uint = 2;

/// The default stream of all threads, and that of each thread.
const LEGACY_STREAM: i64 = 1;
const PER_THREAD_STREAM: i64 = 2;

/// The driver, and the GPUs that it has; each is started when it is first used.
pub(super) struct Cuda {
    driver: Driver,
    gpus: Vec<OnceBox<Gpu>>,
    /// The process that has started it: what a fork inherits does not work.
    process: u32,
}

/// Started by whoever asks first; who fails leaves the place to the next one. No lock is held
/// while the driver starts: of two who do it at once, one's result is kept.
static CUDA: OnceBox<Counted<Cuda>> = OnceBox::new();

/// The driver.
///
/// # Errors
/// `TA_ERR_DEVICE`, with what was looked for, or what the driver says.
pub(super) fn backend() -> Result<Shared<dyn Backend>> {
    let start = || alloc::boxed(Counted::forever(Cuda::start()?), "a driver");
    let cuda = CUDA.get_or_try_init(start)?;
    cuda.value().check_process()?;
    Ok(Shared::in_static(cuda))
}

impl Cuda {
    fn start() -> Result<Cuda> {
        let driver = Driver::load()?;
        // SAFETY: may be called any number of times.
        driver.check("cuInit", unsafe { (driver.cuInit)(0) })?;
        let mut count = 0;
        // SAFETY: writes a number.
        let code = unsafe { (driver.cuDeviceGetCount)(&raw mut count) };
        driver.check("cuDeviceGetCount", code)?;
        let gpus = lists::collect((0..count).map(|_| Ok(OnceBox::new())), "a driver")?;
        Ok(Cuda { driver, gpus, process: process::id() })
    }

    /// That this is not a fork of the process that has started the driver. In one, the driver is not
    /// called at all, neither to give memory back: that is the parent's.
    fn check_process(&self) -> Result<()> {
        let process = process::id();
        match process == self.process {
            true => Ok(()),
            false => Err(Error::new(
                TA_ERR_DEVICE,
                format_args!(
                    "CUDA was started in process {}, and does not work in {process}, which was forked from it",
                    self.process
                ),
            )),
        }
    }

    /// The GPU that has a device's memory; of memory on the host, the first one.
    fn gpu(&self, device: Device) -> Result<&Gpu> {
        self.check_process()?;
        let ordinal = ordinal(device);
        let place = usize::try_from(ordinal).ok().and_then(|index| self.gpus.get(index));
        let place = place.ok_or_else(|| {
            let message = format_args!("CUDA has no device {ordinal}, only {}", self.gpus.len());
            Error::new(TA_ERR_DEVICE, message)
        })?;
        place.get_or_try_init(|| alloc::boxed(Gpu::start(&self.driver, ordinal)?, "a device"))
    }

    /// Calls the driver in a GPU's context.
    fn within(
        &self,
        device: Device,
        call: &'static str,
        code: impl FnOnce(&Gpu) -> driver::Code,
    ) -> Result<()> {
        let gpu = self.gpu(device)?;
        let _entered = gpu.enter(&self.driver)?;
        self.driver.check(call, code(gpu))
    }

    /// Makes a stream wait for an event that is behind what is on another one.
    fn wait(&self, event: Event, first: (Device, i64), second: (Device, i64)) -> Result<()> {
        // SAFETY: an event of this context, and a stream that its owner keeps alive.
        self.within(first.0, "cuEventRecord", |_| unsafe {
            (self.driver.cuEventRecord)(event, stream(first.1))
        })?;
        // SAFETY: an event that has been recorded, and a stream that its owner keeps alive.
        self.within(second.0, "cuStreamWaitEvent", |_| unsafe {
            (self.driver.cuStreamWaitEvent)(stream(second.1), event, 0)
        })
    }

    /// Gives memory back, in the GPU's context.
    ///
    /// # Safety
    /// As [`Backend::free`].
    unsafe fn give_back(&self, gpu: &Gpu, device: Device, data: *mut u8, queue: i64) {
        let (driver, address) = (&self.driver, address(data));
        if device.device_type == TA_DEVICE_CUDA {
            let in_order = driver.cuMemFreeAsync.filter(|_| gpu.is_pooled);
            // SAFETY: from `cuMemAllocAsync`, by the caller's contract, as the GPU is pooled.
            let queued = in_order.map(|free| unsafe { free(address, stream(queue)) });
            if queued == Some(driver::SUCCESS) {
                return;
            }
        }
        // What cannot be freed in a stream's order is freed when the stream is done; if it fails,
        // the device is lost, and its memory with it.
        // SAFETY: a stream that its owner keeps alive.
        let _ = unsafe { (driver.cuStreamSynchronize)(stream(queue)) };
        let _ = match device.device_type {
            // SAFETY: from `cuMemHostAlloc`, by the caller's contract.
            TA_DEVICE_CUDA_HOST => unsafe { (driver.cuMemFreeHost)(data.cast()) },
            // SAFETY: from one of the other allocators, by the caller's contract.
            _ => unsafe { (driver.cuMemFree_v2)(address) },
        };
    }
}

fn ordinal(device: Device) -> c_int {
    if device.device_type == TA_DEVICE_CUDA { device.index } else { 0 }
}

/// A stream as the driver takes it: its two default streams are the array API's numbers.
fn stream(number: i64) -> Stream {
    ptr::without_provenance_mut(number as usize)
}

fn address(data: *mut u8) -> Address {
    data.addr() as Address
}

/// The address of a place. None of CUDA's is a handle.
fn at(place: Place) -> *mut u8 {
    place.data.wrapping_add(place.byte_offset as usize)
}

impl Backend for Cuda {
    fn count(&self, device_type: i32) -> Result<i32> {
        Ok(match device_type {
            TA_DEVICE_CUDA => self.gpus.len() as i32,
            _ => i32::from(!self.gpus.is_empty()),
        })
    }

    fn current(&self, device_type: i32) -> Result<i32> {
        let mut device = 0;
        if device_type != TA_DEVICE_CUDA {
            return Ok(0);
        }
        // SAFETY: writes a number.
        match unsafe { (self.driver.cuCtxGetDevice)(&raw mut device) } {
            // Nobody has chosen one on this thread.
            driver::INVALID_CONTEXT => Ok(0),
            code => self.driver.check("cuCtxGetDevice", code).map(|()| device),
        }
    }

    fn describe(&self, device: Device) -> Result<Info> {
        let (mut name, mut total, mut free, mut number) = ([0; 128], 0, 0, 0);
        let driver = &self.driver;
        // SAFETY: writes a device's number.
        let code = unsafe { (driver.cuDeviceGet)(&raw mut number, ordinal(device)) };
        driver.check("cuDeviceGet", code)?;
        // SAFETY: room for as many bytes.
        let code =
            unsafe { (driver.cuDeviceGetName)(name.as_mut_ptr(), name.len() as c_int - 1, number) };
        driver.check("cuDeviceGetName", code)?;
        // SAFETY: writes two numbers.
        self.within(device, "cuMemGetInfo", |_| unsafe {
            (driver.cuMemGetInfo_v2)(&raw mut free, &raw mut total)
        })?;
        // SAFETY: writes a number.
        let code = unsafe { (driver.cuDeviceTotalMem_v2)(&raw mut total, number) };
        driver.check("cuDeviceTotalMem", code)?;
        let name = name.map(|c| c.to_ne_bytes()[0]);
        Ok(Info {
            name: lists::copied_text(
                CStr::from_bytes_until_nul(&name).unwrap_or_default().to_bytes(),
                "a name",
            )?,
            total_bytes: total as u64,
            free_bytes: free as u64,
            capability: (
                gpu::attribute(driver, COMPUTE_CAPABILITY_MAJOR, number)?,
                gpu::attribute(driver, COMPUTE_CAPABILITY_MINOR, number)?,
            ),
        })
    }

    fn allocate(&self, device: Device, bytes: usize, queue: i64) -> Result<*mut u8> {
        let (mut address, mut pointer, driver) = (0, ptr::null_mut(), &self.driver);
        let gpu = self.gpu(device)?;
        match device.device_type {
            // SAFETY: writes an address.
            TA_DEVICE_CUDA_HOST => self.within(device, "cuMemHostAlloc", |_| unsafe {
                (driver.cuMemHostAlloc)(&raw mut pointer, bytes, HOST_ALLOC_PORTABLE)
            })?,
            // SAFETY: writes an address.
            TA_DEVICE_CUDA_MANAGED => self.within(device, "cuMemAllocManaged", |_| unsafe {
                (driver.cuMemAllocManaged)(&raw mut address, bytes, MANAGED_ATTACH_GLOBAL)
            })?,
            _ => match driver.cuMemAllocAsync.filter(|_| gpu.is_pooled) {
                // SAFETY: writes an address.
                Some(allocate) => self.within(device, "cuMemAllocAsync", |_| unsafe {
                    allocate(&raw mut address, bytes, stream(queue))
                })?,
                // SAFETY: writes an address.
                None => self.within(device, "cuMemAlloc", |_| unsafe {
                    (driver.cuMemAlloc_v2)(&raw mut address, bytes)
                })?,
            },
        }
        match device.device_type {
            TA_DEVICE_CUDA_HOST => Ok(pointer.cast()),
            _ => Ok(ptr::with_exposed_provenance_mut(address as usize)),
        }
    }

    unsafe fn free(&self, device: Device, data: *mut u8, _: usize, queue: i64) {
        // What was allocated here has a GPU, and its context can be entered unless the driver is
        // going down, which takes the memory along.
        let Ok(gpu) = self.gpu(device) else { return };
        let Ok(_entered) = gpu.enter(&self.driver) else { return };
        // SAFETY: passed on from this function's contract.
        unsafe { self.give_back(gpu, device, data, queue) };
    }

    unsafe fn copy(&self, target: Place, source: Place, bytes: usize, queue: i64) -> Result<()> {
        let (to, from, driver) = (at(target), at(source), &self.driver);
        let on_host = |place: Place| place.device.is_host_readable();
        // Managed memory is wherever the driver has put it.
        let both_on_gpus =
            [target, source].iter().all(|place| place.device.device_type == TA_DEVICE_CUDA);
        // In all of them: so many bytes, by the caller's contract, and a stream that its owner
        // keeps alive.
        match (on_host(target), on_host(source)) {
            // SAFETY: see above.
            (_, true) => self.within(target.device, "cuMemcpyHtoDAsync", |_| unsafe {
                (driver.cuMemcpyHtoDAsync_v2)(address(to), from.cast(), bytes, stream(queue))
            }),
            // SAFETY: see above.
            (true, false) => self.within(source.device, "cuMemcpyDtoHAsync", |_| unsafe {
                (driver.cuMemcpyDtoHAsync_v2)(to.cast(), address(from), bytes, stream(queue))
            }),
            _ if both_on_gpus && target.device.index != source.device.index => {
                let other = self.gpu(source.device)?.context();
                // SAFETY: see above; both contexts are retained.
                self.within(target.device, "cuMemcpyPeerAsync", |gpu| unsafe {
                    let (to, from, here) = (address(to), address(from), gpu.context());
                    (driver.cuMemcpyPeerAsync)(to, here, from, other, bytes, stream(queue))
                })
            }
            // SAFETY: see above.
            _ => self.within(target.device, "cuMemcpyDtoDAsync", |_| unsafe {
                (driver.cuMemcpyDtoDAsync_v2)(address(to), address(from), bytes, stream(queue))
            }),
        }
    }

    unsafe fn convert(
        &self,
        shape: &[i64],
        target: Elements<'_>,
        source: Elements<'_>,
        queue: i64,
    ) -> Result<bool> {
        let Some(work) = kernels::Work::of(shape, &target, &source) else { return Ok(false) };
        let gpu = self.gpu(target.place.device)?;
        let _entered = gpu.enter(&self.driver)?;
        // SAFETY: the caller vouches for the elements, which the work is about.
        unsafe { gpu.kernels.launch(&self.driver, &work, stream(queue)) }.map(|()| true)
    }

    fn order(&self, first: (Device, i64), second: (Device, i64)) -> Result<()> {
        let mut event = ptr::null_mut();
        // SAFETY: writes an event.
        self.within(first.0, "cuEventCreate", |_| unsafe {
            (self.driver.cuEventCreate)(&raw mut event, EVENT_DISABLE_TIMING)
        })?;
        let outcome = self.wait(event, first, second);
        // SAFETY: created above; the driver keeps it until whoever waits for it is done.
        let _ = unsafe { (self.driver.cuEventDestroy_v2)(event) };
        outcome
    }

    fn synchronize(&self, device: Device, queue: i64) -> Result<()> {
        match queue {
            // SAFETY: waits, and touches nothing.
            0 => self.within(device, "cuCtxSynchronize", |_| unsafe {
                (self.driver.cuCtxSynchronize)()
            }),
            // SAFETY: a stream that its owner keeps alive.
            _ => self.within(device, "cuStreamSynchronize", |_| unsafe {
                (self.driver.cuStreamSynchronize)(stream(queue))
            }),
        }
    }

    fn device_of(&self, address: *const u8) -> Result<Option<Device>> {
        let ask = |what: c_int| -> Result<Option<c_uint>> {
            let (mut answer, at) = (0 as c_uint, address.addr() as Address);
            // SAFETY: each of the attributes asked for is at most as large as this number.
            let code = unsafe {
                (self.driver.cuPointerGetAttribute)((&raw mut answer).cast::<c_void>(), what, at)
            };
            match code {
                // Not an address that the driver has heard of.
                driver::INVALID_VALUE => Ok(None),
                code => self.driver.check("cuPointerGetAttribute", code).map(|()| Some(answer)),
            }
        };
        let Some(kind) = ask(POINTER_MEMORY_TYPE)? else { return Ok(None) };
        if ask(POINTER_IS_MANAGED)?.is_some_and(|managed| managed & 0xff != 0) {
            return Ok(Some(Device { device_type: TA_DEVICE_CUDA_MANAGED, index: 0 }));
        }
        if kind == MEMORY_TYPE_HOST {
            return Ok(Some(Device { device_type: TA_DEVICE_CUDA_HOST, index: 0 }));
        }
        let index = ask(POINTER_DEVICE_ORDINAL)?;
        Ok(index.map(|index| Device { device_type: TA_DEVICE_CUDA, index: index as i32 }))
    }

    fn lasting(&self, stream: i64) -> i64 {
        // Another thread's stream of this number is another stream. The one for all waits for it.
        if stream == PER_THREAD_STREAM { LEGACY_STREAM } else { stream }
    }
}
