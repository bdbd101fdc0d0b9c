//! `cargo package` for every crate that is published.
//!
//! All of them go in one command: cargo then resolves their dependencies on each other from the packages it has just
//! made, so this works before the first release. Packages are built from (`--verify`) only on request: it compiles
//! everything a second time.

use std::process::Command;

use anyhow::Result;

use crate::project::{self, Project, display, run_quietly};
use crate::step::Outcome;

pub(crate) fn run(project: &Project, verify: bool) -> Result<Outcome> {
    let published: Vec<String> = project
        .packages()
        .into_iter()
        .filter(|package| package.publish.as_deref() != Some(&[]))
        .map(|package| package.name.to_string())
        .collect();
    let detail = format!("{} crates", published.len());
    // What was built can be packaged without the registry; where that fails, cargo may ask it.
    let offline = run_quietly(command(project, &published, verify).arg("--offline"))?;
    if offline.success {
        print!("$ {}\n{}", display(&command(project, &published, verify)), offline.text);
        return Ok(Outcome::passed(detail));
    }
    Ok(Outcome::of(project::run(&mut command(project, &published, verify))?, detail))
}

fn command(project: &Project, packages: &[String], verify: bool) -> Command {
    let mut command = project.cargo(["package", "--allow-dirty"]);
    for package in packages {
        command.args(["--package", package]);
    }
    if !verify {
        command.arg("--no-verify");
    }
    command
}
