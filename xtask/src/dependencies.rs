//! The list of the library's dependencies in `docs/dependencies.md`, held to what cargo resolves.

use std::collections::BTreeSet;
use std::fs;
use std::process::Command;

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
