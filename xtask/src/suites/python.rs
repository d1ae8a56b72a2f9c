//! The Python package as users have it: installed from its wheel, beside NumPy and its like, and
//! without them.

use std::path::Path;
use std::process::Command;

use super::cuda;
use crate::run::{quietly, run as run_command};
use crate::test::Workplace;
use crate::tools::{Python, VENV};
use crate::{Result, files, wheel};

/// Where the package is installed beside NumPy.
const ENVIRONMENT: &str = "venv-python";

pub(crate) fn run(workplace: &Workplace) -> Result<()> {
    let root = workplace.root;
    let python = environment(root)?;
    let bare = Python::with(root, "venv-bare", "requirements-bare.txt")?;
    wheel::install(&python, &wheel::build(root, &python)?)?;
    wheel::install(&bare, &wheel::build_from_sdist(root, &bare)?)?;
    let outcomes = [
        lints(root, &python),
        pytest(root, &python, &["tests", "--ignore=tests/peers"]),
        without_numpy(root, &bare),
        types(root, &python),
    ];
    outcomes.into_iter().collect()
}

/// Every CPython that is supported, as its program is called; `t`: without a GIL.
const VERSIONS: [&str; 6] = ["3.11", "3.12", "3.13", "3.13t", "3.14", "3.14t"];

/// The package on every other CPython that the machine has than the one of the step `python`.
pub(crate) fn on_every_cpython(workplace: &Workplace) -> Result<()> {
    let root = workplace.root;
    let own = environment(root)?.version()?;
    let (mut ran, mut missing) = (vec![own.as_str()], Vec::new());
    for version in VERSIONS.into_iter().filter(|&version| version != own) {
        match Python::of_version(root, version, "requirements-cpython.txt")? {
            None => missing.push(version),
            Some(python) => {
                println!("CPython {version}");
                wheel::install(&python, &wheel::build(root, &python)?)?;
                pytest(root, &python, &["tests", "--ignore=tests/peers"])?;
                ran.push(version);
            }
        }
    }
    println!("ran on CPython {}; not on this machine: {}", ran.join(", "), missing.join(", "));
    Ok(())
}

/// Where the step `python` installs the package.
pub(super) fn environment(root: &Path) -> Result<Python> {
    Python::with(root, ENVIRONMENT, "requirements-python.txt")
}

/// The same with more packages, on what that step left.
pub(super) fn environment_with(root: &Path, requirements: &str) -> Result<Python> {
    environment(root)?;
    Python::with(root, ENVIRONMENT, requirements)
}

/// Against PyTorch and everybody else, in the environment that has them all.
pub(crate) fn with_peers(workplace: &Workplace) -> Result<()> {
    let root = workplace.root;
    let mut python = workplace.python()?;
    for requirements in ["requirements-peers.txt", "requirements-python.txt"] {
        python = Python::with(root, VENV, requirements)?;
    }
    wheel::install(&python, &wheel::build(root, &python)?)?;
    let outcomes = [pytest(root, &python, &["tests/peers"]), cuda::dry_run(workplace, &python)];
    outcomes.into_iter().collect()
}

fn lints(root: &Path, python: &Python) -> Result<()> {
    let cargo = |verb: &str, arguments: &[&str]| {
        println!("cargo {verb} in bindings/python");
        let mut command = Command::new("cargo");
        command.current_dir(root.join("bindings/python")).arg(verb).args(arguments);
        command.env("CARGO_TARGET_DIR", wheel::target(root)).env("PYO3_PYTHON", python.program());
        run_command(&mut command)
    };
    let format = cargo("fmt", &["--check"]);
    format.and(cargo("clippy", &["--quiet", "--locked", "--all-targets", "--", "-D", "warnings"]))
}

/// Tests of the installed package; a warning is a failure.
fn pytest(root: &Path, python: &Python, arguments: &[&str]) -> Result<()> {
    let mut pytest = python.command();
    pytest.current_dir(root.join("bindings/python"));
    pytest.args(["-B", "-m", "pytest", "-q", "-W", "error", "-p", "no:cacheprovider"]);
    pytest.args(arguments);
    let hypothesis = files::scratch(root, "hypothesis")?;
    run_command(pytest.env("HYPOTHESIS_STORAGE_DIRECTORY", hypothesis))
}

/// What needs no NumPy, where there is none; and what importing costs.
fn without_numpy(root: &Path, bare: &Python) -> Result<()> {
    let has_none = "import importlib.util as u; assert not u.find_spec('numpy')";
    quietly(bare.command().args(["-c", has_none]))?;
    pytest(root, bare, &["tests/bare"])?;
    run_command(bare.command().arg(root.join("bindings/python/tests/import_time.py")))
}

/// The stub says what the extension has, and carries a typed program.
fn types(root: &Path, python: &Python) -> Result<()> {
    let mypy = |module: &str, arguments: &[&str]| {
        println!("{module}");
        let mut command = python.command();
        command.current_dir(root.join("bindings/python/tests/typed"));
        command.env("MYPY_CACHE_DIR", root.join("target/xtask/mypy"));
        run_command(command.args(["-m", module]).args(arguments))
    };
    let allowed = ["--allowlist", "allowed.txt", "--ignore-unused-allowlist"];
    let stub = mypy("mypy.stubtest", &[&["tarray"][..], &allowed].concat());
    stub.and(mypy("mypy", &["--strict", "usage.py"]))
}
