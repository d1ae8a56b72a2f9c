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
    #[inline(always)]
    fn from(raw: DLDataType) -> ta_dtype {
        // SAFETY: both are repr(C), of a code, bits and lanes, and any of these is a value.
        unsafe { std::mem::transmute(raw) }
    }
}

impl From<ta_dtype> for DLDataType {
    #[inline(always)]
    fn from(dtype: ta_dtype) -> DLDataType {
        // SAFETY: as above.
        unsafe { std::mem::transmute(dtype) }
    }
}

impl From<DLDevice> for ta_device {
    #[inline(always)]
    fn from(raw: DLDevice) -> ta_device {
        // SAFETY: both are repr(C), of a type and an index, and any numbers are values. The type is
        // signed in DLPack's C++ enum, unsigned in dlpark: the bits are the same.
        unsafe { std::mem::transmute(raw) }
    }
}

impl From<ta_device> for DLDevice {
    #[inline(always)]
    fn from(device: ta_device) -> DLDevice {
        // SAFETY: as above.
        unsafe { std::mem::transmute(device) }
    }
}
