//! The project's tasks: `cargo xtask <task>`. One file per task; `ci` runs all of them in sequence.
//!
//! A task passes, fails or is skipped with a reason that is printed; nothing is skipped silently.
#![forbid(unsafe_code)]
#![allow(clippy::print_stdout, clippy::print_stderr, reason = "a task talks to the person who runs it")]

mod ci;
mod compare;
mod deny;
mod docs;
mod fuzz;
mod generated;
mod header;
mod install_c;
mod lint;
mod package;
mod project;
mod sanitize;
mod source;
mod step;
mod test;
mod tidy;

use std::path::Path;
use std::process::ExitCode;

use anyhow::{Context, Result, bail};

use crate::project::Project;
use crate::step::{Outcome, Summary};

const USAGE: &str = "\
usage: cargo xtask <task> [options]

tasks
  ci          every task below but `python`, `c`, `docs`, `header`, `install-c`, `fuzz` and `compare`, each timed, with a closing table; what .ci/run calls
                --install-tools   install cargo-deny first when it is missing (takes minutes)
  test        every test: unit, integration and doc tests, examples compared with examples/expected/,
              bench programs in --test mode, programs in C and C++, and pytest on the wheel of the Python package
                --bless           write examples/expected/ instead of comparing
  python      of these only what concerns the Python package: its wheel, and pytest on it
  c           of these only what concerns the C library: every program in C and C++, built in every way and run
  format      cargo fmt --check
  clippy      clippy over all targets, warnings denied
  rustdoc     cargo doc, warnings denied
  tidy        floors, unsafe files, file sizes, words, markers, links, generated pages
  package     cargo package for every published crate
                --verify          build each one from its package too
  deny        licences, advisories, banned and duplicate dependencies (cargo-deny)
                --install-tools   as above
  sanitize    tests of the crates with `unsafe` under AddressSanitizer (nightly)
  fuzz        the fuzz targets, each for some seconds: 20, or as many as follow (nightly)
  docs        write docs/checks.md from the checks' own files
                --check           only compare
  header      write bindings/c/include/trueline.h from the sources of the C library
                --check           only compare
  install-c   build the C library for use and install it
                --prefix DIR      below this folder: include, lib, lib/pkgconfig, lib/cmake
  compare     trueline beside its peers; benches/compare/README.md says how
                --help            the options, all handed on
";

fn main() -> ExitCode {
    match run() {
        Ok(true) => ExitCode::SUCCESS,
        Ok(false) => ExitCode::FAILURE,
        Err(error) => {
            eprintln!("xtask: {error:#}");
            ExitCode::from(2)
        }
    }
}

fn run() -> Result<bool> {
    let mut arguments = std::env::args().skip(1);
    let task = arguments.next().unwrap_or_default();
    let mut options = Options(arguments.collect());
    if task == "compare" {
        let project = Project::load()?;
        return compare::measure(&project, options.0);
    }
    if matches!(task.as_str(), "" | "help" | "-h" | "--help") || options.take("--help") {
        print!("{USAGE}");
        return Ok(true);
    }
    let project = Project::load()?;
    let mut summary = Summary::default();
    match task.as_str() {
        "ci" => {
            let install = options.take("--install-tools");
            options.finish()?;
            ci::run(&project, install, &mut summary);
        }
        "test" => {
            let bless = options.take("--bless");
            options.finish()?;
            test::run(&project, bless, &mut summary);
        }
        "package" => {
            let verify = options.take("--verify");
            options.finish()?;
            summary.step("package", || package::run(&project, verify));
        }
        "deny" => {
            let install = options.take("--install-tools");
            options.finish()?;
            summary.step("deny", || deny::check(&project, install));
        }
        "fuzz" => {
            let seconds = options.take_number()?.unwrap_or(fuzz::SECONDS);
            options.finish()?;
            summary.step("fuzz", || fuzz::run_targets(&project, seconds));
        }
        "docs" => {
            let check = options.take("--check");
            options.finish()?;
            summary.step("docs", || docs::CHECKS.run(&project, check));
        }
        "header" => {
            let check = options.take("--check");
            options.finish()?;
            summary.step("header", || header::HEADER.run(&project, check));
        }
        "install-c" => {
            let prefix = options.take_value("--prefix")?.context("install-c needs --prefix DIR")?;
            options.finish()?;
            summary.step("install-c", || install_c::run(&project, Path::new(&prefix)));
        }
        other => {
            let Some((name, task)) = SIMPLE.iter().find(|(name, _)| *name == other) else {
                bail!("unknown task `{other}`\n\n{USAGE}");
            };
            options.finish()?;
            summary.step(name, || task(&project));
        }
    }
    summary.print();
    Ok(summary.passed())
}

/// A task without options.
type Task = fn(&Project) -> Result<Outcome>;

const SIMPLE: &[(&str, Task)] = &[
    ("format", lint::format),
    ("clippy", lint::clippy),
    ("rustdoc", lint::rustdoc),
    ("tidy", tidy::run),
    ("sanitize", sanitize::run_tests),
    ("python", test::python),
    ("c", test::c),
];

/// The arguments after the task's name.
struct Options(Vec<String>);

impl Options {
    /// Removes `name`; returns whether it was given.
    fn take(&mut self, name: &str) -> bool {
        let before = self.0.len();
        self.0.retain(|option| option != name);
        self.0.len() < before
    }

    /// Removes `name` and the argument after it; returns the latter.
    fn take_value(&mut self, name: &str) -> Result<Option<String>> {
        let Some(at) = self.0.iter().position(|option| option == name) else { return Ok(None) };
        self.0.remove(at);
        if at == self.0.len() {
            bail!("{name} needs a value");
        }
        Ok(Some(self.0.remove(at)))
    }

    /// Removes and returns the first option, if it is a number.
    fn take_number(&mut self) -> Result<Option<u64>> {
        if !self.0.first().is_some_and(|option| option.starts_with(|first: char| first.is_ascii_digit())) {
            return Ok(None);
        }
        let option = self.0.remove(0);
        option.parse().map(Some).with_context(|| format!("`{option}` is no number"))
    }

    /// Fails if any options are left.
    fn finish(self) -> Result<()> {
        match self.0.first() {
            Some(option) => bail!("unknown option `{option}`\n\n{USAGE}"),
            None => Ok(()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn options_are_used_up_and_the_rest_is_refused() {
        let mut options = Options(vec!["--bless".into(), "--blss".into()]);
        assert!(options.take("--bless"));
        assert!(!options.take("--bless"));
        assert!(options.finish().is_err());
        assert!(Options(Vec::new()).finish().is_ok());
    }

    #[test]
    fn a_number_is_taken_and_a_word_is_not() {
        let mut options = Options(vec!["60".into(), "6x".into(), "--all".into()]);
        assert_eq!(options.take_number().unwrap(), Some(60));
        assert!(options.take_number().is_err());
        assert_eq!(options.take_number().unwrap(), None);
    }

    #[test]
    fn the_usage_names_every_task() {
        for (name, _) in SIMPLE {
            assert!(USAGE.contains(&format!("\n  {name} ")), "{name}");
        }
    }
}
