//! What a built library says of itself, by binutils.

use std::path::Path;
use std::process::Command;

use crate::Result;
use crate::run::quietly;

/// The name under which programs will look for a shared library.
pub(crate) fn soname(library: &Path) -> Result<String> {
    let names = dynamic(library, "(SONAME)")?;
    names.into_iter().next().ok_or_else(|| format!("{}: no SONAME", library.display()).into())
}

/// The shared libraries that a library is linked to.
pub(crate) fn needed(library: &Path) -> Result<Vec<String>> {
    dynamic(library, "(NEEDED)")
}

/// Whether a library stays loaded until the process ends.
pub(crate) fn is_nodelete(library: &Path) -> Result<bool> {
    Ok(readelf_dynamic(library)?.lines().any(|l| l.contains("FLAGS_1") && l.contains("NODELETE")))
}

/// The functions and data that a library shows to others; of an archive, without `dynamic`.
pub(crate) fn exported(library: &Path, table: Table) -> Result<Vec<String>> {
    let mut nm = Command::new("nm");
    nm.args(["--extern-only", "--defined-only", "--format=posix"]);
    if let Table::Dynamic = table {
        nm.arg("--dynamic");
    }
    let said = quietly(nm.arg(library))?;
    // A member of an archive is announced by `name:`.
    let symbols = said.lines().filter(|line| line.split_whitespace().count() > 1);
    let mut names: Vec<String> =
        symbols.filter_map(|line| line.split_whitespace().next().map(str::to_owned)).collect();
    names.sort();
    Ok(names)
}

/// Where symbols are looked up.
pub(crate) enum Table {
    /// Of a shared library.
    Dynamic,
    /// Of an archive.
    Static,
}

fn dynamic(library: &Path, tag: &str) -> Result<Vec<String>> {
    let said = readelf_dynamic(library)?;
    let lines = said.lines().filter(|line| line.contains(tag));
    let names =
        lines.filter_map(|line| Some(line.split_once('[')?.1.split_once(']')?.0.to_owned()));
    Ok(names.collect())
}

fn readelf_dynamic(library: &Path) -> Result<String> {
    quietly(Command::new("readelf").env("LC_ALL", "C").args(["--dynamic", "--wide"]).arg(library))
}
