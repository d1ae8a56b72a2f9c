//! `cargo xtask soak`: many threads and three frameworks at work on tensors, and nothing is left.

use std::path::Path;

use crate::Result;
use crate::run::run;
use crate::tools::{Python, VENV};
use crate::wheel;

/// What a change waits for.
pub(crate) const SHORT: &str = "10";

/// What is long enough for ten million handles.
pub(crate) const LONG: &str = "300";

/// For so many seconds.
pub(crate) fn run_for(root: &Path, seconds: &str) -> Result<()> {
    let mut python = Python::with(root, VENV, "requirements.txt")?;
    for requirements in ["requirements-peers.txt", "requirements-python.txt"] {
        python = Python::with(root, VENV, requirements)?;
    }
    wheel::install(&python, &wheel::build(root, &python)?)?;
    let mut soak = python.command();
    run(soak.arg(root.join("bindings/python/tests/load/soak.py")).arg(seconds))
}
