//! Where memory is, layout-equal to DLPack's `DLDevice`.

/// Where memory is: layout-equal to DLPack's `DLDevice`. All zero means "not given".
#[repr(C)]
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct ta_device {
    /// One of the `TA_DEVICE_…` numbers (DLPack's), or another: unknown devices are carried.
    pub device_type: i32,
    /// Which one of that type. In a request, -1 means the current one. For the CPU, 0.
    pub index: i32,
}

/// Ordinary host memory.
pub const TA_DEVICE_CPU: i32 = 1;
/// CUDA device memory.
pub const TA_DEVICE_CUDA: i32 = 2;
/// Pinned host memory of CUDA; the CPU reads it.
pub const TA_DEVICE_CUDA_HOST: i32 = 3;
/// OpenCL buffers (`data` is a handle).
pub const TA_DEVICE_OPENCL: i32 = 4;
/// Vulkan buffers (`data` is a handle).
pub const TA_DEVICE_VULKAN: i32 = 7;
/// Metal buffers (`data` is a handle).
pub const TA_DEVICE_METAL: i32 = 8;
/// Verilog simulator.
pub const TA_DEVICE_VPI: i32 = 9;
/// ROCm device memory.
pub const TA_DEVICE_ROCM: i32 = 10;
/// Pinned host memory of ROCm; the CPU reads it.
pub const TA_DEVICE_ROCM_HOST: i32 = 11;
/// Reserved for devices outside any list.
pub const TA_DEVICE_EXT_DEV: i32 = 12;
/// CUDA managed memory.
pub const TA_DEVICE_CUDA_MANAGED: i32 = 13;
/// oneAPI unified shared memory.
pub const TA_DEVICE_ONE_API: i32 = 14;
/// WebGPU buffers (`data` is a handle).
pub const TA_DEVICE_WEB_GPU: i32 = 15;
/// Qualcomm Hexagon.
pub const TA_DEVICE_HEXAGON: i32 = 16;
/// Microsoft MAIA.
pub const TA_DEVICE_MAIA: i32 = 17;
/// AWS Trainium.
pub const TA_DEVICE_TRN: i32 = 18;
