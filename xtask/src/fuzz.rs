//! Runs the fuzz targets in `fuzz/`, each for some seconds.
//!
//! They need a nightly toolchain with the runtime of the address sanitizer; without it the task is skipped with a message. Useful
//! inputs are kept in cargo's target folder, so that the next run continues from there.

use anyhow::Result;

use crate::project::{Project, run};
use crate::sanitize;
use crate::step::Outcome;

/// The package of the targets, which is not a member of the workspace.
pub(crate) const MANIFEST: &str = "fuzz/Cargo.toml";

/// The default time for each target.
pub(crate) const SECONDS: u64 = 20;

const TARGETS: &[&str] = &["proofs", "tokenizer", "json", "keys"];

/// The sanitizer, and counters that report coverage to the fuzzer.
const FLAGS: &str = "-Zsanitizer=address -Cpasses=sancov-module \
    -Cllvm-args=-sanitizer-coverage-level=4 \
    -Cllvm-args=-sanitizer-coverage-inline-8bit-counters \
    -Cllvm-args=-sanitizer-coverage-pc-table \
    -Cllvm-args=-sanitizer-coverage-trace-compares";

pub(crate) fn run_targets(project: &Project, seconds: u64) -> Result<Outcome> {
    let host = match sanitize::nightly_host(project)? {
        Ok(host) => host,
        Err(reason) => return Ok(Outcome::skipped(reason)),
    };
    let folder = project.metadata.target_directory.join("fuzz");
    let mut build = project.command("rustup");
    build.args(["run", "nightly", "cargo", "build", "--release", "--manifest-path", MANIFEST]);
    // With an explicit target, the flags do not affect build scripts and procedural macros.
    build.args(["--target", &host, "--target-dir", folder.as_str()]).env("RUSTFLAGS", FLAGS);
    for name in ["CARGO", "RUSTC", "RUSTDOC"] {
        build.env_remove(name);
    }
    if !run(&mut build)? {
        return Ok(Outcome::failed("the targets do not build"));
    }
    let mut failed = Vec::new();
    for target in TARGETS {
        let corpus = folder.join("corpus").join(target);
        let found = folder.join("found").join(target);
        std::fs::create_dir_all(&corpus)?;
        std::fs::create_dir_all(&found)?;
        let mut fuzz = project.command(folder.join(&host).join("release").join(target).as_str());
        fuzz.arg(format!("-max_total_time={seconds}")).arg(format!("-artifact_prefix={found}/"));
        fuzz.args(["-timeout=60", "-max_len=2048", "-print_final_stats=1", "-verbosity=0"]);
        // Leaks are expected: tables that are created once, and the memory of the fuzzer itself.
        fuzz.arg(corpus.as_str()).env("ASAN_OPTIONS", "detect_leaks=0");
        if !run(&mut fuzz)? {
            failed.push(format!("{target}: the input is in {found}"));
        }
    }
    let detail = format!("{} for {seconds} s each", TARGETS.join(", "));
    Ok(if failed.is_empty() { Outcome::passed(detail) } else { Outcome::failed(failed.join("; ")) })
}
