//! Numbers as Zig has them, before they get a dtype.

const std = @import("std");
const c = @import("tarray_c");

pub const Scalar = union(enum) {
    bool: bool,
    int: i64,
    uint: u64,
    float: f64,
    complex: std.math.Complex(f64),

    /// Of a bool, an integer, a float or a `std.math.Complex`.
    pub fn of(value: anytype) Scalar {
        const T = @TypeOf(value);
        return switch (@typeInfo(T)) {
            .bool => .{ .bool = value },
            .comptime_int => if (value <= std.math.maxInt(i64)) .{ .int = value } else .{ .uint = value },
            .int => |int| switch (int.signedness) {
                .signed => .{ .int = value },
                .unsigned => .{ .uint = value },
            },
            .comptime_float, .float => .{ .float = value },
            .@"struct" => .{ .complex = .init(value.re, value.im) },
            else => @compileError(@typeName(T) ++ " is not a number"),
        };
    }

    /// `null` for a kind that is newer than this wrapper.
    pub fn fromRaw(scalar: c.ta_scalar) ?Scalar {
        return switch (scalar.kind) {
            c.TA_SCALAR_BOOL => .{ .bool = scalar.value.i != 0 },
            c.TA_SCALAR_INT => .{ .int = scalar.value.i },
            c.TA_SCALAR_UINT => .{ .uint = scalar.value.u },
            c.TA_SCALAR_FLOAT => .{ .float = scalar.value.f },
            c.TA_SCALAR_COMPLEX => .{ .complex = .init(scalar.value.c[0], scalar.value.c[1]) },
            else => null,
        };
    }

    pub fn raw(self: Scalar) c.ta_scalar {
        return switch (self) {
            .bool => |value| made(c.TA_SCALAR_BOOL, .{ .i = @intFromBool(value) }),
            .int => |value| made(c.TA_SCALAR_INT, .{ .i = value }),
            .uint => |value| made(c.TA_SCALAR_UINT, .{ .u = value }),
            .float => |value| made(c.TA_SCALAR_FLOAT, .{ .f = value }),
            .complex => |value| made(c.TA_SCALAR_COMPLEX, .{ .c = .{ value.re, value.im } }),
        };
    }

    fn made(kind: i32, value: c.ta_scalar_value) c.ta_scalar {
        return .{ .kind = kind, .reserved = 0, .value = value };
    }
};
