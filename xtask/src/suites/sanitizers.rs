//! The Rust tests with sanitizers in the library: AddressSanitizer with its leak checker, and
//! ThreadSanitizer with a standard library that is built for it, or it sees races that are none.

use std::path::Path;
use std::process::Command;

use crate::Result;
use crate::run::{failing, quietly, run as run_command, twice};
use crate::test::Workplace;

const TRIPLE: &str = "x86_64-unknown-linux-gnu";

/// A sanitizer, the tests that are for it, and the planted fault that it must find.
struct Sanitizer {
    name: &'static str,
    tests: &'static [&'static str],
    /// Parts of the tests' names, where not all are for it.
    filters: &'static [&'static str],
    fault: &'static str,
    evidence: &'static str,
    /// Whether the standard library has to be built with it.
    builds_std: bool,
}

const SANITIZERS: [Sanitizer; 2] = [
    Sanitizer {
        name: "address",
        tests: &["ownership", "memory", "history", "history_graph", "repr", "plan", "threads"],
        filters: &[],
        fault: "use_after_release",
        evidence: "heap-use-after-free",
        builds_std: false,
    },
    Sanitizer {
        name: "thread",
        tests: &["threads", "history_graph", "ownership"],
        filters: &["shares_loans", "no_gradient_is_lost", "no_thread_loses", "thread"],
        fault: "race",
        evidence: "data race",
        builds_std: true,
    },
];

pub(crate) fn run(workplace: &Workplace) -> Result<()> {
    let mut outcome = Ok(());
    for sanitizer in &SANITIZERS {
        outcome = outcome.and(sanitizer.check(workplace.root));
    }
    outcome
}

impl Sanitizer {
    fn check(&self, root: &Path) -> Result<()> {
        if self.builds_std {
            let mut add = Command::new("rustup");
            add.args(["component", "add", "rust-src"]);
            twice(|| quietly(&mut add).map(drop))?;
        }
        let mut fault = self.cargo(root, "run");
        let said = failing(fault.args(["--example", self.fault]))?;
        if !said.contains(self.evidence) {
            return Err(format!("{}: missed the planted fault: {said}", self.name).into());
        }
        println!("{}: found the planted fault: {}", self.name, self.evidence);
        let mut tests = self.cargo(root, "test");
        tests.args(self.tests.iter().flat_map(|test| ["--test", test]));
        run_command(tests.arg("--").args(self.filters))
    }

    /// The stable compiler, asked for what only the nightly one offers without asking.
    fn cargo(&self, root: &Path, verb: &str) -> Command {
        let mut cargo = Command::new("cargo");
        cargo.current_dir(root).args([verb, "--quiet", "--package", "tarray", "--target", TRIPLE]);
        if self.builds_std {
            cargo.arg("-Zbuild-std");
        }
        cargo.env("RUSTC_BOOTSTRAP", "1").env("RUSTFLAGS", format!("-Zsanitizer={}", self.name));
        cargo.env("CARGO_TARGET_DIR", root.join("target/sanitizers").join(self.name));
        cargo
    }
}
