//! Runs the tests of the crates that contain `unsafe`, with the address sanitizer.
//!
//! The sanitizer needs a nightly toolchain with its runtime; without it the task is skipped with a message. Each run has a
//! separate target folder, because its flags would otherwise rebuild everything.

use std::path::Path;

use anyhow::{Context, Result};

use crate::project::{Project, run, run_quietly};
use crate::step::Outcome;
use crate::tidy::unsafe_files;

pub(crate) fn run_tests(project: &Project) -> Result<Outcome> {
    let crates = unsafe_files::crates(project)?;
    if crates.is_empty() {
        return Ok(Outcome::skipped("no crate contains unsafe code"));
    }
    let host = match nightly_host(project)? {
        Ok(host) => host,
        Err(reason) => return Ok(Outcome::skipped(reason)),
    };
    let target = project.metadata.target_directory.join("sanitize");
    // `--tests`: doc tests are built by rustdoc, which does not get the flags.
    let mut command = project.command("rustup");
    command.args([
        "run",
        "nightly",
        "cargo",
        "test",
        "--tests",
        "--target",
        &host,
        "--target-dir",
        target.as_str(),
    ]);
    for name in &crates {
        command.args(["--package", name]);
    }
    // With an explicit target, the flags do not affect build scripts and procedural macros.
    command.env("RUSTFLAGS", "-Zsanitizer=address");
    for name in ["CARGO", "RUSTC", "RUSTDOC"] {
        command.env_remove(name);
    }
    Ok(Outcome::of(run(&mut command)?, format!("AddressSanitizer: {}", crates.join(", "))))
}

/// Returns the host triple of the nightly toolchain, or why the sanitizer cannot be used.
pub(crate) fn nightly_host(project: &Project) -> Result<Result<String, String>> {
    let ask = |arguments: &[&str]| {
        let mut command = project.command("rustup");
        command.args(["run", "nightly", "rustc"]).args(arguments).env_remove("RUSTC");
        run_quietly(&mut command).ok().filter(|run| run.success).map(|run| run.text)
    };
    let Some(version) = ask(&["-vV"]) else {
        return Ok(Err("no nightly toolchain".to_owned()));
    };
    let host =
        version.lines().find_map(|line| line.strip_prefix("host: ")).context("rustc names its host")?;
    let folder = ask(&["--print", "target-libdir"]).context("rustc names its folder")?;
    let mut files = std::fs::read_dir(Path::new(folder.trim()))?.filter_map(Result::ok);
    if !files.any(|file| is_runtime(&file.file_name().to_string_lossy())) {
        return Ok(Err(format!("the nightly toolchain has no AddressSanitizer runtime for {host}")));
    }
    Ok(Ok(host.to_owned()))
}

/// Returns whether a file of the toolchain is the runtime of the sanitizer (a static library on Linux, a shared one on macOS).
fn is_runtime(name: &str) -> bool {
    name.starts_with("librustc") && name.contains("_rt.asan.")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_runtime_is_known_by_its_name() {
        assert!(is_runtime("librustc-nightly_rt.asan.a"));
        assert!(is_runtime("librustc-nightly_rt.asan.dylib"));
        assert!(!is_runtime("librustc-nightly_rt.tsan.a"));
        assert!(!is_runtime("libstd-672fbcb930bdc020.rlib"));
    }
}
