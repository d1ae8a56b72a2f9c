//! The programs that building and testing need: found, or installed.

use std::ffi::OsString;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::{env, fs, iter};

use crate::Result;
use crate::run::{quietly, run, twice};

/// A program, and the Debian packages that bring it.
pub(crate) type Program = (&'static str, &'static [&'static str]);

/// What the demo needs.
pub(crate) const FOR_DEMO: &[Program] =
    &[("cc", &["gcc", "libc6-dev"]), ("g++", &["g++"]), ("python3", &["python3", "python3-venv"])];

/// What `cargo xtask dist` needs.
pub(crate) const FOR_DIST: &[Program] = &[
    ("cc", &["gcc", "libc6-dev"]),
    ("objcopy", &["binutils"]),
    ("tar", &["tar"]),
    ("gzip", &["gzip"]),
];

/// What comparing two ABIs needs.
pub(crate) const FOR_ABI: &[Program] = &[("abidiff", &["abigail-tools"])];

/// What the tests need.
pub(crate) const FOR_TESTS: &[Program] = &[
    ("gcc", &["gcc", "libc6-dev"]),
    ("g++", &["g++"]),
    ("clang", &["clang"]),
    ("clang++", &["clang"]),
    ("clang++-19", &["clang-19", "libc++-19-dev", "libc++abi-19-dev"]),
    ("cmake", &["cmake"]),
    ("ninja", &["ninja-build"]),
    ("pkg-config", &["pkg-config"]),
    // OpenCL on the CPU, which has no program of its own.
    ("clinfo", &["clinfo", "pocl-opencl-icd", "ocl-icd-opencl-dev"]),
    ("nm", &["binutils"]),
    // Without the loader's symbols valgrind does not start.
    ("valgrind", &["valgrind", "libc6-dbg"]),
    ("python3", &["python3", "python3-venv"]),
    // Python.h.
    ("python3-config", &["python3-dev"]),
];

/// The environment of what needs no other: the walk, the demo, the peers.
pub(crate) const VENV: &str = "venv";

/// Installs the packages of those programs that are not on the path.
pub(crate) fn programs(wanted: &[Program]) -> Result<()> {
    let missing = wanted.iter().filter(|(program, _)| !is_on_path(program));
    let packages: Vec<&str> = missing.flat_map(|(_, packages)| packages.iter().copied()).collect();
    match packages.is_empty() {
        true => Ok(()),
        false => install(&packages),
    }
}

/// Installs what a runtime needs: programs of Debian, and what a file of `tests/` lists of PyPI,
/// into the environment `target/<name>`. The path on which all are found.
pub(crate) fn path_with(
    root: &Path,
    name: &str,
    wanted: &[Program],
    pypi: Option<&str>,
) -> Result<OsString> {
    programs(wanted)?;
    let path = env::var_os("PATH").unwrap_or_default();
    let Some(requirements) = pypi else { return Ok(path) };
    let python = Python::with(root, name, requirements)?;
    let bin = python.program().parent().ok_or("a program without a folder")?.to_owned();
    Ok(env::join_paths(iter::once(bin).chain(env::split_paths(&path)))?)
}

fn is_on_path(program: &str) -> bool {
    let path = env::var_os("PATH").unwrap_or_default();
    env::split_paths(&path).any(|folder| folder.join(program).is_file())
}

fn install(packages: &[&str]) -> Result<()> {
    let by_hand = format!("please install: {}", packages.join(" "));
    if !is_on_path("apt-get") {
        return Err(by_hand.into());
    }
    println!("installing {}", packages.join(" "));
    let apt = |arguments: &[&str]| {
        twice(|| {
            let mut command = Command::new("apt-get");
            command.env("DEBIAN_FRONTEND", "noninteractive").arg("--yes").args(arguments);
            quietly(&mut command).map(drop)
        })
    };
    apt(&["update"]).map_err(|e| format!("{e}\n{by_hand}"))?;
    let install = [&["install", "--no-install-recommends"], packages].concat();
    Ok(apt(&install).map_err(|e| format!("{e}\n{by_hand}"))?)
}

/// A Python with the packages of some of the files `tests/requirements*.txt`.
pub(crate) struct Python {
    program: PathBuf,
}

impl Python {
    /// The environment `target/<name>`, brought up to what `requirements` lists on top of what
    /// it has. Quick when that was done before.
    pub(crate) fn with(root: &Path, name: &str, requirements: &str) -> Result<Python> {
        let venv = root.join("target").join(name);
        Python { program: venv.join("bin/python") }.prepared(root, &venv, requirements, create)
    }

    /// An environment of CPython `version`, like `3.13` or `3.13t`, as [`Python::with`]; `None` if
    /// the machine has none.
    pub(crate) fn of_version(
        root: &Path,
        version: &str,
        requirements: &str,
    ) -> Result<Option<Python>> {
        // pyenv's programs of that name ask for the version; others do not look.
        let interpreter = || {
            let mut command = Command::new(format!("python{version}"));
            command.env("PYENV_VERSION", version);
            command
        };
        if quietly(interpreter().arg("--version")).is_err() {
            return Ok(None);
        }
        let venv = root.join("target").join(format!("venv-{version}"));
        let python = Python { program: venv.join("bin/python") };
        let create = |venv: &Path| {
            quietly(interpreter().args(["-m", "venv", "--clear"]).arg(venv)).map(drop)
        };
        python.prepared(root, &venv, requirements, create).map(Some)
    }

    fn prepared(
        self,
        root: &Path,
        venv: &Path,
        requirements: &str,
        create: impl FnOnce(&Path) -> Result<()>,
    ) -> Result<Python> {
        let python = self;
        if quietly(python.command().args(["-m", "pip", "--version"])).is_err() {
            create(venv)?;
        }
        let file = root.join("tests").join(requirements);
        let wanted = fs::read_to_string(&file).map_err(|e| format!("{requirements}: {e}"))?;
        let stamp = venv.join(format!("{requirements}.installed"));
        if fs::read_to_string(&stamp).is_ok_and(|installed| installed == wanted) {
            return Ok(python);
        }
        println!("installing the packages of tests/{requirements} into {}", venv.display());
        twice(|| {
            let pip = ["-m", "pip", "install", "--quiet", "--disable-pip-version-check", "-r"];
            run(python.command().args(pip).arg(&file))
        })?;
        fs::write(&stamp, wanted)?;
        Ok(python)
    }

    /// The environment `target/<name>`, which sees the packages of the machine's own Python.
    pub(crate) fn of_machine(root: &Path, name: &str) -> Result<Python> {
        let venv = root.join("target").join(name);
        let python = Python { program: venv.join("bin/python") };
        if quietly(python.command().args(["-m", "pip", "--version"])).is_err() {
            let mut create = Command::new("python3");
            quietly(create.args(["-m", "venv", "--clear", "--system-site-packages"]).arg(&venv))?;
        }
        Ok(python)
    }

    pub(crate) fn command(&self) -> Command {
        Command::new(&self.program)
    }

    pub(crate) fn program(&self) -> &Path {
        &self.program
    }

    /// Its version as its program is called: `3.13`, or `3.13t` without a GIL.
    pub(crate) fn version(&self) -> Result<String> {
        let ask = "import sys, sysconfig; v = sys.version_info; \
                   print(f'{v[0]}.{v[1]}' + 't' * bool(sysconfig.get_config_var('Py_GIL_DISABLED')))";
        Ok(quietly(self.command().args(["-c", ask]))?.trim().to_owned())
    }

    /// The Zig compiler that came as a package.
    pub(crate) fn zig(&self) -> Result<PathBuf> {
        self.folder_of("ziglang").map(|folder| folder.join("zig"))
    }

    /// Where a package is installed, which is not imported for this.
    pub(crate) fn folder_of(&self, package: &str) -> Result<PathBuf> {
        let find = "import importlib.util as u, sys; print(u.find_spec(sys.argv[1]).origin)";
        let origin = quietly(self.command().args(["-c", find, package]))?;
        let folder = Path::new(origin.trim()).parent().ok_or("a package without a folder")?;
        Ok(folder.to_path_buf())
    }
}

fn create(venv: &Path) -> Result<()> {
    let attempt = || quietly(Command::new("python3").args(["-m", "venv", "--clear"]).arg(venv));
    if attempt().is_err() {
        // Debian's python3 comes without the module.
        install(&["python3-venv"])?;
        attempt()?;
    }
    Ok(())
}

/// The parts of the Rust tool chain that a minimal installation lacks.
pub(crate) fn rust_components() -> Result<()> {
    for (component, program) in [("rustfmt", "fmt"), ("clippy", "clippy")] {
        if quietly(Command::new("cargo").args([program, "--version"])).is_err() {
            let mut add = Command::new("rustup");
            add.args(["component", "add", component]);
            twice(|| quietly(&mut add).map(drop))?;
        }
    }
    Ok(())
}
