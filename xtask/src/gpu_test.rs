//! `cargo xtask gpu-test`: what only a machine with an NVIDIA GPU can show, and what can be shown without.

use std::path::Path;
use std::process::Command;

use crate::run::{quietly, run};
use crate::suites::cuda;
use crate::test::Workplace;
use crate::tools::Python;
use crate::{Result, dist, wheel};

/// The parts that need no GPU first, then those that do, if there is one; if there must be one, none
/// is a failure.
pub(crate) fn all(root: &'static Path, is_required: bool) -> Result<()> {
    let workplace = Workplace { root };
    kernels(root)?;
    dist::build(root)?;
    cuda::over_the_mock(&workplace)?;
    let python = Python::of_machine(root, "gpu")?;
    let has_numpy = quietly(python.command().args(["-c", "import numpy"])).is_ok();
    if has_numpy {
        wheel::install(&python, &wheel::build(root, &python)?)?;
        cuda::dry_run(&workplace, &python)?;
    }
    let gpus = quietly(Command::new("nvidia-smi").arg("--list-gpus"));
    let gpus = gpus.ok().filter(|list| cuda::has_driver() && !list.trim().is_empty());
    match gpus {
        Some(gpus) if has_numpy => {
            println!("\n{}", gpus.trim());
            run(python.command().arg(root.join("tests/gpu/peers.py")))
        }
        there => {
            let missing = if there.is_none() { "NO GPU HERE" } else { "NO NUMPY HERE" };
            println!(
                "\n{missing}: what needs one has NOT run. The kernels were run by a machine in the tests, \
                 the driver's functions were those of tests/cuda/libcuda.c."
            );
            if !has_numpy {
                println!("The checks of tests/gpu have not run at all: python3 has no NumPy.");
            }
            if is_required { Err(missing.into()) } else { Ok(()) }
        }
    }
}

/// Every kernel, run by the tests' own machine; assembled too where there is an assembler.
fn kernels(root: &Path) -> Result<()> {
    let mut test = Command::new("cargo");
    test.current_dir(root).args(["test", "--lib", "--quiet", "devices::cuda", "--"]);
    match quietly(Command::new("ptxas").arg("--version")) {
        Ok(_) => {
            test.env("PTXAS", "ptxas").arg("--include-ignored");
        }
        Err(_) => println!("ptxas is not on the path: the kernels are run, but not assembled"),
    }
    run(&mut test)
}
