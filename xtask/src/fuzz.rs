//! `cargo xtask fuzz`: every target of tests/fuzz for some seconds, from the seeds that are kept and
//! what earlier runs found.
//!
//! Built as cargo-fuzz builds, with AddressSanitizer, but by the stable compiler.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use crate::run::{quietly, run};
use crate::{Result, files};

/// What a short run spends on each target.
pub(crate) const SECONDS: u32 = 4;

/// Coverage for libFuzzer, and AddressSanitizer.
const FLAGS: [&str; 9] = [
    "--cfg=fuzzing",
    "-Cpasses=sancov-module",
    "-Cllvm-args=-sanitizer-coverage-level=4",
    "-Cllvm-args=-sanitizer-coverage-inline-8bit-counters",
    "-Cllvm-args=-sanitizer-coverage-pc-table",
    "-Cllvm-args=-sanitizer-coverage-trace-compares",
    "-Ccodegen-units=1",
    "-Cforce-frame-pointers=yes",
    "-Zsanitizer=address",
];

const TRIPLE: &str = "x86_64-unknown-linux-gnu";

pub(crate) fn all_for(root: &Path, seconds: &str) -> Result<()> {
    all(root, seconds.parse().map_err(|_| format!("{seconds}: no number of seconds"))?)
}

pub(crate) fn all(root: &Path, seconds: u32) -> Result<()> {
    let programs = build(root)?;
    let mut total = 0;
    let mut failures = Vec::new();
    for name in targets(root)? {
        match target(root, &programs.join(&name), &name, seconds) {
            Ok(executions) => {
                println!("{name}: {executions} executions");
                total += executions;
            }
            Err(error) => failures.push(format!("{name}: {error}")),
        }
    }
    println!("{total} executions");
    if failures.is_empty() { Ok(()) } else { Err(failures.join("\n").into()) }
}

/// The names of the targets.
fn targets(root: &Path) -> Result<Vec<String>> {
    let sources = files::with_extension(&root.join("tests/fuzz/targets"), "rs")?;
    Ok(sources.iter().map(|source| files::stem(source)).collect())
}

fn build(root: &Path) -> Result<PathBuf> {
    let built = root.join("target/fuzz");
    let mut cargo = Command::new("cargo");
    cargo.current_dir(root.join("tests/fuzz"));
    cargo.args(["build", "--quiet", "--release", "--locked", "--bins", "--target", TRIPLE]);
    cargo.arg("--target-dir").arg(&built);
    run(cargo.env("RUSTC_BOOTSTRAP", "1").env("RUSTFLAGS", FLAGS.join(" ")))?;
    Ok(built.join(TRIPLE).join("release"))
}

/// Runs one target and returns how many inputs it tried.
fn target(root: &Path, program: &Path, name: &str, seconds: u32) -> Result<u64> {
    let found = root.join("target/fuzz-corpus").join(name);
    let crashes = root.join("target/fuzz-crashes").join(name);
    for folder in [&found, &crashes] {
        fs::create_dir_all(folder)?;
    }
    // libFuzzer reports on its standard error.
    let mut fuzz = Command::new("sh");
    fuzz.args(["-c", "exec \"$@\" 2>&1", "sh"]).arg(program);
    fuzz.arg(format!("-max_total_time={seconds}")).arg("-print_final_stats=1");
    fuzz.args(["-max_len=1024", "-timeout=20", "-rss_limit_mb=4096", "-verbosity=0"]);
    fuzz.arg(format!("-artifact_prefix={}/", crashes.display()));
    // Copies that need more are refused as they are where memory is short.
    fuzz.env("ASAN_OPTIONS", "allocator_may_return_null=1:max_allocation_size_mb=64");
    let said = quietly(fuzz.arg(&found).arg(root.join("tests/fuzz/seeds").join(name)))?;
    let executions =
        said.lines().find_map(|line| line.strip_prefix("stat::number_of_executed_units:"));
    Ok(executions.ok_or("libFuzzer counted nothing")?.trim().parse()?)
}
