//! Format, clippy and rustdoc: the tools of the compiler, with warnings denied.

use anyhow::Result;

use crate::fuzz;
use crate::project::{Project, run};
use crate::step::Outcome;

pub(crate) fn format(project: &Project) -> Result<Outcome> {
    let mut passed = run(&mut project.cargo(["fmt", "--all", "--check"]))?;
    // Not a member of the workspace, but formatted like everything else.
    passed &= run(&mut project.cargo(["fmt", "--manifest-path", fuzz::MANIFEST, "--check"]))?;
    Ok(if passed { Outcome::passed("") } else { Outcome::failed("run `cargo fmt --all`, in `fuzz` too") })
}

pub(crate) fn clippy(project: &Project) -> Result<Outcome> {
    let arguments = ["clippy", "--workspace", "--all-targets", "--all-features", "--", "-D", "warnings"];
    Ok(Outcome::of(run(&mut project.cargo(arguments))?, ""))
}

pub(crate) fn rustdoc(project: &Project) -> Result<Outcome> {
    let mut command = project.cargo(["doc", "--workspace", "--no-deps", "--all-features"]);
    command.env("RUSTDOCFLAGS", "-D warnings");
    Ok(Outcome::of(run(&mut command)?, ""))
}
