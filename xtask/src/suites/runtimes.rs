//! The bindings of other runtimes: each runs its own tests, if its runtime can be had here.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use super::blocks;
use crate::headers;
use crate::run::{quietly, run as run_command};
use crate::test::Workplace;
use crate::tools::{self, Program};
use crate::{Result, files};

/// A binding in `bindings/<name>`, and how its tests run.
struct Runtime {
    name: &'static str,
    /// What its tests run, and the Debian packages that bring it.
    programs: &'static [Program],
    /// Commands, run in the binding's folder one after the other.
    tests: &'static [&'static [&'static str]],
    /// The language of the README's program, and the command that runs a file of it.
    readme: (&'static str, &'static [&'static str]),
}

const RUNTIMES: &[Runtime] = &[
    Runtime {
        name: "luajit",
        programs: &[("luajit", &["luajit"])],
        tests: &[&["luajit", "tests/run.lua"]],
        readme: (
            "lua",
            &["luajit", "-e", "package.path = './?.lua;./?/init.lua;' .. package.path"],
        ),
    },
    Runtime {
        name: "ruby",
        programs: &[("ruby", &["ruby"])],
        tests: &[
            &["ruby", "-w", "test/test_tarray.rb"],
            &["gem", "build", "--quiet", "tarray.gemspec"],
        ],
        readme: ("ruby", &["ruby", "-w", "-Ilib"]),
    },
];

/// Runs those that can be installed, and says which cannot.
pub(crate) fn run(workplace: &Workplace) -> Result<()> {
    let place = Place::new(workplace)?;
    let mut outcome = Ok(());
    let mut missing = Vec::new();
    for runtime in RUNTIMES {
        if let Err(error) = tools::programs(runtime.programs) {
            missing.push(format!("{} cannot be tested here: {error}", runtime.name));
            continue;
        }
        println!("{}", runtime.name);
        outcome = outcome.and(place.test(runtime));
    }
    println!("{} of {} runtimes", RUNTIMES.len() - missing.len(), RUNTIMES.len());
    missing.iter().for_each(|reason| println!("{reason}"));
    outcome
}

/// A copy of what bindings look at, laid out as in the checkout, for whatever their tools leave.
struct Place {
    root: PathBuf,
    library: PathBuf,
}

impl Place {
    fn new(workplace: &Workplace) -> Result<Place> {
        let root = files::scratch(workplace.root, "runtimes")?;
        for runtime in RUNTIMES {
            let folder = Path::new("bindings").join(runtime.name);
            files::copy_sources(&workplace.root.join(&folder), &root.join(&folder))?;
        }
        for folder in ["tests/cases", "include"] {
            files::copy_sources(&workplace.root.join(folder), &root.join(folder))?;
        }
        let soname = format!("libtarray.so.{}", headers::define(workplace.root, "TA_ABI_VERSION")?);
        Ok(Place { root, library: workplace.dist()?.join("lib").join(soname) })
    }

    fn test(&self, runtime: &Runtime) -> Result<()> {
        for words in runtime.tests {
            run_command(&mut self.command(runtime, words))?;
        }
        self.readme(runtime)
    }

    /// A command in the binding's folder, which finds the library by an absolute path.
    fn command(&self, runtime: &Runtime, words: &[&str]) -> Command {
        let mut command = Command::new(words[0]);
        command.args(&words[1..]).current_dir(self.folder(runtime));
        let folder = self.library.parent().unwrap_or(Path::new("."));
        command.env("TARRAY_LIBRARY", &self.library).env("LD_LIBRARY_PATH", folder);
        command.env("TARRAY_LIB", folder).env("TARRAY_INCLUDE", self.root.join("include"));
        command
    }

    fn folder(&self, runtime: &Runtime) -> PathBuf {
        self.root.join("bindings").join(runtime.name)
    }

    /// The README's program prints what the README says.
    fn readme(&self, runtime: &Runtime) -> Result<()> {
        let (language, words) = runtime.readme;
        let path = self.folder(runtime).join("README.md");
        let text = fs::read_to_string(&path).map_err(|e| format!("{}: {e}", path.display()))?;
        let programs = blocks::programs(&text, |block| block.language == language);
        let [program] = &programs[..] else {
            return Err(format!("{}: not one program in {language}", path.display()).into());
        };
        let file = self.folder(runtime).join(format!("readme.{language}"));
        fs::write(&file, &program.text)?;
        let said = quietly(self.command(runtime, words).arg(&file))?;
        program.check(&said).map_err(|error| format!("{}: {error}", path.display()))?;
        println!("{}: the README's program runs", runtime.name);
        Ok(())
    }
}
