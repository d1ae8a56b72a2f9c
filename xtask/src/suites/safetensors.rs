//! One file, mapped once, in every language: all print the same of it, and two of them share it in
//! one process.

use std::ffi::{OsStr, OsString};
use std::path::{Path, PathBuf};
use std::process::Command;
use std::{env, fs};

use super::compile::Dialect;
use super::programs::Programs;
use super::{python, runtimes};
use crate::run::{failing, quietly};
use crate::test::Workplace;
use crate::tools::{self, Program, Python};
use crate::{Result, files, headers};

const C: Dialect = Dialect { compiler: &["gcc"], standard: "c11", is_cpp: false };

/// A language: what runs its program, where that comes from, and the program.
struct Language {
    words: &'static [&'static str],
    programs: &'static [Program],
    /// The file of `tests/` with the package of PyPI that brings it.
    pypi: Option<&'static str>,
    /// What the suite of the runtimes has made for it in `bindings`.
    made: Option<&'static str>,
    /// Whether it prints what Python has written into the file meanwhile.
    is_poked: bool,
}

const LANGUAGES: &[Language] = &[
    Language {
        words: &["luajit", "show.lua"],
        programs: &[("luajit", &["luajit"])],
        pypi: None,
        made: None,
        is_poked: false,
    },
    Language {
        words: &["ruby", "-w", "show.rb"],
        programs: &[("ruby", &["ruby"])],
        pypi: None,
        made: None,
        is_poked: false,
    },
    Language {
        words: &["node", "show.mjs"],
        programs: &[("node", &["nodejs"])],
        pypi: None,
        made: Some("node/node_modules"),
        is_poked: true,
    },
    Language {
        words: &["go", "run", "-C", "go", "."],
        programs: &[("gcc", &["gcc", "libc6-dev"]), ("pkg-config", &["pkg-config"])],
        pypi: Some("requirements-go.txt"),
        made: None,
        is_poked: false,
    },
    Language {
        words: &["java", "Show.java"],
        programs: &[("javac", &["default-jdk-headless"])],
        pypi: None,
        made: Some("java/build"),
        is_poked: true,
    },
];

pub(crate) fn run(workplace: &Workplace) -> Result<()> {
    let python = python::environment_with(workplace.root, "requirements-safetensors.txt")?;
    let story = Story::new(workplace, &python)?;
    let told = story.tell_in_c()?;
    for name in ["bias", "empty", "weight"] {
        if !told.contains(&format!("{name}: ")) {
            return Err(format!("nothing is said of {name}:\n{told}").into());
        }
    }
    same("python", &told, &quietly(&mut story.with_python(&python, "show.py")?)?)?;
    for language in LANGUAGES {
        let name = language.words[0];
        match story.path(workplace.root, language) {
            Err(error) => println!("{name} cannot tell it here: {error}"),
            Ok(path) => {
                same(name, &told, &quietly(story.tell(language).env("PATH", &path))?)?;
                if language.is_poked {
                    story.poked(language, &path, &python)?;
                }
                println!("{name} tells it");
            }
        }
    }
    print!("{told}{}", quietly(&mut story.with_python(&python, "together.py")?)?);
    Ok(())
}

fn same(language: &str, want: &str, told: &str) -> Result<()> {
    match told == want {
        true => Ok(()),
        false => Err(format!("{language} says\n{told}instead of\n{want}").into()),
    }
}

/// The example, the library that it makes, and the file.
struct Story {
    folder: PathBuf,
    bindings: PathBuf,
    /// Those that the suite of the runtimes has built.
    built: PathBuf,
    tarray: PathBuf,
    library_folder: PathBuf,
    cgo_flags: String,
    library: PathBuf,
    program: PathBuf,
    file: PathBuf,
}

impl Story {
    fn new(workplace: &Workplace, python: &Python) -> Result<Story> {
        let scratch = files::scratch(workplace.root, "safetensors")?;
        let folder = workplace.root.join("examples/safetensors");
        let dist = workplace.dist()?;
        let soname = format!("libtarray.so.{}", headers::define(workplace.root, "TA_ABI_VERSION")?);
        let programs = Programs { dist: dist.clone(), scratch: scratch.clone() };
        let (library, file) = (scratch.join("libsafetensors.so"), scratch.join("x.safetensors"));
        let source = folder.join("safetensors.c");
        programs.build_shared(&C, &source, &library)?;
        let beside = source.display().to_string();
        let flags = ["-fsanitize=address,undefined", "-fno-sanitize-recover=all", &beside];
        let program = programs.build(&C, &folder.join("show.c"), &flags)?;
        quietly(python.command().arg(folder.join("write.py")).arg(&file))?;
        let bindings = workplace.root.join("bindings");
        Ok(Story {
            folder,
            bindings,
            built: files::scratch_path(workplace.root, runtimes::PLACE).join("bindings"),
            tarray: dist.join("lib").join(soname),
            library_folder: dist.join("lib"),
            cgo_flags: runtimes::cgo_flags(workplace.root)?,
            library,
            program,
            file,
        })
    }

    /// With the sanitizers, on the file and on ones that are cut short.
    fn tell_in_c(&self) -> Result<String> {
        let whole = fs::read(&self.file)?;
        let cut = self.file.with_extension("cut");
        for length in 0..whole.len() {
            fs::write(&cut, &whole[..length])?;
            let said = failing(Command::new(&self.program).arg(&cut))?;
            if said.contains("Sanitizer") || said.contains("runtime error") {
                return Err(format!("cut to {length} bytes: {said}").into());
            }
        }
        quietly(Command::new(&self.program).arg(&self.file))
    }

    /// The path on which a language's programs are.
    fn path(&self, root: &Path, language: &Language) -> Result<OsString> {
        if let Some(made) = language.made.filter(|made| !self.built.join(made).exists()) {
            return Err(format!("the suite of the runtimes has not made {made}").into());
        }
        tools::path_with(root, language.words[0], language.programs, language.pypi)
    }

    /// Through env, which looks for the program on the command's own path.
    fn tell(&self, language: &Language) -> Command {
        let mut command = Command::new("env");
        command.current_dir(&self.folder).args(language.words);
        self.equip(&mut command, &self.tarray);
        command
    }

    /// What another process writes into the file shows in tensors that are open.
    fn poked(&self, language: &Language, path: &OsStr, python: &Python) -> Result<()> {
        let whole = fs::read(&self.file)?;
        let mut poke = self.tell(language);
        poke.env("PATH", path).arg(python.program()).arg("poke.py").arg(&self.file);
        let told = quietly(poke.args(["bias", "7"]))?;
        fs::write(&self.file, whole)?;
        match told.contains("tensor([ 7.0000, -1.2500,  3.0000])") {
            true => Ok(()),
            false => Err(format!("{} does not see the 7:\n{told}", language.words[0]).into()),
        }
    }

    /// A program in Python's process, where the library is the wheel's.
    fn with_python(&self, python: &Python, program: &str) -> Result<Command> {
        let find = "import tarray; print(tarray.get_library())";
        let library = quietly(python.command().args(["-c", find]))?;
        let mut command = python.command();
        command.current_dir(&self.folder).arg(program);
        self.equip(&mut command, Path::new(library.trim()));
        Ok(command)
    }

    fn equip(&self, command: &mut Command, tarray: &Path) {
        let lua = self.bindings.join("luajit");
        let lua = lua.display();
        command.arg(&self.library).arg(&self.file).env("TARRAY_LIBRARY", tarray);
        command.env("LUA_PATH", format!("{lua}/?.lua;{lua}/?/init.lua;./?.lua"));
        command.env("RUBYLIB", self.bindings.join("ruby/lib"));
        command.env("TARRAY_NODE", self.built.join("node"));
        let classes = [self.built.join("java/build"), "/usr/share/java/jna.jar".into()];
        command.env("CLASSPATH", env::join_paths(classes).unwrap_or_default());
        command.env("PKG_CONFIG_PATH", self.library_folder.join("pkgconfig"));
        command.env("LD_LIBRARY_PATH", &self.library_folder).env("CGO_CFLAGS", &self.cgo_flags);
    }
}
