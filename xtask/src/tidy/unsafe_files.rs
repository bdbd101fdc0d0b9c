//! Checks that the files with `unsafe` are those listed in ARCHITECTURE.md; every other crate forbids it.

use std::collections::BTreeSet;

use anyhow::Result;

use super::{Findings, architecture};
use crate::project::Project;
use crate::source;

pub(crate) fn check(project: &Project, files: &[String], findings: &mut Findings) -> Result<()> {
    let listed = architecture::unsafe_files(&project.require(architecture::FILE)?)?;
    let mut found = Vec::new();
    for file in files.iter().filter(|file| super::has_extension(file, &["rs"])) {
        if source::has_word(&source::code(&project.require(file)?), "unsafe") {
            found.push(file.clone());
        }
    }
    for error in compare(&listed, &found) {
        findings.error(error);
    }
    for root in roots(project) {
        let text = project.require(&root.file)?;
        if !found.iter().any(|file| file.starts_with(&root.folder)) && !text.contains("forbid(unsafe_code)") {
            findings.error(format!("{} lacks #![forbid(unsafe_code)]", root.file));
        }
    }
    Ok(())
}

/// Returns the crates that contain a listed file, whose tests should run with a sanitizer.
pub(crate) fn crates(project: &Project) -> Result<Vec<String>> {
    let listed = architecture::unsafe_files(&project.require(architecture::FILE)?)?;
    let owners: BTreeSet<String> = project
        .packages()
        .into_iter()
        // A library loaded by programs in other languages is tested from there; that for C with valgrind.
        .filter(|package| !package.targets.iter().any(cargo_metadata::Target::is_cdylib))
        .filter(|package| {
            let folder = format!("{}/", project.folder(package));
            listed.iter().any(|path| path.starts_with(&folder))
        })
        .map(|package| package.name.to_string())
        .collect();
    Ok(owners.into_iter().collect())
}

struct Root {
    folder: String,
    file: String,
}

/// Returns the root file of each library and program in the workspace.
fn roots(project: &Project) -> Vec<Root> {
    let mut roots = Vec::new();
    for package in project.packages() {
        let folder = format!("{}/", project.folder(package));
        for target in package.targets.iter().filter(|target| target.is_lib() || target.is_bin()) {
            let file = project.relative(target.src_path.as_std_path());
            roots.push(Root { folder: folder.clone(), file });
        }
    }
    roots
}

/// Returns the differences between the list and the files. A path that ends in `*` covers every file with that prefix.
fn compare(listed: &[String], found: &[String]) -> Vec<String> {
    let covers = |entry: &str, file: &str| match entry.strip_suffix('*') {
        Some(start) => file.starts_with(start),
        None => entry == file,
    };
    let strangers = found.iter().filter(|file| !listed.iter().any(|entry| covers(entry, file)));
    let stale = listed.iter().filter(|entry| !found.iter().any(|file| covers(entry, file)));
    let strangers =
        strangers.map(|file| format!("{file} contains `unsafe` and is not listed in {}", architecture::FILE));
    strangers
        .chain(stale.map(|entry| format!("{} lists {entry}, where there is none", architecture::FILE)))
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn strangers_and_stale_entries_are_both_named() {
        let listed = ["a/kernel/*".to_owned(), "b/old.rs".to_owned()];
        let found = ["a/kernel/avx2.rs".to_owned(), "c/new.rs".to_owned()];
        let expected = [
            "c/new.rs contains `unsafe` and is not listed in ARCHITECTURE.md",
            "ARCHITECTURE.md lists b/old.rs, where there is none",
        ];
        assert_eq!(compare(&listed, &found), expected);
        assert_eq!(compare(&listed[..1], &found[..1]), [""; 0]);
    }
}
