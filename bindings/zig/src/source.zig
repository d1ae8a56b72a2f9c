//! What a Zig value says it is: borrowed facts for `ta_asarray`, decided by its type alone.

const std = @import("std");
const c = @import("tarray_c");

const Block = @import("block.zig").Block;
const Buffer = @import("Buffer.zig");
const Memory = @import("Memory.zig");
const Scalar = @import("scalar.zig").Scalar;
const Tensor = @import("Tensor.zig");
const Walker = @import("sequence.zig").Walker;
const dlpack = @import("dlpack.zig");
const dtypeOf = @import("dtype.zig").dtypeOf;
const isBlock = @import("block.zig").isBlock;
const isElement = @import("dtype.zig").isElement;

/// How values of one type are described.
const Kind = enum {
    described,
    tensor,
    memory,
    buffer,
    dlpack,
    dlpack_legacy,
    element,
    block_pointer,
    block_slice,
    sequence,
    pointer,
};

/// What the description of a `T` points to, where that is not in the value itself.
pub fn Scratch(comptime T: type) type {
    return switch (kindOf(T)) {
        .block_slice => [1 + Block(Child(T)).rank]i64,
        .sequence => Walker(T),
        .pointer => Scratch(Child(T)),
        else => void,
    };
}

/// Describes `value`: valid as long as it and `scratch` stay where they are.
pub fn describe(comptime T: type, value: *const T, scratch: *Scratch(T)) c.ta_source {
    return switch (comptime kindOf(T)) {
        .described => value.*,
        .tensor => made(c.TA_SOURCE_TENSOR, .{ .tensor = value.handle }),
        .memory => memoryOf(value.*),
        .buffer => made(c.TA_SOURCE_BUFFER, .{ .buffer = value.raw() }),
        .dlpack => made(c.TA_SOURCE_DLPACK, .{ .dlpack = value.* }),
        .dlpack_legacy => made(c.TA_SOURCE_DLPACK_LEGACY, .{ .dlpack_legacy = value.* }),
        .element => typedScalar(T, value),
        .block_pointer => blockPointer(T, value.*),
        .block_slice => blockSlice(T, value.*, scratch),
        .sequence => made(c.TA_SOURCE_SEQUENCE, .{ .sequence = scratch.start(value) }),
        .pointer => describe(Child(T), value.*, scratch),
    };
}

/// Describes a number that has no type yet.
pub fn number(value: anytype) c.ta_source {
    return made(c.TA_SOURCE_SCALAR, .{ .scalar = Scalar.of(value).raw() });
}

fn kindOf(comptime T: type) Kind {
    switch (T) {
        c.ta_source => return .described,
        Tensor => return .tensor,
        Memory => return .memory,
        Buffer => return .buffer,
        *dlpack.ManagedTensorVersioned => return .dlpack,
        *dlpack.ManagedTensor => return .dlpack_legacy,
        else => {},
    }
    if (isElement(T)) return .element;
    return switch (@typeInfo(T)) {
        .pointer => |pointer| switch (pointer.size) {
            .one => if (isBlock(pointer.child)) .block_pointer else .pointer,
            .slice => if (isBlock(pointer.child)) .block_slice else .sequence,
            .many, .c => @compileError(@typeName(T) ++ " has no length: make it a slice"),
        },
        .array => .sequence,
        .@"struct" => |fields| if (fields.is_tuple) .sequence else refuse(T),
        else => refuse(T),
    };
}

fn refuse(comptime T: type) noreturn {
    @compileError("no tensor is made of " ++ @typeName(T));
}

fn Child(comptime Pointer: type) type {
    return @typeInfo(Pointer).pointer.child;
}

fn made(kind: i32, value: c.ta_source_value) c.ta_source {
    var source = std.mem.zeroes(c.ta_source);
    source.struct_size = @sizeOf(c.ta_source);
    source.kind = kind;
    source.value = value;
    return source;
}

fn memoryOf(memory: Memory) c.ta_source {
    var source = made(c.TA_SOURCE_MEMORY, .{ .memory = memory.raw() });
    source.made = @backingInt(memory.made);
    return source;
}

fn typedScalar(comptime T: type, value: *const T) c.ta_source {
    return made(c.TA_SOURCE_TYPED_SCALAR, .{ .typed_scalar = .{
        .data = value,
        .dtype = dtypeOf(T).raw(),
        .reserved = 0,
        .flags = 0,
    } });
}

fn blockPointer(comptime Pointer: type, pointer: Pointer) c.ta_source {
    const B = Block(Child(Pointer));
    return strided(Pointer, pointer, &B.shape, &B.strides_bytes, B.Element);
}

fn blockSlice(comptime Slice: type, slice: Slice, shape: *Scratch(Slice)) c.ta_source {
    const B = Block(Child(Slice));
    shape.* = .{@as(i64, @intCast(slice.len))} ++ B.shape;
    return strided(Slice, slice.ptr, shape, &(.{@sizeOf(Child(Slice))} ++ B.strides_bytes), B.Element);
}

fn strided(
    comptime Pointer: type,
    data: *const anyopaque,
    shape: []const i64,
    strides_bytes: []const i64,
    comptime Element: type,
) c.ta_source {
    const memory: Memory = .{
        .data = @constCast(data),
        .shape = shape,
        .strides_bytes = strides_bytes,
        .dtype = dtypeOf(Element),
        .read_only = @typeInfo(Pointer).pointer.attrs.@"const",
    };
    return memoryOf(memory);
}
