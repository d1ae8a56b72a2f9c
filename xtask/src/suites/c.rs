//! The C programs in tests/c: run plainly, under valgrind, and with the sanitizers in the host.

use std::path::{Path, PathBuf};
use std::process::Command;

use super::compile::Dialect;
use super::programs::Programs;
use crate::each::each;
use crate::run::{failing, quietly};
use crate::test::Workplace;
use crate::{Result, files};

const C11: Dialect = Dialect { compiler: &["gcc"], standard: "c11", is_cpp: false };
const SANITIZERS: &[&str] = &["-fsanitize=address,undefined", "-fno-sanitize-recover=all"];

pub(crate) fn run(workplace: &Workplace) -> Result<()> {
    let sources = files::with_extension(&workplace.root.join("tests/c"), "c")?;
    let faults = workplace.root.join("tests/faults");
    let plainly = plainly_and_under_valgrind(workplace, &sources, &faults);
    let sanitized = with_sanitizers(workplace, &sources, &faults);
    plainly.and(sanitized)
}

fn plainly_and_under_valgrind(
    workplace: &Workplace,
    sources: &[PathBuf],
    faults: &Path,
) -> Result<()> {
    let programs =
        Programs { dist: workplace.dist()?, scratch: files::scratch(workplace.root, "c")? };
    for (fault, evidence) in
        [("use_after_release.c", "Invalid read"), ("leak.c", "definitely lost")]
    {
        let program = programs.build(&C11, &faults.join(fault), &[])?;
        found("valgrind", evidence, &failing(&mut valgrind(&program))?)?;
    }
    // A device that does not wait where it is told to: what the library does over it must go wrong.
    let devices = workplace.root.join("tests/c/devices.c");
    for fault in ["-DWITHOUT_ORDER", "-DWITHOUT_SYNCHRONIZE"] {
        let program = programs.build(&C11, &devices, &[fault, "-DFIRST_FAILURE_ENDS"])?;
        found("tests/c/devices.c", "devices.c:", &failing(&mut Command::new(program))?)?;
    }
    each(sources, |source| {
        let program = programs.build(&C11, source, &[])?;
        quietly(Command::new(&program).current_dir(workplace.root))?;
        quietly(valgrind(&program).current_dir(workplace.root))?;
        println!("{}: plainly, under valgrind", files::stem(source));
        Ok(())
    })
}

fn valgrind(program: &Path) -> Command {
    let mut command = Command::new("valgrind");
    command.args(["--quiet", "--error-exitcode=1", "--leak-check=full"]);
    command.arg("--errors-for-leak-kinds=definite,indirect,possible").arg(program);
    command
}

fn with_sanitizers(workplace: &Workplace, sources: &[PathBuf], faults: &Path) -> Result<()> {
    let programs =
        Programs { dist: workplace.dist()?, scratch: files::scratch(workplace.root, "c-asan")? };
    for (fault, evidence) in [
        ("use_after_release.c", "heap-use-after-free"),
        ("leak.c", "LeakSanitizer"),
        ("undefined.c", "signed integer overflow"),
    ] {
        let program = programs.build(&C11, &faults.join(fault), SANITIZERS)?;
        found("the sanitizers", evidence, &failing(&mut Command::new(program))?)?;
    }
    each(sources, |source| {
        let program = programs.build(&C11, source, SANITIZERS)?;
        quietly(Command::new(&program).current_dir(workplace.root))?;
        println!("{}: with sanitizers", files::stem(source));
        Ok(())
    })
}

/// A checker that misses a planted fault is not on.
fn found(checker: &str, evidence: &str, said: &str) -> Result<()> {
    match said.contains(evidence) {
        true => {
            println!("{checker} found the planted fault: {evidence}");
            Ok(())
        }
        false => Err(format!("{checker} did not find the planted fault: {said}").into()),
    }
}
