//! CUDA without a GPU: over a driver that the suite builds itself, and without any.

use std::path::Path;
use std::process::Command;

use super::compile::Dialect;
use super::programs::Programs;
use crate::run::quietly;
use crate::test::Workplace;
use crate::{Result, files};

const C11: Dialect = Dialect { compiler: &["gcc"], standard: "c11", is_cpp: false };

/// What the library looks for.
const DRIVER: &str = "libcuda.so.1";

pub(crate) fn run(workplace: &Workplace) -> Result<()> {
    let sources = workplace.root.join("tests/cuda");
    let programs =
        Programs { dist: workplace.dist()?, scratch: files::scratch(workplace.root, "cuda")? };
    let mock = programs.scratch.join("mock");
    std::fs::create_dir_all(&mock)?;
    programs.build_shared(&C11, &sources.join("libcuda.c"), &mock.join(DRIVER))?;

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

    let program = programs.build(&C11, &sources.join("absent.c"), &[&include])?;
    match has_driver() {
        true => println!("absent: not run, as this machine has {DRIVER}"),
        false => println!("{}", quietly(&mut Command::new(program))?.trim()),
    }
    Ok(())
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
