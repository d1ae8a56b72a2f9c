//! What watches the memory of programs: valgrind, and sanitizers in the host. A checker that misses a
//! planted fault is not on.

use std::path::{Path, PathBuf};
use std::process::Command;

use super::compile::Dialect;
use super::programs::Programs;
use crate::each::each;
use crate::run::{failing, quietly};
use crate::test::Workplace;
use crate::{Result, files};

const SANITIZERS: &[&str] = &["-fsanitize=address,undefined", "-fno-sanitize-recover=all"];

/// The planted faults that valgrind must find, and what it says then.
const FOR_VALGRIND: &[(&str, &str)] =
    &[("use_after_release.c", "Invalid read"), ("leak.c", "definitely lost")];

const FOR_SANITIZERS: &[(&str, &str)] = &[
    ("use_after_release.c", "heap-use-after-free"),
    ("leak.c", "LeakSanitizer"),
    ("undefined.c", "signed integer overflow"),
];

/// Runs programs plainly and under valgrind.
pub(super) fn under_valgrind(
    workplace: &Workplace,
    dialect: &Dialect,
    sources: &[PathBuf],
) -> Result<()> {
    let programs = programs(workplace, "valgrind", dialect)?;
    for (fault, evidence) in FOR_VALGRIND {
        let program = programs.build(dialect, &planted(workplace, fault), &[])?;
        found("valgrind", evidence, &failing(valgrind().arg(program))?)?;
    }
    each(sources, |source| {
        let program = programs.build(dialect, source, &[])?;
        quietly(Command::new(&program).current_dir(workplace.root))?;
        let mut watched = valgrind();
        watched.args(suppressions(source)).arg(&program);
        quietly(watched.current_dir(workplace.root))?;
        println!("{}: plainly, under valgrind", files::stem(source));
        Ok(())
    })
}

/// Runs programs with AddressSanitizer, its leak checker and UndefinedBehaviorSanitizer.
pub(super) fn with_sanitizers(
    workplace: &Workplace,
    dialect: &Dialect,
    sources: &[PathBuf],
) -> Result<()> {
    let programs = programs(workplace, "sanitizers", dialect)?;
    for (fault, evidence) in FOR_SANITIZERS {
        let program = programs.build(dialect, &planted(workplace, fault), SANITIZERS)?;
        found("the sanitizers", evidence, &failing(&mut Command::new(program))?)?;
    }
    each(sources, |source| {
        let program = programs.build(dialect, source, SANITIZERS)?;
        quietly(Command::new(&program).current_dir(workplace.root))?;
        println!("{}: with sanitizers", files::stem(source));
        Ok(())
    })
}

/// That a check of a program said what it must say of a planted fault.
pub(super) fn found(checker: &str, evidence: &str, said: &str) -> Result<()> {
    match said.contains(evidence) {
        true => {
            println!("{checker} found the planted fault: {evidence}");
            Ok(())
        }
        false => Err(format!("{checker} did not find the planted fault: {said}").into()),
    }
}

fn programs(workplace: &Workplace, checker: &str, dialect: &Dialect) -> Result<Programs> {
    let name = format!("{checker}-{}", dialect.file_name());
    Ok(Programs { dist: workplace.dist()?, scratch: files::scratch(workplace.root, &name)? })
}

/// A planted fault: C that is C++ too.
fn planted(workplace: &Workplace, fault: &str) -> PathBuf {
    workplace.root.join("tests/faults").join(fault)
}

fn valgrind() -> Command {
    let mut command = Command::new("valgrind");
    command.args(["--quiet", "--error-exitcode=1", "--leak-check=full"]);
    command.arg("--errors-for-leak-kinds=definite,indirect,possible");
    command
}

/// What valgrind takes for a leak in this program and is none: in a file beside its source.
fn suppressions(source: &Path) -> Option<String> {
    let file = source.with_extension("supp");
    file.exists().then(|| format!("--suppressions={}", file.display()))
}
