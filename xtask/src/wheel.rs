//! The Python package: built as a wheel, and installed from it, as users do.

use std::path::{Path, PathBuf};
use std::process::Command;

use crate::run::quietly;
use crate::tools::Python;
use crate::{Result, files};

/// Where cargo builds what the wheel carries, for the checks of its sources too.
pub(crate) fn target(root: &Path) -> PathBuf {
    root.join("target/python")
}

/// Builds the wheel for this Python and returns its path.
pub(crate) fn build(root: &Path, python: &Python) -> Result<PathBuf> {
    pip_wheel(root, python, &root.join("bindings/python"), "wheel")
}

fn pip_wheel(root: &Path, python: &Python, sources: &Path, name: &str) -> Result<PathBuf> {
    let folder = files::scratch(root, name)?;
    let mut pip = python.command();
    pip.args(["-m", "pip", "wheel", "--disable-pip-version-check", "--no-deps", "--wheel-dir"]);
    pip.arg(&folder).arg(sources);
    quietly(pip.env("CARGO_TARGET_DIR", target(root)))?;
    let wheel = files::with_extension(&folder, "whl")?.swap_remove(0);
    println!("{}", wheel.display());
    Ok(wheel)
}

/// Builds a wheel from the source distribution instead of the checkout: it has to hold all that
/// is needed. It is unpacked at the same place each time, so that cargo knows what it has built.
pub(crate) fn build_from_sdist(root: &Path, python: &Python) -> Result<PathBuf> {
    let folder = files::scratch(root, "sdist")?;
    let make = "import sys; sys.path.insert(0, sys.argv[1]); import tarray_build as backend; \
                print(backend.build_sdist(sys.argv[2]))";
    let mut sdist = python.command();
    sdist.args(["-c", make]).arg(root.join("bindings/python/backend")).arg(&folder);
    let archive = folder.join(quietly(&mut sdist)?.trim());
    quietly(Command::new("tar").arg("-xzf").arg(&archive).arg("-C").arg(&folder))?;
    let unpacked = archive.to_string_lossy().replace(".tar.gz", "");
    pip_wheel(root, python, Path::new(&unpacked), "wheel-of-sdist")
}

/// Installs a wheel in place of an earlier one.
pub(crate) fn install(python: &Python, wheel: &Path) -> Result<()> {
    let mut pip = python.command();
    pip.args(["-m", "pip", "install", "--quiet", "--disable-pip-version-check"]);
    pip.args(["--force-reinstall", "--no-deps", "--no-index"]).arg(wheel);
    quietly(&mut pip).map(drop)
}
