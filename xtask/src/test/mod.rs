//! All tests of the project; the lines of each runner are printed immediately, and counted at the end.

mod c;
mod programs;
mod python;
mod transcript;

use anyhow::Result;

use crate::project::{Project, display, run_lines};
use crate::step::{Outcome, Summary};
use transcript::Transcript;

pub(crate) fn run(project: &Project, bless: bool, summary: &mut Summary) {
    // Programs for later steps are built here with the features of the tests, so nothing is built twice.
    summary.step("test", || tests(project));
    let built = programs::build(project);
    match built {
        Ok(built) => {
            summary.step("examples", || programs::examples(project, &built, bless));
            summary.step("benches", || programs::benches(project, &built));
            summary.step("c", || c::run(project, &built.library, bless));
        }
        Err(error) => summary.step("programs", || Err(error)),
    }
    summary.step("python", || python(project));
}

/// Tests the C library and everything in C and C++.
pub(crate) fn c(project: &Project) -> Result<Outcome> {
    c::alone(project)
}

/// Tests the Python package, using its wheel.
pub(crate) fn python(project: &Project) -> Result<Outcome> {
    python::run(project)
}

/// Runs `cargo test` for the workspace: unit, integration and doc tests.
fn tests(project: &Project) -> Result<Outcome> {
    // `--show-output` is for the `skipped: …` lines of tests that pass; the rest of that output is omitted.
    let mut command =
        project.cargo(["test", "--workspace", "--all-features", "--no-fail-fast", "--", "--show-output"]);
    println!("$ {}", display(&command));
    let mut transcript = Transcript::default();
    let run = run_lines(&mut command, |line| transcript.line(line))?;
    let totals = transcript.totals();
    println!("\n{totals}");
    for line in transcript.failures().iter().chain(transcript.skips()) {
        println!("{line}");
    }
    Ok(Outcome::of(run.success && totals.is_pass(), totals.to_string()))
}
