//! Checks that every relative link of a page leads to a file.

use std::path::Path;

use anyhow::Result;

use super::Findings;
use crate::project::Project;

pub(crate) fn check(project: &Project, files: &[String], findings: &mut Findings) -> Result<()> {
    for file in files.iter().filter(|file| super::has_extension(file, &["md"])) {
        let text = project.require(file)?;
        let folder = Path::new(file).parent().unwrap_or(Path::new(""));
        for (line, target) in links(&text) {
            if !project.root.join(folder).join(&target).exists() {
                findings.error(format!("{file}:{line}: no such file: {target}"));
            }
        }
    }
    Ok(())
}

/// Returns the line (from 1) and path of each relative link, without its fragment; code blocks are skipped.
fn links(text: &str) -> Vec<(usize, String)> {
    let mut found = Vec::new();
    let mut in_code = false;
    for (number, line) in text.lines().enumerate() {
        if line.trim_start().starts_with("```") {
            in_code = !in_code;
        }
        if in_code {
            continue;
        }
        for part in line.split("](").skip(1) {
            let target = part.split([')', ' ']).next().unwrap_or_default();
            let path = target.split('#').next().unwrap_or_default();
            if !path.is_empty() && !path.contains(':') {
                found.push((number + 1, path.to_owned()));
            }
        }
    }
    found
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_relative_links_outside_of_code_are_looked_at() {
        let text = "[a](docs/a.md#x) [b](https://example.org) [c](#here)\n```\n[d](no.md)\n```\n[e](e.md \"title\")\n";
        assert_eq!(links(text), [(1, "docs/a.md".to_owned()), (5, "e.md".to_owned())]);
    }
}
