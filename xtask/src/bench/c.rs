//! The C calls, in a program that is linked to the library and to the peers that have a C ABI.

use std::process::Command;

use super::Bench;
use crate::run::quietly;
use crate::{Result, dist, files};

/// What `benches/calls.c` prints.
pub(super) fn calls(bench: &Bench) -> Result<String> {
    let ours = dist::build(bench.root)?;
    let tvm_ffi = bench.python.folder_of("tvm_ffi")?;
    let program = files::scratch(bench.root, "bench-calls")?.join("calls");
    let mut gcc = Command::new("gcc");
    gcc.args(["-std=c11", "-O2", "-Wl,-z,now"]).arg("-o").arg(&program);
    for source in ["calls.c", "calls_peers.c"] {
        gcc.arg(bench.root.join("benches").join(source));
    }
    for include in [ours.join("include"), tvm_ffi.join("include")] {
        gcc.arg("-I").arg(include);
    }
    for lib in [ours.join("lib"), tvm_ffi.join("lib")] {
        gcc.arg("-L").arg(&lib).arg(format!("-Wl,-rpath,{}", lib.display()));
    }
    quietly(gcc.args(["-ltarray", "-ltvm_ffi"]))?;
    quietly(&mut Command::new(program))
}
