//! The programs once more under valgrind: no error, and nothing lost.

use anyhow::Result;

use super::program::{Kit, Program};
use super::{Tally, is_there};
use crate::project::{display, run_quietly};

/// What counts, and what valgrind then ends with. What is only possibly lost is what Rust's library keeps about a thread it did not
/// start: it is held by a pointer to its inside, and there for as long as the thread is.
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
