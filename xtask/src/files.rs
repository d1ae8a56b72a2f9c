//! Copying, listing and removing files, with the path in every error.

use std::fs;
use std::io::ErrorKind;
use std::path::{Path, PathBuf};
use std::process::Command;

use crate::Result;
use crate::run::quietly;

/// Copies one file, making the folders on the way.
pub(crate) fn copy(from: &Path, to: &Path) -> Result<()> {
    make_parent(to)?;
    fs::copy(from, to).map_err(|e| format!("{}: {e}", from.display()))?;
    Ok(())
}

/// Copies a folder of the checkout without what compilers left in it.
pub(crate) fn copy_sources(from: &Path, to: &Path) -> Result<()> {
    const LEFT_BY_COMPILERS: [&str; 4] = [".zig-cache", "zig-out", "zig-pkg", "node_modules"];
    let entries = fs::read_dir(from).map_err(|e| format!("{}: {e}", from.display()))?;
    for entry in entries {
        let entry = entry?;
        let name = entry.file_name();
        let is_left = LEFT_BY_COMPILERS.iter().any(|left| name == *left);
        match entry.file_type()?.is_dir() {
            true if is_left => {}
            true => copy_sources(&entry.path(), &to.join(name))?,
            false => copy(&entry.path(), &to.join(name))?,
        }
    }
    Ok(())
}

/// Copies a whole folder, links and all.
pub(crate) fn copy_folder(from: &Path, to: &Path) -> Result<()> {
    make_parent(to)?;
    quietly(Command::new("cp").arg("-a").arg(from).arg(to)).map(drop)
}

pub(crate) fn make_parent(path: &Path) -> Result<()> {
    let parent = path.parent().ok_or("a path without a parent")?;
    Ok(fs::create_dir_all(parent).map_err(|e| format!("{}: {e}", parent.display()))?)
}

/// The files in a folder, not below it, by name.
pub(crate) fn list(folder: &Path) -> Result<Vec<PathBuf>> {
    entries(folder, Path::is_file)
}

/// The folders in a folder, not below it, by name.
pub(crate) fn folders(folder: &Path) -> Result<Vec<PathBuf>> {
    entries(folder, Path::is_dir)
}

fn entries(folder: &Path, wanted: fn(&Path) -> bool) -> Result<Vec<PathBuf>> {
    let entries = fs::read_dir(folder).map_err(|e| format!("{}: {e}", folder.display()))?;
    let paths = entries.filter_map(|entry| Some(entry.ok()?.path()));
    let mut found: Vec<PathBuf> = paths.filter(|path| wanted(path)).collect();
    found.sort();
    Ok(found)
}

/// The files in a folder whose name ends in `.extension`. None at all is an error: a suite
/// that finds nothing to test has not passed.
pub(crate) fn with_extension(folder: &Path, extension: &str) -> Result<Vec<PathBuf>> {
    let mut files = list(folder)?;
    files.retain(|path| path.extension().is_some_and(|e| e == extension));
    match files.is_empty() {
        true => Err(format!("{}: no .{extension} file", folder.display()).into()),
        false => Ok(files),
    }
}

/// Removes a folder, if there is one.
pub(crate) fn remove(folder: &Path) -> Result<()> {
    match fs::remove_dir_all(folder) {
        Err(e) if e.kind() != ErrorKind::NotFound => {
            Err(format!("{}: {e}", folder.display()).into())
        }
        _ => Ok(()),
    }
}

/// An empty folder below `target/xtask`, for what a suite makes.
pub(crate) fn scratch(root: &Path, name: &str) -> Result<PathBuf> {
    let folder = scratch_path(root, name);
    remove(&folder)?;
    fs::create_dir_all(&folder).map_err(|e| format!("{}: {e}", folder.display()))?;
    Ok(folder)
}

/// Where [`scratch`] makes a folder, or has made it.
pub(crate) fn scratch_path(root: &Path, name: &str) -> PathBuf {
    root.join("target/xtask").join(name)
}

/// The last part of a path without its extension, for messages and names of outputs.
pub(crate) fn stem(path: &Path) -> String {
    path.file_stem().unwrap_or_default().to_string_lossy().into_owned()
}
