//! Trueline beside its peers: the program in `benches/compare/`, with whatever options it is given.

use anyhow::Result;

use crate::project::{Project, run};

/// What is run, from the root of the workspace.
const PROGRAM: &str = "benches/compare/run.py";

/// Whether it came to its end.
pub(crate) fn measure(project: &Project, options: Vec<String>) -> Result<bool> {
    run(project.command("python3").arg(PROGRAM).args(options))
}
