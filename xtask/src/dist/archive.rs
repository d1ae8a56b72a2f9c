//! The tarball of the folder: the same bytes for the same files, whoever packs them and when.

use std::path::Path;
use std::process::Command;

use crate::Result;
use crate::run::quietly;

pub(super) fn write(folder: &Path) -> Result<()> {
    let (parent, name) = (folder.parent(), folder.file_name());
    let (parent, name) = parent.zip(name).ok_or("a folder without a name")?;
    let tarball = format!("{}.tar", name.to_string_lossy());
    let plain = ["--sort=name", "--mtime=@0", "--owner=0", "--group=0", "--numeric-owner"];
    let mut tar = Command::new("tar");
    tar.current_dir(parent).args(plain).args(["--mode=u+rwX,go+rX,go-w", "--format=ustar"]);
    quietly(tar.arg("--create").arg("--file").arg(&tarball).arg(name))?;
    let mut gzip = Command::new("gzip");
    quietly(gzip.current_dir(parent).args(["--force", "--no-name", "--best"]).arg(&tarball))?;
    Ok(())
}
