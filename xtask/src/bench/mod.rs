//! `cargo xtask bench`: the figures that the README promises, each beside its peers in the same run.
//!
//! A table is a program in `benches/` that measures through the built library, never through the
//! rlib, and prints a [`Row`](rows::Row) of JSON a line. To add a row, add it to its program; to add
//! a table, add a program and its line in [`TABLES`].

mod machine;
mod markdown;
mod plot;
mod rows;

use std::fs;
use std::path::Path;

use crate::run::quietly;
use crate::tools::{self, Python};
use crate::{Result, wheel};
use rows::{Results, Row};

/// A group of rows that are measured together.
struct Table {
    name: &'static str,
    title: &'static str,
    /// What its figures mean, for the reader of the table.
    about: &'static str,
    measure: fn(&Bench) -> Result<String>,
}

const TABLES: &[Table] = &[
    Table {
        name: "calls",
        title: "Calls",
        about: "What a call from Python costs when no bytes move to speak of: float32 of shape (3, 4) where nothing \
                else is said. A row of a `from_dlpack` has the same consumer with each producer.",
        measure: |bench| bench.python("calls.py"),
    },
    Table {
        name: "convert",
        title: "Conversion",
        about: "Dense elements into memory that is there already. The size is that of the larger side; all \
                figures count bytes read and written, as memcpy of as many does.",
        measure: |bench| bench.python("convert.py"),
    },
    Table {
        name: "pairs",
        title: "All pairs",
        about: "Every pair of dtypes that PyTorch or NumPy converts, 512 KiB, one thread: our speed over that \
                of the better of the two.",
        measure: |bench| bench.python("pairs.py"),
    },
    Table {
        name: "float8",
        title: "8-bit floats",
        about: "16 Mi elements, one thread.",
        measure: |bench| bench.python("float8.py"),
    },
    Table {
        name: "fresh",
        title: "Fresh results",
        about: "Results of 256 MiB in memory that the call asks for.",
        measure: |bench| bench.python("fresh.py"),
    },
    Table {
        name: "strided",
        title: "Order of elements",
        about: "Copies into dense memory, one thread; matrices have 4096 rows and columns. \"Fresh\" results \
                are in memory that the call asks for, beside `Tensor.clone` and `ndarray.copy`.",
        measure: |bench| bench.python("strided.py"),
    },
    Table {
        name: "footprint",
        title: "Footprint",
        about: "What `import` costs in a fresh process, beside what the package has on disk. `tvm_ffi` \
                imports torch where that is installed, as it is here.",
        measure: |bench| bench.python("footprint.py"),
    },
];

/// Where the programs find what they measure.
struct Bench {
    root: &'static Path,
    python: Python,
    is_quick: bool,
}

impl Bench {
    fn new(root: &'static Path, is_quick: bool) -> Result<Bench> {
        tools::programs(tools::FOR_DEMO)?;
        let python = Python::with(root, "venv-bench", "requirements-bench.txt")?;
        wheel::install(&python, &wheel::build(root, &python)?)?;
        Ok(Bench { root, python, is_quick })
    }

    /// What a Python program in `benches/` prints.
    fn python(&self, program: &str) -> Result<String> {
        let mut command = self.python.command();
        command.arg(self.root.join("benches").join(program));
        if self.is_quick {
            command.arg("--quick");
        }
        quietly(&mut command)
    }
}

/// Measures the tables named, or all. A quick run shows its figures and keeps none.
pub(crate) fn run(root: &'static Path, arguments: &[&str]) -> Result<()> {
    let (flags, names): (Vec<&str>, Vec<&str>) =
        arguments.iter().partition(|argument| argument.starts_with("--"));
    let is_quick = match flags[..] {
        [] => false,
        ["--quick"] => true,
        _ => return Err(format!("{}: the one flag is --quick", flags.join(" ")).into()),
    };
    let tables = chosen(&names)?;
    let bench = Bench::new(root, is_quick)?;
    let mut results = Results::read(&file(root))?;
    results.machine = machine::describe(&bench.python)?;
    for table in tables {
        let rows = Row::parse_lines(&(table.measure)(&bench)?)
            .map_err(|error| format!("table {}: {error}", table.name))?;
        println!("\n{}", markdown::table(table, &rows));
        results.tables.insert(table.name.to_owned(), rows);
    }
    match is_quick {
        true => Ok(()),
        false => keep(root, &results),
    }
}

fn chosen(names: &[&str]) -> Result<Vec<&'static Table>> {
    if names.is_empty() {
        return Ok(TABLES.iter().collect());
    }
    let known = || TABLES.iter().map(|table| table.name).collect::<Vec<_>>().join(", ");
    let find = |name: &&str| {
        let table = TABLES.iter().find(|table| table.name == *name);
        table.ok_or_else(|| format!("{name}: no such table; there are: {}", known()).into())
    };
    names.iter().map(find).collect()
}

fn file(root: &Path) -> std::path::PathBuf {
    root.join("docs/performance.json")
}

/// Writes what was measured, and the page and plots that are made of it.
fn keep(root: &Path, results: &Results) -> Result<()> {
    let docs = root.join("docs");
    fs::write(file(root), results.to_json()?)?;
    let mut page = markdown::head(&results.machine);
    for table in TABLES {
        let Some(rows) = results.tables.get(table.name) else { continue };
        page += &format!("\n## {}\n\n{}\n\n", table.title, table.about);
        if let Some(plot) = plot::draw(table.title, rows) {
            let name = format!("performance-{}.svg", table.name);
            fs::write(docs.join(&name), plot)?;
            page += &format!("![{}]({name})\n\n", table.title);
        }
        page += &markdown::table(table, rows);
    }
    fs::write(docs.join("performance.md"), page)?;
    println!("{}", docs.join("performance.md").display());
    Ok(())
}
