//! The checkable parts of ARCHITECTURE.md: the table of floors and the list of files with `unsafe`.

use std::collections::BTreeMap;

use anyhow::{Context, Result, bail};

pub(crate) const FILE: &str = "ARCHITECTURE.md";

/// The floor of each crate; `None` for those that are never published and have no floor.
pub(crate) type Floors = BTreeMap<String, Option<u32>>;

/// Reads the table whose first two columns have the headings `floor` and `crate`. A row may name several crates.
pub(crate) fn floors(text: &str) -> Result<Floors> {
    let mut lines =
        text.lines().map(cells).skip_while(|row| !matches!(row.as_slice(), ["floor", "crate", ..]));
    lines.next().with_context(|| format!("{FILE} has no table `| floor | crate | …`"))?;
    let mut floors = Floors::new();
    for row in lines.skip(1).take_while(|row| !row.is_empty()) {
        let [floor, names, ..] = row.as_slice() else { bail!("{FILE}: a row of floors with one cell") };
        let floor = match *floor {
            "–" | "-" => None,
            number => Some(number.parse().with_context(|| format!("{FILE}: floor `{number}`"))?),
        };
        for name in names.split('`').skip(1).step_by(2) {
            if floors.insert(name.to_owned(), floor).is_some() {
                bail!("{FILE}: `{name}` stands on two floors");
            }
        }
    }
    Ok(floors)
}

/// Returns the cells of a line of a table; empty for other lines.
fn cells(line: &str) -> Vec<&str> {
    let Some(line) = line.trim().strip_prefix('|') else { return Vec::new() };
    line.strip_suffix('|').unwrap_or(line).split('|').map(str::trim).collect()
}

/// Returns the list items, each a path in backticks, under the heading that contains the word `unsafe`.
pub(crate) fn unsafe_files(text: &str) -> Result<Vec<String>> {
    let mut lines = text.lines().skip_while(|line| !(line.starts_with('#') && line.contains("unsafe")));
    lines.next().with_context(|| format!("{FILE} has no heading with the word `unsafe`"))?;
    let section = lines.take_while(|line| !line.starts_with('#'));
    let paths = section.filter_map(|line| line.trim_start().strip_prefix("- `")?.split('`').next());
    Ok(paths.map(str::to_owned).collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    const TEXT: &str = "\
# Architecture
| other | table |
|---|---|
| 0 | `no` |

| floor | crate | owns |
|---|---|---|
| 0 | `a` | x |
| 1 | `b`, `c` | y |
| – | `tool` | z |

| 9 | `after` | no |

## Files with `unsafe`
- `crates/a/src/kernel/avx2.rs`: why
- `crates/b/src/*`
text
## Next
- `not/this.rs`
";

    #[test]
    fn the_table_is_read_to_its_end_and_no_other() {
        let floors = floors(TEXT).unwrap();
        let expected = [("a", Some(0)), ("b", Some(1)), ("c", Some(1)), ("tool", None)];
        assert_eq!(floors, expected.map(|(name, floor)| (name.to_owned(), floor)).into());
    }

    #[test]
    fn a_missing_table_or_a_crate_twice_is_an_error() {
        assert!(floors("| crate |\n").is_err());
        assert!(floors("| floor | crate |\n|--|--|\n| 0 | `a` |\n| 1 | `a` |\n").is_err());
        assert!(floors("| floor | crate |\n|--|--|\n| ground | `a` |\n").is_err());
    }

    #[test]
    fn the_list_of_unsafe_files_ends_at_the_next_heading() {
        assert_eq!(unsafe_files(TEXT).unwrap(), ["crates/a/src/kernel/avx2.rs", "crates/b/src/*"]);
        assert!(unsafe_files("# nothing\n").is_err());
    }
}
