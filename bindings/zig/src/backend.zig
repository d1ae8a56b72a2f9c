//! A kind of device of the host's own, as a struct with functions.

const c = @import("tarray_c");

const Diagnostics = @import("Diagnostics.zig");
const Device = @import("device.zig").Device;
const Error = @import("status.zig").Error;
const check = @import("status.zig").check;
const statusOf = @import("status.zig").statusOf;

/// One place in memory, on a device or on the host.
pub const Place = c.ta_place;

/// Elements at a place, in strided order.
pub const Elements = c.ta_elements;

/// Plugs in the devices of one type.
///
/// `backend` is a pointer to something with
///
/// - `fn count(self) Error!i32`, how many devices there are;
/// - `fn allocate(self, index: i32, bytes: usize, stream: i64) Error!?*anyopaque`;
/// - `fn free(self, index: i32, data: *anyopaque, bytes: usize, stream: i64) void`, behind what is on
///   the stream now, without waiting;
/// - `fn copy(self, target: *const Place, source: *const Place, bytes: usize, stream: i64) Error!void`;
/// - `fn synchronize(self, index: i32, stream: i64) Error!void`, 0 for every stream;
///
/// and, if it has more to say,
///
/// - `fn current(self) Error!i32`, the calling thread's current device; else the first;
/// - `fn describe(self, info: *c.ta_device_info) Error!void`;
/// - `fn convert(self, shape: []const i64, target: *const Elements, source: *const Elements, stream:
///   i64) Error!bool`, false where it has no kernel; else never;
/// - `fn order(self, first_index: i32, first_stream: i64, second_index: i32, second_stream: i64)
///   Error!void`, which makes the second stream wait; left out where all is done when a call returns;
/// - `fn deviceOf(self, address: ?*const anyopaque) Error!?i32`;
/// - `fn deinit(self) void`, which runs once, when the device has been taken back and the last tensor
///   on it is gone.
///
/// `ta_device_api` says what each must do. They are called on any thread, by several at once, and
/// must not call the library. The backend is the library's when the call succeeds, else still the
/// caller's.
pub fn registerDevice(
    device_type: Device.Type,
    backend: anytype,
    diagnostics: ?*Diagnostics,
) Error!void {
    const api = Callbacks(@TypeOf(backend)).table;
    try check(c.ta_device_register(
        @backingInt(device_type),
        &api,
        backend,
        Diagnostics.pointer(diagnostics),
    ));
}

/// Takes back what `registerDevice` did. Tensors on the devices stay as they are.
pub fn unregisterDevice(device_type: Device.Type, diagnostics: ?*Diagnostics) Error!void {
    try check(c.ta_device_unregister(@backingInt(device_type), Diagnostics.pointer(diagnostics)));
}

fn Callbacks(comptime Backend: type) type {
    const B = @typeInfo(Backend).pointer.child;
    return struct {
        const table: c.ta_device_api = .{
            .struct_size = @sizeOf(c.ta_device_api),
            .count = count,
            .current = if (@hasDecl(B, "current")) current else null,
            .describe = if (@hasDecl(B, "describe")) describe else null,
            .allocate = allocate,
            .free = free,
            .copy = copy,
            .convert = if (@hasDecl(B, "convert")) convert else null,
            .order = if (@hasDecl(B, "order")) order else null,
            .synchronize = synchronize,
            .device_of = if (@hasDecl(B, "deviceOf")) deviceOf else null,
            .release = if (@hasDecl(B, "deinit")) release else null,
        };

        fn of(user_data: ?*anyopaque) Backend {
            return @ptrCast(@alignCast(user_data.?));
        }

        fn done(outcome: Error!void) c.ta_status {
            outcome catch |failure| return statusOf(failure);
            return c.TA_OK;
        }

        fn count(user_data: ?*anyopaque, out: [*c]i32, _: ?*c.ta_error) callconv(.c) c.ta_status {
            out.* = of(user_data).count() catch |failure| return statusOf(failure);
            return c.TA_OK;
        }

        fn current(user_data: ?*anyopaque, out: [*c]i32, _: ?*c.ta_error) callconv(.c) c.ta_status {
            out.* = of(user_data).current() catch |failure| return statusOf(failure);
            return c.TA_OK;
        }

        fn describe(
            user_data: ?*anyopaque,
            _: i32,
            out: ?*c.ta_device_info,
            _: ?*c.ta_error,
        ) callconv(.c) c.ta_status {
            return done(of(user_data).describe(out.?));
        }

        fn allocate(
            user_data: ?*anyopaque,
            index: i32,
            bytes: usize,
            stream: i64,
            out: ?*?*anyopaque,
            _: ?*c.ta_error,
        ) callconv(.c) c.ta_status {
            out.?.* = of(user_data).allocate(index, bytes, stream) catch |failure|
                return statusOf(failure);
            return c.TA_OK;
        }

        fn free(
            user_data: ?*anyopaque,
            index: i32,
            data: ?*anyopaque,
            bytes: usize,
            stream: i64,
        ) callconv(.c) void {
            of(user_data).free(index, data.?, bytes, stream);
        }

        fn copy(
            user_data: ?*anyopaque,
            target: ?*const Place,
            source: ?*const Place,
            bytes: usize,
            stream: i64,
            _: ?*c.ta_error,
        ) callconv(.c) c.ta_status {
            return done(of(user_data).copy(target.?, source.?, bytes, stream));
        }

        fn convert(
            user_data: ?*anyopaque,
            ndim: i32,
            shape: [*c]const i64,
            target: ?*const Elements,
            source: ?*const Elements,
            stream: i64,
            _: ?*c.ta_error,
        ) callconv(.c) c.ta_status {
            const extents = shape[0..@intCast(ndim)];
            const has_kernel = of(user_data).convert(extents, target.?, source.?, stream) catch |failure|
                return statusOf(failure);
            return if (has_kernel) c.TA_OK else c.TA_ERR_UNSUPPORTED;
        }

        fn order(
            user_data: ?*anyopaque,
            first_index: i32,
            first_stream: i64,
            second_index: i32,
            second_stream: i64,
            _: ?*c.ta_error,
        ) callconv(.c) c.ta_status {
            const backend = of(user_data);
            return done(backend.order(first_index, first_stream, second_index, second_stream));
        }

        fn synchronize(
            user_data: ?*anyopaque,
            index: i32,
            stream: i64,
            _: ?*c.ta_error,
        ) callconv(.c) c.ta_status {
            return done(of(user_data).synchronize(index, stream));
        }

        fn deviceOf(
            user_data: ?*anyopaque,
            address: ?*const anyopaque,
            out: [*c]i32,
            _: ?*c.ta_error,
        ) callconv(.c) c.ta_status {
            const found = of(user_data).deviceOf(address) catch |failure| return statusOf(failure);
            out.* = found orelse -1;
            return c.TA_OK;
        }

        fn release(user_data: ?*anyopaque) callconv(.c) void {
            of(user_data).deinit();
        }
    };
}
