//! `include/tarray.h`: cbindgen writes each declaration, the frame is ours.

use cbindgen::Bindings;
use cbindgen::bindgen::ir::ItemContainer;

use super::declarations::{Declaration, Section};
use super::initialiser::Initialisers;
use crate::Result;
use crate::template::Template;

const PREAMBLE: &str = include_str!("../../templates/preamble.h");
const EPILOGUE: &str = include_str!("../../templates/epilogue.h");

/// The whole header.
pub(super) fn header(
    sections: &[Section],
    bindings: &mut Bindings,
    values: &Template,
) -> Result<String> {
    let initialisers = Initialisers::new(sections);
    let names = tagged_names(sections);
    let mut out = values.fill(PREAMBLE);
    for (keyword, name) in &names {
        out += &format!("typedef {keyword} {name} {name};\n");
    }
    for section in sections {
        let rule = "=".repeat(70);
        out += &format!("\n/* {rule}\n * {}\n * {rule} */\n", section.title);
        for declaration in &section.declarations {
            out += "\n";
            out += &one(declaration, bindings, &names)?;
            if let Declaration::Type(ItemContainer::Struct(item)) = declaration
                && let Some(initialiser) = initialisers.of(item)
            {
                out += &format!("\n{initialiser}");
            }
        }
    }
    Ok(out + "\n" + &values.fill(EPILOGUE))
}

/// Structs and unions, with their keyword. All get a typedef before the first declaration: the
/// vtable of a sequence speaks of `ta_source`, which speaks of the vtable.
fn tagged_names(sections: &[Section]) -> Vec<(&'static str, &str)> {
    let declarations = sections.iter().flat_map(|section| &section.declarations);
    declarations
        .filter_map(|declaration| match declaration {
            Declaration::Type(ItemContainer::Struct(s)) => Some(("struct", &*s.export_name)),
            Declaration::Type(ItemContainer::OpaqueItem(o)) => Some(("struct", &*o.export_name)),
            Declaration::Type(ItemContainer::Union(u)) => Some(("union", &*u.export_name)),
            _ => None,
        })
        .collect()
}

/// One declaration with its comment, as cbindgen writes it, in our typography.
fn one(
    declaration: &Declaration,
    bindings: &mut Bindings,
    names: &[(&str, &str)],
) -> Result<String> {
    match declaration {
        Declaration::Constant(constant) => bindings.constants = vec![constant.clone()],
        Declaration::Type(item) => bindings.items = vec![item.clone()],
        Declaration::Function(function) => bindings.functions = vec![function.clone()],
    }
    let mut bytes = Vec::new();
    bindings.write(&mut bytes);
    bindings.constants.clear();
    bindings.items.clear();
    bindings.functions.clear();

    let text = short_comments_in_one_line(String::from_utf8(bytes)?.trim());
    let text = attributes_in_front(&text);
    Ok(without_tags(&text, names) + "\n")
}

/// `/**\n * text\n */` becomes `/** text */`.
fn short_comments_in_one_line(text: &str) -> String {
    let lines: Vec<&str> = text.lines().collect();
    let mut out = Vec::new();
    let mut at = 0;
    while at < lines.len() {
        let indent = &lines[at][..lines[at].len() - lines[at].trim_start().len()];
        let is_short =
            lines[at].trim() == "/**" && lines.get(at + 2).is_some_and(|line| line.trim() == "*/");
        if is_short {
            let text = lines[at + 1].trim().trim_start_matches("* ");
            out.push(format!("{indent}/** {text} */"));
            at += 3;
        } else {
            out.push(lines[at].to_owned());
            at += 1;
        }
    }
    out.join("\n")
}

/// `TA_NODISCARD` may be `[[nodiscard]]`, which has to stand first; the two get a line of their
/// own, as cbindgen aligns the arguments with the name behind the result.
fn attributes_in_front(text: &str) -> String {
    let one_line = text.replace("TA_API\n", "TA_API ").replace("TA_NODISCARD\n", "TA_NODISCARD ");
    one_line
        .replace("TA_API TA_NODISCARD ", "TA_NODISCARD TA_API\n")
        .replace("\nTA_API ", "\nTA_API\n")
}

/// `const struct ta_tensor *` becomes `const ta_tensor *`; definitions keep their tag.
fn without_tags(text: &str, names: &[(&str, &str)]) -> String {
    let mut out = text.to_owned();
    for (keyword, name) in names {
        out = out.replace(&format!("{keyword} {name} "), &format!("{name} "));
        // A definition is the one place where the tag is followed by a brace.
        out = out.replace(&format!("{name} {{"), &format!("{keyword} {name} {{"));
    }
    out
}
