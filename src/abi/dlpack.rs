//! DLPack's own structs (version 1.3), by way of `dlpark`, whose sizes and offsets it asserts.

use dlpark::DlpackFlags;
pub use dlpark::ffi::{
    DLDataType, DLDataTypeCode, DLDevice, DLDeviceType, DLManagedTensor, DLManagedTensorVersioned,
    DLPackVersion, DLTensor,
};

use crate::abi::{ta_device, ta_dtype};

/// The newest DLPack that this library speaks, and what its exports are stamped with.
pub const DLPACK_VERSION: DLPackVersion = DLPackVersion {
    major: dlpark::ffi::DLPACK_MAJOR_VERSION,
    minor: dlpark::ffi::DLPACK_MINOR_VERSION,
};

/// The consumer must not write.
pub const DLPACK_READ_ONLY: u64 = 1;
/// The producer made a copy for this consumer.
pub const DLPACK_IS_COPIED: u64 = 2;
/// Elements smaller than a byte stand in a byte each, instead of being packed.
pub const DLPACK_SUBBYTE_PADDED: u64 = 4;

const _: () = {
    assert!(DlpackFlags::READ_ONLY.bits() == DLPACK_READ_ONLY);
    assert!(DlpackFlags::IS_COPIED.bits() == DLPACK_IS_COPIED);
    assert!(size_of::<DLDataType>() == size_of::<ta_dtype>());
    assert!(size_of::<DLDevice>() == size_of::<ta_device>());
};

impl From<DLDataType> for ta_dtype {
    fn from(raw: DLDataType) -> ta_dtype {
        ta_dtype { code: raw.code.0, bits: raw.bits, lanes: raw.lanes }
    }
}

impl From<ta_dtype> for DLDataType {
    fn from(dtype: ta_dtype) -> DLDataType {
        DLDataType { code: DLDataTypeCode(dtype.code), bits: dtype.bits, lanes: dtype.lanes }
    }
}

impl From<DLDevice> for ta_device {
    fn from(raw: DLDevice) -> ta_device {
        // Signed in DLPack's C++ enum, unsigned in dlpark: the bits are the same.
        ta_device { device_type: raw.device_type.0 as i32, index: raw.device_id }
    }
}

impl From<ta_device> for DLDevice {
    fn from(device: ta_device) -> DLDevice {
        DLDevice { device_type: DLDeviceType(device.device_type as _), device_id: device.index }
    }
}
