//! The one version number: `[workspace.package]` in the root's Cargo.toml.

use std::fs;
use std::path::Path;

use crate::Result;

/// Like `0.1.0`.
pub(crate) fn of(root: &Path) -> Result<String> {
    let manifest = fs::read_to_string(root.join("Cargo.toml"))?;
    manifest
        .lines()
        .skip_while(|line| *line != "[workspace.package]")
        .find_map(|line| line.strip_prefix("version = \"")?.strip_suffix('"'))
        .map(str::to_owned)
        .ok_or_else(|| "Cargo.toml: no version in [workspace.package]".into())
}
