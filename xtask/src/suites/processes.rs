//! Two copies of the library in one process, a library that is closed with a loan in foreign hands, and
//! a process that has no room for threads.

use std::path::Path;
use std::process::Command;

use super::compile::Dialect;
use super::programs::Programs;
use crate::dist::SYSTEM_LIBRARIES;
use crate::run::quietly;
use crate::test::Workplace;
use crate::{Result, files};

const C11: Dialect = Dialect { compiler: &["gcc"], standard: "c11", is_cpp: false };

pub(crate) fn run(workplace: &Workplace) -> Result<()> {
    let sources = workplace.root.join("tests/processes");
    let programs =
        Programs { dist: workplace.dist()?, scratch: files::scratch(workplace.root, "processes")? };
    let plugin = programs.scratch.join("plugin.so");
    build_plugin(&programs, &sources.join("plugin.c"), &plugin)?;
    let helpers = format!("-I{}", workplace.root.join("tests/c").display());
    for (name, argument) in [
        ("two_copies", Some(plugin)),
        ("closed", Some(programs.dist.join("lib/libtarray.so"))),
        ("no_threads", None),
    ] {
        let source = sources.join(format!("{name}.c"));
        let program = programs.build(&C11, &source, &[&helpers, "-ldl"])?;
        quietly(Command::new(program).args(argument))?;
        println!("{name}: runs");
    }
    Ok(())
}

/// A shared library with the archive in it. Like libtarray.so itself it stays loaded: deleters may
/// outlive a dlclose.
fn build_plugin(programs: &Programs, source: &Path, plugin: &Path) -> Result<()> {
    let mut gcc = C11.command(&programs.dist.join("include"));
    gcc.args(["-shared", "-fPIC", "-fvisibility=hidden", "-Wl,-z,nodelete,--exclude-libs,ALL"]);
    gcc.arg(source).args(["-x", "none"]).arg(programs.dist.join("lib/libtarray.a"));
    gcc.args(SYSTEM_LIBRARIES.map(|name| format!("-l{name}")));
    quietly(gcc.arg("-o").arg(plugin)).map(drop)
}
