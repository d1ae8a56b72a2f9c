//! What a call costs in instructions and allocations, which is the same on every run where times
//! are not: `benches/calls.c` under callgrind, against the table in `benches/instructions.tsv`.

use std::collections::BTreeMap;
use std::fmt::Write;
use std::fs;
use std::path::Path;
use std::process::Command;

use super::compile::Dialect;
use super::programs::Programs;
use crate::run::quietly;
use crate::test::Workplace;
use crate::{Result, dist, files};

const C11: Dialect = Dialect { compiler: &["gcc"], standard: "c11", is_cpp: false };
const TABLE: &str = "benches/instructions.tsv";
const HEAD: &str = "call\tinstructions\tallocations\n";

/// How many times the program makes each call between two dumps.
const ROUND: u64 = 1000;

/// So much worse, in percent, is a regression; a compiler that moves a few instructions is none.
const TOLERANCE: u64 = 5;

/// Of one call.
#[derive(Clone, Copy)]
struct Cost {
    instructions: u64,
    allocations: u64,
}

type Costs = BTreeMap<String, Cost>;

/// Fails where a call costs more than the table says.
pub(crate) fn run(workplace: &Workplace) -> Result<()> {
    let counted = count(workplace.root, workplace.dist()?)?;
    let file = workplace.root.join(TABLE);
    let known = parse(&fs::read_to_string(&file).map_err(|e| format!("{TABLE}: {e}"))?)?;
    if !counted.keys().eq(known.keys()) {
        return Err(format!("{TABLE} has other rows than benches/calls.c: {ACCEPT}").into());
    }
    let mut worse = String::new();
    for (call, now) in &counted {
        let then = known[call];
        println!("{call}: {} instructions, {} allocations", now.instructions, now.allocations);
        let slower = 100 * now.instructions > (100 + TOLERANCE) * then.instructions;
        if slower || now.allocations > then.allocations {
            writeln!(
                worse,
                "{call}: {} instructions and {} allocations, were {} and {}",
                now.instructions, now.allocations, then.instructions, then.allocations
            )?;
        }
    }
    match worse.is_empty() {
        true => Ok(()),
        false => Err(format!("{worse}{ACCEPT}").into()),
    }
}

const ACCEPT: &str = "`cargo xtask instructions` accepts what is measured";

/// Writes the table anew: the way to accept a change.
pub(crate) fn accept(root: &'static Path) -> Result<()> {
    let counted = count(root, dist::build(root)?)?;
    let mut text = HEAD.to_owned();
    for (call, cost) in &counted {
        writeln!(text, "{call}\t{}\t{}", cost.instructions, cost.allocations)?;
    }
    Ok(fs::write(root.join(TABLE), text)?)
}

fn parse(table: &str) -> Result<Costs> {
    let lines = table.strip_prefix(HEAD).ok_or_else(|| format!("{TABLE}: another head"))?.lines();
    let row = |line: &str| {
        let [call, instructions, allocations] = line.split('\t').collect::<Vec<_>>()[..] else {
            return Err(format!("{TABLE}: not a row: {line}").into());
        };
        let cost = Cost { instructions: instructions.parse()?, allocations: allocations.parse()? };
        Ok((call.to_owned(), cost))
    };
    lines.map(row).collect()
}

/// Runs the program under callgrind.
fn count(root: &Path, dist: std::path::PathBuf) -> Result<Costs> {
    let programs = Programs { dist, scratch: files::scratch(root, "instructions")? };
    let flags = ["-O2", "-DCOUNT", "-Wl,-z,now"];
    let program = programs.build(&C11, &root.join("benches/calls.c"), &flags)?;
    let mut command = Command::new("valgrind");
    command.current_dir(&programs.scratch).args(["--quiet", "--tool=callgrind"]);
    command.args(["--instr-atstart=no", "--callgrind-out-file=dump"]).arg(program);
    let allocations = quietly(&mut command)?;
    let instructions = dumps(&programs.scratch)?;
    let row = |line: &str| {
        let (call, allocations) = line.split_once('\t').ok_or("a row without a number")?;
        let all = instructions.get(call).ok_or_else(|| format!("{call}: no dump"))?;
        let cost = Cost { instructions: all / ROUND, allocations: allocations.parse()? };
        Ok((call.to_owned(), cost))
    };
    allocations.lines().map(row).collect()
}

/// The instructions of each dump, by the name that the program gave it.
fn dumps(folder: &Path) -> Result<BTreeMap<String, u64>> {
    let mut found = BTreeMap::new();
    for file in files::list(folder)? {
        let is_dump = file.file_name().is_some_and(|n| n.to_string_lossy().starts_with("dump"));
        if !is_dump {
            continue;
        }
        let text = fs::read_to_string(&file)?;
        let value = |key: &str| text.lines().find_map(|line| line.strip_prefix(key));
        if let Some(name) = value("desc: Trigger: Client Request: ") {
            let all = value("totals: ").ok_or("a dump without totals")?;
            found.insert(name.to_owned(), all.trim().parse()?);
        }
    }
    Ok(found)
}
