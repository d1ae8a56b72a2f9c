//! Format, lints and Rust's own tests, the drift test of the headers among them.

use std::process::Command;

use crate::Result;
use crate::run::run as run_command;
use crate::test::Workplace;

/// The feature of the core that only tests have.
const FAULTS: &str = "tarray/faults";

pub(crate) fn run(workplace: &Workplace) -> Result<()> {
    let cargo = |arguments: &[&str]| {
        println!("cargo {}", arguments.join(" "));
        run_command(Command::new("cargo").current_dir(workplace.root).args(arguments))
    };
    let format = cargo(&["fmt", "--all", "--check"]);
    // As it is shipped, and with the faults that tests/boundary injects.
    let check = ["clippy", "--workspace", "--all-targets"];
    let lints = cargo(&[&check[..], &["--", "-D", "warnings"]].concat());
    let faulty = cargo(&[&check[..], &["--features", FAULTS, "--", "-D", "warnings"]].concat());
    let tests = cargo(&["test", "--workspace", "--no-fail-fast", "--features", FAULTS]);
    format.and(lints).and(faulty).and(tests)
}
