//! `cargo xtask demo`: from nothing to the documented examples in Python, and to real arrays
//! that walk through five languages, in view.

use std::path::Path;
use std::time::Instant;

use crate::run::run;
use crate::suites::walk;
use crate::tools::{self, Python, VENV};
use crate::{Result, dist, wheel};

const STEPS: u32 = 6;

pub(crate) fn show(root: &Path) -> Result<()> {
    let begin = Instant::now();
    let step = |number: u32, what: &str| {
        println!("\n[{number}/{STEPS}] {what} ({:.0} s)", begin.elapsed().as_secs_f64());
    };
    step(1, "tools: a C compiler, Python with NumPy, cffi and Zig");
    tools::programs(tools::FOR_DEMO)?;
    let python = Python::with(root, VENV, "requirements-demo.txt")?;
    step(2, "the Python package, installed from its wheel");
    wheel::install(&python, &wheel::build(root, &python)?)?;
    step(3, "the examples of asarray's documentation");
    run(python.command().arg(root.join("bindings/python/examples/seed.py")))?;
    step(4, "the library, as it is shipped");
    let folder = dist::build(root)?;
    println!("{}", folder.display());
    step(5, "the walkers: C, C++ and Zig programs that use it");
    let walkers = walk::walkers(root, &folder, &python)?;
    step(6, "the walk: NumPy's arrays through ctypes, cffi, C, C++ and Zig");
    walk::walk(root, &folder, &walkers, &python, &["--show"])?;
    println!("\ndone in {:.0} s", begin.elapsed().as_secs_f64());
    Ok(())
}
