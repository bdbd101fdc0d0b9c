//! Licences, bans, sources and advisories of the dependencies, by cargo-deny under `deny.toml`.

use anyhow::Result;

use crate::project::{Project, run, run_lines, run_quietly};
use crate::step::Outcome;

pub(crate) fn check(project: &Project, install: bool) -> Result<Outcome> {
    if !is_installed(project) {
        if !install {
            return Ok(Outcome::skipped("cargo-deny is not installed (--install-tools installs it)"));
        }
        if !run(&mut project.cargo(["install", "cargo-deny", "--locked"]))? {
            return Ok(Outcome::failed("cargo-deny could not be installed"));
        }
    }
    // Separate, because only the advisories need the network.
    if !run(&mut project.cargo(["deny", "--all-features", "check", "bans", "licenses", "sources"]))? {
        return Ok(Outcome::failed("bans, licences or sources"));
    }
    let advisories =
        run_lines(&mut project.cargo(["deny", "--all-features", "check", "advisories"]), |_| true)?;
    if advisories.success {
        return Ok(Outcome::passed("bans, licences, sources, advisories"));
    }
    if advisories.text.contains("failed to fetch advisory database") {
        println!("skipped: advisories: the advisory database could not be fetched");
        return Ok(Outcome::passed("bans, licences, sources; advisories skipped: no database"));
    }
    Ok(Outcome::failed("advisories"))
}

fn is_installed(project: &Project) -> bool {
    run_quietly(&mut project.cargo(["deny", "--version"])).is_ok_and(|run| run.success)
}
