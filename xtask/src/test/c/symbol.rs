//! The shared library exports the functions of the header, and nothing else.

use std::collections::BTreeSet;

use anyhow::Result;

use super::program::Kit;
use super::{Tally, is_there};
use crate::header;
use crate::project::run_quietly;

pub(super) fn check(kit: &Kit<'_>, tally: &mut Tally) -> Result<()> {
    if !is_there(kit.project, "nm") || cfg!(target_os = "macos") {
        tally.skip("symbols", "there is no `nm` that knows `--dynamic`");
        return Ok(());
    }
    let mut command = kit.project.command("nm");
    let listed = run_quietly(command.args(["--dynamic", "--defined-only"]).arg(&kit.installed.shared))?;
    let header = kit.project.require(header::HEADER.file)?;
    let failure = if listed.success { difference(&header, &listed.text) } else { Some(listed.text) };
    tally.note("symbols", failure.as_deref());
    Ok(())
}

/// Returns the differences between the header and the symbols.
fn difference(header: &str, symbols: &str) -> Option<String> {
    let declared: BTreeSet<&str> = header::functions(header).into_iter().collect();
    let exported: BTreeSet<&str> =
        symbols.lines().filter_map(|line| line.split_whitespace().nth(2)).collect();
    let missing = declared.difference(&exported).map(|name| format!("the library has no {name}"));
    let strange = exported.difference(&declared).map(|name| format!("the header does not declare {name}"));
    let lines: Vec<String> = missing.chain(strange).collect();
    (!lines.is_empty()).then(|| lines.join("\n"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn both_ways_of_differing_are_told() {
        let header = "int trueline_a(void);\nint trueline_b(void);\n";
        assert_eq!(difference(header, "0001 T trueline_a\n0002 T trueline_b\n"), None);
        let told = difference(header, "0001 T trueline_a\n0002 T leaked\n").unwrap();
        assert_eq!(told, "the library has no trueline_b\nthe header does not declare leaked");
    }
}
