//! The frozen ABI: a header for each release in `tests/abi`, and what may differ from it.

mod compare;

use std::fs;
use std::path::{Path, PathBuf};

use crate::tools::{self, Python, VENV};
use crate::{Result, files, headers, version};

pub(crate) use compare::Comparison;

/// A header of the library, of today or of a release.
pub(crate) struct Header {
    /// For messages.
    pub(crate) name: String,
    /// Where it is, as `tarray.h`.
    pub(crate) folder: PathBuf,
    pub(crate) text: String,
}

impl Header {
    /// The header in a folder, under the folder's name.
    pub(crate) fn read(folder: PathBuf) -> Result<Header> {
        let path = folder.join("tarray.h");
        let text = fs::read_to_string(&path).map_err(|e| format!("{}: {e}", path.display()))?;
        let name = folder.file_name().unwrap_or_default().to_string_lossy().into_owned();
        Ok(Header { name, folder, text })
    }

    /// The one that the source says.
    pub(crate) fn today(root: &Path) -> Result<Header> {
        Header::read(root.join("include"))
    }
}

/// The releases whose programs today's library must run: those of its own ABI number.
pub(crate) fn promises(root: &Path) -> Result<Vec<Header>> {
    let number = headers::define(root, "TA_ABI_VERSION")?;
    let mut promises = Vec::new();
    for folder in files::folders(&root.join("tests/abi"))? {
        let frozen = Header::read(folder)?;
        if headers::define_in(&frozen.text, "TA_ABI_VERSION") == Some(&number) {
            promises.push(frozen);
        }
    }
    match promises.is_empty() {
        true => {
            Err(format!("tests/abi: no header of ABI {number}: run `cargo xtask freeze`").into())
        }
        false => Ok(promises),
    }
}

/// Freezes today's header as that of the version in Cargo.toml. From ABI 1 on, only if every
/// program of a frozen header of that ABI still works: the number must go up for anything else.
pub(crate) fn freeze(root: &Path) -> Result<()> {
    let number = headers::define(root, "TA_ABI_VERSION")?;
    if number != "0" {
        tools::programs(tools::FOR_ABI)?;
        let python = Python::with(root, VENV, "requirements.txt")?;
        let comparison = Comparison::new(root, python.zig()?)?;
        // The first header of a new number has nobody to keep a promise to.
        for frozen in promises(root).unwrap_or_default() {
            comparison.between(&frozen, &Header::today(root)?)?;
        }
    }
    let frozen = root.join("tests/abi").join(version::of(root)?).join("tarray.h");
    files::copy(&root.join("include/tarray.h"), &frozen)?;
    println!("{}: ABI {number}", frozen.display());
    Ok(())
}
