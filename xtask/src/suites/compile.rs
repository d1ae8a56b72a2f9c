//! Compilers and their dialects, all warnings on and all of them errors.

use std::path::Path;
use std::process::Command;

use crate::files;

/// What every consumer is compiled with.
const STRICT: &[&str] = &["-Wall", "-Wextra", "-pedantic-errors", "-Werror"];

/// What users of the headers may have on besides.
const STRICTER: &[&str] = &["-Wconversion", "-Wsign-conversion", "-Wshadow", "-Wundef"];

/// A compiler and the dialect that it is asked to read.
#[derive(Clone)]
pub(super) struct Dialect {
    pub(super) compiler: &'static [&'static str],
    pub(super) standard: &'static str,
    pub(super) is_cpp: bool,
}

/// Every dialect of C.
pub(super) fn dialects_of_c() -> Vec<Dialect> {
    combine(&[&["gcc"], &["clang"]], &["c89", "c99", "c11", "c17", "c2x"], false)
}

/// Every dialect of C++.
pub(super) fn dialects_of_cpp() -> Vec<Dialect> {
    let standards = ["c++98", "c++11", "c++14", "c++17", "c++20", "c++2b"];
    combine(&[&["g++"], &["clang++"]], &standards, true)
}

/// The dialects that `tarray.hpp` is for.
pub(super) fn dialects_of_hpp() -> Vec<Dialect> {
    let mut dialects = dialects_of_cpp();
    dialects.retain(|dialect| ["c++17", "c++20", "c++2b"].contains(&dialect.standard));
    // The one standard library here that has std::mdspan.
    dialects.extend(combine(&[&["clang++-19", "-stdlib=libc++"]], &["c++2c"], true));
    dialects
}

fn combine(
    compilers: &[&'static [&'static str]],
    standards: &[&'static str],
    is_cpp: bool,
) -> Vec<Dialect> {
    let each = |compiler: &&'static [&'static str]| {
        let compiler = *compiler;
        standards.iter().map(move |standard| Dialect { compiler, standard, is_cpp })
    };
    compilers.iter().flat_map(each).collect()
}

impl Dialect {
    /// Like `g++ c++17`, for messages.
    pub(super) fn name(&self) -> String {
        let words = self.compiler.iter().map(|word| files::stem(Path::new(word)));
        words.chain([self.standard.to_owned()]).collect::<Vec<_>>().join(" ")
    }

    /// Like `g++-c++17`, for the names of outputs.
    pub(super) fn file_name(&self) -> String {
        self.name().replace(' ', "-")
    }

    /// A strict compiler of this dialect that finds the headers in `include`.
    pub(super) fn command(&self, include: &Path) -> Command {
        let mut command = Command::new(self.compiler[0]);
        command.args(&self.compiler[1..]).arg(format!("-std={}", self.standard)).args(STRICT);
        command.args(["-x", if self.is_cpp { "c++" } else { "c" }]);
        command.arg("-I").arg(include);
        command
    }

    /// The same for headers, which must bear more than programs.
    pub(super) fn command_for_headers(&self, include: &Path) -> Command {
        let mut command = self.command(include);
        command.args(STRICTER);
        if self.is_cpp {
            command.args(["-Wold-style-cast", "-Wzero-as-null-pointer-constant"]);
        } else {
            command.args(["-Wstrict-prototypes", "-Wmissing-prototypes", "-Wc++-compat"]);
        }
        if self.compiler[0].starts_with("clang") {
            command.arg("-Wdocumentation");
        }
        command
    }
}
