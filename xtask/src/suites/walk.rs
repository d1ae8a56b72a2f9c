//! Arrays of NumPy and others walk through ctypes, cffi, C, C++ and Zig, on the same memory.

use std::path::{Path, PathBuf};
use std::process::Command;

use super::compile::Dialect;
use super::programs::Programs;
use crate::run::{quietly, run as run_command};
use crate::test::Workplace;
use crate::tools::{Python, VENV};
use crate::{Result, files};

const C: Dialect = Dialect { compiler: &["gcc"], standard: "c11", is_cpp: false };
const CPP: Dialect = Dialect { compiler: &["g++"], standard: "c++17", is_cpp: true };

pub(crate) fn run(workplace: &Workplace) -> Result<()> {
    let python = workplace.python()?;
    let walkers = walkers(workplace.root, &workplace.dist()?, &python)?;
    walk(workplace.root, &workplace.dist()?, &walkers, &python, &["--full"])
}

/// With the libraries that take long to download among the array makers.
pub(crate) fn with_peers(workplace: &Workplace) -> Result<()> {
    workplace.python()?;
    let python = Python::with(workplace.root, VENV, "requirements-peers.txt")?;
    let walkers = walkers(workplace.root, &workplace.dist()?, &python)?;
    walk(workplace.root, &workplace.dist()?, &walkers, &python, &["--peers"])
}

/// Compiles the walkers that are written in C, C++ and Zig, each to a library of its own.
pub(crate) fn walkers(root: &Path, dist: &Path, python: &Python) -> Result<PathBuf> {
    let sources = root.join("tests/walk");
    let scratch = files::scratch(root, "walk")?;
    let programs = Programs { dist: dist.to_owned(), scratch: scratch.clone() };
    programs.build_shared(&C, &sources.join("walk.c"), &scratch.join("libwalk_c.so"))?;
    programs.build_shared(&CPP, &sources.join("walk.cpp"), &scratch.join("libwalk_cpp.so"))?;
    zig(&python.zig()?, dist, &sources.join("walk.zig"), &scratch.join("libwalk_zig.so"))?;
    Ok(scratch)
}

fn zig(zig: &Path, dist: &Path, source: &Path, library: &Path) -> Result<()> {
    let lib = dist.join("lib");
    let module = |name: &str, path: &Path| format!("-M{name}={}", path.display());
    let mut build = Command::new(zig);
    build.args(["build-lib", "-dynamic", "-Osafe", "-lc", "-ltarray"]);
    build.arg("-L").arg(&lib).arg("-rpath").arg(&lib);
    build.args(["--dep", "tarray"]).arg(module("root", source));
    build.args(["--dep", "tarray_c"]).arg(module("tarray", &dist.join("zig/src/tarray.zig")));
    build.arg(module("tarray_c", &dist.join("include/tarray.zig")));
    quietly(build.arg(format!("-femit-bin={}", library.display()))).map(drop)
}

/// Runs the walk in Python, which makes the arrays, compares and counts.
pub(crate) fn walk(
    root: &Path,
    dist: &Path,
    walkers: &Path,
    python: &Python,
    flags: &[&str],
) -> Result<()> {
    let mut command = python.command();
    command.arg("-u").arg(root.join("tests/walk/run.py"));
    command.arg("--prefix").arg(dist).arg("--walkers").arg(walkers).args(flags);
    run_command(&mut command)
}
