//! Programs that are also tests: examples, whose output is compared, and benches, run once in `--test` mode.

use std::path::PathBuf;
use std::process::{Command, Stdio};

use anyhow::{Context, Result, bail};
use cargo_metadata::Message;

use crate::install_c::Built;
use crate::project::{self, Project, display};
use crate::step::Outcome;

/// The folder of the package whose examples are run and compared; those of other packages are only built.
const EXAMPLES: &str = "examples";
/// The folder of the examples' expected output, `<name>.txt`.
const EXPECTED: &str = "examples/expected";
/// The folder of the package whose programs and benches are run with `--test`.
const BENCHES: &str = "benches";

/// The built examples and bench programs.
pub(crate) struct Programs {
    examples: Vec<Program>,
    benches: Vec<Program>,
    /// The C library, which is built with them.
    pub(crate) library: Built,
}

struct Program {
    name: String,
    path: PathBuf,
}

/// Builds them like the tests, so that nothing is compiled twice.
pub(crate) fn build(project: &Project) -> Result<Programs> {
    // The Python module is built by the tool that builds its wheel.
    let mut command = project.cargo([
        "build",
        "--workspace",
        "--exclude",
        "trueline-python",
        "--all-features",
        "--lib",
        "--examples",
        "--bins",
    ]);
    println!("\n$ {}", display(&command));
    let mut child = command
        .arg("--message-format=json-render-diagnostics")
        .stdout(Stdio::piped())
        .spawn()
        .context("cargo build")?;
    let output = child.stdout.take().context("cargo's output is piped")?;
    let mut programs = Programs { examples: Vec::new(), benches: Vec::new(), library: Built::default() };
    for message in Message::parse_stream(std::io::BufReader::new(output)) {
        let Message::CompilerArtifact(artifact) = message? else { continue };
        programs.library.note(&artifact);
        let Some(path) = artifact.executable else { continue };
        let folder = artifact.manifest_path.parent().map(|folder| project.relative(folder.as_std_path()));
        let program = Program { name: artifact.target.name.clone(), path: path.into_std_path_buf() };
        match folder.as_deref() {
            Some(EXAMPLES) if artifact.target.is_example() => programs.examples.push(program),
            Some(BENCHES) if artifact.target.is_bin() => programs.benches.push(program),
            _ => {}
        }
    }
    if !child.wait()?.success() {
        bail!("examples and bench programs do not build");
    }
    programs.examples.sort_by(|a, b| a.name.cmp(&b.name));
    programs.benches.sort_by(|a, b| a.name.cmp(&b.name));
    Ok(programs)
}

/// Runs every example in the root and compares its output.
pub(crate) fn examples(project: &Project, programs: &Programs, bless: bool) -> Result<Outcome> {
    if programs.examples.is_empty() {
        return Ok(Outcome::skipped("there are no examples"));
    }
    let mut failed = 0;
    for example in &programs.examples {
        let verdict = example_verdict(project, example, bless)?;
        println!("example {} ... {}", example.name, verdict.as_deref().map_or("ok", |_| "FAILED"));
        if let Some(reason) = verdict {
            println!("{reason}");
            failed += 1;
        }
    }
    for stray in stray_expectations(project, programs)? {
        println!("{EXPECTED}/{stray}.txt has no example");
        failed += 1;
    }
    let passed = programs.examples.len().saturating_sub(failed);
    println!("example result: {passed} passed; {failed} failed");
    Ok(Outcome::of(failed == 0, format!("{passed} passed, {failed} failed")))
}

/// Returns why the example fails, if it does.
fn example_verdict(project: &Project, example: &Program, bless: bool) -> Result<Option<String>> {
    let output =
        project.command(&example.path).stdin(Stdio::null()).output().context(example.name.clone())?;
    let found = String::from_utf8_lossy(&output.stdout).into_owned();
    if !output.status.success() {
        let errors = String::from_utf8_lossy(&output.stderr).into_owned();
        return Ok(Some(format!("{}\n{found}{errors}", output.status)));
    }
    let file = project.root.join(EXPECTED).join(format!("{}.txt", example.name));
    if bless {
        std::fs::create_dir_all(project.root.join(EXPECTED))?;
        std::fs::write(file, found)?;
        return Ok(None);
    }
    if !file.is_file() {
        return Ok(Some(format!(
            "{EXPECTED}/{}.txt is missing; `cargo xtask test --bless` writes it",
            example.name
        )));
    }
    Ok(difference(&std::fs::read_to_string(file)?, &found))
}

/// Returns expected outputs without an example.
fn stray_expectations(project: &Project, programs: &Programs) -> Result<Vec<String>> {
    let folder = project.root.join(EXPECTED);
    if !folder.is_dir() {
        return Ok(Vec::new());
    }
    let mut strays = Vec::new();
    for entry in std::fs::read_dir(folder)? {
        let name = entry?.file_name().to_string_lossy().into_owned();
        if let Some(stem) = name.strip_suffix(".txt")
            && !programs.examples.iter().any(|example| example.name == stem)
        {
            strays.push(stem.to_owned());
        }
    }
    strays.sort();
    Ok(strays)
}

/// Returns the first line that differs from the expected output. `[..]` in an expected line matches any text.
pub(super) fn difference(expected: &str, found: &str) -> Option<String> {
    let (mut wanted, mut lines) = (expected.lines(), found.lines());
    for number in 1.. {
        match (wanted.next(), lines.next()) {
            (None, None) => return None,
            (Some(wanted), Some(line)) if is_match(wanted, line) => {}
            (wanted, line) => {
                let show = |line: Option<&str>| {
                    line.map_or_else(|| "the end".to_owned(), |line| format!("{line:?}"))
                };
                return Some(format!(
                    "line {number}\n  expected {}\n  found    {}",
                    show(wanted),
                    show(line)
                ));
            }
        }
    }
    None
}

fn is_match(wanted: &str, line: &str) -> bool {
    let Some((first, middle)) = wanted.split_once("[..]") else { return wanted == line };
    let (middle, last) = middle.rsplit_once("[..]").unwrap_or(("", middle));
    let Some(mut rest) = line.strip_prefix(first) else { return false };
    for part in middle.split("[..]") {
        let Some((_, after)) = rest.split_once(part) else { return false };
        rest = after;
    }
    rest.ends_with(last)
}

/// Runs every bench once, with its expected counts asserted and without measuring.
pub(crate) fn benches(project: &Project, programs: &Programs) -> Result<Outcome> {
    let (mut run, mut failed) = (0, Vec::new());
    let mut measure = |name: &str, command: &mut Command| -> Result<()> {
        run += 1;
        if !project::run(command)? {
            failed.push(name.to_owned());
        }
        Ok(())
    };
    if project.packages().iter().any(|package| package.targets.iter().any(cargo_metadata::Target::is_bench)) {
        let arguments =
            ["test", "--workspace", "--all-features", "--no-fail-fast", "--bench", "*", "--", "--test"];
        measure("criterion benches", &mut project.cargo(arguments))?;
    } else {
        println!("skipped: criterion benches: there are none");
    }
    for program in &programs.benches {
        measure(&program.name, project.command(&program.path).arg("--test"))?;
    }
    if run == 0 {
        return Ok(Outcome::skipped("there are no benches"));
    }
    println!("bench result: {} passed; {} failed", run - failed.len(), failed.len());
    Ok(Outcome::of(
        failed.is_empty(),
        format!("{} passed, {} failed {}", run - failed.len(), failed.len(), failed.join(" ")),
    ))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_difference_is_named_by_its_line() {
        assert_eq!(difference("a\nb\n", "a\nb\n"), None);
        assert!(
            difference("a\nb\n", "a\nc\n").unwrap().starts_with("line 2\n  expected \"b\"\n  found    \"c\"")
        );
        assert!(difference("a\n", "a\nb\n").unwrap().contains("expected the end"));
        assert!(difference("a\nb\n", "a\n").unwrap().contains("found    the end"));
    }

    #[test]
    fn a_wildcard_stands_for_any_text_in_a_line() {
        assert!(is_match("in [..] s", "in 0.25 s"));
        assert!(is_match("[..] rows, [..] s", "10 rows, 1 s"));
        assert!(is_match("a[..]", "a"));
        assert!(!is_match("in [..] s", "in 0.25 ms "));
        assert!(!is_match("a", "ab"));
        assert!(!is_match("ab[..]b", "ab"));
    }
}
