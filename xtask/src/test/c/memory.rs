//! Runs the programs again with valgrind: no errors, and no lost memory.

use anyhow::Result;

use super::program::{Kit, Program};
use super::{Tally, is_there};
use crate::project::{display, run_quietly};

/// The checks, and the exit code of valgrind for an error. "Possibly lost" memory is data that Rust's library keeps about a
/// thread it did not start: a pointer to its inside keeps it alive as long as the thread.
const OPTIONS: &[&str] = &[
    "--quiet",
    "--leak-check=full",
    "--show-leak-kinds=definite,indirect",
    "--errors-for-leak-kinds=definite,indirect",
    "--error-exitcode=99",
];

pub(super) fn check(kit: &Kit<'_>, programs: &[Program], tally: &mut Tally) -> Result<()> {
    if !is_there(kit.project, "valgrind") {
        tally.skip("memory", "there is no `valgrind`");
        return Ok(());
    }
    for program in programs {
        let mut command = kit.project.command("valgrind");
        command.args(OPTIONS).arg(&program.path);
        let run = run_quietly(&mut command)?;
        let failure = (!run.success).then(|| format!("$ {}\n{}", display(&command), run.text));
        tally.note(&format!("{} under valgrind", program.name), failure.as_deref());
    }
    Ok(())
}
