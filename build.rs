//! Link arguments of the shared library: its SONAME and that it stays loaded.

fn main() {
    println!("cargo:rerun-if-changed=build.rs");
    if std::env::var("CARGO_CFG_TARGET_OS").as_deref() == Ok("linux") {
        // The ABI number, not the crate's version: the xtask's `exports` suite holds the two together.
        println!("cargo:rustc-cdylib-link-arg=-Wl,-soname,libtarray.so.0");
        // A deleter of ours may run in a consumer after somebody's dlclose.
        println!("cargo:rustc-cdylib-link-arg=-Wl,-z,nodelete");
    }
}
