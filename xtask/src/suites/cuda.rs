//! CUDA without a GPU: over a driver that the suite builds itself, over one that is too old, and
//! without any.

use std::path::{Path, PathBuf};
use std::process::Command;

use super::compile::Dialect;
use super::programs::Programs;
use crate::run::{failing, quietly};
use crate::test::Workplace;
use crate::{Result, files};

const C11: Dialect = Dialect { compiler: &["gcc"], standard: "c11", is_cpp: false };
/// Builds a driver that has a function less.
const OLD: Dialect =
    Dialect { compiler: &["gcc", "-DcuStreamWaitEvent=withheld"], standard: "c11", is_cpp: false };

/// What the library looks for.
const DRIVER: &str = "libcuda.so.1";

pub(crate) fn run(workplace: &Workplace) -> Result<()> {
    let sources = workplace.root.join("tests/cuda");
    let programs =
        Programs { dist: workplace.dist()?, scratch: files::scratch(workplace.root, "cuda")? };
    let mock = build_mock(workplace.root, &programs)?;

    let include = format!("-I{}", workplace.root.join("tests/c").display());
    let (search, driver) =
        (format!("-L{}", mock.display()), format!("-Wl,--no-as-needed,-l:{DRIVER}"));
    let program = programs.build(&C11, &sources.join("driver.c"), &[&include, &search, &driver])?;
    println!("with memory pools: {}", quietly(&mut over(&mock, &program))?.trim());
    let without_pools = quietly(over(&mock, &program).env("MOCK_NO_POOLS", "1"))?;
    println!("without memory pools: {}", without_pools.trim());
    let mut checked = Command::new("valgrind");
    checked.args(["--quiet", "--error-exitcode=1", "--leak-check=full"]);
    checked.arg("--errors-for-leak-kinds=definite").arg(&program).env("LD_LIBRARY_PATH", &mock);
    println!("under valgrind: {}", quietly(&mut checked)?.trim());

    // Streams that do not wait where they are told to: what the library does over them must go wrong.
    for fault in ["MOCK_DEAF", "MOCK_HASTY"] {
        let said = failing(over(&mock, &program).env(fault, "1"))?;
        match said.contains("driver.c:") {
            true => println!("found: {fault}"),
            false => return Err(format!("{fault} was not found: {said}").into()),
        }
    }

    let program = programs.build(&C11, &sources.join("absent.c"), &[&include])?;
    let old = programs.scratch.join("old");
    std::fs::create_dir_all(&old)?;
    programs.build_shared(&OLD, &sources.join("libcuda.c"), &old.join(DRIVER))?;
    let said = quietly(over(&old, &program).arg("looked for cuStreamWaitEvent in libcuda.so.1"))?;
    println!("over a driver that is too old: {}", said.trim());
    match has_driver() {
        true => println!("absent: not run, as this machine has {DRIVER}"),
        false => {
            println!("{}", quietly(Command::new(program).arg("looked for libcuda.so.1"))?.trim())
        }
    }
    Ok(())
}

/// The folder with the driver of the tests, built.
fn build_mock(root: &Path, programs: &Programs) -> Result<PathBuf> {
    let mock = programs.scratch.join("mock");
    std::fs::create_dir_all(&mock)?;
    programs.build_shared(&C11, &root.join("tests/cuda/libcuda.c"), &mock.join(DRIVER))?;
    Ok(mock)
}

fn over(mock: &Path, program: &Path) -> Command {
    let mut command = Command::new(program);
    command.env("LD_LIBRARY_PATH", mock);
    command
}

/// Whether there is a real driver here.
pub(crate) fn has_driver() -> bool {
    let known = quietly(Command::new("/sbin/ldconfig").arg("-p"));
    known.is_ok_and(|libraries| libraries.contains(DRIVER))
}
