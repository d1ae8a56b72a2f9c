//! The declarations of the C ABI in other languages, generated from `src/abi` and `src/ffi`.

mod c;
mod cdef;
mod declarations;
mod initialiser;
mod zig;

use std::fs;
use std::path::Path;

use crate::Result;
use crate::template::Template;

/// Every generated file, by its path below the root, with the text that it should have.
pub(crate) fn generate(root: &Path) -> Result<Vec<(&'static str, String)>> {
    let values = Template::new(root)?;
    let (sections, mut bindings) = declarations::read(root)?;
    let header = c::header(&sections, &mut bindings, &values)?;
    let cdef = cdef::from_header(&header, &values);
    let zig = zig::declarations(&sections, &values)?;
    Ok(vec![
        ("include/tarray.h", header),
        ("include/tarray.cdef", cdef),
        ("include/tarray.zig", zig),
    ])
}

/// The names of the functions that the header declares.
pub(crate) fn functions(root: &Path) -> Result<Vec<String>> {
    Ok(functions_of(&fs::read_to_string(root.join("include/tarray.h"))?))
}

/// The names of the functions that a header with this text declares.
pub(crate) fn functions_of(header: &str) -> Vec<String> {
    let name = |declaration: &str| {
        let before = declaration.split('(').next().unwrap_or_default();
        before.rsplit([' ', '*']).next().unwrap_or_default().to_owned()
    };
    let mut names: Vec<String> = declarations_of_functions(header).map(name).collect();
    names.sort();
    names
}

/// The declarations of a header's functions, without their attributes and the semicolon.
pub(crate) fn declarations_of_functions(header: &str) -> impl Iterator<Item = &str> {
    // Each stands on the lines behind its attributes, of which TA_API is the last.
    let behind = header.match_indices("TA_API\n").filter_map(|(at, attribute)| {
        let line = header[..at].rsplit('\n').next()?;
        (!line.starts_with('#')).then(|| &header[at + attribute.len()..])
    });
    behind.filter_map(|text| Some(text.split_once(';')?.0))
}

/// The value of a plain `#define` of the header.
pub(crate) fn define(root: &Path, name: &str) -> Result<String> {
    let header = fs::read_to_string(root.join("include/tarray.h"))?;
    Ok(define_in(&header, name).ok_or_else(|| format!("tarray.h: no {name}"))?.to_owned())
}

/// The value of a plain `#define` of a header with this text.
pub(crate) fn define_in<'h>(header: &'h str, name: &str) -> Option<&'h str> {
    let mut lines = header.lines();
    lines.find_map(|line| line.strip_prefix("#define ")?.strip_prefix(name)?.strip_prefix(' '))
}

/// Writes the generated files: the way to accept a change of the ABI.
pub(crate) fn accept(root: &Path) -> Result<()> {
    for (path, text) in generate(root)? {
        let file = root.join(path);
        let is_current = fs::read_to_string(&file).is_ok_and(|old| old == text);
        if !is_current {
            fs::write(&file, text).map_err(|e| format!("{path}: {e}"))?;
        }
        println!("{path}: {}", if is_current { "unchanged" } else { "written" });
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn committed_headers_are_what_the_source_says() {
        let root = crate::root();

        let generated = generate(root).expect("the source can be read");

        for (path, text) in generated {
            let committed = fs::read_to_string(root.join(path)).unwrap_or_default();
            assert!(committed == text, "{path} is out of date: run `cargo xtask headers`");
        }
    }
}
