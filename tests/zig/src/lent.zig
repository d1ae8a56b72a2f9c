//! Memory that somebody lends, and that counts how often it was let go.

const tarray = @import("tarray");

/// Six numbers with an owner.
pub const Lent = struct {
    values: [6]f32 = .{ 1, 2, 3, 4, 5, 6 },
    releases: usize = 0,

    pub fn owner(self: *Lent) tarray.Owner {
        return .{ .context = self, .release = release };
    }

    /// Two rows of three.
    pub fn memory(self: *Lent) tarray.Memory {
        return .{
            .data = &self.values,
            .shape = &.{ 2, 3 },
            .dtype = .float32,
            .owner = self.owner(),
        };
    }

    fn release(context: ?*anyopaque) callconv(.c) void {
        const self: *Lent = @ptrCast(@alignCast(context.?));
        self.releases += 1;
    }
};

/// Six numbers as a DLPack tensor of either version.
pub fn Managed(comptime T: type) type {
    return struct {
        values: [6]f32 = .{ 1, 2, 3, 4, 5, 6 },
        shape: [2]i64 = .{ 2, 3 },
        strides: [2]i64 = .{ 3, 1 },
        managed: T = undefined,
        releases: usize = 0,

        const Self = @This();

        pub fn lend(self: *Self) *T {
            const tensor: tarray.dlpack.Tensor = .{
                .data = &self.values,
                .device = .{ .device_type = tarray.c.TA_DEVICE_CPU, .device_id = 0 },
                .ndim = 2,
                .dtype = .{ .code = tarray.c.TA_FLOAT, .bits = 32, .lanes = 1 },
                .shape = &self.shape,
                .strides = &self.strides,
                .byte_offset = 0,
            };
            self.managed = if (T == tarray.dlpack.ManagedTensor)
                .{ .dl_tensor = tensor, .manager_ctx = self, .deleter = release }
            else
                .{
                    .version = .{ .major = 1, .minor = 3 },
                    .manager_ctx = self,
                    .deleter = release,
                    .flags = 0,
                    .dl_tensor = tensor,
                };
            return &self.managed;
        }

        fn release(managed: ?*T) callconv(.c) void {
            const self: *Self = @ptrCast(@alignCast(managed.?.manager_ctx.?));
            self.releases += 1;
        }
    };
}
