//! The C++ programs in tests/cpp and the binding's examples: in every dialect that `tarray.hpp` is for, and
//! in one of them under valgrind and with the sanitizers in the host.

use std::path::PathBuf;
use std::process::Command;

use super::checkers::{under_valgrind, with_sanitizers};
use super::compile::{self, Dialect};
use super::programs::Programs;
use crate::each::each;
use crate::run::quietly;
use crate::test::Workplace;
use crate::{Result, files};

/// The programs that are for engines built without exceptions, too.
const WITHOUT_EXCEPTIONS: &[&str] = &["no_exceptions", "plugin"];

/// The dialect of what is watched.
const CPP17: Dialect = Dialect { compiler: &["g++"], standard: "c++17", is_cpp: true };

pub(crate) fn run(workplace: &Workplace) -> Result<()> {
    let mut sources = files::with_extension(&workplace.root.join("tests/cpp"), "cpp")?;
    sources.extend(files::with_extension(&workplace.root.join("bindings/cpp/examples"), "cpp")?);
    let dialects = in_every_dialect(workplace, &sources);
    let valgrind = under_valgrind(workplace, &CPP17, &sources);
    let sanitized = with_sanitizers(workplace, &CPP17, &sources);
    dialects.and(valgrind).and(sanitized)
}

fn in_every_dialect(workplace: &Workplace, sources: &[PathBuf]) -> Result<()> {
    let programs =
        Programs { dist: workplace.dist()?, scratch: files::scratch(workplace.root, "cpp")? };
    let dialects = compile::dialects_of_hpp();
    let pairs: Vec<_> =
        sources.iter().flat_map(|source| dialects.iter().map(move |d| (d, source))).collect();
    each(&pairs, |(dialect, source)| {
        let program = programs.build(dialect, source, &[])?;
        quietly(Command::new(program).current_dir(workplace.root))?;
        if WITHOUT_EXCEPTIONS.contains(&&*files::stem(source)) {
            let program = programs.build(dialect, source, &["-fno-exceptions", "-fno-rtti"])?;
            quietly(Command::new(program).current_dir(workplace.root))?;
        }
        println!("{}: {}", files::stem(source), dialect.name());
        Ok(())
    })
}
