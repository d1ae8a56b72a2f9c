//! The architecture, held by tests: who may import whom, and where `unsafe` may live.

use std::fs;
use std::path::{Path, PathBuf};

/// From the ground up; a module imports only from modules before it, and from itself.
const FLOORS: [&str; 8] = ["abi", "model", "convert", "devices", "history", "dlpack", "hub", "ffi"];

/// Where the design lets `unsafe` live. `model/view.rs` only declares what makers of a view
/// vouch for.
const UNSAFE: [&str; 12] = [
    "src/abi",
    "src/model/alloc.rs",
    "src/model/owner.rs",
    "src/model/prefix.rs",
    "src/model/release.rs",
    "src/model/shared.rs",
    "src/model/tensor.rs",
    "src/model/view.rs",
    "src/convert",
    "src/devices",
    "src/dlpack",
    "src/ffi",
];

fn sources(folder: &Path, found: &mut Vec<PathBuf>) {
    let mut entries: Vec<_> = fs::read_dir(folder).unwrap().map(|e| e.unwrap().path()).collect();
    entries.sort();
    for path in entries {
        if path.is_dir() {
            sources(&path, found);
        } else if path.extension().is_some_and(|extension| extension == "rs") {
            found.push(path);
        }
    }
}

/// Every file below `src`, by its path from the root, with its lines of code.
fn code() -> Vec<(String, Vec<String>)> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let mut found = Vec::new();
    sources(&root.join("src"), &mut found);
    assert!(found.len() > 30, "only {} files: the walk is broken", found.len());
    let read = |path: PathBuf| {
        let name = path.strip_prefix(root).unwrap().to_str().unwrap().to_owned();
        let text = fs::read_to_string(&path).unwrap();
        let is_code = |line: &&str| !line.trim_start().starts_with("//");
        (name, text.lines().filter(is_code).map(str::to_owned).collect())
    };
    found.into_iter().map(read).collect()
}

/// The floor that a file is on; `lib.rs` is the map and on none.
fn floor(name: &str) -> Option<usize> {
    let module = name.strip_prefix("src/")?.split('/').next()?;
    FLOORS.iter().position(|floor| *floor == module)
}

#[test]
fn every_module_is_on_a_floor() {
    for (name, _) in code() {
        assert!(name == "src/lib.rs" || floor(&name).is_some(), "{name} is on no floor");
    }
}

#[test]
fn nobody_imports_upwards() {
    let mut imports = 0;
    for (name, lines) in code() {
        let Some(own) = floor(&name) else { continue };
        for line in lines {
            for part in line.split("crate::").skip(1) {
                let module: String = part.chars().take_while(|c| c.is_alphanumeric()).collect();
                let Some(other) = FLOORS.iter().position(|floor| *floor == module) else {
                    continue;
                };
                assert!(other <= own, "{name} imports from {module}, which is above it: {line}");
                imports += 1;
            }
        }
    }
    assert!(imports > 100, "only {imports} imports: the search is broken");
}

#[test]
fn unsafe_lives_where_the_design_says() {
    let mut blocks = 0;
    for (name, lines) in code() {
        let uses =
            lines.iter().filter(|line| line.contains("unsafe {") || line.contains("unsafe fn"));
        let uses = uses.count();
        let allowed = UNSAFE.iter().any(|place| name.starts_with(place));
        assert!(uses == 0 || allowed, "{name} has unsafe code");
        blocks += uses;
    }
    assert!(blocks > 50, "only {blocks} blocks: the search is broken");
}

/// What ends the process when there is no memory. The library asks by `model::{alloc, lists, shared}`, or
/// reserves what it then fills.
const INFALLIBLE: [&str; 14] = [
    "Vec::with_capacity",
    "vec![",
    "Box::new(",
    "Arc::new(",
    ".collect()",
    ".collect::<",
    "format!(",
    ".to_owned()",
    ".to_string()",
    ".to_vec()",
    "String::from(",
    "CString::new",
    "HashMap",
    "BTreeMap",
];

/// CUDA's driver is looked for, and its kernels are written, by what cannot fail: docs/trust.md says so.
#[test]
fn memory_is_asked_for_where_it_may_be_refused() {
    let is_ours = |name: &str| !name.starts_with("src/devices/cuda") && !name.contains("/tests");
    for (name, lines) in code().into_iter().filter(|(name, _)| is_ours(name)) {
        for line in lines.iter().take_while(|line| !line.contains("#[cfg(test)]")) {
            let asks = INFALLIBLE.iter().find(|asks| line.contains(**asks));
            assert_eq!(asks, None, "{name}: {line}");
        }
    }
}

#[test]
fn symbols_are_exported_by_ffi_alone() {
    for (name, lines) in code() {
        let exports = lines.iter().any(|line| line.contains("no_mangle"));
        assert!(!exports || name.starts_with("src/ffi/"), "{name} exports a symbol");
    }
}

/// Every exported function can fail only through the guard, or cannot fail at all.
#[test]
fn every_status_comes_from_the_guard() {
    let mut functions = 0;
    for (name, lines) in code() {
        let text = lines.join("\n");
        for body in text.split("#[unsafe(no_mangle)]").skip(1) {
            let body = body.split("\n}").next().unwrap();
            assert!(!body.contains("-> ta_status {") || body.contains("guard("), "{name}: {body}");
            functions += 1;
        }
    }
    assert!(functions > 30, "only {functions} functions: the search is broken");
}
