//! Programs that are linked to the library of the dist folder.

use std::path::{Path, PathBuf};
use std::process::Command;

use super::compile::Dialect;
use crate::run::quietly;
use crate::{Result, files};

/// Where programs are made of sources, and what they are linked to.
pub(super) struct Programs {
    pub(super) dist: PathBuf,
    pub(super) scratch: PathBuf,
}

impl Programs {
    /// Compiles one source, links it to the shared library and returns the program.
    pub(super) fn build(
        &self,
        dialect: &Dialect,
        source: &Path,
        flags: &[&str],
    ) -> Result<PathBuf> {
        let name = format!("{}-{}", files::stem(source), dialect.file_name());
        let program = self.scratch.join(name);
        self.link(dialect.command(&self.dist.join("include")), source, flags, &program)?;
        Ok(program)
    }

    /// Compiles one source with the headers of another release, linked like the others.
    pub(super) fn build_with(
        &self,
        dialect: &Dialect,
        include: &Path,
        source: &Path,
    ) -> Result<PathBuf> {
        let program = self.scratch.join(files::stem(source));
        self.link(dialect.command(include), source, &[], &program)?;
        Ok(program)
    }

    /// Compiles one source to a shared library of its own. It is never unloaded: what it lends may
    /// be let go when a host that opened it, like a Lua state, has closed it again.
    pub(super) fn build_shared(&self, dialect: &Dialect, source: &Path, to: &Path) -> Result<()> {
        let command = dialect.command(&self.dist.join("include"));
        self.link(command, source, &["-shared", "-fPIC", "-Wl,-z,nodelete"], to)
    }

    fn link(&self, mut command: Command, source: &Path, flags: &[&str], to: &Path) -> Result<()> {
        let lib = self.dist.join("lib");
        command.args(["-g", "-pthread"]).args(flags).arg(source).arg("-o").arg(to);
        command.arg("-L").arg(&lib).arg(format!("-Wl,-rpath,{}", lib.display()));
        quietly(command.arg("-ltarray").arg("-lm")).map(drop)
    }
}
