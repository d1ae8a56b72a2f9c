//! `include/tarray.cdef`: what `cffi.FFI().cdef()` and other readers of plain declarations take:
//! the header without its preprocessor, macros and inline functions.

use crate::template::Template;

const PREAMBLE: &str = include_str!("../../templates/preamble.cdef");

/// Between these lines of the header is everything that was generated.
const FIRST: &str = "/* Declarations. */";
const LAST: &str = "/* End of the declarations. */";

pub(super) fn from_header(header: &str, values: &Template) -> String {
    let declarations = header
        .split_once(FIRST)
        .and_then(|(_, rest)| rest.split_once(LAST))
        .map(|(declarations, _)| declarations)
        .expect("the templates of the header have these marks");
    let plain = without_comments(declarations).replace("TA_NODISCARD ", "").replace("TA_API\n", "");
    let lines = plain.lines().map(str::trim_end).filter(|line| !line.is_empty());
    let kept = lines.filter(|line| !line.starts_with("#define ") || !line.contains("_INIT "));
    values.fill(PREAMBLE) + &kept.map(|line| format!("{line}\n")).collect::<String>()
}

fn without_comments(text: &str) -> String {
    let mut out = String::new();
    let mut rest = text;
    while let Some((before, comment)) = rest.split_once("/*") {
        out += before;
        rest = comment.split_once("*/").map_or("", |(_, after)| after);
    }
    out + rest
}
