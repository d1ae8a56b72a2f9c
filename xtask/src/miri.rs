//! `cargo xtask miri`: the Rust tests in an interpreter that sees undefined behaviour.

use std::path::Path;
use std::process::Command;

use crate::Result;
use crate::run::{failing, quietly, run, twice};

/// What a change waits for: ownership, memory and threads, on this machine's own target.
const SHORT: &[&str] = &["ownership", "memory", "threads"];

/// What is for a long look besides.
const LONG: &[&str] = &["history_graph", "repr", "plan", "history", "short_way", "boundary"];

/// This machine's own; 32 bits with 64-bit integers aligned to 4 bytes; the other byte order.
const TARGETS: [Option<&str>; 3] =
    [None, Some("i686-unknown-linux-gnu"), Some("s390x-unknown-linux-gnu")];

/// A short look: what every change waits for.
pub(crate) fn short(root: &Path) -> Result<()> {
    prepare()?;
    finds_the_planted_fault(root)?;
    interpret(root, SHORT, None)
}

/// All of it, on every target: a quarter of an hour for each.
pub(crate) fn long(root: &Path) -> Result<()> {
    prepare()?;
    finds_the_planted_fault(root)?;
    let tests = [SHORT, LONG].concat();
    TARGETS.into_iter().map(|target| interpret(root, &tests, target)).fold(Ok(()), Result::and)
}

/// The nightly tool chain with Miri, which no stable one has.
fn prepare() -> Result<()> {
    if quietly(Command::new("cargo").args(["+nightly", "miri", "--version"])).is_ok() {
        return Ok(());
    }
    let mut install = Command::new("rustup");
    install.args(["toolchain", "install", "nightly", "--profile", "minimal"]);
    install.args(["--component", "miri", "--component", "rust-src"]);
    twice(|| quietly(&mut install).map(drop))
}

fn miri(root: &Path) -> Command {
    let mut cargo = Command::new("cargo");
    cargo.current_dir(root).args(["+nightly", "miri"]);
    // Handles cross threads as numbers in the tests, as they do in hosts.
    cargo.env("MIRIFLAGS", "-Zmiri-permissive-provenance");
    cargo.env("CARGO_TARGET_DIR", root.join("target/miri"));
    cargo
}

fn interpret(root: &Path, tests: &[&str], target: Option<&str>) -> Result<()> {
    let mut command = miri(root);
    command.args(["test", "--quiet", "--package", "tarray", "--features", "faults"]);
    command.args(tests.iter().flat_map(|test| ["--test", test]));
    command.args(target.iter().flat_map(|target| ["--target", target]));
    println!("Miri on {}: {}", target.unwrap_or("this machine's target"), tests.join(", "));
    run(&mut command)
}

/// Miri is on: it stops a program that reads a tensor's elements after the last share is gone.
fn finds_the_planted_fault(root: &Path) -> Result<()> {
    let mut fault = miri(root);
    fault.args(["run", "--quiet", "--package", "tarray", "--example", "use_after_release"]);
    let said = failing(&mut fault)?;
    match said.contains("Undefined Behavior") {
        true => Ok(()),
        false => Err(format!("Miri did not find the planted fault: {said}").into()),
    }
}
