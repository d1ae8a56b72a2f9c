//! `cargo xtask test`: every suite, one after the other, each timed; a failing one stops none.

use std::path::{Path, PathBuf};
use std::time::Instant;

use crate::tools::{self, Python, VENV};
use crate::{Result, dist, miri, soak, suites};

/// Where a suite finds what it tests.
pub(crate) struct Workplace {
    pub(crate) root: &'static Path,
}

impl Workplace {
    /// The folder that the step `dist` made.
    pub(crate) fn dist(&self) -> Result<PathBuf> {
        let folder = dist::folder(self.root)?;
        match folder.exists() {
            true => Ok(folder),
            false => Err("there is no dist folder: see the step that makes it".into()),
        }
    }

    /// Python with everything that the tests import.
    pub(crate) fn python(&self) -> Result<Python> {
        Python::with(self.root, VENV, "requirements.txt")
    }
}

type Step = (&'static str, fn(&Workplace) -> Result<()>);

const STEPS: &[Step] = &[
    ("tools", install_tools),
    ("rust", suites::rust::run),
    ("dependencies", suites::dependencies::run),
    ("dist", |workplace| dist::build(workplace.root).map(drop)),
    ("python", suites::python::run),
    ("cpythons", suites::python::on_every_cpython),
    ("headers", suites::headers::run),
    ("exports", suites::exports::run),
    ("abi", suites::abi::run),
    ("install", suites::install::run),
    ("c", suites::c::run),
    ("cuda", suites::cuda::run),
    ("opencl", suites::opencl::run),
    ("instructions", suites::instructions::run),
    ("processes", suites::processes::run),
    ("cpp", suites::cpp::run),
    ("zig", suites::zig::run),
    ("runtimes", suites::runtimes::run),
    ("safetensors", suites::safetensors::run),
    ("walk", suites::walk::run),
    ("readme", suites::readme::run),
];

/// The suite that downloads large packages, which is why it has a flag of its own.
const PEER_STEPS: &[Step] = &[
    ("tools", install_tools),
    ("dist", |workplace| dist::build(workplace.root).map(drop)),
    ("peers", suites::walk::with_peers),
    ("python peers", suites::python::with_peers),
];

/// What looks for trouble, for as long as a change can wait: the verbs that these steps shorten
/// look longer.
const TRUST_STEPS: &[Step] = &[
    ("tools", install_tools),
    ("miri", |workplace| miri::short(workplace.root)),
    ("sanitizers", suites::sanitizers::run),
    ("fuzz", suites::fuzz::run),
    ("soak", |workplace| soak::run_for(workplace.root, soak::SHORT)),
];

fn install_tools(workplace: &Workplace) -> Result<()> {
    tools::programs(&[tools::FOR_TESTS, tools::FOR_ABI].concat())?;
    tools::rust_components()?;
    workplace.python().map(drop)
}

pub(crate) fn all(root: &'static Path) -> Result<()> {
    run(STEPS, root)
}

pub(crate) fn peers(root: &'static Path) -> Result<()> {
    run(PEER_STEPS, root)
}

pub(crate) fn trust(root: &'static Path) -> Result<()> {
    run(TRUST_STEPS, root)
}

/// One step by its name, on what earlier steps left.
pub(crate) fn one(root: &'static Path, name: &str) -> Result<()> {
    let all = || STEPS.iter().chain(PEER_STEPS).chain(TRUST_STEPS);
    let Some(step) = all().find(|(step, _)| *step == name) else {
        let names: Vec<&str> = all().map(|(name, _)| *name).collect();
        return Err(format!("{name}: none of {}", names.join(", ")).into());
    };
    run(std::slice::from_ref(step), root)
}

fn run(steps: &[Step], root: &'static Path) -> Result<()> {
    let workplace = Workplace { root };
    let begin = Instant::now();
    let mut failed = Vec::new();
    for (number, (name, step)) in steps.iter().enumerate() {
        println!("\n[{}/{}] {name}", number + 1, steps.len());
        let start = Instant::now();
        let outcome = step(&workplace);
        let seconds = start.elapsed().as_secs_f64();
        match outcome {
            Ok(()) => println!("[{name}] passed in {seconds:.1} s"),
            Err(error) => {
                println!("{error}\n[{name}] FAILED after {seconds:.1} s");
                failed.push(*name);
            }
        }
    }
    let seconds = begin.elapsed().as_secs_f64();
    match failed.is_empty() {
        true => println!("\n{} of {0} steps passed in {seconds:.0} s", steps.len()),
        false => {
            let passed = steps.len() - failed.len();
            println!("\n{passed} of {} steps passed in {seconds:.0} s", steps.len());
            return Err(format!("failed: {}", failed.join(", ")).into());
        }
    }
    Ok(())
}
