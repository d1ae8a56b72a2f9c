//! Where memory is: what there is, what it is called, and waiting for it.

const std = @import("std");
const c = @import("tarray_c");

const Diagnostics = @import("Diagnostics.zig");
const Error = @import("status.zig").Error;
const check = @import("status.zig").check;

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

    /// Reads a device as people write it: `cpu`, `cuda:1`. Without an index it is the current one.
    pub fn parse(text: [:0]const u8, diagnostics: ?*Diagnostics) Error!Device {
        var device: c.ta_device = undefined;
        try check(c.ta_device_parse(text.ptr, &device, Diagnostics.pointer(diagnostics)));
        return fromRaw(device);
    }

    /// Every device that memory can be had on; the list is the caller's to free.
    pub fn list(allocator: std.mem.Allocator, diagnostics: ?*Diagnostics) Error![]Device {
        var raws: []c.ta_device = &.{};
        defer allocator.free(raws);
        while (true) {
            var count: usize = 0;
            const err = Diagnostics.pointer(diagnostics);
            try check(c.ta_device_list(@ptrCast(raws.ptr), raws.len, &count, err));
            // More may be plugged in meanwhile.
            if (count <= raws.len) {
                const devices = try allocator.alloc(Device, count);
                for (devices, raws[0..count]) |*device, found| device.* = fromRaw(found);
                return devices;
            }
            raws = try allocator.realloc(raws, count);
        }
    }

    /// What there is to know about it.
    pub fn describe(self: Device, diagnostics: ?*Diagnostics) Error!Info {
        var told = std.mem.zeroes(c.ta_device_info);
        told.struct_size = @sizeOf(c.ta_device_info);
        try check(c.ta_device_describe(self.raw(), &told, Diagnostics.pointer(diagnostics)));
        return .{ .raw = told };
    }

    /// Waits until the work that is on a stream now is done; 0: on every stream of the device.
    pub fn synchronize(self: Device, stream: i64, diagnostics: ?*Diagnostics) Error!void {
        try check(c.ta_synchronize(self.raw(), stream, Diagnostics.pointer(diagnostics)));
    }

    /// Prints `cuda:1` through `{f}`; `device64:0` where the type has no name.
    pub fn format(self: Device, writer: *std.Io.Writer) std.Io.Writer.Error!void {
        var text: [32]u8 = undefined;
        const length = c.ta_device_name(self.raw(), &text, text.len);
        try writer.writeAll(text[0..length]);
    }

    /// Whether this processor may read the memory through its address. Managed memory is its
    /// device's until that is synchronised: copy it to the CPU.
    pub fn isHostReadable(self: Device) bool {
        return switch (self.device_type) {
            .cpu, .cuda_host, .rocm_host => true,
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

/// What there is to know about a device.
pub const Info = struct {
    raw: c.ta_device_info,

    /// Which one it is.
    pub fn device(self: *const Info) Device {
        return .fromRaw(self.raw.device);
    }

    /// What its maker calls it; empty if nobody knows.
    pub fn name(self: *const Info) []const u8 {
        return std.mem.sliceTo(&self.raw.name, 0);
    }

    /// Bytes of memory; 0 if nobody knows.
    pub fn totalBytes(self: *const Info) u64 {
        return self.raw.total_bytes;
    }

    /// Bytes of it that are free at this moment; 0 if nobody knows.
    pub fn freeBytes(self: *const Info) u64 {
        return self.raw.free_bytes;
    }

    /// CUDA's compute capability, or what its maker counts like it: major and minor.
    pub fn capability(self: *const Info) [2]i32 {
        return .{ self.raw.capability_major, self.raw.capability_minor };
    }
};
