//! Programs in C and C++: compiled in all ways, run and compared.

use std::path::{Path, PathBuf};
use std::process::Stdio;

use anyhow::{Context, Result};

use super::super::programs::difference;
use super::Tally;
use crate::install_c::{Installed, NATIVE_LIBRARIES};
use crate::project::{Project, display, run_quietly};

/// The folders of the examples, and of their expected output: that of the counterpart in Rust or Python, or else in a separate
/// folder.
const C: &str = "examples/c";
const CPP: &str = "examples/cpp";
const EXPECTED: &str = "examples/expected";
/// A page whose first programs can be copied and compiled.
const PAGE: &str = "bindings/c/README.md";
/// Programs that are only tests.
const TESTS: &str = "bindings/c/tests";

/// The things needed to build a program.
pub(super) struct Kit<'a> {
    pub(super) project: &'a Project,
    pub(super) installed: Installed,
    /// The folder for built programs.
    pub(super) folder: PathBuf,
}

/// A way to compile a program.
struct Way {
    name: &'static str,
    compiler: &'static str,
    flags: &'static [&'static str],
    is_static: bool,
}

const WARNINGS: &[&str] = &["-Wall", "-Wextra", "-Werror", "-pedantic", "-g"];
const C_SHARED: Way = Way { name: "c11", compiler: "cc", flags: &["-std=c11"], is_static: false };
const C_STATIC: Way = Way { name: "c11-static", compiler: "cc", flags: &["-std=c11"], is_static: true };
const C_AS_CPP: Way =
    Way { name: "as-c++17", compiler: "c++", flags: &["-std=c++17", "-x", "c++"], is_static: false };
const CPP_SHARED: Way = Way { name: "c++17", compiler: "c++", flags: &["-std=c++17"], is_static: false };
const CPP_STATIC: Way =
    Way { name: "c++17-static", compiler: "c++", flags: &["-std=c++17"], is_static: true };

/// A built program.
pub(super) struct Program {
    pub(super) name: String,
    pub(super) path: PathBuf,
}

/// Builds and runs all programs; returns those that are linked with the shared library.
pub(super) fn check(kit: &Kit<'_>, bless: bool, tally: &mut Tally) -> Result<Vec<Program>> {
    let mut shared = Vec::new();
    for (folder, extension, ways) in [
        (C, "c", &[C_SHARED, C_STATIC, C_AS_CPP][..]),
        (CPP, "cpp", &[CPP_SHARED, CPP_STATIC][..]),
        (TESTS, "c", &[C_SHARED][..]),
        (TESTS, "cpp", &[CPP_SHARED][..]),
    ] {
        for source in sources(kit.project, folder, extension)? {
            let stem = source.file_stem().unwrap_or_default().to_string_lossy().into_owned();
            for way in ways {
                let name = format!("{folder}/{stem} {}", way.name);
                let path = match kit.compile(&source, way)? {
                    Ok(path) => path,
                    Err(reason) => {
                        tally.note(&name, Some(&reason));
                        continue;
                    }
                };
                let found = kit.output(&path)?;
                let verdict = match found {
                    Err(reason) => Some(reason),
                    Ok(_) if folder == TESTS => None,
                    Ok(found) => verdict(kit.project, &stem, &found, bless && way.name == "c11")?,
                };
                tally.note(&name, verdict.as_deref());
                if !way.is_static && way.name != "as-c++17" {
                    shared.push(Program { name: format!("{folder}/{stem}"), path });
                }
            }
        }
    }
    check_page(kit, tally)?;
    Ok(shared)
}

/// Checks the programs of the page, as readers copy them.
fn check_page(kit: &Kit<'_>, tally: &mut Tally) -> Result<()> {
    let text = kit.project.require(PAGE)?;
    for (language, way) in [("c", &C_SHARED), ("cpp", &CPP_SHARED)] {
        for (number, code) in blocks(&text, language).into_iter().enumerate() {
            let source = kit.folder.join(format!("page-{number}.{language}"));
            std::fs::write(&source, code)?;
            let failure = match kit.compile(&source, way)? {
                Ok(path) => kit.output(&path)?.err(),
                Err(reason) => Some(reason),
            };
            tally.note(&format!("{PAGE}, program {number} in {language}"), failure.as_deref());
        }
    }
    Ok(())
}

/// Returns the code blocks in a language.
fn blocks<'a>(text: &'a str, language: &str) -> Vec<&'a str> {
    let parts = text.split("```");
    let blocks = parts.skip(1).step_by(2);
    blocks.filter_map(|block| block.strip_prefix(language)?.strip_prefix('\n')).collect()
}

/// Returns the files of a folder with an extension.
fn sources(project: &Project, folder: &str, extension: &str) -> Result<Vec<PathBuf>> {
    let entries = std::fs::read_dir(project.root.join(folder)).context(folder.to_owned())?;
    let mut files: Vec<PathBuf> = entries
        .filter_map(|entry| entry.ok().map(|entry| entry.path()))
        .filter(|path| path.extension().is_some_and(|found| found == extension))
        .collect();
    files.sort();
    Ok(files)
}

/// Compares the output with the expected one; with `bless`, stores it as the expected one.
fn verdict(project: &Project, stem: &str, found: &str, bless: bool) -> Result<Option<String>> {
    let place = |folder: &str| project.root.join(EXPECTED).join(folder).join(format!("{stem}.txt"));
    let twin = ["", "python"].into_iter().map(place).find(|twin| twin.is_file());
    let own = place("c");
    if bless && twin.is_none() {
        std::fs::create_dir_all(project.root.join(EXPECTED).join("c"))?;
        std::fs::write(own, found)?;
        return Ok(None);
    }
    let expected = twin.unwrap_or(own);
    if !expected.is_file() {
        let name = project.relative(&expected);
        return Ok(Some(format!("{name} is missing; `cargo xtask test --bless` writes it")));
    }
    Ok(difference(&std::fs::read_to_string(expected)?, found))
}

impl Kit<'_> {
    /// Compiles a program; returns its path, or the output of the compiler.
    fn compile(&self, source: &Path, way: &Way) -> Result<Result<PathBuf, String>> {
        let stem = source.file_stem().unwrap_or_default().to_string_lossy();
        let folder = self.folder.join("programs");
        std::fs::create_dir_all(&folder)?;
        let path = folder.join(format!("{stem}-{}", way.name));
        let mut command = self.project.command(way.compiler);
        command.args(way.flags).args(WARNINGS);
        command.arg("-I").arg(self.installed.prefix.join("include")).arg(source);
        // The following argument is not a source, regardless of `-x`.
        command.args(["-x", "none", "-o"]).arg(&path);
        if way.is_static {
            command.arg(&self.installed.archive).args(NATIVE_LIBRARIES);
        } else {
            let libraries = self.installed.prefix.join("lib");
            command.arg("-L").arg(&libraries).arg("-ltrueline");
            command.arg(format!("-Wl,-rpath,{}", libraries.display()));
        }
        let run = run_quietly(&mut command)?;
        Ok(if run.success { Ok(path) } else { Err(format!("$ {}\n{}", display(&command), run.text)) })
    }

    /// Returns the output of a program, or how it failed.
    fn output(&self, program: &Path) -> Result<Result<String, String>> {
        let output = self.project.command(program).stdin(Stdio::null()).output()?;
        let found = String::from_utf8_lossy(&output.stdout).into_owned();
        if output.status.success() {
            return Ok(Ok(found));
        }
        Ok(Err(format!("{}\n{found}{}", output.status, String::from_utf8_lossy(&output.stderr))))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn blocks_are_found_by_their_language() {
        let text = "a\n```c\nint x;\n```\n```cpp\nint y;\n```\n```c\nint z;\n```\n";
        assert_eq!(blocks(text, "c"), ["int x;\n", "int z;\n"]);
        assert_eq!(blocks(text, "cpp"), ["int y;\n"]);
    }
}
