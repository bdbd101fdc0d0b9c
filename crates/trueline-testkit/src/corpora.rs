//! Where the corpora are: files nobody on this project wrote, kept beside the repository.

use std::io;
use std::path::{Path, PathBuf};

use crate::cases::workspace;

/// The environment variable that names the folder.
pub const VARIABLE: &str = "TRUELINE_CORPORA";

/// The corpora's folder: `TRUELINE_CORPORA`, or `../shared/corpora` seen from the workspace. `None` when it is not there.
pub fn folder() -> Option<PathBuf> {
    let folder =
        std::env::var_os(VARIABLE).map_or_else(|| workspace().join("../shared/corpora"), PathBuf::from);
    folder.is_dir().then_some(folder)
}

/// One corpus, for example `csv-spectrum`. Prints a `skipped: …` line and gives `None` when it is not there.
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

/// All files below a folder, sorted by path, so that runs are alike.
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
