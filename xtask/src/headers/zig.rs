//! `include/tarray.zig`: the same declarations for Zig, raw; `bindings/zig` makes them pleasant.

use cbindgen::bindgen::ir::{
    ConstExpr, Documentation, Field, Function, IntKind, ItemContainer, Literal, PrimitiveType, Type,
};

use super::declarations::{Declaration, Section};
use crate::Result;
use crate::template::Template;

const PREAMBLE: &str = include_str!("../../templates/preamble.zig");

/// The whole file.
pub(super) fn declarations(sections: &[Section], values: &Template) -> Result<String> {
    let mut out = values.fill(PREAMBLE);
    for section in sections {
        out += &format!("\n// {} //\n", section.title);
        for declaration in &section.declarations {
            out += "\n";
            out += &one(declaration)?;
        }
    }
    Ok(out)
}

fn one(declaration: &Declaration) -> Result<String> {
    match declaration {
        Declaration::Constant(constant) => {
            let Literal::Expr(value) = &constant.value else {
                return Err(format!("{}: not a plain number", constant.export_name).into());
            };
            let (name, ty) = (&constant.export_name, zig(&constant.ty)?);
            Ok(comment("", &constant.documentation)
                + &format!("pub const {name}: {ty} = {value};\n"))
        }
        Declaration::Type(ItemContainer::Struct(item)) => {
            container("extern struct", &item.export_name, &item.documentation, &item.fields)
        }
        Declaration::Type(ItemContainer::Union(item)) => {
            container("extern union", &item.export_name, &item.documentation, &item.fields)
        }
        Declaration::Type(ItemContainer::OpaqueItem(item)) => {
            let text = format!("pub const {} = opaque {{}};\n", item.export_name);
            Ok(comment("", &item.documentation) + &text)
        }
        Declaration::Type(ItemContainer::Typedef(item)) => {
            let text = format!("pub const {} = {};\n", item.export_name, zig(&item.aliased)?);
            Ok(comment("", &item.documentation) + &text)
        }
        Declaration::Type(item) => {
            Err(format!("{}: no Zig for this kind of item", item.deref().export_name()).into())
        }
        Declaration::Function(function) => self::function(function),
    }
}

fn container(keyword: &str, name: &str, doc: &Documentation, fields: &[Field]) -> Result<String> {
    let mut out = comment("", doc) + &format!("pub const {name} = {keyword} {{\n");
    for field in fields {
        out += &comment("    ", &field.documentation);
        out += &format!("    {}: {},\n", field.name, zig(&field.ty)?);
    }
    Ok(out + "};\n")
}

fn function(function: &Function) -> Result<String> {
    let mut out = comment("", &function.documentation);
    out += &format!("pub extern fn {}(", function.path.name());
    if !function.args.is_empty() {
        out += "\n";
    }
    for argument in &function.args {
        let name = argument.name.as_deref().unwrap_or("_");
        out += &format!("    {name}: {},\n", zig(&argument.ty)?);
    }
    Ok(out + &format!(") {};\n", zig_returned(&function.ret)?))
}

fn comment(indent: &str, doc: &Documentation) -> String {
    let line = |text: &String| format!("{indent}///{}\n", text.trim_end());
    doc.doc_comment.iter().map(line).collect()
}

/// The Zig type with the same representation.
fn zig(ty: &Type) -> Result<String> {
    Ok(match ty {
        Type::Primitive(primitive) => number(primitive)?.to_owned(),
        Type::Path(path) => path.path().name().to_owned(),
        Type::Array(element, ConstExpr::Path(length)) => {
            format!("[{}]{}", length.name(), zig(element)?)
        }
        Type::Array(element, ConstExpr::Value(length)) => format!("[{length}]{}", zig(element)?),
        Type::Ptr { ty, is_const, .. } => pointer(ty, *is_const)?,
        Type::FuncPtr { ret, args, .. } => {
            let arguments: Result<Vec<String>> = args
                .iter()
                .map(|(name, ty)| Ok(format!("{}: {}", name.as_deref().unwrap_or("_"), zig(ty)?)))
                .collect();
            let arguments = arguments?.join(", ");
            format!("?*const fn ({arguments}) callconv(.c) {}", zig(ret)?)
        }
    })
}

/// A function of ours that returns text returns a static string.
fn zig_returned(ty: &Type) -> Result<String> {
    match ty {
        Type::Ptr { ty, .. } if **ty == Type::Primitive(PrimitiveType::Char) => {
            Ok("[*:0]const u8".to_owned())
        }
        _ => zig(ty),
    }
}

/// Numbers stand alone or in rows, and C does not say which; all else stands alone.
fn pointer(target: &Type, is_const: bool) -> Result<String> {
    let is_const = if is_const { "const " } else { "" };
    Ok(match target {
        Type::Primitive(PrimitiveType::Void) => format!("?*{is_const}anyopaque"),
        Type::Primitive(primitive) => format!("[*c]{is_const}{}", number(primitive)?),
        _ => format!("?*{is_const}{}", zig(target)?),
    })
}

fn number(primitive: &PrimitiveType) -> Result<&'static str> {
    use PrimitiveType::{Char, Double, Float, Integer, Void};
    Ok(match primitive {
        Void => "void",
        Char => "u8",
        Float => "f32",
        Double => "f64",
        Integer { signed: false, kind: IntKind::B8, .. } => "u8",
        Integer { signed: false, kind: IntKind::B16, .. } => "u16",
        Integer { signed: false, kind: IntKind::B32, .. } => "u32",
        Integer { signed: false, kind: IntKind::B64, .. } => "u64",
        Integer { signed: false, kind: IntKind::Size | IntKind::SizeT, .. } => "usize",
        Integer { signed: true, kind: IntKind::B8, .. } => "i8",
        Integer { signed: true, kind: IntKind::B16, .. } => "i16",
        Integer { signed: true, kind: IntKind::B32, .. } => "i32",
        Integer { signed: true, kind: IntKind::B64, .. } => "i64",
        other => return Err(format!("no Zig for {other:?}").into()),
    })
}
