//! A consumer of the Zig package as it is shipped: `zig build test`.

const std = @import("std");

pub fn build(b: *std.Build) void {
    const target = b.standardTargetOptions(.{});
    const optimize = b.standardOptimizeOption(.{});
    const linkage = b.option(std.builtin.LinkMode, "linkage", "Which library to link") orelse .dynamic;
    const tarray = b.dependency("tarray", .{
        .target = target,
        .optimize = optimize,
        .linkage = linkage,
    });
    const step = b.step("test", "Run the tests and the package's example");

    const tests = b.addTest(.{ .root_module = b.createModule(.{
        .root_source_file = b.path("src/tests.zig"),
        .target = target,
        .optimize = optimize,
        .imports = &.{.{ .name = "tarray", .module = tarray.module("tarray") }},
    }) });
    // What a C compiler makes of the header, for the layout tests to compare with.
    tests.root_module.addIncludePath(tarray.namedLazyPath("include"));
    tests.root_module.addCSourceFile(.{
        .file = b.path("src/layout.c"),
        .flags = &.{ "-std=c11", "-Wall", "-Wextra", "-Werror" },
    });
    for ([_][]const u8{ "README.md", "example/share.zig" }) |document|
        tests.root_module.addAnonymousImport(document, .{ .root_source_file = tarray.path(document) });
    tests.root_module.addAnonymousImport("cases.tsv", .{
        .root_source_file = b.path("../cases/cases.tsv"),
    });
    step.dependOn(&b.addRunArtifact(tests).step);

    const example = b.addExecutable(.{ .name = "share", .root_module = b.createModule(.{
        .root_source_file = tarray.path("example/share.zig"),
        .target = target,
        .optimize = optimize,
        .imports = &.{.{ .name = "tarray", .module = tarray.module("tarray") }},
    }) });
    const run_example = b.addRunArtifact(example);
    run_example.expectStdOutEqual(@embedFile("src/share.txt"));
    step.dependOn(&run_example.step);
}
