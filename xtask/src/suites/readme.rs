//! The README's programs, compiled and run as they stand there, must print what it says they
//! print; and the flags that it names are those that the tests link with.

use std::fs;
use std::path::PathBuf;
use std::process::Command;

use super::compile::Dialect;
use super::programs::Programs;
use super::python;
use crate::dist::SYSTEM_LIBRARIES;
use crate::run::quietly;
use crate::test::Workplace;
use crate::tools::Python;
use crate::{Result, files};

const C: Dialect = Dialect { compiler: &["gcc"], standard: "c99", is_cpp: false };
const CPP: Dialect = Dialect { compiler: &["g++"], standard: "c++17", is_cpp: true };

pub(crate) fn run(workplace: &Workplace) -> Result<()> {
    let readme = fs::read_to_string(workplace.root.join("README.md"))?;
    let python = python::environment(workplace.root)?;
    let scratch = files::scratch(workplace.root, "readme")?;
    let programs = Programs { dist: workplace.dist()?, scratch };
    let blocks = blocks(&readme);
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
    states_the_flags(&readme)
}

struct Block<'a> {
    language: &'a str,
    line: usize,
    text: String,
    /// What a `text` block right behind the program says that it prints.
    output: Option<String>,
}

/// The fenced blocks that are whole programs: those in C and C++ that have a `main`, and
/// Python's.
fn blocks(readme: &str) -> Vec<Block<'_>> {
    let mut programs: Vec<Block> = Vec::new();
    for block in fenced(readme) {
        let is_program = match block.language {
            "c" | "cpp" => block.text.contains("int main("),
            language => language == "python",
        };
        let ends_at = |program: &Block| program.line + program.text.lines().count() + 1;
        match programs.last_mut() {
            _ if is_program => programs.push(block),
            Some(program) if block.language == "text" && ends_at(program) + 2 == block.line => {
                program.output = Some(block.text);
            }
            _ => {}
        }
    }
    programs
}

fn fenced(readme: &str) -> Vec<Block<'_>> {
    let mut blocks: Vec<Block> = Vec::new();
    let mut inside = false;
    for (number, line) in readme.lines().enumerate() {
        match (inside, line.strip_prefix("```")) {
            (true, Some(_)) => inside = false,
            (true, None) => {
                if let Some(block) = blocks.last_mut() {
                    block.text += &format!("{line}\n");
                }
            }
            (false, Some(language)) => {
                inside = true;
                let (text, output) = (String::new(), None);
                blocks.push(Block { language, line: number + 1, text, output });
            }
            (false, None) => {}
        }
    }
    blocks
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
    match &block.output {
        Some(output) if *output != said => {
            Err(format!("prints\n{said}instead of\n{output}").into())
        }
        _ => Ok(()),
    }
}

/// The line that links the archive, with exactly the libraries that the tests link.
fn states_the_flags(readme: &str) -> Result<()> {
    let flags = SYSTEM_LIBRARIES.map(|name| format!("-l{name}")).join(" ");
    match readme.contains(&format!("libtarray.a {flags}")) {
        true => Ok(()),
        false => Err(format!("README.md: says nowhere to link `libtarray.a {flags}`").into()),
    }
}
