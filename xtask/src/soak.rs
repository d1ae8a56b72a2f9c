//! `cargo xtask soak`: many threads at work on tensors and histories, by themselves and with three
//! frameworks in Python, and nothing is left.

use std::path::Path;
use std::process::Command;

use crate::Result;
use crate::run::run;
use crate::tools::{Python, VENV};
use crate::wheel;

/// What a change waits for.
pub(crate) const SHORT: &str = "10";

/// What is long enough for ten million handles.
pub(crate) const LONG: &str = "300";

/// For so many seconds each.
pub(crate) fn run_for(root: &Path, seconds: &str) -> Result<()> {
    let threads = by_themselves(root, seconds);
    threads.and(with_frameworks(root, seconds))
}

fn by_themselves(root: &Path, seconds: &str) -> Result<()> {
    let mut soak = Command::new("cargo");
    soak.current_dir(root).args(["run", "--quiet", "--package", "tarray", "--profile", "test"]);
    run(soak.args(["--example", "soak", seconds]))
}

fn with_frameworks(root: &Path, seconds: &str) -> Result<()> {
    let mut python = Python::with(root, VENV, "requirements.txt")?;
    for requirements in ["requirements-peers.txt", "requirements-python.txt"] {
        python = Python::with(root, VENV, requirements)?;
    }
    wheel::install(&python, &wheel::build(root, &python)?)?;
    let mut soak = python.command();
    run(soak.arg(root.join("bindings/python/tests/load/soak.py")).arg(seconds))
}
