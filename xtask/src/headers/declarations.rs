//! The C ABI as the Rust source declares it, in the order in which a reader should meet it.

use std::collections::{HashMap, HashSet};
use std::fs;
use std::path::Path;

use cbindgen::bindgen::ir::{Constant, Function, ItemContainer};
use cbindgen::{Bindings, Builder, Config};

use crate::Result;

/// One source file's declarations under one heading.
pub(super) struct Section {
    pub(super) title: &'static str,
    pub(super) declarations: Vec<Declaration>,
}

/// One thing that crosses the library's border.
pub(super) enum Declaration {
    Constant(Constant),
    Type(ItemContainer),
    Function(Function),
}

/// Heading and file of each section. A declaration in any other file is an error.
const SECTIONS: [(&str, &str); 20] = [
    ("Versions and limits", "src/abi/mod.rs"),
    ("Status and error", "src/abi/status.rs"),
    ("Element types", "src/abi/dtype.rs"),
    ("Devices", "src/abi/device.rs"),
    ("What a tensor is", "src/abi/info.rs"),
    ("Sources: what can become a tensor", "src/abi/source.rs"),
    ("Options", "src/abi/options.rs"),
    ("Histories", "src/abi/history.rs"),
    ("Devices of a host", "src/abi/device_api.rs"),
    ("The hub", "src/ffi/hub.rs"),
    ("Relatives of ta_asarray", "src/ffi/relatives.rs"),
    ("Handles", "src/ffi/handle.rs"),
    ("Facts", "src/ffi/facts.rs"),
    ("Views and writes", "src/ffi/views.rs"),
    ("Gradients", "src/ffi/gradients.rs"),
    ("Operations", "src/ffi/operations.rs"),
    ("Operations of the host", "src/ffi/record.rs"),
    ("Nodes of the graph", "src/ffi/nodes.rs"),
    ("Devices and streams", "src/ffi/devices.rs"),
    ("Care", "src/ffi/care.rs"),
];

/// Reads the source below `root`. Also returns cbindgen's bindings, emptied: a writer of single
/// declarations needs them for their settings.
pub(super) fn read(root: &Path) -> Result<(Vec<Section>, Bindings)> {
    let mut bindings = parse(root)?;
    let mut pool = Pool::drain(&mut bindings);
    let mut sections = Vec::new();
    for (title, file) in SECTIONS {
        let text = fs::read_to_string(root.join(file)).map_err(|e| format!("{file}: {e}"))?;
        let declarations = declared_names(&text).filter_map(|name| pool.take(name)).collect();
        sections.push(Section { title, declarations });
    }
    pool.refuse_leftovers()?;
    Ok((sections, bindings))
}

fn parse(root: &Path) -> Result<Bindings> {
    let config = Config::from_file(root.join("cbindgen.toml"))?;
    let mut builder = Builder::new().with_config(config).with_src(root.join("src/abi/mod.rs"));
    let mut files: Vec<_> = fs::read_dir(root.join("src/ffi"))
        .map_err(|e| format!("src/ffi: {e}"))?
        .filter_map(|entry| Some(entry.ok()?.path()))
        // mod.rs would make cbindgen read all the others a second time.
        .filter(|path| path.extension().is_some_and(|e| e == "rs") && !path.ends_with("mod.rs"))
        .collect();
    files.sort();
    for file in files {
        builder = builder.with_src(file);
    }
    Ok(builder.generate().map_err(|e| format!("cbindgen: {e}"))?)
}

/// The names that a Rust file declares at its top level, in order.
fn declared_names(text: &str) -> impl Iterator<Item = &str> {
    const BEFORE_NAME: [&str; 6] = [
        "pub const ",
        "pub struct ",
        "pub union ",
        "pub type ",
        "pub unsafe extern \"C\" fn ",
        "pub extern \"C\" fn ",
    ];
    text.lines().filter_map(|line| {
        let rest = BEFORE_NAME.iter().find_map(|keywords| line.strip_prefix(keywords))?;
        rest.split(|c: char| !c.is_alphanumeric() && c != '_').next()
    })
}

/// What cbindgen found, by name, until a section asks for it.
struct Pool {
    found: HashMap<String, Declaration>,
}

impl Pool {
    fn drain(bindings: &mut Bindings) -> Pool {
        let constants = std::mem::take(&mut bindings.constants)
            .into_iter()
            .map(|c| (c.export_name.clone(), Declaration::Constant(c)));
        let types = std::mem::take(&mut bindings.items)
            .into_iter()
            .map(|item| (item.deref().export_name().to_owned(), Declaration::Type(item)));
        let functions = std::mem::take(&mut bindings.functions)
            .into_iter()
            .map(|f| (f.path.name().to_owned(), Declaration::Function(f)));
        Pool { found: constants.chain(types).chain(functions).collect() }
    }

    fn take(&mut self, name: &str) -> Option<Declaration> {
        self.found.remove(name)
    }

    fn refuse_leftovers(self) -> Result<()> {
        // DLPack's own constants are declared by DLPack's own header.
        let ours = |name: &&String| !name.starts_with("DLPACK_");
        let lost: HashSet<&String> = self.found.keys().filter(ours).collect();
        match lost.is_empty() {
            true => Ok(()),
            false => Err(format!("declared, but in no section of the header: {lost:?}").into()),
        }
    }
}
