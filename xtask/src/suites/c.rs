//! The C programs in tests/c: run plainly, under valgrind, and with the sanitizers in the host.

use std::process::Command;

use super::checkers::{found, under_valgrind, with_sanitizers};
use super::compile::Dialect;
use super::programs::Programs;
use crate::run::failing;
use crate::test::Workplace;
use crate::{Result, files};

const C11: Dialect = Dialect { compiler: &["gcc"], standard: "c11", is_cpp: false };

pub(crate) fn run(workplace: &Workplace) -> Result<()> {
    let sources = files::with_extension(&workplace.root.join("tests/c"), "c")?;
    let lazy = a_lazy_device_is_found_out(workplace);
    let plainly = under_valgrind(workplace, &C11, &sources);
    let sanitized = with_sanitizers(workplace, &C11, &sources);
    lazy.and(plainly).and(sanitized)
}

/// A device that does not wait where it is told to: what the library does over it must go wrong.
fn a_lazy_device_is_found_out(workplace: &Workplace) -> Result<()> {
    let programs =
        Programs { dist: workplace.dist()?, scratch: files::scratch(workplace.root, "c")? };
    let devices = workplace.root.join("tests/c/devices.c");
    for fault in ["-DWITHOUT_ORDER", "-DWITHOUT_SYNCHRONIZE"] {
        let program = programs.build(&C11, &devices, &[fault, "-DFIRST_FAILURE_ENDS"])?;
        found("tests/c/devices.c", "devices.c:", &failing(&mut Command::new(program))?)?;
    }
    Ok(())
}
