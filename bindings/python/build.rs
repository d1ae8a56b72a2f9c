//! Links the extension to the core's shared library, which lies in `lib/` beside it.

use std::env;

fn main() {
    println!("cargo:rerun-if-changed=build.rs");
    println!("cargo:rerun-if-env-changed=TARRAY_LIB_DIR");
    pyo3_build_config::use_pyo3_cfgs();
    // Set by the build backend: the folder with libtarray.so. Without it the linker's own
    // search path has to have one.
    if let Ok(folder) = env::var("TARRAY_LIB_DIR") {
        println!("cargo:rustc-link-search=native={folder}");
    }
    println!("cargo:rustc-link-lib=dylib=tarray");
    if env::var("CARGO_CFG_TARGET_OS").as_deref() == Ok("linux") {
        println!("cargo:rustc-cdylib-link-arg=-Wl,-rpath,$ORIGIN/lib");
    }
}
