//! What one element is, and which Zig type it reads as.

const std = @import("std");
const c = @import("tarray_c");

/// As DLPack has it: a kind of number, and its width.
pub const DType = struct {
    code: Code,
    /// Bits of one lane; for complex, of both parts together.
    bits: u8,
    /// Lanes of a vector type; 1 for everything normal.
    lanes: u16 = 1,

    /// Open: numbers without a name arrive too.
    pub const Code = enum(u8) {
        int = c.TA_INT,
        uint = c.TA_UINT,
        float = c.TA_FLOAT,
        opaque_handle = c.TA_OPAQUE_HANDLE,
        bfloat = c.TA_BFLOAT,
        complex = c.TA_COMPLEX,
        bool = c.TA_BOOL,
        float8_e3m4 = c.TA_FLOAT8_E3M4,
        float8_e4m3 = c.TA_FLOAT8_E4M3,
        float8_e4m3b11fnuz = c.TA_FLOAT8_E4M3B11FNUZ,
        float8_e4m3fn = c.TA_FLOAT8_E4M3FN,
        float8_e4m3fnuz = c.TA_FLOAT8_E4M3FNUZ,
        float8_e5m2 = c.TA_FLOAT8_E5M2,
        float8_e5m2fnuz = c.TA_FLOAT8_E5M2FNUZ,
        float8_e8m0fnu = c.TA_FLOAT8_E8M0FNU,
        float6_e2m3fn = c.TA_FLOAT6_E2M3FN,
        float6_e3m2fn = c.TA_FLOAT6_E3M2FN,
        float4_e2m1fn = c.TA_FLOAT4_E2M1FN,
        _,
    };

    pub const @"bool": DType = .{ .code = .bool, .bits = 8 };
    pub const uint8: DType = .{ .code = .uint, .bits = 8 };
    pub const uint16: DType = .{ .code = .uint, .bits = 16 };
    pub const uint32: DType = .{ .code = .uint, .bits = 32 };
    pub const uint64: DType = .{ .code = .uint, .bits = 64 };
    pub const int8: DType = .{ .code = .int, .bits = 8 };
    pub const int16: DType = .{ .code = .int, .bits = 16 };
    pub const int32: DType = .{ .code = .int, .bits = 32 };
    pub const int64: DType = .{ .code = .int, .bits = 64 };
    pub const float16: DType = .{ .code = .float, .bits = 16 };
    pub const float32: DType = .{ .code = .float, .bits = 32 };
    pub const float64: DType = .{ .code = .float, .bits = 64 };
    pub const bfloat16: DType = .{ .code = .bfloat, .bits = 16 };
    pub const complex32: DType = .{ .code = .complex, .bits = 32 };
    pub const complex64: DType = .{ .code = .complex, .bits = 64 };
    pub const complex128: DType = .{ .code = .complex, .bits = 128 };

    pub fn eql(a: DType, b: DType) bool {
        return a.code == b.code and a.bits == b.bits and a.lanes == b.lanes;
    }

    /// Bytes of one element that stands alone.
    pub fn size(self: DType) usize {
        return (@as(usize, self.bits) * self.lanes + 7) / 8;
    }

    /// Prints `float32` through `{f}`.
    pub fn format(self: DType, writer: *std.Io.Writer) std.Io.Writer.Error!void {
        var name: [32]u8 = undefined;
        const length = c.ta_dtype_name(self.raw(), &name, name.len);
        try writer.writeAll(name[0..@min(length, name.len - 1)]);
    }

    pub fn fromRaw(dtype: c.ta_dtype) DType {
        return .{ .code = @fromBackingInt(dtype.code), .bits = dtype.bits, .lanes = dtype.lanes };
    }

    pub fn raw(self: DType) c.ta_dtype {
        return .{ .code = @backingInt(self.code), .bits = self.bits, .lanes = self.lanes };
    }
};

/// The upper half of an f32. Zig has no such type of its own.
pub const BFloat16 = enum(u16) {
    _,

    pub const tarray_dtype: DType = .bfloat16;

    pub fn toFloat(self: BFloat16) f32 {
        return @bitCast(@as(u32, @backingInt(self)) << 16);
    }
};

/// The dtype that a Zig type is. Another type may declare its own as `pub const tarray_dtype`,
/// if one of its values is exactly one element.
pub fn dtypeOf(comptime T: type) DType {
    return comptime lookUp(T) orelse @compileError("no dtype is made of " ++ @typeName(T));
}

/// Whether a Zig type is an element.
pub fn isElement(comptime T: type) bool {
    return comptime lookUp(T) != null;
}

fn lookUp(comptime T: type) ?DType {
    if (isComplex(T)) return .{ .code = .complex, .bits = 8 * @sizeOf(T) };
    return switch (@typeInfo(T)) {
        .bool => .bool,
        .int => |int| switch (int.bits) {
            8, 16, 32, 64 => .{
                .code = if (int.signedness == .signed) .int else .uint,
                .bits = int.bits,
            },
            else => null,
        },
        .float => |float| switch (float.bits) {
            16, 32, 64 => .{ .code = .float, .bits = float.bits },
            else => null,
        },
        .@"struct", .@"enum", .@"union" => declared(T),
        else => null,
    };
}

fn declared(comptime T: type) ?DType {
    if (!@hasDecl(T, "tarray_dtype")) return null;
    const own: DType = T.tarray_dtype;
    if (own.size() != @sizeOf(T)) @compileError(@typeName(T) ++ " is not one element of its dtype");
    return own;
}

fn isComplex(comptime T: type) bool {
    switch (T) {
        std.math.Complex(f16), std.math.Complex(f32), std.math.Complex(f64) => {},
        else => return false,
    }
    // Zig promises no order of fields; an element has the real part first and no gaps.
    std.debug.assert(@offsetOf(T, "re") == 0 and 2 * @offsetOf(T, "im") == @sizeOf(T));
    return true;
}
