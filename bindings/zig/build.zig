//! The package `tarray`: a module of that name, linked to the library that it was shipped with.

const std = @import("std");

pub fn build(b: *std.Build) void {
    const target = b.standardTargetOptions(.{});
    const optimize = b.standardOptimizeOption(.{});
    const prefix = whereItIs(b, b.option([]const u8, "prefix", "Where include/ and lib/ are, " ++
        "absolute or relative to this package (default: ..)") orelse "..");
    const linkage = b.option(std.builtin.LinkMode, "linkage", "Which library to link " ++
        "(default: dynamic)") orelse .dynamic;
    const include = prefix.path(b, "include");
    const libraries = prefix.path(b, "lib");

    const declarations = b.createModule(.{
        .root_source_file = include.path(b, "tarray.zig"),
        .target = target,
        .optimize = optimize,
    });
    const module = b.addModule("tarray", .{
        .root_source_file = b.path("src/tarray.zig"),
        .target = target,
        .optimize = optimize,
        .link_libc = true,
        .imports = &.{.{ .name = "tarray_c", .module = declarations }},
    });
    switch (linkage) {
        .dynamic => {
            module.addLibraryPath(libraries);
            module.addRPath(libraries);
            // pkg-config might answer with another installation than the one beside this file.
            module.linkSystemLibrary("tarray", .{ .use_pkg_config = .no });
        },
        .static => {
            module.addObjectFile(libraries.path(b, "libtarray.a"));
            // Rust's panics unwind; Zig brings the unwinder.
            module.linkSystemLibrary("unwind", .{ .use_pkg_config = .no });
        },
    }
    // For consumers with C sources of their own.
    b.addNamedLazyPath("include", include);
    addExample(b, module);
}

/// Absolute, since a run-time library path may not depend on where a program is started; and
/// asked for at each configuration, since the whole folder may have been moved.
fn whereItIs(b: *std.Build, prefix: []const u8) std.Build.LazyPath {
    const graph = b.graph;
    graph.poisonCache();
    const path = if (std.fs.path.isAbsolute(prefix))
        prefix
    else
        b.root.joinString(graph.arena, prefix) catch @panic("OOM");
    const real = std.Io.Dir.cwd().realPathFileAlloc(graph.io, path, graph.arena) catch |err|
        std.process.fatal("no tarray in {s}: {t}", .{ path, err });
    return graph.cwdRelativePath(real);
}

/// Only where this package is the one being built: a consumer has no use for the step.
fn addExample(b: *std.Build, module: *std.Build.Module) void {
    if (!b.isRoot()) return;
    const example = b.addExecutable(.{
        .name = "share",
        .root_module = b.createModule(.{
            .root_source_file = b.path("example/share.zig"),
            .target = module.resolved_target,
            .optimize = module.optimize,
            .imports = &.{.{ .name = "tarray", .module = module }},
        }),
    });
    b.step("example", "Run the example").dependOn(&b.addRunArtifact(example).step);
}
