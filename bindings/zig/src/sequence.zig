//! Tuples, slices and arrays as sequences: walked by the library through callbacks.

const std = @import("std");
const c = @import("tarray_c");

const Scratch = @import("source.zig").Scratch;
const describe = @import("source.zig").describe;
const isBlock = @import("block.zig").isBlock;
const number = @import("source.zig").number;

/// Where one walk over an `S` is. It holds what the description of the current item points to,
/// and with it the walker of that item, if the item is a sequence.
pub fn Walker(comptime S: type) type {
    const is_tuple = @typeInfo(S) == .@"struct";
    return struct {
        items: *const S,
        scratch: if (is_tuple) TupleScratch(S) else ItemScratch(std.meta.Elem(S)),

        const Self = @This();

        const vtable: c.ta_sequence_vtable = .{
            .struct_size = @sizeOf(c.ta_sequence_vtable),
            .len = len,
            .item = item,
            .read = null,
        };

        /// Begins at `items`, which stay where they are during the walk.
        pub fn start(self: *Self, items: *const S) c.ta_sequence {
            self.items = items;
            return .{ .vtable = &vtable, .user_data = self };
        }

        fn len(user_data: ?*anyopaque, out: [*c]usize, _: ?*c.ta_error) callconv(.c) c.ta_status {
            out.* = of(user_data).items.len;
            return c.TA_OK;
        }

        fn item(
            user_data: ?*anyopaque,
            index: usize,
            out: ?*c.ta_source,
            _: ?*c.ta_error,
        ) callconv(.c) c.ta_status {
            const self = of(user_data);
            if (index >= self.items.len) return c.TA_ERR_OUT_OF_BOUNDS;
            out.?.* = if (is_tuple) self.field(index) else describeItem(
                std.meta.Elem(S),
                &self.items.*[index],
                &self.scratch,
            );
            return c.TA_OK;
        }

        fn field(self: *Self, index: usize) c.ta_source {
            switch (index) {
                inline 0...@typeInfo(S).@"struct".field_types.len - 1 => |i| {
                    const T = @TypeOf(self.items[i]);
                    if (comptime isUntyped(T)) return number(self.items[i]);
                    const value = if (comptime KnownField(S, i)) |Known| &Known.value else &self.items[i];
                    return describeItem(T, value, &self.scratch[i]);
                },
                else => unreachable,
            }
        }

        fn of(user_data: ?*anyopaque) *Self {
            return @ptrCast(@alignCast(user_data.?));
        }
    };
}

/// An item stays where it is while it is read, so that an array can be described as memory.
fn describeItem(comptime T: type, item: *const T, scratch: *ItemScratch(T)) c.ta_source {
    if (comptime isArrayBlock(T)) return describe(*const T, &item, scratch);
    return describe(T, item, scratch);
}

fn ItemScratch(comptime T: type) type {
    return if (isArrayBlock(T)) Scratch(*const T) else Scratch(T);
}

fn TupleScratch(comptime Tuple: type) type {
    const fields = @typeInfo(Tuple).@"struct".field_types;
    var scratches: [fields.len]type = undefined;
    for (&scratches, fields) |*scratch, T| scratch.* = if (isUntyped(T)) void else ItemScratch(T);
    return @Tuple(&scratches);
}

/// A field whose value is part of the tuple's type has no address in the tuple: this is one.
fn KnownField(comptime Tuple: type, comptime index: usize) ?type {
    const fields = @typeInfo(Tuple).@"struct";
    const T = fields.field_types[index];
    if (!fields.field_attrs[index].@"comptime") return null;
    return struct {
        const value: T = fields.field_attrs[index].defaultValue(T).?;
    };
}

fn isArrayBlock(comptime T: type) bool {
    return @typeInfo(T) == .array and isBlock(T);
}

fn isUntyped(comptime T: type) bool {
    return T == comptime_int or T == comptime_float;
}
