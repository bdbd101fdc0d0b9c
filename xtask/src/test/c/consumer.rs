//! An external project, outside of the workspace, that finds the library with CMake and with pkg-config.

use std::path::Path;
use std::process::Command;

use anyhow::{Context, Result};

use super::program::Kit;
use super::{Tally, is_there};
use crate::project::{display, run_quietly};

/// The project.
const PROJECT: &str = "bindings/c/tests/consumer";
/// The options of pkg-config for a static program.
const STATIC: &[&str] = &["--static"];
/// The output of each of its programs.
const PRINTED: &str = "1 of 2 rows are valid\n";

pub(super) fn check(kit: &Kit<'_>, tally: &mut Tally) -> Result<()> {
    let folder = std::env::temp_dir().join(format!("trueline-consumer-{}", std::process::id()));
    std::fs::create_dir_all(&folder)?;
    for entry in std::fs::read_dir(kit.project.root.join(PROJECT)).context(PROJECT)? {
        let entry = entry?;
        std::fs::copy(entry.path(), folder.join(entry.file_name()))?;
    }
    let outcome = cmake(kit, &folder, tally).and_then(|()| pkg_config(kit, &folder, tally));
    std::fs::remove_dir_all(&folder)?;
    outcome
}

fn cmake(kit: &Kit<'_>, folder: &Path, tally: &mut Tally) -> Result<()> {
    if !is_there(kit.project, "cmake") {
        tally.skip("consumer by CMake", "there is no `cmake`");
        return Ok(());
    }
    let command = |program: &str| {
        let mut command = Command::new(program);
        command.current_dir(folder);
        command
    };
    let mut configure = command("cmake");
    configure.args(["-S", ".", "-B", "build"]);
    configure.arg(format!("-DCMAKE_PREFIX_PATH={}", kit.installed.prefix.display()));
    let mut build = command("cmake");
    build.args(["--build", "build"]);
    let mut failure = attempt(&mut configure)?;
    if failure.is_none() {
        failure = attempt(&mut build)?;
    }
    for program in ["consumer_c", "consumer_static", "consumer_cpp"] {
        if failure.is_none() {
            failure = printed(&mut Command::new(folder.join("build").join(program)))?;
        }
    }
    tally.note("consumer by CMake", failure.as_deref());
    Ok(())
}

fn pkg_config(kit: &Kit<'_>, folder: &Path, tally: &mut Tally) -> Result<()> {
    if !is_there(kit.project, "pkg-config") {
        tally.skip("consumer by pkg-config", "there is no `pkg-config`");
        return Ok(());
    }
    let ways: &[&[&str]] = if has_static_libc(kit) {
        &[&[], STATIC]
    } else {
        tally.skip("consumer by pkg-config --static", "there is no static libc");
        &[&[]]
    };
    let libraries = kit.installed.prefix.join("lib");
    for way in ways {
        let mut ask = Command::new("pkg-config");
        ask.args(["--cflags", "--libs"]).args(*way).arg("trueline");
        let told = run_quietly(ask.env("PKG_CONFIG_PATH", libraries.join("pkgconfig")))?;
        for (compiler, source) in [("cc", "consumer.c"), ("c++", "consumer.cpp")] {
            let program = folder.join(format!("{source}{}.out", way.concat()));
            let mut compile = Command::new(compiler);
            // `--static` of pkg-config corresponds to `-static` of the compiler.
            compile.current_dir(folder).args(way.iter().map(|flag| &flag[1..]));
            compile.arg(source).arg("-o").arg(&program).args(told.text.split_whitespace());
            let mut failure = if told.success { attempt(&mut compile)? } else { Some(told.text.clone()) };
            if failure.is_none() {
                failure = printed(Command::new(&program).env("LD_LIBRARY_PATH", &libraries))?;
            }
            let name = format!("consumer by pkg-config {}: {source}", way.concat());
            tally.note(&name.replace(" :", ":"), failure.as_deref());
        }
    }
    Ok(())
}

/// Returns whether the compiler finds a static C library: it then prints a path, otherwise the name that was asked for.
fn has_static_libc(kit: &Kit<'_>) -> bool {
    let mut ask = kit.project.command("cc");
    run_quietly(ask.arg("-print-file-name=libc.a")).is_ok_and(|told| told.text.contains('/'))
}

/// Returns why a command failed, with its output.
fn attempt(command: &mut Command) -> Result<Option<String>> {
    let run = run_quietly(command)?;
    Ok((!run.success).then(|| format!("$ {}\n{}", display(command), run.text)))
}

/// Returns why a program did not print the expected output.
fn printed(command: &mut Command) -> Result<Option<String>> {
    let run = run_quietly(command)?;
    let is_right = run.success && run.text == PRINTED;
    Ok((!is_right).then(|| format!("$ {}\n{}", display(command), run.text)))
}
