//! Names with wildcards, and names that are skipped.

use glob::{MatchOptions, Pattern};

use crate::error::{Error, ErrorKind};

/// As shells have it: `*` stays within a folder, and a dot in front must be written.
pub(super) const MATCHING: MatchOptions =
    MatchOptions { case_sensitive: true, require_literal_separator: true, require_literal_leading_dot: true };

/// Whether a name may match others.
pub(super) fn has_wildcards(name: &str) -> bool {
    name.contains(['*', '?', '['])
}

/// A part of a name, as a pattern; `whole` is the name, for the error.
pub(super) fn compile(part: &str, whole: &str) -> Result<Pattern, Error> {
    Pattern::new(part).map_err(|error| {
        let before = whole.find(part).map_or(0, |bytes| whole[..bytes].chars().count());
        let name = whole.to_owned();
        Error::new(ErrorKind::Pattern { name, problem: error.msg, character: before + error.pos + 1 })
    })
}

/// Whether a file or folder is skipped when a whole folder is read. These are auxiliary files of programs that write data sets,
/// such as `_SUCCESS`, `_temporary`, `.part-0.csv.crc`. `_year=2026` is a partition and is not hidden.
pub(super) fn is_hidden(name: &str) -> bool {
    let is_checksum = name.rsplit_once('.').is_some_and(|(_, end)| end == "crc");
    name.starts_with('.') || (name.starts_with('_') && !name.contains('=')) || is_checksum
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn wildcards_are_those_of_shells() {
        let matches =
            |pattern: &str, name: &str| compile(pattern, pattern).unwrap().matches_with(name, MATCHING);
        for (pattern, name, expected) in [
            ("2026-*.csv", "2026-01.csv", true),
            ("2026-*.csv", "2026-.csv", true),
            ("2026-*.csv", "2026-01/a.csv", false),
            ("2026-??.csv", "2026-01.csv", true),
            ("2026-??.csv", "2026-1.csv", false),
            ("part-[0-9]", "part-7", true),
            ("part-[!0-9]", "part-7", false),
            ("part-[[]1]", "part-[1]", true),
            ("*", ".hidden", false),
            (".*", ".hidden", true),
            ("a/**/b", "a/b", true),
            ("a/**/b", "a/x/y/b", true),
            ("größe-?", "größe-ä", true),
        ] {
            assert_eq!(matches(pattern, name), expected, "{pattern} {name}");
        }
    }

    #[test]
    fn what_is_no_pattern_is_told_with_its_place() {
        let error = compile("[x.csv", "data/[x.csv").unwrap_err();
        assert_eq!(
            error.to_string(),
            "`data/[x.csv` does not exist, and is no pattern: invalid range pattern at character 6"
        );
    }

    #[test]
    fn hidden_names() {
        let names =
            ["_SUCCESS", "_temporary", ".git", ".a.csv.crc", "a.csv.crc", "_year=2026", "a_b.csv", "a.csv"];
        assert_eq!(names.map(is_hidden), [true, true, true, true, true, false, false, false]);
    }
}
