//! A short run of every fuzz target, and their format.

use std::process::Command;

use crate::run::run as run_command;
use crate::test::Workplace;
use crate::{Result, fuzz};

pub(crate) fn run(workplace: &Workplace) -> Result<()> {
    let mut format = Command::new("cargo");
    format.current_dir(workplace.root.join("tests/fuzz")).args(["fmt", "--check"]);
    run_command(&mut format)?;
    fuzz::all(workplace.root, fuzz::SECONDS)
}
