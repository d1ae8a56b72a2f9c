//! The Python package: built as a wheel, and installed from it, as users do.

use std::path::{Path, PathBuf};

use crate::run::quietly;
use crate::tools::Python;
use crate::{Result, files};

/// Where cargo builds what the wheel carries, for the checks of its sources too.
pub(crate) fn target(root: &Path) -> PathBuf {
    root.join("target/python")
}

/// Builds the wheel for this Python and returns its path.
pub(crate) fn build(root: &Path, python: &Python) -> Result<PathBuf> {
    let folder = files::scratch(root, "wheel")?;
    let mut pip = python.command();
    pip.args(["-m", "pip", "wheel", "--disable-pip-version-check", "--no-deps", "--wheel-dir"]);
    pip.arg(&folder).arg(root.join("bindings/python"));
    quietly(pip.env("CARGO_TARGET_DIR", target(root)))?;
    let wheel = files::with_extension(&folder, "whl")?.swap_remove(0);
    println!("{}", wheel.display());
    Ok(wheel)
}

/// Installs a wheel in place of an earlier one.
pub(crate) fn install(python: &Python, wheel: &Path) -> Result<()> {
    let mut pip = python.command();
    pip.args(["-m", "pip", "install", "--quiet", "--disable-pip-version-check"]);
    pip.args(["--force-reinstall", "--no-deps", "--no-index"]).arg(wheel);
    quietly(&mut pip).map(drop)
}
