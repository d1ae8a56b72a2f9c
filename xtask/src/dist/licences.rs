//! The licences of what is linked into the libraries, which ask to be passed on.

use std::collections::HashMap;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use serde_json::Value;

use crate::Result;
use crate::files;
use crate::run::quietly;

const OPENING: &str = "\
Besides its own source, tarray is built of Rust's standard library (MIT OR Apache-2.0,
https://www.rust-lang.org) and of the crates below.
";

/// Collects the licence files of every crate that ends up in the libraries.
pub(super) fn write(root: &Path, to: &Path) -> Result<()> {
    let folders = source_folders(root)?;
    let mut text = OPENING.to_owned();
    for name_and_version in linked_crates(root)? {
        let folder = folders.get(&name_and_version).ok_or("a crate without a source")?;
        text += &format!("\n{}\n{name_and_version}\n", "=".repeat(70));
        text += &licences_in(folder)?;
    }
    fs::write(to, text)?;
    Ok(())
}

/// Like `half 2.7.1`, without ourselves and without what only runs at build time.
fn linked_crates(root: &Path) -> Result<Vec<String>> {
    let arguments = ["tree", "--package", "tarray", "--edges", "normal,no-proc-macro"];
    let plain = ["--prefix", "none", "--format", "{p}"];
    let said = quietly(Command::new("cargo").current_dir(root).args(arguments).args(plain))?;
    let mut crates: Vec<String> = said
        .lines()
        .skip(1)
        .filter_map(|line| {
            let (name, version) = line.split_once(" v")?;
            Some(format!("{name} {}", version.split_whitespace().next()?))
        })
        .collect();
    crates.sort();
    crates.dedup();
    Ok(crates)
}

fn source_folders(root: &Path) -> Result<HashMap<String, PathBuf>> {
    let arguments = ["metadata", "--format-version", "1"];
    let said = quietly(Command::new("cargo").current_dir(root).args(arguments))?;
    let metadata: Value = serde_json::from_str(&said)?;
    let packages = metadata["packages"].as_array().ok_or("cargo metadata names no packages")?;
    let folder = |package: &Value| {
        let name = format!("{} {}", package["name"].as_str()?, package["version"].as_str()?);
        Some((name, Path::new(package["manifest_path"].as_str()?).parent()?.to_path_buf()))
    };
    Ok(packages.iter().filter_map(folder).collect())
}

fn licences_in(folder: &Path) -> Result<String> {
    let is_licence = |name: &str| {
        let name = name.to_uppercase();
        ["LICENSE", "LICENCE", "COPYING", "NOTICE"].iter().any(|start| name.starts_with(start))
    };
    let mut text = String::new();
    for file in files::list(folder)? {
        if is_licence(&files::stem(&file)) {
            text += &format!("\n{}", fs::read_to_string(&file)?);
        }
    }
    match text.is_empty() {
        true => Err(format!("{}: no licence", folder.display()).into()),
        false => Ok(text),
    }
}
