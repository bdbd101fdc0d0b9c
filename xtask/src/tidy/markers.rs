//! Checks for unfinished work: no markers of later work, no stubs, no test disabled without a reason.

use anyhow::Result;

use super::Findings;
use crate::project::Project;
use crate::source;

/// Words for later work, in any text of the project. Each is in two parts, so that this file does not contain it.
const MARKERS: &[(&str, &str)] = &[("TO", "DO"), ("FIX", "ME"), ("HA", "CK")];
/// Missing code, or a test that does not run.
const STUBS: &[&str] = &["todo!(", "unimplemented!(", "#[ignore]"];

pub(crate) fn check(project: &Project, files: &[String], findings: &mut Findings) -> Result<()> {
    for file in files
        .iter()
        .filter(|file| super::has_extension(file, &["rs", "py", "sh", "c", "h", "toml", "yaml", "md"]))
    {
        if file.starts_with("testdata/") {
            continue;
        }
        let text = project.require(file)?;
        for (number, line) in text.lines().enumerate() {
            for marker in MARKERS.iter().map(|(head, tail)| format!("{head}{tail}")) {
                if source::has_word(line, &marker) {
                    findings.error(format!("{file}:{}: {marker}", number + 1));
                }
            }
        }
        if super::has_extension(file, &["rs"]) {
            for (line, stub) in stubs(&text) {
                findings.error(format!("{file}:{line}: {stub}"));
            }
        }
    }
    Ok(())
}

/// Returns the line (from 1) and text of each stub in the code of a file.
fn stubs(text: &str) -> Vec<(usize, &'static str)> {
    let code = source::code(text);
    let lines = code.lines().enumerate();
    lines
        .flat_map(|(number, line)| {
            STUBS.iter().filter(move |stub| line.contains(**stub)).map(move |stub| (number + 1, *stub))
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn stubs_are_found_in_code_only() {
        let text =
            "// todo!()\nlet x = \"#[ignore]\";\nfn f() { todo!() }\n#[ignore = \"slow\"]\n#[ignore]\n";
        assert_eq!(stubs(text), [(3, "todo!("), (5, "#[ignore]")]);
    }
}
