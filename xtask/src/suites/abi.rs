//! The ABI that frozen headers promise: today's header keeps it, and programs that were compiled
//! with a frozen one run against today's library.

use std::fs;
use std::path::Path;
use std::process::Command;

use super::compile::Dialect;
use super::programs::Programs;
use crate::abi::{self, Comparison, Header};
use crate::elf::{self, Table};
use crate::run::quietly;
use crate::test::Workplace;
use crate::{Result, files, headers};

const C: Dialect = Dialect { compiler: &["gcc"], standard: "c11", is_cpp: false };

/// Changes that no release may make: what stands in the header, and what would stand there.
const FORBIDDEN: [(&str, &str, &str); 6] = [
    ("a function gone", "TA_API\nta_status ta_fill(", "\nta_status ta_fill("),
    ("a field in the middle", "    uint64_t nbytes;", "    uint64_t nbytes;\n    uint64_t more;"),
    ("a field of another type", "    int32_t requires_grad;", "    int64_t requires_grad;"),
    (
        "a larger struct without a size",
        "    int32_t aliased;",
        "    int32_t aliased;\n    int32_t b;",
    ),
    ("another parameter", "ta_set_num_threads(int32_t count)", "ta_set_num_threads(int64_t count)"),
    ("another value", "#define TA_COPY_NEVER 2", "#define TA_COPY_NEVER 3"),
];

/// Changes that every release may make.
const ALLOWED: [(&str, &str, &str); 3] = [
    ("a new constant", "#define TA_OK 0", "#define TA_OK 0\n#define TA_NEW 77"),
    ("a new function", "#define TA_OK 0", "#define TA_OK 0\nTA_API\nvoid ta_new(void);"),
    (
        "a field at the end of a sized struct",
        "    int64_t stream;\n};",
        "    int64_t stream;\n    int64_t more;\n};",
    ),
];

pub(crate) fn run(workplace: &Workplace) -> Result<()> {
    let comparison = Comparison::new(workplace.root, workplace.python()?.zig()?)?;
    let today = Header::today(workplace.root)?;
    check_comparison(&comparison, &today, &files::scratch(workplace.root, "abi-changed")?)?;
    let dist = workplace.dist()?;
    let exported = elf::exported(&dist.join("lib/libtarray.so"), Table::Dynamic)?;
    for frozen in abi::promises(workplace.root)? {
        comparison.between(&frozen, &today)?;
        still_exported(&frozen, &exported)?;
        old_program(workplace, &dist, &frozen.folder)?;
        println!("{}: kept, and its program runs", frozen.name);
    }
    Ok(())
}

/// The comparison is on: it allows what it should, and so finds the others for what they are.
fn check_comparison(comparison: &Comparison, today: &Header, scratch: &Path) -> Result<()> {
    for (change, line, other) in ALLOWED {
        comparison.between(today, &changed(today, scratch, line, other)?)?;
        println!("allowed: {change}");
    }
    for (change, line, other) in FORBIDDEN {
        match comparison.between(today, &changed(today, scratch, line, other)?) {
            Ok(()) => return Err(format!("{change} was not found").into()),
            Err(_) => println!("found: {change}"),
        }
    }
    Ok(())
}

fn changed(today: &Header, scratch: &Path, line: &str, other: &str) -> Result<Header> {
    if !today.text.contains(line) {
        return Err(format!("tarray.h: no `{line}` to change").into());
    }
    fs::write(scratch.join("tarray.h"), today.text.replacen(line, other, 1))?;
    Header::read(scratch.to_owned())
}

fn still_exported(frozen: &Header, exported: &[String]) -> Result<()> {
    let mut functions = headers::functions_of(&frozen.text);
    functions.retain(|name| !exported.contains(name));
    match functions.is_empty() {
        true => Ok(()),
        false => Err(format!("the library lost {functions:?} of {}", frozen.name).into()),
    }
}

/// The program of the first release, compiled with the frozen header and, as sources keep
/// building too, with today's.
fn old_program(workplace: &Workplace, dist: &Path, frozen: &Path) -> Result<()> {
    let source = workplace.root.join("tests/abi/program.c");
    let scratch = files::scratch(workplace.root, "abi-program")?;
    let programs = Programs { dist: dist.to_owned(), scratch };
    for include in [frozen, &dist.join("include")] {
        let program = programs.build_with(&C, include, &source)?;
        quietly(&mut Command::new(program))?;
    }
    Ok(())
}
