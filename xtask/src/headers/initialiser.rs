//! `TA_…_INIT`: aggregate initialisers that are right in C89 and C++98, and name every field, so
//! that no compiler asks for the missing ones.

use std::collections::HashMap;

use cbindgen::bindgen::ir::{Item, ItemContainer, Struct, Type};

use super::declarations::{Declaration, Section};

/// The structs that callers fill in, besides the sized ones.
const FILLED_BY_CALLERS: [&str; 3] = ["ta_memory", "ta_typed_scalar", "ta_buffer"];

pub(super) struct Initialisers<'a> {
    structs: HashMap<&'a str, &'a Struct>,
    unions: Vec<&'a str>,
}

impl<'a> Initialisers<'a> {
    pub(super) fn new(sections: &'a [Section]) -> Initialisers<'a> {
        let (mut structs, mut unions) = (HashMap::new(), Vec::new());
        for declaration in sections.iter().flat_map(|section| &section.declarations) {
            match declaration {
                Declaration::Type(ItemContainer::Struct(s)) => {
                    structs.insert(s.export_name(), s);
                }
                Declaration::Type(ItemContainer::Union(u)) => unions.push(u.export_name()),
                _ => {}
            }
        }
        Initialisers { structs, unions }
    }

    /// The macro for a struct that a caller fills in. None for one with a union, of which an
    /// initialiser would only zero the first member: `ta_source_…()` makes those.
    pub(super) fn of(&self, item: &Struct) -> Option<String> {
        let is_sized = item.fields.first().is_some_and(|field| field.name == "struct_size");
        let name = &item.export_name;
        if !is_sized && !FILLED_BY_CALLERS.contains(&name.as_str()) {
            return None;
        }
        let but = if is_sized { " but `struct_size`" } else { "" };
        let value = self.zero(item)?;
        let value =
            if is_sized { value.replacen('0', &format!("sizeof({name})"), 1) } else { value };
        Some(format!(
            "/** Initialiser of a `{name}`: all zero{but}. */\n#define {}_INIT {value}\n",
            name.to_uppercase()
        ))
    }

    fn zero(&self, item: &Struct) -> Option<String> {
        let fields: Option<Vec<String>> =
            item.fields.iter().map(|field| self.zero_of(&field.ty)).collect();
        Some(format!("{{ {} }}", fields?.join(", ")))
    }

    fn zero_of(&self, ty: &Type) -> Option<String> {
        match ty {
            Type::Primitive(_) => Some("0".to_owned()),
            Type::Ptr { .. } | Type::FuncPtr { .. } => Some("NULL".to_owned()),
            Type::Array(element, _) => Some(format!("{{ {} }}", self.zero_of(element)?)),
            Type::Path(path) if self.unions.contains(&path.export_name()) => None,
            Type::Path(path) => match self.structs.get(path.export_name()) {
                Some(item) => self.zero(item),
                None => Some("0".to_owned()),
            },
        }
    }
}
