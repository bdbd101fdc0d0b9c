//! Tests the C library like its users: installs it below the target folder, and builds everything in C and C++ against that.
//!
//! Every example is compiled as C11 and as C++17, with all warnings as errors, linked with the shared and with the static
//! library, run and compared with the output of its counterpart in Rust or Python. Without a compiler this is skipped with a
//! message; so are the parts that need valgrind, nm, CMake or pkg-config.

mod consumer;
mod memory;
mod program;
mod symbol;

use anyhow::Result;

use crate::install_c::{self, Built};
use crate::project::{Project, run_quietly};
use crate::step::Outcome;
use program::Kit;

/// Builds the library, then does the same as [`run`].
pub(crate) fn alone(project: &Project) -> Result<Outcome> {
    run(project, &install_c::build_for_tests(project)?, false)
}

pub(crate) fn run(project: &Project, built: &Built, bless: bool) -> Result<Outcome> {
    if cfg!(windows) {
        return Ok(Outcome::skipped("the C library is tried on Unix only"));
    }
    for compiler in ["cc", "c++"] {
        if !is_there(project, compiler) {
            return Ok(Outcome::skipped(format!("there is no `{compiler}`")));
        }
    }
    let folder = project.metadata.target_directory.join("c").into_std_path_buf();
    let installed = install_c::lay_out(project, built, &folder.join("prefix"))?;
    let kit = Kit { project, installed, folder };
    let mut tally = Tally::default();
    symbol::check(&kit, &mut tally)?;
    let programs = program::check(&kit, bless, &mut tally)?;
    memory::check(&kit, &programs, &mut tally)?;
    consumer::check(&kit, &mut tally)?;
    let (passed, failed, skipped) = (tally.passed, tally.failed, tally.skipped);
    let detail = format!("{passed} passed, {failed} failed, {skipped} skipped");
    println!("c result: {detail}");
    Ok(Outcome::of(failed == 0 && passed > 0, detail))
}

/// The numbers of results, each of which is printed immediately.
#[derive(Default)]
struct Tally {
    passed: u32,
    failed: u32,
    skipped: u32,
}

impl Tally {
    /// Records why something failed, or that it did not.
    fn note(&mut self, name: &str, failure: Option<&str>) {
        match failure {
            None => {
                println!("c {name} ... ok");
                self.passed += 1;
            }
            Some(reason) => {
                println!("c {name} ... FAILED\n{reason}");
                self.failed += 1;
            }
        }
    }

    fn skip(&mut self, name: &str, reason: &str) {
        println!("skipped: c {name}: {reason}");
        self.skipped += 1;
    }
}

/// Returns whether a program of that name exists.
fn is_there(project: &Project, program: &str) -> bool {
    run_quietly(project.command(program).arg("--version")).is_ok_and(|run| run.success)
}
