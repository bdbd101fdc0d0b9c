//! Crates only depend on crates of lower floors, and are on the floor given in ARCHITECTURE.md.

use std::collections::BTreeSet;

use anyhow::Result;
use cargo_metadata::{DependencyKind, Package};

use super::Findings;
use super::architecture::{self, Floors};
use crate::project::Project;

/// Forbidden dependencies of a crate (except for development), by the start of their names. A crate with an empty start must not
/// have any dependencies.
const MUST_NOT_KNOW: &[(&str, &str)] = &[
    ("trueline-tokenizer", ""),
    ("trueline-schema", "arrow"),
    ("trueline-cache", "arrow"),
    ("trueline-report", "arrow"),
];

pub(crate) fn check(project: &Project, _files: &[String], findings: &mut Findings) -> Result<()> {
    let floors = architecture::floors(&project.require(architecture::FILE)?)?;
    let packages: Vec<Room> = project.packages().into_iter().map(Room::new).collect();
    for error in judge(&floors, &packages) {
        findings.error(error);
    }
    Ok(())
}

/// The checked properties of a package.
struct Room {
    name: String,
    version: String,
    rust_version: String,
    published: bool,
    /// The name, and whether it is for development only.
    dependencies: Vec<(String, bool)>,
}

impl Room {
    fn new(package: &Package) -> Self {
        let dependencies = package.dependencies.iter();
        Self {
            name: package.name.to_string(),
            version: package.version.to_string(),
            rust_version: package.rust_version.as_ref().map(ToString::to_string).unwrap_or_default(),
            published: package.publish.as_deref() != Some(&[]),
            dependencies: dependencies
                .map(|dependency| (dependency.name.clone(), dependency.kind == DependencyKind::Development))
                .collect(),
        }
    }
}

fn judge(floors: &Floors, rooms: &[Room]) -> Vec<String> {
    let mut errors = Vec::new();
    let names: BTreeSet<&str> = rooms.iter().map(|room| room.name.as_str()).collect();
    for name in floors.keys().filter(|name| !names.contains(name.as_str())) {
        errors.push(format!("`{name}` is in the table of {} but not in the workspace", architecture::FILE));
    }
    let oldest = rooms.iter().find(|room| room.published).map(|room| &room.rust_version);
    for room in rooms {
        let Some(floor) = floors.get(&room.name) else {
            errors.push(format!("`{}` is not in the table of {}", room.name, architecture::FILE));
            continue;
        };
        if floor.is_some() != room.published {
            errors.push(format!("`{}`: a crate has a floor if and only if it is published", room.name));
        }
        if room.version != rooms[0].version {
            errors.push(format!("`{}`: every crate has the same version", room.name));
        }
        // Crates that only build tests of this project may need a newer one.
        if room.published && oldest.is_some_and(|oldest| *oldest != room.rust_version) {
            errors.push(format!("`{}`: every crate that is published has the same oldest Rust", room.name));
        }
        errors.extend(room.dependencies.iter().filter_map(|edge| misplaced(floors, room, *floor, edge)));
        errors.extend(room.dependencies.iter().filter_map(|edge| unknown(room, edge)));
    }
    errors
}

/// Reports a dependency within the workspace that is not on a lower floor.
fn misplaced(floors: &Floors, room: &Room, from: Option<u32>, edge: &(String, bool)) -> Option<String> {
    let (name, development) = edge;
    let from = from?;
    let goes_down = match floors.get(name)? {
        Some(to) => *to < from,
        None => *development,
    };
    let to = floors.get(name)?.map_or_else(|| "no floor".to_owned(), |floor| format!("floor {floor}"));
    (!goes_down).then(|| format!("`{}` (floor {from}) must not depend on `{name}` ({to})", room.name))
}

/// Reports a forbidden dependency.
fn unknown(room: &Room, (name, development): &(String, bool)) -> Option<String> {
    let is_refused = MUST_NOT_KNOW.iter().any(|(who, what)| *who == room.name && name.starts_with(what));
    (is_refused && !development).then(|| format!("`{}` must not know `{name}`", room.name))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn room(name: &str, published: bool, dependencies: &[(&str, bool)]) -> Room {
        Room {
            name: name.to_owned(),
            version: "0.1.0".to_owned(),
            rust_version: "1.89".to_owned(),
            published,
            dependencies: dependencies.iter().map(|(name, dev)| ((*name).to_owned(), *dev)).collect(),
        }
    }

    fn errors(rooms: &[Room]) -> Vec<String> {
        let floors = [("low", Some(0)), ("side", Some(0)), ("high", Some(1)), ("kit", None)];
        judge(&floors.map(|(name, floor)| (name.to_owned(), floor)).into(), rooms)
    }

    #[test]
    fn downward_edges_and_a_kit_for_tests_are_fine() {
        let rooms = [
            room("low", true, &[("serde", false), ("kit", true)]),
            room("side", true, &[]),
            room("high", true, &[("low", false)]),
            room("kit", false, &[("high", false)]),
        ];
        assert_eq!(errors(&rooms), [""; 0]);
    }

    #[test]
    fn each_breach_is_named() {
        let rooms = [
            room("low", true, &[("high", true), ("side", false)]),
            room("side", false, &[]),
            room("high", true, &[("kit", false)]),
            room("new", true, &[]),
        ];
        let expected = [
            "`kit` is in the table of ARCHITECTURE.md but not in the workspace",
            "`low` (floor 0) must not depend on `high` (floor 1)",
            "`low` (floor 0) must not depend on `side` (floor 0)",
            "`side`: a crate has a floor if and only if it is published",
            "`high` (floor 1) must not depend on `kit` (no floor)",
            "`new` is not in the table of ARCHITECTURE.md",
        ];
        assert_eq!(errors(&rooms), expected);
    }

    #[test]
    fn published_crates_agree_on_the_oldest_rust() {
        let rooms = |which: &str| {
            let mut rooms = [
                room("kit", false, &[]),
                room("low", true, &[]),
                room("side", true, &[]),
                room("high", true, &[]),
            ];
            for room in rooms.iter_mut().filter(|room| room.name == which) {
                room.rust_version = "1.92".to_owned();
            }
            rooms
        };
        assert_eq!(errors(&rooms("kit")), [""; 0]);
        assert_eq!(
            errors(&rooms("high")),
            ["`high`: every crate that is published has the same oldest Rust"]
        );
    }

    #[test]
    fn what_a_crate_must_not_know_is_refused() {
        let edge = |name: &str, development| (name.to_owned(), development);
        assert!(unknown(&room("trueline-tokenizer", true, &[]), &edge("memchr", false)).is_some());
        assert!(unknown(&room("trueline-tokenizer", true, &[]), &edge("csv", true)).is_none());
        assert!(unknown(&room("trueline-schema", true, &[]), &edge("arrow-schema", false)).is_some());
        assert!(unknown(&room("trueline-decode", true, &[]), &edge("arrow-schema", false)).is_none());
    }
}
