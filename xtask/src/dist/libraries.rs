//! The release libraries, each built as the only crate type: cargo leaves out link-time
//! optimisation when an rlib is built in the same go.

use std::fs;
use std::os::unix::fs::symlink;
use std::path::{Path, PathBuf};
use std::process::Command;

use crate::run::{quietly, run};
use crate::{Result, elf, files, headers};

pub(super) struct Libraries {
    shared: PathBuf,
    archive: PathBuf,
    soname: String,
}

pub(super) fn build(root: &Path) -> Result<Libraries> {
    let built = root.join("target/dist/release");
    let kept = files::scratch(root, "libraries")?;

    build_as(root, "cdylib")?;
    let shared = kept.join("libtarray.so");
    files::copy(&built.join("libtarray.so"), &shared)?;
    quietly(Command::new("strip").arg("--strip-unneeded").arg(&shared))?;
    let soname = elf::soname(&shared)?;

    build_as(root, "staticlib")?;
    let archive = kept.join("libtarray.a");
    hide_all_but(&headers::functions(root)?, &built.join("libtarray.a"), &archive)?;

    Ok(Libraries { shared, archive, soname })
}

fn build_as(root: &Path, crate_type: &str) -> Result<()> {
    let arguments = ["rustc", "--release", "--lib", "--package", "tarray", "--crate-type"];
    let cargo = std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into());
    let mut command = Command::new(cargo);
    command.current_dir(root).env("RUSTFLAGS", without_our_paths(root));
    command.args(arguments).arg(crate_type);
    run(command.arg("--target-dir").arg(root.join("target/dist")))
}

/// Flags that keep the folders of the building machine out of the libraries, whose panic
/// messages name source files.
fn without_our_paths(root: &Path) -> String {
    let renamed = |path: &Path, name| format!("--remap-path-prefix={}={name}", path.display());
    let flags = [renamed(root, "tarray"), renamed(&cargo_home(), "crates")];
    flags.join(" ")
}

/// Where cargo keeps the sources of crates.
pub(crate) fn cargo_home() -> PathBuf {
    let home = || PathBuf::from(std::env::var_os("HOME").unwrap_or_default()).join(".cargo");
    std::env::var_os("CARGO_HOME").map_or_else(home, PathBuf::from)
}

/// Makes an archive of one object that shows nothing but `functions`. A Rust archive as it
/// comes has the symbols of Rust's runtime too, which clash with those of the next one.
fn hide_all_but(functions: &[String], archive: &Path, to: &Path) -> Result<()> {
    let object = to.with_extension("o");
    let mut link = Command::new("ld");
    // Groups that linkers merge by name would make two hidden runtimes meet again.
    link.args(["--relocatable", "--gc-sections", "--force-group-allocation"]);
    for function in functions {
        link.arg(format!("--undefined={function}"));
    }
    quietly(link.arg("-o").arg(&object).arg(archive))?;

    let mut hide = Command::new("objcopy");
    for function in functions {
        hide.arg(format!("--keep-global-symbol={function}"));
    }
    // Bitcode of a compiler that is newer than the user's makes the user's `ar` and `nm` stumble.
    hide.args(["--remove-section=.llvmbc", "--remove-section=.llvmcmd"]);
    quietly(hide.arg("--strip-unneeded").arg(&object))?;
    quietly(Command::new("ar").arg("rcsD").arg(to).arg(&object)).map(drop)
}

impl Libraries {
    pub(super) fn soname(&self) -> &str {
        &self.soname
    }

    pub(super) fn install(&self, folder: &Path) -> Result<()> {
        files::copy(&self.archive, &folder.join("libtarray.a"))?;
        files::copy(&self.shared, &folder.join(&self.soname))?;
        symlink(&self.soname, folder.join("libtarray.so"))?;
        let size = fs::metadata(folder.join(&self.soname))?.len();
        println!("{}: {size} bytes", self.soname);
        Ok(())
    }
}
