//! A project that depends on the package as `cargo xtask dist` ships it.

const std = @import("std");

pub fn build(b: *std.Build) void {
    const target = b.standardTargetOptions(.{});
    const optimize = b.standardOptimizeOption(.{});
    const linkage = b.option(std.builtin.LinkMode, "linkage", "dynamic or static") orelse .dynamic;

    const tarray = b.dependency("tarray", .{
        .target = target,
        .optimize = optimize,
        .linkage = linkage,
    });
    const program = b.addExecutable(.{
        .name = "consumer",
        .root_module = b.createModule(.{
            .root_source_file = b.path("src/main.zig"),
            .target = target,
            .optimize = optimize,
            .imports = &.{.{ .name = "tarray", .module = tarray.module("tarray") }},
        }),
    });
    b.installArtifact(program);
}
