//! Compares trueline with its peers: runs the program in `benches/compare/` with the given options.

use anyhow::Result;

use crate::project::{Project, run};

/// The program, relative to the root of the workspace.
const PROGRAM: &str = "benches/compare/run.py";

/// Runs the program; returns whether it succeeded.
pub(crate) fn measure(project: &Project, options: Vec<String>) -> Result<bool> {
    run(project.command("python3").arg(PROGRAM).args(options))
}
