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
        // Old-style tags make an RPATH, which comes before LD_LIBRARY_PATH: the extension runs on
        // the library that was installed with it, whatever others of that name there are.
        println!("cargo:rustc-cdylib-link-arg=-Wl,-rpath,$ORIGIN/lib,--disable-new-dtags");
    }
}
