//! `cargo xtask dist`: a folder that can be moved anywhere and built against, and its tarball.

mod archive;
pub(crate) mod libraries;
mod licences;

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use crate::run::quietly;
use crate::template::Template;
use crate::{Result, files, tools, version};

/// What a program that links the static library must also link; C compilers add the rest.
pub(crate) const SYSTEM_LIBRARIES: [&str; 3] = ["pthread", "dl", "m"];

const PKG_CONFIG: &str = include_str!("../../templates/tarray.pc");
const CMAKE_CONFIG: &str = include_str!("../../templates/tarray-config.cmake");
const CMAKE_VERSION: &str = include_str!("../../templates/tarray-config-version.cmake");

/// Builds everything anew and returns the folder.
pub(crate) fn build(root: &Path) -> Result<PathBuf> {
    tools::programs(tools::FOR_DIST)?;
    let folder = folder(root)?;
    // First, so that nobody tests an older one when the build fails.
    files::remove(&folder)?;
    let libraries = libraries::build(root)?;
    libraries.install(&folder.join("lib"))?;
    write_headers(root, &folder)?;
    write_configs(root, &folder, libraries.soname())?;
    files::copy_sources(&root.join("bindings/zig"), &folder.join("zig"))?;
    for text in ["README.md", "CHANGELOG.md", "LICENSE-MIT", "LICENSE-APACHE"] {
        files::copy(&root.join(text), &folder.join(text))?;
    }
    licences::write(root, &folder.join("LICENSES-OF-DEPENDENCIES"))?;
    archive::write(&folder)?;
    Ok(folder)
}

/// Where [`build`] puts everything.
pub(crate) fn folder(root: &Path) -> Result<PathBuf> {
    Ok(root.join("dist").join(format!("tarray-{}-{}", version::of(root)?, target()?)))
}

/// The target of this build, like `x86_64-unknown-linux-gnu`.
fn target() -> Result<String> {
    let said = quietly(Command::new("rustc").arg("-vV"))?;
    let host = said.lines().find_map(|line| line.strip_prefix("host: "));
    Ok(host.ok_or("rustc -vV names no host")?.to_owned())
}

fn write_headers(root: &Path, folder: &Path) -> Result<()> {
    for header in files::list(&root.join("include"))? {
        let name = header.file_name().ok_or("a header without a name")?;
        let place = match header.extension().is_some_and(|extension| extension == "cdef") {
            true => "share/tarray",
            false => "include",
        };
        files::copy(&header, &folder.join(place).join(name))?;
    }
    Ok(())
}

fn write_configs(root: &Path, folder: &Path, soname: &str) -> Result<()> {
    let flags: Vec<String> = SYSTEM_LIBRARIES.iter().map(|name| format!("-l{name}")).collect();
    let values = Template::new(root)?
        .with("SONAME", soname)
        .with("SYSTEM_FLAGS", &flags.join(" "))
        .with("SYSTEM_LIBRARIES", &SYSTEM_LIBRARIES.join(";"));
    for (path, text) in [
        ("lib/pkgconfig/tarray.pc", PKG_CONFIG),
        ("lib/cmake/tarray/tarray-config.cmake", CMAKE_CONFIG),
        ("lib/cmake/tarray/tarray-config-version.cmake", CMAKE_VERSION),
    ] {
        let file = folder.join(path);
        files::make_parent(&file)?;
        fs::write(file, values.fill(text))?;
    }
    Ok(())
}
