//! Zig and C see the same bytes: every struct of the generated declarations against the header.

const std = @import("std");
const c = @import("tarray").c;

const Field = extern struct { type: [*:0]const u8, name: [*:0]const u8, offset: usize, size: usize };

extern const layout_fields: [*c]const Field;
extern const layout_count: usize;

test "every struct has the layout that the header gives it" {
    // There are hundreds of declarations to look at.
    @setEvalBranchQuota(100_000);
    var compared: usize = 0;
    inline for (@typeInfo(c).@"struct".decl_names) |name| {
        if (comptime !isStruct(name)) continue;
        const T = @field(c, name);
        try expectField(name, "", 0, @sizeOf(T));
        compared += 1;
        inline for (comptime std.meta.fieldNames(T)) |field| {
            try expectField(name, field, offsetOf(T, field), @sizeOf(@FieldType(T, field)));
            compared += 1;
        }
    }
    try std.testing.expectEqual(layout_count, compared);
}

fn isStruct(comptime name: []const u8) bool {
    if (@TypeOf(@field(c, name)) != type) return false;
    return switch (@typeInfo(@field(c, name))) {
        .@"struct", .@"union" => true,
        else => false,
    };
}

fn offsetOf(comptime T: type, comptime field: []const u8) usize {
    return if (@typeInfo(T) == .@"union") 0 else @offsetOf(T, field);
}

fn expectField(name: []const u8, field: []const u8, offset: usize, size: usize) !void {
    errdefer std.debug.print("{s}.{s}\n", .{ name, field });
    const fields: [*]const Field = @ptrCast(&layout_fields);
    for (fields[0..layout_count]) |seen| {
        if (!std.mem.eql(u8, std.mem.span(seen.type), name)) continue;
        if (!std.mem.eql(u8, std.mem.span(seen.name), field)) continue;
        try std.testing.expectEqual(seen.offset, offset);
        return std.testing.expectEqual(seen.size, size);
    }
    return error.UnknownToC;
}
