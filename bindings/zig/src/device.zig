//! Where memory is.

const c = @import("tarray_c");

/// As DLPack has it: a type of device, and which one of that type.
pub const Device = struct {
    device_type: Type,
    /// In a request, -1 means the current one. For the CPU, 0.
    index: i32 = 0,

    /// Open: numbers without a name arrive too.
    pub const Type = enum(i32) {
        cpu = c.TA_DEVICE_CPU,
        cuda = c.TA_DEVICE_CUDA,
        cuda_host = c.TA_DEVICE_CUDA_HOST,
        opencl = c.TA_DEVICE_OPENCL,
        vulkan = c.TA_DEVICE_VULKAN,
        metal = c.TA_DEVICE_METAL,
        vpi = c.TA_DEVICE_VPI,
        rocm = c.TA_DEVICE_ROCM,
        rocm_host = c.TA_DEVICE_ROCM_HOST,
        ext_dev = c.TA_DEVICE_EXT_DEV,
        cuda_managed = c.TA_DEVICE_CUDA_MANAGED,
        one_api = c.TA_DEVICE_ONE_API,
        web_gpu = c.TA_DEVICE_WEB_GPU,
        hexagon = c.TA_DEVICE_HEXAGON,
        maia = c.TA_DEVICE_MAIA,
        trn = c.TA_DEVICE_TRN,
        _,
    };

    pub const cpu: Device = .{ .device_type = .cpu };

    pub fn cuda(index: i32) Device {
        return .{ .device_type = .cuda, .index = index };
    }

    pub fn eql(a: Device, b: Device) bool {
        return a.device_type == b.device_type and a.index == b.index;
    }

    /// Whether this processor may read the memory through its address.
    pub fn isHostReadable(self: Device) bool {
        return switch (self.device_type) {
            .cpu, .cuda_host, .rocm_host, .cuda_managed => true,
            else => false,
        };
    }

    pub fn fromRaw(device: c.ta_device) Device {
        return .{ .device_type = @fromBackingInt(device.device_type), .index = device.index };
    }

    pub fn raw(self: Device) c.ta_device {
        return .{ .device_type = @backingInt(self.device_type), .index = self.index };
    }
};
