//! What the release library shows, needs and weighs, as `dist` built it.

use std::fs;
use std::path::Path;

use crate::dist::libraries::cargo_home;
use crate::elf::{self, Table};
use crate::test::Workplace;
use crate::{Result, headers};

/// The promise: not more than this, stripped.
const MOST_BYTES: u64 = 1 << 20;

/// What an injected panic says.
const INJECTED: &str = "tarray: injected fault";

/// The only libraries that a program gets to load with ours.
const ALLOWED: [&str; 4] = ["libc.so.6", "libm.so.6", "libgcc_s.so.1", "ld-linux"];

pub(crate) fn run(workplace: &Workplace) -> Result<()> {
    let fault = fs::read_to_string(workplace.root.join("src/model/fault.rs"))?;
    ensure(fault.contains(INJECTED), || format!("model/fault.rs does not say `{INJECTED}`"))?;
    let folder = workplace.dist()?.join("lib");
    let soname = format!("libtarray.so.{}", headers::define(workplace.root, "TA_ABI_VERSION")?);
    let (shared, archive) = (folder.join(&soname), folder.join("libtarray.a"));

    let functions = headers::functions(workplace.root)?;
    same("libtarray.so", &functions, &elf::exported(&shared, Table::Dynamic)?)?;
    same("libtarray.a", &functions, &elf::exported(&archive, Table::Static)?)?;
    println!("{} functions in the header, in {soname} and in libtarray.a", functions.len());

    let said = elf::soname(&shared)?;
    ensure(said == soname, || format!("SONAME is {said}, the header's ABI says {soname}"))?;
    ensure(elf::is_nodelete(&shared)?, || "no NODELETE: dlclose would unload deleters".into())?;
    allowed_only(&elf::needed(&shared)?)?;
    for library in [&shared, &archive] {
        names_no_folder(library, workplace.root)?;
        names_no_folder(library, &cargo_home())?;
    }
    for library in [&shared, &archive] {
        has_no_faults(library)?;
    }
    small_enough(&shared)
}

/// What `model/fault.rs` says when a test makes it panic is in no library that is shipped.
fn has_no_faults(library: &Path) -> Result<()> {
    let is_there = contains(&fs::read(library)?, INJECTED.as_bytes());
    ensure(!is_there, || format!("{} has the feature `faults`", library.display()))
}

fn contains(bytes: &[u8], part: &[u8]) -> bool {
    bytes.windows(part.len()).any(|window| window == part)
}

fn same(library: &str, header: &[String], exported: &[String]) -> Result<()> {
    let missing: Vec<_> = header.iter().filter(|name| !exported.contains(name)).collect();
    let extra: Vec<_> = exported.iter().filter(|name| !header.contains(name)).collect();
    ensure(missing.is_empty() && extra.is_empty(), || {
        format!("{library}: of the header's functions {missing:?} are missing; {extra:?} leak")
    })
}

fn allowed_only(needed: &[String]) -> Result<()> {
    println!("needs {}", needed.join(", "));
    let is_allowed = |name: &String| ALLOWED.iter().any(|allowed| name.starts_with(allowed));
    let extra: Vec<_> = needed.iter().filter(|name| !is_allowed(name)).collect();
    ensure(extra.is_empty(), || format!("needs {extra:?}, which nobody promised to have"))
}

/// Whoever builds it, wherever: the same bytes.
fn names_no_folder(library: &Path, folder: &Path) -> Result<()> {
    let (bytes, name) = (fs::read(library)?, folder.as_os_str().as_encoded_bytes());
    ensure(!contains(&bytes, name), || format!("{} names {}", library.display(), folder.display()))
}

fn small_enough(library: &Path) -> Result<()> {
    let bytes = fs::metadata(library)?.len();
    println!("{bytes} bytes, stripped");
    ensure(bytes <= MOST_BYTES, || format!("{bytes} bytes are more than {MOST_BYTES}"))
}

fn ensure(holds: bool, otherwise: impl FnOnce() -> String) -> Result<()> {
    if holds { Ok(()) } else { Err(otherwise().into()) }
}
