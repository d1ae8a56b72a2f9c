//! One file, mapped once, in every language: all print the same of it, and two of them share it in
//! one process.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use super::compile::Dialect;
use super::programs::Programs;
use super::python;
use crate::run::{failing, quietly};
use crate::test::Workplace;
use crate::tools::{self, Program, Python};
use crate::{Result, files, headers};

const C: Dialect = Dialect { compiler: &["gcc"], standard: "c11", is_cpp: false };

/// A language: what runs its program, the Debian packages that bring that, and the program.
struct Language {
    programs: &'static [Program],
    words: &'static [&'static str],
}

const LANGUAGES: &[Language] = &[
    Language { programs: &[("luajit", &["luajit"])], words: &["luajit", "show.lua"] },
    Language { programs: &[("ruby", &["ruby"])], words: &["ruby", "-w", "show.rb"] },
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
        match tools::programs(language.programs) {
            Err(error) => println!("{} cannot tell it here: {error}", language.words[0]),
            Ok(()) => same(language.words[0], &told, &quietly(&mut story.tell(language))?)?,
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
    tarray: PathBuf,
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
            tarray: dist.join("lib").join(soname),
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

    fn tell(&self, language: &Language) -> Command {
        let mut command = Command::new(language.words[0]);
        command.current_dir(&self.folder).args(&language.words[1..]);
        self.equip(&mut command, &self.tarray);
        command
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
    }
}
