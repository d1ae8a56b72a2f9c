//! The headers in every dialect of C and C++ that they promise, alone and in company.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use super::compile::{self, Dialect};
use crate::Result;
use crate::each::each;
use crate::files;
use crate::run::{failing, quietly};
use crate::test::Workplace;
use crate::tools::Python;

/// Sources that hold nothing but the headers: compiled with every warning there is.
const NOTHING_BUT_HEADERS: [&str; 3] = ["alone", "twice", "hpp_alone"];

/// Sources that make one program together.
const UNITS: [&str; 2] = ["unit_a", "unit_b"];

/// Sources that make a program each, which runs without the library.
const PROGRAMS: [&str; 1] = ["initialisers"];

pub(crate) fn run(workplace: &Workplace) -> Result<()> {
    let matrix = Matrix::new(workplace)?;
    let with = |dialects: Vec<Dialect>, sources| dialects.into_iter().map(move |d| (d, sources));
    let pairs: Vec<(Dialect, &Vec<PathBuf>)> = with(compile::dialects_of_c(), &matrix.c)
        .chain(with(compile::dialects_of_cpp(), &matrix.c))
        .chain(with(compile::dialects_of_hpp(), &matrix.cpp))
        .collect();
    each(&pairs, |(dialect, sources)| matrix.check(dialect, sources))?;
    matrix.check_zig(&workplace.python()?)?;
    matrix.check_strictness()?;
    cdef_is_parsed(workplace)
}

struct Matrix {
    include: PathBuf,
    foreign: PathBuf,
    scratch: PathBuf,
    /// Read as C and as C++.
    c: Vec<PathBuf>,
    /// Read as C++ from C++17 on.
    cpp: Vec<PathBuf>,
}

impl Matrix {
    fn new(workplace: &Workplace) -> Result<Matrix> {
        let sources = workplace.root.join("tests/headers");
        Ok(Matrix {
            include: workplace.root.join("include"),
            // A package that brings DLPack's own header along.
            foreign: workplace.python()?.folder_of("tvm_ffi")?.join("include"),
            scratch: files::scratch(workplace.root, "headers")?,
            c: files::with_extension(&sources, "c")?,
            cpp: files::with_extension(&sources, "cpp")?,
        })
    }

    /// Compiles every source in one dialect, links those that belong together and runs them.
    fn check(&self, dialect: &Dialect, sources: &[PathBuf]) -> Result<()> {
        // Two threads may have the same dialect, of tarray.h and of tarray.hpp.
        let language = sources[0].extension().unwrap_or_default().to_string_lossy();
        let objects = self.scratch.join(format!("{} {language}", dialect.file_name()));
        fs::create_dir_all(&objects)?;
        for source in sources {
            self.compile(dialect, source, &objects)?;
        }
        let has = |name: &&&str| sources.iter().any(|source| files::stem(source) == **name);
        for program in PROGRAMS.iter().filter(has) {
            link_and_run(dialect, &[program], &objects)?;
        }
        if UNITS.iter().all(|unit| has(&unit)) {
            link_and_run(dialect, &UNITS, &objects)?;
        }
        println!("{}: {} sources", dialect.name(), sources.len());
        Ok(())
    }

    fn compile(&self, dialect: &Dialect, source: &Path, objects: &Path) -> Result<()> {
        let name = files::stem(source);
        let mut command = match NOTHING_BUT_HEADERS.contains(&name.as_str()) {
            true => dialect.command_for_headers(&self.include),
            false => dialect.command(&self.include),
        };
        // DLPack's own header has comments that C89 proper does not know.
        if name.starts_with("foreign") && dialect.standard == "c89" {
            command.arg("-std=gnu89");
        }
        command.arg("-isystem").arg(&self.foreign);
        quietly(command.arg("-c").arg(source).arg("-o").arg(object(objects, &name))).map(drop)
    }

    /// Another vendor's build of a compiler and a C library of its own.
    fn check_zig(&self, python: &Python) -> Result<()> {
        let zig: &'static str = python.zig()?.display().to_string().leak();
        for (command, standard, is_cpp) in [("cc", "c99", false), ("c++", "c++17", true)] {
            let compiler: &'static [&'static str] = vec![zig, command].leak();
            self.check(&Dialect { compiler, standard, is_cpp }, &self.c)?;
        }
        Ok(())
    }

    /// A dropped status is a warning, or the attribute does nothing.
    fn check_strictness(&self) -> Result<()> {
        let source = self.scratch.join("drops_a_status.c");
        fs::write(
            &source,
            "#include \"tarray.h\"\nvoid f(void);\nvoid f(void) { ta_set_num_threads(1); }\n",
        )?;
        for dialect in compile::dialects_of_c().iter().chain(&compile::dialects_of_cpp()) {
            let mut command = dialect.command(&self.include);
            let said = failing(
                command.arg("-c").arg(&source).arg("-o").arg(object(&self.scratch, "drops")),
            )?;
            if !said.contains("ta_set_num_threads") && !said.contains("unused") {
                return Err(format!("{}: {said}", dialect.name()).into());
            }
        }
        Ok(())
    }
}

fn link_and_run(dialect: &Dialect, units: &[&str], objects: &Path) -> Result<()> {
    let program = objects.join(units[0]);
    let mut link = Command::new(dialect.compiler[0]);
    link.args(&dialect.compiler[1..]).args(units.iter().map(|unit| object(objects, unit)));
    quietly(link.arg("-o").arg(&program))?;
    quietly(&mut Command::new(program)).map(drop)
}

fn object(folder: &Path, name: &str) -> PathBuf {
    folder.join(format!("{name}.o"))
}

/// cffi reads the declarations and computes the sizes that C has.
fn cdef_is_parsed(workplace: &Workplace) -> Result<()> {
    let script = "\
import cffi, sys
ffi = cffi.FFI()
ffi.cdef(open(sys.argv[1]).read())
print(ffi.sizeof('ta_source'), ffi.sizeof('ta_info'), ffi.sizeof('ta_error'))";
    let cdef = workplace.root.join("include/tarray.cdef");
    let by_cffi = quietly(workplace.python()?.command().args(["-c", script]).arg(cdef))?;

    let scratch = files::scratch(workplace.root, "cdef")?;
    let (source, program) = (scratch.join("sizes.c"), scratch.join("sizes"));
    fs::write(
        &source,
        "#include \"tarray.h\"\n#include <stdio.h>\nint main(void) { printf(\"%zu %zu %zu\\n\", \
         sizeof(ta_source), sizeof(ta_info), sizeof(ta_error)); return 0; }\n",
    )?;
    let mut gcc = Command::new("gcc");
    gcc.arg("-I").arg(workplace.root.join("include"));
    quietly(gcc.arg(&source).arg("-o").arg(&program))?;
    let by_c = quietly(&mut Command::new(&program))?;
    match by_c == by_cffi {
        true => Ok(()),
        false => Err(format!("sizes differ: C says {by_c}, cffi says {by_cffi}").into()),
    }
}
