//! Locates the corpora: external test files, stored outside the repository.

use std::io;
use std::path::{Path, PathBuf};

use crate::cases::workspace;

/// The environment variable with the folder.
pub const VARIABLE: &str = "TRUELINE_CORPORA";

/// Returns the folder of the corpora: `TRUELINE_CORPORA`, or `../shared/corpora` relative to the workspace. `None` if it does not
/// exist.
pub fn folder() -> Option<PathBuf> {
    let folder =
        std::env::var_os(VARIABLE).map_or_else(|| workspace().join("../shared/corpora"), PathBuf::from);
    folder.is_dir().then_some(folder)
}

/// Returns one corpus, for example `csv-spectrum`. Prints a `skipped: …` line and returns `None` if it does not exist.
pub fn corpus(name: &str) -> Option<PathBuf> {
    let found = folder().map(|folder| folder.join(name)).filter(|folder| folder.is_dir());
    if found.is_none() {
        skip(
            &format!("corpus `{name}`"),
            &format!("it is not there; {VARIABLE} can name the folder of the corpora"),
        );
    }
    found
}

/// Prints that something was not tested, and why.
#[allow(clippy::print_stderr, reason = "a test that is skipped says so")]
pub fn skip(what: &str, reason: &str) {
    eprintln!("skipped: {what}: {reason}");
}

/// Lists all files below a folder, sorted by path, so that runs are reproducible.
///
/// **Errors**: a folder cannot be read.
pub fn files(folder: &Path) -> io::Result<Vec<PathBuf>> {
    let mut folders = vec![folder.to_path_buf()];
    let mut files = Vec::new();
    while let Some(folder) = folders.pop() {
        for entry in std::fs::read_dir(&folder)? {
            let path = entry?.path();
            if path.is_dir() { folders.push(path) } else { files.push(path) }
        }
    }
    files.sort();
    Ok(files)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_corpus_that_is_not_there_is_none() {
        assert_eq!(corpus("no-such-corpus"), None);
    }

    #[test]
    fn files_are_sorted() {
        let files = files(&Path::new(env!("CARGO_MANIFEST_DIR")).join("src")).unwrap();
        assert!(files.is_sorted());
        assert!(files.iter().any(|file| file.ends_with("corpora.rs")));
    }
}
