//! All tests of the Zig package, by the law that they defend.

comptime {
    _ = @import("cases.zig");
    _ = @import("devices.zig");
    _ = @import("exports.zig");
    _ = @import("histories.zig");
    _ = @import("layout.zig");
    _ = @import("ownership.zig");
    _ = @import("sequences.zig");
    _ = @import("sources.zig");
    _ = @import("statuses.zig");
    _ = @import("texts.zig");
    _ = @import("views.zig");
}
