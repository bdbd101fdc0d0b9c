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
    let (base, steps) = steps(name)?;
    walk.take(&base, &steps)?;
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

/// One part of a pattern, between separators.
enum Step {
    Name(String),
    Pattern(Pattern),
    /// Any number of folders.
    Folders,
    /// All files below except hidden ones.
    All,
}

/// The folder in front of the first wildcard, as it was written, and what follows.
fn steps(name: &str) -> Result<(PathBuf, Vec<Step>), Error> {
    let wild = name.split_inclusive(is_separator).scan(0, |start, part| {
        let at = *start;
        *start += part.len();
        Some((at, part))
    });
    let first = wild.into_iter().find(|(_, part)| has_wildcards(part)).map_or(name.len(), |(at, _)| at);
    let mut steps = Vec::new();
    for part in name[first..].split(is_separator).filter(|part| !part.is_empty()) {
        steps.push(match part {
            "**" => Step::Folders,
            part if has_wildcards(part) => Step::Pattern(compile(part, name)?),
            part => Step::Name(part.to_owned()),
        });
    }
    if name.ends_with(is_separator) {
        steps.push(Step::All);
    } else if matches!(steps.last(), Some(Step::Folders)) {
        steps.push(Step::Pattern(compile("*", name)?));
    }
    Ok((PathBuf::from(&name[..first]), steps))
}

struct Walk {
    files: Vec<PathBuf>,
    hidden: u64,
}

/// The kind of an entry of a folder.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Kind {
    File,
    Folder,
    /// A link to one.
    FolderLink,
    Other,
}

impl Walk {
    fn take(&mut self, folder: &Path, steps: &[Step]) -> Result<(), Error> {
        let Some((step, rest)) = steps.split_first() else { return Ok(()) };
        match step {
            Step::Name(name) => {
                let path = folder.join(name);
                match kind(&path) {
                    Kind::File if rest.is_empty() => {
                        self.files.push(path);
                        Ok(())
                    }
                    Kind::File | Kind::Other => Ok(()),
                    Kind::Folder | Kind::FolderLink => self.take(&path, rest),
                }
            }
            Step::Pattern(pattern) => self.each(folder, |walk, path, name, kind| {
                if !pattern.matches_with(name, MATCHING) {
                    return Ok(());
                }
                match kind {
                    Kind::File if rest.is_empty() => walk.files.push(path),
                    Kind::Folder | Kind::FolderLink => walk.take(&path, rest)?,
                    _ => {}
                }
                Ok(())
            }),
            Step::Folders => {
                self.take(folder, rest)?;
                self.each(folder, |walk, path, name, kind| {
                    let goes_down = kind == Kind::Folder && !name.starts_with('.');
                    if goes_down { walk.take(&path, steps) } else { Ok(()) }
                })
            }
            Step::All => self.each(folder, |walk, path, name, kind| {
                match kind {
                    Kind::File if is_hidden(name) => walk.hidden += 1,
                    Kind::File => walk.files.push(path),
                    Kind::Folder if !is_hidden(name) => walk.take(&path, steps)?,
                    _ => {}
                }
                Ok(())
            }),
        }
    }

    /// Calls `visit` with all entries of a folder; a missing folder has none.
    fn each(
        &mut self,
        folder: &Path,
        mut visit: impl FnMut(&mut Self, PathBuf, &str, Kind) -> Result<(), Error>,
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
                Kind::Folder
            } else if file_type.is_file() {
                Kind::File
            } else if file_type.is_symlink() {
                kind(&path)
            } else {
                Kind::Other
            };
            visit(self, path, &entry.file_name().to_string_lossy(), kind)?;
        }
        Ok(())
    }
}

/// The kind of a path. A broken link counts as a file, so that opening it returns the error.
fn kind(path: &Path) -> Kind {
    let is_link = fs::symlink_metadata(path).map(|metadata| metadata.is_symlink());
    match (is_link, fs::metadata(path)) {
        (Ok(is_link), Ok(metadata)) if metadata.is_dir() => {
            if is_link {
                Kind::FolderLink
            } else {
                Kind::Folder
            }
        }
        (Ok(_), Ok(metadata)) if metadata.is_file() => Kind::File,
        (Ok(true), Err(_)) => Kind::File,
        _ => Kind::Other,
    }
}
