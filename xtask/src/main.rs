//! `cargo xtask <verb>`: everything that is done to this repository.

mod abi;
mod bench;
mod demo;
#[cfg(test)]
mod dependencies;
mod dist;
mod each;
mod elf;
mod files;
mod fuzz;
mod gpu_test;
mod headers;
mod miri;
mod run;
mod soak;
mod suites;
mod template;
mod test;
mod tools;
mod version;
mod wheel;

use std::path::Path;
use std::process::ExitCode;

type Result<T> = std::result::Result<T, Box<dyn std::error::Error>>;

const USAGE: &str = "\
usage: cargo xtask <verb>
  demo            build everything and show the main job on real arrays
  test            install what the tests need and run them all
  test STEP       one step of the tests, on what earlier ones left
  test --peers    the tests that download large libraries first (torch)
  bench           measure beside the peers, and write docs/performance*
  bench TABLE     one table, or several; --quick: a short look, which keeps nothing
  bench --draw    measure nothing; write pages and plots anew from the figures kept
  instructions    write benches/instructions.tsv anew: what a call costs
  gpu-test        what only a machine with an NVIDIA GPU shows, and what can be shown without;
                  --required: none is a failure
  test --trust    fuzzing, Miri, sanitizers, load: each for a while
  headers         write include/tarray.{h,zig,cdef} anew from src/abi and src/ffi
  freeze          keep include/tarray.h in tests/abi as the ABI of this version
  fuzz [SECONDS]  hostile input for every target of tests/fuzz, so long each
  miri            the Rust tests under Miri, on three targets: three quarters of an hour
  soak [SECONDS]  load: eight threads, NumPy, PyTorch and JAX, flat memory
  dist            make the folder and the tarball that are shipped";

/// The checkout that this program was built in.
fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR")).parent().expect("xtask is a folder of the checkout")
}

fn main() -> ExitCode {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let outcome = match arguments.iter().map(String::as_str).collect::<Vec<_>>()[..] {
        ["demo"] => demo::show(root()),
        ["test"] => test::all(root()),
        ["test", "--peers"] => test::peers(root()),
        ["test", "--trust"] => test::trust(root()),
        ["test", step] => test::one(root(), step),
        ["bench", ref rest @ ..] => bench::run(root(), rest),
        ["instructions"] => suites::instructions::accept(root()),
        ["gpu-test"] => gpu_test::all(root(), false),
        ["gpu-test", "--required"] => gpu_test::all(root(), true),
        ["headers"] => headers::accept(root()),
        ["fuzz"] => fuzz::all(root(), fuzz::SECONDS),
        ["fuzz", seconds] => fuzz::all_for(root(), seconds),
        ["miri"] => miri::long(root()),
        ["soak"] => soak::run_for(root(), soak::LONG),
        ["soak", seconds] => soak::run_for(root(), seconds),
        ["freeze"] => abi::freeze(root()),
        ["dist"] => dist::build(root()).map(|folder| println!("{}", folder.display())),
        _ => Err(USAGE.into()),
    };
    match outcome {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("{error}");
            ExitCode::FAILURE
        }
    }
}
