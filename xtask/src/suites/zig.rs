//! The Zig package's own tests, run by a project that depends on the package in the dist folder.

use std::process::Command;

use crate::run::quietly;
use crate::test::Workplace;
use crate::{Result, files};

pub(crate) fn run(workplace: &Workplace) -> Result<()> {
    let zig = workplace.python()?.zig()?;
    // The project looks for the package in `../../dist/zig`.
    let place = files::scratch(workplace.root, "zig")?;
    let project = place.join("tests/zig");
    files::copy_folder(&workplace.dist()?, &place.join("dist"))?;
    files::copy_sources(&workplace.root.join("tests/zig"), &project)?;
    files::copy_folder(&workplace.root.join("tests/cases"), &place.join("tests/cases"))?;
    for linkage in ["dynamic", "static"] {
        let mut test = Command::new(&zig);
        test.current_dir(&project).args(["build", "test", "--summary", "all"]);
        let said = quietly(test.arg(format!("-Dlinkage={linkage}")))?;
        println!("{linkage}: passed {said}");
    }
    let formatted = ["bindings/zig", "tests/zig", "tests/walk", "include", "tests/install/zig"];
    let mut fmt = Command::new(&zig);
    quietly(fmt.current_dir(workplace.root).args(["fmt", "--check"]).args(formatted)).map(drop)
}
