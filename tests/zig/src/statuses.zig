//! The error set is the C ABI's list of statuses, and the versions belong together.

const std = @import("std");
const tarray = @import("tarray");
const c = tarray.c;

test "every status has the error of its name, and no two share one" {
    // There are hundreds of declarations to look at.
    @setEvalBranchQuota(100_000);
    var seen: usize = 0;
    inline for (@typeInfo(c).@"struct".decl_names) |name| {
        if (comptime !std.mem.startsWith(u8, name, "TA_ERR_")) continue;
        errdefer std.debug.print("{s}\n", .{name});
        const err = if (tarray.check(@field(c, name))) |_| return error.NoError else |err| err;
        var plain: [name.len]u8 = undefined;
        const letters = std.mem.replace(u8, name["TA_ERR_".len..], "_", "", &plain);
        const expected = plain[0 .. name.len - "TA_ERR_".len - letters];
        try std.testing.expect(std.ascii.eqlIgnoreCase(expected, @errorName(err)));
        try std.testing.expectEqual(@field(c, name), tarray.statusOf(err));
        seen += 1;
    }
    // All but UnknownStatus.
    const errors = @typeInfo(tarray.Error).error_set.error_names.?;
    try std.testing.expectEqual(errors.len - 1, seen);
}

test "success is no error, and an unknown status is one" {
    try tarray.check(c.TA_OK);
    try std.testing.expectError(error.UnknownStatus, tarray.check(899));
    try std.testing.expectError(error.UnknownStatus, tarray.check(-1));
}

test "every declared function is in the library" {
    @setEvalBranchQuota(10_000);
    var addresses: usize = 0;
    inline for (@typeInfo(c).@"struct".decl_names) |name| {
        if (comptime !std.mem.startsWith(u8, name, "ta_")) continue;
        if (@typeInfo(@TypeOf(@field(c, name))) != .@"fn") continue;
        try std.testing.expect(@intFromPtr(&@field(c, name)) != 0);
        addresses += 1;
    }
    try std.testing.expect(addresses > 0);
}

test "library and declarations are of one version" {
    try std.testing.expectEqual(tarray.abi_version, tarray.abiVersion());
    try std.testing.expectEqualStrings(c.TA_VERSION_STRING, tarray.version());
}

test "the number of threads is taken" {
    try tarray.setNumThreads(2);
    try tarray.setNumThreads(0);
}
