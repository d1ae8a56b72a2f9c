//! The README's programs, compiled and run as they stand there, must print what it says they
//! print; the flags that it names are those that the tests link with; its figures are those kept.

use std::fs;
use std::path::PathBuf;
use std::process::Command;

use super::blocks::{self, Block};
use super::compile::Dialect;
use super::programs::Programs;
use super::python;
use crate::dist::SYSTEM_LIBRARIES;
use crate::run::quietly;
use crate::test::Workplace;
use crate::tools::Python;
use crate::{Result, bench, files};

const C: Dialect = Dialect { compiler: &["gcc"], standard: "c99", is_cpp: false };
const CPP: Dialect = Dialect { compiler: &["g++"], standard: "c++17", is_cpp: true };

pub(crate) fn run(workplace: &Workplace) -> Result<()> {
    let readme = fs::read_to_string(workplace.root.join("README.md"))?;
    let python = python::environment(workplace.root)?;
    let scratch = files::scratch(workplace.root, "readme")?;
    let programs = Programs { dist: workplace.dist()?, scratch };
    let blocks = blocks::programs(&readme, is_program);
    for language in ["c", "cpp", "python"] {
        if !blocks.iter().any(|block| block.language == language) {
            return Err(format!("README.md: no program in {language}").into());
        }
    }
    for (number, block) in blocks.iter().enumerate() {
        let source = programs.scratch.join(format!("block{number}.{}", block.language));
        fs::write(&source, &block.text)?;
        run_block(&programs, &python, block, source)
            .map_err(|error| format!("README.md:{}: {error}", block.line))?;
        println!("line {}: the {} program runs", block.line, block.language);
    }
    states_the_flags(&readme)?;
    bench::is_current(workplace.root)
}

/// In C and C++ those that have a `main`, and all of Python's.
fn is_program(block: &Block) -> bool {
    match block.language {
        "c" | "cpp" => block.text.contains("int main("),
        language => language == "python",
    }
}

fn run_block(programs: &Programs, python: &Python, block: &Block, source: PathBuf) -> Result<()> {
    let mut command = match block.language {
        "c" => Command::new(programs.build(&C, &source, &[])?),
        "cpp" => Command::new(programs.build(&CPP, &source, &[])?),
        _ => python.command(),
    };
    if block.language == "python" {
        command.arg(source);
    }
    let said = quietly(&mut command)?;
    block.check(&said)
}

/// The line that links the archive, with exactly the libraries that the tests link.
fn states_the_flags(readme: &str) -> Result<()> {
    let flags = SYSTEM_LIBRARIES.map(|name| format!("-l{name}")).join(" ");
    match readme.contains(&format!("libtarray.a {flags}")) {
        true => Ok(()),
        false => Err(format!("README.md: says nowhere to link `libtarray.a {flags}`").into()),
    }
}
