//! What the library needs of a kind of device.

use crate::model::device::Device;
use crate::model::dtype::DType;
use crate::model::error::Result;
use crate::model::view::View;

/// What there is to know about a device.
#[derive(Clone, Debug, Default)]
#[doc(alias = "ta_device_info")]
pub struct Info {
    /// What its maker calls it.
    pub name: String,
    /// Bytes of memory; 0 if nobody knows.
    pub total_bytes: u64,
    /// Bytes of them that are free; 0 if nobody knows.
    pub free_bytes: u64,
    /// What its maker counts like CUDA's compute capability.
    pub capability: (i32, i32),
}

/// A place in memory.
#[derive(Clone, Copy, Debug)]
#[doc(alias = "ta_place")]
pub struct Place {
    /// Where it is.
    pub device: Device,
    /// Address, or handle.
    pub data: *mut u8,
    /// Bytes behind it.
    pub byte_offset: u64,
}

impl Place {
    /// Where element `(0, …, 0)` of a view is.
    pub fn of(view: &View<'_>) -> Place {
        Place { device: view.device(), data: view.data(), byte_offset: view.byte_offset() }
    }

    /// Ordinary memory.
    pub fn on_host(data: *mut u8) -> Place {
        Place { device: Device::CPU, data, byte_offset: 0 }
    }

    /// The place so many bytes further on, which is inside the same memory.
    #[must_use]
    pub fn moved(self, bytes: i64) -> Place {
        match self.device.has_addresses() {
            true => Place { data: self.data.wrapping_offset(bytes as isize), ..self },
            false => Place { byte_offset: self.byte_offset.wrapping_add_signed(bytes), ..self },
        }
    }
}

/// Elements at a place.
#[derive(Clone, Copy, Debug)]
#[doc(alias = "ta_elements")]
pub struct Elements<'a> {
    /// Where element `(0, …, 0)` is.
    pub place: Place,
    /// Bytes between neighbours on each axis.
    pub strides: &'a [i64],
    /// What they are.
    pub dtype: DType,
}

/// A kind of device: how its memory is had, moved and waited for.
///
/// A function that fails has changed nothing. Work that a function queues on a stream may go on
/// after it has returned; the callers in this folder see to it that nothing is read, written or
/// freed too early, as the safety sections demand.
#[doc(alias = "ta_device_api")]
pub trait Backend: Send + Sync {
    /// How many devices of this type there are.
    ///
    /// # Errors
    /// What the device's maker says.
    fn count(&self, device_type: i32) -> Result<i32>;

    /// The index of the calling thread's current device of this type.
    ///
    /// # Errors
    /// What the device's maker says.
    fn current(&self, device_type: i32) -> Result<i32>;

    /// What there is to know about a device.
    ///
    /// # Errors
    /// What the device's maker says.
    fn describe(&self, device: Device) -> Result<Info>;

    /// `bytes` bytes, more than 0, for work on `stream`: an address or a handle.
    ///
    /// # Errors
    /// `TA_ERR_OUT_OF_MEMORY`, or what the device's maker says.
    fn allocate(&self, device: Device, bytes: usize, stream: i64) -> Result<*mut u8>;

    /// Gives memory back when the work that is on `stream` now is done.
    ///
    /// # Safety
    /// It came from [`Backend::allocate`] with these numbers, is given back once, and no work uses
    /// it but what is on `stream` already.
    unsafe fn free(&self, device: Device, data: *mut u8, bytes: usize, stream: i64);

    /// Queues a copy of bytes on a stream of the target's device; of the source's, if the target
    /// is the host's.
    ///
    /// # Safety
    /// Both places have so many bytes, which do not overlap, until the stream has been synchronised
    /// or, on a device, is ordered before what reuses them.
    ///
    /// # Errors
    /// What the device's maker says.
    unsafe fn copy(&self, target: Place, source: Place, bytes: usize, stream: i64) -> Result<()>;

    /// Queues a strided copy within one device, converted. False if it has no kernel for this, and
    /// nothing has been queued.
    ///
    /// # Safety
    /// As [`Backend::copy`], of all elements; the target's do not overlap each other either.
    ///
    /// # Errors
    /// What the device's maker says.
    unsafe fn convert(
        &self,
        shape: &[i64],
        target: Elements<'_>,
        source: Elements<'_>,
        stream: i64,
    ) -> Result<bool>;

    /// Makes later work on the second stream wait for what is on the first; does not wait itself.
    ///
    /// # Errors
    /// What the device's maker says.
    fn order(&self, first: (Device, i64), second: (Device, i64)) -> Result<()>;

    /// Waits for what is on a stream; 0: on every stream of the device. Also when it fails, nothing
    /// of that work goes on.
    ///
    /// # Errors
    /// What the device's maker says, also of work that failed.
    fn synchronize(&self, device: Device, stream: i64) -> Result<()>;

    /// The device whose memory an address is in, if it is one of these.
    ///
    /// # Errors
    /// What the device's maker says.
    fn device_of(&self, address: *const u8) -> Result<Option<Device>>;

    /// The stream by whose number work on `stream`, of the calling thread, can be waited for later, from
    /// any thread.
    fn lasting(&self, stream: i64) -> i64 {
        stream
    }
}
