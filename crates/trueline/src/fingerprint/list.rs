//! Lists the files and their names.

use std::io;
use std::path::{Path, PathBuf};

use crate::error::{Error, ErrorKind};

/// A file of the set.
#[derive(Debug)]
pub(super) struct Entry {
    /// What it is called: the parts of its path within the set, with `/` in between.
    pub(super) name: Vec<u8>,
    /// The same as a path.
    pub(super) relative: PathBuf,
    /// Where it is.
    pub(super) path: PathBuf,
    pub(super) kind: Kind,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Kind {
    File,
    Link,
}

/// Lists files, and all files below folders, by name.
pub(super) fn list<'p>(paths: impl Iterator<Item = &'p Path>) -> Result<Vec<Entry>, Error> {
    let mut entries = Vec::new();
    for path in paths {
        // What was named is followed.
        let metadata = std::fs::metadata(path).map_err(|source| fail(path, source))?;
        if metadata.is_dir() {
            walk(path, &mut entries)?;
        } else if let Some(name) = path.file_name().filter(|_| metadata.is_file()) {
            entries.push(entry(PathBuf::from(name), path.to_path_buf(), Kind::File));
        } else {
            return Err(odd(path));
        }
    }
    entries.sort_by(|one, other| (&one.name, &one.path).cmp(&(&other.name, &other.path)));
    match entries.windows(2).find(|pair| pair[0].name == pair[1].name) {
        Some([one, other]) => Err(Error::new(ErrorKind::SameName {
            name: shown(&one.relative),
            first: shown(&one.path),
            second: shown(&other.path),
        })),
        _ => Ok(entries),
    }
}

fn walk(root: &Path, entries: &mut Vec<Entry>) -> Result<(), Error> {
    let mut folders = vec![PathBuf::new()];
    while let Some(folder) = folders.pop() {
        let path = root.join(&folder);
        for found in std::fs::read_dir(&path).map_err(|source| fail(&path, source))? {
            let found = found.map_err(|source| fail(&path, source))?;
            let (path, relative) = (found.path(), folder.join(found.file_name()));
            let kind = found.file_type().map_err(|source| fail(&path, source))?;
            if kind.is_dir() {
                folders.push(relative);
            } else if kind.is_file() {
                entries.push(entry(relative, path, Kind::File));
            } else if kind.is_symlink() {
                entries.push(entry(relative, path, Kind::Link));
            } else {
                return Err(odd(&path));
            }
        }
    }
    Ok(())
}

fn entry(relative: PathBuf, path: PathBuf, kind: Kind) -> Entry {
    let parts: Vec<&[u8]> = relative.iter().map(std::ffi::OsStr::as_encoded_bytes).collect();
    Entry { name: parts.join(&b'/'), relative, path, kind }
}

pub(super) fn fail(path: &Path, source: io::Error) -> Error {
    Error::new(ErrorKind::NotHashed { name: shown(path), source })
}

fn odd(path: &Path) -> Error {
    fail(path, io::Error::other("it is neither a file nor a folder"))
}

fn shown(path: &Path) -> String {
    path.display().to_string()
}
