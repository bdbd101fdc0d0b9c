//! Every test of the project, each runner's lines printed as they come and counted at the end.

mod c;
mod programs;
mod python;
mod transcript;

use anyhow::Result;

use crate::project::{Project, display, run_lines};
use crate::step::{Outcome, Summary};
use transcript::Transcript;

pub(crate) fn run(project: &Project, bless: bool, summary: &mut Summary) {
    // What later steps run is built here with the features the tests were built with, so nothing is built twice.
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

/// The C library and everything in C and C++.
pub(crate) fn c(project: &Project) -> Result<Outcome> {
    c::alone(project)
}

/// The tests of the Python package, on its wheel.
pub(crate) fn python(project: &Project) -> Result<Outcome> {
    python::run(project)
}

/// `cargo test` over the workspace: unit, integration and doc tests.
fn tests(project: &Project) -> Result<Outcome> {
    // `--show-output` is for the `skipped: …` lines of tests that pass; the rest of such output is left out.
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
