//! The bindings of other runtimes: each runs its own tests, if its runtime can be had here.

use std::ffi::OsStr;
use std::fs;
use std::hash::{DefaultHasher, Hash, Hasher};
use std::path::{Path, PathBuf};
use std::process::Command;

use super::blocks;
use crate::headers;
use crate::run::{quietly, run as run_command};
use crate::test::Workplace;
use crate::tools::{self, Program};
use crate::{Result, files};

/// Where bindings are built, among the folders of the suites.
pub(super) const PLACE: &str = "runtimes";

/// A binding in `bindings/<name>`, and how its tests run.
struct Runtime {
    name: &'static str,
    /// What its tests run, and the Debian packages that bring it.
    programs: &'static [Program],
    /// Or the file of `tests/` with the package of PyPI that brings it.
    pypi: Option<&'static str>,
    /// Commands, run in the binding's folder one after the other.
    tests: &'static [&'static [&'static str]],
    /// Commands, run likewise; the last one measures calls, and prints rows for `cargo xtask bench`.
    bench: &'static [&'static [&'static str]],
    /// The language of the README's program, and the command that runs a file of it.
    readme: (&'static str, &'static [&'static str]),
    /// The script that installs the package somewhere, and runs a program with that.
    installed: &'static str,
}

const NPM_CI: &[&str] = &["npm", "ci", "--ignore-scripts", "--no-audit", "--no-fund"];

const RUNTIMES: &[Runtime] = &[
    Runtime {
        name: "luajit",
        programs: &[("luajit", &["luajit"]), ("luarocks", &["luarocks"])],
        pypi: None,
        tests: &[&["luajit", "tests/run.lua"]],
        bench: &[&["luajit", "bench.lua"]],
        readme: (
            "lua",
            &["luajit", "-e", "package.path = './?.lua;./?/init.lua;' .. package.path"],
        ),
        installed: "tests/installed.sh",
    },
    Runtime {
        name: "ruby",
        programs: &[("ruby", &["ruby"])],
        pypi: None,
        tests: &[&["ruby", "-w", "test/test_tarray.rb"]],
        bench: &[&["ruby", "bench.rb"]],
        readme: ("ruby", &["ruby", "-w", "-Ilib"]),
        installed: "test/installed.sh",
    },
    Runtime {
        name: "node",
        programs: &[("node", &["nodejs"]), ("npm", &["npm"])],
        pypi: None,
        tests: &[NPM_CI, &["npm", "test"], &["npm", "run", "types"]],
        bench: &[NPM_CI, &["node", "bench/calls.js"]],
        readme: ("js", &["node"]),
        installed: "tests/installed.sh",
    },
    Runtime {
        name: "go",
        programs: &[("gcc", &["gcc", "libc6-dev"]), ("pkg-config", &["pkg-config"])],
        // Debian's is older than the module needs.
        pypi: Some("requirements-go.txt"),
        tests: &[
            &["go", "vet", "./..."],
            &["go", "test", "-count=1", "./..."],
            &["env", "GOEXPERIMENT=cgocheck2", "go", "test", "-race", "-count=1", "./..."],
        ],
        bench: &[&["go", "run", "./bench"]],
        readme: ("go", &["go", "run"]),
        installed: "installed.sh",
    },
    Runtime {
        name: "java",
        programs: &[
            ("javac", &["default-jdk-headless"]),
            ("/usr/share/java/jna.jar", &["libjna-java"]),
        ],
        pypi: None,
        tests: &[&["sh", "test.sh"]],
        bench: &[&["sh", "test.sh", "Bench"]],
        readme: ("java", &["java", "-cp", "build:/usr/share/java/jna.jar"]),
        installed: "installed.sh",
    },
];

/// Tests those that can be installed, and says which cannot.
pub(crate) fn run(workplace: &Workplace) -> Result<()> {
    let place = Place::new(workplace)?;
    each(workplace.root, |runtime, path| {
        println!("{}", runtime.name);
        place.test(runtime, path)
    })
}

/// What calls cost in those that can be installed: rows for `cargo xtask bench`.
pub(crate) fn bench(workplace: &Workplace, flags: &[&str]) -> Result<String> {
    let place = Place::new(workplace)?;
    let mut rows = String::new();
    each(workplace.root, |runtime, path| {
        rows += &place.bench(runtime, path, flags)?;
        Ok(())
    })?;
    Ok(rows)
}

/// Does something for each runtime that can be had here, and says which cannot.
fn each(root: &Path, mut body: impl FnMut(&Runtime, &OsStr) -> Result<()>) -> Result<()> {
    let mut outcome = Ok(());
    let mut missing = Vec::new();
    for runtime in RUNTIMES {
        let Runtime { name, programs, pypi, .. } = runtime;
        match tools::path_with(root, name, programs, *pypi) {
            Err(error) => missing.push(format!("{name} cannot be had here: {error}")),
            Ok(path) => {
                let done = body(runtime, &path);
                outcome = outcome.and(done);
            }
        }
    }
    println!("{} of {} runtimes", RUNTIMES.len() - missing.len(), RUNTIMES.len());
    missing.iter().for_each(|reason| println!("{reason}"));
    outcome
}

/// Flags with a number for the header: Go's cache looks at flags, but not at headers.
pub(super) fn cgo_flags(root: &Path) -> Result<String> {
    let mut hasher = DefaultHasher::new();
    fs::read(root.join("include/tarray.h"))?.hash(&mut hasher);
    Ok(format!("-O2 -g -DTARRAY_HEADER={}", hasher.finish()))
}

/// A copy of what bindings look at, laid out as in the checkout, for whatever their tools leave.
struct Place {
    root: PathBuf,
    library: PathBuf,
}

impl Place {
    fn new(workplace: &Workplace) -> Result<Place> {
        let root = files::scratch(workplace.root, PLACE)?;
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

    fn test(&self, runtime: &Runtime, path: &OsStr) -> Result<()> {
        for words in runtime.tests {
            run_command(self.command(runtime, words)?.env("PATH", path))?;
        }
        self.readme(runtime, path)
    }

    fn bench(&self, runtime: &Runtime, path: &OsStr, flags: &[&str]) -> Result<String> {
        let (measure, prepare) = runtime.bench.split_last().ok_or("a runtime without a bench")?;
        for words in prepare {
            quietly(self.command(runtime, words)?.env("PATH", path))?;
        }
        quietly(self.command(runtime, measure)?.args(flags).env("PATH", path))
    }

    /// A command in the binding's folder, which finds the library by an absolute path.
    fn command(&self, runtime: &Runtime, words: &[&str]) -> Result<Command> {
        // Through env, which looks for the program on the command's own path.
        let mut command = Command::new("env");
        command.args(words).current_dir(self.folder(runtime));
        let folder = self.library.parent().unwrap_or(Path::new("."));
        command.env("TARRAY_LIBRARY", &self.library).env("LD_LIBRARY_PATH", folder);
        command.env("TARRAY_LIB", folder).env("TARRAY_INCLUDE", self.root.join("include"));
        command.env("PKG_CONFIG_PATH", folder.join("pkgconfig"));
        command.env("CGO_CFLAGS", cgo_flags(&self.root)?);
        Ok(command)
    }

    fn folder(&self, runtime: &Runtime) -> PathBuf {
        self.root.join("bindings").join(runtime.name)
    }

    /// The README's program prints what the README says: in the checkout, and with the package
    /// installed.
    fn readme(&self, runtime: &Runtime, search: &OsStr) -> Result<()> {
        let (language, words) = runtime.readme;
        let path = self.folder(runtime).join("README.md");
        let text = fs::read_to_string(&path).map_err(|e| format!("{}: {e}", path.display()))?;
        let programs = blocks::programs(&text, |block| block.language == language);
        let [program] = &programs[..] else {
            return Err(format!("{}: not one program in {language}", path.display()).into());
        };
        // In a folder of its own: to Go, a folder is a package.
        let file = self.folder(runtime).join("readme").join(format!("readme.{language}"));
        files::make_parent(&file)?;
        fs::write(&file, &program.text)?;
        for words in [words, &["sh", runtime.installed]] {
            let said = quietly(self.command(runtime, words)?.env("PATH", search).arg(&file))?;
            program.check(&said).map_err(|error| format!("{}: {error}", path.display()))?;
        }
        println!("{}: the README's program runs, with the installed package, too", runtime.name);
        Ok(())
    }
}
