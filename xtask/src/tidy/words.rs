//! Forbidden words in a public project: paths of the machine it was written on.

use anyhow::Result;

use super::Findings;
use crate::project::Project;

/// The list. Each word is in two parts, so that this file does not contain it.
const WORDS: &[(&str, &str)] =
    &[("/ro", "ot/"), ("/ho", "me/"), ("/wo", "rk/"), ("/Us", "ers/"), (":\\Us", "ers\\")];

/// A folder whose content is specific to a machine, but which may be mentioned itself.
const TEMPORARY: (&str, &str) = ("/tm", "p/");

pub(crate) fn check(project: &Project, files: &[String], findings: &mut Findings) -> Result<()> {
    for file in files.iter().filter(|file| !super::has_extension(file, &["lock"])) {
        let Some(text) = project.text(file)? else { continue };
        for (number, line) in text.lines().enumerate() {
            if let Some(word) = forbidden(line) {
                findings.error(format!("{file}:{}: a machine's path (`{word}…`)", number + 1));
            }
        }
    }
    Ok(())
}

/// Returns the first forbidden word of a line.
fn forbidden(line: &str) -> Option<String> {
    let mut words = WORDS.iter().map(|(head, tail)| format!("{head}{tail}"));
    let is_name = |next: char| next.is_ascii_alphanumeric();
    words.find(|word| starts_path(line, word, |_| true)).or_else(|| {
        let folder = format!("{}{}", TEMPORARY.0, TEMPORARY.1);
        starts_path(line, &folder, |rest| rest.starts_with(is_name)).then_some(folder)
    })
}

/// Returns whether `word` starts a path in `line`, not within a longer one such as a web address, and is followed as required.
fn starts_path(line: &str, word: &str, is_followed: impl Fn(&str) -> bool) -> bool {
    line.match_indices(word).any(|(at, _)| {
        let before = line[..at].chars().next_back();
        let is_inside = before.is_some_and(|last| last.is_alphanumeric() || "-_.}*".contains(last));
        (word.starts_with(':') || !is_inside) && is_followed(&line[at + word.len()..])
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn machine_paths_are_found() {
        for (head, tail) in WORDS.iter().chain([&TEMPORARY]) {
            assert!(forbidden(&format!("see `{head}{tail}x`")).is_some(), "{head}{tail}");
        }
    }

    #[test]
    fn other_paths_are_left_alone() {
        for (head, tail) in &WORDS[..3] {
            assert_eq!(forbidden(&format!("https://example.org{head}{tail}x target{head}{tail}x")), None);
        }
        let (head, tail) = TEMPORARY;
        assert_eq!(forbidden(&format!("the folder `{head}{tail}` and target{head}{tail}x")), None);
    }
}
