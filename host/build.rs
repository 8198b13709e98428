//! Links libgcc into the executables on Linux with glibc, instead of loading it at every start.
//!
//! Rust's panics need a few functions of it. Loaded as a shared library it costs 0.12 ms of the 1.1 ms that
//! a start takes. This is for where libm and libc stay shared: where the system has them as static libraries,
//! build/host.ts links the host with those.
//!
//! The linker is asked for `-lgcc_s` by Rust's standard library. It is made to find a linker script of
//! this name first, which sends it to the static libraries.

use std::env;
use std::path::{Path, PathBuf};
use std::process::Command;

fn main() {
    println!("cargo:rerun-if-changed=build.rs");
    let target = |name: &str| env::var(format!("CARGO_CFG_TARGET_{name}")).unwrap_or_default();
    // Only where the compiler that is asked below is the target's.
    let native = env::var("HOST") == env::var("TARGET");
    if target("OS") != "linux" || target("ENV") != "gnu" || !native {
        return;
    }
    let directory = PathBuf::from(env::var_os("OUT_DIR").expect("cargo sets OUT_DIR"));
    let libraries = ["libgcc_eh.a", "libgcc.a"].map(installed);
    let Some(paths) = libraries.into_iter().collect::<Option<Vec<_>>>() else {
        return; // not installed: the shared one will do
    };
    let script = format!("INPUT({})\n", paths.join(" "));
    std::fs::write(directory.join("libgcc_s.so"), script).expect("OUT_DIR can be written to");
    println!("cargo:rustc-link-search=native={}", directory.display());
}

/// Where the compiler would take a library from; it gives the bare name back for one that it does not find.
fn installed(library: &str) -> Option<String> {
    let output = Command::new("cc")
        .arg(format!("-print-file-name={library}"))
        .output()
        .ok()?;
    let path = String::from_utf8(output.stdout).ok()?.trim().to_owned();
    Path::new(&path).is_absolute().then_some(path)
}
