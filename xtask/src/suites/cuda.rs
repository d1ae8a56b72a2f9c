//! CUDA without a GPU: over a driver that the suite builds itself, over one that is too old, and
//! without any.

use std::path::{Path, PathBuf};
use std::process::Command;

use super::checkers::found;
use super::compile::Dialect;
use super::programs::Programs;
use super::python;
use crate::run::{failing, quietly, run as run_command};
use crate::test::Workplace;
use crate::tools::Python;
use crate::{Result, files};

const C11: Dialect = Dialect { compiler: &["gcc"], standard: "c11", is_cpp: false };
/// Builds a driver that has a function less.
const OLD: Dialect =
    Dialect { compiler: &["gcc", "-DcuStreamWaitEvent=withheld"], standard: "c11", is_cpp: false };

/// What the library looks for.
const DRIVER: &str = "libcuda.so.1";

pub(crate) fn run(workplace: &Workplace) -> Result<()> {
    over_the_mock(workplace)?;
    // With the package that the step `python` has installed there.
    dry_run(workplace, &python::environment(workplace.root)?)
}

/// The checks of tests/gpu over the driver of the tests, by a Python that has tarray: that they are
/// right, and that those about order do find what is out of order.
pub(crate) fn dry_run(workplace: &Workplace, python: &Python) -> Result<()> {
    let programs =
        Programs { dist: workplace.dist()?, scratch: files::scratch(workplace.root, "gpu")? };
    let mock = build_driver(workplace.root, &programs, &C11, "mock")?;
    let checks = || {
        let mut command = over(&mock, python.program());
        command.arg(workplace.root.join("tests/gpu/peers.py")).arg("--dry-run");
        command.env("JAX_PLATFORMS", "cpu");
        command
    };
    run_command(&mut checks())?;
    let said = failing(checks().env("MOCK_DEAF", "1"))?;
    for row in ORDERED {
        if !said.contains(&format!("{row} FAILED")) {
            return Err(format!("{row} passes on streams that do not wait:\n{said}").into());
        }
        println!("{row}: fails where streams do not wait");
    }
    Ok(())
}

/// Checks that must fail where no stream waits for another.
const ORDERED: [&str; 4] = [
    "driver: a_consumer_waits_for_a_producer",
    "driver: who_names_no_stream_waits_on_the_default_one",
    "driver: memory_is_freed_behind_its_consumer",
    "cupy: a_consumer_waits_for_cupy",
];

/// The programs in tests/cuda.
pub(crate) fn over_the_mock(workplace: &Workplace) -> Result<()> {
    let sources = workplace.root.join("tests/cuda");
    let programs =
        Programs { dist: workplace.dist()?, scratch: files::scratch(workplace.root, "cuda")? };
    let mock = build_driver(workplace.root, &programs, &C11, "mock")?;

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
        found(fault, "driver.c:", &failing(over(&mock, &program).env(fault, "1"))?)?;
    }

    let program = programs.build(&C11, &sources.join("absent.c"), &[&include])?;
    let old = build_driver(workplace.root, &programs, &OLD, "old")?;
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

/// The folder of this name with the driver of the tests, built.
fn build_driver(
    root: &Path,
    programs: &Programs,
    dialect: &Dialect,
    name: &str,
) -> Result<PathBuf> {
    let folder = programs.scratch.join(name);
    std::fs::create_dir_all(&folder)?;
    programs.build_shared(dialect, &root.join("tests/cuda/libcuda.c"), &folder.join(DRIVER))?;
    Ok(folder)
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
