//! Format, lints and Rust's own tests, the drift test of the headers among them.

use std::process::Command;

use crate::Result;
use crate::run::run as run_command;
use crate::test::Workplace;

pub(crate) fn run(workplace: &Workplace) -> Result<()> {
    let cargo = |arguments: &[&str]| {
        println!("cargo {}", arguments.join(" "));
        run_command(Command::new("cargo").current_dir(workplace.root).args(arguments))
    };
    let format = cargo(&["fmt", "--all", "--check"]);
    let lints = cargo(&["clippy", "--workspace", "--all-targets", "--", "-D", "warnings"]);
    let tests = cargo(&["test", "--workspace", "--no-fail-fast"]);
    format.and(lints).and(tests)
}

/// Where threads meet, under ThreadSanitizer. The standard library is built for it too, or what it does
/// would look like races; that takes a nightly toolchain with `rust-src`.
pub(crate) fn under_thread_sanitizer(workplace: &Workplace) -> Result<()> {
    const TARGET: &str = "x86_64-unknown-linux-gnu";
    let tests = ["--test", "history_graph", "--test", "ownership", "thread"];
    let mut cargo = Command::new("cargo");
    cargo.current_dir(workplace.root).env("RUSTFLAGS", "-Zsanitizer=thread");
    cargo.env("CARGO_TARGET_DIR", workplace.root.join("target/tsan"));
    cargo.args(["+nightly", "test", "-Zbuild-std", "--target", TARGET]).args(tests);
    run_command(&mut cargo)
}
