//! Runs `cargo package` for every published crate.
//!
//! All are packaged in one command, so that cargo resolves their dependencies on each other from the new packages, and this works
//! before the first release. Packages are built (`--verify`) only on request, because that compiles everything a second time.

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
    // Everything already built can be packaged without the registry; if that fails, cargo may use it.
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
