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
    let header = fs::read_to_string(root.join("include/tarray.h"))?;
    let mut lines = header.lines();
    let mut names = Vec::new();
    // Each function's name stands on the line behind its attributes.
    while lines.by_ref().any(|line| line.ends_with("TA_API") && !line.starts_with('#')) {
        let declaration = lines.next().unwrap_or_default();
        let before = declaration.split('(').next().unwrap_or_default();
        let name = before.rsplit([' ', '*']).next().unwrap_or_default();
        names.push(name.to_owned());
    }
    names.sort();
    Ok(names)
}

/// The value of a plain `#define` of the header.
pub(crate) fn define(root: &Path, name: &str) -> Result<String> {
    let header = fs::read_to_string(root.join("include/tarray.h"))?;
    let start = format!("#define {name} ");
    let value = header.lines().find_map(|line| line.strip_prefix(&start));
    Ok(value.ok_or_else(|| format!("tarray.h: no {name}"))?.to_owned())
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
