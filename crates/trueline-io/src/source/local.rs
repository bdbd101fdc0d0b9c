//! Local names that match many files.

use std::fs;
use std::io;
use std::path::{Path, PathBuf, is_separator};

use glob::Pattern;

use super::pattern::{MATCHING, compile, has_wildcards, is_hidden};
use crate::error::{Error, ErrorKind};

/// The files that match a name with wildcards, or are in a folder whose name ends with a separator, ordered by the bytes of their
/// names.
///
/// Only regular files and links to them are included: a pipe without a writer would block forever. `**` does not
/// follow links to folders. A folder that cannot be read is an error: its content would be missed.
pub(super) fn files(name: &str) -> Result<Vec<PathBuf>, Error> {
    let mut walk = Walk { files: Vec::new(), hidden: 0 };
    let (base, components) = components(name)?;
    walk.descend(&base, &components)?;
    let Walk { mut files, hidden } = walk;
    files.sort_unstable_by(|one, other| {
        one.as_os_str().as_encoded_bytes().cmp(other.as_os_str().as_encoded_bytes())
    });
    files.dedup();
    if files.is_empty() {
        return Err(Error::new(ErrorKind::NoMatch { name: name.to_owned(), hidden }));
    }
    Ok(files)
}

/// One component of a pattern, between separators.
enum Component {
    Name(String),
    Pattern(Pattern),
    /// Any number of folders.
    AnyFolders,
    /// All files below except hidden ones.
    AllFiles,
}

/// Splits a name into the folder before the first wildcard, as written, and the components after it.
fn components(name: &str) -> Result<(PathBuf, Vec<Component>), Error> {
    let wild = name.split_inclusive(is_separator).scan(0, |start, part| {
        let at = *start;
        *start += part.len();
        Some((at, part))
    });
    let first = wild.into_iter().find(|(_, part)| has_wildcards(part)).map_or(name.len(), |(at, _)| at);
    let mut components = Vec::new();
    for part in name[first..].split(is_separator).filter(|part| !part.is_empty()) {
        components.push(match part {
            "**" => Component::AnyFolders,
            part if has_wildcards(part) => Component::Pattern(compile(part, name)?),
            part => Component::Name(part.to_owned()),
        });
    }
    if name.ends_with(is_separator) {
        components.push(Component::AllFiles);
    } else if matches!(components.last(), Some(Component::AnyFolders)) {
        components.push(Component::Pattern(compile("*", name)?));
    }
    Ok((PathBuf::from(&name[..first]), components))
}

struct Walk {
    files: Vec<PathBuf>,
    hidden: u64,
}

/// The kind of an entry of a folder.
#[derive(Clone, Copy, PartialEq, Eq)]
enum EntryKind {
    File,
    Folder,
    /// A symbolic link to a folder.
    FolderLink,
    Other,
}

impl Walk {
    fn descend(&mut self, folder: &Path, components: &[Component]) -> Result<(), Error> {
        let Some((component, rest)) = components.split_first() else { return Ok(()) };
        match component {
            Component::Name(name) => {
                let path = folder.join(name);
                match kind(&path) {
                    EntryKind::File if rest.is_empty() => {
                        self.files.push(path);
                        Ok(())
                    }
                    EntryKind::File | EntryKind::Other => Ok(()),
                    EntryKind::Folder | EntryKind::FolderLink => self.descend(&path, rest),
                }
            }
            Component::Pattern(pattern) => self.for_each_entry(folder, |walk, path, name, kind| {
                if !pattern.matches_with(name, MATCHING) {
                    return Ok(());
                }
                match kind {
                    EntryKind::File if rest.is_empty() => walk.files.push(path),
                    EntryKind::Folder | EntryKind::FolderLink => walk.descend(&path, rest)?,
                    _ => {}
                }
                Ok(())
            }),
            Component::AnyFolders => {
                self.descend(folder, rest)?;
                self.for_each_entry(folder, |walk, path, name, kind| {
                    let goes_down = kind == EntryKind::Folder && !name.starts_with('.');
                    if goes_down { walk.descend(&path, components) } else { Ok(()) }
                })
            }
            Component::AllFiles => self.for_each_entry(folder, |walk, path, name, kind| {
                match kind {
                    EntryKind::File if is_hidden(name) => walk.hidden += 1,
                    EntryKind::File => walk.files.push(path),
                    EntryKind::Folder if !is_hidden(name) => walk.descend(&path, components)?,
                    _ => {}
                }
                Ok(())
            }),
        }
    }

    /// Calls `visit` with all entries of a folder; a missing folder has none.
    fn for_each_entry(
        &mut self,
        folder: &Path,
        mut visit: impl FnMut(&mut Self, PathBuf, &str, EntryKind) -> Result<(), Error>,
    ) -> Result<(), Error> {
        let read = if folder.as_os_str().is_empty() { Path::new(".") } else { folder };
        let fail = |error| Error::open(&read.display().to_string(), error);
        let entries = match fs::read_dir(read) {
            Ok(entries) => entries,
            Err(error) if matches!(error.kind(), io::ErrorKind::NotFound | io::ErrorKind::NotADirectory) => {
                return Ok(());
            }
            Err(error) => return Err(fail(error)),
        };
        for entry in entries {
            let entry = entry.map_err(fail)?;
            let file_type = entry.file_type().map_err(fail)?;
            let path = folder.join(entry.file_name());
            let kind = if file_type.is_dir() {
                EntryKind::Folder
            } else if file_type.is_file() {
                EntryKind::File
            } else if file_type.is_symlink() {
                kind(&path)
            } else {
                EntryKind::Other
            };
            visit(self, path, &entry.file_name().to_string_lossy(), kind)?;
        }
        Ok(())
    }
}

/// The kind of a path. A broken link counts as a file, so that opening it returns the error.
fn kind(path: &Path) -> EntryKind {
    let is_link = fs::symlink_metadata(path).map(|metadata| metadata.is_symlink());
    match (is_link, fs::metadata(path)) {
        (Ok(is_link), Ok(metadata)) if metadata.is_dir() => {
            if is_link {
                EntryKind::FolderLink
            } else {
                EntryKind::Folder
            }
        }
        (Ok(_), Ok(metadata)) if metadata.is_file() => EntryKind::File,
        (Ok(true), Err(_)) => EntryKind::File,
        _ => EntryKind::Other,
    }
}
