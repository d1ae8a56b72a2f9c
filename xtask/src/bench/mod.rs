//! `cargo xtask bench`: the figures that the README promises, each beside its peers in the same run.
//!
//! A table is a program in `benches/` that measures through the built library, never through the
//! rlib, and prints a [`Row`](rows::Row) of JSON a line; of other runtimes, each binding has one. To
//! add a row, add it to its program; to add a table, add a program and its line in [`TABLES`].

mod c;
mod machine;
mod markdown;
mod plot;
mod readme;
mod rows;
mod unit;

use std::fs;
use std::path::{Path, PathBuf};

use crate::run::quietly;
use crate::test::Workplace;
use crate::tools::{self, Python};
use crate::{Result, dist, suites, wheel};
use rows::{Results, Row};

/// A group of rows that are measured together.
struct Table {
    name: &'static str,
    title: &'static str,
    /// What its figures mean, for the reader of the table.
    about: &'static str,
    /// The rows that stand in the README too.
    headlines: Headlines,
    measure: fn(&Bench) -> Result<String>,
}

/// Which rows of a table are told in short.
enum Headlines {
    All,
    These(&'static [&'static str]),
    None,
}

const TABLES: &[Table] = &[
    Table {
        name: "calls",
        title: "Calls",
        about: "What a call from Python costs when no bytes move to speak of: float32 of shape (3, 4) where nothing \
                else is said.",
        headlines: Headlines::These(&[
            "asarray(ndarray)",
            "asarray(torch tensor)",
            "asarray(t) is t",
            "asarray(0.5)",
            "asarray([1., 2., 3.])",
            "asarray of 1e6 floats",
        ]),
        measure: |bench| bench.python("calls.py"),
    },
    Table {
        name: "exports",
        title: "Handing on",
        about: "What the same consumer takes for a tensor of ours, and for those of others: float32 of shape (3, 4).",
        headlines: Headlines::These(&[
            "np.from_dlpack(t)",
            "torch.from_dlpack(t)",
            "tvm_ffi.from_dlpack(t)",
        ]),
        measure: |bench| bench.python("exports.py"),
    },
    Table {
        name: "c",
        title: "Calls from C",
        about: "float32 of shape (3, 4), in a program that is linked to the library. \"malloc + free\" is what one \
                block of 256 bytes costs anybody.",
        headlines: Headlines::These(&[
            "retain + release",
            "from_dlpack + to_dlpack + both releases",
            "asarray memory + release",
        ]),
        measure: c::calls,
    },
    Table {
        name: "runtimes",
        title: "Other runtimes",
        about: "What a call costs elsewhere: float32 where nothing else is said. A bare call is the cheapest function of \
                the library through the same FFI; \"its own\" does as much with what the runtime has: copies the array, \
                makes one of the list, reads an element.",
        headlines: Headlines::None,
        measure: |bench| bench.runtimes(),
    },
    Table {
        name: "convert",
        title: "Conversion",
        about: "Dense elements into memory that is there already. The size is that of the larger side; all \
                figures count bytes read and written, as memcpy of as many does.",
        headlines: Headlines::These(&[
            "float32 → float64, 64 MiB",
            "float32 → float16, 64 MiB",
            "bfloat16 → float32, 64 MiB",
            "int64 → float32, 64 MiB",
            "float32 → float16, 256 MiB, two threads",
        ]),
        measure: |bench| bench.python("convert.py"),
    },
    Table {
        name: "pairs",
        title: "All pairs",
        about: "Every pair of dtypes that PyTorch or NumPy converts, 512 KiB, one thread: our speed over that \
                of the better of the two.",
        headlines: Headlines::None,
        measure: |bench| bench.python("pairs.py"),
    },
    Table {
        name: "float8",
        title: "8-bit floats",
        about: "16 Mi elements, one thread.",
        headlines: Headlines::These(&["float32 → float8_e4m3fn", "float8_e4m3fn → float32"]),
        measure: |bench| bench.python("float8.py"),
    },
    Table {
        name: "fresh",
        title: "Fresh results",
        about: "Results of 256 MiB in memory that the call asks for.",
        headlines: Headlines::These(&[
            "float32 → float64, one thread",
            "float32 → float16, two threads",
        ]),
        measure: |bench| bench.python("fresh.py"),
    },
    Table {
        name: "strided",
        title: "Order of elements",
        about: "Copies into dense memory, one thread; matrices have 4096 rows and columns. \"Fresh\" results \
                are in memory that the call asks for, beside `Tensor.clone` and `ndarray.copy`.",
        headlines: Headlines::These(&[
            "float32 transposed",
            "uint8 transposed",
            "float32 NCHW → NHWC",
            "float32 5-D reversed",
        ]),
        measure: |bench| bench.python("strided.py"),
    },
    Table {
        name: "scale",
        title: "Between processes",
        about: "Float32 from one process to another: by pickles of protocol 5, on a cluster of Dask's with two \
                workers that know `tarray.dask.Frames`, and in Ray's object store. Speeds count each byte once.",
        headlines: Headlines::None,
        measure: |bench| bench.python("scale.py"),
    },
    Table {
        name: "footprint",
        title: "Footprint",
        about: "What `import` costs in a fresh process, beside what the package has on disk. `tvm_ffi` \
                imports torch where that is installed, as it is here.",
        headlines: Headlines::All,
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

    /// What the benches of the bindings print.
    fn runtimes(&self) -> Result<String> {
        dist::build(self.root)?;
        let flags: &[&str] = if self.is_quick { &["--quick"] } else { &[] };
        suites::runtimes::bench(&Workplace { root: self.root }, flags)
    }
}

/// Measures the tables named, or all. A quick run shows its figures and keeps none.
pub(crate) fn run(root: &'static Path, arguments: &[&str]) -> Result<()> {
    let (flags, names): (Vec<&str>, Vec<&str>) =
        arguments.iter().partition(|argument| argument.starts_with("--"));
    let is_quick = match flags[..] {
        [] => false,
        ["--quick"] => true,
        ["--draw"] => return keep(root, &Results::read(&file(root))?),
        _ => return Err(format!("{}: the flags are --quick and --draw", flags.join(" ")).into()),
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

fn file(root: &Path) -> PathBuf {
    root.join("docs/performance.json")
}

/// Writes what was measured, and what is made of it: the page, its plots and the README's part.
fn keep(root: &Path, results: &Results) -> Result<()> {
    fs::write(file(root), results.to_json()?)?;
    for (path, text) in made_of(root, results)? {
        fs::write(&path, text).map_err(|error| format!("{}: {error}", path.display()))?;
        println!("{}", path.display());
    }
    Ok(())
}

/// Fails where what is made of the kept figures says something else than they do.
pub(crate) fn is_current(root: &Path) -> Result<()> {
    for (path, text) in made_of(root, &Results::read(&file(root))?)? {
        if fs::read_to_string(&path).is_ok_and(|found| found == text) {
            continue;
        }
        let path = path.display();
        return Err(format!(
            "{path}: not made of docs/performance.json (`cargo xtask bench --draw`)"
        )
        .into());
    }
    Ok(())
}

/// Every file that shows figures, with its text.
fn made_of(root: &Path, results: &Results) -> Result<Vec<(PathBuf, String)>> {
    let docs = root.join("docs");
    let mut page = markdown::head(&results.machine);
    let mut files = vec![];
    for (table, rows) in measured(results) {
        page += &format!("\n## {}\n\n{}\n\n", table.title, table.about);
        if let Some(plot) = plot::draw(table.title, rows) {
            let name = format!("performance-{}.svg", table.name);
            page += &format!("![{}]({name})\n\n", table.title);
            files.push((docs.join(name), plot));
        }
        page += &markdown::table(table, rows);
    }
    files.push((docs.join("performance.md"), page));
    files.push((root.join("README.md"), readme::with_headlines(root, results)?));
    Ok(files)
}

/// The tables that have figures, in their order.
fn measured(results: &Results) -> impl Iterator<Item = (&'static Table, &Vec<Row>)> {
    TABLES.iter().filter_map(|table| Some((table, results.tables.get(table.name)?)))
}
