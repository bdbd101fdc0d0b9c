//! Gives the shared library the name under which programs look for it, that of its ABI version, and keeps others' names out of it.

fn main() {
    println!("cargo:rerun-if-changed=include/trueline.h");
    println!("cargo:rerun-if-changed=build.rs");
    let header = std::fs::read_to_string("include/trueline.h").unwrap_or_default();
    let mut lines = header.lines();
    let Some(version) = lines.find_map(|line| line.strip_prefix("#define TRUELINE_ABI_VERSION ")) else {
        return;
    };
    match std::env::var("CARGO_CFG_TARGET_OS").as_deref() {
        Ok("macos") => {
            println!("cargo:rustc-cdylib-link-arg=-Wl,-install_name,@rpath/libtrueline.{version}.dylib");
        }
        Ok("linux" | "freebsd" | "netbsd" | "openbsd" | "android") => {
            println!("cargo:rustc-cdylib-link-arg=-Wl,-soname,libtrueline.so.{version}");
            // Functions for C that other crates bring are none of this library's.
            println!("cargo:rustc-cdylib-link-arg=-Wl,--exclude-libs,ALL");
        }
        _ => {}
    }
}
