//! `cargo xtask gpu-test`: what only a machine with an NVIDIA GPU can show, and what can be shown without.

use std::path::Path;
use std::process::Command;

use crate::run::{quietly, run};
use crate::suites::cuda;
use crate::test::Workplace;
use crate::tools::Python;
use crate::{Result, dist, wheel};

/// The parts that need no GPU first, then those that do, if there is one.
pub(crate) fn all(root: &'static Path) -> Result<()> {
    kernels(root)?;
    dist::build(root)?;
    cuda::run(&Workplace { root })?;
    let gpus = quietly(Command::new("nvidia-smi").arg("--list-gpus"));
    let gpus = gpus.ok().filter(|list| cuda::has_driver() && !list.trim().is_empty());
    let Some(gpus) = gpus else {
        println!(
            "\nNO GPU HERE: what needs one has NOT run. The kernels were run by a machine in the tests, \
             the driver's functions were those of tests/cuda/libcuda.c."
        );
        return Ok(());
    };
    println!("\n{}", gpus.trim());
    beside_peers(root)
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

/// tarray beside the libraries that the machine's own Python has: its drivers are theirs.
fn beside_peers(root: &Path) -> Result<()> {
    let python = Python::of_machine(root, "gpu")?;
    wheel::install(&python, &wheel::build(root, &python)?)?;
    run(python.command().arg(root.join("tests/gpu/peers.py")))
}
