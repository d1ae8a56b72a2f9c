//! The list of the library's dependencies in `docs/dependencies.md`, held to what cargo resolves; and
//! what the tests install, held to versions.

use std::collections::BTreeSet;
use std::fs;
use std::process::Command;

use crate::files;
use crate::run::quietly;

#[test]
fn every_crate_in_the_library_has_a_line_that_says_why() {
    let mut tree = Command::new("cargo");
    tree.current_dir(crate::root()).args(["tree", "--package", "tarray", "--edges", "normal"]);
    let said = quietly(tree.args(["--prefix", "none", "--locked"])).expect("cargo tree runs");
    let resolved: BTreeSet<&str> = said.lines().filter_map(|line| line.split(' ').next()).collect();

    let page = fs::read_to_string(crate::root().join("docs/dependencies.md")).expect("a page");
    let rows = page.lines().filter_map(|line| line.strip_prefix("| ")?.split(" |").next());
    let listed: BTreeSet<&str> = rows.skip(1).flat_map(|names| names.split(", ")).collect();

    let crates: BTreeSet<&str> =
        resolved.into_iter().filter(|name| !name.is_empty() && *name != "tarray").collect();
    assert_eq!(listed, crates, "docs/dependencies.md, and what cargo resolves");
}

#[test]
fn whatever_the_tests_install_has_one_version() {
    let tests = files::list(&crate::root().join("tests")).expect("a folder");
    let lists = tests.iter().filter(|path| files::stem(path).starts_with("requirements"));
    let mut packages = 0;
    for list in lists {
        let text = fs::read_to_string(list).expect("a list");
        for line in text.lines().filter(|line| !line.starts_with('#')) {
            let (_, version) = line.split_once("==").unwrap_or_default();
            let is_one = version.starts_with(|first: char| first.is_ascii_digit())
                && version.chars().all(|next| next.is_ascii_alphanumeric() || next == '.');
            assert!(is_one, "{}: {line}", list.display());
            packages += 1;
        }
    }
    assert!(packages > 10, "only {packages}: the search is broken");
}
