//! Format, lints and Rust's own tests, the drift test of the headers among them.

use std::process::Command;

use crate::Result;
use crate::run::run as run_command;
use crate::test::Workplace;

pub(crate) fn run(workplace: &Workplace) -> Result<()> {
    let cargo = |arguments: &[&str]| {
        println!("cargo {}", arguments.join(" "));
        run_command(Command::new("cargo").current_dir(workplace.root).args(arguments))
    };
    let format = cargo(&["fmt", "--all", "--check"]);
    let lints = cargo(&["clippy", "--workspace", "--all-targets", "--", "-D", "warnings"]);
    let tests = cargo(&["test", "--workspace", "--no-fail-fast"]);
    format.and(lints).and(tests)
}
