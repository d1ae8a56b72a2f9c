//! Two headers as compiled code sees them: functions, types and layouts by abidiff, on machines
//! of 64 and 32 bits, and the values of constants.
//!
//! What is compared is the header against the header. That the library has what today's header
//! says is for others to hold: the drift test of the headers and the suite `exports`.

use std::fs;
use std::hash::{DefaultHasher, Hash, Hasher};
use std::path::{Path, PathBuf};
use std::process::Command;

use super::Header;
use crate::run::quietly;
use crate::{Result, files, headers};

/// Where sizes differ: 64 bits; 32 bits with 64-bit integers aligned to 8 bytes, and to 4.
const TARGETS: [&str; 3] = ["x86_64-linux-musl", "arm-linux-musleabihf", "x86-linux-musl"];

/// What comparing needs.
pub(crate) struct Comparison {
    zig: PathBuf,
    scratch: PathBuf,
    /// The structs that may grow at their end.
    growing: Vec<String>,
}

impl Comparison {
    pub(crate) fn new(root: &Path, zig: PathBuf) -> Result<Comparison> {
        Ok(Comparison { zig, scratch: files::scratch(root, "abi")?, growing: sized_structs(root)? })
    }

    /// That programs compiled with the old header work with a library of the new one.
    pub(crate) fn between(&self, old: &Header, new: &Header) -> Result<()> {
        let since = |error| format!("since {}: {error}", old.name);
        same_constants(&old.text, &new.text).map_err(since)?;
        let mut shrunk = new.text.clone();
        for name in &self.growing {
            shrunk = without_growth(name, &old.text, &shrunk).map_err(since)?;
        }
        for target in TARGETS {
            let (old, new) = (self.stub(target, &old.text)?, self.stub(target, &shrunk)?);
            let mut abidiff = Command::new("abidiff");
            let said = quietly(abidiff.arg("--no-added-syms").arg(old).arg(new));
            said.map_err(|error| since(format!("on {target}: {error}").into()))?;
        }
        Ok(())
    }

    /// A library with the functions and types of a header, and nothing in them.
    fn stub(&self, target: &str, header: &str) -> Result<PathBuf> {
        let mut hasher = DefaultHasher::new();
        header.hash(&mut hasher);
        let folder = self.scratch.join(target).join(format!("{:x}", hasher.finish()));
        let library = folder.join("libstub.so");
        if library.exists() {
            return Ok(library);
        }
        fs::create_dir_all(&folder)?;
        fs::write(folder.join("tarray.h"), header)?;
        let [source, object] = ["stub.c", "stub.o"].map(|file| folder.join(file));
        fs::write(&source, definitions(header))?;
        let mut compile = Command::new(&self.zig);
        compile.args(["cc", "-target", target, "-g", "-w", "-O0", "-fPIC", "-fno-sanitize=all"]);
        quietly(compile.arg("-c").arg(&source).arg("-o").arg(&object))?;
        let mut link = Command::new(&self.zig);
        quietly(link.args(["ld.lld", "-shared", "-o"]).arg(&library).arg(&object))?;
        Ok(library)
    }
}

/// The structs that may grow: those that `ffi/sized.rs` reads by their size.
fn sized_structs(root: &Path) -> Result<Vec<String>> {
    let source = fs::read_to_string(root.join("src/ffi/sized.rs"))?;
    let names = source.lines().filter_map(|line| Some(line.trim().split_once(" since ")?.0));
    Ok(names.map(str::to_owned).collect())
}

/// The new header with one struct as it was, if it has only got fields behind its last. (A
/// suppression of abidiff that allows this also hides changes in the middle.)
fn without_growth(name: &str, old: &str, new: &str) -> Result<String> {
    let Some((was, is)) = body(name, old).zip(body(name, new)) else { return Ok(new.to_owned()) };
    match fields(is).starts_with(&fields(was)) {
        true => Ok(new.replacen(is, was, 1)),
        false => Err(format!("{name} has changed before its end").into()),
    }
}

/// What stands between the braces of a struct.
fn body<'h>(name: &str, header: &'h str) -> Option<&'h str> {
    let (_, rest) = header.split_once(&format!("\nstruct {name} {{\n"))?;
    Some(rest.split_once("\n};")?.0)
}

/// The declarations in a struct, without comments.
fn fields(body: &str) -> Vec<String> {
    let pieces = body.split("/*").enumerate();
    // What follows the opening of a comment matters behind its end only.
    let code = pieces.map(|(number, piece)| match number {
        0 => piece,
        _ => piece.split_once("*/").map_or("", |(_, code)| code),
    });
    let code: String = code.collect();
    let declarations = code.split(';').map(|field| field.split_whitespace().collect::<Vec<_>>());
    declarations.filter(|words| !words.is_empty()).map(|words| words.join(" ")).collect()
}

/// Every function of the header, with a body.
fn definitions(header: &str) -> String {
    let body = |declaration: &str| format!("{declaration} {{ __builtin_trap(); }}\n");
    let bodies = headers::declarations_of_functions(header).map(body);
    format!("#include \"tarray.h\"\n{}", bodies.collect::<String>())
}

/// That every constant of the old header has its value in the new one. Versions move on.
fn same_constants(old: &str, new: &str) -> Result<()> {
    let mut changes = Vec::new();
    for (name, value) in constants(old).filter(|(name, _)| !name.starts_with("TA_VERSION_")) {
        match headers::define_in(new, name) {
            Some(now) if now == value => {}
            Some(now) => changes.push(format!("{name} was {value} and is {now}")),
            None => changes.push(format!("{name} is gone")),
        }
    }
    match changes.is_empty() {
        true => Ok(()),
        false => Err(changes.join("\n").into()),
    }
}

/// Names and values of the constants of a header that are numbers.
fn constants(header: &str) -> impl Iterator<Item = (&str, &str)> {
    let defines = header.lines().filter_map(|line| line.strip_prefix("#define ")?.split_once(' '));
    let is_number = |value: &str| value.starts_with(|c: char| c == '-' || c.is_ascii_digit());
    defines.filter(move |(name, value)| name.starts_with("TA_") && is_number(value))
}

#[cfg(test)]
mod tests {
    use super::*;

    const HEADER: &str = "\
#define TA_API
#define TA_API __declspec(dllimport)
#define TA_VERSION_MAJOR 0
#define TA_ONE 1
#define TA_TWO 2

TA_NODISCARD TA_API
ta_status ta_do(const ta_source *source,
                ta_error *err);

TA_API
void ta_undo(void);
";

    #[test]
    fn every_function_gets_a_body() {
        let text = definitions(HEADER);

        assert_eq!(text.matches("__builtin_trap").count(), 2, "{text}");
        assert!(text.contains("ta_error *err) { __builtin_trap(); }"), "{text}");
        assert!(text.contains("void ta_undo(void) { __builtin_trap(); }"), "{text}");
    }

    #[test]
    fn a_constant_keeps_its_value() {
        let later = HEADER.replace("MAJOR 0", "MAJOR 1") + "#define TA_THREE 3\n";
        assert!(same_constants(HEADER, &later).is_ok());

        let changed = same_constants(HEADER, &HEADER.replace("TA_ONE 1", "TA_ONE 4"));
        assert_eq!(changed.unwrap_err().to_string(), "TA_ONE was 1 and is 4");
        let gone = same_constants(HEADER, &HEADER.replace("#define TA_TWO 2\n", ""));
        assert_eq!(gone.unwrap_err().to_string(), "TA_TWO is gone");
    }

    #[test]
    fn a_struct_may_grow_at_its_end_only() {
        let old = "\nstruct ta_it {\n    /** One; two. */\n    int32_t a;\n    int64_t b;\n};\n";
        let grown =
            old.replace("    int64_t b;", "    int64_t b;\n    /** More. */\n    int8_t c;");
        assert_eq!(without_growth("ta_it", old, &grown).unwrap(), old);

        for (line, other) in [("int32_t a;", "int64_t a;"), ("int32_t a;\n", ""), ("a;", "b;")] {
            let refused = without_growth("ta_it", old, &old.replace(line, other)).unwrap_err();
            assert_eq!(refused.to_string(), "ta_it has changed before its end");
        }
    }
}
